#include "packer.h"

#include "repo/sum.h"
#include "scan/source_store.h"

/*
 * A store read family by family against each of its contents scanned by itself:
 * the same findings at the same places, the same counts.
 */

/* Put together at run time, so that no file of ours holds a key. */
#define ID     "AKIA" /* */ "QYLPMN5HFIQR7BCX"
#define SECRET "k9Xz/Q7b+Lw2Rm4T" /* */ "v8Yc1Ns6Pd3Gh5Jf0BqZaWe"

static const char *const fragments[] = {ID, SECRET, "\n", "\n", "\n",
    "aws_secret_access_key = ", "AKIA", "QYLPMN5HFIQR7BCX", "\"", " ", "'",
    "-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----\n",
    "k9Xz/Q7b+Lw2Rm4T", "v8Yc1Ns6Pd3Gh5Jf0BqZaWe", "word", "sekisho:allow ",
    "version https://git-lfs.github.com/spec/v1\n",
    "........................................", "ASIA", "secret",
    "# pragma: allowlist secret", "EXAMPLE", "begin-of-it", "end-of-it",
    "begin-of", "-it", "begin-of-it", "end-of-it"};

/* A decision that looks far beyond its literal. */
#define FAR                                                                    \
	"[far]\ndescription = x\nseverity = low\nnomatch = x\n"                \
	"match = begin-of-it{60:a-z}end-of-it\n"                               \
	"regex = begin-of-it[^\\n]{50,900}end-of-it\n"

struct world {
	unsigned seed;
	SEK_VEC(struct sek_buf) content; /* of each object of all packs */
	SEK_VEC(struct sek_oid) oid;
	SEK_VEC(enum sek_type) type;
};

static unsigned
below(struct world *w, size_t n)
{
	return n ? (unsigned)rand_r(&w->seed) % (unsigned)n : 0;
}

static void
invent(struct world *w, struct sek_buf *out, size_t n)
{
	while (n--) {
		if (below(w, 2) == 0)
			sek_buf_printf(out, "%*s", (int)below(w, 900), "");
		sek_buf_add_s(out,
		    fragments[below(w, sizeof(fragments) / sizeof(char *))]);
	}
}

/* In or behind a literal, where something new may make a key of it. */
static size_t
cut_at_literal(struct world *w, struct sek_str base, size_t at, size_t n)
{
	static const char *const literals[] = {
	    "AKIA", "access_key = ", "begin-of-it", "begin-of"};
	const char *literal = literals[below(w, 4)];
	const char *p = memmem(base.p + at, base.n - at, literal,
	    strlen(literal));

	if (!p)
		return n;
	n = below(w, 2) ? strlen(literal) : below(w, 40);
	n += (size_t)(p - base.p) - at;
	return n < base.n - at ? n : base.n - at;
}

static void
change(struct world *w, struct sek_str base, struct sek_buf *delta,
    struct sek_buf *made)
{
	sek_auto_buf parts = {0};
	size_t at = 0;

	for (size_t i = below(w, 5); i < 6; i++) {
		sek_auto_buf text = {0};
		size_t left = base.n - at, n = left ? 1 + below(w, left) : 0;

		if (below(w, 2))
			n = cut_at_literal(w, base, at, n);
		if (n) {
			delta_copy(&parts, at, n);
			sek_buf_add(made, base.p + at, n);
			at += n;
		}
		if (below(w, 4) == 0)
			at = below(w, base.n);
		if (below(w, 2))
			continue;
		invent(w, &text, 1 + below(w, 2));
		delta_text(&parts, text.p, text.n);
		sek_buf_add(made, text.p, text.n);
	}
	sek_buf_add(made, "", 0);
	delta_size(delta, base.n);
	delta_size(delta, made->n);
	sek_buf_add(delta, parts.p, parts.n);
}

static void
note(struct world *w, const struct packer *p, struct sek_buf content,
    enum sek_type type)
{
	*sek_vec_push(&w->content) = content;
	*sek_vec_push(&w->oid) = p->objects.at[p->objects.n - 1].oid;
	*sek_vec_push(&w->type) = type;
}

/* A pack of families: wide, deep, by place and by id. */
static void
make_pack(struct world *w, const char *name, uint64_t salt, size_t objects)
{
	struct packer p = packer_new(20);
	size_t first = w->content.n;
	unsigned depth = 1 + below(w, 20);

	p.salt = salt;
	while (p.objects.n < objects) {
		struct sek_buf delta = {0}, made = {0};
		size_t n = p.objects.n, base = n;

		if (n && below(w, 10))
			base = n - 1 - below(w, n < depth ? n : depth);
		if (base == n) {
			enum sek_type type = (enum sek_type)(1 + below(w, 4));

			invent(w, &made, below(w, 12));
			sek_buf_add(&made, "", 0);
			packer_add(&p, type, sek_buf_str(&made));
			note(w, &p, made, type);
			continue;
		}
		change(w, sek_buf_str(&w->content.at[first + base]), &delta,
		    &made);
		packer_delta(&p, base, below(w, 2), sek_buf_str(&delta));
		note(w, &p, made, w->type.at[first + base]);
		sek_buf_clear(&delta);
	}
	packer_write(&p, name, 1 + below(w, 2), false);
	packer_clear(&p);
}

