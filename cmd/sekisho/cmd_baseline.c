#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/run.h"
#include "scan/source.h"
#include "sekisho/allow_edit.h"
#include "sekisho/commands.h"
#include "sekisho/progress.h"

struct options {
	const char *reason, *until;
};

#define OPT(field) offsetof(struct options, field)

static const struct cli_opt opts[] = {
    {0, "reason", CLI_STRING, OPT(reason), "TEXT", NULL,
	"What the entries say (default: baseline of this day)", false},
    {0, "until", CLI_STRING, OPT(until), "DATE", NULL,
	"Last day that they are allowed on, as YYYY-MM-DD", false},
    {0},
};

static enum sek_code
feed(void *arg, struct sek_engine *e, struct sek_err *err)
{
	static const char *const all[] = {NULL};

	return sek_source_tree(e, arg, all, err);
}

struct baseline {
	const struct sek_founds *founds;
	const char *reason, *until;
};

static void
add(struct sek_buf *text, const void *arg)
{
	const struct baseline *b = arg;

	for (size_t i = 0; i < b->founds->n; i++) {
		const struct sek_finding *f = &b->founds->at[i].finding;
		bool hidden = b->founds->at[i].path_hidden;
		sek_auto_buf glob = {0};

		/* A path that holds a secret is not written down. */
		if (!hidden)
			sek_allow_literal_glob(&glob, sek_str(f->path));
		sek_allow_write(text, f->fingerprint, f->rule->id,
		    hidden ? (struct sek_str){NULL, 0} : sek_buf_str(&glob),
		    b->reason, b->until);
	}
}

static int
write_baseline(struct sek_repo *repo, const struct options *o,
    const struct sek_outcome *out)
{
	char today[11];
	struct sek_err err;
	sek_auto_free char *reason = NULL;
	struct baseline b = {.founds = &out->founds, .until = o->until};

	sek_policy_today(today);
	reason = o->reason ? sek_strdup(o->reason)
			   : sek_printf("baseline of %s", today);
	b.reason = reason;
	if (out->counts.unread || out->interrupted) {
		fputs("sekisho: not everything could be read, so there is no "
		      "baseline; see `sekisho scan`\n",
		    stderr);
		return CLI_EXIT_FAILED;
	}
	if (!out->founds.n) {
		puts("nothing is found that is not allowed already");
		return CLI_EXIT_OK;
	}
	if (allow_edit(repo, out->policy->rules, add, &b, &err) != SEK_OK)
		return cli_fail(&err);
	return CLI_EXIT_OK;
}

static int
run(const void *opts_, int argc, char **argv)
{
	const struct options *o = opts_;
	struct sek_run run = {
	    .threads = 1,
	    .policy = {.allow_from = SEK_ALLOW_WORK_TREE, .inline_allow = true},
	};
	struct sek_outcome out = {0};
	sek_auto_repo *repo = NULL;
	struct sek_err err;
	enum sek_code r = SEK_OK;
	int status;

	(void)argc;
	(void)argv;
	if (o->until && !sek_allow_is_date(sek_str(o->until)))
		r = sek_fail(&err, SEK_ECONFIG,
		    "--until takes a day as YYYY-MM-DD");
	if (r == SEK_OK)
		r = sek_repo_open(&repo, NULL, &err);
	if (r == SEK_OK) {
		run.repo = repo;
		run.config = repo->config;
		progress_start(&run);
		r = sek_run(&run, feed, repo, &out, &err);
		progress_end();
	}
	status = r == SEK_OK ? write_baseline(repo, o, &out) : cli_fail(&err);
	sek_outcome_clear(&out);
	return status;
}

const struct cli_cmd cmd_baseline = {
    .name = "baseline",
    .summary = "Allow what is in the work tree now",
    .details = "Adds an entry to .sekisho for every finding, so that only new "
	       "ones count from here on. For secrets that are real: rotate "
	       "them, and take the entries out again.",
    .operand = {"", CLI_FLAG, NULL, 0, 0},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};
