#include "scan/hook_input.h"

#include "base/file.h"
#include "base/vec.h"

/* githooks(5): those whose text says "on standard input". */
static const char *const with_input[] = {
    "post-receive",
    "post-rewrite",
    "pre-push",
    "pre-receive",
    "reference-transaction",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool
sek_hook_has_input(const char *name)
{
	for (size_t i = 0; i < COUNT(with_input); i++) {
		if (!strcmp(name, with_input[i]))
			return true;
	}
	return false;
}

enum sek_code
sek_hook_input_read(int fd, struct sek_buf *out, struct sek_err *err)
{
	out->max = SEK_HOOK_INPUT_MAX;
	return sek_fd_read(fd, "standard input", out, err);
}

static bool
is_zero(const struct sek_oid *oid)
{
	for (size_t i = 0; i < oid->len; i++) {
		if (oid->raw[i])
			return false;
	}
	return true;
}

static bool
parse_oid(struct sek_oid *out, struct sek_str hex)
{
	if (!sek_oid_parse(out, hex))
		return false;
	if (is_zero(out))
		*out = (struct sek_oid){0};
	return true;
}

/* Of a ref as git makes it, or a client claims: no control characters. */
static bool
is_ref_name(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return s.n > 0;
}

/* Cuts what follows the last blank off the end of *s. */
static bool
cut_last(struct sek_str *s, struct sek_str *last)
{
	const char *blank = s->n ? memrchr(s->p, ' ', s->n) : NULL;

	if (!blank)
		return false;
	last->p = blank + 1;
	last->n = s->n - (size_t)(last->p - s->p);
	s->n = (size_t)(blank - s->p);
	return true;
}

/*
 * From the end: the local name is what the user wrote (`HEAD^{/some words}`)
 * and may hold blanks, the other three cannot.
 */
static bool
parse_push(struct sek_str line, struct sek_push_ref *ref)
{
	struct sek_str local, remote;

	if (!cut_last(&line, &remote) || !cut_last(&line, &ref->remote_name) ||
	    !cut_last(&line, &local))
		return false;
	ref->local_name = line;
	return local.n == remote.n && parse_oid(&ref->local, local) &&
	    parse_oid(&ref->remote, remote) && is_ref_name(ref->local_name) &&
	    is_ref_name(ref->remote_name);
}

/* From the start: the name comes from the client, unchecked as yet. */
static bool
parse_receive(struct sek_str line, struct sek_receive_ref *ref)
{
	struct sek_str before = sek_str_cut(&line, ' ');
	struct sek_str after;

	if (!line.p)
		return false;
	after = sek_str_cut(&line, ' ');
	if (!line.p)
		return false;
	ref->name = line;
	return before.n == after.n && parse_oid(&ref->before, before) &&
	    parse_oid(&ref->after, after) && is_ref_name(ref->name);
}

/* The next line; false at the end. A last line that was cut off is an error. */
static bool
next_line(struct sek_str *rest, struct sek_str *line, bool *cut_off)
{
	if (!rest->p || rest->n == 0)
		return false;
	*line = sek_str_cut(rest, '\n');
	*cut_off = !rest->p;
	return true;
}

static enum sek_code
bad_line(size_t n, const char *wanted, bool cut_off, struct sek_err *err)
{
	if (cut_off)
		return sek_fail(err, SEK_EPARSE,
		    "standard input:%zu: cut off in the middle of a line", n);
	return sek_fail(err, SEK_EPARSE,
	    "standard input:%zu: is not \"%s\" as git writes it", n, wanted);
}

enum sek_code
sek_hook_input_push(struct sek_str text, struct sek_push_refs *out,
    struct sek_err *err)
{
	struct sek_str line;
	bool cut_off = false;

	for (size_t n = 1; next_line(&text, &line, &cut_off); n++) {
		struct sek_push_ref ref = {0};

		if (cut_off || !parse_push(line, &ref))
			return bad_line(n,
			    "LOCAL-NAME LOCAL-ID REMOTE-NAME REMOTE-ID",
			    cut_off, err);
		*sek_vec_push(out) = ref;
	}
	return SEK_OK;
}

enum sek_code
sek_hook_input_receive(struct sek_str text, struct sek_receive_refs *out,
    struct sek_err *err)
{
	struct sek_str line;
	bool cut_off = false;

	for (size_t n = 1; next_line(&text, &line, &cut_off); n++) {
		struct sek_receive_ref ref = {0};

		if (cut_off || !parse_receive(line, &ref))
			return bad_line(n, "OLD-ID NEW-ID NAME", cut_off, err);
		*sek_vec_push(out) = ref;
	}
	return SEK_OK;
}

enum sek_code
sek_hook_input_update(int argc, char *const *argv, struct sek_receive_ref *out,
    struct sek_err *err)
{
	struct sek_str before, after;

	if (argc != 3)
		return sek_fail(err, SEK_EPARSE,
		    "update: %d arguments, git gives 3", argc);
	before = sek_str(argv[1]);
	after = sek_str(argv[2]);
	out->name = sek_str(argv[0]);
	if (!is_ref_name(out->name) || before.n != after.n ||
	    !parse_oid(&out->before, before) || !parse_oid(&out->after, after))
		return sek_fail(err, SEK_EPARSE,
		    "update: arguments are not \"NAME OLD-ID NEW-ID\"");
	return SEK_OK;
}
