#include "fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "scan/engine.h"

/* Put together at run time, so that no file of ours holds a key. */
#define ID_A "AKIA" /* */ "QYLPMN5HFIQR7BCX"

static struct sek_policy *
policy(void)
{
	struct sek_policy_options o = {0};
	struct sek_policy *p = NULL;
	struct sek_err err = {0};

	if (sek_policy_load(&p, NULL, NULL, &o, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return p;
}

static void
finish(struct sek_engine *e, struct sek_policy *p, struct sek_outcome *out)
{
	sek_engine_finish(&e, out);
	assert_null(e);
	out->policy = p;
}

static void
add_bytes(struct sek_engine *e, const char *path, const char *text)
{
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path),
	    .name_too = true,
	};

	sek_buf_add_s(&job.bytes, text);
	sek_engine_add(e, &job);
	assert_null(job.path);
}

static void
add_file(struct sek_engine *e, const char *path, bool follow)
{
	struct sek_job job = {
	    .from = SEK_FROM_FILE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path),
	    .follow = follow,
	};

	sek_engine_add(e, &job);
}

static void
add_origin(struct sek_engine *e, unsigned n)
{
	struct sek_origin *o = sek_alloc(sizeof(*o));
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	    .path = sek_printf("origin/%u", n),
	    .origin = o,
	};

	o->parents = n % 3;
	o->before = sek_alloc_n(o->parents + 1, sizeof(*o->before));
	for (size_t i = 0; i < o->parents; i++) {
		o->before[i].len = 20;
		o->before[i].raw[0] = (unsigned char)(i + 1);
	}
	sek_buf_add_s(&job.bytes, ID_A " " ID_A);
	sek_engine_add(e, &job);
}

static void
add_nowhere(struct sek_engine *e, unsigned n)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_printf("nowhere/%u-" ID_A, n),
	    .name_too = n % 2,
	    .why = sek_strdup("because"),
	    .elsewhere = n % 3 == 0,
	};

	sek_engine_add(e, &job);
}

/* Jobs of all kinds, the same for the same seed. */
static void
generate(struct sek_engine *e, unsigned seed, unsigned jobs)
{
	for (unsigned i = 0; i < jobs; i++) {
		struct sek_buf text = {0};
		char path[64];
		unsigned r = rand_r(&seed);

		snprintf(path, sizeof(path), "d%u/f%u%s", r % 7, i,
		    r % 50 ? "" : "-" ID_A);
		for (unsigned k = 0; k < r % 400; k++)
			sek_buf_add_s(&text,
			    rand_r(&seed) % 90 ? "nothing here "
					       : "\nkey = " ID_A "\n");
		switch (r % 11) {
		case 0:
			add_nowhere(e, i);
			break;
		case 1:
			add_origin(e, i);
			break;
		case 2:
			add_file(e, path, false);
			break;
		default:
			add_bytes(e, path, text.n ? text.p : "");
		}
		sek_buf_clear(&text);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
write_lines(struct sek_buf *b, struct sek_lines *lines)
{
	if (lines->n)
		qsort(lines->at, lines->n, sizeof(*lines->at), by_text);
	sek_vec_each (line, lines)
		sek_buf_printf(b, "%s\n", *line);
}

static char *
as_text(struct sek_outcome *o)
{
	const uint64_t *count = (const uint64_t *)&o->counts;
	struct sek_buf b = {0};

	sek_vec_each (f, &o->founds)
		sek_buf_printf(&b,
		    "%s %d %" PRIu64 ":%" PRIu64 " %" PRIu64 " %s %zu %s\n",
		    f->finding.path, f->finding.place, f->finding.line,
		    f->finding.column, f->finding.order, f->finding.fingerprint,
		    f->origin ? f->origin->parents : 99, f->lines);
	for (size_t i = 0; i < sizeof(o->counts) / sizeof(*count); i++)
		sek_buf_printf(&b, "%" PRIu64 " ", count[i]);
	write_lines(&b, &o->unread);
	write_lines(&b, &o->elsewhere);
	write_lines(&b, &o->allowed);
	return sek_buf_take(&b);
}

static char *
outcome_of(unsigned threads, unsigned seed, unsigned jobs)
{
	struct sek_engine_options o = {.threads = threads};
	struct sek_policy *p = policy();
	struct sek_outcome out;
	struct sek_engine *e;
	char *text;

	o.policy = p;
	e = sek_engine_new(&o);
	generate(e, seed, jobs);
	finish(e, p, &out);
	assert_false(out.interrupted);
	text = as_text(&out);
	sek_outcome_clear(&out);
	return text;
}

static void
the_number_of_threads_changes_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++) {
		char *one = outcome_of(1, seed, 700);

		assert_non_null(strstr(one, "because"));
		assert_null(strstr(one, "nowhere/0-" ID_A));
		for (unsigned threads = 2; threads <= 5; threads += 3) {
			char *many = outcome_of(threads, seed, 700);

			assert_string_equal(one, many);
			free(many);
		}
		free(one);
	}
}

