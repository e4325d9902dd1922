#include "scan/ruleset.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/decode_literal.h"
#include "scan/encoded.h"
#include "scan/ere.h"
#include "scan/regex.h"
#include "scan/ruleset_draft.h"

/* The rule compiler makes the built-in table, so it cannot have it. */
#ifdef SEK_NO_BUILTIN
static const struct sek_ruleset builtin;
#else
#define builtin sek_ruleset_builtin
#endif

/* Beside those of encodings. */
#define LITERALS_MAX (UINT16_MAX - 1 - SEK_DECODE_LITERALS_MAX - SEK_ENCODED)

static const char *const no_examples[] = {NULL};

/* What own frees and what the draft's rules point to. */

void *
sek_ruleset_own_keep(struct sek_ruleset_own *own, void *p)
{
	*sek_vec_push(&own->block) = p;
	return p;
}

const char *
sek_ruleset_own_str(struct sek_ruleset_own *own, struct sek_str s)
{
	return sek_ruleset_own_keep(own, sek_strndup(s.p, s.n));
}

static void
own_free(struct sek_ruleset_own *own)
{
	if (!own)
		return;
	sek_vec_each (p, &own->block)
		free(*p);
	sek_vec_clear(&own->block);
	sek_prefilter_free(own->prefilter);
	free(own);
}

void
sek_draft_rule_clear(struct sek_draft_rule *r)
{
	sek_vec_clear(&r->regex);
	*r = (struct sek_draft_rule){0};
}

/* Consecutive structs of one id are one rule with several regexes. */
static void
add_builtin(struct sek_ruleset_draft *d)
{
	struct sek_draft_rule *r = NULL;

	for (size_t i = 0; i < builtin.rules; i++) {
		const struct sek_rule *b = &builtin.rule[i];

		if (!r || strcmp(r->rule.id, b->id) != 0) {
			r = sek_vec_push(&d->rule);
			r->rule = *b;
		}
		*sek_vec_push(&r->regex) = b->regex;
	}
	d->regexes = builtin.rules;
}

struct sek_ruleset_draft *
sek_ruleset_draft_new(bool with_builtin)
{
	struct sek_ruleset_draft *d = sek_alloc(sizeof(*d));

	d->own = sek_alloc(sizeof(*d->own));
	if (with_builtin)
		add_builtin(d);
	return d;
}

void
sek_ruleset_draft_free(struct sek_ruleset_draft *d)
{
	if (!d)
		return;
	sek_vec_each (r, &d->rule)
		sek_draft_rule_clear(r);
	sek_vec_clear(&d->rule);
	own_free(d->own);
	free(d);
}

struct sek_draft_rule *
sek_ruleset_draft_find(const struct sek_ruleset_draft *d, const char *id)
{
	for (size_t i = 0; i < d->rule.n; i++)
		if (strcmp(d->rule.at[i].rule.id, id) == 0)
			return &d->rule.at[i];
	return NULL;
}

enum sek_code
sek_ruleset_draft_put(struct sek_ruleset_draft *d, struct sek_draft_rule *r,
    struct sek_err *err)
{
	struct sek_draft_rule *old = sek_ruleset_draft_find(d, r->rule.id);
	size_t regexes = d->regexes + r->regex.n - (old ? old->regex.n : 0);

	if (regexes > SEK_RULES_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "more than %d rules (each regex counts)", SEK_RULES_MAX);
	d->regexes = regexes;
	if (old)
		sek_draft_rule_clear(old);
	else
		old = sek_vec_push(&d->rule);
	*old = *r;
	*r = (struct sek_draft_rule){0};
	return SEK_OK;
}

enum sek_code
sek_ruleset_check_regex(const char *regex, struct sek_err *err)
{
	struct sek_regex_info info;
	enum sek_code code = sek_regex_study(regex, &info, err);

	if (code)
		return code;
	if (info.groups > 1)
		return sek_fail(err, SEK_ECONFIG,
		    "only one group may capture, the secret's: write (?:...) "
		    "for the others");
	if (info.length_min == 0)
		return sek_fail(err, SEK_ECONFIG, "it matches empty text");
	return SEK_OK;
}

