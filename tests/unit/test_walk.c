#include "packer.h"

#include "repo/walk.h"

/* What a walk told: of each object its content, put together where need be. */
struct told {
	struct sek_walk *walk;
	struct sek_settled settled;
	SEK_VEC(struct sek_buf) content; /* by number; p NULL: not told */
	size_t objects, leaves, known, gone, damaged, refused;
	struct sek_buf why;
	size_t stop_after;
};

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct told *t = arg;
	struct sek_buf *to;
	struct sek_err err = {0};

	t->objects++;
	t->known += o->known;
	while (t->content.n <= o->number)
		(void)sek_vec_push(&t->content);
	to = &t->content.at[o->number];
	assert_null(to->p);
	assert_true((o->depth > 0) == (o->delta != NULL));
	if (o->content.p) {
		assert_int_equal(o->content.n, o->size);
		to->max = 1u << 30;
		sek_buf_add_str(to, o->content);
		if (!to->p)
			sek_buf_add(to, "", 0);
	} else {
		t->leaves++;
		if (sek_walk_build(t->walk, o, to, &err))
			fail_msg("%s", err.text);
	}
	return t->objects != t->stop_after;
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	struct told *t = arg;

	(void)oid;
	(void)number;
	t->gone += loss == SEK_WALK_GONE;
	t->damaged += loss == SEK_WALK_DAMAGED;
	t->refused += loss == SEK_WALK_REFUSED;
	sek_buf_printf(&t->why, "%s\n", why);
	return true;
}

static void
walk(struct told *t, size_t holds, uint64_t bytes, unsigned oid_len)
{
	struct sek_store *s = packer_store(oid_len);
	struct sek_settled settled = t->settled;
	struct sek_families *f = sek_families_new_but(s, &settled);
	struct sek_walk_visitor v = {on_object, on_lost, t};
	size_t stop = t->stop_after;

	*t = (struct told){.stop_after = stop, .why = {.max = 1u << 30}};
	t->walk = sek_walk_new(f);
	if (holds)
		sek_walk_limit(t->walk, holds, bytes);
	sek_walk_run(t->walk, &v);
	sek_walk_free(t->walk);
	sek_families_free(f);
	sek_store_free(s);
}

static void
told_clear(struct told *t)
{
	sek_vec_each (b, &t->content)
		sek_buf_clear(b);
	sek_vec_clear(&t->content);
	sek_buf_clear(&t->why);
}

/* A delta that puts `text` behind a base of n bytes. */
static void
append(struct packer *p, size_t base, size_t n, const char *text, bool by_id)
{
	struct sek_buf d = {0};

	delta_size(&d, n);
	delta_size(&d, n + strlen(text));
	delta_copy(&d, 0, n);
	delta_text(&d, text, strlen(text));
	packer_delta(p, base, by_id, sek_buf_str(&d));
	sek_buf_clear(&d);
}

/* A tree of three children each: object i is made of (i - 1) / 3. */
static void
plant(struct packer *p, size_t objects, size_t root, char **want)
{
	char *text = sek_alloc(root + 1);

	memset(text, 'r', root);
	packer_add(p, SEK_BLOB, sek_str(text));
	want[0] = text;
	for (size_t i = 1; i < objects; i++) {
		size_t base = (i - 1) / 3;
		char *more = sek_printf("+%zu", i);

		append(p, base, strlen(want[base]), more, i % 2);
		want[i] = sek_printf("%s%s", want[base], more);
		free(more);
	}
}

enum { OBJECTS = 200 };

