#include <stdint.h>
#include <stdlib.h>

#include "aws/command_line.h"
#include "base/alloc.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* With every word quoted, the way a shell takes anything, it is the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_free char *line = sek_strndup((const char *)p, n);
	sek_auto_command_line c = {0}, again = {0};
	sek_auto_buf quoted = {0};

	if (sek_command_line_split(&c, line, NULL))
		return 0;
	for (size_t i = 0; i < c.n; i++) {
		sek_buf_add_s(&quoted, " '");
		for (const char *at = c.argv[i]; *at; at++)
			if (*at == '\'')
				sek_buf_add_s(&quoted, "'\\''");
			else
				sek_buf_add_c(&quoted, *at);
		sek_buf_add_c(&quoted, '\'');
	}
	if (quoted.n >= SEK_COMMAND_LINE_MAX)
		return 0;
	if (sek_command_line_split(&again, quoted.p, NULL) || again.n != c.n ||
	    c.argv[c.n] || again.argv[c.n])
		abort();
	for (size_t i = 0; i < c.n; i++)
		if (strcmp(c.argv[i], again.argv[i]))
			abort();
	return 0;
}
