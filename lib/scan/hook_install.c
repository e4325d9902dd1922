#include "scan/hook_install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/vec.h"
#include "scan/hook_script.h"

/* A hook of someone else may be a program; more of it is not compared. */
#define HOOK_MAX ((size_t)64 << 20)

/* What is to be done for one name. */
enum step {
	STEP_NONE,    /* is there already */
	STEP_WRITE,   /* there is nothing yet */
	STEP_UPDATE,  /* ours, of another version */
	STEP_CHAIN,   /* someone else's, renamed first */
	STEP_REPLACE, /* someone else's, the same as the chained one */
};

struct hook {
	const struct sek_hook_name *name;
	enum step step;
	char *path;
	char *chained;
	struct sek_buf script;
};

struct hooks SEK_VEC_BODY(struct hook);

static void
hooks_clear(struct hooks *v)
{
	sek_vec_each (h, v) {
		free(h->path);
		free(h->chained);
		sek_buf_clear(&h->script);
	}
	sek_vec_clear(v);
}

#define auto_hooks __attribute__((cleanup(hooks_clear))) struct hooks

struct speaker {
	sek_hook_say_fn *say;
	void *arg;
	size_t lines;
};

static void SEK_PRINTF(2, 3) say(struct speaker *to, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) >= 0) {
		to->say(to->arg, text);
		to->lines++;
		free(text);
	}
	va_end(ap);
}

static bool
exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static bool
wanted(const struct sek_hook_name *name, enum sek_hook_set set)
{
	switch (set) {
	case SEK_HOOKS_CLIENT:
		return name->client;
	case SEK_HOOKS_SERVER:
		return name->server;
	case SEK_HOOKS_BOTH:
		return name->client || name->server;
	case SEK_HOOKS_SHARED:
		return true;
	}
	return false;
}

/*
 * A link is someone else's even where it leads to a script of ours: what it
 * leads to is not in this directory. So is what cannot be read.
 */
static enum sek_hook_mark
mark_of(const char *path, struct sek_buf *text, struct stat *st)
{
	if (lstat(path, st) || !S_ISREG(st->st_mode) ||
	    sek_file_read(path, text, NULL))
		return SEK_HOOK_FOREIGN;
	return sek_hook_script_mark(sek_buf_str(text));
}

static void
plan_ours(struct hook *h, enum sek_hook_mark mark,
    const struct sek_hook_place *place, const struct sek_buf *text, mode_t mode)
{
	bool shared = mark == SEK_HOOK_OURS_SHARED ||
	    place->set == SEK_HOOKS_SHARED;

	sek_buf_reset(&h->script);
	sek_hook_script(&h->script, h->name, shared, place->program);
	if (sek_str_eq(sek_buf_str(text), sek_buf_str(&h->script)) &&
	    (mode & 0111) == 0111)
		h->step = STEP_NONE;
	else
		h->step = STEP_UPDATE;
}

/* The hook of someone else is what was chained before: a manager wrote its own
 * again over ours. Replacing it loses nothing. */
static bool
same_file(const char *chained, const struct sek_buf *text, mode_t mode)
{
	sek_auto_buf other = {.max = HOOK_MAX};
	struct stat st;

	if (!S_ISREG(mode) || lstat(chained, &st) || st.st_mode != mode ||
	    sek_file_read(chained, &other, NULL))
		return false;
	return sek_str_eq(sek_buf_str(text), sek_buf_str(&other));
}

static enum sek_code
plan_foreign(struct hook *h, const struct sek_hook_place *place,
    const struct sek_buf *text, mode_t mode, struct sek_err *err)
{
	if (S_ISDIR(mode))
		return sek_fail(err, SEK_ECONFIG, "%s: is a directory",
		    h->path);
	if (place->set == SEK_HOOKS_SHARED)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: is not sekisho's, in a directory that is; "
		    "move it away",
		    h->path);
	h->step = STEP_CHAIN;
	if (!exists(h->chained))
		return SEK_OK;
	h->step = STEP_REPLACE;
	if (same_file(h->chained, text, mode))
		return SEK_OK;
	return sek_fail(err, SEK_ECONFIG,
	    "%s: your %s cannot be kept under this name, which is taken: "
	    "move one of the two away",
	    h->chained, h->name->name);
}

static enum sek_code
plan_one(struct hook *h, const struct sek_hook_place *place,
    struct sek_err *err)
{
	sek_auto_buf text = {.max = HOOK_MAX};
	enum sek_hook_mark mark;
	struct stat st;

	sek_hook_script(&h->script, h->name, place->set == SEK_HOOKS_SHARED,
	    place->program);
	h->step = STEP_WRITE;
	if (!exists(h->path)) {
		if (!exists(h->chained))
			return SEK_OK;
		return sek_fail(err, SEK_ECONFIG,
		    "%s: is there without a %s beside it: rename it to %s, or "
		    "move it away",
		    h->chained, h->name->name, h->name->name);
	}
	mark = mark_of(h->path, &text, &st);
	if (mark == SEK_HOOK_FOREIGN)
		return plan_foreign(h, place, &text, st.st_mode, err);
	if (mark == SEK_HOOK_EDITED)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: sekisho's, but edited since: move it away", h->path);
	plan_ours(h, mark, place, &text, st.st_mode);
	return SEK_OK;
}

