#ifndef SEK_VAULT_SETTINGS_H
#define SEK_VAULT_SETTINGS_H

#include "vault/profile.h"

/* `[sekisho]` of sekisho's own file; sekisho-vault-config(5) explains each. */
enum sek_protection {
	SEK_PROTECTION_KEY_FILE, /* a key that only the owner can read */
	SEK_PROTECTION_PASSPHRASE,
	SEK_PROTECTION_SYSTEMD, /* $CREDENTIALS_DIRECTORY/sekisho-keyring */
};

struct sek_settings {
	const char *keyring; /* NULL: ours to choose */
	enum sek_protection protection;
	int timeout; /* s, for a whole call that no person waits for; 4 */
	/* Believe AWS_ENDPOINT_URL* and AWS_CA_BUNDLE beyond loopback? */
	bool trust_environment;
};

/* SEK_ECONFIG "FILE:LINE: why": an unknown key or value. */
enum sek_code sek_settings_read(struct sek_settings *out,
    const struct sek_profiles *profiles, struct sek_err *err) SEK_CHECKED;

#endif
