#include "vault/keyring_file_crypt.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>

#include "base/alloc.h"
#include "base/enc.h"

/*
 * OpenSSL without its configuration file, which costs as much as all the rest
 * of an answer from the cache and could name modules to be loaded; and without
 * taking itself to pieces at exit.
 */
static void
start_openssl(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_NO_ATEXIT,
	    NULL);
}

static void
start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, start_openssl);
}

static void
free_cipher(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

static enum sek_code
fail(struct sek_err *err)
{
	return sek_fail(err, SEK_EIO,
	    "file keyring: OpenSSL does not do what it is asked");
}

void
sek_crypt_key_clear(struct sek_crypt_key *k)
{
	sek_secret_free(k->key);
	*k = (struct sek_crypt_key){0};
}

/* HKDF: the key and its id in one. */
static bool
expand(unsigned char *out, size_t n, struct sek_str source)
{
	static char digest[] = "SHA256", purpose[] = "sekisho keyring 1";
	char *key = (char *)(uintptr_t)source.p; /* is only read */
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key,
		source.n),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, purpose,
		sizeof(purpose) - 1),
	    OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool right = c && EVP_KDF_derive(c, out, n, params) == 1;

	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
	return right;
}

enum sek_code
sek_crypt_derive(struct sek_crypt_key *out, struct sek_str source,
    struct sek_err *err)
{
	sek_auto_crypt_key made = {
	    .key = sek_secret_new(SEK_CRYPT_KEY + SEK_ITEM_ID)};
	enum sek_code code;
	char *room = NULL;

	start();
	code = sek_secret_room(&room, made.key, SEK_CRYPT_KEY + SEK_ITEM_ID,
	    err);
	if (code)
		return code;
	if (!expand((unsigned char *)room, SEK_CRYPT_KEY + SEK_ITEM_ID, source))
		return fail(err);
	memcpy(made.id, room + SEK_CRYPT_KEY, SEK_ITEM_ID);
	sek_secret_filled(made.key, SEK_CRYPT_KEY);
	sek_crypt_key_clear(out);
	*out = made;
	made.key = NULL;
	return SEK_OK;
}

enum sek_code
sek_crypt_passphrase(struct sek_secret **out, struct sek_str passphrase,
    const struct sek_scrypt *s, struct sek_err *err)
{
	sek_auto_secret *key = sek_secret_new(SEK_CRYPT_KEY);
	uint64_t n = (uint64_t)1 << s->log_n;
	enum sek_code code;
	char *room = NULL;

	start();
	code = sek_secret_room(&room, key, SEK_CRYPT_KEY, err);
	if (code)
		return code;
	/* scrypt itself uses 128 * N * r bytes and a little more */
	if (EVP_PBE_scrypt(passphrase.p, passphrase.n, s->salt, SEK_SCRYPT_SALT,
		n, 8, 1, 2 * 128 * n * 8, (unsigned char *)room,
		SEK_CRYPT_KEY) != 1)
		return fail(err);
	sek_secret_filled(key, SEK_CRYPT_KEY);
	*out = sek_steal(&key);
	return SEK_OK;
}

enum sek_code
sek_crypt_name(char out[SEK_CRYPT_NAME], enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	const char *kind = sek_keyring_class_name(class);
	sek_auto_free char *text = sek_printf("%s:%s", kind, name);
	unsigned char digest[EVP_MAX_MD_SIZE];
	sek_auto_buf hex = {0};
	unsigned n = 0;

	start();
	if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha256(), NULL) != 1)
		return fail(err);
	sek_buf_printf(&hex, "%c-", kind[0]);
	sek_hex(&hex, digest, n);
	memcpy(out, hex.p, SEK_CRYPT_NAME);
	return SEK_OK;
}

static bool
begin(EVP_CIPHER_CTX *c, const struct sek_crypt_key *key,
    const struct sek_item_file *head, const char *file, int encrypt)
{
	const unsigned char *k = (const void *)sek_secret_str(key->key).p;
	unsigned char bytes[SEK_ITEM_HEAD];
	int n;

	sek_item_head_write(bytes, head);
	return c &&
	    EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, k, head->nonce,
		encrypt) == 1 &&
	    EVP_CipherUpdate(c, NULL, &n, bytes, sizeof(bytes)) == 1 &&
	    EVP_CipherUpdate(c, NULL, &n, (const unsigned char *)file,
		(int)strlen(file)) == 1;
}

enum sek_code
sek_crypt_seal(struct sek_buf *out, const struct sek_crypt_key *key,
    const char *file, const unsigned char nonce[SEK_ITEM_NONCE],
    struct sek_str plain, struct sek_err *err)
{
	__attribute__((cleanup(free_cipher)))
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char *to = (unsigned char *)sek_buf_room(out,
	    SEK_ITEM_HEAD + plain.n + SEK_ITEM_TAG);
	struct sek_item_file head;
	int n = 0, more = 0;

	start();
	if (!to || plain.n > SEK_ITEM_PLAIN)
		return sek_fail(err, SEK_ETOOBIG,
		    "file keyring: more than an item can hold");
	memcpy(head.id, key->id, sizeof(head.id));
	memcpy(head.nonce, nonce, sizeof(head.nonce));
	sek_item_head_write(to, &head);
	to += SEK_ITEM_HEAD;
	if (!begin(c, key, &head, file, 1) ||
	    EVP_CipherUpdate(c, to, &n, (const unsigned char *)plain.p,
		(int)plain.n) != 1 ||
	    EVP_CipherFinal_ex(c, to + n, &more) != 1 || (size_t)n != plain.n ||
	    more != 0 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEK_ITEM_TAG,
		to + plain.n) != 1)
		return fail(err);
	out->n += SEK_ITEM_HEAD + plain.n + SEK_ITEM_TAG;
	out->p[out->n] = '\0';
	return SEK_OK;
}

static bool
decrypt(char *room, const struct sek_crypt_key *key,
    const struct sek_item_file *in, const char *file)
{
	__attribute__((cleanup(free_cipher)))
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t size = in->sealed.n - SEK_ITEM_TAG;
	unsigned char *to = (unsigned char *)room, tag[SEK_ITEM_TAG];
	int n = 0, more = 0;

	memcpy(tag, in->sealed.p + size, sizeof(tag));
	return begin(c, key, in, file, 0) &&
	    EVP_CipherUpdate(c, to, &n, (const unsigned char *)in->sealed.p,
		(int)size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEK_ITEM_TAG, tag) ==
	    1 &&
	    EVP_CipherFinal_ex(c, to + n, &more) == 1 && (size_t)n == size &&
	    more == 0;
}

enum sek_code
sek_crypt_open(struct sek_secret *out, const struct sek_crypt_key *key,
    const char *file, struct sek_str bytes, struct sek_err *err)
{
	struct sek_item_file in;
	enum sek_code code;
	char *room = NULL;
	size_t size;

	start();
	if (!sek_item_file_read(&in, bytes))
		return sek_fail(err, SEK_EPARSE,
		    "is not an item of this keyring, or was cut short");
	if (memcmp(in.id, key->id, sizeof(in.id)) != 0)
		return sek_fail(err, SEK_EPARSE,
		    "was written under another key");
	size = in.sealed.n - SEK_ITEM_TAG;
	if ((code = sek_secret_room(&room, out, size, err)))
		return code;
	if (!decrypt(room, key, &in, file)) {
		sek_secret_filled(out, 0);
		return sek_fail(err, SEK_EPARSE,
		    "is damaged, or was written for another name");
	}
	sek_secret_filled(out, size);
	return SEK_OK;
}
