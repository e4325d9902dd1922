#include "fixture.h"

#include "repo/few_kept.h"

/* Several times what the ring holds, in objects that end where they will. */
#define OBJECTS 1500
#define LARGEST 300000u

static const struct sek_pack *const packs[] = {
    (const struct sek_pack *)&packs[0], (const struct sek_pack *)&packs[1]};

static size_t
size_of(unsigned i)
{
	return i % 7 ? i * 2654435761u % LARGEST : i % 3;
}

static void
fill(char *content, unsigned i)
{
	memset(content, (int)(i % 251), size_of(i));
	if (size_of(i) > sizeof(i))
		memcpy(content, &i, sizeof(i));
}

static bool
find(struct sek_few_kept *k, unsigned i, char *want)
{
	struct sek_str content;
	enum sek_type type;

	if (!sek_few_find_kept(k, packs[i & 1], i + 12, &content, &type))
		return false;
	fill(want, i);
	assert_int_equal(type, 1 + i % 4);
	assert_int_equal(content.n, size_of(i));
	assert_memory_equal(content.p, want, content.n);
	return true;
}

static void
what_is_found_is_what_was_kept(void **state)
{
	struct sek_few_kept k = {0};
	char *content = sek_alloc(LARGEST), *want = sek_alloc(LARGEST);
	unsigned found = 0, gone = 0;

	(void)state;
	assert_false(find(&k, 1, want));
	for (unsigned i = 0; i < OBJECTS; i++) {
		fill(content, i);
		sek_few_keep(&k, packs[i & 1], i + 12,
		    (enum sek_type)(1 + i % 4),
		    (struct sek_str){content, size_of(i)});
		assert_true(find(&k, i, want));
		assert_false(find(&k, i + 1, want));
		for (unsigned back = 1; back <= i; back *= 2) {
			bool there = find(&k, i - back, want);

			found += there;
			gone += !there;
		}
	}
	/* So much later it is still there, if no other has its slot. */
	assert_true(found > OBJECTS * 5);
	assert_true(gone > OBJECTS);
	sek_few_kept_clear(&k);
	assert_false(find(&k, OBJECTS - 1, want));
	free(content);
	free(want);
}

static void
what_is_too_large_is_not_kept(void **state)
{
	struct sek_few_kept k = {0};
	struct sek_str large = {sek_alloc(SEK_KEPT_BYTES), SEK_KEPT_BYTES};
	enum sek_type type;

	(void)state;
	sek_few_keep(&k, packs[0], 12, SEK_BLOB, large);
	assert_false(sek_few_find_kept(&k, packs[0], 12, &large, &type));
	free((void *)(uintptr_t)large.p);
	sek_few_kept_clear(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_found_is_what_was_kept),
	    cmocka_unit_test(what_is_too_large_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
