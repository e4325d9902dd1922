#include <stdlib.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/ini.h"
#include "base/redact.h"
#include "scan/allow.h"
#include "scan/allow_list.h"

#define FINGERPRINT_LEN 24
#define DATE_LEN        10
#define RULE_ID_MAX     64

/* The file, and the [allow] section that is open. */
struct reader {
	struct sek_allow *allow;
	const struct sek_ruleset *rules;
	const char *today;
	struct sek_ini ini;
	struct allowance now;
	size_t line; /* of its header; 0: none is open */
};

/* What was rejected is not quoted: people paste keys into the wrong place. */
static enum sek_code
bad_at(const struct reader *r, size_t line, const char *why,
    struct sek_err *err)
{
	return sek_fail(err, SEK_ECONFIG, "%s:%zu: %s", r->ini.name, line, why);
}

static enum sek_code
bad(const struct reader *r, const char *why, struct sek_err *err)
{
	return bad_at(r, r->ini.line, why, err);
}

bool
sek_allow_is_fingerprint(struct sek_str s)
{
	unsigned char raw[FINGERPRINT_LEN / 2];

	return s.n == FINGERPRINT_LEN && sek_unhex(s, raw);
}

bool
sek_allow_is_date(struct sek_str s)
{
	static const unsigned char days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t year, month, day, last;

	if (s.n != DATE_LEN || s.p[4] != '-' || s.p[7] != '-' ||
	    !sek_str_to_u64((struct sek_str){s.p, 4}, &year) ||
	    !sek_str_to_u64((struct sek_str){s.p + 5, 2}, &month) ||
	    !sek_str_to_u64((struct sek_str){s.p + 8, 2}, &day) || month < 1 ||
	    month > 12)
		return false;
	last = days[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0))
		last = 29;
	return day >= 1 && day <= last;
}

static bool
is_rule_id(struct sek_str s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	for (size_t i = 0; i < s.n; i++) {
		if (!memchr(allowed, s.p[i], sizeof(allowed) - 1))
			return false;
	}
	return s.n > 0 && s.n <= RULE_ID_MAX;
}

static bool
has_rule(const struct sek_ruleset *rules, struct sek_str id)
{
	for (size_t i = 0; i < rules->rules; i++) {
		if (sek_str_is(id, rules->rule[i].id))
			return true;
	}
	return false;
}

/* A rule that this run was told to leave out is still one that may be named. */
static enum sek_code
read_rule(struct reader *r, struct sek_str v, struct sek_err *err)
{
	sek_auto_free char *why = NULL;

	if (r->now.rule)
		return bad(r, "`rule` is given twice", err);
	if (!is_rule_id(v))
		return bad(r, "not a rule id ([a-z0-9-]+)", err);
	if (r->rules && !has_rule(r->rules, v) &&
	    !has_rule(&sek_ruleset_builtin, v)) {
		why = sek_printf("there is no rule %.*s", (int)v.n, v.p);
		return bad(r, why, err);
	}
	r->now.rule = sek_strndup(v.p, v.n);
	return SEK_OK;
}

static enum sek_code
read_path(struct reader *r, struct sek_str v, struct sek_err *err)
{
	sek_auto_free char *why = NULL;
	struct sek_err inner = {0};

	if (r->now.path)
		return bad(r, "`path` is given twice", err);
	if (v.n == 0)
		return bad(r, "`path` needs a glob", err);
	if (*v.p == '!')
		return bad(r, "`!` cannot be used here", err);
	r->now.path_text = sek_strndup(v.p, v.n);
	if (sek_pattern_new_glob(&r->now.path, r->now.path_text, &inner)) {
		why = sek_printf("`path`: %s", inner.text);
		return bad(r, why, err);
	}
	return SEK_OK;
}

static enum sek_code
read_value(struct reader *r, struct sek_str v, struct sek_err *err)
{
	sek_auto_free char *why = NULL;
	struct sek_err inner = {0};
	bool all;

	if (r->now.value)
		return bad(r, "`value` is given twice", err);
	if (v.n == 0)
		return bad(r, "`value` needs a regex", err);
	r->now.value_text = sek_strndup(v.p, v.n);
	if (sek_pattern_new(&r->now.value, r->now.value_text, &inner) ||
	    sek_allow_all_match(r->now.value, &all, &inner)) {
		why = sek_printf("`value`: %s", inner.text);
		return bad(r, why, err);
	}
	if (all)
		return bad(r, "`value` matches everything: leave it out", err);
	return SEK_OK;
}

