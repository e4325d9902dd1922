#include "vault/serve.h"

#include "base/alloc.h"
#include "base/rfc3339.h"
#include "vault/serve_cached.h"
#include "vault/serve_memory.h"
#include "vault/state.h"

/*
 * A plan is worked off from its end: the credentials after hop n need those
 * after hop n - 1. After a hop whose result is cached there is a stage: its
 * record, its lock and its remembered failure, all under the text of the hops
 * so far.
 *
 * Locks: who holds one waits at most for that of a shorter text of the same
 * plan, which a longer one starts with. So whoever waits, waits for a text that
 * is shorter than all it holds, and there is no ring of waiters, whatever
 * prefixes profiles share.
 */
struct call {
	struct sek_serve *s;
	struct sek_moment began;
	/* s since 1970, read anew after each wait: what is decided between two
	 * of them is decided at one moment. */
	int64_t now;
	bool no_cache;                /* it failed: said, not asked again */
	bool no_lock;                 /* the same */
	const struct sek_hop *failed; /* its fetch did, and no one noted it */
};

struct stage {
	struct call *call;
	size_t n; /* hops up to here */
	const char *text;
	char name[SEK_RECORD_NAME_SIZE];
	struct sek_record kept; /* what the cache has; plan NULL: nothing */
};

static void
stage_clear(struct stage *t)
{
	sek_record_clear(&t->kept);
}
#define auto_stage __attribute__((cleanup(stage_clear))) struct stage

static void
read_clock(struct call *c)
{
	c->now = c->s->env->now(c->s->env);
}

static uint32_t
random_number(const struct call *c)
{
	uint32_t n = 0;

	/* only jitter: without, it is none */
	if (c->s->env->random(c->s->env, &n, sizeof(n), NULL))
		return 0;
	return n;
}

static void
warn(const struct call *c, const char *what, const char *why)
{
	sek_auto_free char *line = sek_printf("profile %s: %s: %s",
	    c->s->plan->profile, what, why);

	if (c->s->warn)
		c->s->warn(c->s->arg, line);
}

/* Results that are kept. Long-term keys never are, nor what is as near. */
static bool
is_cacheable(const struct sek_hop *hop)
{
	switch (hop->kind) {
	case SEK_HOP_PROCESS:
	case SEK_HOP_IMDS:
	case SEK_HOP_CONTAINER:
	case SEK_HOP_WEB_IDENTITY:
	case SEK_HOP_ASSUME_ROLE:
	case SEK_HOP_SESSION_TOKEN:
		return true;
	case SEK_HOP_ENVIRONMENT:
	case SEK_HOP_STATIC:
	case SEK_HOP_KEYRING:
	case SEK_HOP_SECRETSMANAGER:
	case SEK_HOP_SSM:
		return false;
	}
	return false;
}

/* The cache is a help: whatever is wrong with it fails no call. */
static void
look(struct stage *t)
{
	struct call *c = t->call;
	struct sek_err err;
	enum sek_code code;

	if (!c->s->cache || c->no_cache)
		return;
	code = sek_serve_look(&t->kept, c->s->cache, t->text, &err);
	if (code == SEK_ENOTFOUND)
		sek_record_clear(&t->kept);
	if (!code || code == SEK_ENOTFOUND)
		return;
	/* what is damaged can be replaced; what does not answer is let be */
	c->no_cache = code != SEK_EPARSE;
	warn(c, "cache", err.text);
}

static void
keep(struct stage *t)
{
	sek_auto_secret *value = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	struct call *c = t->call;
	struct sek_err err;

	if (!c->s->cache || c->no_cache)
		return;
	if (!sek_record_write(&t->kept, value, &err) &&
	    !sek_keyring_put(c->s->cache, SEK_KEYRING_SESSION, t->name,
		sek_secret_str(value), sek_record_kept_until(&t->kept), &err))
		return;
	c->no_cache = true;
	warn(c, "not cached", err.text);
}

static enum sek_freshness
freshness(const struct stage *t)
{
	return t->kept.plan ? sek_record_freshness(&t->kept, t->call->now)
			    : SEK_GONE;
}

/* Only the whole plan is renewed on demand: its prefixes may have cost a code
 * from an MFA device, and are shared. */
static bool
is_wanted_new(const struct stage *t)
{
	return t->call->s->refresh && t->n == t->call->s->plan->n;
}

