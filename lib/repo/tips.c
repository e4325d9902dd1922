#include "repo/tips.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "repo/revs.h"

static void
add(struct sek_tips *t, struct sek_str name, const struct sek_oid *oid)
{
	*sek_vec_push(&t->refs) = (struct sek_tip){
	    .name = sek_strndup(name.p, name.n),
	    .oid = *oid,
	};
}

static enum sek_code
on_ref(void *arg, struct sek_str name, const struct sek_oid *oid,
    struct sek_err *err)
{
	(void)err;
	add(arg, name, oid);
	return SEK_OK;
}

/* A HEAD that is no branch's tip: a detached one. */
static void
add_head(struct sek_tips *t, struct sek_repo *r, const char *name)
{
	struct sek_oid oid;

	if (sek_repo_resolve(r, name, &oid, NULL))
		return;
	sek_vec_each (ref, &t->refs)
		if (sek_oid_eq(&ref->oid, &oid) &&
		    sek_str_starts(sek_str(ref->name), "refs/heads/"))
			return;
	add(t, sek_str(name), &oid);
}

static void
add_heads(struct sek_tips *t, struct sek_repo *r)
{
	sek_auto_free char *path = sek_printf("%s/worktrees", r->common_dir);
	DIR *dir = opendir(path);
	const struct dirent *d;

	add_head(t, r, "HEAD");
	while (dir && (d = readdir(dir))) {
		sek_auto_free char *name = NULL;

		if (d->d_name[0] == '.')
			continue;
		name = sek_printf("worktrees/%s/HEAD", d->d_name);
		add_head(t, r, name);
	}
	if (dir)
		closedir(dir);
}

static int
by_name(const void *pa, const void *pb)
{
	const struct sek_tip *a = pa, *b = pb;
	bool ra = sek_str_starts(sek_str(a->name), "refs/");
	bool rb = sek_str_starts(sek_str(b->name), "refs/");

	return ra != rb ? (int)ra - (int)rb : strcmp(a->name, b->name);
}

static bool
is_absent(const char *dir, const char *name)
{
	sek_auto_free char *path = sek_printf("%s/%s", dir, name);
	struct stat st;

	return lstat(path, &st) && errno == ENOENT;
}

/* Places that reflogs can be in (gitrepository-layout(5)). */
static bool
has_no_reflogs(const struct sek_repo *r)
{
	return is_absent(r->common_dir, "logs") &&
	    is_absent(r->common_dir, "worktrees") &&
	    is_absent(r->common_dir, "reftable") &&
	    is_absent(r->git_dir, "logs") && is_absent(r->git_dir, "reftable");
}

static enum sek_code
list_reflogs(struct sek_oids *out, struct sek_repo *r)
{
	static const char *const argv[] = {
	    "rev-list",
	    "--no-walk=unsorted",
	    "--reflog",
	    "--stdin", /* none at all is no mistake */
	    NULL,
	};
	sek_auto_git *git = NULL;
	enum sek_code code;

	if (has_no_reflogs(r))
		return SEK_OK;
	code = sek_git_start(&git, r->dir, argv, NULL);
	while (!code) {
		struct sek_str line;
		struct sek_oid oid;

		code = sek_git_record(git, '\n', &line, NULL);
		if (code)
			break;
		if (!line.p)
			return sek_git_finish(&git, NULL, NULL);
		if (sek_oid_parse(&oid, line))
			*sek_vec_push(out) = oid;
	}
	return code;
}

enum sek_code
sek_tips_list(struct sek_tips *out, struct sek_repo *r, struct sek_err *err)
{
	enum sek_code code = sek_revs_refs(r, on_ref, out, err);

	if (code)
		return code;
	add_heads(out, r);
	if (out->refs.n)
		qsort(out->refs.at, out->refs.n, sizeof(*out->refs.at),
		    by_name);
	out->reflogs_known = list_reflogs(&out->reflogs, r) == SEK_OK;
	sek_oids_sort(&out->reflogs);
	return SEK_OK;
}

void
sek_tips_clear(struct sek_tips *t)
{
	sek_vec_each (ref, &t->refs)
		free(ref->name);
	sek_vec_clear(&t->refs);
	sek_vec_clear(&t->reflogs);
}
