#include "sekisho-vault/vault.h"

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "vault/prompt.h"
#include "vault/state.h"

/* For a person who waits; SDKs get settings.timeout, within their own 5 s. */
#define PATIENCE_MS 30000

enum sek_code
vault_open(struct vault *v, struct sek_err *err)
{
	enum sek_code code;

	v->env = &sek_env_system;
	code = sek_profiles_load(&v->profiles, v->env, err);
	return code ? code : sek_settings_read(&v->settings, v->profiles, err);
}

void
vault_close(struct vault *v)
{
	sek_plan_free(v->plan);
	sek_keyring_close(v->sessions);
	sek_keyring_close(v->keys);
	sek_profiles_free(v->profiles);
	sek_buf_clear(&v->why_sessions);
	sek_buf_clear(&v->why_keys);
	sek_buf_clear(&v->warnings);
	sek_free_ptr(&v->state);
}

enum sek_code
vault_plan(struct vault *v, const char *profile, struct sek_err *err)
{
	if (!profile)
		profile = sek_plan_default_profile(v->env);
	return sek_plan_make(&v->plan, v->profiles, profile, v->env, err);
}

static enum sek_code
choose(struct vault *v, struct sek_keyring **out, enum sek_keyring_class class,
    const char *wanted, struct sek_buf *why, struct sek_err *err)
{
	if (*out)
		return SEK_OK;
	return sek_keyring_choose(out, class, wanted, &v->settings, v->env, why,
	    err);
}

enum sek_code
vault_sessions(struct vault *v, struct sek_err *err)
{
	return choose(v, &v->sessions, SEK_KEYRING_SESSION,
	    v->plan ? v->plan->keyring : NULL, &v->why_sessions, err);
}

/* The kernel keyring forgets; it is never where a long-term key is. */
enum sek_code
vault_keys(struct vault *v, struct sek_err *err)
{
	const char *wanted = v->plan ? v->plan->keyring : NULL;

	if (wanted && sek_str_is(sek_str(wanted), "kernel"))
		wanted = NULL;
	return choose(v, &v->keys, SEK_KEYRING_KEY, wanted, &v->why_keys, err);
}

static void
warn(void *arg, const char *line)
{
	struct vault *v = arg;

	sek_buf_printf(&v->warnings, "sekisho-vault: %s\n", line);
}

/* A hop that needs a key gets the store; the chain closes it. */
static enum sek_code
open_keys(struct sek_chain *c, struct sek_keyring **out, struct sek_err *err)
{
	struct vault *v = c->arg;
	enum sek_code code = vault_keys(v, err);

	*out = sek_steal(&v->keys);
	c->why_keys = v->why_keys.p;
	return code;
}

/* Without a cache or a place for locks there are credentials all the same. */
static void
open_memory(struct vault *v)
{
	struct sek_err err;

	if (sek_state_dir(&v->state, v->env, &err))
		warn(v, err.text);
	if (vault_sessions(v, &err))
		warn(v, err.text);
}

static enum sek_code
serve(struct vault *v, struct sek_http *http, bool refresh,
    struct sek_creds *out, struct sek_err *err)
{
	bool person = sek_prompt_possible();
	int64_t deadline = v->env->ticks(v->env) +
	    (person ? PATIENCE_MS : v->settings.timeout * 1000);
	struct sek_aws aws = {
	    .env = v->env,
	    .settings = &v->settings,
	    .http = http,
	    .deadline = deadline,
	};
	struct sek_chain chain;
	struct sek_serve s = {
	    .env = v->env,
	    .plan = v->plan,
	    .cache = v->sessions,
	    .state = v->state,
	    .fetch = &chain.fetch,
	    .deadline = deadline,
	    .warn = warn,
	    .arg = v,
	    .refresh = refresh,
	};
	enum sek_code code;

	sek_chain_init(&chain);
	chain.aws = &aws;
	chain.plan = v->plan;
	chain.open_keys = open_keys;
	chain.state = v->state;
	chain.interactive = person;
	chain.arg = v;
	code = sek_serve_get(&s, out, err);
	return code ? code : sek_chain_check_account(&chain, out, err);
}

enum sek_code
vault_credentials(struct vault *v, bool refresh, struct sek_creds *out,
    struct sek_err *err)
{
	struct sek_http *http = NULL;
	enum sek_code code = sek_http_curl_open(&http, err);

	if (code)
		return code;
	open_memory(v);
	code = serve(v, http, refresh, out, err);
	sek_http_curl_close(http);
	if (!code && v->warnings.n)
		fputs(v->warnings.p, stderr);
	return code;
}

struct forget {
	struct sek_keyring *k;
	vault_which *which;
	const void *arg;
	size_t n;
};

/* What cannot be read is of no use to anyone: it goes, too. */
static enum sek_code
forget_one(void *arg, const char *name, struct sek_err *err)
{
	struct forget *f = arg;
	sek_auto_secret *value = NULL;
	sek_auto_record r = {0};
	enum sek_code code = sek_keyring_get(f->k, SEK_KEYRING_SESSION, name,
	    &value, err);

	if (code == SEK_ENOTFOUND)
		return SEK_OK;
	if (code && code != SEK_EPARSE)
		return code;
	if (!code && !sek_record_read(&r, sek_secret_str(value), err) &&
	    !f->which(f->arg, &r))
		return SEK_OK;
	code = sek_keyring_remove(f->k, SEK_KEYRING_SESSION, name, err);
	f->n += !code;
	return code == SEK_ENOTFOUND ? SEK_OK : code;
}

/* SEK_ENOTFOUND: there is no such keyring here, so nothing is in it. */
static enum sek_code
forget_in(struct vault *v, const char *name, struct forget *f,
    struct sek_err *err)
{
	sek_auto_keyring *k = NULL;
	sek_auto_buf why = {0};
	enum sek_code code = sek_keyring_choose(&k, SEK_KEYRING_SESSION, name,
	    &v->settings, v->env, &why, err);

	if (code)
		return code == SEK_ENOTFOUND ? SEK_OK : code;
	f->k = k;
	return sek_keyring_each(k, SEK_KEYRING_SESSION, forget_one, f, err);
}

enum sek_code
vault_forget(struct vault *v, vault_which *which, const void *arg, size_t *n,
    struct sek_err *err)
{
	static const char *const names[] = {"kernel", "secret-service", "file"};
	struct forget f = {.which = which, .arg = arg};
	enum sek_code failed = SEK_OK;

	for (size_t i = 0; i < 3; i++) {
		struct sek_err why;
		enum sek_code code = forget_in(v, names[i], &f, &why);

		if (code && !failed)
			failed = sek_fail(err, code,
			    "cached credentials may still be in %s: %s",
			    names[i], why.text);
	}
	*n = f.n;
	return failed;
}

static bool
came_from(const void *name, const struct sek_record *r)
{
	return sek_plan_text_has_key(r->plan, name);
}

enum sek_code
vault_forget_key(struct vault *v, const char *name, struct sek_err *err)
{
	size_t n;

	return vault_forget(v, came_from, name, &n, err);
}

enum sek_code
vault_check_terminal(bool shown, const char *command, struct sek_err *err)
{
	if (shown || !isatty(STDOUT_FILENO))
		return SEK_OK;
	return sek_fail(err, SEK_ECONFIG,
	    "%s: standard output is a terminal, where the secret would stay "
	    "to be read; --show-secrets if that is meant",
	    command);
}
