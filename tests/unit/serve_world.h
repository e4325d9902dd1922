#ifndef SEK_TESTS_UNIT_SERVE_WORLD_H
#define SEK_TESTS_UNIT_SERVE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "fake_env.h"
#include "fake_plan.h"
#include "vault/serve.h"
#include "vault/state.h"

/*
 * What serve meets: a keyring in memory whose calls can be made to fail, a
 * fetch that counts and does as it is told, clocks that the case sets.
 */
#define ITEMS 8
struct fake_item {
	char name[SEK_RECORD_NAME_SIZE];
	char *value;
	size_t n;
	int64_t expires;
};

struct fake_keyring {
	struct sek_keyring k; /* first: this is one */
	struct fake_item item[ITEMS];
	enum sek_code get_fails, put_fails;
	int gets, puts;
};

struct world {
	struct fake_env env;
	struct fake_plan plan;
	struct fake_keyring keyring;
	struct sek_fetch fetch;
	struct sek_serve serve;
	char dir[64];
	/* what fetch is to do */
	enum sek_code fails[FAKE_HOPS]; /* of that hop */
	const char *says;               /* in its error; NULL: "refused" */
	int64_t retry_after;
	int64_t lifetime; /* of what it gets; 0: no end */
	int64_t takes;    /* s of the clock */
	bool same;        /* the same credentials again */
	bool no_token;
	/* what it did */
	int fetched[FAKE_HOPS];
	int fetches;
	char source[FAKE_HOPS]
		   [SEK_CREDS_ID_MAX + 1]; /* id of the source; "-": none */
	/* what the user was told */
	int warnings;
	char warning[1024];
	/* what came of the last call */
	struct sek_creds got;
	struct sek_err err;
};

static struct fake_item *
find_item(struct fake_keyring *f, const char *name)
{
	for (size_t i = 0; i < ITEMS; i++)
		if (!strcmp(f->item[i].name, name))
			return &f->item[i];
	return NULL;
}

static enum sek_code
keyring_get(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_secret **out, struct sek_err *err)
{
	struct fake_keyring *f = (struct fake_keyring *)k;
	struct fake_item *item = find_item(f, name);

	assert_int_equal(class, SEK_KEYRING_SESSION);
	f->gets++;
	if (f->get_fails)
		return sek_fail(err, f->get_fails, "fake: get");
	if (!item || k->env->now(k->env) >= item->expires)
		return sek_fail(err, SEK_ENOTFOUND, "fake: not there");
	*out = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	return sek_secret_add(*out, item->value, item->n, err);
}

static enum sek_code
keyring_put(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_str value, int64_t expires,
    struct sek_err *err)
{
	struct fake_keyring *f = (struct fake_keyring *)k;
	struct fake_item *item = find_item(f, name);

	assert_int_equal(class, SEK_KEYRING_SESSION);
	assert_true(expires > k->env->now(k->env));
	f->puts++;
	if (f->put_fails)
		return sek_fail(err, f->put_fails, "fake: put");
	if (!item)
		item = find_item(f, "");
	if (!item)
		return sek_fail(err, SEK_ETOOBIG, "fake: full");
	assert_int_equal(strlen(name), sizeof(item->name) - 1);
	memcpy(item->name, name, sizeof(item->name));
	free(item->value);
	item->value = sek_strndup(value.p, value.n);
	item->n = value.n;
	item->expires = expires;
	return SEK_OK;
}

static const struct sek_keyring_ops fake_ops = {
    .name = "fake",
    .get = keyring_get,
    .put = keyring_put,
};

static enum sek_code
world_fetch(struct sek_fetch *f, const struct sek_hop *hop,
    const struct sek_creds *source, struct sek_creds *out, struct sek_err *err)
{
	struct world *w = (struct world *)((char *)f -
	    offsetof(struct world, fetch));
	size_t at = (size_t)(hop - w->plan.hops);
	char id[32];

	w->fetches++;
	w->fetched[at]++;
	w->env.now += w->takes;
	w->env.ticks += w->takes * 1000;
	snprintf(w->source[at], sizeof(w->source[at]), "%s",
	    source ? source->id : "-");
	if (w->fails[at]) {
		f->retry_after = w->retry_after;
		return sek_fail(err, w->fails[at], "hop %zu: %s", at + 1,
		    w->says ? w->says : "refused");
	}
	snprintf(id, sizeof(id), "%s-%d", sek_hop_name(hop->kind),
	    w->same ? 1 : w->fetched[at]);
	return sek_creds_set(out, sek_str(id), SEK_STR("s"),
	    w->no_token ? SEK_STR("") : SEK_STR("t"),
	    w->lifetime ? w->env.now + w->lifetime : 0, err);
}

static void
world_warn(void *arg, const char *line)
{
	struct world *w = arg;

	w->warnings++;
	snprintf(w->warning, sizeof(w->warning), "%s", line);
}

static inline int
world_enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct world *w = sek_alloc(sizeof(*w));

	*state = w;
	fake_env_init(&w->env);
	w->keyring.k = (struct sek_keyring){&fake_ops, &w->env.env};
	w->fetch.fetch = world_fetch;
	w->lifetime = 3600;
	snprintf(w->dir, sizeof(w->dir), "%s/sek-serve-XXXXXX",
	    tmp ? tmp : "/tmp");
	w->serve = (struct sek_serve){.env = &w->env.env,
	    .plan = &w->plan.plan,
	    .cache = &w->keyring.k,
	    .state = w->dir,
	    .fetch = &w->fetch,
	    .deadline = w->env.ticks + 4000,
	    .warn = world_warn,
	    .arg = w};
	return mkdtemp(w->dir) ? 0 : -1;
}

static inline int
world_leave(void **state)
{
	struct world *w = *state;
	sek_auto_free char *rm = sek_printf("rm -rf '%s'", w->dir);

	for (size_t i = 0; i < ITEMS; i++)
		free(w->keyring.item[i].value);
	sek_creds_clear(&w->got);
	fake_plan_clear(&w->plan);
	free(w);
	return system(rm);
}

/* One call. Its warnings alone are counted. */
static inline enum sek_code
serve(struct world *w)
{
	w->warnings = 0;
	w->warning[0] = '\0';
	w->serve.deadline = w->env.ticks + 4000;
	sek_creds_clear(&w->got);
	return sek_serve_get(&w->serve, &w->got, &w->err);
}

static inline void
pass(struct world *w, int64_t seconds)
{
	w->env.now += seconds;
	w->env.ticks += seconds * 1000;
}

#endif
