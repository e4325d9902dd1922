#include "scan/compat.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/attribute.h"
#include "scan/compat_history.h"
#include "scan/hook_message.h"
#include "scan/new.h"
#include "scan/source.h"

#define MESSAGE_MAX ((size_t)64 << 20)
#define LINES_MAX   ((size_t)1 << 30) /* of output, in bytes */
#define THREADS_MAX 64

struct sek_compat {
	struct sek_repo *repo; /* NULL: not asked for, or there is none */
	struct sek_config *own_config;
	const struct sek_config *config;
	struct sek_policy *policy; /* NULL: there is nothing to look for */
};

/* One scan. */
struct scan {
	struct sek_compat *compat;
	const struct sek_compat_scan *files;
	struct sek_oids heads, commits; /* of a merge; to be scanned */
	struct sek_compat_texts texts;
	struct sek_outcome outcome;
	bool quote, history, changes;
	enum sek_odb_use use;
	unsigned threads; /* 0: one for each processor */
};

enum sek_code
sek_compat_open(struct sek_compat **out, enum sek_compat_need need,
    sek_compat_missing_fn *missing, void *arg, struct sek_err *err)
{
	struct sek_compat *c = sek_alloc(sizeof(*c));
	enum sek_code r;

	*out = NULL;
	if (need == SEK_COMPAT_NEED_NOTHING)
		r = sek_config_load(&c->own_config, NULL, err);
	else
		r = sek_repo_open(&c->repo, NULL, err);
	if (r == SEK_OK && need == SEK_COMPAT_NEED_WORK_TREE &&
	    !c->repo->work_tree)
		r = sek_fail(err, SEK_ENOTFOUND,
		    "this operation must be run in a work tree");
	if (r == SEK_OK) {
		c->config = c->repo ? c->repo->config : c->own_config;
		r = sek_compat_policy_load(&c->policy, c->config, missing, arg,
		    err);
	}
	if (r != SEK_OK) {
		sek_compat_close(c);
		return r;
	}
	*out = c;
	return SEK_OK;
}

void
sek_compat_close(struct sek_compat *c)
{
	if (!c)
		return;
	sek_policy_free(c->policy);
	sek_config_free(c->own_config);
	sek_repo_free(c->repo);
	free(c);
}

void
sek_compat_result_clear(struct sek_compat_result *r)
{
	sek_buf_clear(&r->lines);
	sek_vec_each (line, &r->unread)
		free(*line);
	sek_vec_clear(&r->unread);
}

static void
clear(struct scan *s)
{
	/* The policy is the scan's caller's. */
	s->outcome.policy = NULL;
	sek_outcome_clear(&s->outcome);
	sek_compat_texts_clear(&s->texts);
	sek_vec_clear(&s->heads);
	sek_vec_clear(&s->commits);
}

typedef enum sek_code
feed_fn(struct scan *s, struct sek_engine *e, struct sek_err *err);

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static enum sek_code
run(struct scan *s, feed_fn *feed, struct sek_err *err)
{
	struct sek_engine_options o = {
	    .policy = s->compat->policy,
	    .repo = s->compat->repo,
	    .use = s->use,
	    .threads = s->threads ? s->threads : processors(),
	};
	struct sek_engine *e = sek_engine_new(&o);
	enum sek_code r = feed(s, e, err);

	sek_engine_finish(&e, &s->outcome);
	if (r == SEK_OK && s->changes && s->outcome.founds.n)
		r = sek_new_keep(s->compat->repo, NULL, &s->outcome.founds,
		    err);
	return r;
}

static enum sek_code
redaction(const struct sek_compat *c, enum sek_compat_redact *out,
    struct sek_err *err)
{
	bool all;
	enum sek_code r = sek_config_bool(c->config, "secrets.redact", false,
	    &all, err);

	if (!sek_config_last(c->config, "secrets.redact"))
		*out = SEK_COMPAT_REDACT_KEYS;
	else
		*out = all ? SEK_COMPAT_REDACT_ALL : SEK_COMPAT_REDACT_NONE;
	return r;
}

/* Only where something was found is it asked what is allowed. */
static enum sek_code
tell(struct scan *s, struct sek_buf *out, struct sek_err *err)
{
	struct sek_compat *c = s->compat;
	struct sek_compat_allow *allow = NULL;
	struct sek_compat_view view = {
	    .policy = c->policy,
	    .texts = &s->texts,
	    .quote = s->quote,
	    .history = s->history,
	};
	enum sek_code r = redaction(c, &view.redact, err);

	out->max = LINES_MAX;
	if (r == SEK_OK)
		r = sek_config_bool(c->config, "core.quotepath", true,
		    &view.quote_high, err);
	if (r == SEK_OK && !c->repo &&
	    sek_repo_open(&c->repo, NULL, err) == SEK_EDENIED)
		r = SEK_EDENIED;
	if (r == SEK_OK)
		r = sek_compat_allow_load(&allow, c->config,
		    c->repo ? c->repo->work_tree : NULL, err);
	view.repo = c->repo;
	view.allow = allow;
	if (r == SEK_OK)
		r = sek_compat_lines(out, &view, &s->outcome.founds, err);
	sek_compat_allow_free(allow);
	return r;
}

