#define SECRET_API_SUBJECT_TO_CHANGE
#include <inttypes.h>
#include <libsecret/secret.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/keyring_choice.h"
#include "vault/keyring_secret_service_bus.h"

/*
 * The Secret Service (specifications.freedesktop.org, Secret Service API draft
 * 0.2). libsecret is loaded at first use: it brings GLib, whose start costs ten
 * times an answer from the kernel keyring. From it come the session and its
 * encryption; the calls are made one by one, for its simple functions do not
 * tell a locked collection from one that has not got the item, and ask the user
 * when they find one.
 *
 * Against: a reader of what the bus logs. Not against: this user's processes,
 * which can ask the service themselves. libsecret keeps values in locked pages
 * and wipes them. But where the service does not do Diffie-Hellman, libsecret
 * sends values in the clear over the user's own bus, and GLib's buffers, which
 * nobody wipes, hold them until the process ends.
 */
#define TOP  "/org/freedesktop/secrets"
#define ITEM "org.freedesktop.Secret.Item"
#define COLL "org.freedesktop.Secret.Collection"
#define SERV "org.freedesktop.Secret.Service"

SEK_LIBSECRET_TABLE;
#define LIB(name) SEK_GLIB(name)

struct service {
	struct sek_keyring base;
	struct sek_bus bus;
	char *collection; /* object path */
};

static struct service *
of(struct sek_keyring *k)
{
	return (struct service *)k;
}

static void
unref(GVariant **v)
{
	if (*v)
		SEK_GLIB(g_variant_unref)(*v);
}
#define auto_variant __attribute__((cleanup(unref))) GVariant

/* Lock or Unlock, of the collection. */
static enum sek_code
set_lock(struct service *k, const char *method, struct sek_err *err)
{
	auto_variant *reply = NULL, *objects = NULL;
	const char *prompt;
	enum sek_code code;

	code = sek_bus_call(&reply, &k->bus, TOP, SERV, method,
	    LIB(g_variant_new)("(^ao)",
		(const char *const[]){k->collection, NULL}),
	    "(aoo)", err);
	if (code)
		return code;
	LIB(g_variant_get)(reply, "(@ao&o)", &objects, &prompt);
	return sek_bus_settle(&k->bus, prompt, err);
}

enum sek_code
sek_keyring_secret_service_locked(struct sek_keyring *k, bool *is,
    struct sek_err *err)
{
	auto_variant *value = NULL;
	enum sek_code code = sek_bus_property(&value, &of(k)->bus,
	    of(k)->collection, COLL, "Locked", "b", err);

	if (!code)
		*is = LIB(g_variant_get_boolean)(value);
	return code;
}

/* First in each operation: nothing that a locked collection says counts. */
static enum sek_code
need_unlocked(struct service *k, struct sek_err *err)
{
	bool is = true;
	enum sek_code code = sek_keyring_secret_service_locked(&k->base, &is,
	    err);

	if (code || !is)
		return code;
	if (!k->bus.prompt)
		return sek_bus_locked(err);
	if ((code = set_lock(k, "Unlock", err)) ||
	    (code = sek_keyring_secret_service_locked(&k->base, &is, err)))
		return code;
	return is ? sek_bus_locked(err) : SEK_OK;
}

static enum sek_code
check_class(enum sek_keyring_class class, struct sek_err *err)
{
	if (class == SEK_KEYRING_UNLOCK)
		return sek_fail(err, SEK_ECONFIG,
		    SEK_BUS_SAYS "does not hold what unlocks a keyring");
	return SEK_OK;
}

static void
add(GVariantBuilder *b, const char *key, const char *value)
{
	LIB(g_variant_builder_add)(b, "{ss}", key, value);
}

static GVariant *
built(GVariantBuilder *b)
{
	GVariant *v = LIB(g_variant_builder_end)(b);

	LIB(g_variant_builder_unref)(b);
	return v;
}

static GVariantBuilder *
builder(const char *type)
{
	return LIB(g_variant_builder_new)((const GVariantType *)type);
}

/* name NULL: all of the class. expires < 0: of any. */
static GVariant *
attributes(enum sek_keyring_class class, const char *name, int64_t expires)
{
	GVariantBuilder *b = builder("a{ss}");
	char number[24];

	snprintf(number, sizeof(number), "%" PRId64, expires);
	add(b, "xdg:schema", "sekisho");
	add(b, "class", sek_keyring_class_name(class));
	if (name)
		add(b, "name", name);
	if (expires >= 0)
		add(b, "expires", number);
	return built(b);
}

