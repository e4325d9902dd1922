#include "vault/profile_set.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

/* What a profile of ours takes from AWS's of the same name if it lacks it: where
 * a request goes, never whose it is. */
static const char *const borrowed[] = {
    "region",
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "ca_bundle",
};
/* These say one thing together, so all are borrowed or none. */
static const char *const endpoints[] = {
    "services",
    "endpoint_url",
    "ignore_configured_endpoint_urls",
};

/* What writes to a pipe, `<(...)` of a shell, has this long for all of it. */
#define PIPE_MS 3000

struct file {
	const char *path;
	int fd;
	const struct sek_env *env;
	int64_t deadline; /* of a pipe, in env's ticks; 0: it is none */
};

static void
close_file(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
}

/* Who can write there decides which programs run and which keys are used. */
static enum sek_code
check_owner(const struct stat *st, const char *path, struct sek_err *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: belongs to another user: chown it to yourself", path);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return sek_fail(err, SEK_ECONFIG,
		    "%s: others can write to it: run chmod go-w", path);
	return SEK_OK;
}

/* *text has room for a NUL after its n bytes; NULL if there are none. */
static enum sek_code
read_text(struct sek_secret *to, char **text, size_t *n, const struct file *f,
    size_t expected, struct sek_err *err)
{
	enum sek_code code;
	ssize_t got;

	do {
		size_t want = expected > *n ? expected - *n : 1U << 16;
		char *room = NULL;

		if (want > SEK_PROFILE_MAX + 1 - *n)
			want = SEK_PROFILE_MAX + 1 - *n;
		if ((code = sek_secret_room(&room, to, want + 1, err)) ||
		    (f->deadline &&
			(code = sek_fd_await(f->fd, f->path,
			     f->deadline - f->env->ticks(f->env), err))))
			return code;
		*text = room - *n;
		got = read(f->fd, room, want);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return sek_fail_errno(err, "%s", f->path);
		sek_secret_filled(to, got > 0 ? (size_t)got : 0);
		*n += got > 0 ? (size_t)got : 0;
		if (*n > SEK_PROFILE_MAX)
			return sek_fail(err, SEK_ETOOBIG,
			    "%s: larger than %zu bytes", f->path,
			    SEK_PROFILE_MAX);
	} while (got != 0);
	return SEK_OK;
}

/* Left with no fd where there is no file. */
static enum sek_code
open_file(struct file *f, struct stat *st, bool pipes, struct sek_err *err)
{
	f->fd = f->path
	    ? open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
	    : -1;
	if (f->fd < 0) {
		if (!f->path || errno == ENOENT || errno == ENOTDIR)
			return SEK_OK;
		return sek_fail_errno(err, "%s", f->path);
	}
	if (fstat(f->fd, st) < 0)
		return sek_fail_errno(err, "%s", f->path);
	if (S_ISREG(st->st_mode))
		return SEK_OK;
	if (!pipes)
		return sek_fail(err, SEK_ECANCEL, "%s: not a file", f->path);
	f->deadline = f->env->ticks(f->env) + PIPE_MS;
	return SEK_OK;
}

static enum sek_code
load(struct sek_profiles *p, enum sek_profile_file which,
    const struct sek_env *env, bool pipes, struct sek_err *err)
{
	__attribute__((cleanup(close_file))) struct file f = {
	    .path = p->paths[which], .fd = -1, .env = env};
	struct stat st;
	enum sek_code code = open_file(&f, &st, pipes, err);
	char *text = NULL;
	size_t n = 0;

	if (code || f.fd < 0)
		return code;
	if (which == SEK_PROFILE_OURS && (code = check_owner(&st, f.path, err)))
		return code;
	p->texts[which] = sek_secret_new(SEK_PROFILE_MAX + 2);
	code = read_text(p->texts[which], &text, &n, &f,
	    st.st_size > 0 ? (size_t)st.st_size + 1 : 0, err);
	return code ? code : sek_profile_parse(p, which, text, n, err);
}

