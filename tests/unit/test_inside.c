#include "fixture.h"

#include "base/file.h"
#include "scan/archive.h"
#include "scan/inside.h"

/* Put together at run time, so that no file of ours holds a key. */
#define ID "AKIA" /* */ "QYLPMN5HFIQR7BCX"

struct world {
	struct sek_policy *policy;
	struct sek_buf archive;
	struct sek_within within;
	struct sek_job job;
	struct sek_outcome out;
};

static void
make(struct world *w)
{
	struct sek_policy_options o = {0};
	struct sek_err err;

	*w = (struct world){.job = {.path = sek_strdup("a.gz")}};
	if (sek_policy_load(&w->policy, NULL, NULL, &o, &err) != SEK_OK)
		fail_msg("%s", err.text);
	sh("echo " ID " | gzip > a.gz");
	assert_int_equal(sek_file_read("a.gz", &w->archive, &err), SEK_OK);
}

static size_t
found(struct world *w)
{
	struct sek_inside *in = NULL;
	size_t n;

	sek_inside_run(&in, w->policy, &w->job, "a.gz", NULL,
	    sek_buf_str(&w->archive), &w->out);
	n = w->out.founds.n;
	sek_inside_free(in);
	sek_outcome_clear(&w->out);
	return n;
}

static void
an_archive_that_holds_itself_is_read_once(void **state)
{
	struct sek_archive_budget budget = {1000, 10};
	struct sek_within outer;
	struct world w;

	(void)state;
	make(&w);
	assert_int_equal(found(&w), 1);
	w.within = (struct sek_within){
	    .shown = "x.zip!a.gz",
	    .depth = 1,
	    .budget = &budget,
	    .archive = {"another", 7},
	};
	w.job.within = &w.within;
	assert_int_equal(found(&w), 1);
	outer = w.within;
	outer.archive = sek_buf_str(&w.archive);
	w.within.outer = &outer;
	w.within.depth = 2;
	assert_int_equal(found(&w), 0);
	sek_buf_clear(&w.archive);
	sek_policy_free(w.policy);
	free(w.job.path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(an_archive_that_holds_itself_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
