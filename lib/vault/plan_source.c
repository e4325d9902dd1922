#include <inttypes.h>

#include "base/alloc.h"
#include "vault/plan_reach.h"

bool
sek_profile_has_static(const struct sek_profile *p)
{
	return sek_profile_get(p, "aws_access_key_id") ||
	    sek_profile_get(p, "aws_secret_access_key");
}

enum sek_code
sek_planner_add_static(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *id = sek_profile_get(p, "aws_access_key_id");
	bool secret = sek_profile_get(p, "aws_secret_access_key");

	if (!id || !secret)
		return sek_planner_fail(err, p,
		    id ? "aws_access_key_id" : "aws_secret_access_key",
		    "half a key: aws_%s is missing",
		    id ? "secret_access_key" : "access_key_id");
	sek_planner_hop(m, SEK_HOP_STATIC, NULL)->id_hash = sek_plan_hash(id);
	return SEK_OK;
}

static enum sek_code
add_environment(struct sek_planner *m, const char *key, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const struct sek_env *env = m->env;
	const char *id = env->get(env, "AWS_ACCESS_KEY_ID");
	bool secret = env->get(env, "AWS_SECRET_ACCESS_KEY");
	const char *file = env->get(env, "AWS_WEB_IDENTITY_TOKEN_FILE");
	const char *role = env->get(env, "AWS_ROLE_ARN");
	struct sek_hop *hop;
	enum sek_code code;

	if (!id != !secret)
		return sek_planner_fail(err, p, key,
		    "half a key in the environment: AWS_%s is not set",
		    id ? "SECRET_ACCESS_KEY" : "ACCESS_KEY_ID");
	if (id) {
		hop = sek_planner_hop(m, SEK_HOP_ENVIRONMENT, NULL);
		hop->id_hash = sek_plan_hash(id);
		return SEK_OK;
	}
	if (!file || !role)
		return sek_planner_fail(err, p, key,
		    "the environment has no credentials: set AWS_ACCESS_KEY_ID "
		    "and AWS_SECRET_ACCESS_KEY, or AWS_WEB_IDENTITY_TOKEN_FILE "
		    "and AWS_ROLE_ARN");
	hop = sek_planner_hop(m, SEK_HOP_WEB_IDENTITY, file);
	hop->role_arn = role;
	hop->session_name = env->get(env, "AWS_ROLE_SESSION_NAME");
	if ((code = sek_plan_check_value(p, "AWS_ROLE_ARN", role, err)) ||
	    (hop->session_name &&
		(code = sek_plan_check_value(p, "AWS_ROLE_SESSION_NAME",
		     hop->session_name, err))) ||
	    (!sek_profile_get(p, "role_arn") &&
		(code = sek_planner_set_duration(m, hop, err))))
		return code;
	return sek_planner_set_reach(m, hop, "sts", role, err);
}

/*
 * Who asks is told from the authorization: on one address a server may have
 * many clients. A token that is rotated is in the same file still.
 */
