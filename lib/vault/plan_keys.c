#include "vault/plan_parts.h"

#define OURS "sekisho_"

/* What a plan is made of. The first ones are all that are ours. */
static const char *const known[] = {
    "sekisho_source",
    "sekisho_reader_profile",
    "sekisho_reader_source",
    "sekisho_account",
    "sekisho_keyring",
    "sekisho_secret_version_id",
    "sekisho_secret_version_stage",
    "sekisho_secret_id_field",
    "sekisho_secret_secret_field",
    "sekisho_secret_token_field",
    "sekisho_policy",
    "sekisho_policy_arns",
    "role_arn",
    "source_profile",
    "credential_source",
    "credential_process",
    "web_identity_token_file",
    "aws_access_key_id",
    "aws_secret_access_key",
    "role_session_name",
    "external_id",
    "mfa_serial",
    "mfa_process",
    "duration_seconds",
    "source_identity",
    "session_tags",
    "transitive_session_tags",
    "region",
    "endpoint_url",
    "ca_bundle",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
};
#define N_KNOWN (sizeof(known) / sizeof(*known))

struct found {
	const struct sek_profile *profile;
	const char *unknown;
	const char *empty;
};

static bool
is_known(const char *key)
{
	size_t i = 0;

	while (i < N_KNOWN && strcmp(known[i], key) != 0)
		i++;
	return i < N_KNOWN;
}

static void
look(void *arg, const char *key)
{
	struct found *found = arg;

	if (is_known(key)) {
		if (!*sek_profile_get(found->profile, key))
			found->empty = key;
	} else if (sek_str_starts(sek_str(key), OURS)) {
		found->unknown = key;
	}
}

enum sek_code
sek_planner_check_keys(const struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct found found = {.profile = p};

	sek_profile_each_key(p, look, &found);
	if (found.unknown)
		return sek_planner_fail(err, p, found.unknown,
		    "%.60s is no key of ours: sekisho-vault-config(5) has them "
		    "all",
		    found.unknown);
	if (found.empty)
		return sek_planner_fail(err, p, found.empty,
		    "%s is set to nothing: give it a value, or take the line "
		    "out",
		    found.empty);
	return SEK_OK;
}
