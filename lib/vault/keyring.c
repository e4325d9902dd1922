#include "vault/keyring.h"

#include "base/enc.h"

const char *sek_keyring_class_name(enum sek_keyring_class class)
{
	switch (class) {
	case SEK_KEYRING_SESSION:
		return "session";
	case SEK_KEYRING_KEY:
		return "key";
	default:
		return "unlock";
	}
}

/* A name becomes a key's description, a label and a line on a terminal. */
static enum sek_code
check_name(const char *name, struct sek_err *err)
{
	struct sek_str s = sek_str(name);
	bool right = s.n > 0 && s.n <= SEK_KEYRING_NAME_MAX &&
	    sek_utf8_valid(s);

	for (size_t i = 0; right && i < s.n; i++)
		right = (unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f;
	if (!right)
		return sek_fail(err, SEK_ECONFIG,
		    "the name of a stored secret is 1 to %d bytes of printable "
		    "UTF-8",
		    SEK_KEYRING_NAME_MAX);
	return SEK_OK;
}

enum sek_code
sek_keyring_get(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_secret **out, struct sek_err *err)
{
	enum sek_code code = check_name(name, err);

	return code ? code : k->ops->get(k, class, name, out, err);
}

enum sek_code
sek_keyring_put(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_str value, int64_t expires,
    struct sek_err *err)
{
	enum sek_code code = check_name(name, err);

	if (code)
		return code;
	if (value.n == 0)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: there is nothing to be stored", name);
	if (value.n > SEK_KEYRING_VALUE_MAX)
		return sek_fail(err, SEK_ETOOBIG,
		    "%s: larger than %zu bytes, which is the most that is "
		    "stored",
		    name, SEK_KEYRING_VALUE_MAX);
	if (expires && expires <= k->env->now(k->env))
		return sek_fail(err, SEK_ECONFIG, "%s: has expired already",
		    name);
	return k->ops->put(k, class, name, value, expires, err);
}

enum sek_code
sek_keyring_remove(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	enum sek_code code = check_name(name, err);

	return code ? code : k->ops->remove(k, class, name, err);
}

enum sek_code
sek_keyring_each(struct sek_keyring *k, enum sek_keyring_class class,
    sek_keyring_fn *fn, void *arg, struct sek_err *err)
{
	return k->ops->each(k, class, fn, arg, err);
}

void
sek_keyring_close(struct sek_keyring *k)
{
	if (k)
		k->ops->close(k);
}

void
sek_keyring_close_ptr(struct sek_keyring **k)
{
	sek_keyring_close(*k);
	*k = NULL;
}