enum sek_code
sek_ruleset_add_ere(struct sek_ruleset_draft *d, const char *ere,
    const char *id, const char *name, struct sek_err *err)
{
	struct sek_draft_rule *old = sek_ruleset_draft_find(d, id);
	struct sek_draft_rule r = {
	    .rule =
		{
		    .description = "Pattern of the git configuration",
		    .match = no_examples,
		    .nomatch = no_examples,
		    .severity = SEK_HIGH,
		},
	    .ere = true,
	};
	sek_auto_buf text = {0};
	struct sek_regex_info info;
	struct sek_err why;
	enum sek_code code;

	/* It may match empty text, as in grep -w: that just does not count. */
	code = sek_ere_translate(ere, true, &text, &why);
	if (!code)
		code = sek_buf_check(&text, "pattern", &why);
	if (!code)
		code = sek_regex_study(text.p ? text.p : "", &info, &why);
	if (code)
		return sek_fail(err, code, "%s: [%s] %s", name, id, why.text);
	r.rule.id = sek_ruleset_own_str(d->own, sek_str(id));
	/* Many patterns under one id are regexes of one rule. */
	for (size_t i = 0; old && old->ere && i < old->regex.n; i++)
		*sek_vec_push(&r.regex) = old->regex.at[i];
	*sek_vec_push(&r.regex) = sek_ruleset_own_str(d->own,
	    sek_buf_str(&text));
	code = sek_ruleset_draft_put(d, &r, &why);
	sek_draft_rule_clear(&r);
	return code ? sek_fail(err, code, "%s: %s", name, why.text) : SEK_OK;
}

enum sek_code
sek_ruleset_switch(struct sek_ruleset_draft *d, const char *id, bool on,
    struct sek_err *err)
{
	struct sek_draft_rule *r = sek_ruleset_draft_find(d, id);

	if (!r)
		return sek_fail(err, SEK_ENOTFOUND,
		    "there is no rule of this name; `sekisho rules list` lists "
		    "them");
	r->rule.off = !on;
	return SEK_OK;
}

void
sek_ruleset_switch_all_on(struct sek_ruleset_draft *d)
{
	sek_vec_each (r, &d->rule)
		r->rule.off = false;
}

void
sek_ruleset_decode(struct sek_ruleset_draft *d)
{
	d->decode = true;
}

/* What sek_ruleset_make gathers; the arrays are handed on to own. */
struct making {
	struct sek_ruleset_own *own;
	SEK_VEC(struct sek_rule) rule;
	SEK_VEC(struct sek_literal) literal;
	SEK_VEC(struct sek_rule_literal) where;
	SEK_VEC(uint16_t) unfiltered;
};

static void
make_literal(struct making *m, const char *bytes, uint8_t len, bool nocase,
    struct sek_rule_literal where)
{
	char *copy = sek_alloc(len);

	memcpy(copy, bytes, len);
	*sek_vec_push(&m->literal) = (struct sek_literal){
	    .bytes = sek_ruleset_own_keep(m->own, copy),
	    .len = len,
	    .nocase = nocase,
	};
	*sek_vec_push(&m->where) = where;
}

static void
make_decoders(struct making *m)
{
	struct sek_decode_literal literal[SEK_DECODE_LITERALS_MAX];
	size_t n = sek_decode_literals(literal);

	for (size_t i = 0; i < n; i++) {
		const struct sek_decode_literal *l = &literal[i];

		make_literal(m, l->bytes, l->len, l->nocase,
		    (struct sek_rule_literal){SEK_RULE_DECODE, l->encoding,
			l->index | (l->binary ? SEK_LEAD_BINARY : 0)});
	}
}