/* A `~/` is what is left where no shell saw the variable. */
static char *
aws_path(const struct sek_env *env, const char *variable, const char *home,
    const char *name)
{
	const char *set = env->get(env, variable);

	if (set && strncmp(set, "~/", 2) != 0)
		return sek_strdup(set);
	if (!home)
		return NULL;
	return set ? sek_printf("%s/%s", home, set + 2)
		   : sek_printf("%s/.aws/%s", home, name);
}

static void
find_paths(struct sek_profiles *p, const struct sek_env *env)
{
	sek_auto_free char *home = NULL, *dir = NULL;

	if (!sek_env_dir(&dir, env, "XDG_CONFIG_HOME", ".config", NULL))
		p->paths[SEK_PROFILE_OURS] = sek_printf("%s/sekisho/config",
		    dir);
	if (sek_env_home(&home, env, NULL))
		home = NULL;
	p->paths[SEK_PROFILE_CONFIG] = aws_path(env, "AWS_CONFIG_FILE", home,
	    "config");
	p->paths[SEK_PROFILE_CREDENTIALS] = aws_path(env,
	    "AWS_SHARED_CREDENTIALS_FILE", home, "credentials");
}

static enum sek_code
load_all(struct sek_profiles **out, const struct sek_env *env, bool pipes,
    struct sek_err *err)
{
	sek_auto_profiles *p = sek_alloc(sizeof(*p));
	enum sek_code code = SEK_OK;

	find_paths(p, env);
	for (int i = 0; i < SEK_PROFILE_FILES && !code; i++)
		code = load(p, (enum sek_profile_file)i, env, pipes, err);
	if (!code)
		*out = sek_steal(&p);
	return code;
}

enum sek_code
sek_profiles_load(struct sek_profiles **out, const struct sek_env *env,
    struct sek_err *err)
{
	return load_all(out, env, true, err);
}

enum sek_code
sek_profiles_load_files(struct sek_profiles **out, const struct sek_env *env,
    struct sek_err *err)
{
	return load_all(out, env, false, err);
}

void
sek_profiles_free(struct sek_profiles *p)
{
	if (!p)
		return;
	for (int i = 0; i < SEK_PROFILE_FILES; i++) {
		sek_free_ptr(&p->paths[i]);
		sek_secret_free(p->texts[i]);
	}
	sek_vec_clear(&p->all);
	sek_vec_clear(&p->pairs);
	sek_free_ptr(&p->slots);
	sek_free_ptr(&p->where);
	sek_free_ptr(&p);
}

void
sek_profiles_free_ptr(struct sek_profiles **p)
{
	sek_profiles_free(*p);
	*p = NULL;
}

const struct sek_profile *
sek_profiles_find(const struct sek_profiles *p, const char *name)
{
	const struct sek_profile *ours = sek_profile_set_find(p, true,
	    SEK_PROFILE_PLAIN, name);

	return ours ? ours : sek_profiles_find_aws(p, name);
}

const struct sek_profile *
sek_profiles_find_aws(const struct sek_profiles *p, const char *name)
{
	return sek_profile_set_find(p, false, SEK_PROFILE_PLAIN, name);
}

void
sek_profiles_each(const struct sek_profiles *p,
    void (*fn)(void *arg, const struct sek_profile *profile), void *arg)
{
	for (size_t i = 0; i < p->all.n; i++) {
		const struct sek_profile *one = &p->all.at[i];

		if (one->kind == SEK_PROFILE_PLAIN && !one->hidden &&
		    sek_profiles_find(p, one->name) == one)
			fn(arg, one);
	}
}

/* The pair that counts: what stands last. */
static const struct sek_profile_pair *
own_pair(const struct sek_profile *p, const char *key)
{
	const struct sek_profile_pair *all = p->set->pairs.at, *pair;

	for (uint32_t at = p->last; at; at = pair->before) {
		pair = &all[at - 1];
		if (!pair->sub && !strcmp(pair->key, key))
			return pair;
	}
	return NULL;
}

