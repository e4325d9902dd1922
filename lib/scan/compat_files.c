#include "scan/compat_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/git.h"

#define DEPTH_MAX 512 /* directories inside one another */

/* The empty file has nothing to scan, and git does not always store it. */
static const char *const empty_blob[] = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
};

static void
add_file(struct sek_engine *e, const char *path, bool follow)
{
	struct sek_job job = {
	    .from = SEK_FROM_FILE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path),
	    .follow = follow,
	};

	sek_engine_add(e, &job);
}

static void
add_unread(struct sek_engine *e, const char *path, const char *why)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path),
	    .why = sek_strdup(why),
	};

	sek_engine_add(e, &job);
}

/* A file that is not there was deleted, which git grep passes over, too. */
static void
add_if_regular(struct sek_engine *e, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
		add_file(e, path, false);
}

static bool
is_empty_blob(struct sek_str hex)
{
	return sek_str_is(hex, empty_blob[0]) || sek_str_is(hex, empty_blob[1]);
}

/* A file that git lists; blob is none for one that is read from disk. */
struct listed {
	char *path;
	struct sek_oid blob;
};

struct list {
	struct sek_engine *engine;
	bool cached;
	bool sort; /* what is listed is gathered first */
	SEK_VEC(struct listed) at;
};

static void
add_listed(struct sek_engine *e, struct listed *l)
{
	struct sek_job job = {
	    .from = SEK_FROM_OBJECT,
	    .place = SEK_PLACE_FILE,
	    .path = l->path,
	    .blob = l->blob,
	};

	if (!sek_oid_is_none(&l->blob)) {
		sek_engine_add(e, &job);
		return;
	}
	add_if_regular(e, l->path);
	free(l->path);
}

static void
list_one(struct list *l, struct listed *one)
{
	if (l->sort)
		*sek_vec_push(&l->at) = *one;
	else
		add_listed(l->engine, one);
}

static enum sek_code
entry_listed(void *arg, struct sek_str path, const struct sek_oid *blob,
    struct sek_err *err)
{
	struct list *l = arg;
	struct listed one = {.path = sek_strndup(path.p, path.n)};

	(void)err;
	if (l->cached)
		one.blob = *blob;
	list_one(l, &one);
	return SEK_OK;
}

/* "MODE ID STAGE\tPATH" of ls-files --stage */
static enum sek_code
read_entry(struct sek_str entry, sek_compat_entry_fn *fn, void *arg,
    struct sek_err *err)
{
	struct sek_str mode = sek_str_cut(&entry, ' ');
	struct sek_str hex = sek_str_cut(&entry, ' ');
	struct sek_oid blob;

	(void)sek_str_cut(&entry, '\t');
	if (!entry.p || !sek_oid_parse(&blob, hex))
		return sek_fail(err, SEK_EPARSE, "git ls-files: a broken line");
	if (!sek_str_starts(mode, "100") || is_empty_blob(hex))
		return SEK_OK;
	return fn(arg, entry, &blob, err);
}

static enum sek_code
start(struct sek_git **out, const char *const *options,
    const char *const *pathspec, struct sek_err *err)
{
	SEK_VEC(const char *) argv = {0};
	enum sek_code r;

	*sek_vec_push(&argv) = "ls-files";
	*sek_vec_push(&argv) = "-z";
	for (; *options; options++)
		*sek_vec_push(&argv) = *options;
	*sek_vec_push(&argv) = "--";
	for (; *pathspec; pathspec++)
		*sek_vec_push(&argv) = *pathspec;
	*sek_vec_push(&argv) = NULL;
	r = sek_git_start(out, NULL, argv.at, err);
	sek_vec_clear(&argv);
	return r;
}

enum sek_code
sek_compat_entries(const char *const *pathspec, sek_compat_entry_fn *fn,
    void *arg, struct sek_err *err)
{
	static const char *const options[] = {"--stage", NULL};
	sek_auto_git *g = NULL;
	struct sek_str record;
	enum sek_code r = start(&g, options, pathspec, err);

	while (r == SEK_OK) {
		r = sek_git_record(g, '\0', &record, err);
		if (r == SEK_OK && !record.p)
			return sek_git_finish(&g, NULL, err);
		if (r == SEK_OK)
			r = read_entry(record, fn, arg, err);
	}
	return r;
}

static enum sek_code
list_others(struct list *l, struct sek_git **g, struct sek_err *err)
{
	struct sek_str record;
	enum sek_code r = SEK_OK;

	while (r == SEK_OK) {
		struct listed one = {0};

		r = sek_git_record(*g, '\0', &record, err);
		if (r == SEK_OK && !record.p)
			return sek_git_finish(g, NULL, err);
		if (r != SEK_OK)
			break;
		one.path = sek_strndup(record.p, record.n);
		list_one(l, &one);
	}
	return r;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->path,
	    ((const struct listed *)b)->path);
}

enum sek_code
sek_compat_files_git(struct sek_engine *e, const struct sek_compat_files *which,
    struct sek_err *err)
{
	static const char *const others[] = {
	    "--others",
	    "--exclude-standard",
	    NULL,
	};
	struct list l = {
	    .engine = e,
	    .cached = which->cached,
	    .sort = which->untracked,
	};
	sek_auto_git *o = NULL;
	enum sek_code r = SEK_OK;

