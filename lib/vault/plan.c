#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "vault/plan_reach.h"

enum sek_code
sek_planner_fail(struct sek_err *err, const struct sek_profile *p,
    const char *key, const char *fmt, ...)
{
	char why[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (key && !sek_profile_get(p, key))
		key = NULL;
	return sek_fail(err, SEK_ECONFIG, "%.160s: profile %.64s: %s",
	    sek_profile_where(p, key), sek_profile_name(p), why);
}

const struct sek_profile *
sek_planner_profile(const struct sek_planner *m)
{
	return m->way[m->depth - 1];
}

bool
sek_planner_is_source(const struct sek_planner *m)
{
	return m->depth > 1;
}

void *
sek_planner_keep(struct sek_planner *m, void *p)
{
	*sek_vec_push(&m->made->owned) = p;
	return p;
}

struct sek_hop *
sek_planner_hop(struct sek_planner *m, enum sek_hop_kind kind, const char *name)
{
	struct sek_hop *hop = sek_vec_push(&m->made->hops);

	hop->kind = kind;
	hop->name = name;
	hop->profile = sek_planner_profile(m);
	hop->reach.region = "";
	return hop;
}

struct sek_hop *
sek_planner_last(const struct sek_planner *m)
{
	size_t n = m->made->hops.n;

	return n > 0 ? &m->made->hops.at[n - 1] : NULL;
}

/* A guard of ours on a profile that has no role for it to hold on to. */
static enum sek_code
refuse_policy(const struct sek_planner *m, struct sek_err *err)
{
	static const char *const keys[] = {
	    "sekisho_policy", "sekisho_policy_arns"};
	const struct sek_profile *p = sek_planner_profile(m);

	if (m->depth > 1 && m->way[m->depth - 2] == p)
		return SEK_OK; /* its own source: the role comes after */
	for (size_t i = 0; i < 2; i++)
		if (sek_profile_get(p, keys[i]))
			return sek_planner_fail(err, p, keys[i],
			    "a session policy holds for a role that is "
			    "assumed, and none is here: set role_arn, or take "
			    "%s out",
			    keys[i]);
	return SEK_OK;
}

/*
 * Of a profile without a role. Stored keys are not handed out as they are, but
 * a role may be assumed with them directly: through a session it would last an
 * hour at most.
 */
static enum sek_code
end_base(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	bool mfa = sek_profile_get(p, "mfa_serial") &&
	    !sek_profile_get(p, "role_arn");
	enum sek_code code = refuse_policy(m, err);

	if (code)
		return code;
	switch (sek_planner_last(m)->kind) {
	case SEK_HOP_KEYRING:
	case SEK_HOP_SECRETSMANAGER:
	case SEK_HOP_SSM:
		mfa = mfa || !sek_planner_is_source(m);
		break;
	case SEK_HOP_STATIC:
	case SEK_HOP_ENVIRONMENT:
		break;
	default:
		if (mfa)
			return sek_planner_fail(err, p, "mfa_serial",
			    "credentials of this kind (%s) cannot get an MFA "
			    "session: take mfa_serial out, or set it beside a "
			    "role_arn",
			    sek_hop_name(sek_planner_last(m)->kind));
	}
	return mfa ? sek_planner_add_session(m, err) : SEK_OK;
}

/* One of source_profile and credential_source. */
static enum sek_code
add_role_source(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *profile = sek_profile_get(p, "source_profile");
	const char *source = sek_profile_get(p, "credential_source");

	if (profile && source)
		return sek_planner_fail(err, p, "credential_source",
		    "source_profile and credential_source are both set: take "
		    "one of them out");
	if (profile)
		return sek_planner_add_source(m, "source_profile", err);
	if (source)
		return sek_planner_add_named(m, "credential_source", err);
	return sek_planner_fail(err, p, "role_arn",
	    "nothing says with whose credentials to assume the role: set "
	    "source_profile, credential_source or sekisho_source");
}

static enum sek_code
add_hops(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	bool role = sek_profile_get(p, "role_arn");
	bool ours = sek_profile_get(p, "sekisho_source");
	enum sek_code code;

	if ((code = sek_planner_check_keys(m, err)) ||
	    (code = sek_planner_check_details(m, err)))
		return code;
	if (sek_planner_is_source(m) && sek_profile_has_static(p) && !ours) {
		code = sek_planner_add_static(m, err);
		return code ? code : end_base(m, err);
	}
	if (!role) {
		code = sek_planner_add_base(m, err);
		return code ? code : end_base(m, err);
	}
	if (ours)
		code = sek_planner_add_ours(m, err);
	else if (sek_profile_get(p, "web_identity_token_file"))
		return sek_planner_add_web_identity(m, err);
	else
		code = add_role_source(m, err);
	return code ? code : sek_planner_add_role(m, err);
}

/* "a > b > a" */
static enum sek_code
fail_loop(const struct sek_planner *m, const char *key, size_t from,
    struct sek_err *err)
{
	char members[240] = "";
	size_t n = 0;

	for (size_t i = from; i < m->depth && n < sizeof(members); i++)
		n += (size_t)snprintf(members + n, sizeof(members) - n, "%s > ",
		    sek_profile_name(m->way[i]));
	return sek_planner_fail(err, sek_planner_profile(m), key,
	    "the profiles form a loop (%s%s): one of them needs credentials "
	    "of its own",
	    members, sek_profile_name(m->way[from]));
}

/* A profile may be its own source where it has keys: they come first there. */
static enum sek_code
check_way(const struct sek_planner *m, const char *key,
    const struct sek_profile *source, struct sek_err *err)
{
	const char *name = sek_profile_name(source);

	for (size_t i = 0; i < m->depth; i++) {
		if (strcmp(name, sek_profile_name(m->way[i])))
			continue;
		if (i + 1 < m->depth || !sek_profile_has_static(source) ||
		    sek_profile_get(source, "sekisho_source"))
			return fail_loop(m, key, i, err);
	}
	if (m->depth == SEK_PLAN_WAY_MAX)
		return sek_planner_fail(err, sek_planner_profile(m), key,
		    "this is profile %d of a chain, which is where it ends: "
		    "make it shorter",
		    SEK_PLAN_WAY_MAX);
	return SEK_OK;
}

enum sek_code
sek_planner_add_source(struct sek_planner *m, const char *key,
    struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	const char *name = sek_profile_get(p, key);
	const struct sek_profile *source = sek_profiles_find(m->profiles, name);
	enum sek_code code;

	if (!source)
		return sek_planner_fail(err, p, key,
		    "%s names %.80s, and there is no such profile", key, name);
	if ((code = check_way(m, key, source, err)))
		return code;
	m->way[m->depth++] = source;
	code = add_hops(m, err);
	m->depth--;
	return code;
}

static const char *
path_or(const char *path, const char *otherwise)
{
	return path ? path : otherwise;
}

static enum sek_code
fail_missing(const struct sek_profiles *profiles, const char *name,
    struct sek_err *err)
{
	return sek_fail(err, SEK_ECONFIG,
	    "profile %.80s: there is none of that name in %.120s, %.120s or "
	    "%.120s%s",
	    name,
	    path_or(sek_profiles_our_path(profiles), "sekisho's own file"),
	    path_or(sek_profiles_config_path(profiles), "~/.aws/config"),
	    path_or(sek_profiles_credentials_path(profiles),
		"~/.aws/credentials"),
	    sek_profiles_our_path(profiles)
		? ""
		: " (there is no home directory: set HOME)");
}

/* The profile's, else that of the profile whose key is used. */
static enum sek_code
choose_keyring(struct sek_planner *m, struct sek_err *err)
{
	static const char key[] = "sekisho_keyring";
	const struct sek_profile *p = sek_planner_profile(m);
	const char *keyring = sek_profile_get(p, key);

	for (size_t i = 0; !keyring && i < m->made->hops.n; i++) {
		if (m->made->hops.at[i].kind != SEK_HOP_KEYRING)
			continue;
		p = m->made->hops.at[i].profile;
		keyring = sek_profile_get(p, key);
	}
	if (keyring && strcmp(keyring, "kernel") &&
	    strcmp(keyring, "secret-service") && strcmp(keyring, "file"))
		return sek_planner_fail(err, p, key,
		    "%s is kernel, secret-service or file", key);
	m->made->plan.keyring = keyring ? keyring : m->settings.keyring;
	return SEK_OK;
}

static void
write_texts(struct sek_plan_made *made)
{
	sek_auto_buf text = {0};

	made->texts = sek_alloc_n(made->hops.n + 1, sizeof(*made->texts));
	made->texts[0] = sek_strdup("");
	for (size_t i = 0; i < made->hops.n; i++) {
		sek_plan_write_hop(&text, &made->hops.at[i]);
		made->texts[i + 1] = sek_strndup(text.p, text.n);
	}
}

/* Who credentials of any kind belong to is asked at STS. */
static enum sek_code
set_sts(struct sek_planner *m, struct sek_err *err)
{
	struct sek_hop asked = {0};
	enum sek_code code = sek_planner_set_reach(m, &asked, "sts",
	    sek_planner_last(m)->role_arn, err);

	m->made->plan.sts = asked.reach;
	return code;
}

static enum sek_code
make(struct sek_planner *m, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_plan *plan = &m->made->plan;
	enum sek_code code;

	plan->profile = sek_profile_name(p);
	plan->region = sek_planner_region(m);
	plan->account = sek_profile_get(p, "sekisho_account");
	if ((plan->account &&
		(code = sek_plan_check_value(p, "sekisho_account",
		     plan->account, err))) ||
	    (code = add_hops(m, err)) || (code = choose_keyring(m, err)))
		return code;
	plan->hops = m->made->hops.at;
	plan->n = m->made->hops.n;
	write_texts(m->made);
	return plan->account ? set_sts(m, err) : SEK_OK;
}

enum sek_code
sek_plan_make(struct sek_plan **out, const struct sek_profiles *profiles,
    const char *profile, const struct sek_env *env, struct sek_err *err)
{
	struct sek_planner m = {.profiles = profiles, .env = env};
	sek_auto_plan *plan = NULL;
	enum sek_code code;

	if ((code = sek_settings_read(&m.settings, profiles, err)))
		return code;
	m.way[0] = sek_profiles_find(profiles, profile);
	m.depth = 1;
	if (!m.way[0])
		return fail_missing(profiles, profile, err);
	m.made = sek_alloc(sizeof(*m.made));
	plan = &m.made->plan;
	if ((code = make(&m, err)))
		return code;
	*out = sek_steal(&plan);
	return SEK_OK;
}

void
sek_plan_free(struct sek_plan *p)
{
	struct sek_plan_made *made = (struct sek_plan_made *)p;

	if (!p)
		return;
	for (size_t i = 0; made->texts && i <= made->hops.n; i++)
		sek_free_ptr(&made->texts[i]);
	sek_free_ptr(&made->texts);
	sek_vec_each (owned, &made->owned)
		sek_free_ptr(owned);
	sek_vec_clear(&made->owned);
	sek_vec_clear(&made->hops);
	sek_free_ptr(&made);
}

void
sek_plan_free_ptr(struct sek_plan **p)
{
	sek_plan_free(*p);
	*p = NULL;
}

const char *
sek_plan_text(const struct sek_plan *p, size_t n)
{
	const struct sek_plan_made *made = (const struct sek_plan_made *)p;

	return made->texts[n < p->n ? n : p->n];
}

const char *
sek_plan_default_profile(const struct sek_env *env)
{
	const char *name = env->get(env, "AWS_PROFILE");

	return name ? name : "default";
}
