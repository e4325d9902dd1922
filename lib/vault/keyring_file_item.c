#include "vault/keyring_file_item.h"

#define MAGIC 8
static const unsigned char item_magic[MAGIC] = "sekitem\x01";
static const unsigned char scrypt_magic[MAGIC] = "sekscry\x01";

static void
cut(void *out, struct sek_str *rest, size_t n)
{
	memcpy(out, rest->p, n);
	rest->p += n;
	rest->n -= n;
}

static bool
cut_magic(struct sek_str *rest, const unsigned char magic[MAGIC])
{
	unsigned char got[MAGIC];

	cut(got, rest, MAGIC);
	return !memcmp(got, magic, MAGIC);
}

static uint64_t
cut_number(struct sek_str *rest, size_t n)
{
	unsigned char bytes[8];
	uint64_t number = 0;

	cut(bytes, rest, n);
	for (size_t i = 0; i < n; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void
put_number(unsigned char *out, uint64_t number, size_t n)
{
	while (n-- > 0) {
		out[n] = (unsigned char)number;
		number >>= 8;
	}
}

bool
sek_item_file_read(struct sek_item_file *out, struct sek_str bytes)
{
	if (bytes.n < SEK_ITEM_HEAD + SEK_ITEM_FIXED + SEK_ITEM_TAG ||
	    bytes.n > SEK_ITEM_MAX || !cut_magic(&bytes, item_magic))
		return false;
	cut(out->id, &bytes, sizeof(out->id));
	cut(out->nonce, &bytes, sizeof(out->nonce));
	out->sealed = bytes;
	return true;
}

void
sek_item_head_write(unsigned char out[SEK_ITEM_HEAD],
    const struct sek_item_file *head)
{
	memcpy(out, item_magic, MAGIC);
	memcpy(out + MAGIC, head->id, SEK_ITEM_ID);
	memcpy(out + MAGIC + SEK_ITEM_ID, head->nonce, SEK_ITEM_NONCE);
}

bool
sek_item_read(struct sek_item *out, struct sek_str plain)
{
	uint64_t class, expires, n;

	if (plain.n < SEK_ITEM_FIXED)
		return false;
	class = cut_number(&plain, 1);
	expires = cut_number(&plain, 8);
	n = cut_number(&plain, 2);
	if ((class != SEK_KEYRING_SESSION && class != SEK_KEYRING_KEY) ||
	    expires > INT64_MAX || n == 0 || n > SEK_KEYRING_NAME_MAX ||
	    n >= plain.n || plain.n - n > SEK_KEYRING_VALUE_MAX ||
	    memchr(plain.p, '\0', n))
		return false;
	out->class = (enum sek_keyring_class) class;
	out->expires = (int64_t)expires;
	out->name = (struct sek_str){plain.p, n};
	out->value = (struct sek_str){plain.p + n, plain.n - n};
	return true;
}

enum sek_code
sek_item_write(struct sek_secret *out, const struct sek_item *item,
    struct sek_err *err)
{
	unsigned char fixed[SEK_ITEM_FIXED];
	enum sek_code code;

	put_number(fixed, item->class, 1);
	put_number(fixed + 1, (uint64_t)item->expires, 8);
	put_number(fixed + 9, item->name.n, 2);
	if ((code = sek_secret_add(out, fixed, sizeof(fixed), err)) ||
	    (code = sek_secret_add(out, item->name.p, item->name.n, err)))
		return code;
	return sek_secret_add(out, item->value.p, item->value.n, err);
}

bool
sek_scrypt_read(struct sek_scrypt *out, struct sek_str bytes)
{
	if (bytes.n != SEK_SCRYPT_SIZE || !cut_magic(&bytes, scrypt_magic))
		return false;
	out->log_n = (unsigned)cut_number(&bytes, 1);
	cut(out->salt, &bytes, sizeof(out->salt));
	cut(out->id, &bytes, sizeof(out->id));
	return out->log_n >= SEK_SCRYPT_LOG_N &&
	    out->log_n <= SEK_SCRYPT_LOG_N_MAX;
}

void
sek_scrypt_write(unsigned char out[SEK_SCRYPT_SIZE], const struct sek_scrypt *s)
{
	memcpy(out, scrypt_magic, MAGIC);
	out[MAGIC] = (unsigned char)s->log_n;
	memcpy(out + MAGIC + 1, s->salt, SEK_SCRYPT_SALT);
	memcpy(out + MAGIC + 1 + SEK_SCRYPT_SALT, s->id, SEK_ITEM_ID);
}