static void
without_jobs_there_is_nothing(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads < 3; threads++) {
		struct sek_engine_options o = {.threads = threads};
		struct sek_policy *p = policy();
		struct sek_outcome out;

		o.policy = p;
		finish(sek_engine_new(&o), p, &out);
		assert_int_equal(out.founds.n, 0);
		assert_int_equal(out.counts.unread, 0);
		sek_outcome_clear(&out);
	}
}

static void
what_was_dropped_makes_it_interrupted(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads < 3; threads++) {
		volatile int stop = 0;
		struct sek_engine_options o = {
		    .threads = threads,
		    .stop = &stop,
		};
		struct sek_policy *p = policy();
		struct sek_outcome out;
		struct sek_engine *e;

		o.policy = p;
		e = sek_engine_new(&o);
		add_bytes(e, "before", ID_A);
		assert_false(sek_engine_stopped(e));
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
		add_bytes(e, "after", ID_A);
		assert_true(sek_engine_stopped(e));
		finish(e, p, &out);
		assert_true(out.interrupted);
		assert_true(out.founds.n <= 1);
		sek_outcome_clear(&out);
	}
}

static void
what_the_sources_say_is_kept(void **state)
{
	struct sek_engine_options o = {.threads = 2};
	struct sek_policy *p = policy();
	struct sek_outcome out;
	struct sek_engine *e;

	(void)state;
	o.policy = p;
	e = sek_engine_new(&o);
	sek_outcome_unread(sek_engine_outcome(e), SEK_STR("x"), "why");
	sek_engine_outcome(e)->allow_changed = true;
	finish(e, p, &out);
	assert_true(out.allow_changed);
	assert_string_equal(out.unread.at[0], "x: why");
	sek_outcome_clear(&out);
}

/* The outcome of one file of the current directory. */
static void
scan_file(const char *path, bool follow, struct sek_outcome *out)
{
	struct sek_engine_options o = {.threads = 1};
	struct sek_policy *p = policy();
	struct sek_engine *e;

	o.policy = p;
	e = sek_engine_new(&o);
	add_file(e, path, follow);
	finish(e, p, out);
}

static void
assert_counts(const char *path, bool follow, size_t founds, size_t unread)
{
	struct sek_outcome out;

	scan_file(path, follow, &out);
	assert_int_equal(out.founds.n, founds);
	assert_int_equal(out.counts.unread, unread);
	assert_int_equal(out.counts.blobs, !unread);
	sek_outcome_clear(&out);
}

static void
a_link_is_read_as_text_or_followed(void **state)
{
	(void)state;
	sh("echo %s > key; ln -s key to-key; ln -s %s dangling; ln -s loop "
	   "loop",
	    ID_A, ID_A);
	assert_counts("key", false, 1, 0);
	assert_counts("to-key", false, 0, 0);
	assert_counts("to-key", true, 1, 0);
	assert_counts("dangling", false, 1, 0);
	assert_counts("dangling", true, 0, 1);
	assert_counts("loop", false, 0, 0);
	assert_counts("loop", true, 0, 1);
}

