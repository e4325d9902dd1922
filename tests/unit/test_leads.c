#include "packer.h"

#include "repo/holders_trees.h"

/* Trees whose deltas cut anywhere, also through ids, against trees parsed. */
enum { CHILDREN = 40, TREES = 300 };

struct forest {
	unsigned seed;
	struct packer packer;
	struct sek_buf tree[TREES];
};

static unsigned
below(struct forest *f, size_t n)
{
	return n ? (unsigned)rand_r(&f->seed) % (unsigned)n : 0;
}

static struct sek_oid
child(unsigned n)
{
	struct sek_oid oid = packer_oid(99, n, 20);

	/* So that parts of one are parts of many. */
	memset(oid.raw + 4, (int)(n / 8), 15);
	return oid;
}

static void
add_entry(struct forest *f, struct sek_buf *out)
{
	unsigned n = below(f, CHILDREN);
	struct sek_oid oid = child(n);

	sek_buf_printf(out, "100644 file-%u-%u", n, below(f, 1000));
	sek_buf_add_c(out, '\0');
	sek_buf_add(out, oid.raw, 20);
}

static void
add_root(struct forest *f, struct sek_buf *tree)
{
	for (unsigned n = 5 + below(f, 40); n; n--)
		add_entry(f, tree);
	packer_add(&f->packer, SEK_TREE, sek_buf_str(tree));
}

/* The base again with a part of it cut out and put together from pieces: the
 * same bytes, or with some entry new. */
static void
add_delta(struct forest *f, size_t base, struct sek_buf *tree)
{
	struct sek_str b = sek_buf_str(&f->tree[base]);
	struct sek_buf parts = {0}, delta = {0};
	size_t at = 0;

	while (at < b.n) {
		size_t n = 1 + below(f, below(f, 2) ? b.n - at : 30);

		n = n < b.n - at ? n : b.n - at;
		if (below(f, 3))
			delta_copy(&parts, at, n);
		else
			delta_text(&parts, b.p + at, n);
		sek_buf_add(tree, b.p + at, n);
		at += n;
	}
	if (below(f, 2)) {
		size_t before = tree->n;

		add_entry(f, tree);
		delta_text(&parts, tree->p + before, tree->n - before);
	}
	delta_size(&delta, b.n);
	delta_size(&delta, tree->n);
	sek_buf_add(&delta, parts.p, parts.n);
	packer_delta(&f->packer, base, below(f, 2), sek_buf_str(&delta));
	sek_buf_clear(&parts);
	sek_buf_clear(&delta);
}

/* Entries with one of the first `wanted` children, each as a line. */
static size_t
expect(const struct forest *f, unsigned wanted, struct sek_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < TREES; i++) {
		const char *at = f->tree[i].p, *end = at + f->tree[i].n;

		while (at < end) {
			const char *id = at + strlen(at) + 1;

			for (unsigned k = 0; k < wanted; k++) {
				struct sek_oid oid = child(k);
				char hex[SEK_OID_HEX];

				if (memcmp(oid.raw, id, 20))
					continue;
				sek_buf_printf(out, "%s %s\n",
				    sek_oid_hex(&f->packer.objects.at[i].oid,
					hex),
				    at + strlen("100644 "));
				n++;
			}
			at = id + 20;
		}
	}
	return n;
}

static int
by_id(const void *a, const void *b)
{
	return sek_oid_cmp(a, b);
}

static char *
sorted(const struct sek_buf *lines)
{
	write_file("lines", sek_buf_str(lines));
	return sh_out("LC_ALL=C sort lines");
}

static void
entries_are_found_however_a_delta_cuts_them(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		struct forest f = {.seed = seed, .packer = packer_new(20)};
		struct sek_buf want = {0}, got = {0};
		struct sek_oids wanted = {0};
		struct sek_leads leads = {0};
		struct sek_families *families;
		struct sek_tally tally = {0};
		struct sek_store *s;
		struct sek_err err;
		char *a, *b;

		for (size_t i = 0; i < TREES; i++) {
			if (i && below(&f, 20))
				add_delta(&f, i - 1 - below(&f, i < 9 ? i : 9),
				    &f.tree[i]);
			else
				add_root(&f, &f.tree[i]);
		}
		packer_write(&f.packer, "a", 2, false);
		for (unsigned k = 0; k < 3; k++)
			*sek_vec_push(&wanted) = child(k);
		qsort(wanted.at, wanted.n, sizeof(*wanted.at), by_id);
		s = packer_store(20);
		families = sek_families_new(s);
		assert_int_equal(sek_leads_find(&leads, families, &wanted,
				     &tally, &err),
		    SEK_OK);
		sek_families_free(families);
		sek_vec_each (lead, &leads) {
			char hex[SEK_OID_HEX];

			assert_false(lead->dir);
			sek_buf_printf(&got, "%s %s\n",
			    sek_oid_hex(&lead->tree, hex), lead->name);
		}
		assert_true(expect(&f, 3, &want) > 100);
		a = sorted(&want);
		b = sorted(&got);
		assert_string_equal(a, b);
		free(a);
		free(b);
		sek_leads_clear(&leads);
		sek_store_free(s);
		sek_vec_clear(&wanted);
		sek_buf_clear(&want);
		sek_buf_clear(&got);
		packer_clear(&f.packer);
		for (size_t i = 0; i < TREES; i++)
			sek_buf_clear(&f.tree[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(entries_are_found_however_a_delta_cuts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
