#include "scan/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "repo/changes.h"
#include "repo/objects.h"

#define RULE_FILE_MAX  ((size_t)4 << 20)
#define ALLOW_FILE_MAX ((size_t)4 << 20)

void
sek_policy_today(char out[11])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(out, 11, "%Y-%m-%d", &tm);
}

/* `~/` is the home directory; a relative path is relative to the top. */
static char *
config_path(const struct sek_repo *repo, const char *path)
{
	const char *home = getenv("HOME");

	if (!strncmp(path, "~/", 2) && home)
		return sek_printf("%s/%s", home, path + 2);
	if (*path == '/' || !repo)
		return sek_strdup(path);
	return sek_printf("%s/%s", repo->dir, path);
}

static enum sek_code
add_rule_file(struct sek_ruleset_draft *draft, const char *path,
    struct sek_err *err)
{
	sek_auto_buf text = {.max = RULE_FILE_MAX};
	enum sek_code r = sek_file_read(path, &text, err);

	if (r != SEK_OK)
		return sek_fail(err, SEK_ECONFIG, "rules: %s",
		    err ? err->text : "");
	return sek_ruleset_add_file(draft, sek_buf_str(&text), path, err);
}

static bool
is_rule_key(const char *key)
{
	return !strcmp(key, "sekisho.rulesfile") ||
	    !strcmp(key, "sekisho.rule") || !strcmp(key, "secrets.patterns");
}

static bool
has_own_rules(const struct sek_config *config,
    const struct sek_policy_options *o)
{
	const struct sek_config_entry *e;

	if (o->rule_files && *o->rule_files)
		return true;
	for (size_t i = 0; config && (e = sek_config_at(config, i)); i++)
		if (is_rule_key(e->key))
			return true;
	return false;
}

static enum sek_code
add_config_rules(struct sek_ruleset_draft *draft, const struct sek_repo *repo,
    const struct sek_config *config, struct sek_err *err)
{
	const struct sek_config_entry *e;
	enum sek_code r = SEK_OK;
	unsigned patterns = 0;
	char id[32];

	for (size_t i = 0; r == SEK_OK && (e = sek_config_at(config, i)); i++) {
		if (!is_rule_key(e->key) || !e->value || !*e->value ||
		    !strcmp(e->key, "sekisho.rule"))
			continue;
		if (!strcmp(e->key, "secrets.patterns")) {
			snprintf(id, sizeof(id), "secrets-pattern-%u",
			    ++patterns);
			r = sek_ruleset_add_ere(draft, e->value, id,
			    "git config secrets.patterns", err);
		} else {
			sek_auto_free char *path = config_path(repo, e->value);

			r = add_rule_file(draft, path, err);
		}
	}
	return r;
}

/* Rules that are off by default; when all files are read, whose they may be. */
static enum sek_code
switch_rules_on(struct sek_ruleset_draft *draft,
    const struct sek_config *config, struct sek_err *err)
{
	const struct sek_config_entry *e;
	struct sek_err why;

	for (size_t i = 0; (e = sek_config_at(config, i)); i++) {
		if (strcmp(e->key, "sekisho.rule") != 0 || !e->value)
			continue;
		if (sek_ruleset_switch(draft, e->value, true, &why))
			return sek_fail(err, SEK_ECONFIG,
			    "git config sekisho.rule: %s: %s", e->value,
			    why.text);
	}
	return SEK_OK;
}

static enum sek_code
load_rules(struct sek_policy *p, const struct sek_repo *repo,
    const struct sek_config *config, const struct sek_policy_options *o,
    struct sek_err *err)
{
	struct sek_ruleset_draft *draft;
	enum sek_code r = SEK_OK;

	p->rules = &sek_ruleset_builtin;
	if (!has_own_rules(config, o))
		return SEK_OK;
	draft = sek_ruleset_draft_new(true);
	sek_ruleset_decode(draft);
	if (config)
		r = add_config_rules(draft, repo, config, err);
	for (size_t i = 0; r == SEK_OK && o->rule_files && o->rule_files[i];
	     i++)
		r = add_rule_file(draft, o->rule_files[i], err);
	if (r == SEK_OK && config)
		r = switch_rules_on(draft, config, err);
	if (r == SEK_OK)
		r = sek_ruleset_make(sek_steal(&draft), &p->own_rules, err);
	sek_ruleset_draft_free(draft);
	if (r == SEK_OK)
		p->rules = p->own_rules;
	return r;
}

static enum sek_code
read_object(struct sek_repo *repo, const struct sek_oid *oid,
    struct sek_buf *out, struct sek_err *err)
{
	sek_auto_odb *odb = NULL;
	enum sek_type type;
	enum sek_code r = sek_odb_open(&odb, repo, SEK_ODB_SHARED, err);

	if (r == SEK_OK)
		r = sek_odb_read(odb, oid, out, &type, err);
	return r;
}

/*
 * What whoever made the work tree put there: neither a link to somewhere else
 * (the index would hold the link's text) nor a pipe that never ends.
 */
static enum sek_code
read_plain_file(const char *path, const char *name, struct sek_buf *out,
    bool *there, struct sek_err *err)
{
	int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	enum sek_code r;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return SEK_OK;
	if (fd < 0 && errno == ELOOP)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: a symbolic link is not followed", name);
	if (fd < 0)
		return sek_fail_errno(err, "%s", name);
	*there = true;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		r = sek_fd_read(fd, name, out, err);
	else
		r = sek_fail(err, SEK_ECONFIG, "%s: not a regular file", name);
	close(fd);
	return r;
}