/* The paths of the items, in an array. */
static enum sek_code
search(GVariant **out, struct service *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	auto_variant *reply = NULL;
	enum sek_code code;

	if ((code = check_class(class, err)) ||
	    (code = need_unlocked(k, err)) ||
	    (code = sek_bus_call(&reply, &k->bus, k->collection, COLL,
		 "SearchItems",
		 LIB(g_variant_new)("(@a{ss})", attributes(class, name, -1)),
		 "(ao)", err)))
		return code;
	*out = LIB(g_variant_get_child_value)(reply, 0);
	return SEK_OK;
}

/* The path at a place in such an array; borrowed from *v. */
static const char *
path_at(GVariant **v, GVariant *paths, size_t i)
{
	*v = LIB(g_variant_get_child_value)(paths, i);
	return LIB(g_variant_get_string)(*v, NULL);
}

static enum sek_code
delete_item(struct service *k, const char *path, struct sek_err *err)
{
	auto_variant *reply = NULL;
	const char *prompt;
	enum sek_code code = sek_bus_call(&reply, &k->bus, path, ITEM, "Delete",
	    LIB(g_variant_new)("()"), "(o)", err);

	if (code)
		return code;
	LIB(g_variant_get)(reply, "(&o)", &prompt);
	return sek_bus_settle(&k->bus, prompt, err);
}

/* What an item says of itself. name: new, NULL if it has none. */
static enum sek_code
look(char **name, int64_t *expires, struct service *k, const char *path,
    struct sek_err *err)
{
	auto_variant *all = NULL;
	const char *text = NULL;
	uint64_t number = 0;
	enum sek_code code = sek_bus_property(&all, &k->bus, path, ITEM,
	    "Attributes", "a{ss}", err);

	if (code)
		return code;
	if (name && LIB(g_variant_lookup)(all, "name", "&s", &text))
		*name = sek_strdup(text);
	if (LIB(g_variant_lookup)(all, "expires", "&s", &text) &&
	    sek_str_to_u64(sek_str(text), &number) && number <= INT64_MAX)
		*expires = (int64_t)number;
	return SEK_OK;
}

/*
 * A session's item is never changed: a new one is made, then the old one is
 * deleted. So there may be two, and that which lasts longest is it. *out stays
 * NULL where there is none.
 */
static enum sek_code
choose(char **out, struct service *k, GVariant *paths, struct sek_err *err)
{
	int64_t now = k->base.env->now(k->base.env), best = -1;
	size_t n = LIB(g_variant_n_children)(paths);

	for (size_t i = 0; i < n; i++) {
		auto_variant *v = NULL;
		const char *path = path_at(&v, paths, i);
		int64_t expires = 0;
		enum sek_code code = look(NULL, &expires, k, path, err);

		if (code == SEK_ENOTFOUND)
			continue; /* deleted meanwhile */
		if (code)
			return code;
		if (expires && expires <= now) {
			(void)!delete_item(k, path, NULL);
			continue;
		}
		if (expires == 0)
			expires = INT64_MAX;
		if (expires <= best)
			continue;
		best = expires;
		sek_free_ptr(out);
		*out = sek_strdup(path);
	}
	return SEK_OK;
}

static enum sek_code
take_value(struct sek_secret **out, const char *name, SecretValue *value,
    struct sek_err *err)
{
	sek_auto_secret *kept = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	enum sek_code code;
	gsize n = 0;
	const char *p = value ? LIB(secret_value_get)(value, &n) : NULL;

	if (!p || n == 0 || n > SEK_KEYRING_VALUE_MAX)
		return sek_fail(err, SEK_EPARSE,
		    SEK_BUS_SAYS
		    "%s: what is stored is damaged: remove it and store "
		    "it anew",
		    name);
	code = sek_secret_add(kept, p, n, err);
	if (!code)
		*out = sek_steal(&kept);
	return code;
}

static enum sek_code
read_item(struct sek_secret **out, struct service *k, const char *path,
    const char *name, struct sek_err *err)
{
	auto_variant *reply = NULL, *secret = NULL;
	const char *session;
	SecretValue *value;
	enum sek_code code;

	if ((code = sek_bus_need_session(&k->bus, err)))
		return code;
	session = LIB(secret_service_get_session_dbus_path)(k->bus.secrets);
	code = sek_bus_call(&reply, &k->bus, path, ITEM, "GetSecret",
	    LIB(g_variant_new)("(o)", session), "((oayays))", err);
	if (code)
		return code;
	secret = LIB(g_variant_get_child_value)(reply, 0);
	value = LIB(secret_service_decode_dbus_secret)(k->bus.secrets, secret);
	code = take_value(out, name, value, err);
	if (value)
		LIB(secret_value_unref)(value);
	return code;
}