static void
every_object_is_told_once_however_little_may_be_held(void **state)
{
	static const size_t holds[] = {0, 1, 3000, 9000, 1 << 20};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		unsigned len = i & 1 ? 32 : 20;
		struct packer p = packer_new(len);
		char *want[OBJECTS];
		struct told t = {0};

		plant(&p, OBJECTS, 1000, want);
		packer_write(&p, "a", 2, false);
		walk(&t, holds[i], UINT64_MAX / 2, len);
		assert_int_equal(t.objects, OBJECTS);
		assert_int_equal(t.leaves, OBJECTS - (OBJECTS - 2) / 3 - 1);
		assert_int_equal(t.gone + t.damaged + t.refused, 0);
		for (size_t k = 0; k < OBJECTS; k++) {
			assert_int_equal(t.content.at[k].n, strlen(want[k]));
			assert_memory_equal(t.content.at[k].p, want[k],
			    strlen(want[k]));
			free(want[k]);
		}
		told_clear(&t);
		packer_clear(&p);
	}
}

static void
what_two_packs_have_is_known_the_second_time(void **state)
{
	struct packer a = packer_new(20), b = packer_new(20);
	char *want[OBJECTS], *again[OBJECTS];
	struct told t = {0};

	(void)state;
	plant(&a, OBJECTS, 100, want);
	plant(&b, OBJECTS / 2, 100, again);
	packer_write(&a, "a", 2, false);
	packer_write(&b, "b", 1, false);
	walk(&t, 0, 0, 20);
	assert_int_equal(t.objects, OBJECTS * 3 / 2);
	assert_int_equal(t.known, OBJECTS / 2);
	for (size_t i = 0; i < OBJECTS; i++)
		free(want[i]);
	for (size_t i = 0; i < OBJECTS / 2; i++)
		free(again[i]);
	told_clear(&t);
	packer_clear(&a);
	packer_clear(&b);
}

static void
circles_are_refused_and_hide_nothing(void **state)
{
	struct packer p = packer_new(20);
	struct sek_buf d = {0}, stream = {0};
	struct sek_oid second = packer_oid(0, 1, 20);
	struct sek_oid third = packer_oid(0, 2, 20);
	struct told t = {0};

	(void)state;
	delta_size(&d, 1);
	delta_size(&d, 1);
	delta_copy(&d, 0, 1);
	deflate_to(&stream, sek_buf_str(&d));
	/* 0 of itself; 1 of 2 of 1, and 3 of 1; 4 is good */
	packer_raw(&p, PACK_REF, d.n, 0, &(struct sek_oid){20, {0}},
	    sek_buf_str(&stream));
	packer_raw(&p, PACK_REF, d.n, 0, &third, sek_buf_str(&stream));
	packer_raw(&p, PACK_REF, d.n, 0, &second, sek_buf_str(&stream));
	packer_delta(&p, 1, false, sek_buf_str(&d));
	packer_add(&p, SEK_BLOB, SEK_STR("good"));
	packer_write(&p, "a", 2, false);
	walk(&t, 0, 0, 20);
	assert_int_equal(t.objects, 1);
	assert_int_equal(t.refused, 3);
	assert_int_equal(t.gone, 1); /* nothing has the id of zeros */
	assert_non_null(strstr(t.why.p, "circle"));
	told_clear(&t);
	packer_clear(&p);
	sek_buf_clear(&d);
	sek_buf_clear(&stream);
}

static void
circles_through_two_packs_are_refused(void **state)
{
	struct packer a = packer_new(20), b = packer_new(20);
	struct sek_oid in_a = packer_oid(0, 0, 20), in_b = packer_oid(1, 0, 20);
	struct sek_buf d = {0}, stream = {0};
	struct told t = {0};

	(void)state;
	b.salt = 1;
	delta_size(&d, 1);
	delta_size(&d, 1);
	delta_copy(&d, 0, 1);
	deflate_to(&stream, sek_buf_str(&d));
	packer_raw(&a, PACK_REF, d.n, 0, &in_b, sek_buf_str(&stream));
	packer_raw(&b, PACK_REF, d.n, 0, &in_a, sek_buf_str(&stream));
	packer_write(&a, "a", 2, false);
	packer_write(&b, "b", 2, false);
	walk(&t, 0, 0, 20);
	assert_int_equal(t.objects, 0);
	assert_int_equal(t.refused, 2);
	told_clear(&t);
	packer_clear(&a);
	packer_clear(&b);
	sek_buf_clear(&d);
	sek_buf_clear(&stream);
}