enum sek_code
sek_policy_file(struct sek_repo *repo, const char *name,
    const struct sek_policy_options *o, struct sek_buf *out, bool *there,
    struct sek_err *err)
{
	bool index = o->allow_from == SEK_ALLOW_INDEX;
	sek_auto_free char *path = NULL;
	struct sek_oid oid = {0};
	enum sek_code r;

	*there = false;
	if (o->allow_from == SEK_ALLOW_NONE || !repo)
		return SEK_OK;
	if (o->allow_from == SEK_ALLOW_WORK_TREE) {
		if (!repo->work_tree)
			return SEK_OK;
		path = sek_printf("%s/%s", repo->work_tree, name);
		return read_plain_file(path, name, out, there, err);
	}
	r = sek_changes_blob_at(repo, index ? NULL : &o->allow_commit,
	    sek_str(name), &oid, err);
	if (r != SEK_OK || sek_oid_is_none(&oid))
		return r;
	*there = true;
	return read_object(repo, &oid, out, err);
}

static enum sek_code
add_gitallowed(struct sek_allow *allow, struct sek_str text,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	while (r == SEK_OK && text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');
		struct sek_str bare = sek_str_trim(line);
		sek_auto_free char *ere = NULL;

		if (!bare.n || bare.p[0] == '#')
			continue;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		ere = sek_strndup(line.p, line.n);
		r = sek_allow_add_ere(allow, ere, ".gitallowed", err);
	}
	return r;
}

static enum sek_code
add_config_allowed(struct sek_allow *allow, const struct sek_config *config,
    struct sek_err *err)
{
	const struct sek_config_entry *e;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && (e = sek_config_at(config, i)); i++)
		if (!strcmp(e->key, "secrets.allowed") && e->value)
			r = sek_allow_add_ere(allow, e->value,
			    "git config secrets.allowed", err);
	return r;
}

/* sekisho.allowFile is the operator's or the user's own list, not the
 * repository's: it counts also where the repository's does not. */
static enum sek_code
add_config_files(struct sek_policy *p, const struct sek_repo *repo,
    const struct sek_config *config, const char *today, struct sek_err *err)
{
	const struct sek_config_entry *e;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && (e = sek_config_at(config, i)); i++) {
		sek_auto_buf text = {.max = ALLOW_FILE_MAX};
		sek_auto_free char *path = NULL;

		if (strcmp(e->key, "sekisho.allowfile") || !e->value)
			continue;
		path = config_path(repo, e->value);
		r = sek_file_read(path, &text, err);
		if (r != SEK_OK)
			return sek_fail(err, SEK_ECONFIG,
			    "sekisho.allowFile: %s", err ? err->text : "");
		r = sek_allow_add_file(p->allow, sek_buf_str(&text), path,
		    p->rules, today, err);
	}
	return r;
}

enum sek_code
sek_policy_add_allow(struct sek_allow *allow, struct sek_repo *repo,
    const struct sek_policy_options *o, const struct sek_ruleset *rules,
    struct sek_err *err)
{
	sek_auto_buf ours = {.max = ALLOW_FILE_MAX};
	sek_auto_buf theirs = {.max = ALLOW_FILE_MAX};
	enum sek_code r;
	char today[11];
	bool there;

	sek_policy_today(today);
	r = sek_policy_file(repo, ".sekisho", o, &ours, &there, err);
	if (r == SEK_OK && there)
		r = sek_allow_add_file(allow, sek_buf_str(&ours), ".sekisho",
		    rules, today, err);
	if (r == SEK_OK)
		r = sek_policy_file(repo, ".gitallowed", o, &theirs, &there,
		    err);
	if (r == SEK_OK && there)
		r = add_gitallowed(allow, sek_buf_str(&theirs), err);
	return r;
}

static enum sek_code
load_allow(struct sek_policy *p, struct sek_repo *repo,
    const struct sek_config *config, const struct sek_policy_options *o,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;
	char today[11];

	p->allow = sek_allow_new();
	sek_policy_today(today);
	if (config)
		r = add_config_allowed(p->allow, config, err);
	if (r == SEK_OK && config)
		r = add_config_files(p, repo, config, today, err);
	if (r != SEK_OK || o->allow_nothing)
		return r;
	return sek_policy_add_allow(p->allow, repo, o, p->rules, err);
}

enum sek_code
sek_policy_load(struct sek_policy **out, struct sek_repo *repo,
    const struct sek_config *config, const struct sek_policy_options *o,
    struct sek_err *err)
{
	struct sek_policy *p = sek_alloc(sizeof(*p));
	enum sek_code r;

	p->inline_allow = o->inline_allow;
	p->keep_secrets = o->keep_secrets;
	r = load_rules(p, repo, config, o, err);
	if (r == SEK_OK)
		r = load_allow(p, repo, config, o, err);
	if (r != SEK_OK) {
		sek_policy_free(p);
		return r;
	}
	if (o->allow_nothing) { /* it was only to be seen that it parses */
		sek_allow_free(p->allow);
		p->allow = NULL;
	}
	p->program = sek_program_new(p->rules);
	*out = p;
	return SEK_OK;
}

void
sek_policy_free(struct sek_policy *p)
{
	if (!p)
		return;
	sek_program_free(p->program);
	sek_allow_free(p->allow);
	sek_ruleset_free(p->own_rules);
	free(p);
}
