#include "repo/git_env.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"

static const char *const fixed[] = {
    "GIT_NO_REPLACE_OBJECTS=1",
    "GIT_NO_LAZY_FETCH=1",
    /* For gits that do not know the line above: no such transport exists. */
    "GIT_ALLOW_PROTOCOL=none",
    /* A file that cannot exist: grafts would hide history. */
    "GIT_GRAFT_FILE=/dev/null/none",
    "GIT_TERMINAL_PROMPT=0",
    "GIT_OPTIONAL_LOCKS=0",
    "GIT_PAGER=cat",
    "LC_ALL=C",
    NULL,
};

static const char *const dropped[] = {
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_REPLACE_REF_BASE",
    "GIT_INTERNAL_SUPER_PREFIX",
    NULL,
};

static const char *const placed[] = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    NULL,
};

struct strings SEK_VEC_BODY(char *);

static size_t
name_len(const char *assignment)
{
	return strcspn(assignment, "=");
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = name_len(a);

	return n == name_len(b) && strncmp(a, b, n) == 0;
}

static bool
names(const char *const *list, const char *assignment)
{
	for (; list && *list; list++)
		if (same_name(*list, assignment))
			return true;
	return false;
}

static bool
is_dropped(const char *assignment, const char *const *own)
{
	return strncmp(assignment, "GIT_TRACE", 9) == 0 ||
	    names(dropped, assignment) || names(fixed, assignment) ||
	    names(own, assignment);
}

/* GIT_DIR=. in a hook means the directory the hook was started in. */
static enum sek_code
place(char **out, const char *assignment, struct sek_err *err)
{
	const char *value = assignment + name_len(assignment);
	char here[PATH_MAX];

	if (!names(placed, assignment) || value[0] != '=' || !value[1] ||
	    value[1] == '/') {
		*out = sek_strdup(assignment);
		return SEK_OK;
	}
	if (!getcwd(here, sizeof(here)))
		return sek_fail_errno(err, "current directory");
	*out = sek_printf("%.*s=%s/%s", (int)(value - assignment), assignment,
	    here, value + 1);
	return SEK_OK;
}

static void
add_all(struct strings *env, const char *const *list)
{
	for (; list && *list; list++)
		if (strchr(*list, '='))
			*sek_vec_push(env) = sek_strdup(*list);
}

enum sek_code
sek_git_env_make(char ***out, const char *const *own, struct sek_err *err)
{
	struct strings env = {0};
	enum sek_code code;
	char *const *e;

	for (e = environ; e && *e; e++) {
		if (is_dropped(*e, own))
			continue;
		code = place(sek_vec_push(&env), *e, err);
		if (code) {
			sek_git_strings_free(&env.at);
			return code;
		}
	}
	for (size_t i = 0; fixed[i]; i++)
		if (!names(own, fixed[i]))
			*sek_vec_push(&env) = sek_strdup(fixed[i]);
	add_all(&env, own);
	*sek_vec_push(&env) = NULL;
	*out = env.at;
	return SEK_OK;
}

void
sek_git_strings_free(char ***strings)
{
	for (char **s = *strings; s && *s; s++)
		free(*s);
	sek_vec_free((void **)strings);
	*strings = NULL;
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

enum sek_code
sek_git_env_program(char **out, struct sek_err *err)
{
	const char *path = getenv("PATH");
	struct sek_str rest = sek_str(path ? path : "/usr/local/bin:/usr/bin");

	while (rest.p) {
		struct sek_str dir = sek_str_cut(&rest, ':');
		sek_auto_free char *at = NULL;

		if (!sek_str_starts(dir, "/"))
			continue;
		at = sek_printf("%.*s/git", (int)dir.n, dir.p);
		if (!is_program(at))
			continue;
		*out = sek_steal(&at);
		return SEK_OK;
	}
	return sek_fail(err, SEK_EIO,
	    "git: no such program in an absolute directory of PATH; "
	    "install git 2.30 or newer");
}