/* Blobs with the ids that are theirs; every third is made of the one before. */
static void
make_real_pack(struct world *w, const char *name, bool deltas)
{
	struct packer p = packer_new(20);

	for (size_t i = 0; i < 150; i++) {
		struct sek_buf delta = {0}, made = {0};
		char head[32];
		size_t n;

		if (i % 3 == 2) {
			change(w, sek_buf_str(&w->content.at[i - 1]), &delta,
			    &made);
		} else {
			sek_buf_printf(&made, "%zu", i);
			invent(w, &made, below(w, 12));
		}
		if (deltas && delta.n)
			packer_delta(&p, i - 1, i & 1, sek_buf_str(&delta));
		else
			packer_add(&p, SEK_BLOB, sek_buf_str(&made));
		n = (size_t)snprintf(head, sizeof(head), "blob %zu", made.n);
		assert_true(sek_sum_make(&p.objects.at[i].oid, 20,
		    (struct sek_str){head, n + 1}, sek_buf_str(&made)));
		note(w, &p, made, SEK_BLOB);
		sek_buf_clear(&delta);
	}
	packer_write(&p, name, 2, false);
	packer_clear(&p);
}

static void
drop_world(struct world *w)
{
	sek_vec_each (b, &w->content)
		sek_buf_clear(b);
	sek_vec_clear(&w->content);
	sek_vec_clear(&w->oid);
	sek_vec_clear(&w->type);
}

static struct sek_engine *
engine(struct sek_policy **policy, const char *rules, unsigned threads)
{
	const char *files[] = {rules, NULL};
	struct sek_policy_options o = {
	    .inline_allow = true, .rule_files = rules ? files : NULL};
	struct sek_engine_options eo = {.threads = threads};
	struct sek_err err = {0};

	if (sek_policy_load(policy, NULL, NULL, &o, &err))
		fail_msg("%s", err.text);
	eo.policy = *policy;
	return sek_engine_new(&eo);
}

/* Everything that is told, in one order. */
static char *
told(struct sek_outcome *o)
{
	struct sek_buf text = {.max = 1u << 30};
	const struct sek_counts *c = &o->counts;
	char hex[SEK_OID_HEX], *all, *sorted;

	for (size_t i = 0; i < o->founds.n; i++) {
		const struct sek_finding *f = &o->founds.at[i].finding;

		sek_buf_printf(&text, "%s %zu-%zu %s %d %s %s %zu:%zu\n",
		    sek_oid_hex(&f->blob, hex), (size_t)f->start,
		    (size_t)f->end, f->rule->id, (int)f->place, f->path,
		    f->pair ? f->pair : "-", (size_t)f->line,
		    (size_t)f->column);
	}
	sek_buf_printf(&text,
	    "%zu blobs %zu bytes %zu commits %zu tags "
	    "%zu messages %zu elsewhere %zu allowed\n",
	    (size_t)c->blobs, (size_t)c->bytes, (size_t)c->commits,
	    (size_t)c->tags, (size_t)c->messages, (size_t)c->elsewhere,
	    (size_t)c->allowed);
	assert_int_equal(c->unread, 0);
	write_file("told", sek_buf_str(&text));
	sorted = sh_out("LC_ALL=C sort told");
	all = sek_strdup(sorted);
	free(sorted);
	sek_buf_clear(&text);
	return all;
}

static char *
scan_each(const struct world *w, const char *rules)
{
	struct sek_policy *policy = NULL;
	struct sek_engine *e = engine(&policy, rules, 1);
	struct sek_outcome out = {0};
	char *all;

	for (size_t i = 0; i < w->content.n; i++) {
		struct sek_job job = sek_source_bare(&w->oid.at[i],
		    w->type.at[i]);

		job.from = SEK_FROM_BYTES;
		job.bytes.max = 1u << 30;
		sek_buf_add_str(&job.bytes, sek_buf_str(&w->content.at[i]));
		sek_engine_add(e, &job);
	}
	sek_engine_finish(&e, &out);
	/* Bytes have no type, so the engine took them for blobs. */
	out.counts.blobs = 0;
	for (size_t i = 0; i < w->type.n; i++) {
		out.counts.blobs += w->type.at[i] == SEK_BLOB;
		out.counts.commits += w->type.at[i] == SEK_COMMIT;
		out.counts.tags += w->type.at[i] == SEK_TAG;
	}
	out.policy = policy;
	all = told(&out);
	sek_outcome_clear(&out);
	return all;
}