static void
a_chain_is_read_as_deep_as_git_makes_them(void **state)
{
	enum { DEEP = SEK_CHAIN_MAX + 10 };
	struct packer p = packer_new(20);
	struct told t = {0};

	(void)state;
	packer_add(&p, SEK_BLOB, SEK_STR("0123456789"));
	for (size_t i = 1; i <= DEEP; i++)
		append(&p, i - 1, i + 9, "x", i % 2);
	packer_write(&p, "a", 2, false);
	walk(&t, 1, UINT64_MAX / 2, 20);
	assert_int_equal(t.objects, SEK_CHAIN_MAX + 1);
	assert_int_equal(t.refused, DEEP - SEK_CHAIN_MAX);
	assert_int_equal(t.content.at[SEK_CHAIN_MAX].n, SEK_CHAIN_MAX + 10);
	told_clear(&t);
	packer_clear(&p);
}

/* Each doubles its base a hundred times: thirty would fill any memory. */
static void
a_bomb_of_deltas_is_refused(void **state)
{
	struct packer p = packer_new(20);
	struct told t = {0};
	size_t n = 1000;
	char *text = sek_alloc(n + 1);

	(void)state;
	memset(text, 'b', n);
	packer_add(&p, SEK_BLOB, sek_str(text));
	for (size_t i = 0; i < 30; i++) {
		struct sek_buf d = {0};

		delta_size(&d, n);
		delta_size(&d, 100 * n);
		for (size_t k = 0; k < 100; k++)
			delta_copy(&d, 0, n < 0xffffff ? n : 0xffffff);
		packer_delta(&p, i, false, sek_buf_str(&d));
		n *= n < (size_t)1 << 40 ? 100 : 1;
		sek_buf_clear(&d);
	}
	packer_write(&p, "a", 2, false);
	walk(&t, 1 << 20, 1 << 24, 20);
	assert_int_equal(t.objects, 3);
	assert_int_equal(t.refused, 28);
	assert_non_null(strstr(t.why.p, "more bytes than the limit"));
	told_clear(&t);
	packer_clear(&p);
	free(text);
}

static void
a_damaged_base_takes_what_is_made_of_it_and_no_more(void **state)
{
	struct packer p = packer_new(20);
	char *want[OBJECTS];
	struct told t = {0};

	(void)state;
	plant(&p, OBJECTS, 100, want);
	packer_write(&p, "a", 2, false);
	p.bytes.p[p.objects.at[4].offset - 1] ^= 64;
	write_file("objects/pack/pack-a.pack", sek_buf_str(&p.bytes));
	walk(&t, 0, 0, 20);
	assert_int_equal(t.objects + t.damaged, OBJECTS);
	for (size_t i = 0; i < OBJECTS; i++) {
		size_t at = i;

		while (at > 3)
			at = (at - 1) / 3;
		assert_int_equal(at == 3,
		    i >= t.content.n || !t.content.at[i].p);
		free(want[i]);
	}
	told_clear(&t);
	packer_clear(&p);
}

static void
a_visitor_can_end_the_walk(void **state)
{
	struct packer p = packer_new(20);
	char *want[OBJECTS];
	struct told t = {.stop_after = 7};

	(void)state;
	plant(&p, OBJECTS, 100, want);
	packer_write(&p, "a", 2, false);
	walk(&t, 0, 0, 20);
	assert_int_equal(t.objects, 7);
	for (size_t i = 0; i < OBJECTS; i++)
		free(want[i]);
	told_clear(&t);
	packer_clear(&p);
}

