#include "scan/guard.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/revs.h"
#include "repo/revs_new.h"
#include "scan/hook_message.h"
#include "scan/source.h"

#define MESSAGE_MAX ((size_t)64 << 20)

struct feed {
	struct sek_run *run;
	bool whole;
	struct sek_oids others, commits;
	const struct sek_push_refs *push;
	const struct sek_receive_refs *receive;
	const char *message_path; /* NULL: no message */
	struct sek_buf message;
};

static enum sek_code
feed_message(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct feed *f = arg;
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_MESSAGE,
	    .path = sek_strdup(f->message_path),
	    .bytes = {.max = MESSAGE_MAX},
	};

	(void)err;
	sek_buf_add_str(&job.bytes, sek_buf_str(&f->message));
	sek_engine_add(e, &job);
	return SEK_OK;
}

static enum sek_code
feed_staged(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct feed *f = arg;
	enum sek_code r = sek_source_staged(e, f->run->repo, &f->others,
	    f->whole, err);

	if (r == SEK_OK && f->message_path)
		r = feed_message(f, e, err);
	return r;
}

static const char *
config_value(const struct sek_config *config, const char *key)
{
	const struct sek_config_entry *e = sek_config_last(config, key);

	return e ? e->value : NULL;
}

static enum sek_code
load_message(struct feed *f, const struct sek_message_file *m,
    struct sek_err *err)
{
	const struct sek_config *config = f->run->config;
	struct sek_message_facts facts = {
	    .edited = m->edited,
	    .cleanup = config_value(config, "commit.cleanup"),
	    .comment_char = config_value(config, "core.commentchar"),
	    .comment_string = config_value(config, "core.commentstring"),
	};
	sek_auto_buf text = {.max = MESSAGE_MAX};
	enum sek_code r = sek_file_read(m->path, &text, err);

	if (r != SEK_OK)
		return r;
	f->message_path = m->path;
	f->message.max = MESSAGE_MAX;
	return sek_hook_message(sek_buf_str(&text), &facts, &f->message, err);
}

enum sek_code
sek_guard_staged(struct sek_run *run, bool whole,
    const struct sek_message_file *message, struct sek_outcome *out,
    struct sek_err *err)
{
	struct feed f = {.run = run, .whole = whole};
	enum sek_code r = sek_repo_merge_heads(run->repo, &f.others, err);

	run->policy.allow_from = SEK_ALLOW_INDEX;
	run->policy.inline_allow = true;
	if (r == SEK_OK && message)
		r = load_message(&f, message, err);
	if (r == SEK_OK)
		r = sek_run_changes(run, &f.others, feed_staged, &f, out, err);
	sek_vec_clear(&f.others);
	sek_buf_clear(&f.message);
	return r;
}

enum sek_code
sek_guard_message(struct sek_run *run, const struct sek_message_file *message,
    struct sek_outcome *out, struct sek_err *err)
{
	struct feed f = {.run = run};
	enum sek_code r = load_message(&f, message, err);

	run->policy.allow_from = SEK_ALLOW_INDEX;
	run->policy.inline_allow = true;
	if (r == SEK_OK)
		r = sek_run_changes(run, NULL, feed_message, &f, out, err);
	sek_buf_clear(&f.message);
	return r;
}

bool
sek_guard_must_check_prepared(const char *message_path)
{
	static const char reverts[] = "This reverts commit ";
	const char *slash = strrchr(message_path, '/');
	sek_auto_buf text = {.max = MESSAGE_MAX};
	sek_auto_free char *git_dir = NULL;

	if (!slash || sek_file_read(message_path, &text, NULL) != SEK_OK)
		return true;
	git_dir = sek_strndup(message_path, (size_t)(slash - message_path));
	if (sek_repo_sequencing_in(git_dir))
		return true;
	return text.n && memmem(text.p, text.n, reverts, sizeof(reverts) - 1);
}

static enum sek_code
feed_commits(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct feed *f = arg;

	return sek_source_commits(e, f->run->repo, &f->commits, f->whole, NULL,
	    err);
}

