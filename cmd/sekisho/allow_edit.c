#include "sekisho/allow_edit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"

#define FILE_NAME ".sekisho"
#define FILE_MAX  ((size_t)4 << 20)

/* Only a plain file is replaced: what a link points to is not ours to write. */
static enum sek_code
read_old(const char *path, struct sek_buf *text, mode_t *mode,
    struct sek_err *err)
{
	struct stat st;

	*mode = 0644;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? SEK_OK
				       : sek_fail_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return sek_fail(err, SEK_ECONFIG, "%s is no regular file",
		    path);
	*mode = st.st_mode & 0777;
	return sek_file_read(path, text, err);
}

static enum sek_code
parse(struct sek_allow **out, const struct sek_buf *text,
    const struct sek_ruleset *rules, const char *today, struct sek_err *err)
{
	*out = sek_allow_new();
	return sek_allow_add_file(*out, sek_buf_str(text), FILE_NAME, rules,
	    today, err);
}

static void
count(void *arg, const struct sek_allow_entry *e)
{
	(void)e;
	(*(size_t *)arg)++;
}

static void
tell(void *arg, const struct sek_allow_entry *e)
{
	(void)arg;
	printf("%s:%zu: allows %s\n", e->name, e->line, e->what);
}

/* Writes it only if the file before does not allow the same already. */
static enum sek_code
write_new(const char *path, const struct sek_buf *after, mode_t mode,
    const struct sek_allow *old, const struct sek_allow *new,
    struct sek_err *err)
{
	size_t added = 0;
	enum sek_code r;

	sek_allow_added(old, new, count, &added);
	if (!added) {
		puts(FILE_NAME " allows this already");
		return SEK_OK;
	}
	r = sek_file_replace(path, after->p, after->n, mode, err);
	if (r == SEK_OK)
		sek_allow_added(old, new, tell, NULL);
	return r;
}

enum sek_code
allow_edit(struct sek_repo *repo, const struct sek_ruleset *rules,
    allow_edit_fn *add, const void *arg, struct sek_err *err)
{
	sek_auto_buf before = {.max = FILE_MAX}, after = {.max = FILE_MAX};
	sek_auto_free char *path = NULL;
	struct sek_allow *old = NULL, *new = NULL;
	struct sek_err why;
	char today[11];
	enum sek_code r;
	mode_t mode;

	if (!repo->work_tree)
		return sek_fail(err, SEK_ECONFIG,
		    "a bare repository has no work tree to write " FILE_NAME
		    " in");
	path = sek_printf("%s/" FILE_NAME, repo->work_tree);
	sek_policy_today(today);
	r = read_old(path, &before, &mode, err);
	if (r == SEK_OK)
		r = parse(&old, &before, rules, today, err);
	if (r == SEK_OK) {
		sek_buf_add_str(&after, sek_buf_str(&before));
		add(&after, arg);
		r = sek_buf_check(&after, path, err);
	}
	if (r == SEK_OK && parse(&new, &after, rules, today, &why) != SEK_OK)
		r = sek_fail(err, SEK_ECONFIG, "not added, because of %s",
		    why.text);
	if (r == SEK_OK)
		r = write_new(path, &after, mode, old, new, err);
	sek_allow_free(old);
	sek_allow_free(new);
	return r;
}
