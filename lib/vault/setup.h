#ifndef SEK_VAULT_SETUP_H
#define SEK_VAULT_SETUP_H

#include "base/secret.h"
#include "vault/profile.h"

/*
 * Writing profiles. Both files are edited as text: what is not set stays, byte
 * for byte, comments, line ends and a byte order mark included; a new file has
 * mode 0600.
 */
struct sek_setup_pair {
	struct sek_str key;
	struct sek_str value;
};

/*
 * text with the keys set in the section: lines of these keys are replaced, with
 * what is indented below them; new ones come after its last key; a section that
 * is not there is added at the end. header: "[profile NAME]"; "[default]" is
 * taken for [profile default] where there is one, as readers do. SEK_ECONFIG: a
 * key or value that would not be read as it is written, or a key given twice.
 */
enum sek_code sek_setup_edit(struct sek_secret *out, struct sek_str text,
    const char *header, const struct sek_setup_pair *pairs, size_t n,
    struct sek_err *err) SEK_CHECKED;

/* Letters, digits and -/.%@_:+, as the grammar has it. */
bool sek_setup_is_name(const char *name);

/*
 * A profile's two halves. In AWS's config file: our program as its
 * credential_process, and the region if it is not NULL. In sekisho's own: the
 * pairs, if there are any. SEK_ECONFIG, with both files as they were: the AWS
 * profile has a source already (a role, SSO, keys, another credential_process),
 * because of which an SDK would never ask us; no plan can be made of what the
 * files say together; a file is none, another user's, or a link to nothing.
 */
struct sek_setup {
	const struct sek_profiles *profiles;
	const struct sek_env *env;
	const char *name;
	/* absolute, with no character that a shell or an SDK would take for
	 * anything else */
	const char *program;
	const char *region;
	const struct sek_setup_pair *pairs;
	size_t n;
};
enum sek_code
sek_setup(const struct sek_setup *s, struct sek_err *err) SEK_CHECKED;

#endif
