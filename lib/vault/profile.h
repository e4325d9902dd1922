#ifndef SEK_VAULT_PROFILE_H
#define SEK_VAULT_PROFILE_H

#include "base/env.h"

/*
 * The profiles that a user wrote: sekisho's own file, then the shared AWS
 * config and credentials files, in the grammar that all AWS SDKs share (AWS
 * SDKs and Tools Reference Guide, "Shared config and credentials files";
 * sekisho-vault-config(5)). Files lie in locked pages, for they may hold keys;
 * a forked child finds these empty, so it needs copies of what it uses.
 *
 * sekisho's file ($XDG_CONFIG_HOME/sekisho/config) has the config file's
 * grammar and one section more, `[sekisho]`, for settings. A profile that it
 * has is taken whole from it: only region, services and endpoint keys that it
 * lacks are then looked up in the AWS profile of the same name.
 */
struct sek_profiles;
struct sek_profile; /* lives as long as its sek_profiles */

/*
 * A file that is not there is empty. SEK_ECONFIG "FILE:LINE: why" for a broken
 * line (which is not quoted) and for a file of ours that others can write;
 * SEK_ETOOBIG past SEK_PROFILE_MAX bytes; SEK_EIO for a pipe that does not end
 * in 3 s.
 */
#define SEK_PROFILE_MAX ((size_t)4 << 20)
enum sek_code sek_profiles_load(struct sek_profiles **out,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;
/* SEK_ECANCEL where one is no regular file: what is read from a pipe is gone for
 * the program that comes next. */
enum sek_code sek_profiles_load_files(struct sek_profiles **out,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;
void sek_profiles_free(struct sek_profiles *p); /* NULL is legal */
void sek_profiles_free_ptr(struct sek_profiles **p);
#define sek_auto_profiles                                                      \
	__attribute__((cleanup(sek_profiles_free_ptr))) struct sek_profiles

/* sekisho's own, else AWS's; NULL: there is none of that name. */
const struct sek_profile *
sek_profiles_find(const struct sek_profiles *p, const char *name);
/* As an AWS SDK sees it, without sekisho's file. */
const struct sek_profile *
sek_profiles_find_aws(const struct sek_profiles *p, const char *name);
/* Every name once: sekisho's in the order of its file, then AWS's. */
void sek_profiles_each(const struct sek_profiles *p,
    void (*fn)(void *arg, const struct sek_profile *profile), void *arg);
/* `[sekisho]`, to be asked as a profile is; NULL: there is none. */
const struct sek_profile *sek_profiles_settings(const struct sek_profiles *p);

const char *sek_profile_name(const struct sek_profile *p);
/*
 * The value of a key (named in lower case), borrowed; NULL: not set. An empty
 * value counts as set to "".
 */
const char *sek_profile_get(const struct sek_profile *p, const char *key);
/* The keys that stand in the profile itself, the last first; one that is set
 * twice is named twice. */
void sek_profile_each_key(const struct sek_profile *p,
    void (*fn)(void *arg, const char *key), void *arg);
/* A key of the nested block of a service in the profile's `services` section:
 * ("sts", "endpoint_url"). NULL: not set. */
const char *sek_profile_service(const struct sek_profile *p,
    const char *service, const char *key);
/* "FILE:LINE" of the key, or of the profile if key is NULL; borrowed, until the
 * next call. */
const char *sek_profile_where(const struct sek_profile *p, const char *key);
/* From sekisho's own file? */
bool sek_profile_is_ours(const struct sek_profile *p);

/* The paths, as the environment says; borrowed. NULL: no home. */
const char *sek_profiles_our_path(const struct sek_profiles *p);
const char *sek_profiles_config_path(const struct sek_profiles *p);
const char *sek_profiles_credentials_path(const struct sek_profiles *p);

#endif
