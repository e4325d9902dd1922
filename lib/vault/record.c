#include "vault/record.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "vault/keyring.h"

/*
 * A line each, in this order, then the plan's text with its length before it:
 * what is cut short or joined is noticed. Values hold no control characters,
 * which sek_creds_set sees to for credentials and `plain` for the rest.
 */
#define HEAD       "sekisho-session 1"
#define TIME_LAST  INT64_C(253402300799) /* the end of the year 9999 */
#define MINUTE     ((int64_t)60)
#define BEYOND     (30 * MINUTE)
#define SDK_WINDOW (15 * MINUTE)

void
sek_record_clear(struct sek_record *r)
{
	sek_free_ptr(&r->plan);
	sek_free_ptr(&r->profile);
	sek_creds_clear(&r->creds);
	*r = (struct sek_record){0};
}

void
sek_record_move(struct sek_record *to, struct sek_record *from)
{
	sek_record_clear(to);
	*to = *from;
	*from = (struct sek_record){0};
}

static bool
plain(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static enum sek_code
add(struct sek_secret *out, const char *key, struct sek_str value,
    struct sek_err *err)
{
	enum sek_code code = sek_secret_add(out, key, strlen(key), err);

	if (!code)
		code = sek_secret_add(out, " ", 1, err);
	if (!code)
		code = sek_secret_add(out, value.p, value.n, err);
	return code ? code : sek_secret_add(out, "\n", 1, err);
}

static enum sek_code
add_number(struct sek_secret *out, const char *key, int64_t n,
    struct sek_err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	return add(out, key, sek_str(text), err);
}

static enum sek_code
add_creds(struct sek_secret *out, const struct sek_creds *c,
    struct sek_err *err)
{
	const struct sek_str token = c->token ? sek_secret_str(c->token)
					      : (struct sek_str){"", 0};
	enum sek_code code;

	if ((code = add_number(out, "expires", c->expires, err)) ||
	    (code = add(out, "id", sek_str(c->id), err)) ||
	    (code = add(out, "account", sek_str(c->account), err)) ||
	    (code = add(out, "secret", sek_secret_str(c->secret), err)))
		return code;
	return add(out, "token", token, err);
}

enum sek_code
sek_record_write(const struct sek_record *r, struct sek_secret *out,
    struct sek_err *err)
{
	const struct sek_str plan = sek_str(r->plan);
	enum sek_code code;

	if (r->creds.expires <= 0 || r->creds.expires > TIME_LAST)
		return sek_fail(err, SEK_EPARSE,
		    "credentials without an end are not kept");
	if (!plain(sek_str(r->profile)))
		return sek_fail(err, SEK_EPARSE,
		    "the profile's name holds a control character");
	if ((code = sek_secret_add(out, HEAD "\n", sizeof(HEAD), err)) ||
	    (code = add(out, "profile", sek_str(r->profile), err)) ||
	    (code = add_number(out, "fetched", r->fetched, err)) ||
	    (code = add_number(out, "refresh", r->refresh_at, err)) ||
	    (code = add_number(out, "instance", r->instance, err)) ||
	    (code = add_creds(out, &r->creds, err)) ||
	    (code = add_number(out, "plan", (int64_t)plan.n, err)))
		return code;
	return sek_secret_add(out, plan.p, plan.n, err);
}

/* The value of the next line, which must have this key. */
static bool
take(struct sek_str *rest, const char *key, struct sek_str *value)
{
	struct sek_str line = sek_str_cut(rest, '\n');
	size_t n = strlen(key);

	if (!rest->p || !sek_str_starts(line, key) || line.n == n ||
	    line.p[n] != ' ')
		return false;
	*value = (struct sek_str){line.p + n + 1, line.n - n - 1};
	return plain(*value);
}

static bool
take_number(struct sek_str *rest, const char *key, int64_t *n)
{
	struct sek_str value;
	uint64_t u;

	if (!take(rest, key, &value) || !sek_str_to_u64(value, &u) ||
	    u > (uint64_t)TIME_LAST)
		return false;
	*n = (int64_t)u;
	return true;
}

static bool
take_creds(struct sek_str *rest, struct sek_creds *c)
{
	struct sek_str id, account, secret, token;
	int64_t expires;

	return take_number(rest, "expires", &expires) && expires > 0 &&
	    take(rest, "id", &id) && take(rest, "account", &account) &&
	    take(rest, "secret", &secret) && take(rest, "token", &token) &&
	    !sek_creds_set(c, id, secret, token, expires, NULL) &&
	    (account.n == 0 || !sek_creds_set_account(c, account, NULL));
}

static bool
take_all(struct sek_str rest, struct sek_record *r)
{
	struct sek_str profile;
	int64_t instance, n;

	if (!sek_str_is(sek_str_cut(&rest, '\n'), HEAD) ||
	    !take(&rest, "profile", &profile) ||
	    !take_number(&rest, "fetched", &r->fetched) ||
	    !take_number(&rest, "refresh", &r->refresh_at) ||
	    !take_number(&rest, "instance", &instance) || instance > 1 ||
	    !take_creds(&rest, &r->creds) || !take_number(&rest, "plan", &n) ||
	    rest.n != (uint64_t)n)
		return false;
	r->instance = instance;
	r->profile = sek_strndup(profile.p, profile.n);
	r->plan = sek_strndup(rest.p, rest.n);
	return true;
}

enum sek_code
sek_record_read(struct sek_record *out, struct sek_str text,
    struct sek_err *err)
{
	sek_auto_record read = {0};

	if (text.n == 0 || text.n > SEK_KEYRING_VALUE_MAX ||
	    memchr(text.p, '\0', text.n) || !take_all(text, &read))
		return sek_fail(err, SEK_EPARSE,
		    "a session that was kept is damaged, or of another "
		    "version of sekisho");
	sek_record_move(out, &read);
	return SEK_OK;
}

/* FNV-1a: the names need to differ, not to resist anybody. */
void
sek_record_name(char out[SEK_RECORD_NAME_SIZE], const char *plan)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *plan; plan++)
		h = (h ^ (unsigned char)*plan) * UINT64_C(0x100000001b3);
	snprintf(out, SEK_RECORD_NAME_SIZE, "%016" PRIx64, h);
}

int64_t
sek_record_refresh_at(int64_t fetched, int64_t expires, uint32_t random)
{
	int64_t before = SDK_WINDOW + random % (2 * MINUTE + 1);
	int64_t third = expires > fetched ? (expires - fetched) / 3 : 0;

	return expires - (third < before ? third : before);
}

/*
 * A clock that stands before the time of fetching was put back since: the end
 * in the record is by a clock that was wrong then or is now. So it is worth a
 * try to get newer ones, and no proof that these have ended.
 */
enum sek_freshness
sek_record_freshness(const struct sek_record *r, int64_t now)
{
	if (now < r->creds.expires)
		return now < r->fetched || now >= r->refresh_at ? SEK_AGING
								: SEK_FRESH;
	return r->instance && now - r->creds.expires < BEYOND ? SEK_BEYOND
							      : SEK_GONE;
}

int64_t
sek_record_kept_until(const struct sek_record *r)
{
	return r->creds.expires + (r->instance ? BEYOND : 0);
}

void
sek_record_extend(struct sek_record *r, int64_t now, uint32_t random)
{
	if (now >= r->creds.expires)
		r->creds.expires = now + 10 * MINUTE +
		    random % (5 * MINUTE + 1);
}