static const char *
container_client(struct sek_planner *m)
{
	const char *file = m->env->get(m->env,
	    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = m->env->get(m->env,
	    "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	const char *machine = sek_planner_machine(m);

	if (file)
		return sek_planner_keep(m,
		    sek_printf("%s file %s", machine, file));
	if (token)
		return sek_planner_keep(m,
		    sek_printf("%s token %016" PRIx64, machine,
			sek_plan_hash(token)));
	return machine;
}

static enum sek_code
add_container(struct sek_planner *m, const char *key, struct sek_err *err)
{
	const struct sek_env *env = m->env;
	const char *relative = env->get(env,
	    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = env->get(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (!relative && !full)
		return sek_planner_fail(err, sek_planner_profile(m), key,
		    "this is no container with a role: neither "
		    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
		    "AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
	sek_planner_hop(m, SEK_HOP_CONTAINER, relative ? relative : full)
	    ->here = container_client(m);
	return SEK_OK;
}

enum sek_code
sek_planner_add_named(struct sek_planner *m, const char *key,
    struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *source = sek_profile_get(p, key);
	struct sek_hop *hop;

	if (!strcmp(source, "Environment"))
		return add_environment(m, key, err);
	if (!strcmp(source, "EcsContainer"))
		return add_container(m, key, err);
	if (strcmp(source, "Ec2InstanceMetadata") != 0)
		return sek_planner_fail(err, p, key,
		    "%s is Ec2InstanceMetadata, EcsContainer or Environment, "
		    "spelt like that",
		    key);
	hop = sek_planner_hop(m, SEK_HOP_IMDS, NULL);
	hop->here = sek_planner_machine(m);
	return sek_planner_set_imds(m, hop, err);
}

static bool
is_set(const char *value)
{
	return value && *value;
}

bool
sek_planner_is_temporary(const struct sek_planner *m)
{
	const struct sek_hop *last = sek_planner_last(m);

	switch (last->kind) {
	case SEK_HOP_ENVIRONMENT:
		return m->env->get(m->env, "AWS_SESSION_TOKEN") ||
		    m->env->get(m->env, "AWS_SECURITY_TOKEN");
	case SEK_HOP_STATIC:
		return is_set(sek_profile_get(last->profile,
			   "aws_session_token")) ||
		    is_set(sek_profile_get(last->profile,
			"aws_security_token"));
	case SEK_HOP_KEYRING:
	case SEK_HOP_SECRETSMANAGER:
	case SEK_HOP_SSM:
	case SEK_HOP_PROCESS: /* not known */
		return false;
	default:
		return true;
	}
}

static const char *const sso_keys[] = {"sso_session", "sso_start_url",
    "sso_account_id", "sso_role_name", "login_session"};

static const char *
sso_key(const struct sek_profile *p)
{
	for (size_t i = 0; i < sizeof(sso_keys) / sizeof(*sso_keys); i++)
		if (sek_profile_get(p, sso_keys[i]))
			return sso_keys[i];
	return NULL;
}

static enum sek_code
refuse_sso(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *path = sek_profiles_our_path(m->profiles);

	return sek_planner_fail(err, p, sso_key(p),
	    "the AWS CLI logs in here: write a profile of this name into "
	    "%.100s with: credential_process = aws configure "
	    "export-credentials --profile %.64s --format process",
	    path ? path : "sekisho's own file", sek_profile_name(p));
}

static enum sek_code
refuse_web_identity(struct sek_planner *m, struct sek_err *err)
{
	return sek_planner_fail(err, sek_planner_profile(m),
	    "web_identity_token_file",
	    "web_identity_token_file without role_arn, the role that the token "
	    "is for: set it");
}

static enum sek_code
add_credential_source(struct sek_planner *m, struct sek_err *err)
{
	return sek_planner_add_named(m, "credential_source", err);
}

/* Where a profile's own credentials can come from; at most one may be set. */
static const struct source {
	const char *key; /* NULL: sso_keys */
	enum sek_code (*add)(struct sek_planner *m, struct sek_err *err);
} sources[] = {
    {"sekisho_source", sek_planner_add_ours},
    {"aws_access_key_id", sek_planner_add_static},
    {"aws_secret_access_key", sek_planner_add_static},
    {"credential_process", sek_planner_add_process},
    {"credential_source", add_credential_source},
    {"web_identity_token_file", refuse_web_identity},
    {NULL, refuse_sso},
};
#define N_SOURCES (sizeof(sources) / sizeof(*sources))

static const char *
source_key(const struct source *s, const struct sek_profile *p)
{
	if (!s->key)
		return sso_key(p);
	return sek_profile_get(p, s->key) ? s->key : NULL;
}

enum sek_code
sek_planner_refuse_two(const struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const struct source *first = NULL;

	for (const struct source *s = sources; s < sources + N_SOURCES; s++) {
		if (!source_key(s, p) || (first && first->add == s->add))
			continue;
		if (first)
			return sek_planner_fail(err, p, source_key(s, p),
			    "%s and %s are both set, and each gives "
			    "credentials: take one of them out",
			    source_key(first, p), source_key(s, p));
		first = s;
	}
	return SEK_OK;
}

enum sek_code
sek_planner_add_base(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	enum sek_code code = sek_planner_refuse_two(m, err);

	if (code)
		return code;
	for (const struct source *s = sources; s < sources + N_SOURCES; s++)
		if (source_key(s, p))
			return s->add(m, err);
	if (sek_profile_get(p, "source_profile"))
		return sek_planner_fail(err, p, "source_profile",
		    "source_profile without role_arn, the role that is assumed "
		    "with it: set it");
	/* As aws-vault has it: the stored key that bears the profile's name. */
	sek_planner_hop(m, SEK_HOP_KEYRING, sek_profile_name(p));
	return SEK_OK;
}
