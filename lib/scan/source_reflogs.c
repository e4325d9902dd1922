#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "scan/source.h"

/* Deeper than any ref's name may be. */
#define DEPTH 128

struct logs {
	struct sek_engine *engine;
	size_t cut; /* so many bytes of a path are not shown */
};

static void
unread(struct logs *l, const char *path, const char *why)
{
	struct sek_job job = {
	    .from = SEK_FROM_NOWHERE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path + l->cut),
	    .why = sek_strdup(why),
	};

	sek_engine_add(l->engine, &job);
}

static void
add_file(struct logs *l, const char *path)
{
	struct sek_job job = {
	    .from = SEK_FROM_FILE,
	    .place = SEK_PLACE_FILE,
	    .path = sek_strdup(path + l->cut),
	    .disk_path = sek_strdup(path),
	    .follow = true,
	};

	sek_engine_add(l->engine, &job);
}

static void add_dir(struct logs *l, const char *path, unsigned depth);

static void
add_entry(struct logs *l, const char *path, unsigned depth)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return; /* git deletes them as it likes */
	if (S_ISDIR(st.st_mode))
		add_dir(l, path, depth);
	else
		add_file(l, path);
}

static void
add_dir(struct logs *l, const char *path, unsigned depth)
{
	DIR *dir = depth ? opendir(path) : NULL;
	const struct dirent *d;

	if (!depth)
		unread(l, path, "too deep for the log of a ref");
	else if (!dir && errno != ENOENT && errno != ENOTDIR)
		unread(l, path, "cannot be listed");
	if (!dir)
		return;
	while ((d = readdir(dir)) && !sek_engine_stopped(l->engine)) {
		sek_auto_free char *below = NULL;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		below = sek_printf("%s/%s", path, d->d_name);
		add_entry(l, below, depth - 1);
	}
	closedir(dir);
}

static void
add_logs(struct logs *l, const char *git_dir)
{
	sek_auto_free char *path = sek_printf("%s/logs", git_dir);

	add_dir(l, path, DEPTH);
}

static void
add_worktrees(struct logs *l, const char *common_dir)
{
	sek_auto_free char *path = sek_printf("%s/worktrees", common_dir);
	DIR *dir = opendir(path);
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		sek_auto_free char *git_dir = NULL;

		if (d->d_name[0] == '.')
			continue;
		git_dir = sek_printf("%s/%s", path, d->d_name);
		add_logs(l, git_dir);
	}
	if (dir)
		closedir(dir);
}

/* SELECTOR, NAME and ADDRESS, MESSAGE: of each no newline. */
static enum sek_code
add_record(struct logs *l, struct sek_str record, struct sek_err *err)
{
	struct sek_str selector = sek_str_cut(&record, '\n');
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	};

	if (!selector.n || !record.p)
		return sek_fail(err, SEK_EPARSE,
		    "git log: a record is not of a reflog");
	job.path = sek_printf("reflog %.*s", (int)selector.n, selector.p);
	sek_buf_add(&job.bytes, record.p, record.n);
	sek_engine_add(l->engine, &job);
	return SEK_OK;
}

static enum sek_code
ask_git(struct logs *l, const struct sek_repo *repo, struct sek_err *err)
{
	static const char *const argv[] = {
	    "log",
	    "-g",
	    "--all",
	    "-z",
	    "-s",
	    "--no-show-signature",
	    "--encoding=UTF-8", /* whatever i18n.logOutputEncoding says */
	    "--format=tformat:%gD%n%gn <%ge>%n%gs",
	    NULL,
	};
	sek_auto_git *g = NULL;
	struct sek_str record;
	enum sek_code r = sek_git_start(&g, repo->dir, argv, err);

	while (r == SEK_OK && !sek_engine_stopped(l->engine)) {
		r = sek_git_record(g, '\0', &record, err);
		if (r != SEK_OK)
			break;
		if (!record.p)
			return sek_git_finish(&g, NULL, err);
		r = add_record(l, record, err);
	}
	return r;
}

/*
 * git log passes over entries whose object is gone (rev-list warns of these)
 * or is no commit: tags may have logs (core.logAllRefUpdates=always).
 */
static enum sek_code
ask_what_is_passed_over(const struct sek_repo *repo, struct sek_err *err)
{
	static const char *const argv[] = {
	    "rev-list",
	    "--no-walk=unsorted",
	    "--objects",
	    "--filter=object:type=tag",
	    "--filter-provided-objects",
	    "--reflog",
	    "--stdin", /* none at all is no mistake */
	    NULL,
	};
	sek_auto_git *g = NULL;
	sek_auto_free char *said = NULL;
	struct sek_str record;
	enum sek_code r = sek_git_start(&g, repo->dir, argv, err);

	if (r == SEK_OK)
		r = sek_git_record(g, '\n', &record, err);
	if (r == SEK_OK && record.p)
		return sek_fail(err, SEK_EPARSE,
		    "the log of a tag, which git log does not tell");
	if (r != SEK_OK)
		return r;
	said = sek_git_complaint(g);
	r = sek_git_finish(&g, NULL, err);
	if (r == SEK_OK && said)
		return sek_fail(err, SEK_EPARSE,
		    "git log does not tell entries of reflogs whose commits "
		    "are gone; git reflog expire --stale-fix --expire=never "
		    "--expire-unreachable=never --all drops them");
	return r;
}

/* In a table, whose format is git's affair. */
static void
add_table(struct logs *l, const struct sek_repo *repo)
{
	sek_auto_free char *path = sek_printf("%s/reftable", repo->common_dir);
	struct sek_err err;

	if (access(path, F_OK) != 0)
		return;
	if (ask_git(l, repo, &err) != SEK_OK ||
	    ask_what_is_passed_over(repo, &err) != SEK_OK)
		unread(l, path, err.text);
}

void
sek_source_reflogs(struct sek_engine *e, const struct sek_repo *repo)
{
	struct logs l = {.engine = e};
	size_t n = repo->work_tree ? strlen(repo->work_tree) : 0;

	if (n && !strncmp(repo->common_dir, repo->work_tree, n) &&
	    repo->common_dir[n] == '/')
		l.cut = n + 1;
	add_logs(&l, repo->common_dir);
	add_worktrees(&l, repo->common_dir);
	add_table(&l, repo);
}
