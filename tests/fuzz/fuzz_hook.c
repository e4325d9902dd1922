/* What the other side of a push sends, and a commit message as it is written. */
#include <stdint.h>
#include <stdlib.h>

#include "base/vec.h"
#include "scan/hook_input.h"
#include "scan/hook_message.h"

static size_t
lines(struct sek_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sek_str text = {(const char *)data, size};
	struct sek_push_refs push = {0};
	struct sek_receive_refs receive = {0};
	struct sek_message_facts facts = {
	    .edited = size & 1,
	    .cleanup = size & 2 ? "scissors" : NULL,
	    .comment_char = size & 4 ? "auto" : NULL,
	};
	sek_auto_buf stored = {0};

	/* All of it or nothing, never a line skipped. */
	if (sek_hook_input_push(text, &push, NULL) == SEK_OK &&
	    push.n != lines(text))
		abort();
	if (sek_hook_input_receive(text, &receive, NULL) == SEK_OK &&
	    receive.n != lines(text))
		abort();
	if (sek_hook_message(text, &facts, &stored, NULL) == SEK_OK &&
	    stored.n > size)
		abort();
	sek_vec_clear(&push);
	sek_vec_clear(&receive);
	return 0;
}
