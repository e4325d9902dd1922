#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/keyring.h"

/*
 * System calls by number, for libkeyutils would be one more library in a
 * program that has none.
 *
 * A session keyring need not hold the user keyring (one that sudo, su or a
 * systemd unit made does not), and a key that is reached by its number only is
 * not "possessed" then. So the user keyring is named itself (its special number
 * brings possession with it), and a key lets its user see, read and find it.
 */
#define USER    KEY_SPEC_USER_KEYRING
#define MINE    KEY_SPEC_PROCESS_KEYRING
#define ALLOWED 0x3f0b0000U /* possessor: all; user: view, read, search */

#define PREFIX       "sekisho:"
#define DESCRIPTION  (sizeof(PREFIX "session:") + SEK_KEYRING_NAME_MAX)
#define LONGEST_TIME ((int64_t)10 * 365 * 24 * 3600)

static long
control(int what, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, what, a, b, c, d);
}

/* Before the kernel sees what may be a long-term key. */
static enum sek_code
describe(char out[DESCRIPTION], enum sek_keyring_class class, const char *name,
    struct sek_err *err)
{
	if (class == SEK_KEYRING_KEY)
		return sek_fail(err, SEK_ECONFIG,
		    "kernel keyring: does not hold long-term keys, for it "
		    "forgets them when the machine stops");
	snprintf(out, DESCRIPTION, PREFIX "%s:%s",
	    sek_keyring_class_name(class), name);
	return SEK_OK;
}

static enum sek_code
fail(const char *name, struct sek_err *err)
{
	switch (errno) {
	case ENOKEY:
	case EKEYEXPIRED:
	case EKEYREVOKED:
	case EKEYREJECTED:
		return sek_fail(err, SEK_ENOTFOUND,
		    "kernel keyring: %s: not there", name);
	case EDQUOT:
		return sek_fail(err, SEK_ETOOBIG,
		    "kernel keyring: %s: this user's quota is used up: remove "
		    "what is not needed, or raise "
		    "/proc/sys/kernel/keys/maxbytes",
		    name);
	default:
		return sek_fail_errno(err, "kernel keyring: %s", name);
	}
}

/*
 * What the kernel says of a key: "type;uid;gid;permissions;description". NULL
 * if it is not of type user or not this user's own; else its description.
 */
static const char *
ours(char *text, size_t size, long key)
{
	long n = control(KEYCTL_DESCRIBE, key, (long)text, (long)size - 1, 0);
	struct sek_str rest = {text, (size_t)n}, type;
	uint64_t user = 0;

	if (n <= 0 || (size_t)n > size - 1)
		return NULL;
	text[n] = '\0';
	type = sek_str_cut(&rest, ';');
	if (!sek_str_is(type, "user") ||
	    !sek_str_to_u64(sek_str_cut(&rest, ';'), &user) ||
	    user != geteuid())
		return NULL;
	(void)sek_str_cut(&rest, ';');
	(void)sek_str_cut(&rest, ';');
	return rest.p;
}

/* The key's number; less than 0: errno says why. */
static long
find(const char *description)
{
	char text[DESCRIPTION + 64];
	long key = control(KEYCTL_SEARCH, USER, (long)"user", (long)description,
	    0);

	if (key >= 0 && !ours(text, sizeof(text), key)) {
		errno = EACCES;
		return -1;
	}
	return key;
}

static enum sek_code
read_key(struct sek_secret **out, long key, const char *name,
    struct sek_err *err)
{
	sek_auto_secret *value = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	enum sek_code code;
	char *room;
	long n;

	code = sek_secret_room(&room, value, SEK_KEYRING_VALUE_MAX, err);
	if (code)
		return code;
	n = control(KEYCTL_READ, key, (long)room, SEK_KEYRING_VALUE_MAX, 0);
	if (n < 0)
		return fail(name, err);
	if ((size_t)n > SEK_KEYRING_VALUE_MAX)
		return sek_fail(err, SEK_EPARSE,
		    "kernel keyring: %s: larger than any that was put", name);
	sek_secret_filled(value, (size_t)n);
	*out = sek_steal(&value);
	return SEK_OK;
}

static enum sek_code
get(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_secret **out, struct sek_err *err)
{
	char description[DESCRIPTION];
	enum sek_code code = describe(description, class, name, err);
	long key;

	(void)k;
	if (code)
		return code;
	key = find(description);
	return key < 0 ? fail(name, err) : read_key(out, key, name, err);
}

static long
add(long keyring, const char *description, struct sek_str value)
{
	return syscall(SYS_add_key, "user", description, value.p, value.n,
	    keyring);
}

/* Whom it is for and until when; 0 or -1 with errno. */
static long
set_up(long key, unsigned seconds)
{
	long failed = control(KEYCTL_SETPERM, key, ALLOWED, 0, 0);

	if (!failed && seconds)
		failed = control(KEYCTL_SET_TIMEOUT, key, seconds, 0, 0);
	return failed;
}