/* What git packs, with every kind of object, is what git reads. */
static void
a_repository_of_git_is_read_as_git_reads_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct told t = {0};
		char *sizes, *mine;
		size_t all = 0;

		sh("rm -rf r; git init -q --object-format=%s r; cd r\n"
		   "for i in 1 2 3 4 5 6 7 8 9; do seq $i 400 >f; seq $i >g;\n"
		   "git add .; git commit -q -m $i; git tag -a -m t v$i; done\n"
		   "%s\necho loose >l; git add l; rm -rf ../objects\n"
		   "cp -r .git/objects ..",
		    i & 1 ? "sha256" : "sha1",
		    i & 2 ? "git repack -q -a -d --no-write-bitmap-index; "
			    "git multi-pack-index write"
			  : "git repack -q; git commit -q --allow-empty -m x; "
			    "git repack -q; git reset -q --hard HEAD^; "
			    "git reflog expire --expire=now --all; "
			    "git repack -q -a -d --cruft");
		walk(&t, 0, 0, i & 1 ? 32 : 20);
		sek_vec_each (b, &t.content)
			all += b->n;
		mine = sek_printf("%zu %zu", t.objects, all);
		sizes = sh_out("git -C r cat-file --batch-all-objects "
			       "--batch-check='%%(objectsize)' | "
			       "awk '{ n++; s += $1 } END { print n, s }'");
		assert_string_equal(mine, sizes);
		assert_int_equal(t.gone + t.damaged + t.refused, 0);
		free(mine);
		free(sizes);
		told_clear(&t);
	}
}

static bool
leads_to_unsettled(const unsigned char *settled, size_t i)
{
	bool yes = !sek_bit(settled, i);

	for (size_t k = 3 * i + 1; !yes && k <= 3 * i + 3 && k < OBJECTS; k++)
		yes = leads_to_unsettled(settled, k);
	return yes;
}

static void
of_what_is_settled_only_the_way_to_the_rest_is_read(void **state)
{
	static const unsigned chances[] = {0, 1, 10, 50, 90, 100};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		unsigned char settled[OBJECTS / 8 + 1] = {0};
		unsigned char *packs[] = {settled};
		struct packer p = packer_new(20);
		struct told t = {.settled = {.pack = packs}};
		unsigned seed = i;
		size_t want = 0, known = 0;
		char *text[OBJECTS];

		plant(&p, OBJECTS, 100, text);
		packer_write(&p, "a", 2, false);
		for (size_t k = 0; k < OBJECTS; k++)
			if ((unsigned)rand_r(&seed) % 100 < chances[i])
				settled[k / 8] |= (unsigned char)(1u << k % 8);
		walk(&t, i & 1 ? 300 : 0, UINT64_MAX / 2, 20);
		for (size_t k = 0; k < OBJECTS; k++) {
			bool told = k < t.content.n && t.content.at[k].p;

			assert_int_equal(told, leads_to_unsettled(settled, k));
			want += told;
			known += told && sek_bit(settled, k);
			if (told)
				assert_memory_equal(t.content.at[k].p, text[k],
				    strlen(text[k]));
			free(text[k]);
		}
		assert_int_equal(t.objects, want);
		assert_int_equal(t.known, known);
		assert_int_equal(t.gone + t.damaged + t.refused, 0);
		told_clear(&t);
		packer_clear(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(every_object_is_told_once_however_little_may_be_held),
	    fixture_test(what_two_packs_have_is_known_the_second_time),
	    fixture_test(of_what_is_settled_only_the_way_to_the_rest_is_read),
	    fixture_test(circles_are_refused_and_hide_nothing),
	    fixture_test(circles_through_two_packs_are_refused),
	    fixture_test(a_chain_is_read_as_deep_as_git_makes_them),
	    fixture_test(a_bomb_of_deltas_is_refused),
	    fixture_test(a_damaged_base_takes_what_is_made_of_it_and_no_more),
	    fixture_test(a_visitor_can_end_the_walk),
	    fixture_test(a_repository_of_git_is_read_as_git_reads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
