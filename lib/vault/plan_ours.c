#include "vault/keyring.h"
#include "vault/plan_reach.h"

/*
 * sekisho_source = KIND:NAME, a long-term key that lies somewhere else than in
 * a file, and the keys that say how it is read.
 */
static const struct kind {
	const char *name;
	enum sek_hop_kind hop;
	size_t max; /* of the name, in bytes: see the API of each */
} kinds[] = {
    {"keyring", SEK_HOP_KEYRING, SEK_KEYRING_NAME_MAX},
    {"secretsmanager", SEK_HOP_SECRETSMANAGER, 2048},
    {"ssm", SEK_HOP_SSM, 2048},
};
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

/* A key that says how a secret is read, and the kinds that it is for. */
static const struct detail {
	const char *key;
	bool ssm;
	size_t offset; /* in struct sek_hop; 0: none */
} details[] = {
    {"sekisho_secret_version_id", false, offsetof(struct sek_hop, version_id)},
    {"sekisho_secret_version_stage", false,
	offsetof(struct sek_hop, version_stage)},
    {"sekisho_secret_id_field", true, offsetof(struct sek_hop, id_field)},
    {"sekisho_secret_secret_field", true,
	offsetof(struct sek_hop, secret_field)},
    {"sekisho_secret_token_field", true, offsetof(struct sek_hop, token_field)},
    {"sekisho_reader_profile", true, 0},
    {"sekisho_reader_source", true, 0},
};
#define N_DETAILS (sizeof(details) / sizeof(*details))

enum sek_code
sek_planner_check_details(const struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str source = sek_str(sek_profile_get(p, "sekisho_source"));
	bool secret = sek_str_starts(source, "secretsmanager:");
	bool ssm = sek_str_starts(source, "ssm:");

	for (size_t i = 0; i < N_DETAILS; i++) {
		const struct detail *d = &details[i];

		if (sek_profile_get(p, d->key) && !secret && !(ssm && d->ssm))
			return sek_planner_fail(err, p, d->key,
			    "%s is for sekisho_source = secretsmanager:ID%s: "
			    "take it out",
			    d->key,
			    d->ssm    ? " or ssm:NAME"
				: ssm ? " (a parameter is named NAME:VERSION)"
				      : "");
	}
	return SEK_OK;
}

static enum sek_code
add_reader(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	bool profile = sek_profile_get(p, "sekisho_reader_profile");
	bool source = sek_profile_get(p, "sekisho_reader_source");

	if (profile && source)
		return sek_planner_fail(err, p, "sekisho_reader_source",
		    "sekisho_reader_profile and sekisho_reader_source are both "
		    "set: take one of them out");
	if (profile)
		return sek_planner_add_source(m, "sekisho_reader_profile", err);
	if (source)
		return sek_planner_add_named(m, "sekisho_reader_source", err);
	return sek_planner_fail(err, p, "sekisho_source",
	    "nothing says who reads the key: set sekisho_reader_profile or "
	    "sekisho_reader_source");
}

static enum sek_code
set_details(struct sek_planner *m, struct sek_hop *hop, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);

	for (size_t i = 0; i < N_DETAILS; i++) {
		const char *value = sek_profile_get(p, details[i].key);
		enum sek_code code;

		if (!value || !details[i].offset)
			continue;
		code = sek_plan_check_value(p, details[i].key, value, err);
		if (code)
			return code;
		memcpy((char *)hop + details[i].offset, &value, sizeof(value));
	}
	return SEK_OK;
}

/* An ARN of another service is a slip that the service would not explain. */
static enum sek_code
check_name(const struct sek_profile *p, const struct kind *kind,
    struct sek_str name, struct sek_err *err)
{
	bool is_arn = sek_str_starts(name, "arn:");

	if (name.n == 0 || name.n > kind->max)
		return sek_planner_fail(err, p, "sekisho_source",
		    "the name after %s: has 1 to %zu characters", kind->name,
		    kind->max);
	if (kind->hop == SEK_HOP_KEYRING || !is_arn)
		return SEK_OK;
	if (!sek_str_is(sek_arn_field(name.p, 2), kind->name) ||
	    sek_arn_field(name.p, 5).n == 0)
		return sek_planner_fail(err, p, "sekisho_source",
		    "the ARN is none of %s", kind->name);
	return SEK_OK;
}

static enum sek_code
add(struct sek_planner *m, const struct kind *kind, const char *name,
    struct sek_err *err)
{
	struct sek_hop *hop;
	enum sek_code code;

	if (kind->hop == SEK_HOP_KEYRING) {
		(void)sek_planner_hop(m, kind->hop, name);
		return SEK_OK;
	}
	if ((code = add_reader(m, err)))
		return code;
	hop = sek_planner_hop(m, kind->hop, name);
	if ((code = set_details(m, hop, err)))
		return code;
	return sek_planner_set_reach(m, hop, kind->name, name, err);
}

enum sek_code
sek_planner_add_ours(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str name = sek_str(sek_profile_get(p, "sekisho_source"));
	struct sek_str word = sek_str_cut(&name, ':');
	enum sek_code code = sek_planner_refuse_two(m, err);

	if (!code && sek_profile_get(p, "source_profile"))
		code = sek_planner_fail(err, p, "source_profile",
		    "source_profile and sekisho_source are both set, and each "
		    "gives credentials: take one of them out");
	if (code)
		return code;
	for (size_t i = 0; name.p && i < N_KINDS; i++) {
		if (!sek_str_is(word, kinds[i].name))
			continue;
		code = check_name(p, &kinds[i], name, err);
		return code ? code : add(m, &kinds[i], name.p, err);
	}
	return sek_planner_fail(err, p, "sekisho_source",
	    "sekisho_source is keyring:NAME, secretsmanager:ID or ssm:NAME");
}
