#include "aws/mfa_code.h"

#include "aws/process.h"
#include "base/alloc.h"
#include "vault/prompt.h"
#include "vault/state.h"

#define DIGITS  6 /* STS API: TokenCode */
#define TIMES   3
#define SECONDS 120 /* for a person to find the device */

static bool
is_code(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == DIGITS;
}

static enum sek_code
fail_nobody(const struct sek_chain *c, const struct sek_hop *hop,
    struct sek_err *err)
{
	const char *name = c->plan->profile;

	return sek_fail(err, SEK_ENOTFOUND,
	    "needs a code of MFA device %.128s, and there is no terminal to "
	    "ask on: run `sekisho-vault get %.64s` in a terminal first, or "
	    "`sekisho-vault exec %.64s -- COMMAND` there",
	    hop->mfa_serial, name, name);
}

/* Asking is no exchange with AWS: its time is given back. */
static enum sek_code
ask_once(struct sek_secret **out, const struct sek_chain *c,
    const char *question, struct sek_err *err)
{
	const struct sek_env *env = c->aws->env;
	int64_t began = env->ticks(env);
	enum sek_code code = sek_prompt(out, question, false, SECONDS, err);

	c->aws->deadline += env->ticks(env) - began;
	return code;
}

static enum sek_code
ask(struct sek_secret **out, const struct sek_chain *c,
    const struct sek_hop *hop, struct sek_err *err)
{
	sek_auto_free char *question =
	    sek_printf("MFA code of %s for profile %s: ", hop->mfa_serial,
		c->plan->profile);
	sek_auto_free char *again =
	    sek_printf("That is no code of %d digits. %s", DIGITS, question);
	struct sek_err why = {0};

	for (int i = 0; i < TIMES; i++) {
		sek_auto_secret *typed = NULL;
		enum sek_code code = ask_once(&typed, c, i ? again : question,
		    &why);

		if (code == SEK_ENOTFOUND)
			return fail_nobody(c, hop, err);
		if (code)
			return sek_fail(err, code, "MFA device %.128s: %s",
			    hop->mfa_serial, why.text);
		if (is_code(sek_str_trim(sek_secret_str(typed)))) {
			*out = sek_steal(&typed);
			return SEK_OK;
		}
	}
	return sek_fail(err, SEK_EPARSE,
	    "MFA device %.128s: no code of %d digits was typed in %d times",
	    hop->mfa_serial, DIGITS, TIMES);
}

static enum sek_code
get(struct sek_secret **out, const struct sek_chain *c,
    const struct sek_hop *hop, struct sek_err *err)
{
	enum sek_code code;

	if (!hop->mfa_process)
		return c->interactive ? ask(out, c, hop, err)
				      : fail_nobody(c, hop, err);
	if ((code = sek_process_line(c->aws, hop->mfa_process, out, err)))
		return code;
	if (!is_code(sek_str_trim(sek_secret_str(*out))))
		return sek_fail(err, SEK_EPARSE,
		    "mfa_process: what it printed is no code of %d digits",
		    DIGITS);
	return SEK_OK;
}

enum sek_code
sek_mfa_code(struct sek_secret **out, struct sek_chain *c,
    const struct sek_hop *hop, struct sek_err *err)
{
	sek_auto_secret *got = NULL, *digits = sek_secret_new(DIGITS);
	enum sek_code code = get(&got, c, hop, err);
	struct sek_str text;

	if (code)
		return code;
	text = sek_str_trim(sek_secret_str(got));
	if ((code = sek_secret_add(digits, text.p, text.n, err)) ||
	    (code = sek_mfa_spend(c->state, hop->mfa_serial, text, c->aws->env,
		 err)))
		return code;
	*out = sek_steal(&digits);
	return SEK_OK;
}
