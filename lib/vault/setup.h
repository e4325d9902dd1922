#ifndef SEK_VAULT_SETUP_H
#define SEK_VAULT_SETUP_H

#include "base/secret.h"
#include "vault/profile.h"

/*
 * Writing profiles. Both files are edited as text: what is not set stays, byte
 * for byte, comments included; a new file has mode 0600.
 */
struct sek_setup_pair {
	struct sek_str key;
	struct sek_str value;
};

/*
 * text with the keys set in the section: lines of these keys are replaced, new
 * ones put at its end; a section that is not there is added at the end. header:
 * "[profile NAME]". No value may hold a newline: SEK_ECONFIG.
 */
enum sek_code sek_setup_edit(struct sek_secret *out, struct sek_str text,
    const char *header, const struct sek_setup_pair *pairs, size_t n,
    struct sek_err *err) SEK_CHECKED;

/* The same for a file, made with its directories if it is not there; a link is
 * followed. */
enum sek_code sek_setup_file(const char *path, const char *header,
    const struct sek_setup_pair *pairs, size_t n,
    struct sek_err *err) SEK_CHECKED;

/*
 * Makes the profile that an AWS SDK reads name our program. program: its
 * absolute path, without a character that a shell or an SDK would take for
 * anything else. region NULL: left alone. SEK_ECONFIG: the profile has a source
 * already (a role, SSO, keys, another credential_process), because of which an
 * SDK would never ask us.
 */
enum sek_code
sek_setup_sdk(const struct sek_profiles *profiles, const char *name,
    const char *program, const char *region, struct sek_err *err) SEK_CHECKED;

/* The keys in sekisho's own file: its `[profile NAME]`. */
enum sek_code sek_setup_ours(const struct sek_profiles *profiles,
    const char *name, const struct sek_setup_pair *pairs, size_t n,
    struct sek_err *err) SEK_CHECKED;

#endif