static enum sek_code
attribute(struct scan *s, struct sek_err *err)
{
	const struct sek_repo *repo = s->compat->repo;

	s->outcome.policy = s->compat->policy;
	if (!s->outcome.founds.n)
		return SEK_OK;
	sek_attribute(s->compat->repo, &s->outcome, NULL);
	return repo->work_tree ? sek_compat_name_staged(&s->outcome.founds, err)
			       : SEK_OK;
}

static enum sek_code
scan(struct scan *s, feed_fn *feed, struct sek_compat_result *out,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	if (s->compat->policy)
		r = run(s, feed, err);
	if (r == SEK_OK && s->history)
		r = attribute(s, err);
	if (r == SEK_OK && s->outcome.founds.n)
		r = tell(s, &out->lines, err);
	out->unread_n += s->outcome.counts.unread;
	sek_vec_each (line, &s->outcome.unread)
		*sek_vec_push(&out->unread) = sek_steal(line);
	s->outcome.unread.n = 0;
	clear(s);
	return r;
}

static enum sek_code
feed_files(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	const struct sek_compat_scan *f = s->files;
	struct sek_compat_files which = {
	    .cached = f->cached,
	    .untracked = f->untracked,
	    .pathspec = f->name,
	};

	if (f->no_index)
		return sek_compat_files_plain(e, f->name, err);
	if (!*f->name || f->cached || f->untracked)
		return sek_compat_files_git(e, &which, err);
	sek_compat_files_named(e, f->name, f->recursive, &s->texts);
	return SEK_OK;
}

enum sek_code
sek_compat_scan(struct sek_compat *c, const struct sek_compat_scan *files,
    struct sek_compat_result *out, struct sek_err *err)
{
	struct scan s = {
	    .compat = c,
	    .files = files,
	    .quote = !*files->name || files->cached || files->untracked ||
		files->no_index,
	    .use = SEK_ODB_MANY,
	};

	/* A few files are done before a thread has started. */
	if (!s.quote && !files->recursive)
		s.threads = 1;
	return scan(&s, feed_files, out, err);
}

static enum sek_code
feed_commits(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	return sek_source_commits(e, s->compat->repo, &s->commits, false, NULL,
	    err);
}

static enum sek_code
feed_objects(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	return sek_source_objects(e, s->compat->repo, NULL, NULL, err);
}

/* What branches, tags and the stash reach, commit by commit. */
static enum sek_code
scan_reachable(struct sek_compat *c, struct sek_compat_result *out,
    struct sek_err *err)
{
	static const char *const all[] = {"--all", NULL};
	struct scan s = {.compat = c, .quote = true, .use = SEK_ODB_MANY};
	enum sek_code r = sek_revs_commits(c->repo, all, &s.commits, NULL, err);

	if (r == SEK_OK)
		return scan(&s, feed_commits, out, err);
	clear(&s);
	return r;
}

static enum sek_code
scan_objects(struct sek_compat *c, struct sek_compat_result *out,
    struct sek_err *err)
{
	struct scan s = {
	    .compat = c,
	    .quote = true,
	    .history = true,
	    .use = SEK_ODB_FEW,
	};

	return scan(&s, feed_objects, out, err);
}

enum sek_code
sek_compat_history(struct sek_compat *c, struct sek_compat_result *out,
    struct sek_err *err)
{
	static const char *const none[] = {NULL};
	struct sek_compat_scan tree = {.name = none};
	bool everything;
	enum sek_code r = sek_config_bool(c->config, "secrets.unreachable",
	    true, &everything, err);

	if (r == SEK_OK)
		r = everything ? scan_objects(c, out, err)
			       : scan_reachable(c, out, err);
	if (r != SEK_OK || out->lines.n || !c->repo->work_tree)
		return r;
	return sek_compat_scan(c, &tree, out, err);
}

static enum sek_code
list_merged(struct scan *s, struct sek_err *err)
{
	SEK_VEC(char *) args = {0};
	struct sek_oid head;
	enum sek_code r;

	if (!s->heads.n)
		return SEK_OK;
	sek_vec_each (oid, &s->heads) {
		char hex[SEK_OID_HEX];

		*sek_vec_push(&args) = sek_strdup(sek_oid_hex(oid, hex));
	}
	r = sek_repo_resolve(s->compat->repo, "HEAD", &head, err);
	if (r == SEK_OK) {
		*sek_vec_push(&args) = sek_strdup("--not");
		*sek_vec_push(&args) = sek_strdup("HEAD");
	} else if (r == SEK_ENOTFOUND) {
		r = SEK_OK;
	}
	*sek_vec_push(&args) = NULL;
	if (r == SEK_OK)
		r = sek_revs_commits(s->compat->repo,
		    (const char *const *)args.at, &s->commits, NULL, err);
	sek_vec_each (arg, &args)
		free(*arg);
	sek_vec_clear(&args);
	return r;
}