/* One side of a range. What names no commit is the caller's mistake. */
static enum sek_code
resolve_side(struct sek_run *run, const char *side, struct sek_oid *out,
    struct sek_err *err)
{
	enum sek_code r = sek_repo_resolve(run->repo, *side ? side : "HEAD",
	    out, err);

	if (r != SEK_ENOTFOUND)
		return r;
	return sek_fail(err, SEK_ECONFIG, "--range: %s", err->text);
}

/* "A..B" and "A...B" have a side whose allow-list counts. */
static enum sek_code
base_of(struct sek_run *run, const char *range, bool *has_base,
    struct sek_err *err)
{
	const char *dots = strstr(range, "..");
	sek_auto_free char *base = NULL;
	struct sek_oid tip;
	enum sek_code r;

	*has_base = dots != NULL;
	run->policy.allow_from = SEK_ALLOW_NONE;
	if (!dots)
		return SEK_OK;
	base = sek_strndup(range, (size_t)(dots - range));
	r = resolve_side(run, base, &run->policy.allow_commit, err);
	if (r == SEK_OK)
		r = resolve_side(run, dots + (dots[2] == '.' ? 3 : 2), &tip,
		    err);
	if (r == SEK_OK)
		run->policy.allow_from = SEK_ALLOW_COMMIT;
	return r;
}

/* Other revisions ("HEAD^!", "main"): git says what they are. */
static enum sek_code
list_range(struct sek_run *run, const char *range, bool has_base,
    struct sek_oids *out, size_t *missing, struct sek_err *err)
{
	const char *args[] = {range, NULL};
	enum sek_code r = sek_revs_commits(run->repo, args, out, missing, err);
	struct sek_oid commit;

	if (has_base || (r == SEK_OK && out->n))
		return r;
	if (r != SEK_OK)
		return sek_fail(err, SEK_ECONFIG, "--range: %s", err->text);
	return resolve_side(run, range, &commit, err);
}

enum sek_code
sek_guard_range(struct sek_run *run, const char *range, bool whole,
    struct sek_outcome *out, struct sek_err *err)
{
	struct feed f = {.run = run, .whole = whole};
	size_t missing = 0;
	bool has_base;
	enum sek_code r;

	if (*range == '-' || !*range)
		return sek_fail(err, SEK_ECONFIG, "%s: not a range", range);
	run->policy.inline_allow = false;
	r = base_of(run, range, &has_base, err);
	if (r == SEK_OK)
		r = list_range(run, range, has_base, &f.commits, &missing, err);
	if (r == SEK_OK)
		r = sek_run_changes(run, NULL, feed_commits, &f, out, err);
	if (r == SEK_OK && missing)
		sek_outcome_unread(out, sek_str(range),
		    "%zu commits are missing here", missing);
	sek_oids_sort(&f.commits);
	if (r == SEK_OK && sek_revs_meet_end(run->repo, &f.commits))
		sek_outcome_elsewhere(out, SEK_STR("history"),
		    "a shallow clone: what came before is not here");
	sek_vec_clear(&f.commits);
	return r;
}

/* Arguments for rev-list, owned. */
struct args SEK_VEC_BODY(char *);

static void
add_arg(struct args *args, char *arg)
{
	*sek_vec_push(args) = arg;
}

static void
add_id(struct args *args, const char *prefix, const struct sek_oid *oid)
{
	char hex[SEK_OID_HEX];

	if (!sek_oid_is_none(oid))
		add_arg(args,
		    sek_printf("%s%s", prefix, sek_oid_hex(oid, hex)));
}

static enum sek_code
list_commits(struct sek_repo *repo, struct args *args, struct sek_oids *out,
    struct sek_err *err)
{
	add_arg(args, NULL);
	return sek_revs_commits(repo, (const char *const *)args->at, out, NULL,
	    err);
}

static void
free_args(struct args *args)
{
	sek_vec_each (arg, args)
		free(*arg);
	sek_vec_clear(args);
}

static enum sek_code
feed_push(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct feed *f = arg;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && i < f->push->n; i++) {
		const struct sek_push_ref *ref = &f->push->at[i];

		if (!sek_oid_is_none(&ref->local))
			r = sek_source_ref(e, f->run->repo, ref->remote_name,
			    &ref->local, err);
	}
	return r == SEK_OK ? feed_commits(f, e, err) : r;
}

