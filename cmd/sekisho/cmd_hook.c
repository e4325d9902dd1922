#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "scan/guard.h"
#include "scan/hook_chain.h"
#include "sekisho/commands.h"
#include "sekisho/output.h"
#include "sekisho/progress.h"

struct options {
	const char *chain;
	bool chain_repository;
};

static const struct cli_opt opts[] = {
    {0, "chain", CLI_FILE, offsetof(struct options, chain), "FILE", NULL,
	"Run FILE, the hook that was there before, first", false},
    {0, "chain-repository", CLI_FLAG,
	offsetof(struct options, chain_repository), NULL, NULL,
	"Run the repository's own hook of that name first", false},
    {0},
};

/* One call of a hook: what git gave it. */
struct call {
	const char *name;
	int argc;
	char **argv; /* after the name; NULL-terminated */
	struct sek_buf input;
	struct sek_run run;
};

typedef enum sek_code
check_fn(struct call *c, struct sek_outcome *out, struct sek_err *err);

static enum sek_code
check_staged(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	return sek_guard_staged(&c->run, false, NULL, out, err);
}

static enum sek_code
need(const struct call *c, int n, struct sek_err *err)
{
	if (c->argc >= n)
		return SEK_OK;
	return sek_fail(err, SEK_ECONFIG,
	    "%s: git gives this hook %d or more arguments, and there are %d",
	    c->name, n, c->argc);
}

/* GIT_EDITOR is ":" where git starts no editor. */
static enum sek_code
check_message(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	const char *editor = getenv("GIT_EDITOR");
	struct sek_message_file m = {
	    .edited = !editor || strcmp(editor, ":") != 0,
	};
	enum sek_code r = need(c, 1, err);

	m.path = c->argv[0];
	return r == SEK_OK ? sek_guard_message(&c->run, &m, out, err) : r;
}

static enum sek_code
check_prepared(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_message_file m = {.path = c->argv[0]};
	enum sek_code r = need(c, 1, err);

	return r == SEK_OK ? sek_guard_staged(&c->run, false, &m, out, err) : r;
}

/* `git am` has applied the patch to the index, and keeps its message here. */
static enum sek_code
check_patch(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	sek_auto_free char *file = sek_printf("%s/rebase-apply/final-commit",
	    c->run.repo->git_dir);
	struct sek_message_file m = {.path = file};

	return sek_guard_staged(&c->run, false, access(file, F_OK) ? NULL : &m,
	    out, err);
}

static enum sek_code
check_push(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_push_refs refs = {0};
	enum sek_code r = need(c, 1, err);

	if (r == SEK_OK)
		r = sek_hook_input_push(sek_buf_str(&c->input), &refs, err);
	if (r == SEK_OK && refs.n)
		r = sek_guard_push(&c->run, c->argv[0], &refs, out, err);
	sek_vec_clear(&refs);
	return r;
}

static enum sek_code
check_receive(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_receive_refs refs = {0};
	enum sek_code r = sek_hook_input_receive(sek_buf_str(&c->input), &refs,
	    err);

	if (r == SEK_OK && refs.n)
		r = sek_guard_receive(&c->run, &refs, out, err);
	sek_vec_clear(&refs);
	return r;
}

static enum sek_code
check_update(struct call *c, struct sek_outcome *out, struct sek_err *err)
{
	struct sek_receive_ref ref;
	struct sek_receive_refs refs = {.at = &ref, .n = 1};
	enum sek_code r = sek_hook_input_update(c->argc, c->argv, &ref, err);

	return r == SEK_OK ? sek_guard_receive(&c->run, &refs, out, err) : r;
}

/* What each hook checks, and what a person does about a finding. */
static const struct hook {
	const char *name;
	check_fn *check;
	enum { CHECK, COMMIT, REPORT_ONLY } is;
	const char *refused; /* what did not happen, and how to mend it */
} hooks[] = {
    {"pre-commit", check_staged, COMMIT,
	"Nothing was committed. Take the secret out of the file and `git add` "
	"it again."},
    {"pre-merge-commit", check_staged, COMMIT,
	"The merge was not committed. Take the secret out, `git add` the file "
	"and `git commit`, or `git merge --abort`."},
    {"prepare-commit-msg", check_prepared, COMMIT,
	"Nothing was committed. Take the secret out and `git add` the file "
	"again, then continue, or abort what you began."},
    {"commit-msg", check_message, CHECK,
	"Nothing was committed. Take the secret out of the message; its text "
	"is still in .git/COMMIT_EDITMSG."},
    {"pre-applypatch", check_patch, COMMIT,
	"The patch was not committed. `git am --abort`, and ask for a patch "
	"without the secret."},
    {"pre-push", check_push, CHECK,
	"Nothing was pushed. Take the secret out of these commits: `git rebase "
	"-i`, or `git commit --amend` for the last one."},
    {"pre-receive", check_receive, CHECK,
	"The push was refused. Take the secret out of these commits (`git "
	"rebase -i`) and push again."},
    {"update", check_update, REPORT_ONLY,
	"The push holds secrets; the update hook only reports them."},
};

