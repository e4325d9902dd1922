#ifndef SEK_SCAN_MATCH_H
#define SEK_SCAN_MATCH_H

#include "base/vec.h"
#include "scan/decode.h"
#include "scan/pattern.h"
#include "scan/ruleset.h"

/*
 * Runs a ruleset over bytes: prefilter, then the candidate rules' PCRE2 code,
 * then entropy and the rule's check. A decision at a start depends only on the
 * bytes from `back` before to `ahead` after it, never on other matches: every
 * start is tried for itself. A regex without a limit of its own looks at most
 * SEK_MATCH_WINDOW bytes ahead.
 */
#define SEK_MATCH_WINDOW 65536
#define SEK_MATCH_HITS   100000 /* of one run; more are SEK_ETOOBIG */

struct sek_hit {
	struct sek_match match;
	struct sek_facts facts;
};
struct sek_hits {
	struct sek_hit *at;
	size_t n, cap; /* a SEK_VEC, by start, then rule */
};

/*
 * The compiled code of a ruleset: one for all threads, made before the first
 * matcher and freed after the last. A rule is compiled (JIT where it can be)
 * when it is first needed. Borrows the rules.
 */
struct sek_program;
struct sek_program *sek_program_new(const struct sek_ruleset *rules);
void sek_program_free(struct sek_program *p); /* NULL is legal */

/* Compiles rule now, for its errors: SEK_ECONFIG "[rule-id] column N: why". */
enum sek_code sek_program_compile(struct sek_program *p, size_t rule,
    struct sek_err *err) SEK_CHECKED;

struct sek_matcher; /* one per thread; borrows the program */
struct sek_matcher *sek_matcher_new(const struct sek_program *p);
const struct sek_ruleset *sek_matcher_rules(const struct sek_matcher *m);
void sek_matcher_free(struct sek_matcher *m); /* NULL is legal */

/*
 * Appends the hits whose match starts in content[from, to), in order. Where
 * hits of one rule id have secrets that overlap, the one whose secret begins
 * first (then: is longer; then: has the longer match) stands for all.
 *
 * SEK_ETOOBIG naming the rule: it needed more work or memory, or found more,
 * than the limits allow; the content then counts as unread. SEK_ECONFIG: its
 * regex does not compile. The other rules' hits, and what this one found until
 * then, are appended all the same.
 */
enum sek_code
sek_matcher_run(struct sek_matcher *m, struct sek_str content, size_t from,
    size_t to, struct sek_hits *out, struct sek_err *err) SEK_CHECKED;

/* Where, in the last run's content, text in an encoding may stand: rising,
 * until the next run. More than SEK_MATCH_HITS by literals were SEK_ETOOBIG. */
const struct sek_leads *sek_matcher_leads(const struct sek_matcher *m);

/*
 * Does the rule of a literal that stands at an offset of content match at any
 * start for which it stands there (before entropy and check)? If no, that
 * depends on content[from, to) alone, and on whether content begins at `from`
 * or ends at `to` where these are its edges. True, too, where a limit was
 * reached, and for a literal of an encoding that may lead to text (lead.h).
 * `fresh`: this is the first question of this content, which starts the clock.
 */
struct sek_probe {
	size_t literal, offset;
	bool fresh;
	size_t from, to;
};
bool sek_matcher_probe(struct sek_matcher *m, struct sek_str content,
    struct sek_probe *p) SEK_CHECKED;

#endif
