#include "repo/place.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define HEAD_MAX ((size_t)1024)

/* With any of these git looks elsewhere, or sees something else there. */
static const char *const moves[] = {
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_SHALLOW_FILE",
    "GIT_CONFIG",
    NULL,
};

char *
sek_place_join(const char *base, struct sek_str rel)
{
	sek_auto_buf out = {0};

	if (!sek_str_starts(rel, "/"))
		sek_buf_add_s(&out, base);
	while (rel.p) {
		struct sek_str part = sek_str_cut(&rel, '/');

		if (!part.n || sek_str_is(part, "."))
			continue;
		if (sek_str_is(part, "..")) {
			while (out.n && out.p[--out.n] != '/')
				;
			continue;
		}
		sek_buf_add_c(&out, '/');
		sek_buf_add_str(&out, part);
	}
	if (!out.n)
		sek_buf_add_c(&out, '/');
	return sek_buf_take(&out);
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* git goes on searching where there is no HEAD that looks like one. */
static bool
has_head(const char *git_dir)
{
	sek_auto_free char *path = sek_printf("%s/HEAD", git_dir);
	sek_auto_buf text = {.max = HEAD_MAX};
	struct sek_oid oid;
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    sek_file_read(path, &text, NULL) != SEK_OK)
		return false;
	return sek_str_starts(sek_buf_str(&text), "ref: refs/") ||
	    sek_oid_parse(&oid, sek_str_trim(sek_buf_str(&text)));
}

static bool
has(const char *git_dir, const char *name)
{
	sek_auto_free char *path = sek_printf("%s/%s", git_dir, name);

	return access(path, F_OK) == 0;
}

static bool
is_whole(const char *git_dir)
{
	sek_auto_free char *objects = sek_printf("%s/objects", git_dir);
	sek_auto_free char *refs = sek_printf("%s/refs", git_dir);

	return is_directory(git_dir) && is_directory(objects) &&
	    is_directory(refs) && access(objects, X_OK) == 0 &&
	    access(refs, X_OK) == 0 && has_head(git_dir) &&
	    !has(git_dir, "commondir");
}

enum sek_place
sek_place_here(void)
{
	const char *git_dir = getenv("GIT_DIR");

	for (size_t i = 0; moves[i]; i++)
		if (getenv(moves[i]))
			return SEK_PLACE_OTHER;
	if (git_dir)
		return !strcmp(git_dir, ".") && is_whole(".") ? SEK_PLACE_BARE
							      : SEK_PLACE_OTHER;
	/* Elsewhere it would be looked for, too. */
	if (getenv("GIT_OBJECT_DIRECTORY"))
		return SEK_PLACE_OTHER;
	return is_whole(".git") ? SEK_PLACE_TOP : SEK_PLACE_OTHER;
}

/* What the repository's own file says of what it is. */
struct format {
	const char *origin; /* what git calls that file here */
	const char *version, *bare, *objects, *hooks;
	bool local; /* git reads that file */
	bool odd;
};

/* git reads these there only, and of the last of several there. */
static void
take_one(const char **out, const struct sek_config_entry *e, struct format *f)
{
	f->odd |= *out || !e->value || strcmp(e->origin, f->origin) != 0;
	*out = e->value;
}

static void
read_entry(struct format *f, const struct sek_config_entry *e)
{
	struct sek_str key = sek_str(e->key);

	f->local |= e->scope == SEK_SCOPE_LOCAL &&
	    strcmp(e->origin, f->origin) == 0;
	f->odd |= e->scope == SEK_SCOPE_WORKTREE;
	if (sek_str_is(key, "core.repositoryformatversion"))
		take_one(&f->version, e, f);
	else if (sek_str_is(key, "core.bare"))
		take_one(&f->bare, e, f);
	else if (sek_str_is(key, "extensions.objectformat"))
		take_one(&f->objects, e, f);
	else if (sek_str_is(key, "core.hookspath"))
		f->hooks = e->value ? e->value : "";
	else if (sek_str_is(key, "core.worktree"))
		f->odd = true;
	else if (sek_str_starts(key, "extensions.") &&
	    !sek_str_is(key, "extensions.partialclone"))
		f->odd = true;
}

static bool
is_plain(const struct format *f, enum sek_place place)
{
	const char *bare = place == SEK_PLACE_BARE ? "true" : "false";

	if (f->odd || !f->local || !f->bare || strcmp(f->bare, bare) != 0)
		return false;
	if (f->hooks && *f->hooks != '/')
		return false;
	if (!f->version || f->version[1] || !strchr("01", f->version[0]))
		return false;
	if (!f->objects)
		return true;
	return f->version[0] == '1' &&
	    (!strcmp(f->objects, "sha1") || !strcmp(f->objects, "sha256"));
}

bool
sek_place_take(struct sek_repo *r, enum sek_place place)
{
	bool bare = place == SEK_PLACE_BARE;
	sek_auto_free char *origin = NULL;
	struct format f = {0};
	const struct sek_config_entry *e;
	char here[PATH_MAX];

	if (!getcwd(here, sizeof(here)) || *here != '/' || !here[1])
		return false;
	/* GIT_DIR=. is made absolute for git children (git_env.c). */
	origin = bare ? sek_printf("file:%s/./config", here)
		      : sek_strdup("file:.git/config");
	f.origin = origin;
	for (size_t i = 0; (e = sek_config_at(r->config, i)); i++)
		read_entry(&f, e);
	if (!is_plain(&f, place))
		return false;
	r->work_tree = bare ? NULL : sek_strdup(here);
	r->git_dir = bare ? sek_strdup(here) : sek_printf("%s/.git", here);
	r->common_dir = sek_strdup(r->git_dir);
	r->hooks_dir = sek_place_join(r->git_dir,
	    sek_str(f.hooks ? f.hooks : "hooks"));
	r->dir = sek_strdup(here);
	r->prefix = sek_strdup("");
	r->oid_len = f.objects && !strcmp(f.objects, "sha256") ? 32 : 20;
	r->shallow = has(r->git_dir, "shallow");
	r->quarantine = getenv("GIT_QUARANTINE_PATH") != NULL;
	return true;
}
