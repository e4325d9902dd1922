#include "scan/run.h"

#include "scan/new.h"
#include "scan/pair_elsewhere.h"

enum sek_code
sek_run(const struct sek_run *run, sek_feed_fn *feed, void *arg,
    struct sek_outcome *out, struct sek_err *err)
{
	struct sek_policy *policy = NULL;
	struct sek_engine_options o = {
	    .repo = run->repo,
	    .use = run->use,
	    .threads = run->threads,
	    .cache = run->cache,
	    .attributed = run->attributed,
	    .stop = run->stop,
	    .progress = run->progress,
	    .progress_arg = run->progress_arg,
	};
	struct sek_engine *e;
	struct sek_err why;
	enum sek_code r;

	r = sek_policy_load(&policy, run->repo, run->config, &run->policy, err);
	if (r != SEK_OK)
		return r;
	o.policy = policy;
	e = sek_engine_new(&o);
	r = feed(arg, e, &why);
	sek_engine_finish(&e, out);
	out->policy = policy;
	out->cache = run->cache;
	if (out->interrupted)
		sek_outcome_unread(out, SEK_STR("the rest"), "interrupted");
	sek_pair_elsewhere(&out->founds);
	if (r == SEK_OK)
		return r;
	if (r == SEK_ECONFIG)
		return sek_fail(err, r, "%s", why.text);
	/* What was found until then is told all the same. */
	if (!out->interrupted)
		sek_outcome_unread(out, SEK_STR("the rest"), "%s", why.text);
	return SEK_OK;
}

static enum sek_code
pass(const struct sek_run *run, const struct sek_oids *others,
    sek_feed_fn *feed, void *arg, struct sek_outcome *out, struct sek_err *err)
{
	enum sek_code r = sek_run(run, feed, arg, out, err);

	if (r == SEK_OK && out->founds.n)
		r = sek_new_keep(run->repo, others, &out->founds, err);
	return out->interrupted && r != SEK_ECONFIG ? SEK_OK : r;
}

enum sek_code
sek_run_changes(const struct sek_run *run, const struct sek_oids *others,
    sek_feed_fn *feed, void *arg, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_run quick = *run;
	enum sek_code r;

	if (!run->quick)
		return pass(run, others, feed, arg, out, err);
	quick.policy.allow_nothing = true;
	quick.policy.inline_allow = false;
	r = pass(&quick, others, feed, arg, out, err);
	if (r != SEK_OK || out->interrupted)
		return r;
	if (!out->founds.n && !out->counts.unread && !out->allow_changed)
		return SEK_OK;
	sek_outcome_clear(out);
	return pass(run, others, feed, arg, out, err);
}
