#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/index_file.h"
#include "scan/source.h"

#define DEPTH_MAX 512 /* directories inside one another */

struct tree {
	struct sek_engine *engine;
	struct sek_repo *repo;
	size_t listed;
	/* The directory that the user named: where it is, and from the top. */
	const char *disk, *shown;
	bool checked; /* the index */
};

/* disk: where it is; shown: what it is called, from the top of the work tree
 * where it has a place there. */
static void
add_file(struct tree *t, const char *disk, const char *shown, bool follow)
{
	struct sek_job job = {
	    .from = SEK_FROM_FILE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(shown),
	    .disk_path = sek_strdup(disk),
	    .follow = follow,
	    .name_too = true,
	};

	t->listed++;
	sek_engine_add(t->engine, &job);
}

static void
add_unread(struct tree *t, const char *shown, const char *why, bool elsewhere)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(shown),
	    .name_too = true,
	    .why = sek_strdup(why),
	    .elsewhere = elsewhere,
	};

	t->listed++;
	sek_engine_add(t->engine, &job);
}

static char *
join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (!strcmp(dir, "."))
		return sek_strdup(name);
	return sek_printf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/",
	    name);
}

/* Anyone may call a directory .git; what holds neither is a plain one. */
static bool
is_git_dir(const char *path)
{
	sek_auto_free char *head = join(path, "HEAD");
	sek_auto_free char *objects = join(path, "objects");
	struct stat st;

	return lstat(head, &st) == 0 && stat(objects, &st) == 0 &&
	    S_ISDIR(st.st_mode);
}

static void
walk(struct tree *t, const char *disk, const char *shown, unsigned depth);

static void
entry(struct tree *t, const char *disk, const char *shown, const char *name,
    unsigned depth)
{
	sek_auto_free char *path = join(disk, name);
	sek_auto_free char *as = join(shown, name);
	struct stat st;

	if (lstat(path, &st) < 0)
		add_unread(t, as, strerror(errno), false);
	else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		add_file(t, path, as, false);
	else if (!S_ISDIR(st.st_mode))
		add_unread(t, as, "a socket, pipe or device", true);
	else if (!strcmp(name, ".git") && is_git_dir(path))
		add_unread(t, as,
		    "a repository: `sekisho scan --history` reads it", true);
	else
		walk(t, path, as, depth + 1);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

/* Every file below a directory, in byte order. */
static void
walk(struct tree *t, const char *disk, const char *shown, unsigned depth)
{
	struct dirent **list;
	int n;

	if (depth > DEPTH_MAX) {
		add_unread(t, shown, "too many directories deep", false);
		return;
	}
	n = scandir(disk, &list, not_dots, by_name);
	if (n < 0) {
		add_unread(t, shown, strerror(errno), false);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (!sek_engine_stopped(t->engine))
			entry(t, disk, shown, list[i]->d_name, depth);
		free(list[i]);
	}
	free(list);
}

/* A repository that the user named, or that what was named is in, is read. */
static void
add_repository(struct tree *t, const char *shown, bool tracked)
{
	size_t n = strlen(shown);

	if (t->shown && !strncmp(t->shown, shown, n) &&
	    (!t->shown[n] || t->shown[n] == '/'))
		walk(t, t->disk, t->shown, 0);
	else
		add_unread(t, shown,
		    tracked ? "a submodule: scan it by itself"
			    : "a repository of its own: scan it by itself",
		    true);
}

/*
 * A path that git lists: it may have gone from the work tree (deleted, or not
 * checked out: sparse), which is nothing to be read.
 */
static enum sek_code
listed(void *arg, struct sek_str path, bool tracked, struct sek_err *err)
{
	struct tree *t = arg;
	sek_auto_free char *shown = sek_strndup(path.p, path.n);
	sek_auto_free char *disk = NULL;
	struct stat st;

	(void)err;
	if (sek_engine_stopped(t->engine))
		return SEK_OK;
	if (path.n && shown[path.n - 1] == '/')
		shown[path.n - 1] = '\0';
	disk = join(t->repo->dir, shown);
	if (lstat(disk, &st) < 0) {
		t->listed++;
		if (errno != ENOENT && errno != ENOTDIR)
			add_unread(t, shown, strerror(errno), false);
	} else if (S_ISDIR(st.st_mode)) {
		add_repository(t, shown, tracked);
	} else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) {
		add_file(t, disk, shown, false);
	} else {
		add_unread(t, shown, "a socket, pipe or device", true);
	}
	return SEK_OK;
}