	if (which->untracked)
		r = start(&o, others, which->pathspec, err);
	if (r == SEK_OK)
		r = sek_compat_entries(which->pathspec, entry_listed, &l, err);
	if (r == SEK_OK && which->untracked)
		r = list_others(&l, &o, err);
	if (l.at.n)
		qsort(l.at.at, l.at.n, sizeof(*l.at.at), by_path);
	sek_vec_each (one, &l.at)
		add_listed(e, one);
	sek_vec_clear(&l.at);
	return r;
}

/* A walk over directories. */
struct walk {
	struct sek_engine *engine;
	bool skip_git;
	const char *const *pathspec; /* NULL: everything */
};

static char *
join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (!n)
		return sek_strdup(name);
	return sek_printf("%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

static bool
is_wanted(const struct walk *w, const char *path)
{
	if (!w->pathspec || !*w->pathspec)
		return true;
	for (const char *const *spec = w->pathspec; *spec; spec++) {
		size_t n = strlen(*spec);

		while (n && (*spec)[n - 1] == '/')
			n--;
		if (!strncmp(path, *spec, n) && (!path[n] || path[n] == '/'))
			return true;
		if (!strcmp(*spec, ".") || fnmatch(*spec, path, 0) == 0)
			return true;
	}
	return false;
}

static void walk(const struct walk *w, const char *dir, unsigned depth);

static void
entry(const struct walk *w, const char *dir, const char *name, unsigned depth)
{
	sek_auto_free char *path = join(dir, name);
	struct stat st;

	if (lstat(path, &st) < 0) {
		add_unread(w->engine, path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		if (!w->skip_git || strcmp(name, ".git") != 0)
			walk(w, path, depth + 1);
	} else if (S_ISREG(st.st_mode) && is_wanted(w, path)) {
		add_file(w->engine, path, false);
	}
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

/* dir "": the current directory, of which nothing is shown. */
static void
walk(const struct walk *w, const char *dir, unsigned depth)
{
	struct dirent **list;
	int n = depth > DEPTH_MAX
	    ? -1
	    : scandir(*dir ? dir : ".", &list, not_dots, by_name);

	if (n < 0) {
		add_unread(w->engine, *dir ? dir : ".",
		    depth > DEPTH_MAX ? "too many directories deep"
				      : strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		entry(w, dir, list[i]->d_name, depth);
		free(list[i]);
	}
	free(list);
}

enum sek_code
sek_compat_files_plain(struct sek_engine *e, const char *const *pathspec,
    struct sek_err *err)
{
	struct walk w = {.engine = e, .skip_git = true, .pathspec = pathspec};
	size_t n = 0;

	/* What is named from elsewhere is no pattern. */
	for (; pathspec[n]; n++)
		if (pathspec[n][0] == '/' || !strncmp(pathspec[n], "..", 2))
			return sek_fail(err, SEK_ECONFIG,
			    "%s: --no-index looks below the current directory",
			    pathspec[n]);
	walk(&w, "", 0);
	return SEK_OK;
}

static void
add_bytes(struct sek_engine *e, const char *path, struct sek_buf *bytes,
    struct sek_compat_texts *texts)
{
	struct sek_compat_text *text = sek_vec_push(texts);
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_MESSAGE,
	    .path = sek_strdup(path),
	    .bytes = {.max = SEK_CONTENT_MAX},
	};

	text->path = sek_strdup(path);
	text->bytes = *bytes;
	*bytes = (struct sek_buf){0};
	sek_buf_add_str(&job.bytes, sek_buf_str(&text->bytes));
	sek_engine_add(e, &job);
}

void
sek_compat_files_text(struct sek_engine *e, const char *path,
    struct sek_str text, struct sek_compat_texts *texts)
{
	sek_auto_buf bytes = {.max = SEK_CONTENT_MAX};

	sek_buf_add_str(&bytes, text);
	add_bytes(e, path, &bytes, texts);
}

/* Standard input, a pipe, a device: it can be read once. */
static void
add_stream(struct sek_engine *e, int fd, const char *shown,
    struct sek_compat_texts *texts)
{
	sek_auto_buf bytes = {.max = SEK_CONTENT_MAX};
	struct sek_err err;

	if (sek_fd_read(fd, "content", &bytes, &err) != SEK_OK)
		add_unread(e, shown, err.text);
	else
		add_bytes(e, shown, &bytes, texts);
}

static void
add_special(struct sek_engine *e, const char *path,
    struct sek_compat_texts *texts)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		add_unread(e, path, strerror(errno));
		return;
	}
	add_stream(e, fd, path, texts);
	close(fd);
}

void
sek_compat_files_named(struct sek_engine *e, const char *const *name,
    bool recursive, struct sek_compat_texts *texts)
{
	const struct walk w = {.engine = e};
	struct stat st;

	for (; *name; name++) {
		if (!strcmp(*name, "-"))
			add_stream(e, 0, "(standard input)", texts);
		else if (stat(*name, &st) < 0)
			add_unread(e, *name, strerror(errno));
		else if (S_ISREG(st.st_mode))
			add_file(e, *name, true);
		else if (!S_ISDIR(st.st_mode))
			add_special(e, *name, texts);
		else if (recursive)
			walk(&w, *name, 0);
	}
}
