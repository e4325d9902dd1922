#ifndef SEK_SCAN_RULESET_H
#define SEK_SCAN_RULESET_H

#include "base/buf.h"
#include "scan/prefilter.h"
#include "scan/rule.h"

/*
 * The rules of a run and their literals: the built-in table as it stands in the
 * program, or a copy joined by a user's rules. Read-only once made, shared by
 * all threads; a rule's regex is compiled by program.c when first needed.
 */
struct sek_rule_literal { /* beside literal i of the prefilter */
	uint16_t rule;    /* or SEK_RULE_DECODE */
	uint32_t before_min, before_max;
};

/* No rule's literal: text in an encoding may stand there. before_min is the
 * encoding, before_max the index, of a sek_lead; with SEK_LEAD_BINARY it leads to
 * other bytes than text. */
#define SEK_RULE_DECODE UINT16_MAX
#define SEK_LEAD_BINARY 4U

struct sek_ruleset {
	const struct sek_rule *rule;
	size_t rules;
	const struct sek_rule_literal *literal; /* of rules that are not off */
	size_t literals;
	size_t encoded; /* from here on they are none of the prefilter's but
			   the kinds of encoded.h; literals: there are none */
	const struct sek_prefilter *prefilter;
	const uint16_t *unfiltered; /* rules without a literal: run on all */
	size_t unfiltered_n;
	struct sek_ruleset_own *own; /* what sek_ruleset_free frees, or NULL */
};

/* Compiled from patterns/ at build time. */
extern const struct sek_ruleset sek_ruleset_builtin;

/*
 * A ruleset in the making. Texts are copied. `name` stands in errors
 * ("NAME:LINE: [rule-id] why", SEK_ECONFIG). A later rule with an id that is
 * there already replaces it. After an error a draft is only good to be freed.
 */
struct sek_ruleset_draft;
struct sek_ruleset_draft *sek_ruleset_draft_new(bool with_builtin);
void sek_ruleset_draft_free(struct sek_ruleset_draft *d);
enum sek_code sek_ruleset_add_file(struct sek_ruleset_draft *d,
    struct sek_str text, const char *name, struct sek_err *err) SEK_CHECKED;

/* One line pattern of git-secrets (POSIX ERE, whole words). Several with the
 * same id are one rule. */
enum sek_code sek_ruleset_add_ere(struct sek_ruleset_draft *d, const char *ere,
    const char *id, const char *name, struct sek_err *err) SEK_CHECKED;

/* on false: the rule stays in the list, as off, and finds nothing; true: it
 * finds what it can even if it is off by default. SEK_ENOTFOUND when there is
 * no such rule. */
enum sek_code sek_ruleset_switch(struct sek_ruleset_draft *d, const char *id,
    bool on, struct sek_err *err) SEK_CHECKED;
void sek_ruleset_switch_all_on(struct sek_ruleset_draft *d);

/* Looks for text in encodings, too: see decode.h. */
void sek_ruleset_decode(struct sek_ruleset_draft *d);

/* Studies, collects literals, builds the prefilter. Takes the draft. */
enum sek_code sek_ruleset_make(struct sek_ruleset_draft *d,
    struct sek_ruleset **out, struct sek_err *err) SEK_CHECKED;
void sek_ruleset_free(struct sek_ruleset *r);

/*
 * Expands an example: `{16:A-Z2-7}` becomes 16 characters of that class,
 * `{base64:TEXT}` the base64 of TEXT (expanded first), `{crc32:TEXT}` TEXT and
 * its CRC-32 in six digits of base 62, `{{` a brace; `\n`, `\t`,
 * `\\` and `\}` are what they say, all else stays. So no file of ours holds a
 * string that another scanner takes for a key. The same seed gives the same
 * text everywhere. SEK_ECONFIG "column N: why" where a `{` begins no template.
 */
enum sek_code sek_example_expand(const char *text, uint64_t seed,
    struct sek_buf *out, struct sek_err *err) SEK_CHECKED;

#endif
