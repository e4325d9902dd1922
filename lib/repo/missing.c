#include "repo/missing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/git.h"

enum sek_code
sek_missing_count(struct sek_repo *r, uint64_t *out, struct sek_err *err)
{
	static const char *const argv[] = {
	    "rev-list",
	    "--objects",
	    "--all",
	    "--reflog",
	    "--missing=print",
	    NULL,
	};
	sek_auto_git *g = NULL;
	struct sek_str line;
	enum sek_code code = sek_git_start(&g, r->dir, argv, err);

	*out = 0;
	while (!code) {
		code = sek_git_record(g, '\n', &line, err);
		if (!code && !line.p)
			return sek_git_finish(&g, NULL, err);
		*out += !code && sek_str_starts(line, "?");
	}
	return code;
}

/* Lines of info/alternates: comments, or paths from the objects directory. git
 * quotes those that begin with a double quote; these it must answer for. */
static enum sek_code
alternates(const char *objects, sek_missing_fn *fn, void *arg,
    struct sek_err *err)
{
	sek_auto_free char *list = sek_printf("%s/info/alternates", objects);
	sek_auto_buf text = {0};
	struct sek_str rest;
	enum sek_code code = sek_file_read(list, &text, err);

	if (code)
		return code == SEK_ENOTFOUND ? SEK_OK : code;
	rest = sek_buf_str(&text);
	while (rest.p) {
		struct sek_str line = sek_str_cut(&rest, '\n');
		sek_auto_free char *path = NULL;
		struct stat st;

		if (!line.n || line.p[0] == '#' || line.p[0] == '"')
			continue;
		path = sek_printf("%s%s%.*s", line.p[0] == '/' ? "" : objects,
		    line.p[0] == '/' ? "" : "/", (int)line.n, line.p);
		if (stat(path, &st) < 0)
			fn(arg, path, "an alternate that is not there");
	}
	return SEK_OK;
}

static void
pack(const char *folder, const char *name, sek_missing_fn *fn, void *arg)
{
	size_t n = strlen(name) - strlen(".pack");
	sek_auto_free char *index = sek_printf("%s/%.*s.idx", folder, (int)n,
	    name);
	sek_auto_free char *path = NULL;

	if (access(index, F_OK) == 0)
		return;
	path = sek_printf("%s/%s", folder, name);
	fn(arg, path, "a pack without an index");
}

static enum sek_code
packs(const char *objects, sek_missing_fn *fn, void *arg, struct sek_err *err)
{
	sek_auto_free char *folder = sek_printf("%s/pack", objects);
	DIR *dir = opendir(folder);
	const struct dirent *d;

	if (!dir)
		return errno == ENOENT ? SEK_OK
				       : sek_fail_errno(err, "%s", folder);
	while ((d = readdir(dir)))
		if (sek_str_starts(sek_str(d->d_name), "pack-") &&
		    sek_str_ends(sek_str(d->d_name), ".pack"))
			pack(folder, d->d_name, fn, arg);
	closedir(dir);
	return SEK_OK;
}

enum sek_code
sek_missing_places(struct sek_repo *r, sek_missing_fn *fn, void *arg,
    struct sek_err *err)
{
	sek_auto_free char *objects = sek_printf("%s/objects", r->common_dir);
	enum sek_code code = alternates(objects, fn, arg, err);

	return code ? code : packs(objects, fn, arg, err);
}