/* Can it stand in --remotes=? A URL is no remote's name. */
static bool
is_remote_name(const char *s)
{
	return *s && !strpbrk(s, ":*?[\\") && *s != '/' && *s != '.';
}

/* What the remote has is left out, where it is here too. */
static enum sek_code
exclude_known(struct sek_repo *repo, const struct sek_push_refs *refs,
    struct args *args, struct sek_err *err)
{
	sek_auto_buf content = {.max = MESSAGE_MAX};
	sek_auto_odb *odb = NULL;
	enum sek_code r = sek_odb_open(&odb, repo, SEK_ODB_SHARED, err);

	for (size_t i = 0; r == SEK_OK && i < refs->n; i++) {
		const struct sek_oid *theirs = &refs->at[i].remote;
		enum sek_type type;

		if (sek_oid_is_none(theirs))
			continue;
		r = sek_odb_read(odb, theirs, &content, &type, err);
		if (r == SEK_OK && (type == SEK_COMMIT || type == SEK_TAG))
			add_id(args, "^", theirs);
		else if (r == SEK_ENOTFOUND)
			r = SEK_OK;
	}
	return r;
}

/* Remote-tracking refs, held against what the remote itself says it has. */
struct tracking {
	const char *remote;
	const struct sek_push_refs *refs;
	bool wrong;
};

static bool
cut_start(struct sek_str *s, const char *start)
{
	size_t n = strlen(start);

	if (!sek_str_starts(*s, start))
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

static enum sek_code
compare_tracking(void *arg, struct sek_str name, const struct sek_oid *oid,
    struct sek_err *err)
{
	struct tracking *t = arg;

	(void)oid;
	(void)err;
	if (!cut_start(&name, "refs/remotes/") ||
	    !cut_start(&name, t->remote) || !cut_start(&name, "/"))
		return SEK_OK;
	sek_vec_each (ref, t->refs) {
		struct sek_str branch = ref->remote_name;

		if (sek_oid_is_none(&ref->remote) &&
		    !sek_oid_is_none(&ref->local) &&
		    cut_start(&branch, "refs/heads/") &&
		    sek_str_eq(branch, name))
			t->wrong = true;
	}
	return SEK_OK;
}

/* "team" must not be taken to have what "team/private" has. */
static void
exclude_longer_names(const struct sek_config *config, const char *remote,
    struct args *args)
{
	sek_auto_free char *start = sek_printf("remote.%s/", remote);
	const struct sek_config_entry *e;

	for (size_t i = 0; (e = sek_config_at(config, i)); i++) {
		const char *name = e->key + strlen("remote.");
		const char *dot = strrchr(e->key, '.');

		if (sek_str_starts(sek_str(e->key), start) && dot > name)
			add_arg(args,
			    sek_printf("--exclude=%.*s/*", (int)(dot - name),
				name));
	}
}

/*
 * What is at refs/remotes/NAME is left out, unless the remote lacks a branch
 * that it is said there to have: after `git remote set-url`, or where a remote
 * has two places to push to, these refs speak of another repository.
 */
static enum sek_code
exclude_tracked(struct sek_run *run, const char *remote,
    const struct sek_push_refs *refs, struct args *args, struct sek_err *err)
{
	struct tracking t = {.remote = remote, .refs = refs};
	enum sek_code r = SEK_OK;
	bool adds = false;

	if (!is_remote_name(remote))
		return SEK_OK;
	sek_vec_each (ref, refs)
		adds |= sek_oid_is_none(&ref->remote);
	if (adds)
		r = sek_revs_refs(run->repo, compare_tracking, &t, err);
	if (r != SEK_OK || t.wrong)
		return r;
	add_arg(args, sek_strdup("--not"));
	exclude_longer_names(run->config, remote, args);
	add_arg(args, sek_printf("--remotes=%s", remote));
	return SEK_OK;
}

enum sek_code
sek_guard_push(struct sek_run *run, const char *remote,
    const struct sek_push_refs *refs, struct sek_outcome *out,
    struct sek_err *err)
{
	struct feed f = {.run = run, .push = refs};
	struct args args = {0};
	enum sek_code r = exclude_known(run->repo, refs, &args, err);

	for (size_t i = 0; i < refs->n; i++)
		add_id(&args, "", &refs->at[i].local);
	if (r == SEK_OK)
		r = exclude_tracked(run, remote, refs, &args, err);
	if (r == SEK_OK)
		r = list_commits(run->repo, &args, &f.commits, err);
	run->policy.allow_from = SEK_ALLOW_WORK_TREE;
	run->policy.inline_allow = true;
	if (r == SEK_OK)
		r = sek_run_changes(run, NULL, feed_push, &f, out, err);
	free_args(&args);
	sek_vec_clear(&f.commits);
	return r;
}

static enum sek_code
feed_receive(void *arg, struct sek_engine *e, struct sek_err *err)
{
	struct feed *f = arg;
	struct sek_oids seen = {0};
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && i < f->receive->n; i++) {
		const struct sek_receive_ref *ref = &f->receive->at[i];

		if (!sek_oid_is_none(&ref->after))
			r = sek_source_ref(e, f->run->repo, ref->name,
			    &ref->after, err);
	}
	if (r == SEK_OK)
		r = sek_source_commits(e, f->run->repo, &f->commits, f->whole,
		    &seen, err);
	if (r == SEK_OK && f->run->repo->quarantine)
		r = sek_source_quarantine(e, f->run->repo, &seen, err);
	sek_vec_clear(&seen);
	return r;
}

