#ifndef SEK_VAULT_KEYRING_FILE_CRYPT_H
#define SEK_VAULT_KEYRING_FILE_CRYPT_H

#include "base/buf.h"
#include "vault/keyring_file_item.h"

/*
 * The cryptography of the encrypted file keyring, on OpenSSL's EVP: AES-256-GCM
 * (NIST SP 800-38D; a random nonce of 96 bits, good for 2^32 items under a
 * key), HKDF with SHA-256 (RFC 5869), scrypt (RFC 7914).
 */
#define SEK_CRYPT_KEY  32
#define SEK_CRYPT_NAME (2 + 64 + 1)

/* What seals the items, made from what a user or a file has. */
struct sek_crypt_key {
	struct sek_secret *key;
	unsigned char id[SEK_ITEM_ID]; /* tells it from others; not secret */
};
void sek_crypt_key_clear(struct sek_crypt_key *k);
#define sek_auto_crypt_key                                                     \
	__attribute__((cleanup(sek_crypt_key_clear))) struct sek_crypt_key

/* Replaces what is there. source: at least 256 bits of entropy. */
enum sek_code sek_crypt_derive(struct sek_crypt_key *out, struct sek_str source,
    struct sek_err *err) SEK_CHECKED;

/* out: new, SEK_CRYPT_KEY bytes, to be given to sek_crypt_derive. */
enum sek_code
sek_crypt_passphrase(struct sek_secret **out, struct sek_str passphrase,
    const struct sek_scrypt *s, struct sek_err *err) SEK_CHECKED;

/* The file of an item, to which anyone who knows the name can come:
 * "s-" or "k-" (the class) and SHA-256 of class and name. */
enum sek_code
sek_crypt_name(char out[SEK_CRYPT_NAME], enum sek_keyring_class class,
    const char *name, struct sek_err *err) SEK_CHECKED;

/* out: what the file of that name has to hold. */
enum sek_code
sek_crypt_seal(struct sek_buf *out, const struct sek_crypt_key *key,
    const char *file, const unsigned char nonce[SEK_ITEM_NONCE],
    struct sek_str plain, struct sek_err *err) SEK_CHECKED;

/* SEK_EPARSE (the text has no path): not what was sealed for this file. */
enum sek_code
sek_crypt_open(struct sek_secret *out, const struct sek_crypt_key *key,
    const char *file, struct sek_str bytes, struct sek_err *err) SEK_CHECKED;

#endif