static enum sek_code
not_there(const char *name, struct sek_err *err)
{
	return sek_fail(err, SEK_ENOTFOUND, SEK_BUS_SAYS "%s: not there", name);
}

static enum sek_code
get(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_secret **out, struct sek_err *err)
{
	auto_variant *paths = NULL;
	sek_auto_free char *path = NULL;
	enum sek_code code;

	if ((code = search(&paths, of(k), class, name, err)) ||
	    (code = choose(&path, of(k), paths, err)))
		return code;
	return path ? read_item(out, of(k), path, name, err)
		    : not_there(name, err);
}

static void
add_any(GVariantBuilder *b, const char *key, GVariant *value)
{
	LIB(g_variant_builder_add)(b, "{sv}", key, value);
}

/* Label and attributes of a new item. */
static GVariant *
properties(enum sek_keyring_class class, const char *name, int64_t expires)
{
	sek_auto_free char *label = sek_printf("sekisho: %s %s",
	    sek_keyring_class_name(class), name);
	GVariantBuilder *b = builder("a{sv}");

	add_any(b, ITEM ".Label", LIB(g_variant_new)("s", label));
	add_any(b, ITEM ".Attributes", attributes(class, name, expires));
	return built(b);
}

/* One with the same attributes is replaced by the service. */
static enum sek_code
create(char **path, struct service *k, GVariant *about, struct sek_str value,
    struct sek_err *err)
{
	auto_variant *given = LIB(g_variant_ref_sink)(about);
	auto_variant *reply = NULL;
	const char *item, *prompt;
	SecretValue *secret;
	GVariant *sealed;
	enum sek_code code;

	if ((code = sek_bus_need_session(&k->bus, err)))
		return code;
	secret = LIB(secret_value_new)(value.p, (gssize)value.n,
	    "application/octet-stream");
	sealed = LIB(secret_service_encode_dbus_secret)(k->bus.secrets, secret);
	LIB(secret_value_unref)(secret);
	if (!sealed)
		return sek_fail(err, SEK_EIO,
		    SEK_BUS_SAYS "libsecret cannot encrypt for it");
	code = sek_bus_call(&reply, &k->bus, k->collection, COLL, "CreateItem",
	    LIB(g_variant_new)("(@a{sv}@(oayays)b)", given, sealed, TRUE),
	    "(oo)", err);
	if (code)
		return code;
	LIB(g_variant_get)(reply, "(&o&o)", &item, &prompt);
	if ((code = sek_bus_settle(&k->bus, prompt, err)))
		return code;
	*path = sek_strdup(item); /* "/" if there was a prompt */
	return SEK_OK;
}

static enum sek_code
delete_others(struct service *k, GVariant *paths, const char *but,
    size_t *deleted, struct sek_err *err)
{
	size_t n = LIB(g_variant_n_children)(paths);
	enum sek_code code = SEK_OK;

	for (size_t i = 0; i < n && !code; i++) {
		auto_variant *v = NULL;
		const char *path = path_at(&v, paths, i);

		if (!strcmp(path, but))
			continue;
		code = delete_item(k, path, err);
		if (!code)
			(*deleted)++;
		if (code == SEK_ENOTFOUND)
			code = SEK_OK; /* by another process */
	}
	return code;
}

static enum sek_code
put(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_str value, int64_t expires, struct sek_err *err)
{
	auto_variant *before = NULL;
	sek_auto_free char *path = NULL;
	enum sek_code code;
	size_t deleted = 0;

	if ((code = search(&before, of(k), class, name, err)) ||
	    (code = create(&path, of(k), properties(class, name, expires),
		 value, err)))
		return code;
	/* a prompt does not say what it made: the old ones stay */
	return strcmp(path, "/")
	    ? delete_others(of(k), before, path, &deleted, err)
	    : SEK_OK;
}

static enum sek_code
remove_item(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	auto_variant *paths = NULL;
	size_t deleted = 0;
	enum sek_code code;

	if ((code = search(&paths, of(k), class, name, err)) ||
	    (code = delete_others(of(k), paths, "", &deleted, err)))
		return code;
	return deleted ? SEK_OK : not_there(name, err);
}

