#ifndef SEK_SCAN_ALLOW_H
#define SEK_SCAN_ALLOW_H

#include "base/buf.h"
#include "scan/finding.h"
#include "scan/ruleset.h"

/*
 * What a person has declared harmless: entries of a .sekisho file, markers on
 * the line, git-secrets' allowed patterns. Format: sekisho-config(5).
 * Whether allowances may be believed at all is the caller's business. Once
 * filled, it may be asked by many threads.
 */
struct sek_allow;

struct sek_allow *sek_allow_new(void);
void sek_allow_free(struct sek_allow *a); /* NULL is legal */

/*
 * A .sekisho file. SEK_ECONFIG "NAME:LINE: why" if anything in it is wrong:
 * unknown section or key, no reason, bad glob, regex or date, a rule that is
 * neither in rules nor built in (rules NULL: any id will do). today:
 * "YYYY-MM-DD"; entries past their `until` no longer allow. On an error a is
 * good for nothing but sek_allow_free.
 */
enum sek_code sek_allow_add_file(struct sek_allow *a, struct sek_str text,
    const char *name, const struct sek_ruleset *rules, const char *today,
    struct sek_err *err) SEK_CHECKED;
/* One pattern of secrets.allowed or a line of .gitallowed: POSIX ERE, matched
 * anywhere in "path:line:text". Blank lines and # comments are the caller's.
 * One that matches everything (an empty one, too) is SEK_ECONFIG. */
enum sek_code sek_allow_add_ere(struct sek_allow *a, const char *ere,
    const char *name, struct sek_err *err) SEK_CHECKED;

/* Also takes out a whole path: is there an entry with only `path` for it? Such
 * a file need not be read, and is counted as left out by configuration. */
enum sek_code sek_allow_path(const struct sek_allow *a, struct sek_str path,
    bool *yes, struct sek_err *err) SEK_CHECKED;

/* The text around a finding that allow rules look at; all borrowed. */
struct sek_allow_where {
	struct sek_str secret;
	struct sek_str line;   /* the line that the secret starts on */
	struct sek_str before; /* the line above it (p NULL: none) */
};

/*
 * Is it allowed? *why then is a short text for -v ("allowed by .sekisho:7: test
 * fixture", "allowed by sekisho:allow on the line"), borrowed from a, and NULL
 * if it is not. inline_too: whether markers on the line count. On an error (a
 * pattern that reached its limits) the finding is not allowed.
 */
enum sek_code
sek_allow_finding(const struct sek_allow *a, const struct sek_finding *f,
    const struct sek_allow_where *w, bool inline_too, bool *yes,
    const char **why, struct sek_err *err) SEK_CHECKED;

/*
 * The why text, static, if a marker allows this rule's finding on the line,
 * else NULL. On the line: `sekisho:allow RULE reason`, `gitleaks:allow`,
 * `pragma: allowlist secret`. On the line above: `sekisho:allow RULE reason` in
 * a comment that has the line for itself, `pragma: allowlist nextline secret`.
 * A marker of ours without this rule's id or with a reason of less than 3
 * letters or digits does not count.
 */
const char *
sek_allow_marker(struct sek_str line, struct sek_str before, const char *rule);

/* An allowance as it stands in its file; all borrowed. */
struct sek_allow_entry {
	const char *name;   /* of the file or configuration key */
	size_t line;        /* 0: it has no lines */
	const char *what;   /* its criteria, for people: "rule R, path G";
				   never the text of a regex */
	const char *reason; /* NULL for a git-secrets pattern */
	const char *until;  /* or NULL */
};
typedef void sek_allow_fn(void *arg, const struct sek_allow_entry *e);

/* Entries past their `until`: "NAME:LINE: expired on UNTIL, allows no more". */
void sek_allow_expired(const struct sek_allow *a, sek_allow_fn *fn, void *arg);

/*
 * Entries of b that allow something now and of which a (NULL: empty) holds no
 * equal that does: what a change of the file adds. Equal is: the same criteria;
 * name, line and reason do not matter, and a later `until` does.
 */
void sek_allow_added(const struct sek_allow *a, const struct sek_allow *b,
    sek_allow_fn *fn, void *arg);

/*
 * Appends a section to the text of a .sekisho file. fingerprint, rule and until
 * may be NULL, path (a glob) may have p NULL; what is given must be valid. Line
 * breaks and controls in the reason become blanks; a path that holds some
 * cannot be written on one line and gets `?` in their place.
 */
void
sek_allow_write(struct sek_buf *out, const char *fingerprint, const char *rule,
    struct sek_str path, const char *reason, const char *until);

/* A glob that matches this very path, for sek_allow_write. */
void sek_allow_literal_glob(struct sek_buf *out, struct sek_str path);

/* A day that exists, written YYYY-MM-DD. */
bool sek_allow_is_date(struct sek_str s);
bool sek_allow_is_fingerprint(struct sek_str s); /* 24 hex digits */

#endif