static enum sek_code
server_policy(struct sek_run *run, struct sek_err *err)
{
	bool trust;
	enum sek_code r = sek_config_bool(run->config,
	    "sekisho.trustallowances", false, &trust, err);

	if (r != SEK_OK)
		return r;
	run->policy.inline_allow = trust;
	run->policy.allow_from = SEK_ALLOW_NONE;
	if (trust &&
	    sek_repo_resolve(run->repo, "HEAD", &run->policy.allow_commit,
		NULL) == SEK_OK)
		run->policy.allow_from = SEK_ALLOW_COMMIT;
	return SEK_OK;
}

enum sek_code
sek_guard_receive(struct sek_run *run, const struct sek_receive_refs *refs,
    struct sek_outcome *out, struct sek_err *err)
{
	struct feed f = {.run = run, .receive = refs};
	SEK_VEC(struct sek_new_tip) tips = {0};
	enum sek_code r = server_policy(run, err);

	if (r != SEK_OK)
		return r;
	sek_vec_each (ref, refs)
		if (!sek_oid_is_none(&ref->after))
			*sek_vec_push(&tips) = (struct sek_new_tip){
			    ref->after, ref->name};
	r = sek_revs_new(run->repo, tips.at, tips.n, &f.commits, err);
	if (r == SEK_OK)
		r = sek_run_changes(run, NULL, feed_receive, &f, out, err);
	sek_vec_clear(&tips);
	sek_vec_clear(&f.commits);
	return r;
}

static enum sek_code
read_allow(struct sek_run *run, const struct sek_policy_options *o,
    struct sek_allow **out, struct sek_err *err)
{
	*out = sek_allow_new();
	return sek_policy_add_allow(*out, run->repo, o, NULL, err);
}

enum sek_code
sek_guard_added(struct sek_run *run, sek_allow_fn *fn, void *arg,
    struct sek_err *err)
{
	struct sek_policy_options head = {.allow_from = SEK_ALLOW_COMMIT};
	struct sek_policy_options index = {.allow_from = SEK_ALLOW_INDEX};
	struct sek_allow *before = NULL, *after = NULL;
	enum sek_code r = sek_repo_resolve(run->repo, "HEAD",
	    &head.allow_commit, err);

	if (r == SEK_ENOTFOUND)
		head.allow_from = SEK_ALLOW_NONE;
	else if (r != SEK_OK)
		return r;
	/* What does not parse in HEAD allows nothing, so all is added. */
	if (read_allow(run, &head, &before, NULL) != SEK_OK) {
		sek_allow_free(before);
		before = NULL;
	}
	r = read_allow(run, &index, &after, err);
	if (r == SEK_OK)
		sek_allow_added(before, after, fn, arg);
	sek_allow_free(before);
	sek_allow_free(after);
	return r;
}
