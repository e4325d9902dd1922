#include <stdlib.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/ini.h"
#include "scan/ruleset_draft.h"

/* The reader of rules files, sekisho-rules(5). */

#define TEXT_MAX ((size_t)4 << 20)
#define ID_MAX   64

struct reader {
	struct sek_ruleset_draft *draft;
	struct sek_ini ini;
	struct sek_draft_rule rule; /* the one being read; no id: none */
	size_t line;                /* of its section */
	unsigned seen;              /* bit i: keys[i] stood in it */
	SEK_VEC(const char *) match, nomatch;
	SEK_VEC(const char *) ids; /* of this file so far */
};

typedef enum sek_code
take_fn(struct reader *r, const char *value, struct sek_err *err);

/* Why, without a place: fail_at adds file, line and rule. */
static enum sek_code
bad(struct sek_err *err, const char *why)
{
	return sek_fail(err, SEK_ECONFIG, "%s", why);
}

static enum sek_code
fail_at(const struct reader *r, size_t line, const char *why,
    struct sek_err *err)
{
	if (!r->rule.rule.id)
		return sek_fail(err, SEK_ECONFIG, "%s:%zu: %s", r->ini.name,
		    line, why);
	return sek_fail(err, SEK_ECONFIG, "%s:%zu: [%s] %s", r->ini.name, line,
	    r->rule.rule.id, why);
}

static bool
is_plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static enum sek_code
take_description(struct reader *r, const char *value, struct sek_err *err)
{
	if (!is_plain(value) || !sek_utf8_valid(sek_str(value)))
		return bad(err, "description: not plain UTF-8 text");
	r->rule.rule.description = value;
	return SEK_OK;
}

static enum sek_code
take_help(struct reader *r, const char *value, struct sek_err *err)
{
	if (strncmp(value, "https://", 8) != 0 || !is_plain(value) ||
	    strchr(value, ' ') || !sek_utf8_valid(sek_str(value)))
		return bad(err, "help: an https:// address is wanted");
	r->rule.rule.help = value;
	return SEK_OK;
}

static enum sek_code
take_severity(struct reader *r, const char *value, struct sek_err *err)
{
	if (!sek_severity_parse(value, &r->rule.rule.severity))
		return bad(err, "severity is low, medium, high or critical");
	return SEK_OK;
}

static enum sek_code
take_regex(struct reader *r, const char *value, struct sek_err *err)
{
	enum sek_code code = sek_ruleset_check_regex(value, err);

	if (code)
		return code;
	*sek_vec_push(&r->rule.regex) = value;
	return SEK_OK;
}

