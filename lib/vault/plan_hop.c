#include "vault/plan_reach.h"

#define DURATION_MIN     900
#define DURATION_ROLE    43200
#define DURATION_SESSION 129600
#define DURATION_CHAINED 3600

/* Keys whose values go to STS as they are. */
static const struct field {
	const char *key;
	size_t offset; /* in struct sek_hop */
} fields[] = {
    {"role_arn", offsetof(struct sek_hop, role_arn)},
    {"role_session_name", offsetof(struct sek_hop, session_name)},
    {"external_id", offsetof(struct sek_hop, external_id)},
    {"source_identity", offsetof(struct sek_hop, source_identity)},
    {"mfa_serial", offsetof(struct sek_hop, mfa_serial)},
};
#define N_FIELDS (sizeof(fields) / sizeof(*fields))

static enum sek_code
set_fields(struct sek_planner *m, struct sek_hop *hop, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);

	for (size_t i = 0; i < N_FIELDS; i++) {
		const char *value = sek_profile_get(p, fields[i].key);
		enum sek_code code;

		if (!value)
			continue;
		code = sek_plan_check_value(p, fields[i].key, value, err);
		if (code)
			return code;
		memcpy((char *)hop + fields[i].offset, &value, sizeof(value));
	}
	hop->mfa_process = hop->mfa_serial ? sek_profile_get(p, "mfa_process")
					   : NULL;
	return SEK_OK;
}

enum sek_code
sek_planner_set_duration(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err)
{
	static const char key[] = "duration_seconds";
	const struct sek_profile *p = sek_planner_profile(m);
	const char *value = sek_profile_get(p, key);
	int max = hop->kind == SEK_HOP_SESSION_TOKEN ? DURATION_SESSION
						     : DURATION_ROLE;
	uint64_t seconds;

	if (!value)
		return SEK_OK;
	if (!sek_str_to_u64(sek_str(value), &seconds) ||
	    seconds < DURATION_MIN || seconds > (uint64_t)max)
		return sek_planner_fail(err, p, key,
		    "%s is %d to %d for %s (limits of STS)", key, DURATION_MIN,
		    max, sek_hop_name(hop->kind));
	hop->duration = (int)seconds;
	return SEK_OK;
}

/* AWS: a role that is assumed with temporary credentials lasts an hour at most,
 * whatever the role's own maximum is. */
static enum sek_code
check_chained(const struct sek_planner *m, const struct sek_hop *hop,
    struct sek_err *err)
{
	if (hop->duration <= DURATION_CHAINED)
		return SEK_OK;
	return sek_planner_fail(err, sek_planner_profile(m), "duration_seconds",
	    "duration_seconds is %d at most here: the credentials that assume "
	    "the role are temporary themselves, and STS chains for no longer",
	    DURATION_CHAINED);
}

/* sekisho_account is checked again with what STS says. */
static enum sek_code
check_account(const struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *pinned = sek_profile_get(p, "sekisho_account");
	struct sek_str account = sek_arn_field(sek_profile_get(p, "role_arn"),
	    4);

	if (!pinned || sek_str_is(account, pinned))
		return SEK_OK;
	return sek_planner_fail(err, p, "role_arn",
	    "the role is of account %.*s, and sekisho_account pins %.12s",
	    (int)account.n, account.p, pinned);
}

/*
 * A session that the same MFA device opened already is enough for the role: STS
 * would take a second code only once the next one is shown.
 */
static bool
is_mfa_session(const struct sek_hop *hop, const char *serial)
{
	return serial && hop->kind == SEK_HOP_SESSION_TOKEN &&
	    hop->mfa_serial && !strcmp(hop->mfa_serial, serial);
}

enum sek_code
sek_planner_add_role(struct sek_planner *m, struct sek_err *err)
{
	bool temporary = sek_planner_is_temporary(m);
	bool shared = is_mfa_session(sek_planner_last(m),
	    sek_profile_get(sek_planner_profile(m), "mfa_serial"));
	struct sek_hop *hop = sek_planner_hop(m, SEK_HOP_ASSUME_ROLE, NULL);
	enum sek_code code;

	if ((code = set_fields(m, hop, err)) ||
	    (code = check_account(m, err)) ||
	    (code = sek_planner_set_duration(m, hop, err)) ||
	    (temporary && (code = check_chained(m, hop, err))) ||
	    (code = sek_planner_set_policy(m, hop, err)) ||
	    (code = sek_planner_set_tags(m, hop, err)) ||
	    (code = sek_planner_check_inherited(m, err)))
		return code;
	if (shared)
		hop->mfa_serial = hop->mfa_process = NULL;
	return sek_planner_set_reach(m, hop, "sts", hop->role_arn, err);
}

enum sek_code
sek_planner_add_web_identity(struct sek_planner *m, struct sek_err *err)
{
	static const char *const others[] = {"external_id", "mfa_serial",
	    "session_tags", "transitive_session_tags", "source_identity"};
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_hop *hop = sek_planner_hop(m, SEK_HOP_WEB_IDENTITY,
	    sek_profile_get(p, "web_identity_token_file"));
	enum sek_code code;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (sek_profile_get(p, others[i]))
			return sek_planner_fail(err, p, others[i],
			    "a web identity goes to STS without %s: take it "
			    "out",
			    others[i]);
	if ((code = set_fields(m, hop, err)) ||
	    (code = check_account(m, err)) ||
	    (code = sek_planner_set_duration(m, hop, err)) ||
	    (code = sek_planner_set_policy(m, hop, err)))
		return code;
	return sek_planner_set_reach(m, hop, "sts", hop->role_arn, err);
}

enum sek_code
sek_planner_add_session(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *serial = sek_profile_get(p, "mfa_serial");
	bool temporary = sek_planner_is_temporary(m);
	/* an ARN of the partition that the key is of: its own, or where it
	 * was read */
	const char *arn = serial ? serial : sek_planner_last(m)->name;
	struct sek_hop *hop = sek_planner_hop(m, SEK_HOP_SESSION_TOKEN, NULL);
	enum sek_code code;

	if (temporary)
		return sek_planner_fail(err, p, "mfa_serial",
		    "these keys are temporary (they have a session token), and "
		    "STS gives an MFA session for long-term ones alone: take "
		    "mfa_serial out");
	if (serial &&
	    (code = sek_plan_check_value(p, "mfa_serial", serial, err)))
		return code;
	hop->mfa_serial = serial;
	hop->mfa_process = serial ? sek_profile_get(p, "mfa_process") : NULL;
	if ((code = sek_planner_set_duration(m, hop, err)))
		return code;
	return sek_planner_set_reach(m, hop, "sts", arn, err);
}
