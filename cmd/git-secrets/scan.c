#include <stdio.h>
#include <string.h>

#include "git-secrets/commands.h"
#include "git-secrets/say.h"
#include "scan/compat.h"

static void
say_missing(void *arg, const char *command)
{
	(void)arg;
	fprintf(stderr, "git-secrets: %s: command not found\n", command);
}

static void
say_mitigations(void)
{
	fputs("\n[ERROR] Matched one or more prohibited patterns\n"
	      "\nPossible mitigations:\n"
	      "- Mark false positives as allowed using: git config --add "
	      "secrets.allowed ...\n"
	      "- Mark false positives as allowed by adding regular expressions "
	      "to .gitallowed at repository's root directory\n"
	      "- List your configured patterns: git config --get-all "
	      "secrets.patterns\n"
	      "- List your configured allowed patterns: git config --get-all "
	      "secrets.allowed\n"
	      "- List your configured allowed patterns in .gitallowed at "
	      "repository's root directory\n"
	      "- Use --no-verify if this is a one-time false positive\n",
	    stderr);
}

/* Findings first, as everything that reads a hook's output expects. */
static int
report(const struct sek_compat_result *r)
{
	if (r->lines.n)
		fwrite(r->lines.p, 1, r->lines.n, stderr);
	sek_vec_each (line, &r->unread)
		fprintf(stderr, "git-secrets: %s\n", *line);
	if (r->lines.n) {
		say_mitigations();
		return STATUS_FOUND;
	}
	return r->unread_n ? STATUS_FAILED : STATUS_CLEAN;
}

typedef enum sek_code scan_fn(struct sek_compat *c, const void *arg,
    struct sek_compat_result *out, struct sek_err *err);

static int
scan(enum sek_compat_need need, scan_fn *fn, const void *arg)
{
	struct sek_compat_result result = {0};
	struct sek_compat *c;
	struct sek_err err;
	enum sek_code r = sek_compat_open(&c, need, say_missing, NULL, &err);
	int status = STATUS_FAILED;

	if (r == SEK_ENOTFOUND || r == SEK_EDENIED) {
		say_fatal(&err);
		return STATUS_GIT;
	}
	if (r == SEK_OK)
		r = fn(c, arg, &result, &err);
	if (r == SEK_OK || result.lines.n)
		status = report(&result);
	if (r != SEK_OK)
		fprintf(stderr, "git-secrets: %s\n", err.text);
	sek_compat_result_clear(&result);
	sek_compat_close(c);
	return status;
}

static enum sek_code
files(struct sek_compat *c, const void *arg, struct sek_compat_result *out,
    struct sek_err *err)
{
	return sek_compat_scan(c, arg, out, err);
}

int
run_scan(const struct args *a)
{
	struct sek_compat_scan s = {
	    .recursive = a->recursive,
	    .cached = a->cached,
	    .no_index = a->no_index,
	    .untracked = a->untracked,
	    .name = (const char *const *)a->word,
	};
	enum sek_compat_need need = SEK_COMPAT_NEED_NOTHING;

	if (a->cached && !a->no_index)
		need = SEK_COMPAT_NEED_REPO;
	else if ((!a->n || a->untracked) && !a->no_index)
		need = SEK_COMPAT_NEED_WORK_TREE;
	return scan(need, files, &s);
}

static enum sek_code
history(struct sek_compat *c, const void *arg, struct sek_compat_result *out,
    struct sek_err *err)
{
	(void)arg;
	return sek_compat_history(c, out, err);
}

int
run_scan_history(const struct args *a)
{
	(void)a;
	return scan(SEK_COMPAT_NEED_REPO, history, NULL);
}

static enum sek_code
staged(struct sek_compat *c, const void *arg, struct sek_compat_result *out,
    struct sek_err *err)
{
	(void)arg;
	return sek_compat_staged(c, out, err);
}

int
run_pre_commit(const struct args *a)
{
	(void)a;
	return scan(SEK_COMPAT_NEED_REPO, staged, NULL);
}

static enum sek_code
message(struct sek_compat *c, const void *arg, struct sek_compat_result *out,
    struct sek_err *err)
{
	return sek_compat_message(c, arg, out, err);
}

int
run_commit_msg(const struct args *a)
{
	return scan(SEK_COMPAT_NEED_NOTHING, message, a->n ? a->word[0] : "");
}

static enum sek_code
merge(struct sek_compat *c, const void *arg, struct sek_compat_result *out,
    struct sek_err *err)
{
	(void)arg;
	return sek_compat_merge(c, out, err);
}

/* It runs at every commit: only a merge has something to look at. */
int
run_prepare_commit_msg(const struct args *a)
{
	const char *source = a->n > 1 ? a->word[1] : "";

	if (strcmp(source, "merge") != 0 || (a->n > 2 && *a->word[2]))
		return STATUS_CLEAN;
	return scan(SEK_COMPAT_NEED_REPO, merge, NULL);
}