/*
 * A new key is made whole in a keyring of this process and then linked, which
 * takes the place of the old one in one step: no other process ever sees one
 * without its end, or meets none. Where the quota has no room for two, the old
 * one's bytes are replaced.
 */
static enum sek_code
put_key(const char *description, const char *name, struct sek_str value,
    unsigned seconds, struct sek_err *err)
{
	long key = add(MINE, description, value);
	bool full = key < 0 && errno == EDQUOT;
	bool in_place = full && find(description) >= 0;
	int errnum;
	long failed;

	if (in_place)
		key = add(USER, description, value);
	else if (full)
		errno = EDQUOT;
	if (key < 0)
		return fail(name, err);
	failed = set_up(key, seconds);
	if (!failed && !in_place)
		failed = control(KEYCTL_LINK, key, USER, 0, 0);
	errnum = errno;
	if (failed || !in_place)
		(void)control(KEYCTL_UNLINK, key, in_place ? USER : MINE, 0, 0);
	errno = errnum;
	return failed ? fail(name, err) : SEK_OK;
}

static enum sek_code
put(struct sek_keyring *k, enum sek_keyring_class class, const char *name,
    struct sek_str value, int64_t expires, struct sek_err *err)
{
	char description[DESCRIPTION];
	enum sek_code code = describe(description, class, name, err);
	int64_t left = expires ? expires - k->env->now(k->env) : 0;

	if (code)
		return code;
	if (expires && left < 1)
		left = 1; /* 0 would be for ever */
	if (left > LONGEST_TIME)
		left = LONGEST_TIME;
	return put_key(description, name, value, (unsigned)left, err);
}

static enum sek_code
remove_key(struct sek_keyring *k, enum sek_keyring_class class,
    const char *name, struct sek_err *err)
{
	char description[DESCRIPTION];
	enum sek_code code = describe(description, class, name, err);
	long key;

	(void)k;
	if (code)
		return code;
	key = find(description);
	if (key < 0 || control(KEYCTL_UNLINK, key, USER, 0, 0) < 0)
		return fail(name, err);
	return SEK_OK;
}

/* The numbers of all keys in the user keyring, as int32_t. */
static enum sek_code
list(struct sek_buf *out, struct sek_err *err)
{
	long want = control(KEYCTL_READ, USER, 0, 0, 0);

	/* until there is room for what others added meanwhile */
	for (;;) {
		size_t room = (size_t)(want > 0 ? want : 0) + 64;
		char *to;
		long n;

		sek_buf_reset(out);
		to = sek_buf_room(out, room);
		if (!to)
			return sek_buf_check(out, "kernel keyring", err);
		n = control(KEYCTL_READ, USER, (long)to, (long)room, 0);
		if (n < 0)
			return sek_fail_errno(err, "kernel keyring");
		if ((size_t)n <= room) {
			out->n = (size_t)n;
			return SEK_OK;
		}
		want = n;
	}
}

static enum sek_code
each(struct sek_keyring *k, enum sek_keyring_class class, sek_keyring_fn *fn,
    void *arg, struct sek_err *err)
{
	sek_auto_buf keys = {.max = (size_t)1 << 20};
	char prefix[DESCRIPTION], text[DESCRIPTION + 64];
	enum sek_code code = describe(prefix, class, "", err);

	(void)k;
	if (code || (code = list(&keys, err)))
		return code;
	for (size_t i = 0; !code && i + 4 <= keys.n; i += 4) {
		const char *description;
		int32_t key;

		memcpy(&key, keys.p + i, sizeof(key));
		description = ours(text, sizeof(text), key);
		if (description &&
		    sek_str_starts(sek_str(description), prefix) &&
		    description[strlen(prefix)])
			code = fn(arg, description + strlen(prefix), err);
	}
	return code;
}

static void
close_it(struct sek_keyring *k)
{
	sek_free_ptr(&k);
}

static const struct sek_keyring_ops ops = {
    .name = "kernel",
    .get = get,
    .put = put,
    .remove = remove_key,
    .each = each,
    .close = close_it,
};

enum sek_code
sek_keyring_kernel_open(struct sek_keyring **out, const struct sek_env *env,
    struct sek_err *err)
{
	struct sek_keyring *k;

	/* makes it where there is none */
	if (control(KEYCTL_GET_KEYRING_ID, USER, 1, 0, 0) < 0) {
		(void)sek_fail_errno(err, "kernel keyring: cannot be used");
		if (err)
			err->code = SEK_ENOTFOUND;
		return SEK_ENOTFOUND;
	}
	k = sek_alloc(sizeof(*k));
	k->ops = &ops;
	k->env = env;
	*out = k;
	return SEK_OK;
}
