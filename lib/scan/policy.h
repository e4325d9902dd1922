#ifndef SEK_SCAN_POLICY_H
#define SEK_SCAN_POLICY_H

#include "repo/repo.h"
#include "scan/allow.h"
#include "scan/match.h"

/*
 * What a run looks for and what it lets pass: the rules (built in, from files,
 * from git configuration) and the allow-list. Made once, then only read, by all
 * threads.
 */
struct sek_policy {
	const struct sek_ruleset *rules;
	struct sek_ruleset *own_rules; /* NULL: rules are the built-in ones */
	struct sek_program *program;   /* the rules' compiled code */
	struct sek_allow *allow;       /* NULL: nothing is allowed */
	bool inline_allow;             /* do markers in the content count? */
	bool keep_secrets;             /* --show-secrets */
};

/* Which .sekisho and .gitallowed are believed. */
enum sek_allow_from {
	SEK_ALLOW_NONE, /* only what configuration allows */
	SEK_ALLOW_WORK_TREE,
	SEK_ALLOW_INDEX,
	SEK_ALLOW_COMMIT,
};

struct sek_policy_options {
	const char *const *rule_files; /* NULL-terminated, or NULL */
	enum sek_allow_from allow_from;
	struct sek_oid allow_commit;
	bool inline_allow;
	/* For the first, quick pass of a hook: nothing is allowed, and what stands
	 * in the repository is not even read. */
	bool allow_nothing;
	bool keep_secrets;
};

/*
 * config may be NULL; keys: sekisho(1) CONFIGURATION. Everything that a person
 * wrote and that does not parse is SEK_ECONFIG, never left out.
 */
enum sek_code sek_policy_load(struct sek_policy **out, struct sek_repo *repo,
    const struct sek_config *config, const struct sek_policy_options *o,
    struct sek_err *err) SEK_CHECKED;
void sek_policy_free(struct sek_policy *p); /* NULL is legal */

/* The text of a file at the top, from where allow_from says; p NULL: none. */
enum sek_code sek_policy_file(struct sek_repo *repo, const char *name,
    const struct sek_policy_options *o, struct sek_buf *out, bool *there,
    struct sek_err *err) SEK_CHECKED;

/* What .sekisho and .gitallowed allow there. rules: NULL, or those that may be
 * named there; any other is an error. */
enum sek_code sek_policy_add_allow(struct sek_allow *allow,
    struct sek_repo *repo, const struct sek_policy_options *o,
    const struct sek_ruleset *rules, struct sek_err *err) SEK_CHECKED;

/* "YYYY-MM-DD", UTC. */
void sek_policy_today(char out[11]);

#endif
