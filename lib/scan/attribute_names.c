#include <stdlib.h>

#include "base/alloc.h"
#include "scan/attribute_parts.h"

struct entry {
	struct sek_str name; /* p NULL: there is none */
	bool dir;
};

/* The entry of a tree ("mode SP name NUL id") that holds an offset. */
static struct entry
entry_at(struct sek_str tree, size_t offset, unsigned oid_len)
{
	const char *at = tree.p, *end = tree.p + tree.n;

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *sp = nul ? memchr(at, ' ', (size_t)(nul - at))
				     : NULL;

		if (!sp || (size_t)(end - nul) <= oid_len)
			break;
		if ((size_t)(nul - tree.p) > offset)
			return (struct entry){
			    .name = {sp + 1, (size_t)(nul - sp - 1)},
			    .dir = *at == '4',
			};
		at = nul + 1 + oid_len;
	}
	return (struct entry){0};
}

/* A finding, and the name that it is in. */
struct named {
	size_t found;
	char *name; /* owned */
	bool dir;
};

static bool
name_in_tree(struct sek_attribution *a, unsigned oid_len, struct sek_finding *f,
    struct named *out)
{
	enum sek_type type;
	struct sek_str tree;
	struct entry e;
	size_t from;

	if (sek_odb_read(a->odb, &f->blob, &a->content, &type, NULL) !=
		SEK_OK ||
	    type != SEK_TREE)
		return false;
	tree = sek_buf_str(&a->content);
	e = entry_at(tree, f->start, oid_len);
	from = e.name.p ? (size_t)(e.name.p - tree.p) : 0;
	if (!e.name.p || f->start < from || f->end > from + e.name.n)
		return false;
	f->start -= from;
	f->end -= from;
	out->name = sek_strndup(e.name.p, e.name.n);
	out->dir = e.dir;
	return true;
}

static int
by_name(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int c = strcmp(a->name, b->name);

	c = c ? c : (int)a->dir - (int)b->dir;
	return c ? c : (a->found > b->found) - (a->found < b->found);
}

/* No object has an id of that length. */
static struct sek_oid
made_up(uint64_t n)
{
	struct sek_oid oid = {.len = 8};

	for (unsigned i = 0; i < 8; i++)
		oid.raw[i] = (unsigned char)(n >> (56 - 8 * i));
	return oid;
}

void
sek_attribute_names(struct sek_attribution *a, unsigned oid_len,
    struct sek_founds *v)
{
	SEK_VEC(struct named) all = {0};

	for (size_t i = 0; i < v->n; i++) {
		struct named n = {.found = i};

		if (v->at[i].finding.place != SEK_PLACE_FILE_NAME ||
		    !name_in_tree(a, oid_len, &v->at[i].finding, &n))
			continue;
		sek_scanner_rename(a->scanner, &v->at[i], n.name);
		*sek_vec_push(&all) = n;
	}
	if (all.n)
		qsort(all.at, all.n, sizeof(*all.at), by_name);
	sek_vec_each (n, &all) {
		const struct sek_wanted *last = a->names.n
		    ? &a->names.at[a->names.n - 1]
		    : NULL;

		if (!last || last->dir != n->dir || strcmp(last->name, n->name))
			*sek_vec_push(&a->names) = (struct sek_wanted){
			    .blob = made_up(a->names.n),
			    .name = sek_steal(&n->name),
			    .dir = n->dir,
			};
		*sek_vec_push(&a->in_names) = (struct sek_in_name){
		    n->found, a->names.n - 1};
		free(n->name);
	}
	sek_vec_clear(&all);
}
