#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/state.h"
#include "vault/state_file.h"

#define HEAD "sekisho-failure 1"
#define MAX  ((size_t)1024) /* of the file: numbers, and a struct sek_err */

static bool
take_number(struct sek_str *rest, int64_t *n)
{
	uint64_t u;

	if (!sek_str_to_u64(sek_str_cut(rest, '\n'), &u) || u > INT64_MAX)
		return false;
	*n = (int64_t)u;
	return true;
}

static bool
take_text(struct sek_str rest, struct sek_err *err)
{
	struct sek_str line = sek_str_cut(&rest, '\n');

	if (!rest.p || rest.n > 0 || line.n == 0 || line.n >= sizeof(err->text))
		return false;
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f)
			return false;
	memcpy(err->text, line.p, line.n);
	err->text[line.n] = '\0';
	return true;
}

bool
sek_failure_read(struct sek_failure *out, const char *dir, const char *name)
{
	sek_auto_free char *path = sek_state_path(dir, name, "failure");
	sek_auto_buf b = {.max = MAX};
	struct sek_failure f = {0};
	struct sek_str rest;
	int64_t code;

	if (sek_state_read(path, &b, NULL))
		return false;
	rest = sek_buf_str(&b);
	if (!sek_str_is(sek_str_cut(&rest, '\n'), HEAD) ||
	    !take_number(&rest, &f.at) || !take_number(&rest, &f.ticks) ||
	    !take_number(&rest, &f.not_before) || !take_number(&rest, &code) ||
	    code <= SEK_OK || code > SEK_ECANCEL || !take_text(rest, &f.err))
		return false;
	f.err.code = (enum sek_code)code;
	*out = f;
	return true;
}

void
sek_failure_note(const char *dir, const char *name, const struct sek_failure *f)
{
	sek_auto_free char *path = sek_state_path(dir, name, "failure");
	sek_auto_buf b = {.max = MAX};
	size_t text;

	sek_buf_printf(&b, HEAD "\n%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n%d\n",
	    f->at, f->ticks, f->not_before, (int)f->err.code);
	text = b.n;
	sek_buf_add_s(&b, f->err.text);
	for (size_t i = text; i < b.n; i++)
		if ((unsigned char)b.p[i] < ' ' || b.p[i] == 0x7f)
			b.p[i] = ' ';
	sek_buf_add_c(&b, '\n');
	if (b.toobig || sek_file_replace(path, b.p, b.n, 0600, NULL))
		sek_failure_forget(dir, name); /* no older one in its place */
}

void
sek_failure_forget(const char *dir, const char *name)
{
	sek_auto_free char *path = sek_state_path(dir, name, "failure");

	(void)unlink(path);
}
