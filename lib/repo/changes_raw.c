#include "repo/changes_raw.h"

#include <sys/stat.h>

static bool
parse_mode(unsigned *out, struct sek_str text)
{
	unsigned mode = 0;

	if (text.n != 6)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
		mode = mode * 8 + (unsigned)(text.p[i] - '0');
	}
	*out = mode;
	return true;
}

/* The id counts only where the mode says that something is there. */
static bool
parse_oid(struct sek_raw_side *side, struct sek_str hex, unsigned oid_len)
{
	struct sek_oid oid;

	if (!sek_oid_parse(&oid, hex) || oid.len != oid_len)
		return false;
	side->oid = side->mode ? oid : (struct sek_oid){0};
	return true;
}

static bool
parse_status(char *out, struct sek_str text, size_t parents)
{
	if (text.n != parents)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 'A' || text.p[i] > 'Z')
			return false;
	*out = text.p[0];
	return true;
}

static bool
parse(struct sek_raw *raw, struct sek_str rest, unsigned oid_len)
{
	size_t parents = 0;

	while (parents < rest.n && rest.p[parents] == ':')
		parents++;
	/* So that a line of colons makes us allocate nothing. */
	if (!parents || rest.n - parents < parents * (7 + 2 * (size_t)oid_len))
		return false;
	rest.p += parents;
	rest.n -= parents;
	raw->old.n = 0;
	for (size_t i = 0; i < parents; i++)
		if (!parse_mode(&sek_vec_push(&raw->old)->mode,
			sek_str_cut(&rest, ' ')))
			return false;
	if (!parse_mode(&raw->now.mode, sek_str_cut(&rest, ' ')))
		return false;
	for (size_t i = 0; i < parents; i++)
		if (!parse_oid(&raw->old.at[i], sek_str_cut(&rest, ' '),
			oid_len))
			return false;
	if (!parse_oid(&raw->now, sek_str_cut(&rest, ' '), oid_len))
		return false;
	return parse_status(&raw->status, rest, parents);
}

enum sek_code
sek_raw_parse(struct sek_raw *raw, struct sek_str header, unsigned oid_len,
    struct sek_err *err)
{
	if (!parse(raw, header, oid_len))
		return sek_fail(err, SEK_EPARSE, "git: not a raw diff record");
	return SEK_OK;
}

void
sek_raw_clear(struct sek_raw *raw)
{
	sek_vec_clear(&raw->old);
}

bool
sek_raw_same(const struct sek_raw_side *a, const struct sek_raw_side *b)
{
	return (a->mode & S_IFMT) == (b->mode & S_IFMT) &&
	    sek_oid_eq(&a->oid, &b->oid);
}
