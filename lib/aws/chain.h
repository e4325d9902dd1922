#ifndef SEK_AWS_CHAIN_H
#define SEK_AWS_CHAIN_H

#include "aws/context.h"
#include "vault/serve.h"

/*
 * The fetch of serve.h over AWS: one hop, whatever its kind. keys: where
 * long-term keys are kept, opened when a hop needs one. An MFA code is asked
 * for at the terminal, or of mfa_process, and spent (state.h) before it is
 * sent. What comes back is held against the plan's account before it is given.
 */
struct sek_chain {
	struct sek_fetch fetch; /* first: this is one */
	struct sek_aws *aws;
	const struct sek_plan *plan;
	enum sek_code (*open_keys)(struct sek_chain *c,
	    struct sek_keyring **out, struct sek_err *err);
	const char *state; /* sek_state_dir, or NULL */
	bool interactive;  /* a person is there to answer */
	void *arg;         /* for open_keys */
};
void sek_chain_init(struct sek_chain *c);

/*
 * Before output: credentials belong to the plan's account, if it names one.
 * What is not known of them is asked of STS. SEK_EDENIED names both accounts.
 */
enum sek_code sek_chain_check_account(struct sek_chain *c,
    struct sek_creds *creds, struct sek_err *err) SEK_CHECKED;

#endif
