#ifndef SEK_VAULT_KEYRING_FILE_ITEM_H
#define SEK_VAULT_KEYRING_FILE_ITEM_H

#include "vault/keyring.h"

/*
 * The bytes of the encrypted file keyring, without its cryptography. Numbers
 * are big-endian. sekisho-vault-config(5) has the format for people.
 *
 * An item's file: magic and version (8), id of the key (16), nonce (12); then
 * AES-256-GCM of the plain text under that key, with those 36 bytes and the
 * file's name as additional data; then the tag (16).
 *
 * Plain text: class (1), expires (8), length of the name (2), name, value.
 *
 * The file `params` of a keyring with a passphrase: magic and version (8),
 * log2 of scrypt's N (1; r is 8, p is 1), salt (16), id of the key (16), by
 * which a wrong passphrase is known.
 */
#define SEK_ITEM_ID    16
#define SEK_ITEM_NONCE 12
#define SEK_ITEM_TAG   16
#define SEK_ITEM_HEAD  (8 + SEK_ITEM_ID + SEK_ITEM_NONCE)
#define SEK_ITEM_FIXED (1 + 8 + 2) /* of the plain text */
#define SEK_ITEM_PLAIN                                                         \
	(SEK_ITEM_FIXED + SEK_KEYRING_NAME_MAX + SEK_KEYRING_VALUE_MAX)
#define SEK_ITEM_MAX (SEK_ITEM_HEAD + SEK_ITEM_PLAIN + SEK_ITEM_TAG)

struct sek_item_file {
	unsigned char id[SEK_ITEM_ID];
	unsigned char nonce[SEK_ITEM_NONCE];
	struct sek_str sealed; /* borrowed: cipher text and tag */
};
/* False: another magic or version, too short or too long. */
bool sek_item_file_read(struct sek_item_file *out, struct sek_str bytes);
void sek_item_head_write(unsigned char out[SEK_ITEM_HEAD],
    const struct sek_item_file *head);

struct sek_item {
	enum sek_keyring_class class; /* session or key */
	int64_t expires;
	struct sek_str name;
	struct sek_str value; /* both borrowed */
};
/* False: a class, length or expiry that is never written. */
bool sek_item_read(struct sek_item *out, struct sek_str plain);
enum sek_code sek_item_write(struct sek_secret *out,
    const struct sek_item *item, struct sek_err *err) SEK_CHECKED;

#define SEK_SCRYPT_SALT 16
#define SEK_SCRYPT_SIZE (8 + 1 + SEK_SCRYPT_SALT + SEK_ITEM_ID)
/* 32 MiB and about a tenth of a second; from 2^19 on, a file that somebody
 * changed would use up the memory of small machines. */
#define SEK_SCRYPT_LOG_N     15
#define SEK_SCRYPT_LOG_N_MAX 18

struct sek_scrypt {
	unsigned log_n;
	unsigned char salt[SEK_SCRYPT_SALT];
	unsigned char id[SEK_ITEM_ID];
};
bool sek_scrypt_read(struct sek_scrypt *out, struct sek_str bytes);
void sek_scrypt_write(unsigned char out[SEK_SCRYPT_SIZE],
    const struct sek_scrypt *s);

#endif