static const struct hook *
find(const char *name)
{
	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		if (!strcmp(hooks[i].name, name))
			return &hooks[i];
	return NULL;
}

/* Not its reason: that is any text, and may hold what it allows. */
static void
added(void *arg, const struct sek_allow_entry *e)
{
	(void)arg;
	if (e->line)
		fprintf(stderr, "sekisho: this commit allows: %s (%s:%zu)\n",
		    e->what, e->name, e->line);
	else
		fprintf(stderr, "sekisho: this commit allows: %s (%s)\n",
		    e->what, e->name);
}

static void
say_what_to_do(const struct hook *h, const struct sek_outcome *out)
{
	fflush(stdout);
	if (out->founds.n) {
		fprintf(stderr, "\nsekisho: %zu %s found. %s\n", out->founds.n,
		    out->founds.n == 1 ? "secret was" : "secrets were",
		    h->refused);
		fputs("A secret that was ever pushed or shared must be "
		      "rotated: see `man sekisho`, ROTATING.\n"
		      "Not a secret? sekisho allow FINGERPRINT --reason "
		      "'...', or on the line: sekisho:allow RULE reason\n",
		    stderr);
	} else if (out->counts.unread) {
		fputs("\nsekisho: refused, because not everything could be "
		      "read (see above).\n",
		    stderr);
	}
}

/*
 * The hook that ours replaced comes first, so that what a formatter changes is
 * checked. Its failure ends the hook with its own status.
 */
static enum sek_code
chain(const struct options *o, struct call *c, const struct hook *h,
    int *status, struct sek_err *err)
{
	sek_auto_free char *own = NULL;
	const char *path = o->chain;
	struct sek_str input = sek_buf_str(&c->input);
	enum sek_code r;

	*status = 0;
	if (o->chain_repository) {
		r = sek_hook_chain_repository(c->name, &own, err);
		if (r != SEK_OK)
			return r;
		path = own;
	}
	if (!path)
		return SEK_OK;
	if (!h)
		return sek_hook_chain_exec(path, c->argv, err);
	return sek_hook_chain_run(path, c->argv,
	    sek_hook_has_input(c->name) ? &input : NULL, status, err);
}

static bool
is_needed(const struct call *c, const struct hook *h)
{
	return h->check != check_prepared || !c->argc ||
	    sek_guard_must_check_prepared(c->argv[0]);
}

static int
check(struct call *c, const struct hook *h)
{
	struct output show = {0};
	struct sek_outcome out = {0};
	sek_auto_repo *repo = NULL;
	struct sek_err err;
	enum sek_code r = sek_repo_open(&repo, NULL, &err);
	int status;

	if (r == SEK_OK) {
		c->run.repo = repo;
		c->run.config = repo->config;
		progress_start(&c->run);
		r = h->check(c, &out, &err);
		progress_end();
	}
	if (r == SEK_OK && out.allow_changed && h->is == COMMIT)
		r = sek_guard_added(&c->run, added, NULL, &err);
	if (r == SEK_OK && out.policy) {
		status = output_report(&show, &out);
		say_what_to_do(h, &out);
	} else {
		status = r == SEK_OK ? CLI_EXIT_OK : cli_fail(&err);
	}
	sek_outcome_clear(&out);
	return h->is == REPORT_ONLY ? CLI_EXIT_OK : status;
}

static int
run(const void *opts_, int argc, char **argv)
{
	const struct options *o = opts_;
	struct call c = {
	    .name = argv[0],
	    .argc = argc - 1,
	    .argv = argv + 1,
	    .run.threads = 1,
	    .run.quick = true,
	    .run.use = SEK_ODB_FEW,
	};
	const struct hook *h = find(c.name);
	struct sek_err err;
	enum sek_code r = SEK_OK;
	int status;

	if (!h && !o->chain && !o->chain_repository)
		r = sek_fail(&err, SEK_ECONFIG,
		    "%s: not a hook that sekisho checks", c.name);
	if (r == SEK_OK && h && sek_hook_has_input(c.name))
		r = sek_hook_input_read(STDIN_FILENO, &c.input, &err);
	if (r == SEK_OK)
		r = chain(o, &c, h, &status, &err);
	if (r != SEK_OK)
		status = cli_fail(&err);
	else if (!status && h && is_needed(&c, h))
		status = check(&c, h);
	sek_buf_clear(&c.input);
	return status;
}

const struct cli_cmd cmd_hook = {
    .name = "hook",
    .summary = "Check what a git hook is called for",
    .details = "For scripts that git runs as hooks; `sekisho install` writes "
	       "them. NAME is the hook's name, and what follows is what git "
	       "gave it.",
    .operand = {"NAME [ARG...]", CLI_FLAG, NULL, 1, SIZE_MAX},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};