/* Adds the name with its NUL, once. */
static void
add_name(struct sek_buf *names, const char *name)
{
	for (size_t i = 0; i < names->n; i += strlen(names->p + i) + 1)
		if (!strcmp(names->p + i, name))
			return;
	sek_buf_add(names, name, strlen(name) + 1);
}

/* What expired is deleted on the way. */
static enum sek_code
list(struct sek_buf *names, struct service *k, GVariant *paths,
    struct sek_err *err)
{
	int64_t now = k->base.env->now(k->base.env);
	size_t n = LIB(g_variant_n_children)(paths);

	for (size_t i = 0; i < n; i++) {
		auto_variant *v = NULL;
		const char *path = path_at(&v, paths, i);
		sek_auto_free char *name = NULL;
		int64_t expires = 0;
		enum sek_code code = look(&name, &expires, k, path, err);

		if (code && code != SEK_ENOTFOUND)
			return code;
		if (!code && expires && expires <= now)
			(void)!delete_item(k, path, NULL);
		else if (name && *name)
			add_name(names, name);
	}
	return sek_buf_check(names, "Secret Service", err);
}

static enum sek_code
each(struct sek_keyring *k, enum sek_keyring_class class, sek_keyring_fn *fn,
    void *arg, struct sek_err *err)
{
	sek_auto_buf names = {.max = (size_t)1 << 20};
	auto_variant *paths = NULL;
	enum sek_code code;

	if ((code = search(&paths, of(k), class, NULL, err)))
		return code;
	code = list(&names, of(k), paths, err);
	for (size_t i = 0; !code && i < names.n; i += strlen(names.p + i) + 1)
		code = fn(arg, names.p + i, err);
	return code;
}

static enum sek_code
lock(struct sek_keyring *k, struct sek_err *err)
{
	return set_lock(of(k), "Lock", err);
}

/* The user asked for it, so the service may ask the user. */
static enum sek_code
unlock(struct sek_keyring *k, struct sek_err *err)
{
	bool prompt = of(k)->bus.prompt;
	enum sek_code code;

	of(k)->bus.prompt = true;
	code = need_unlocked(of(k), err);
	of(k)->bus.prompt = prompt;
	if (code == SEK_EDENIED)
		return sek_fail(err, code,
		    SEK_BUS_SAYS
		    "locked still: the question was dismissed, or "
		    "there is no desktop to show it; log in there");
	return code;
}

static void
close_it(struct sek_keyring *base)
{
	struct service *k = of(base);

	sek_bus_close(&k->bus);
	sek_free_ptr(&k->collection);
	sek_free_ptr(&k);
}

static const struct sek_keyring_ops ops = {
    .name = "secret-service",
    .get = get,
    .put = put,
    .remove = remove_item,
    .each = each,
    .lock = lock,
    .unlock = unlock,
    .close = close_it,
};

static enum sek_code
find_collection(struct service *k, struct sek_err *err)
{
	auto_variant *reply = NULL;
	const char *path;
	enum sek_code code;

	code = sek_bus_call(&reply, &k->bus, TOP, SERV, "ReadAlias",
	    LIB(g_variant_new)("(s)", "default"), "(o)", err);
	if (code)
		return code;
	LIB(g_variant_get)(reply, "(&o)", &path);
	if (!strcmp(path, "/"))
		return sek_fail(err, SEK_ENOTFOUND,
		    SEK_BUS_SAYS
		    "has no default collection: log in on the desktop "
		    "once, or choose another keyring");
	k->collection = sek_strdup(path);
	return SEK_OK;
}

enum sek_code
sek_keyring_secret_service_open(struct sek_keyring **out,
    const struct sek_env *env, int64_t deadline, bool prompt,
    struct sek_err *err)
{
	struct service *k = sek_alloc(sizeof(*k));
	sek_auto_keyring *made = &k->base;
	enum sek_code code;

	k->base.ops = &ops;
	k->base.env = env;
	k->bus.prompt = prompt;
	if ((code = sek_bus_open(&k->bus, env, deadline, err)) ||
	    (code = find_collection(k, err)))
		return code;
	*out = sek_steal(&made);
	return SEK_OK;
}

void
sek_keyring_secret_service_answer_within(struct sek_keyring *k, int ms)
{
	sek_bus_answer_within(&of(k)->bus, ms);
}
