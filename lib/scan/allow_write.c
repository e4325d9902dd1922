#include "scan/allow.h"

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

void
sek_allow_literal_glob(struct sek_buf *out, struct sek_str path)
{
	/* Without a slash a glob is tried on every part of a path. */
	sek_buf_add_c(out, '/');
	for (size_t i = 0; i < path.n; i++) {
		if (is_control(path.p[i]))
			sek_buf_add_c(out, '?');
		else if (path.p[i] == ' ' && i + 1 == path.n)
			sek_buf_add_s(out, "[ ]"); /* else it were trimmed */
		else if (strchr("*?[]\\", path.p[i]))
			sek_buf_printf(out, "\\%c", path.p[i]);
		else
			sek_buf_add_c(out, path.p[i]);
	}
}

static void
add_line(struct sek_buf *out, const char *key, struct sek_str value,
    char instead)
{
	sek_buf_printf(out, "%s = ", key);
	for (size_t i = 0; i < value.n; i++)
		sek_buf_add_c(out,
		    is_control(value.p[i]) ? instead : value.p[i]);
	sek_buf_add_c(out, '\n');
}

void
sek_allow_write(struct sek_buf *out, const char *fingerprint, const char *rule,
    struct sek_str path, const char *reason, const char *until)
{
	if (out->n && out->p[out->n - 1] != '\n')
		sek_buf_add_c(out, '\n');
	if (out->n)
		sek_buf_add_c(out, '\n');
	sek_buf_add_s(out, "[allow]\n");
	if (rule)
		add_line(out, "rule", sek_str(rule), ' ');
	if (path.p)
		add_line(out, "path", path, '?');
	if (fingerprint)
		add_line(out, "fingerprint", sek_str(fingerprint), ' ');
	add_line(out, "reason", sek_str(reason), ' ');
	if (until)
		add_line(out, "until", sek_str(until), ' ');
}