static void
what_is_no_file_is_unread_and_does_not_hang(void **state)
{
	(void)state;
	sh("mkfifo pipe; mkdir dir; ln -s pipe to-pipe");
	assert_counts("pipe", false, 0, 1);
	assert_counts("to-pipe", true, 0, 1);
	assert_counts("dir", false, 0, 1);
	assert_counts("/dev/zero", true, 0, 1);
	assert_counts("missing", false, 0, 1);
}

static void
a_file_past_the_limit_is_unread(void **state)
{
	struct sek_outcome out;

	(void)state;
	assert_int_equal(close(open("big", O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(truncate("big", (off_t)SEK_CONTENT_MAX + 1), 0);
	scan_file("big", false, &out);
	assert_int_equal(out.counts.unread, 1);
	assert_string_equal(out.unread.at[0], "big: larger than 1024 MiB");
	sek_outcome_clear(&out);
}

static void
an_unread_line_does_not_show_a_key_in_the_name(void **state)
{
	struct sek_outcome out;

	(void)state;
	scan_file("missing-" ID_A, false, &out);
	assert_int_equal(out.counts.unread, 1);
	assert_null(strstr(out.unread.at[0], ID_A));
	assert_non_null(strstr(out.unread.at[0], "missing-"));
	sek_outcome_clear(&out);
}

static void
an_lfs_pointer_is_elsewhere(void **state)
{
	struct sek_outcome out;

	(void)state;
	sh("echo 'version https://git-lfs.github.com/spec/v1' > f");
	scan_file("f", false, &out);
	assert_int_equal(out.counts.elsewhere, 1);
	assert_int_equal(out.counts.unread, 0);
	sek_outcome_clear(&out);
}

/* So many pointers, to half as many contents; the last first. */
#define POINTERS 3000

static void
add_pointer(struct sek_engine *e, unsigned n)
{
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	    .path = sek_printf("blob %u", n),
	    .unnamed = true,
	    .blob = {.len = 20,
		.raw = {1, (unsigned char)(n >> 8), (unsigned char)n}},
	};

	sek_buf_printf(&job.bytes,
	    "version https://git-lfs.github.com/spec/v1\n"
	    "oid sha256:%064u\nsize %u\n",
	    n / 2, n);
	sek_engine_add(e, &job);
}

static void
expect_kept(struct sek_engine *e)
{
	struct sek_kept_pointers kept;

	for (unsigned i = POINTERS; i-- > 0;)
		add_pointer(e, i);
	sek_engine_pointers(e, &kept);
	assert_int_equal(kept.n, POINTERS);
	for (unsigned i = 0; i < POINTERS; i++) {
		assert_int_equal(kept.at[i].lfs.size, i);
		assert_int_equal(kept.at[i].blob.raw[1], i >> 8);
	}
	sek_vec_clear(&kept);
}

static void
pointers_are_kept_when_asked(void **state)
{
	struct sek_policy *p = policy();
	struct sek_engine_options o = {.policy = p};
	struct sek_outcome out;

	(void)state;
	for (o.threads = 1; o.threads < 6; o.threads += 2) {
		struct sek_engine *e = sek_engine_new(&o);

		sek_engine_keep_pointers(e);
		expect_kept(e);
		add_pointer(e, 1);
		sek_engine_finish(&e, &out);
		assert_int_equal(out.counts.elsewhere, 1);
		assert_int_equal(out.counts.blobs, POINTERS + 1);
		sek_outcome_clear(&out);
	}
	sek_policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(the_number_of_threads_changes_nothing),
	    fixture_test(without_jobs_there_is_nothing),
	    fixture_test(what_was_dropped_makes_it_interrupted),
	    fixture_test(what_the_sources_say_is_kept),
	    fixture_test(a_link_is_read_as_text_or_followed),
	    fixture_test(what_is_no_file_is_unread_and_does_not_hang),
	    fixture_test(a_file_past_the_limit_is_unread),
	    fixture_test(an_unread_line_does_not_show_a_key_in_the_name),
	    fixture_test(an_lfs_pointer_is_elsewhere),
	    fixture_test(pointers_are_kept_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