static struct hook *
add_hook(struct hooks *v, const char *dir, const struct sek_hook_name *name)
{
	struct hook *h = sek_vec_push(v);

	h->name = name;
	h->path = sek_printf("%s/%s", dir, name->name);
	h->chained = sek_printf("%s%s", h->path, SEK_HOOK_CHAINED);
	return h;
}

/* Never over an existing file, also where another install runs at this moment;
 * NFS and some others cannot promise that. */
static enum sek_code
rename_new(const char *from, const char *to, struct sek_err *err)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return SEK_OK;
	if ((errno == EINVAL || errno == ENOSYS) && !exists(to) &&
	    !rename(from, to))
		return SEK_OK;
	return sek_fail_errno(err, "%s: renaming it to %s", from, to);
}

static enum sek_code
apply(const struct hook *h, const char *dir, struct speaker *to,
    struct sek_err *err)
{
	static const char *const done[] = {
	    [STEP_WRITE] = "installed",
	    [STEP_UPDATE] = "updated",
	    [STEP_CHAIN] = "installed",
	    [STEP_REPLACE] = "installed",
	};
	const char *name = h->name->name;
	enum sek_code code = SEK_OK;

	if (h->step == STEP_NONE) {
		say(to, "%s in %s is up to date", name, dir);
		return SEK_OK;
	}
	if (h->step == STEP_CHAIN)
		code = rename_new(h->path, h->chained, err);
	if (!code)
		code = sek_file_replace(h->path, h->script.p, h->script.n, 0755,
		    err);
	if (code)
		return code;
	say(to, "%s %s in %s", done[h->step], name, dir);
	if (h->step == STEP_CHAIN || h->step == STEP_REPLACE)
		say(to, "kept your %s as %s%s", name, name, SEK_HOOK_CHAINED);
	return SEK_OK;
}

enum sek_code
sek_hook_install(const struct sek_hook_place *place, sek_hook_say_fn *say_fn,
    void *arg, struct sek_err *err)
{
	struct speaker to = {.say = say_fn, .arg = arg};
	const struct sek_hook_name *name;
	enum sek_code code;
	auto_hooks hooks = {0};

	for (name = sek_hook_names; name->name; name++) {
		if (!wanted(name, place->set))
			continue;
		code = plan_one(add_hook(&hooks, place->dir, name), place, err);
		if (code)
			return code;
	}
	code = sek_dir_make(place->dir, 0777, err);
	if (code)
		return code;
	sek_vec_each (h, &hooks) {
		code = apply(h, place->dir, &to, err);
		if (code)
			return code;
	}
	return SEK_OK;
}

static enum sek_code
take_out(const struct hook *h, const char *dir, struct speaker *to,
    struct sek_err *err)
{
	const char *name = h->name->name;

	if (exists(h->chained)) {
		if (rename(h->chained, h->path))
			return sek_fail_errno(err, "%s: renaming it to %s",
			    h->chained, h->path);
		say(to, "restored your %s in %s", name, dir);
		return SEK_OK;
	}
	if (unlink(h->path))
		return sek_fail_errno(err, "%s: removing it", h->path);
	say(to, "removed %s from %s", name, dir);
	return SEK_OK;
}

/* *left grows where something has to be said of what stays. */
static enum sek_code
uninstall_one(const struct hook *h, const struct sek_hook_place *place,
    struct speaker *to, size_t *left, struct sek_err *err)
{
	sek_auto_buf text = {.max = HOOK_MAX};
	enum sek_hook_mark mark;
	struct stat st;

	mark = mark_of(h->path, &text, &st);
	if (mark == SEK_HOOK_OURS ||
	    (mark == SEK_HOOK_OURS_SHARED && place->set == SEK_HOOKS_SHARED))
		return take_out(h, place->dir, to, err);
	if (mark == SEK_HOOK_OURS_SHARED)
		say(to,
		    "left %s: it is for all repositories, see sekisho "
		    "uninstall --global",
		    h->path);
	else if (mark == SEK_HOOK_EDITED)
		say(to, "left %s: edited since sekisho wrote it", h->path);
	else if (!exists(h->chained))
		return SEK_OK;
	else
		say(to, "left %s: %s is not sekisho's any more", h->chained,
		    h->path);
	(*left)++;
	return SEK_OK;
}

enum sek_code
sek_hook_uninstall(const struct sek_hook_place *place, sek_hook_say_fn *say_fn,
    void *arg, size_t *left, struct sek_err *err)
{
	struct speaker to = {.say = say_fn, .arg = arg};
	const struct sek_hook_name *name;
	auto_hooks hooks = {0};

	for (name = sek_hook_names; name->name; name++)
		add_hook(&hooks, place->dir, name);
	sek_vec_each (h, &hooks) {
		enum sek_code code = uninstall_one(h, place, &to, left, err);

		if (code)
			return code;
	}
	if (to.lines == 0)
		say(&to, "no hook of sekisho's in %s", place->dir);
	return SEK_OK;
}
