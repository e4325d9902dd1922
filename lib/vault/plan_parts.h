#ifndef SEK_VAULT_PLAN_PARTS_H
#define SEK_VAULT_PLAN_PARTS_H

#include "base/vec.h"
#include "vault/plan.h"
#include "vault/settings.h"

/*
 * A plan in the making; for plan*.c alone. A profile's hops are added behind
 * those of its source, which is walked first.
 */
#define SEK_PLAN_WAY_MAX 16 /* profiles, each the source of the one before */

struct sek_plan_made {
	struct sek_plan plan; /* first: what the caller sees */
	struct sek_plan_hops SEK_VEC_BODY(struct sek_hop) hops;
	struct sek_plan_owned SEK_VEC_BODY(void *) owned; /* freed with it */
	char **texts; /* of the first 0 to n hops */
};

struct sek_planner {
	struct sek_plan_made *made;
	const struct sek_profiles *profiles;
	const struct sek_env *env;
	struct sek_settings settings;
	/* The one asked for, its source, that one's source, ... */
	const struct sek_profile *way[SEK_PLAN_WAY_MAX];
	size_t depth;
};

/* The profile whose hops are being made. */
const struct sek_profile *sek_planner_profile(const struct sek_planner *m);
/* Is it the source of another? */
bool sek_planner_is_source(const struct sek_planner *m);
/* Keeps an allocation for the plan's life; returns it. */
void *sek_planner_keep(struct sek_planner *m, void *p);
/* A new hop at the end, of the profile in hand; lives until the next one. */
struct sek_hop *sek_planner_hop(struct sek_planner *m, enum sek_hop_kind kind,
    const char *name);
struct sek_hop *sek_planner_last(const struct sek_planner *m); /* NULL: none */

/* "FILE:LINE: profile NAME: " and the text; the line is that of key, or of the
 * profile if key is NULL. */
enum sek_code sek_planner_fail(struct sek_err *err, const struct sek_profile *p,
    const char *key, const char *fmt, ...) SEK_PRINTF(4, 5);

/* plan.c: the hops of another profile, named by key of the one in hand. */
enum sek_code sek_planner_add_source(struct sek_planner *m, const char *key,
    struct sek_err *err) SEK_CHECKED;

/* plan_source.c: the first hops of a profile, not counting a role of its own.
 * add_base: whatever it has; SEK_ECONFIG: nothing, or two. */
enum sek_code
sek_planner_add_base(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_planner_add_static(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;
/* key: of a value that is Environment, Ec2InstanceMetadata or EcsContainer. */
enum sek_code sek_planner_add_named(struct sek_planner *m, const char *key,
    struct sek_err *err) SEK_CHECKED;
/* SEK_ECONFIG: more than one source. */
enum sek_code sek_planner_refuse_two(const struct sek_planner *m,
    struct sek_err *err) SEK_CHECKED;
bool sek_profile_has_static(const struct sek_profile *p);
/* What a source gives is temporary, as far as can be seen from here. */
bool sek_planner_is_temporary(const struct sek_planner *m);

/* plan_ours.c: sekisho_source, and the keys that are for it alone. */
enum sek_code
sek_planner_add_ours(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_planner_check_details(const struct sek_planner *m,
    struct sek_err *err) SEK_CHECKED;

/* plan_process.c: credential_process, unless it is this program. */
enum sek_code
sek_planner_add_process(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;

/* plan_hop.c: what STS does with the credentials so far. */
enum sek_code
sek_planner_add_role(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_planner_add_web_identity(struct sek_planner *m,
    struct sek_err *err) SEK_CHECKED;
enum sek_code
sek_planner_add_session(struct sek_planner *m, struct sek_err *err) SEK_CHECKED;
/* duration_seconds of the profile in hand, within the limits of the hop. */
enum sek_code sek_planner_set_duration(struct sek_planner *m,
    struct sek_hop *hop, struct sek_err *err) SEK_CHECKED;

/* plan_policy.c: session policies; plan_tags.c: session tags. */
enum sek_code sek_planner_set_policy(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err) SEK_CHECKED;
enum sek_code sek_planner_set_tags(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err) SEK_CHECKED;
/* The last hop against what the roles before it hand on. */
enum sek_code sek_planner_check_inherited(const struct sek_planner *m,
    struct sek_err *err) SEK_CHECKED;

/* plan_limits.c: a value against what the API takes of it; what it is called
 * in a profile is its name here. */
enum sek_code sek_plan_check_value(const struct sek_profile *p, const char *key,
    const char *value, struct sek_err *err) SEK_CHECKED;
/* Characters of UTF-8; SIZE_MAX: it is none. */
size_t sek_plan_characters(struct sek_str s);

/* plan_keys.c: a key that looks like ours and is none, or one set to nothing. */
enum sek_code sek_planner_check_keys(const struct sek_planner *m,
    struct sek_err *err) SEK_CHECKED;

/* plan_text.c: a hop's line. Two lines are the same only if the hops are. */
void sek_plan_write_hop(struct sek_buf *out, const struct sek_hop *hop);
uint64_t sek_plan_hash(const char *id); /* FNV-1a */

#endif
