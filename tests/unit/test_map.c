#include "packer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "repo/map.h"
#include "repo/walk.h"

/* Files that lose their end while they are mapped. */
enum { SIZE = 1 << 16, OBJECTS = 300 };

static struct sek_str
mapped(const char *path)
{
	struct sek_str map = {NULL, 0};
	struct sek_err err = {0};

	if (sek_map_open(&map, path, &err))
		fail_msg("%s", err.text);
	return map;
}

static void
make_file(const char *path)
{
	char *text = sek_alloc(SIZE);

	memset(text, 'x', SIZE);
	write_file(path, (struct sek_str){text, SIZE});
	free(text);
}

static void
what_is_gone_reads_as_zeros_and_is_told(void **state)
{
	struct sek_str a, b;

	(void)state;
	make_file("a");
	make_file("b");
	a = mapped("a");
	b = mapped("b");
	assert_int_equal(truncate("a", 100), 0);
	assert_int_equal(a.p[99], 'x');
	assert_false(sek_map_failed(&a));
	assert_int_equal(a.p[SIZE - 1], 0);
	assert_true(sek_map_failed(&a));
	assert_int_equal(a.p[SIZE / 2], 0);
	assert_int_equal(b.p[SIZE - 1], 'x');
	assert_false(sek_map_failed(&b));
	sek_map_close(&a);
	make_file("a");
	a = mapped("a");
	assert_int_equal(a.p[SIZE - 1], 'x');
	assert_false(sek_map_failed(&a));
	sek_map_close(&a);
	sek_map_close(&b);
}

static void
bytes_of_others_never_failed(void **state)
{
	struct sek_str other = SEK_STR("x"), empty = {"", 0}, a;

	(void)state;
	make_file("a");
	a = mapped("a");
	assert_int_equal(truncate("a", 0), 0);
	assert_int_equal(*a.p, 0);
	assert_false(sek_map_failed(&other));
	assert_false(sek_map_failed(&empty));
	sek_map_close(&a);
}

/* A child that reads behind the end of a file which it mapped for itself. */
static void
fault_elsewhere(void)
{
	int fd = open("b", O_RDONLY);
	volatile const char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd,
	    0);

	if (p == MAP_FAILED || truncate("b", 0) || p[SIZE / 2])
		_exit(0);
	_exit(0);
}

static void
a_fault_elsewhere_is_not_ours(void **state)
{
	struct sek_str a;
	int status;
	pid_t child;

	(void)state;
	make_file("a");
	make_file("b");
	signal(SIGBUS, SIG_DFL);
	a = mapped("a");
	child = fork();
	if (!child)
		fault_elsewhere();
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	child = fork();
	if (!child) {
		kill(getpid(), SIGBUS);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	sek_map_close(&a);
}

struct cut {
	const char *path;
	size_t objects, lost;
};

static bool
on_object(void *arg, const struct sek_walk_object *o)
{
	struct cut *c = arg;

	assert_int_equal(o->size, 6000);
	c->objects++;
	if (c->objects == 20)
		assert_int_equal(truncate(c->path, 1), 0);
	return true;
}

static bool
on_lost(void *arg, const struct sek_oid *oid, uint64_t number,
    enum sek_walk_loss loss, const char *why)
{
	struct cut *c = arg;

	(void)oid;
	(void)number;
	assert_string_equal(why, "its pack can no longer be read");
	assert_int_equal(loss, SEK_WALK_DAMAGED);
	c->lost++;
	return true;
}

/* Objects of more than a page each, in the pack. */
static void
make_pack(void)
{
	struct packer p = packer_new(20);
	unsigned seed = 1;

	for (size_t i = 0; i < OBJECTS; i++) {
		char noise[6000];

		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)rand_r(&seed);
		packer_add(&p, SEK_BLOB,
		    (struct sek_str){noise, sizeof(noise)});
	}
	packer_write(&p, "a", 2, false);
	packer_clear(&p);
}

static void
a_pack_that_is_cut_short_gives_no_object_any_more(void **state)
{
	static const char *const paths[] = {
	    "objects/pack/pack-a.pack", "objects/pack/pack-a.idx"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct cut c = {.path = paths[i]};
		struct sek_walk_visitor v = {on_object, on_lost, &c};
		struct sek_families *f;
		struct sek_store *s;
		struct sek_walk *w;

		make_pack();
		s = packer_store(20);
		f = sek_families_new(s);
		w = sek_walk_new(f);
		sek_walk_run(w, &v);
		assert_int_equal(c.objects + c.lost, OBJECTS);
		assert_true(c.objects >= 20 && c.lost > OBJECTS / 2);
		assert_true(sek_pack_failed(s->packs.at[0]));
		sek_walk_free(w);
		sek_families_free(f);
		sek_store_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(what_is_gone_reads_as_zeros_and_is_told),
	    fixture_test(bytes_of_others_never_failed),
	    fixture_test(a_fault_elsewhere_is_not_ours),
	    fixture_test(a_pack_that_is_cut_short_gives_no_object_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