static enum sek_code
read_fingerprint(struct reader *r, struct sek_str v, struct sek_err *err)
{
	struct hex24 *hex;

	if (!sek_allow_is_fingerprint(v))
		return bad(r, "a fingerprint is 24 hex digits", err);
	hex = sek_vec_push(&r->now.prints);
	for (size_t i = 0; i < FINGERPRINT_LEN; i++)
		hex->text[i] = (char)(v.p[i] | (v.p[i] >= 'A' ? 0x20 : 0));
	return SEK_OK;
}

static enum sek_code
read_reason(struct reader *r, struct sek_str v, struct sek_err *err)
{
	if (r->now.entry.reason)
		return bad(r, "`reason` is given twice", err);
	if (v.n == 0)
		return bad(r, "`reason` is empty", err);
	r->now.entry.reason = sek_strndup(v.p, v.n);
	return SEK_OK;
}

static enum sek_code
read_until(struct reader *r, struct sek_str v, struct sek_err *err)
{
	if (r->now.entry.until)
		return bad(r, "`until` is given twice", err);
	if (!sek_allow_is_date(v))
		return bad(r, "`until` is a day as YYYY-MM-DD", err);
	r->now.entry.until = sek_strndup(v.p, v.n);
	return SEK_OK;
}

static enum sek_code
read_pair(struct reader *r, struct sek_err *err)
{
	static const struct {
		const char *key;
		enum sek_code (*read)(struct reader *r, struct sek_str v,
		    struct sek_err *err);
	} known[] = {
	    {"rule", read_rule},
	    {"path", read_path},
	    {"value", read_value},
	    {"fingerprint", read_fingerprint},
	    {"reason", read_reason},
	    {"until", read_until},
	};

	if (!r->line)
		return bad(r, "`[allow]` is missing before the first key", err);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (sek_str_is(r->ini.key, known[i].key))
			return known[i].read(r, r->ini.value, err);
	}
	return bad(r,
	    "unknown key: rule, path, value, fingerprint, reason and "
	    "until are known",
	    err);
}

/* A regex may hold what it stands for, so it is not shown. */
static void
describe(struct allowance *e)
{
	sek_auto_buf b = {0};

	if (e->rule)
		sek_buf_printf(&b, ", rule %s", e->rule);
	if (e->path_text) {
		sek_buf_add_s(&b, ", path ");
		sek_quote(&b, sek_str(e->path_text));
	}
	if (e->value_text)
		sek_buf_add_s(&b, ", a value regex");
	if (e->prints.n == 1)
		sek_buf_printf(&b, ", fingerprint %s", e->prints.at[0].text);
	else if (e->prints.n)
		sek_buf_printf(&b, ", %zu fingerprints", e->prints.n);
	e->entry.what = sek_strdup(b.p + 2);
}

static enum sek_code
close_section(struct reader *r, struct sek_err *err)
{
	struct sek_allow_entry *e = &r->now.entry;
	sek_auto_buf reason = {0};

	if (!r->line)
		return SEK_OK;
	if (!r->now.rule && !r->now.path && !r->now.value && !r->now.prints.n)
		return bad_at(r, r->line,
		    "nothing says what is allowed: rule, "
		    "path, value or fingerprint",
		    err);
	if (!e->reason)
		return bad_at(r, r->line, "`reason` is missing", err);
	e->name = sek_strdup(r->ini.name);
	e->line = r->line;
	describe(&r->now);
	sek_quote(&reason, sek_str(e->reason));
	r->now.why = sek_printf("allowed by %s:%zu: %s", e->name, e->line,
	    reason.p);
	r->now.expired = e->until && strcmp(r->today, e->until) > 0;
	*sek_vec_push(&r->allow->list) = r->now;
	r->now = (struct allowance){0};
	return SEK_OK;
}

static enum sek_code
read_all(struct reader *r, struct sek_err *err)
{
	enum sek_ini_kind kind;
	enum sek_code code;

	do {
		code = sek_ini_next(&r->ini, &kind, err);
		if (code == SEK_OK && kind != SEK_INI_PAIR)
			code = close_section(r, err);
		if (code != SEK_OK)
			return code;
		if (kind == SEK_INI_SECTION) {
			if (!sek_str_is(r->ini.section, "allow"))
				return bad(r,
				    "unknown section: only `[allow]` "
				    "is known",
				    err);
			r->line = r->ini.line;
		} else if (kind == SEK_INI_PAIR) {
			code = read_pair(r, err);
		}
	} while (code == SEK_OK && kind != SEK_INI_END);
	return code;
}

enum sek_code
sek_allow_add_file(struct sek_allow *a, struct sek_str text, const char *name,
    const struct sek_ruleset *rules, const char *today, struct sek_err *err)
{
	struct reader r = {
	    .allow = a,
	    .rules = rules,
	    .today = today,
	    .ini = {.rest = text, .name = name},
	};
	enum sek_code code = read_all(&r, err);

	sek_allowance_clear(&r.now);
	sek_allow_index(a);
	return code;
}