/* Is what is kept to be served without asking for newer? */
static bool
is_good(const struct stage *t)
{
	enum sek_freshness f = freshness(t);

	if (is_wanted_new(t))
		return false;
	return f == SEK_FRESH ||
	    (f == SEK_BEYOND && t->call->now < t->kept.refresh_at);
}

/* why: an error, if there is one to be told. */
static void
give(struct call *c, struct sek_record *r, struct sek_creds *out,
    const char *why)
{
	bool ended = c->now >= r->creds.expires;
	sek_auto_free char *what = NULL;
	char end[SEK_RFC3339_SIZE];

	sek_rfc3339_write(end, r->creds.expires);
	if (ended) {
		what = sek_printf("the instance's credentials ended at %s and "
				  "are used a while longer, as AWS advises",
		    end);
		sek_record_extend(r, c->now, random_number(c));
	} else if (why) {
		what = sek_printf("cannot be renewed, so what is valid until "
				  "%s is used",
		    end);
	}
	if (what)
		warn(c, what, why ? why : "the instance has none newer");
	sek_creds_move(out, &r->creds);
}

/* Not again for a minute, or for half of the time that is left. */
static void
postpone(struct stage *t)
{
	int64_t left = t->kept.creds.expires - t->call->now;

	t->kept.refresh_at = t->call->now + sek_serve_patience(left);
	keep(t);
}

/* A failed fetch of this stage's own hops; what a shorter stage noted stays
 * there. */
static void
note(struct stage *t, enum sek_code code, const struct sek_err *err)
{
	struct call *c = t->call;
	struct sek_failure f = {.err = *err};
	int64_t left;

	if (!c->failed)
		return;
	left = freshness(t) == SEK_AGING ? t->kept.creds.expires - c->now : 0;
	f.err.code = code;
	if (c->s->state)
		sek_serve_remember(c->s, t->name, c->failed, left, &f);
	c->failed = NULL;
}

/* What is kept, if it can still be used; else the error. */
static enum sek_code
fall_back(struct stage *t, enum sek_code code, struct sek_creds *out,
    const struct sek_err *err)
{
	if (freshness(t) == SEK_GONE)
		return code;
	give(t->call, &t->kept, out, err->text);
	return SEK_OK;
}

/* Good enough for now, while another process gets newer ones? */
static bool
will_do(const struct stage *t)
{
	return !is_wanted_new(t) && freshness(t) == SEK_AGING &&
	    t->call->now >= t->kept.fetched &&
	    t->kept.creds.expires - t->call->now > SEK_SERVE_PATIENCE;
}

static enum sek_code
lock_stage(struct stage *t, struct sek_lock **lock, struct sek_err *err)
{
	struct call *c = t->call;
	const struct sek_env *env = c->s->env;
	struct sek_err why;
	enum sek_code code;

	if (!c->s->state || c->no_lock)
		return SEK_OK;
	code = sek_lock_take(lock, c->s->state, t->name, env,
	    will_do(t) ? env->ticks(env) : c->s->deadline, &why);
	read_clock(c);
	if (code == SEK_ECANCEL)
		return sek_fail(err, SEK_ECANCEL,
		    "another process is getting the same credentials, and was "
		    "not done after %lld ms of waiting: try again",
		    (long long)(env->ticks(env) - c->began.ticks));
	if (code) {
		c->no_lock = true;
		warn(c, "goes on without a lock", why.text);
	}
	return SEK_OK;
}

static enum sek_code
after(struct call *c, size_t n, struct sek_creds *out, struct sek_err *err);

/* A key without a session token, or without an end, is never kept. */
static bool
may_keep(const struct sek_creds *c)
{
	return c->token && c->expires;
}

/* What came has ended, and not so lately that an instance's still counts. */
static bool
is_over(const struct call *c, const struct sek_hop *hop,
    const struct sek_creds *got)
{
	const struct sek_record r = {.creds.expires = got->expires,
	    .instance = hop->kind == SEK_HOP_IMDS && may_keep(got)};

	return got->expires && sek_record_freshness(&r, c->now) == SEK_GONE;
}

/* Hop n with the credentials after the one before. */
static enum sek_code
fetch(struct call *c, size_t n, struct sek_creds *out, struct sek_err *err)
{
	sek_auto_creds source = {0};
	const struct sek_hop *hop = &c->s->plan->hops[n - 1];
	struct sek_fetch *f = c->s->fetch;
	enum sek_code code;

	if (n > 1 && (code = after(c, n - 1, &source, err)))
		return code;
	f->retry_after = 0;
	code = f->fetch(f, hop, n > 1 ? &source : NULL, out, err);
	read_clock(c);
	if (!code && is_over(c, hop, out)) {
		sek_creds_clear(out);
		code = sek_fail(err, SEK_EEXPIRED,
		    "%s: gave credentials that have ended already: look at "
		    "this machine's clock",
		    sek_hop_name(hop->kind));
	}
	c->failed = code ? hop : NULL;
	return code;
}

