#include "scan/lineage_text.h"

#define IS_NAME   ((uint32_t)1 << 31)
#define PARTS_MAX 4096

static enum sek_code
broken(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "not an answer that is remembered");
}

void
sek_lineage_put_number(struct sek_buf *b, uint64_t n, unsigned bytes)
{
	for (; bytes; bytes--, n >>= 8)
		sek_buf_add_c(b, (char)(n & 0xff));
}

void
sek_lineage_put_oid(struct sek_buf *b, const struct sek_oid *oid)
{
	sek_buf_add_c(b, (char)oid->len);
	sek_buf_add(b, oid->raw, oid->len);
}

static bool
get_bytes(struct sek_str *text, size_t n, struct sek_str *out)
{
	if (text->n < n)
		return false;
	*out = (struct sek_str){text->p, n};
	text->p += n;
	text->n -= n;
	return true;
}

static bool
get_number(struct sek_str *text, unsigned bytes, uint64_t *out)
{
	struct sek_str s;

	if (!get_bytes(text, bytes, &s))
		return false;
	*out = 0;
	for (unsigned i = 0; i < bytes; i++)
		*out |= (uint64_t)(unsigned char)s.p[i] << (8 * i);
	return true;
}

static bool
get_oid(struct sek_str *text, struct sek_oid *out)
{
	struct sek_str s;
	uint64_t len;

	if (!get_number(text, 1, &len) || len > SEK_OID_MAX ||
	    !get_bytes(text, (size_t)len, &s))
		return false;
	*out = (struct sek_oid){.len = (unsigned char)len};
	if (len)
		memcpy(out->raw, s.p, s.n);
	return true;
}

/* Which of the names a part is; names_n: none. */
static size_t
which_name(struct sek_str part, const struct sek_holder_name *names,
    size_t names_n)
{
	size_t i = 0;

	while (i < names_n && !sek_str_is(part, names[i].name))
		i++;
	return i;
}

void
sek_lineage_put_place(struct sek_buf *b, const struct sek_oid *commit,
    struct sek_str path, const struct sek_oid *id,
    const struct sek_holder_name *names, size_t names_n)
{
	size_t parts = 1;

	for (size_t i = 0; i < path.n; i++)
		parts += path.p[i] == '/';
	sek_lineage_put_oid(b, commit);
	sek_lineage_put_oid(b, id);
	sek_lineage_put_number(b, parts, 4);
	while (parts--) {
		struct sek_str part = sek_str_cut(&path, '/');
		size_t name = which_name(part, names, names_n);

		if (name < names_n) {
			sek_lineage_put_number(b, IS_NAME | name, 4);
			continue;
		}
		sek_lineage_put_number(b, part.n, 4);
		sek_buf_add_str(b, part);
	}
}

void
sek_lineage_bare(struct sek_buf *out, struct sek_str path,
    const struct sek_holder_name *names, size_t names_n)
{
	sek_buf_reset(out);
	while (path.p) {
		struct sek_str part = sek_str_cut(&path, '/');

		if (which_name(part, names, names_n) == names_n)
			sek_buf_add_str(out, part);
		if (path.p)
			sek_buf_add_c(out, '/');
	}
}

static bool
get_part(struct sek_str *text, const struct sek_holder_name *names,
    size_t names_n, struct sek_str *out)
{
	uint64_t n;

	if (!get_number(text, 4, &n))
		return false;
	if (!(n & IS_NAME))
		return get_bytes(text, (size_t)n, out);
	n &= ~(uint64_t)IS_NAME;
	if (n < names_n)
		*out = sek_str(names[n].name);
	return n < names_n;
}

static bool
get_path(struct sek_str *text, const struct sek_holder_name *names,
    size_t names_n, struct sek_buf *out)
{
	uint64_t parts;

	sek_buf_reset(out);
	if (!get_number(text, 4, &parts) || !parts || parts > PARTS_MAX)
		return false;
	for (uint64_t i = 0; i < parts; i++) {
		struct sek_str part;

		if (!get_part(text, names, names_n, &part))
			return false;
		if (i)
			sek_buf_add_c(out, '/');
		sek_buf_add_str(out, part);
	}
	return !out->toobig;
}

enum sek_code
sek_lineage_get_places(struct sek_str text, const struct sek_holder_name *names,
    size_t names_n, sek_holder_fn *fn, void *arg, struct sek_err *err)
{
	sek_auto_buf path = {0};
	enum sek_code r = SEK_OK;

	while (!r && text.n) {
		struct sek_oid commit, id;

		if (!get_oid(&text, &commit) || !get_oid(&text, &id) ||
		    !get_path(&text, names, names_n, &path))
			return broken(err);
		r = fn(arg, &commit, sek_buf_str(&path), &id, err);
	}
	return r;
}

void
sek_lineage_put_counts(struct sek_buf *b, const uint64_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sek_lineage_put_number(b, at[i], 8);
}

enum sek_code
sek_lineage_get_counts(struct sek_str text, uint64_t *at, size_t n,
    struct sek_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!get_number(&text, 8, &at[i]))
			return broken(err);
	return text.n ? broken(err) : SEK_OK;
}

void
sek_lineage_put_reach(struct sek_buf *b, const struct sek_reach *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sek_lineage_put_number(b, (uint64_t)at[i].reached, 1);
		sek_lineage_put_number(b, at[i].refs, 8);
		sek_lineage_put_number(b, at[i].at.n, 4);
		sek_vec_each (ref, &at[i].at)
			sek_lineage_put_number(b, *ref, 4);
	}
}

static bool
get_reach(struct sek_str *text, struct sek_reach *out, size_t refs)
{
	uint64_t reached, n, ref;

	if (!get_number(text, 1, &reached) || reached > SEK_REACHED_BY_REFS ||
	    !get_number(text, 8, &out->refs) || !get_number(text, 4, &n) ||
	    n > SEK_REFS_KEPT || n > out->refs)
		return false;
	out->reached = (enum sek_reached)reached;
	for (uint64_t i = 0; i < n; i++) {
		if (!get_number(text, 4, &ref) || ref >= refs)
			return false;
		*sek_vec_push(&out->at) = (uint32_t)ref;
	}
	return true;
}

enum sek_code
sek_lineage_get_reach(struct sek_str text, struct sek_reach *at, size_t n,
    size_t refs, struct sek_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!get_reach(&text, &at[i], refs))
			return broken(err);
	return text.n ? broken(err) : SEK_OK;
}
