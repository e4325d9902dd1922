#include <fcntl.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "vault/keyring_file.h"
#include "vault/prompt.h"

/* Where the key comes from that seals the items: settings->protection. */
#define KEY_FILE       "key"
#define PARAMS         "params"
#define CREDENTIAL     "sekisho-keyring"
#define CREDENTIAL_MAX ((size_t)64 << 10)
#define UNLOCKED_FOR   ((int64_t)8 * 3600) /* s */
#define ASK_SECONDS    60
#define TRIES          3
#define SLOT           (5 + 2 * SEK_SCRYPT_SALT + 1)

/* A new key would be taken for the one that was lost. */
static enum sek_code
refuse_if_used(const struct sek_keyring_file *k, const char *missing,
    struct sek_err *err)
{
	static const char *const prefixes[] = {"s-", "k-"};
	sek_auto_buf names = {0};
	enum sek_code code = SEK_OK;

	for (size_t i = 0; i < 2 && !code; i++)
		code = sek_store_list(&names, &k->store, prefixes[i], err);
	if (code || names.n == 0)
		return code;
	return sek_fail(err, SEK_EDENIED,
	    "%s/%s: is missing, and nothing else opens what is stored there: "
	    "put it back, or remove %s to start anew",
	    k->store.path, missing, k->store.path);
}

static enum sek_code
read_key_file(struct sek_keyring_file *k, struct sek_err *err)
{
	sek_auto_secret *key = NULL;
	enum sek_code code;

	code = sek_store_read_key(&key, k->store.fd, KEY_FILE, SEK_CRYPT_KEY,
	    false, err);
	if (code)
		return code == SEK_ENOTFOUND
		    ? code
		    : sek_fail(err, code, "%s/%s", k->store.path,
			  err ? err->text : "");
	if (sek_secret_str(key).n != SEK_CRYPT_KEY)
		return sek_fail(err, SEK_EPARSE,
		    "%s/" KEY_FILE ": is not %d bytes long: put it back, or "
		    "remove %s to start anew",
		    k->store.path, SEK_CRYPT_KEY, k->store.path);
	return sek_crypt_derive(&k->key, sek_secret_str(key), err);
}

/* One of those who do this at the same time wins; all read what it wrote. */
static enum sek_code
make_key_file(struct sek_keyring_file *k, struct sek_err *err)
{
	sek_auto_secret *key = sek_secret_new(SEK_CRYPT_KEY);
	const struct sek_env *env = k->base.env;
	enum sek_code code;
	char *room = NULL;
	bool made;

	if ((code = sek_secret_room(&room, key, SEK_CRYPT_KEY, err)) ||
	    (code = env->random(env, room, SEK_CRYPT_KEY, err)))
		return code;
	sek_secret_filled(key, SEK_CRYPT_KEY);
	code = sek_store_write(&k->store, KEY_FILE, sek_secret_str(key), &made,
	    err);
	return code ? code : read_key_file(k, err);
}

static enum sek_code
from_key_file(struct sek_keyring_file *k, bool make, struct sek_err *err)
{
	enum sek_code code = read_key_file(k, err);

	if (code != SEK_ENOTFOUND)
		return code;
	if ((code = refuse_if_used(k, KEY_FILE, err))) {
		/* or was it made, and used, a moment ago? */
		return read_key_file(k, NULL) == SEK_OK ? SEK_OK : code;
	}
	if (!make)
		return sek_fail(err, SEK_ENOTFOUND, "%s: is empty",
		    k->store.path);
	return make_key_file(k, err);
}

static enum sek_code
from_systemd(struct sek_keyring_file *k, struct sek_err *err)
{
	const char *dir = k->base.env->get(k->base.env,
	    "CREDENTIALS_DIRECTORY");
	sek_auto_free char *path = sek_printf("%s/" CREDENTIAL, dir ? dir : "");
	sek_auto_secret *key = NULL;
	enum sek_code code;

	if (!dir || dir[0] != '/')
		return sek_fail(err, SEK_EDENIED,
		    "%s: its key is a credential that systemd did not hand "
		    "over: the unit needs LoadCredentialEncrypted=" CREDENTIAL,
		    k->store.path);
	code = sek_store_read_key(&key, AT_FDCWD, path, CREDENTIAL_MAX, true,
	    err);
	if (code)
		return code == SEK_ENOTFOUND
		    ? sek_fail(err, SEK_EDENIED,
			  "%s: is missing: the unit needs "
			  "LoadCredentialEncrypted=" CREDENTIAL,
			  path)
		    : code;
	if (sek_secret_str(key).n < SEK_CRYPT_KEY)
		return sek_fail(err, SEK_EPARSE,
		    "%s: is shorter than %d bytes: make it of that many random "
		    "ones",
		    path, SEK_CRYPT_KEY);
	return sek_crypt_derive(&k->key, sek_secret_str(key), err);
}

/* The name of the unlock key: one for each keyring, however it is reached. */
static void
slot_of(char out[SLOT], const struct sek_scrypt *s)
{
	sek_auto_buf hex = {0};

	sek_hex(&hex, s->salt, sizeof(s->salt));
	snprintf(out, SLOT, "file-%s", hex.p);
}

