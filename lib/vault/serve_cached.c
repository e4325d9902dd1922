#include "vault/serve_cached.h"

#include "vault/serve.h"

/* By itself, so that the small program has nothing of the rest of serve. */

enum sek_code
sek_serve_look(struct sek_record *out, struct sek_keyring *cache,
    const char *text, struct sek_err *err)
{
	sek_auto_secret *value = NULL;
	sek_auto_record read = {0};
	char name[SEK_RECORD_NAME_SIZE];
	enum sek_code code;

	sek_record_name(name, text);
	if ((code = sek_keyring_get(cache, SEK_KEYRING_SESSION, name, &value,
		 err)) ||
	    (code = sek_record_read(&read, sek_secret_str(value), err)))
		return code;
	if (strcmp(read.plan, text) != 0)
		return sek_fail(err, SEK_ENOTFOUND,
		    "what is cached is another plan's");
	sek_record_move(out, &read);
	return SEK_OK;
}

enum sek_code
sek_serve_cached(struct sek_keyring *cache, const struct sek_plan *plan,
    const struct sek_env *env, struct sek_record *out, struct sek_err *err)
{
	sek_auto_record read = {0};
	enum sek_code code = sek_serve_look(&read, cache,
	    sek_plan_text(plan, plan->n), err);

	if (code)
		return code;
	if (sek_record_freshness(&read, env->now(env)) != SEK_FRESH)
		return sek_fail(err, SEK_ENOTFOUND,
		    "what is cached is to be renewed");
	sek_record_move(out, &read);
	return SEK_OK;
}
