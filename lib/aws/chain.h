#ifndef SEK_AWS_CHAIN_H
#define SEK_AWS_CHAIN_H

#include "aws/context.h"
#include "vault/serve.h"

#define SEK_CHAIN_ROLE_MAX 2048 /* STS API: RoleArn */

/*
 * The fetch of serve.h over AWS: one hop, whatever its kind. An MFA code is
 * asked for at the terminal, or of mfa_process, and spent (state.h) before it is
 * sent; the time that a person takes is added to the deadline. Without a person
 * that is SEK_ENOTFOUND, which serve does not tell those who have one.
 *
 * A secret may name a role itself. The session that is asked for with it right
 * after is that role's then, not the key's own: held_role keeps it from one
 * fetch to the next, and no longer. A hop that names a role is not overruled. A
 * key that comes with a session token gets no other: it is passed on as long as
 * it says when it ends.
 */
struct sek_chain {
	struct sek_fetch fetch; /* first: this is one */
	struct sek_aws *aws;
	const struct sek_plan *plan;
	/* Where long-term keys are kept, when a hop needs one; new, closed by
	 * the chain. */
	enum sek_code (*open_keys)(struct sek_chain *c,
	    struct sek_keyring **out, struct sek_err *err);
	const char *why_keys; /* set by open_keys: the choice of that place */
	const char *state;    /* sek_state_dir, or NULL */
	bool interactive;     /* a person is there to answer */
	void *arg;            /* for open_keys */
	char held_role[SEK_CHAIN_ROLE_MAX + 1]; /* "": none */
};
/* Empties it, and sets fetch. The caller sets the rest then. */
void sek_chain_init(struct sek_chain *c);

/*
 * Credentials belong to the plan's account, if it names one. What is not known
 * of them is asked of STS. The fetch of the last hop does it, what comes from
 * the cache needs it before output. SEK_EDENIED names both accounts.
 */
enum sek_code sek_chain_check_account(struct sek_chain *c,
    struct sek_creds *creds, struct sek_err *err) SEK_CHECKED;

#endif