static bool
is_one_of(const char *key, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}
#define IS_ONE_OF(key, keys)                                                   \
	is_one_of(key, keys, sizeof(keys) / sizeof(*(keys)))

static bool
has_endpoints(const struct sek_profile *p)
{
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++)
		if (own_pair(p, endpoints[i]))
			return true;
	return false;
}

static const struct sek_profile_pair *
find_pair(const struct sek_profile *p, const char *key)
{
	const struct sek_profile_pair *pair = own_pair(p, key);

	if (pair || !sek_profile_is_ours(p) || p->kind != SEK_PROFILE_PLAIN)
		return pair;
	if (!IS_ONE_OF(key, borrowed) &&
	    (!IS_ONE_OF(key, endpoints) || has_endpoints(p)))
		return NULL;
	p = sek_profiles_find_aws(p->set, p->name);
	return p ? own_pair(p, key) : NULL;
}

const struct sek_profile *
sek_profiles_settings(const struct sek_profiles *p)
{
	return sek_profile_set_find(p, true, SEK_PROFILE_SETTINGS, "");
}

const char *
sek_profile_name(const struct sek_profile *p)
{
	return p->name;
}

const char *
sek_profile_get(const struct sek_profile *p, const char *key)
{
	const struct sek_profile_pair *pair = find_pair(p, key);

	return pair ? pair->value : NULL;
}

void
sek_profile_each_key(const struct sek_profile *p,
    void (*fn)(void *arg, const char *key), void *arg)
{
	for (uint32_t at = p->last; at; at = p->set->pairs.at[at - 1].before)
		fn(arg, p->set->pairs.at[at - 1].key);
}

/* Of the last block of that service: `key` stands before its subs, so these are
 * met first, and those of an earlier block after it. */
static const char *
sub_value(const struct sek_profile *section, const char *service,
    const char *key)
{
	const struct sek_profile_pair *all = section->set->pairs.at, *pair;

	for (uint32_t at = section->last; at; at = pair->before) {
		pair = &all[at - 1];
		if (strcmp(pair->key, service) != 0)
			continue;
		if (!pair->sub)
			return NULL;
		if (!strcmp(pair->sub, key))
			return pair->value;
	}
	return NULL;
}

const char *
sek_profile_service(const struct sek_profile *p, const char *service,
    const char *key)
{
	const struct sek_profile_pair *named = find_pair(p, "services");
	const struct sek_profile *section = NULL;

	if (!named)
		return NULL;
	if (named->file == SEK_PROFILE_OURS)
		section = sek_profile_set_find(p->set, true,
		    SEK_PROFILE_SERVICES, named->value);
	if (!section)
		section = sek_profile_set_find(p->set, false,
		    SEK_PROFILE_SERVICES, named->value);
	return section ? sub_value(section, service, key) : NULL;
}

const char *
sek_profile_where(const struct sek_profile *p, const char *key)
{
	const struct sek_profile_pair *pair = key ? find_pair(p, key) : NULL;
	struct sek_profiles *set = p->set;

	sek_free_ptr(&set->where);
	set->where = sek_printf("%s:%u",
	    set->paths[pair ? pair->file : p->file],
	    (unsigned)(pair ? pair->line : p->line));
	return set->where;
}

bool
sek_profile_is_ours(const struct sek_profile *p)
{
	return p->file == SEK_PROFILE_OURS;
}

const char *
sek_profiles_our_path(const struct sek_profiles *p)
{
	return p->paths[SEK_PROFILE_OURS];
}

const char *
sek_profiles_config_path(const struct sek_profiles *p)
{
	return p->paths[SEK_PROFILE_CONFIG];
}

const char *
sek_profiles_credentials_path(const struct sek_profiles *p)
{
	return p->paths[SEK_PROFILE_CREDENTIALS];
}