/* Digits, or digits "." digits: strtod would ask the locale. */
static enum sek_code
take_entropy(struct reader *r, const char *value, struct sek_err *err)
{
	double n = 0, unit = 1;
	const char *p = value;

	for (; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (*p - '0');
	if (p > value && *p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++)
			n += (*p - '0') * (unit /= 10);
	if (p == value || *p || p[-1] == '.' || n <= 0 || n >= 8)
		return bad(err, "entropy: a number above 0 and below 8");
	r->rule.rule.entropy = (float)n;
	return SEK_OK;
}

static enum sek_code
take_check(struct reader *r, const char *value, struct sek_err *err)
{
	r->rule.rule.check = sek_check_find(value);
	if (!r->rule.rule.check)
		return bad(err, "check: there is no check of this name");
	r->rule.rule.check_name = value;
	return SEK_OK;
}

static enum sek_code
take_role(struct reader *r, const char *value, struct sek_err *err)
{
	if (strcmp(value, "key-id") == 0)
		r->rule.rule.role = SEK_ROLE_KEY_ID;
	else if (strcmp(value, "secret") == 0)
		r->rule.rule.role = SEK_ROLE_SECRET;
	else
		return bad(err, "role is key-id or secret");
	return SEK_OK;
}

static enum sek_code
take_show(struct reader *r, const char *value, struct sek_err *err)
{
	if (strcmp(value, "edges") != 0)
		return bad(err, "show can only be edges");
	r->rule.rule.edges = true;
	return SEK_OK;
}

static enum sek_code
take_guessable(struct reader *r, const char *value, struct sek_err *err)
{
	r->rule.rule.guessable = strcmp(value, "yes") == 0;
	if (!r->rule.rule.guessable && strcmp(value, "no") != 0)
		return bad(err, "guessable is yes or no");
	return SEK_OK;
}

static enum sek_code
take_default(struct reader *r, const char *value, struct sek_err *err)
{
	r->rule.rule.off = strcmp(value, "off") == 0;
	if (!r->rule.rule.off && strcmp(value, "on") != 0)
		return bad(err, "default is on or off");
	return SEK_OK;
}

/* Is it an example at all? What it shows, `sekisho rules check` finds out. */
static enum sek_code
check_example(const char *text, struct sek_err *err)
{
	sek_auto_buf out = {0};

	return sek_example_expand(text, 0, &out, err);
}

static enum sek_code
take_match(struct reader *r, const char *value, struct sek_err *err)
{
	*sek_vec_push(&r->match) = value;
	return check_example(value, err);
}

static enum sek_code
take_nomatch(struct reader *r, const char *value, struct sek_err *err)
{
	*sek_vec_push(&r->nomatch) = value;
	return check_example(value, err);
}

enum { MUST = 1, MANY = 2 };

static const struct key {
	const char *name;
	take_fn *take;
	unsigned flags;
} keys[] = {
    {"description", take_description, MUST},
    {"help", take_help, 0},
    {"severity", take_severity, MUST},
    {"regex", take_regex, MUST | MANY},
    {"entropy", take_entropy, 0},
    {"check", take_check, 0},
    {"role", take_role, 0},
    {"show", take_show, 0},
    {"guessable", take_guessable, 0},
    {"default", take_default, 0},
    {"match", take_match, MUST | MANY},
    {"nomatch", take_nomatch, MUST | MANY},
};
#define KEYS (sizeof(keys) / sizeof(*keys))

static enum sek_code
read_pair(struct reader *r, struct sek_err *err)
{
	struct sek_err why;
	enum sek_code code;
	const char *value;
	size_t i = 0;

	if (!r->rule.rule.id)
		return fail_at(r, r->ini.line, "a key before any [rule-id]",
		    err);
	while (i < KEYS && !sek_str_is(r->ini.key, keys[i].name))
		i++;
	if (i == KEYS)
		return fail_at(r, r->ini.line, "unknown key", err);
	if (r->ini.value.n == 0)
		code = sek_fail(&why, SEK_ECONFIG, "%s needs a value",
		    keys[i].name);
	else if (!(keys[i].flags & MANY) && r->seen & 1u << i)
		code = sek_fail(&why, SEK_ECONFIG, "%s is given twice",
		    keys[i].name);
	else {
		value = sek_ruleset_own_str(r->draft->own, r->ini.value);
		code = keys[i].take(r, value, &why);
	}
	r->seen |= 1u << i;
	if (!code)
		return SEK_OK;
	if (!(keys[i].flags & MANY))
		return fail_at(r, r->ini.line, why.text, err);
	/* There it says "column N", counted in the value. */
	return sek_fail(err, SEK_ECONFIG, "%s:%zu: [%s] %s: %s", r->ini.name,
	    r->ini.line, r->rule.rule.id, keys[i].name, why.text);
}

static const char *const *
own_list(struct sek_ruleset_own *own, const char *const *at, size_t n)
{
	const char **list = sek_alloc_n(n + 1, sizeof(*list));

	if (n)
		memcpy(list, at, n * sizeof(*list));
	return sek_ruleset_own_keep(own, list);
}

static enum sek_code
end_rule(struct reader *r, struct sek_err *err)
{
	struct sek_ruleset_own *own = r->draft->own;
	struct sek_err why;

	if (!r->rule.rule.id)
		return SEK_OK;
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].flags & MUST && !(r->seen & 1u << i)) {
			(void)sek_fail(&why, SEK_ECONFIG, "no %s",
			    keys[i].name);
			return fail_at(r, r->line, why.text, err);
		}
	r->rule.rule.match = own_list(own, r->match.at, r->match.n);
	r->rule.rule.nomatch = own_list(own, r->nomatch.at, r->nomatch.n);
	r->match.n = r->nomatch.n = 0;
	r->seen = 0;
	*sek_vec_push(&r->ids) = r->rule.rule.id;
	if (sek_ruleset_draft_put(r->draft, &r->rule, &why))
		return fail_at(r, r->line, why.text, err);
	return SEK_OK;
}

static bool
is_id(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= ID_MAX;
}

static enum sek_code
begin_rule(struct reader *r, struct sek_err *err)
{
	enum sek_code code = end_rule(r, err);

	if (code)
		return code;
	if (!is_id(r->ini.section))
		return fail_at(r, r->ini.line,
		    "a rule's id is made of a-z, 0-9 and -, 64 at most", err);
	r->rule.rule.id = sek_ruleset_own_str(r->draft->own, r->ini.section);
	r->line = r->ini.line;
	sek_vec_each (id, &r->ids)
		if (strcmp(*id, r->rule.rule.id) == 0)
			return fail_at(r, r->line, "is in this file twice",
			    err);
	return SEK_OK;
}

static enum sek_code
read_all(struct reader *r, struct sek_err *err)
{
	enum sek_ini_kind kind;
	enum sek_code code;

	while (!(code = sek_ini_next(&r->ini, &kind, err))) {
		if (kind == SEK_INI_END)
			return end_rule(r, err);
		code = kind == SEK_INI_SECTION ? begin_rule(r, err)
					       : read_pair(r, err);
		if (code)
			break;
	}
	return code;
}

enum sek_code
sek_ruleset_add_file(struct sek_ruleset_draft *d, struct sek_str text,
    const char *name, struct sek_err *err)
{
	struct reader r = {.draft = d, .ini = {.rest = text, .name = name}};
	enum sek_code code;

	if (text.n > TEXT_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "%s: a rules file has at most %zu MiB", name,
		    TEXT_MAX >> 20);
	code = read_all(&r, err);
	sek_draft_rule_clear(&r.rule);
	sek_vec_clear(&r.match);
	sek_vec_clear(&r.nomatch);
	sek_vec_clear(&r.ids);
	return code;
}