static enum sek_code
feed_index(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	static const char *const top[] = {":/", NULL};
	struct sek_compat_files all = {.cached = true, .pathspec = top};

	(void)s;
	return sek_compat_files_git(e, &all, err);
}

static enum sek_code
feed_staged(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	static const struct sek_oids no_others;
	enum sek_code r = sek_source_staged(e, s->compat->repo, &no_others,
	    true, err);

	return r == SEK_OK ? feed_commits(s, e, err) : r;
}

/*
 * Nothing staged is nothing to scan, but for the one caller who means the whole
 * index by it: the pre-commit framework with --all-files, outside of a commit
 * (in one, git sets GIT_INDEX_FILE).
 */
static enum sek_code
means_all(const struct sek_compat *c, bool *yes, struct sek_err *err)
{
	bool framework = getenv("PRE_COMMIT") && !getenv("GIT_INDEX_FILE");

	return sek_config_bool(c->config, "secrets.nothingstaged", framework,
	    yes, err);
}

static enum sek_code
staged_one(void *arg, const struct sek_oid *commit,
    const struct sek_change *change, struct sek_err *err)
{
	(void)commit, (void)change, (void)err;
	*(bool *)arg = true;
	return SEK_ECANCEL;
}

static enum sek_code
is_anything_staged(struct sek_compat *c, bool *yes, struct sek_err *err)
{
	static const struct sek_oids none;
	enum sek_code r;

	*yes = false;
	r = sek_changes_staged(c->repo, &none, staged_one, yes, err);
	return *yes ? SEK_OK : r;
}

/* A commit to be, with what it merges. */
static enum sek_code
begin_changes(struct scan *s, struct sek_compat *c, struct sek_err *err)
{
	enum sek_code r;

	*s = (struct scan){
	    .compat = c,
	    .quote = true,
	    .changes = true,
	    .use = SEK_ODB_FEW,
	    .threads = 1,
	};
	r = sek_repo_merge_heads(c->repo, &s->heads, err);
	return r ? r : list_merged(s, err);
}

enum sek_code
sek_compat_staged(struct sek_compat *c, struct sek_compat_result *out,
    struct sek_err *err)
{
	struct scan s;
	bool all, any = true;
	enum sek_code r = begin_changes(&s, c, err);

	if (r == SEK_OK)
		r = means_all(c, &all, err);
	if (r == SEK_OK && all)
		r = is_anything_staged(c, &any, err);
	if (r != SEK_OK) {
		clear(&s);
		return r;
	}
	return scan(&s, any ? feed_staged : feed_index, out, err);
}

enum sek_code
sek_compat_merge(struct sek_compat *c, struct sek_compat_result *out,
    struct sek_err *err)
{
	struct scan s;
	enum sek_code r = begin_changes(&s, c, err);

	if (r != SEK_OK) {
		clear(&s);
		return r;
	}
	return scan(&s, feed_commits, out, err);
}

struct message {
	struct scan scan; /* first, for feed_message */
	const char *path;
	struct sek_buf text;
};

static enum sek_code
feed_message(struct scan *s, struct sek_engine *e, struct sek_err *err)
{
	struct message *m = (struct message *)s;

	(void)err;
	sek_compat_files_text(e, m->path, sek_buf_str(&m->text), &s->texts);
	return SEK_OK;
}

static const char *
value(const struct sek_config *config, const char *key)
{
	const struct sek_config_entry *e = sek_config_last(config, key);

	return e ? e->value : NULL;
}

/* GIT_EDITOR is ":" where git starts no editor. */
enum sek_code
sek_compat_message(struct sek_compat *c, const char *path,
    struct sek_compat_result *out, struct sek_err *err)
{
	const char *editor = getenv("GIT_EDITOR");
	struct sek_message_facts facts = {
	    .edited = !editor || strcmp(editor, ":") != 0,
	    .cleanup = value(c->config, "commit.cleanup"),
	    .comment_char = value(c->config, "core.commentchar"),
	    .comment_string = value(c->config, "core.commentstring"),
	};
	sek_auto_buf text = {.max = MESSAGE_MAX};
	struct message m = {
	    .scan = {.compat = c, .threads = 1},
	    .path = path,
	    .text = {.max = MESSAGE_MAX},
	};
	enum sek_code r = sek_file_read(path, &text, err);

	if (r == SEK_OK)
		r = sek_hook_message(sek_buf_str(&text), &facts, &m.text, err);
	if (r == SEK_OK)
		r = scan(&m.scan, feed_message, out, err);
	sek_buf_clear(&m.text);
	return r;
}
