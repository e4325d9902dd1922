#include "vault/keyring_file.h"

#include "base/alloc.h"
#include "vault/keyring_choice.h"

/*
 * Against: who reads the disk, a backup or another user's files; who changes,
 * swaps or cuts what is stored. Not against: this user's own processes (with a
 * key file, the key lies beside the items), root, and the return of an item's
 * own older file. Who knows a name can see whether it is stored.
 */
static struct sek_keyring_file *
of(struct sek_keyring *k)
{
	return (struct sek_keyring_file *)k;
}

static enum sek_code
check_class(enum sek_keyring_class class, struct sek_err *err)
{
	if (class == SEK_KEYRING_UNLOCK)
		return sek_fail(err, SEK_ECONFIG,
		    "file keyring: does not hold what unlocks it");
	return SEK_OK;
}

/* The item's file and an open store. SEK_ENOTFOUND: there is no directory. */
static enum sek_code
find(char file[SEK_CRYPT_NAME], struct sek_keyring *k,
    enum sek_keyring_class class, const char *name, bool make,
    struct sek_err *err)
{
	enum sek_code code;

	if ((code = check_class(class, err)) ||
	    (code = sek_crypt_name(file, class, name, err)))
		return code;
	return sek_store_enter(&of(k)->store, make, err);
}

static enum sek_code
not_there(const struct sek_keyring_file *k, const char *name,
    struct sek_err *err)
{
	return sek_fail(err, SEK_ENOTFOUND, "%s: %s: not there", k->store.path,
	    name);
}

static enum sek_code
damaged(const struct sek_keyring_file *k, const char *file, const char *how,
    struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE,
	    "%s/%s: %s: remove it and store it anew", k->store.path, file, how);
}

/* Reads and opens a file; item borrows from plain. */
static enum sek_code
open_item(struct sek_item *item, struct sek_secret *plain,
    struct sek_keyring_file *k, const char *file, struct sek_err *err)
{
	sek_auto_buf bytes = {.max = SEK_ITEM_MAX};
	struct sek_err inner;
	enum sek_code code;

	code = sek_store_read(&bytes, &k->store, file, err);
	if (code == SEK_ETOOBIG)
		return damaged(k, file, "is larger than any item", err);
	/* a locked keyring is no damaged item, and this needs no key */
	if (code || (code = sek_keyring_file_need_key(k, false, err)))
		return code;
	code = sek_crypt_open(plain, &k->key, file, sek_buf_str(&bytes),
	    &inner);
	if (code == SEK_EPARSE)
		return damaged(k, file, inner.text, err);
	if (code)
		return sek_fail(err, code, "%s", inner.text);
	if (!sek_item_read(item, sek_secret_str(plain)))
		return damaged(k, file, "holds no item", err);
	return SEK_OK;
}

static bool
expired(const struct sek_keyring_file *k, const struct sek_item *item)
{
	return item->expires && item->expires <= k->base.env->now(k->base.env);
}

static enum sek_code
get(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_secret **out, struct sek_err *err)
{
	sek_auto_secret *plain = sek_secret_new(SEK_ITEM_PLAIN);
	sek_auto_secret *value = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	struct sek_item item = {0};
	char file[SEK_CRYPT_NAME];
	enum sek_code code;

	code = find(file, k, class, name, false, err);
	if (!code)
		code = open_item(&item, plain, of(k), file, err);
	if (code == SEK_ENOTFOUND || (!code && expired(of(k), &item)))
		return not_there(of(k), name, err);
	if (code)
		return code;
	if (item.class != class || !sek_str_is(item.name, name))
		return damaged(of(k), file, "holds another item", err);
	code = sek_secret_add(value, item.value.p, item.value.n, err);
	if (!code)
		*out = sek_steal(&value);
	return code;
}

static enum sek_code
put(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_str value, int64_t expires, struct sek_err *err)
{
	sek_auto_secret *plain = sek_secret_new(SEK_ITEM_PLAIN);
	const struct sek_item item = {class, expires, sek_str(name), value};
	unsigned char nonce[SEK_ITEM_NONCE];
	sek_auto_buf bytes = {.max = SEK_ITEM_MAX};
	char file[SEK_CRYPT_NAME];
	enum sek_code code;

	if ((code = find(file, k, class, name, true, err)) ||
	    (code = sek_keyring_file_need_key(of(k), true, err)) ||
	    (code = sek_item_write(plain, &item, err)) ||
	    (code = k->env->random(k->env, nonce, sizeof(nonce), err)) ||
	    (code = sek_crypt_seal(&bytes, &of(k)->key, file, nonce,
		 sek_secret_str(plain), err)))
		return code;
	return sek_store_write(&of(k)->store, file, sek_buf_str(&bytes), NULL,
	    err);
}

