#ifndef SEK_SEKISHO_VAULT_VAULT_H
#define SEK_SEKISHO_VAULT_VAULT_H

#include <stdbool.h>

#include "aws/chain.h"
#include "base/buf.h"
#include "vault/keyring_choice.h"
#include "vault/serve.h"

/* What a command works with: opened once, closed by its clean-up. */
struct vault {
	const struct sek_env *env;
	struct sek_profiles *profiles;
	struct sek_settings settings;
	struct sek_plan *plan;        /* of vault_plan */
	struct sek_keyring *sessions; /* of vault_sessions */
	struct sek_keyring *keys;     /* of vault_keys */
	struct sek_buf why_sessions;  /* how the choice was made */
	struct sek_buf why_keys;
	char *state;             /* NULL: there is none */
	struct sek_buf warnings; /* said once there are credentials */
};

enum sek_code vault_open(struct vault *v, struct sek_err *err) SEK_CHECKED;
void vault_close(struct vault *v);
#define auto_vault __attribute__((cleanup(vault_close))) struct vault

/* profile NULL: the default one. */
enum sek_code vault_plan(struct vault *v, const char *profile,
    struct sek_err *err) SEK_CHECKED;
/* Where short-lived credentials are kept, as plan or settings say. */
enum sek_code vault_sessions(struct vault *v, struct sek_err *err) SEK_CHECKED;
/* Where long-term keys are kept. */
enum sek_code vault_keys(struct vault *v, struct sek_err *err) SEK_CHECKED;

/*
 * The credentials of the plan: cached or new. What is no failure but should be
 * known (no cache, a refresh that failed) is said on standard error, unless a
 * failure is: that is one line.
 */
enum sek_code vault_credentials(struct vault *v, bool refresh,
    struct sek_creds *out, struct sek_err *err) SEK_CHECKED;

/*
 * Removes the cached credentials of which which() is true, in every keyring
 * that there is: profiles may use different ones. *n: how many went. What a
 * keyring answers that cannot be looked through is returned after the others.
 */
typedef bool vault_which(const void *arg, const struct sek_record *r);
enum sek_code vault_forget(struct vault *v, vault_which *which, const void *arg,
    size_t *n, struct sek_err *err) SEK_CHECKED;

/* The same of what a long-term key was used for. */
enum sek_code vault_forget_key(struct vault *v, const char *name,
    struct sek_err *err) SEK_CHECKED;

/* SEK_ECONFIG on a terminal, unless shown is set. */
enum sek_code vault_check_terminal(bool shown, const char *command,
    struct sek_err *err) SEK_CHECKED;

#endif