/* SEK_ENOTFOUND: it does not open this keyring. */
static enum sek_code
try_key(struct sek_keyring_file *k, const struct sek_scrypt *s,
    const struct sek_secret *key, struct sek_err *err)
{
	sek_auto_crypt_key made = {0};
	enum sek_code code = sek_crypt_derive(&made, sek_secret_str(key), err);

	if (code)
		return code;
	if (memcmp(made.id, s->id, sizeof(made.id)) != 0)
		return sek_fail(err, SEK_ENOTFOUND, "wrong passphrase");
	sek_crypt_key_clear(&k->key);
	k->key = made;
	made.key = NULL;
	return SEK_OK;
}

static enum sek_code
read_params(struct sek_scrypt *out, const struct sek_keyring_file *k,
    struct sek_err *err)
{
	sek_auto_buf bytes = {.max = 4096};
	enum sek_code code = sek_store_read(&bytes, &k->store, PARAMS, err);

	if (code)
		return code;
	if (!sek_scrypt_read(out, sek_buf_str(&bytes)))
		return sek_fail(err, SEK_EPARSE,
		    "%s/" PARAMS ": is damaged: put it back, or remove %s to "
		    "start anew",
		    k->store.path, k->store.path);
	return SEK_OK;
}

static enum sek_code
ask(struct sek_secret **out, const struct sek_keyring_file *k, const char *what,
    struct sek_err *err)
{
	sek_auto_free char *question = sek_printf("%s %s: ", what,
	    k->store.path);

	return sek_prompt(out, question, true, ASK_SECONDS, err);
}

/* key: new; what scrypt makes of what was typed. */
static enum sek_code
ask_for_old(struct sek_secret **key, struct sek_keyring_file *k,
    const struct sek_scrypt *s, struct sek_err *err)
{
	enum sek_code code = SEK_ENOTFOUND;

	for (int i = 0; i < TRIES && code == SEK_ENOTFOUND; i++) {
		sek_auto_secret *typed = NULL, *made = NULL;

		if ((code = ask(&typed, k,
			 i ? "Wrong. Passphrase of" : "Passphrase of", err)) ||
		    (code = sek_crypt_passphrase(&made, sek_secret_str(typed),
			 s, err)))
			return code == SEK_ENOTFOUND ? SEK_EDENIED : code;
		code = try_key(k, s, made, err);
		if (!code)
			*key = sek_steal(&made);
	}
	return code == SEK_ENOTFOUND
	    ? sek_fail(err, SEK_EDENIED, "%s: wrong passphrase", k->store.path)
	    : code;
}

static enum sek_code
ask_for_new(struct sek_secret **passphrase, const struct sek_keyring_file *k,
    struct sek_err *err)
{
	sek_auto_secret *typed = NULL, *again = NULL;
	enum sek_code code;

	if ((code = ask(&typed, k, "New passphrase for", err)))
		return code;
	if (sek_secret_str(typed).n == 0)
		return sek_fail(err, SEK_EDENIED,
		    "%s: an empty passphrase protects nothing", k->store.path);
	if ((code = ask(&again, k, "The same again for", err)))
		return code;
	if (!sek_str_eq(sek_secret_str(typed), sek_secret_str(again)))
		return sek_fail(err, SEK_EDENIED,
		    "%s: the two passphrases differ; none was set",
		    k->store.path);
	*passphrase = sek_steal(&typed);
	return SEK_OK;
}

/* made is false if another process was first. */
static enum sek_code
set_passphrase(struct sek_secret **key, bool *made, struct sek_keyring_file *k,
    struct sek_err *err)
{
	struct sek_scrypt s = {.log_n = SEK_SCRYPT_LOG_N};
	sek_auto_secret *passphrase = NULL, *master = NULL;
	const struct sek_env *env = k->base.env;
	unsigned char bytes[SEK_SCRYPT_SIZE];
	sek_auto_crypt_key derived = {0};
	enum sek_code code;

	if ((code = ask_for_new(&passphrase, k, err)) ||
	    (code = env->random(env, s.salt, sizeof(s.salt), err)) ||
	    (code = sek_crypt_passphrase(&master, sek_secret_str(passphrase),
		 &s, err)) ||
	    (code = sek_crypt_derive(&derived, sek_secret_str(master), err)))
		return code;
	memcpy(s.id, derived.id, sizeof(s.id));
	sek_scrypt_write(bytes, &s);
	code = sek_store_write(&k->store, PARAMS,
	    (struct sek_str){(const char *)bytes, sizeof(bytes)}, made, err);
	if (code || !*made)
		return code;
	*key = sek_steal(&master);
	return try_key(k, &s, *key, err);
}

/* Only the kernel keyring could remember what is typed once. */
static enum sek_code
fail_unasked(const struct sek_keyring_file *k, const char *what,
    struct sek_err *err)
{
	if (k->unlocked)
		return sek_fail(err, SEK_EDENIED,
		    "%s: %s: run `sekisho-vault unlock` on a terminal",
		    k->store.path, what);
	return sek_fail(err, SEK_EDENIED,
	    "%s: %s: its passphrase is asked for on a terminal, and here is "
	    "none",
	    k->store.path, what);
}

