#include "vault/keyring_choice.h"

#include "base/alloc.h"
#include "vault/prompt.h"

#define ANSWER 2000 /* ms */

struct choice {
	enum sek_keyring_class class;
	const struct sek_settings *settings;
	const struct sek_env *env;
	struct sek_buf *why;
};

/* Half of the time that a whole call has. */
static int
answer_ms(const struct choice *c)
{
	int half = c->settings->timeout * 500;

	return half > 0 && half < ANSWER ? half : ANSWER;
}

static bool
somebody_to_ask(const struct choice *c)
{
	const struct sek_env *env = c->env;

	return c->class == SEK_KEYRING_KEY &&
	    (env->get(env, "WAYLAND_DISPLAY") || env->get(env, "DISPLAY")) &&
	    sek_prompt_possible();
}

static enum sek_code
open_secret_service(struct sek_keyring **out, const struct choice *c,
    struct sek_err *err)
{
	int ms = answer_ms(c);
	enum sek_code code = sek_keyring_secret_service_open(out, c->env,
	    c->env->ticks(c->env) + ms, somebody_to_ask(c), err);

	if (!code)
		sek_keyring_secret_service_answer_within(*out, ms);
	return code;
}

static enum sek_code
open_named(struct sek_keyring **out, const struct choice *c, const char *name,
    struct sek_err *err)
{
	const char *doubt;

	if (!strcmp(name, "kernel") && c->class == SEK_KEYRING_KEY)
		return sek_fail(err, SEK_ECONFIG,
		    "the kernel keyring does not hold long-term keys: choose "
		    "secret-service or file");
	sek_buf_printf(c->why, "%s: as was asked for", name);
	if (!strcmp(name, "kernel")) {
		if (!sek_keyring_kernel_is_ours(c->env, &doubt))
			sek_buf_printf(c->why, ", although %s", doubt);
		return sek_keyring_kernel_open(out, c->env, err);
	}
	if (!strcmp(name, "secret-service"))
		return open_secret_service(out, c, err);
	if (!strcmp(name, "file"))
		return sek_keyring_file_open(out, c->settings, c->env, err);
	return sek_fail(err, SEK_ECONFIG,
	    "%s: no such keyring: there are kernel, secret-service and file",
	    name);
}

/* NULL, and why says why not; or the keyring. */
static void
pass_over(const struct choice *c, const char *name, const char *reason)
{
	sek_buf_printf(c->why, "%snot %s: %s", c->why->n ? "; " : "", name,
	    reason);
}

static struct sek_keyring *
try_kernel(const struct choice *c)
{
	struct sek_keyring *k = NULL;
	const char *reason = "";
	struct sek_err err;

	if (!sek_keyring_kernel_is_ours(c->env, &reason)) {
		pass_over(c, "kernel", reason);
		return NULL;
	}
	if (sek_keyring_kernel_open(&k, c->env, &err))
		pass_over(c, "kernel", err.text);
	return k;
}

/*
 * SEK_OK without a keyring: it is not used, and why says why not. A service that
 * is there and does not answer may hold the long-term key that is looked for: to
 * go on with the file would be to take it for empty.
 */
static enum sek_code
try_secret_service(struct sek_keyring **out, const struct choice *c,
    struct sek_err *err)
{
	sek_auto_keyring *k = NULL;
	bool locked = false;
	struct sek_err why;
	enum sek_code code = open_secret_service(&k, c, &why);

	if (!code && c->class == SEK_KEYRING_SESSION)
		code = sek_keyring_secret_service_locked(k, &locked, &why);
	if (code && code != SEK_ENOTFOUND && c->class == SEK_KEYRING_KEY)
		return sek_fail(err, code,
		    "%s: long-term keys may be there; keyring = file under "
		    "[sekisho] does without it",
		    why.text);
	if (!code && !locked)
		*out = sek_steal(&k);
	else
		pass_over(c, "secret-service",
		    locked ? "it is locked" : why.text);
	return SEK_OK;
}

static enum sek_code
open_by_order(struct sek_keyring **out, const struct choice *c,
    struct sek_err *err)
{
	struct sek_keyring *k = NULL;
	enum sek_code code = SEK_OK;

	if (c->class != SEK_KEYRING_KEY)
		k = try_kernel(c);
	if (!k && c->class != SEK_KEYRING_UNLOCK)
		code = try_secret_service(&k, c, err);
	if (code)
		return code;
	if (k) {
		*out = k;
		return SEK_OK;
	}
	if (c->class == SEK_KEYRING_UNLOCK)
		return sek_fail(err, SEK_ENOTFOUND,
		    "no keyring keeps what is unlocked: %s", c->why->p);
	code = sek_keyring_file_open(out, c->settings, c->env, err);
	if (code)
		return sek_fail(err, SEK_ENOTFOUND,
		    "no keyring can be used: %s; not file: %s", c->why->p,
		    err ? err->text : "");
	return SEK_OK;
}

enum sek_code
sek_keyring_choose(struct sek_keyring **out, enum sek_keyring_class class,
    const char *wanted, const struct sek_settings *settings,
    const struct sek_env *env, struct sek_buf *why, struct sek_err *err)
{
	sek_auto_buf reasons = {0};
	const struct choice c = {class, settings, env, &reasons};
	const char *set = settings->keyring;
	enum sek_code code;

	if (set && !strcmp(set, "kernel") && class == SEK_KEYRING_KEY)
		set = NULL;
	if (!wanted)
		wanted = set;
	code = wanted ? open_named(out, &c, wanted, err)
		      : open_by_order(out, &c, err);
	if (code)
		return code;
	if (!wanted)
		sek_buf_printf(why, "%s%s", (*out)->ops->name,
		    reasons.n ? "; " : "");
	sek_buf_add_str(why, sek_buf_str(&reasons));
	return SEK_OK;
}