static char *
scan_store(const char *rules, unsigned threads)
{
	struct sek_policy *policy = NULL;
	struct sek_engine *e = engine(&policy, rules, threads);
	struct sek_store *s = packer_store(20);
	struct sek_outcome out = {0};
	char *all;

	sek_source_store(e, NULL, s, NULL, NULL);
	sek_engine_finish(&e, &out);
	out.policy = policy;
	for (size_t i = 1; i < out.founds.n; i++)
		assert_true(out.founds.at[i - 1].finding.order <=
		    out.founds.at[i].finding.order);
	all = told(&out);
	sek_outcome_clear(&out);
	sek_store_free(s);
	return all;
}

static void
compare(unsigned seed, const char *rules, size_t objects)
{
	struct world w = {.seed = seed};
	char *want, *got;

	sh("rm -rf objects");
	make_pack(&w, "a", 1, objects);
	make_pack(&w, "b", 2, objects / 4);
	want = scan_each(&w, rules);
	assert_true(strlen(want) > 1000);
	for (unsigned threads = 1; threads <= 4; threads += 3) {
		got = scan_store(rules, threads);
		if (strcmp(want, got)) {
			write_file("want", sek_str(want));
			write_file("got", sek_str(got));
			(void)!system("diff want got | head -20");
			fail_msg("seed %u, %u threads", seed, threads);
		}
		free(got);
	}
	free(want);
	drop_world(&w);
}

static void
families_tell_what_each_content_tells(void **state)
{
	(void)state;
	write_file("far.rules", SEK_STR(FAR));
	for (unsigned seed = 1; seed <= 12; seed++)
		compare(seed, "far.rules", 600);
}

static void
rules_without_literals_see_everything(void **state)
{
	(void)state;
	write_file("r.rules",
	    SEK_STR("[any]\ndescription = x\nseverity = low\n"
		    "match = a1b2c3\nnomatch = x\n"
		    "regex = \\b[a-z0-9]{4}[A-Z+][a-z0-9]\n"));
	for (unsigned seed = 20; seed < 23; seed++)
		compare(seed, "r.rules", 200);
}

static void
what_two_packs_have_is_told_once(void **state)
{
	struct world w = {.seed = 5}, again = {.seed = 5};
	char *want, *got;

	(void)state;
	make_real_pack(&w, "a", true);
	make_real_pack(&again, "b", false);
	want = scan_each(&w, NULL);
	got = scan_store(NULL, 2);
	assert_string_equal(want, got);
	free(want);
	free(got);
	drop_world(&w);
	drop_world(&again);
}

static void
more_literals_than_are_carried_are_found_all_the_same(void **state)
{
	struct world w = {.seed = 1};
	struct packer p = packer_new(20);
	struct sek_buf base = {0};
	char *want, *got;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		sek_buf_printf(&base, "AKIA %zu\n", i);
	packer_add(&p, SEK_BLOB, sek_buf_str(&base));
	note(&w, &p, base, SEK_BLOB);
	for (size_t i = 0; i < 3; i++) {
		struct sek_buf delta = {0}, made = {0};
		struct sek_buf *from = &w.content.at[i];

		delta_size(&delta, from->n);
		delta_size(&delta, from->n + strlen("\n" ID "\n"));
		delta_copy(&delta, 0, from->n);
		delta_text(&delta, "\n" ID "\n", strlen("\n" ID "\n"));
		sek_buf_add(&made, from->p, from->n);
		sek_buf_add_s(&made, "\n" ID "\n");
		packer_delta(&p, i, false, sek_buf_str(&delta));
		note(&w, &p, made, SEK_BLOB);
		sek_buf_clear(&delta);
	}
	packer_write(&p, "a", 2, false);
	want = scan_each(&w, NULL);
	got = scan_store(NULL, 1);
	assert_non_null(strstr(want, "aws-access-key-id"));
	assert_string_equal(want, got);
	free(want);
	free(got);
	packer_clear(&p);
	drop_world(&w);
}

/* No crash, and nothing passes for clean. */
static void
a_pack_that_goes_bad_is_unread_object_by_object(void **state)
{
	struct world w = {.seed = 3};
	struct sek_policy *policy = NULL;
	struct sek_engine *e = engine(&policy, NULL, 2);
	struct sek_outcome out = {0};
	struct sek_repo nowhere = {.dir = fixture_dir, .oid_len = 20};
	struct sek_store *s;

	(void)state;
	make_pack(&w, "a", 1, 400);
	s = packer_store(20);
	assert_int_equal(truncate("objects/pack/pack-a.pack", 12), 0);
	sek_source_store(e, &nowhere, s, NULL, NULL);
	sek_engine_finish(&e, &out);
	assert_int_equal(out.counts.unread, 400);
	assert_int_equal(out.founds.n, 0);
	out.policy = policy;
	sek_outcome_clear(&out);
	sek_store_free(s);
	drop_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(families_tell_what_each_content_tells),
	    fixture_test(rules_without_literals_see_everything),
	    fixture_test(what_two_packs_have_is_told_once),
	    fixture_test(more_literals_than_are_carried_are_found_all_the_same),
	    fixture_test(a_pack_that_goes_bad_is_unread_object_by_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