static void
make_encoded(struct making *m)
{
	static const uint8_t encoding[SEK_ENCODED] = {
	    [SEK_IN_BASE64] = SEK_BASE64,
	    [SEK_IN_HEX] = SEK_HEX,
	    [SEK_IN_ESCAPES] = SEK_ESCAPES,
	};

	for (size_t i = 0; i < SEK_ENCODED; i++)
		*sek_vec_push(&m->where) = (struct sek_rule_literal){
		    SEK_RULE_DECODE, encoding[i], 0};
}

static enum sek_code
make_literals(struct making *m, const struct sek_regex_info *info,
    struct sek_err *err)
{
	uint16_t rule = (uint16_t)(m->rule.n - 1);

	if (info->literals == 0)
		*sek_vec_push(&m->unfiltered) = rule;
	if (m->literal.n + info->literals > LITERALS_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "all rules together have more than %d literals",
		    LITERALS_MAX);
	for (size_t i = 0; i < info->literals; i++) {
		const struct sek_regex_literal *l = &info->literal[i];

		make_literal(m, l->bytes, l->len, l->nocase,
		    (struct sek_rule_literal){
			rule, l->before_min, l->before_max});
	}
	return SEK_OK;
}

static enum sek_code
make_rule(struct making *m, const struct sek_draft_rule *d, struct sek_err *err)
{
	for (size_t i = 0; i < d->regex.n; i++) {
		struct sek_rule *rule = sek_vec_push(&m->rule);
		struct sek_regex_info info;
		enum sek_code code;

		*rule = d->rule;
		rule->regex = d->regex.at[i];
		if (i > 0)
			rule->match = rule->nomatch = no_examples;
		code = sek_regex_study(rule->regex, &info, err);
		if (code)
			return code;
		rule->secret_group = info.groups > 0;
		rule->line = !info.crosses_newline;
		rule->back = info.back;
		rule->ahead = info.ahead;
		if (!rule->off && (code = make_literals(m, &info, err)))
			return code;
	}
	return SEK_OK;
}

static struct sek_ruleset *
finish(struct making *m, bool decode)
{
	struct sek_ruleset *r = sek_alloc(sizeof(*r));
	struct sek_ruleset_own *own = m->own;

	own->prefilter = sek_prefilter_new(m->literal.at, m->literal.n);
	r->rules = m->rule.n;
	r->rule = sek_ruleset_own_keep(own, sek_steal(&m->rule.at));
	r->encoded = m->where.n;
	if (decode)
		make_encoded(m);
	r->literals = m->where.n;
	r->literal = sek_ruleset_own_keep(own, sek_steal(&m->where.at));
	r->unfiltered_n = m->unfiltered.n;
	r->unfiltered = sek_ruleset_own_keep(own, sek_steal(&m->unfiltered.at));
	r->prefilter = own->prefilter;
	r->own = own;
	return r;
}

enum sek_code
sek_ruleset_make(struct sek_ruleset_draft *d, struct sek_ruleset **out,
    struct sek_err *err)
{
	struct making m = {.own = d->own};
	enum sek_code code = SEK_OK;
	struct sek_err why;

	*out = NULL;
	sek_vec_each (r, &d->rule) {
		code = make_rule(&m, r, &why);
		if (code) {
			code = sek_fail(err, code, "[%s] %s", r->rule.id,
			    why.text);
			break;
		}
	}
	if (!code) {
		if (d->decode)
			make_decoders(&m);
		*out = finish(&m, d->decode);
		d->own = NULL;
	}
	sek_vec_clear(&m.rule);
	sek_vec_clear(&m.literal);
	sek_vec_clear(&m.where);
	sek_vec_clear(&m.unfiltered);
	sek_ruleset_draft_free(d);
	return code;
}

void
sek_ruleset_free(struct sek_ruleset *r)
{
	if (!r || !r->own)
		return;
	own_free(r->own);
	free(r);
}
