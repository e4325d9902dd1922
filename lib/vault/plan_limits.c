#include "base/enc.h"
#include "vault/plan_reach.h"

/*
 * STS, Secrets Manager: the "Length Constraints" and "Pattern" of each
 * parameter in their API references. A value is measured before the call, where
 * the line that it stands in can be named.
 */
static const struct limit {
	const char *key;
	size_t min, max;    /* characters */
	const char *others; /* beside letters and digits; NULL: see checks */
} limits[] = {
    {"role_arn", 20, 2048, NULL},
    {"AWS_ROLE_ARN", 20, 2048, NULL},
    {"role_session_name", 2, 64, "_+=,.@-"},
    {"AWS_ROLE_SESSION_NAME", 2, 64, "_+=,.@-"},
    {"external_id", 2, 1224, "_+=,.@:/-"},
    {"mfa_serial", 9, 256, "_+=/:,.@-"},
    {"source_identity", 2, 64, "_+=,.@-"},
    {"sekisho_secret_version_id", 32, 64, "-_"},
    {"sekisho_secret_version_stage", 1, 256, NULL},
    {"sekisho_secret_id_field", 1, 256, NULL},
    {"sekisho_secret_secret_field", 1, 256, NULL},
    {"sekisho_secret_token_field", 1, 256, NULL},
};
#define N_LIMITS (sizeof(limits) / sizeof(*limits))

size_t
sek_plan_characters(struct sek_str s)
{
	size_t count = 0;

	while (s.n > 0) {
		uint32_t point;
		size_t n = sek_utf8_next(s, &point);

		if (n == 0)
			return SIZE_MAX;
		s.p += n;
		s.n -= n;
		count++;
	}
	return count;
}

static bool
is_word(char c, const char *others)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c && strchr(others, c));
}

static bool
is_digits(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* IAM User Guide, "IAM identifiers": arn:PARTITION:iam::ACCOUNT:role/PATH/NAME */
static bool
is_role_arn(const char *arn)
{
	for (const char *p = arn; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return sek_arn_field(arn, 1).n > 0 &&
	    sek_str_is(sek_arn_field(arn, 2), "iam") &&
	    sek_arn_field(arn, 3).n == 0 && is_digits(sek_arn_field(arn, 4)) &&
	    sek_str_starts(sek_arn_field(arn, 5), "role/");
}

static enum sek_code
check_account(const struct sek_profile *p, const char *key, const char *value,
    struct sek_err *err)
{
	if (strlen(value) == 12 && is_digits(sek_str(value)))
		return SEK_OK;
	return sek_planner_fail(err, p, key, "%s has 12 digits", key);
}

static enum sek_code
check_characters(const struct sek_profile *p, const struct limit *l,
    const char *value, struct sek_err *err)
{
	for (const char *c = value; l->others && *c; c++)
		if (!is_word(*c, l->others))
			return sek_planner_fail(err, p, l->key,
			    "%s holds a character that AWS does not take: it "
			    "has letters, digits and %s",
			    l->key, l->others);
	return SEK_OK;
}

enum sek_code
sek_plan_check_value(const struct sek_profile *p, const char *key,
    const char *value, struct sek_err *err)
{
	size_t n = sek_plan_characters(sek_str(value)), i = 0;

	if (!strcmp(key, "sekisho_account"))
		return check_account(p, key, value, err);
	while (i < N_LIMITS - 1 && strcmp(key, limits[i].key) != 0)
		i++;
	if (n < limits[i].min || n > limits[i].max)
		return sek_planner_fail(err, p, key,
		    "%s has %zu to %zu characters (a limit of AWS)", key,
		    limits[i].min, limits[i].max);
	if (sek_str_ends(sek_str(key), "ole_arn") ||
	    sek_str_ends(sek_str(key), "OLE_ARN")) {
		if (!is_role_arn(value))
			return sek_planner_fail(err, p, key,
			    "%s is no ARN of a role: "
			    "arn:aws:iam::ACCOUNT:role/NAME",
			    key);
	}
	return check_characters(p, &limits[i], value, err);
}
