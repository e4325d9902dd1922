#ifndef SEK_VAULT_KEYRING_FILE_H
#define SEK_VAULT_KEYRING_FILE_H

#include "vault/keyring_file_crypt.h"
#include "vault/keyring_file_store.h"
#include "vault/settings.h"

/* Inside of the encrypted file keyring; keyring_choice.h is its face. */
struct sek_keyring_file {
	struct sek_keyring base;
	enum sek_protection protection;
	struct sek_store store;
	struct sek_crypt_key key; /* key.key NULL: not had yet */
	/* Where an unlocked passphrase's key is kept; NULL: nowhere, and why */
	struct sek_keyring *unlocked;
	const char *why_not;
};

/* unlocked: taken over. sek_keyring_file_open decides which it is. */
enum sek_code sek_keyring_file_open_beside(struct sek_keyring **out,
    const struct sek_settings *settings, const struct sek_env *env,
    struct sek_keyring *unlocked, const char *why_not,
    struct sek_err *err) SEK_CHECKED;

/*
 * keyring_file_key.c: has k->key afterwards. The store is open. make: a key
 * file or a passphrase is made if there is none, and nothing that would need
 * the one before. A passphrase is asked for where there is a terminal.
 */
enum sek_code sek_keyring_file_need_key(struct sek_keyring_file *k, bool make,
    struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_keyring_file_lock(struct sek_keyring *k, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_keyring_file_unlock(struct sek_keyring *k, struct sek_err *err) SEK_CHECKED;

#endif