/* Of a directory, or of the directory that a file stands in. */
static char *
real_directory(const char *path, bool is_directory)
{
	const char *slash = strrchr(path, '/');
	sek_auto_free char *parent = NULL;

	if (is_directory)
		return realpath(path, NULL);
	parent = slash ? sek_strndup(path, (size_t)(slash - path) + 1)
		       : sek_strdup(".");
	return realpath(parent, NULL);
}

/*
 * What a path is called from the top of the work tree, "" for the top itself;
 * NULL if it is not below it. A link to a file is called by its own name.
 */
static char *
below_top(const struct sek_repo *repo, const char *path, bool is_directory)
{
	const char *slash = strrchr(path, '/'), *rest;
	const char *name = is_directory ? "" : slash ? slash + 1 : path;
	sek_auto_free char *real = real_directory(path, is_directory);
	sek_auto_free char *top = NULL;
	size_t n;

	if (!real || !repo || !repo->work_tree)
		return NULL;
	top = realpath(repo->work_tree, NULL);
	n = top && top[1] ? strlen(top) : 0;
	if (!top || strncmp(real, top, n) || (real[n] && real[n] != '/'))
		return NULL;
	rest = real[n] ? real + n + 1 : "";
	if (*rest && *name)
		return sek_printf("%s/%s", rest, name);
	return sek_strdup(*rest ? rest : name);
}

/* From a damaged index git lists what it can make of it. */
static void
check_index(struct tree *t)
{
	struct sek_err why;

	if (!t->checked && sek_index_check(t->repo, &why))
		add_unread(t, "index", why.text, false);
	t->checked = true;
}

static enum sek_code
directory(struct tree *t, const char *path, struct sek_err *err)
{
	sek_auto_free char *below = below_top(t->repo, path, true);
	const char *spec[2] = {below && *below ? below : NULL, NULL};
	enum sek_code r = SEK_OK;
	size_t before;

	if (below)
		check_index(t);
	before = t->listed;
	t->disk = path;
	t->shown = spec[0];
	if (below)
		r = sek_repo_files(t->repo, spec, listed, t, err);
	if (r == SEK_OK && t->listed == before)
		walk(t, path, below && *below ? below : below ? "." : path, 0);
	t->shown = NULL;
	return r;
}

/* One operand: a file as it is; a directory through git, if it knows it. */
static enum sek_code
operand(struct tree *t, const char *path, struct sek_err *err)
{
	sek_auto_free char *below = NULL;
	struct stat st;

	if (stat(path, &st) < 0) {
		add_unread(t, path, strerror(errno), false);
		return SEK_OK;
	}
	if (S_ISDIR(st.st_mode))
		return directory(t, path, err);
	below = below_top(t->repo, path, false);
	add_file(t, path, below ? below : path, true);
	return SEK_OK;
}

enum sek_code
sek_source_tree(struct sek_engine *e, struct sek_repo *repo,
    const char *const *operands, struct sek_err *err)
{
	struct tree t = {.engine = e, .repo = repo};
	enum sek_code r = SEK_OK;

	if (!*operands && repo && !repo->work_tree)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: a bare repository has no files; use --history",
		    repo->git_dir);
	if (!*operands)
		return operand(&t, repo ? repo->work_tree : ".", err);
	for (; r == SEK_OK && *operands; operands++)
		r = operand(&t, *operands, err);
	return r;
}
