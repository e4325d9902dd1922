#include "sekisho/report_file.h"

#include <unistd.h>

#include "base/file.h"

#define INPUT_MAX ((size_t)1 << 30)

void
report_file_add(struct sek_merge *m, const char *path)
{
	bool in = !path || !strcmp(path, "-");
	const char *name = in ? "standard input" : path;
	sek_auto_buf text = {.max = INPUT_MAX};
	struct sek_err err;
	enum sek_code r = in ? sek_fd_read(STDIN_FILENO, name, &text, &err)
			     : sek_file_read(path, &text, &err);

	if (r == SEK_OK)
		sek_merge_add(m, sek_buf_str(&text), name);
	else
		sek_merge_add_lost(m, name, err.text);
}
