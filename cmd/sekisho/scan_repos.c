#include "sekisho/scan_repos.h"

#include <search.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
no_free(void *node)
{
	(void)node;
}

/* Takes path. */
static void
add(struct scan_repos *v, void **seen, char *path)
{
	char *known = *(char **)tsearch(path, seen, by_name);

	if (known == path)
		*sek_vec_push(v) = path;
	else
		free(path);
}

static enum sek_code
add_from(struct scan_repos *v, void **seen, struct sek_str text,
    const char *name, struct sek_err *err)
{
	char end = text.n && memchr(text.p, '\0', text.n) ? '\0' : '\n';

	/* A list that was cut off, or one of lines with a NUL in it. */
	if (text.n && !end && text.p[text.n - 1])
		return sek_fail(err, SEK_ECONFIG,
		    "%s: the last path does not end with a NUL, as others do",
		    name);
	while (text.n) {
		struct sek_str path = sek_str_cut(&text, end);

		if (path.n)
			add(v, seen, sek_strndup(path.p, path.n));
	}
	return SEK_OK;
}

static enum sek_code
check_environment(struct sek_err *err)
{
	static const char *const names[] = {
	    "GIT_DIR",
	    "GIT_COMMON_DIR",
	    "GIT_WORK_TREE",
	    "GIT_OBJECT_DIRECTORY",
	    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (getenv(names[i]))
			return sek_fail(err, SEK_ECONFIG,
			    "%s is set, and would be taken for each "
			    "repository; unset it",
			    names[i]);
	return SEK_OK;
}

enum sek_code
scan_repos_list(struct scan_repos *out, const struct cli_list *given,
    const char *file, struct sek_err *err)
{
	sek_auto_buf text = {0};
	void *seen = NULL;
	enum sek_code r = check_environment(err);

	for (size_t i = 0; i < given->n; i++)
		add(out, &seen, sek_strdup(given->at[i]));
	if (r == SEK_OK && file && strcmp(file, "-") != 0)
		r = sek_file_read(file, &text, err);
	else if (r == SEK_OK && file)
		r = sek_fd_read(STDIN_FILENO, "standard input", &text, err);
	if (r == SEK_OK)
		r = add_from(out, &seen, sek_buf_str(&text), file, err);
	tdestroy(seen, no_free);
	if (r == SEK_OK && !out->n)
		r = sek_fail(err, SEK_ECONFIG, "%s names no repository", file);
	return r;
}

void
scan_repos_clear(struct scan_repos *v)
{
	sek_vec_each (path, v)
		free(*path);
	sek_vec_clear(v);
}

static bool
is_itself(const struct sek_repo *repo, const char *real)
{
	size_t n = strlen(real);

	if ((repo->work_tree && !strcmp(repo->work_tree, real)) ||
	    !strcmp(repo->git_dir, real))
		return true;
	return !strncmp(repo->git_dir, real, n) &&
	    !strcmp(repo->git_dir + n, "/.git");
}

enum sek_code
scan_repos_open(struct sek_repo **out, const char *path, struct sek_err *err)
{
	sek_auto_free char *real = NULL;
	enum sek_code r;

	*out = NULL;
	if (!*path)
		return sek_fail(err, SEK_ECONFIG, "an empty path");
	real = realpath(path, NULL);
	if (!real)
		return sek_fail_errno(err, "it cannot be opened");
	r = sek_repo_open(out, real, err);
	if (r == SEK_OK && !is_itself(*out, real)) {
		sek_repo_free_ptr(out);
		r = sek_fail(err, SEK_ENOTFOUND,
		    "not a repository, but a directory in one");
	}
	return r;
}