/* Needs no key, so that what is damaged or locked can be removed, too. */
static enum sek_code
remove_item(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	char file[SEK_CRYPT_NAME];
	enum sek_code code = find(file, k, class, name, false, err);

	if (!code)
		code = sek_store_remove(&of(k)->store, file, err);
	return code == SEK_ENOTFOUND ? not_there(of(k), name, err) : code;
}

/* damage: the first item that cannot be read; it is passed over. */
static enum sek_code
visit(struct sek_keyring_file *k, const char *file, sek_keyring_fn *fn,
    void *arg, struct sek_err *damage, struct sek_err *err)
{
	sek_auto_secret *plain = sek_secret_new(SEK_ITEM_PLAIN);
	sek_auto_free char *name = NULL;
	struct sek_item item = {0};
	struct sek_err inner = {0};
	enum sek_code code = open_item(&item, plain, k, file, &inner);

	if (code == SEK_ENOTFOUND)
		return SEK_OK; /* removed meanwhile */
	if (code) {
		if (!damage->code)
			*damage = inner;
		return SEK_OK;
	}
	if (expired(k, &item)) {
		sek_store_tidy(&k->store, file);
		return SEK_OK;
	}
	name = sek_strndup(item.name.p, item.name.n);
	return fn(arg, name, err);
}

static enum sek_code
each(struct sek_keyring *k, enum sek_keyring_class class, sek_keyring_fn *fn,
    void *arg, struct sek_err *err)
{
	const char prefix[] = {sek_keyring_class_name(class)[0], '-', '\0'};
	struct sek_err damage = {0};
	sek_auto_buf files = {0};
	enum sek_code code = check_class(class, err);

	if (code)
		return code;
	code = sek_store_enter(&of(k)->store, false, err);
	if (code)
		return code == SEK_ENOTFOUND ? SEK_OK : code;
	code = sek_store_list(&files, &of(k)->store, prefix, err);
	if (!code && files.n > 0)
		code = sek_keyring_file_need_key(of(k), false, err);
	for (size_t i = 0; !code && i < files.n; i += strlen(files.p + i) + 1)
		code = visit(of(k), files.p + i, fn, arg, &damage, err);
	if (!code && damage.code)
		return sek_fail(err, damage.code, "%s", damage.text);
	return code;
}

static void
close_it(struct sek_keyring *base)
{
	struct sek_keyring_file *k = of(base);

	sek_store_clear(&k->store);
	sek_crypt_key_clear(&k->key);
	sek_keyring_close(k->unlocked);
	sek_free_ptr(&k);
}

static const struct sek_keyring_ops without_lock = {
    .name = "file",
    .get = get,
    .put = put,
    .remove = remove_item,
    .each = each,
    .close = close_it,
};

static const struct sek_keyring_ops with_lock = {
    .name = "file",
    .get = get,
    .put = put,
    .remove = remove_item,
    .each = each,
    .lock = sek_keyring_file_lock,
    .unlock = sek_keyring_file_unlock,
    .close = close_it,
};

enum sek_code
sek_keyring_file_open_beside(struct sek_keyring **out,
    const struct sek_settings *settings, const struct sek_env *env,
    struct sek_keyring *unlocked, const char *why_not, struct sek_err *err)
{
	bool locks = settings->protection == SEK_PROTECTION_PASSPHRASE;
	sek_auto_keyring *taken = unlocked;
	sek_auto_free char *data = NULL;
	struct sek_keyring_file *k;
	enum sek_code code;

	code = sek_env_dir(&data, env, "XDG_DATA_HOME", ".local/share", err);
	if (code)
		return code;
	k = sek_alloc(sizeof(*k));
	k->base.ops = locks ? &with_lock : &without_lock;
	k->base.env = env;
	k->protection = settings->protection;
	k->store.env = env;
	k->store.fd = -1;
	k->store.path = sek_printf("%s/sekisho/keyring", data);
	k->unlocked = sek_steal(&taken);
	k->why_not = why_not;
	*out = &k->base;
	return SEK_OK;
}

enum sek_code
sek_keyring_file_open(struct sek_keyring **out,
    const struct sek_settings *settings, const struct sek_env *env,
    struct sek_err *err)
{
	sek_auto_keyring *unlocked = NULL;
	const char *why = "";

	if (settings->protection == SEK_PROTECTION_PASSPHRASE &&
	    sek_keyring_kernel_is_ours(env, &why) &&
	    sek_keyring_kernel_open(&unlocked, env, NULL))
		why = "this system refuses it";
	return sek_keyring_file_open_beside(out, settings, env,
	    sek_steal(&unlocked), why, err);
}
