#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * The text may name a path or a ref from a hostile repository; it stays one
 * line and cannot steer a terminal.
 */
static void
make_plain(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

		if (*p < 0x20 || *p == 0x7f || c1)
			*p = '?';
		if (c1)
			*++p = '?';
	}
}

static void set(struct sek_err *err, enum sek_code code, const char *why,
    const char *fmt, va_list ap) SEK_PRINTF(4, 0);

/* By way of a local array, since an argument may be the old text of err. */
static void
set(struct sek_err *err, enum sek_code code, const char *why, const char *fmt,
    va_list ap)
{
	char text[sizeof(err->text)];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	if (n < 0)
		n = snprintf(text, sizeof(text), "%s", "unprintable error");
	if (why && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ": %s", why);
	make_plain(text);
	err->code = code;
	memcpy(err->text, text, sizeof(text));
}

enum sek_code
sek_fail(struct sek_err *err, enum sek_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	set(err, code, NULL, fmt, ap);
	va_end(ap);
	return code;
}

static enum sek_code
code_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return SEK_ENOTFOUND;
	case EACCES:
	case EPERM:
		return SEK_EDENIED;
	case EINTR:
		return SEK_ECANCEL;
	default:
		return SEK_EIO;
	}
}

enum sek_code
sek_fail_errno(struct sek_err *err, const char *fmt, ...)
{
	int errnum = errno;
	enum sek_code code = code_of(errnum);
	char scratch[128];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	set(err, code, strerror_r(errnum, scratch, sizeof(scratch)), fmt, ap);
	va_end(ap);
	errno = errnum;
	return code;
}
