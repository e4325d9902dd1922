#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
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
}