static void
make_record(struct stage *t, struct sek_record *r, struct sek_creds *got)
{
	struct call *c = t->call;

	r->plan = sek_strdup(t->text);
	r->profile = sek_strdup(c->s->plan->profile);
	r->fetched = c->now;
	r->instance = c->s->plan->hops[t->n - 1].kind == SEK_HOP_IMDS;
	r->refresh_at = sek_record_refresh_at(r->fetched, got->expires,
	    random_number(c));
	sek_creds_move(&r->creds, got);
}

/*
 * Newer than what is kept? After the clock was put back, its end says nothing.
 */
static bool
is_newer(const struct stage *t, const struct sek_creds *got)
{
	return freshness(t) == SEK_GONE || is_wanted_new(t) ||
	    t->call->now < t->kept.fetched ||
	    (got->expires > t->kept.creds.expires &&
		!sek_creds_same(got, &t->kept.creds));
}

/* Takes what was fetched into the cache, unless what is there is as good. */
static void
settle(struct stage *t, struct sek_creds *got, struct sek_creds *out)
{
	sek_auto_record r = {0};
	struct call *c = t->call;

	if (!may_keep(got)) {
		sek_creds_move(out, got);
		return;
	}
	if (is_newer(t, got)) {
		make_record(t, &r, got);
		sek_record_move(&t->kept, &r);
	} else {
		t->kept.refresh_at = c->now + SEK_SERVE_PATIENCE;
	}
	if (freshness(t) == SEK_BEYOND)
		t->kept.refresh_at = c->now + SEK_SERVE_PATIENCE;
	keep(t);
	give(c, &t->kept, out, NULL);
}

static enum sek_code
renew(struct stage *t, struct sek_creds *out, struct sek_err *err)
{
	sek_auto_creds got = {0};
	struct call *c = t->call;
	enum sek_code code = fetch(c, t->n, &got, err);

	if (!code) {
		settle(t, &got, out);
		if (c->s->state)
			sek_failure_forget(c->s->state, t->name);
		return SEK_OK;
	}
	note(t, code, err);
	if (freshness(t) == SEK_AGING || freshness(t) == SEK_BEYOND)
		postpone(t);
	return fall_back(t, code, out, err);
}

static enum sek_code
serve_stage(struct call *c, size_t n, struct sek_creds *out,
    struct sek_err *err)
{
	auto_stage t = {.call = c, .n = n};
	sek_auto_lock *lock = NULL;
	enum sek_code code;

	t.text = sek_plan_text(c->s->plan, n);
	sek_record_name(t.name, t.text);
	look(&t);
	if (!is_good(&t)) {
		code = lock_stage(&t, &lock, err);
		if (code && !will_do(&t))
			return fall_back(&t, code, out, err);
		if (code) {
			give(c, &t.kept, out, NULL);
			return SEK_OK;
		}
		if (lock)
			look(&t); /* the one before us may have filled it */
	}
	if (is_good(&t)) {
		give(c, &t.kept, out, NULL);
		return SEK_OK;
	}
	if (c->s->state &&
	    (code = sek_serve_remembered(c->s, t.name, &c->began, err)))
		return fall_back(&t, code, out, err);
	return renew(&t, out, err);
}

/* The credentials after the first n hops. */
static enum sek_code
after(struct call *c, size_t n, struct sek_creds *out, struct sek_err *err)
{
	return is_cacheable(&c->s->plan->hops[n - 1])
	    ? serve_stage(c, n, out, err)
	    : fetch(c, n, out, err);
}

enum sek_code
sek_serve_get(struct sek_serve *s, struct sek_creds *out, struct sek_err *err)
{
	struct call c = {.s = s};
	struct sek_err why;
	enum sek_code code;

	read_clock(&c);
	c.began = (struct sek_moment){c.now, s->env->ticks(s->env)};
	code = after(&c, s->plan->n, out, &why);
	if (!code)
		return SEK_OK;
	return sek_fail(err, code, "profile %s: %s", s->plan->profile,
	    why.text);
}