/*
 * What was typed in this process opens the file again: sessions and long-term
 * keys are two handles on it. In a child these pages are zero, and open nothing.
 */
static struct sek_secret *typed_before;

static enum sek_code
copy(struct sek_secret **out, const struct sek_secret *key, struct sek_err *err)
{
	struct sek_str bytes = sek_secret_str(key);
	sek_auto_secret *made = sek_secret_new(bytes.n);
	enum sek_code code = sek_secret_add(made, bytes.p, bytes.n, err);

	if (!code)
		*out = sek_steal(&made);
	return code;
}

static void
remember(const struct sek_secret *key)
{
	sek_secret_free(sek_steal(&typed_before));
	if (copy(&typed_before, key, NULL))
		typed_before = NULL;
}

/* By the terminal; s: of the passphrase that holds then. */
static enum sek_code
from_terminal(struct sek_secret **key, struct sek_scrypt *s,
    struct sek_keyring_file *k, bool make, struct sek_err *err)
{
	enum sek_code code = read_params(s, k, err);
	bool made = false;

	if (code && code != SEK_ENOTFOUND)
		return code;
	if (!code && typed_before && !try_key(k, s, typed_before, NULL))
		return copy(key, typed_before, err);
	if (!sek_prompt_possible())
		return fail_unasked(k,
		    code ? "has no passphrase yet" : "locked", err);
	if (!code)
		return ask_for_old(key, k, s, err);
	if ((code = refuse_if_used(k, PARAMS, err)))
		return code;
	if (!make)
		return sek_fail(err, SEK_ENOTFOUND, "%s: is empty",
		    k->store.path);
	if ((code = set_passphrase(key, &made, k, err)) ||
	    (code = read_params(s, k, err)))
		return code;
	return made ? SEK_OK : ask_for_old(key, k, s, err);
}

/* SEK_ENOTFOUND: it is not unlocked. */
static enum sek_code
from_unlocked(struct sek_keyring_file *k, struct sek_err *err)
{
	sek_auto_secret *key = NULL;
	struct sek_scrypt s;
	enum sek_code code;
	char slot[SLOT];

	if (!k->unlocked)
		return SEK_ENOTFOUND;
	if ((code = read_params(&s, k, err)))
		return code;
	slot_of(slot, &s);
	code = sek_keyring_get(k->unlocked, SEK_KEYRING_UNLOCK, slot, &key,
	    err);
	return code ? SEK_ENOTFOUND : try_key(k, &s, key, err);
}

enum sek_code
sek_keyring_file_need_key(struct sek_keyring_file *k, bool make,
    struct sek_err *err)
{
	sek_auto_secret *key = NULL;
	struct sek_scrypt s;
	enum sek_code code;

	if (k->key.key)
		return SEK_OK;
	switch (k->protection) {
	case SEK_PROTECTION_KEY_FILE:
		return from_key_file(k, make, err);
	case SEK_PROTECTION_SYSTEMD:
		return from_systemd(k, err);
	default:
		code = from_unlocked(k, err);
		if (code != SEK_ENOTFOUND)
			return code;
		code = from_terminal(&key, &s, k, make, err);
		if (!code)
			remember(key);
		return code;
	}
}

enum sek_code
sek_keyring_file_lock(struct sek_keyring *base, struct sek_err *err)
{
	struct sek_keyring_file *k = (struct sek_keyring_file *)base;
	struct sek_scrypt s;
	enum sek_code code;
	char slot[SLOT];

	sek_crypt_key_clear(&k->key);
	if (!k->unlocked)
		return SEK_OK; /* it never was unlocked */
	if ((code = sek_store_enter(&k->store, false, err)) ||
	    (code = read_params(&s, k, err)))
		return code == SEK_ENOTFOUND ? SEK_OK : code;
	slot_of(slot, &s);
	code = sek_keyring_remove(k->unlocked, SEK_KEYRING_UNLOCK, slot, err);
	return code == SEK_ENOTFOUND ? SEK_OK : code;
}

enum sek_code
sek_keyring_file_unlock(struct sek_keyring *base, struct sek_err *err)
{
	struct sek_keyring_file *k = (struct sek_keyring_file *)base;
	const struct sek_env *env = k->base.env;
	sek_auto_secret *key = NULL;
	struct sek_scrypt s;
	enum sek_code code;
	char slot[SLOT];

	if (!k->unlocked)
		return sek_fail(err, SEK_EDENIED,
		    "%s: cannot be kept unlocked: the kernel keyring is not to "
		    "be used: %s",
		    k->store.path, k->why_not);
	if ((code = sek_store_enter(&k->store, true, err)) ||
	    (code = from_terminal(&key, &s, k, true, err)))
		return code;
	slot_of(slot, &s);
	return sek_keyring_put(k->unlocked, SEK_KEYRING_UNLOCK, slot,
	    sek_secret_str(key), env->now(env) + UNLOCKED_FOR, err);
}
