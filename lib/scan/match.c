#include "scan/match.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "scan/lead.h"
#include "scan/program.h"
#include "scan/regex.h"

/* Content is filtered and then matched piece by piece, while it is in cache. */
#define PIECE ((size_t)256 << 10)
/* From so many starts in a row on, PCRE2 looks for the next one itself. */
#define MANY_STARTS 32
/* Hostile content costs at most this: processor time of one run. */
#define SECONDS         10
#define SECONDS_PER_MIB 1
#define TRIES_PER_LOOK  256

/* Starts of a rule that are to be tried: [lo, hi). */
struct span {
	size_t lo, hi;
	uint16_t rule;
	bool far; /* lo is as far back as far_start goes from hi */
};

struct sek_matcher {
	const struct sek_program *program;
	struct sek_pcre_room *room;
	SEK_VEC(struct span) spans; /* of the piece in hand */
	uint32_t *latest;           /* of a rule: its last span, plus 1 */
	/* the run in hand */
	struct sek_str content;
	size_t from, to;
	struct sek_hits *out;
	size_t first; /* hit of this run in out */
	uint64_t tries;
	double began, limit;  /* seconds */
	enum sek_code failed; /* the first failure of a rule */
	struct sek_err *err;
	bool *gave_up; /* has this rule failed? */
	bool probing;  /* the first match is an answer */
	struct sek_leads leads;
	size_t led;           /* of leads, by literals */
	struct sek_runs runs; /* of stretches */
	bool unsorted;        /* leads */
};

struct sek_matcher *
sek_matcher_new(const struct sek_program *p)
{
	struct sek_matcher *m = sek_alloc(sizeof(*m));

	m->program = p;
	m->latest = sek_alloc_n(p->rules->rules, sizeof(*m->latest));
	m->gave_up = sek_alloc_n(p->rules->rules, sizeof(*m->gave_up));
	return m;
}

const struct sek_ruleset *
sek_matcher_rules(const struct sek_matcher *m)
{
	return m->program->rules;
}

void
sek_matcher_free(struct sek_matcher *m)
{
	if (!m)
		return;
	sek_pcre_room_free(m->room);
	sek_vec_clear(&m->spans);
	sek_vec_clear(&m->leads);
	free(m->latest);
	free(m->gave_up);
	free(m);
}

static const struct sek_rule *
rule_at(const struct sek_matcher *m, size_t rule)
{
	return &m->program->rules->rule[rule];
}

/* First the prefilter: which starts of which rules are worth a try? */

/*
 * The first start of a rule for a literal at `offset` that may stand anywhere
 * after it: as far back as the window allows, and in the same line for a rule
 * that cannot leave it. What its last such span covers is not looked at again.
 */
static size_t
far_start(const struct sek_matcher *m, size_t rule, size_t offset)
{
	size_t floor = offset > SEK_MATCH_WINDOW ? offset - SEK_MATCH_WINDOW
						 : 0;
	const char *nl = NULL;
	size_t lo = floor, looked = floor;

	if (!rule_at(m, rule)->line)
		return floor;
	if (m->latest[rule]) {
		const struct span *s = &m->spans.at[m->latest[rule] - 1];

		if (s->far && s->hi > floor && s->hi <= offset) {
			lo = s->lo > floor ? s->lo : floor;
			looked = s->hi - 1;
		}
	}
	nl = memrchr(m->content.p + looked, '\n', offset - looked);
	return nl ? (size_t)(nl - m->content.p) + 1 : lo;
}

static void
add_span(struct sek_matcher *m, uint16_t rule, size_t lo, size_t hi, bool far)
{
	uint32_t latest = m->latest[rule];

	if (latest) {
		struct span *s = &m->spans.at[latest - 1];

		if (lo >= s->lo && lo <= s->hi) {
			s->hi = hi > s->hi ? hi : s->hi;
			s->far = s->far || far;
			return;
		}
	}
	*sek_vec_push(&m->spans) = (struct span){
	    .lo = lo, .hi = hi, .rule = rule, .far = far};
	m->latest[rule] = (uint32_t)m->spans.n;
}

/* The starts for which a literal stands at `offset`. */
static struct span
span_of(const struct sek_matcher *m, size_t literal, size_t offset)
{
	const struct sek_rule_literal *l = &m->program->rules->literal[literal];
	struct span s = {
	    .rule = l->rule,
	    .far = l->before_max == SEK_UNBOUNDED,
	};

	if (offset < l->before_min)
		return s;
	s.hi = offset - l->before_min + 1;
	if (s.far)
		s.lo = far_start(m, l->rule, offset);
	else
		s.lo = offset > l->before_max ? offset - l->before_max : 0;
	return s;
}

static void
add_lead(struct sek_matcher *m, const struct sek_rule_literal *l, size_t offset)
{
	if (offset < m->from || offset >= m->to ||
	    !sek_lead_leads(m->content, l, offset))
		return;
	if (m->led == SEK_MATCH_HITS) {
		if (!m->failed)
			m->failed = sek_fail(m->err, SEK_ETOOBIG,
			    "more encoded text in one content than the limit");
		return;
	}
	m->led++;
	*sek_vec_push(&m->leads) = (struct sek_lead){
	    .at = offset,
	    .encoding = (uint8_t)l->before_min,
	    .index = (uint8_t)(l->before_max % 4),
	};
}

static bool
on_literal(void *arg, size_t literal, size_t offset)
{
	struct sek_matcher *m = arg;
	const struct sek_rule_literal *l = &m->program->rules->literal[literal];
	struct span s;

	if (l->rule == SEK_RULE_DECODE) {
		add_lead(m, l, offset);
		return true;
	}
	s = span_of(m, literal, offset);
	if (s.lo < m->from)
		s.lo = m->from;
	if (s.hi > m->to)
		s.hi = m->to;
	if (s.lo < s.hi)
		add_span(m, s.rule, s.lo, s.hi, s.far);
	return true;
}

static bool
on_encoded(void *arg, size_t kind, size_t offset)
{
	struct sek_matcher *m = arg;
	const struct sek_ruleset *rules = m->program->rules;
	const struct sek_rule_literal *l = &rules->literal[rules->encoded];

	if (!m->unsorted) /* the first */
		m->runs = (struct sek_runs){0};
	m->unsorted = true;
	sek_stretches_take(&m->runs, m->content, kind,
	    (enum sek_encoding)l[kind].before_min, offset, &m->leads);
	return true;
}

/*
 * Then the rules: a start is tried for itself, or many in one go. A rule that
 * fails is out for this run; the others go on, so that content which is bad for
 * one rule hides nothing from the rest. Their functions fill `why`.
 */

static double
now(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum sek_code
out_of_limits(const struct sek_matcher *m, size_t rule, const char *what,
    struct sek_err *why)
{
	return sek_fail(why, SEK_ETOOBIG, "rule %s: %s", rule_at(m, rule)->id,
	    what);
}

static enum sek_code
look_at_clock(struct sek_matcher *m, size_t rule, struct sek_err *why)
{
	if (m->began == 0) {
		m->began = now();
		m->limit = SECONDS +
		    SECONDS_PER_MIB * (double)((m->to - m->from) >> 20);
	}
	if (now() - m->began > m->limit)
		return out_of_limits(m, rule,
		    "this content takes too long to match", why);
	return SEK_OK;
}

/* The text around starts [lo, hi) that their decisions look at. */
static struct sek_pcre_text
text_around(const struct sek_matcher *m, const struct sek_rule *rule, size_t lo,
    size_t hi)
{
	size_t ahead = rule->ahead == SEK_UNBOUNDED ? SEK_MATCH_WINDOW
						    : rule->ahead;
	size_t begin = lo > rule->back ? lo - rule->back : 0;
	size_t end = m->content.n - (hi - 1) > ahead ? hi - 1 + ahead
						     : m->content.n;

	return (struct sek_pcre_text){
	    .text = {m->content.p + begin, end - begin},
	    .first = lo - begin,
	    .last = hi - 1 - begin,
	    .cut_before = begin > 0,
	    .cut_after = end < m->content.n,
	    .not_empty = true,
	};
}

/* Entropy and the rule's check decide what the regex cannot. */
static enum sek_code
take_match(struct sek_matcher *m, size_t rule, size_t base,
    const struct sek_pcre_match *found, struct sek_err *why)
{
	const struct sek_rule *r = rule_at(m, rule);
	struct sek_hit hit = {
	    .match =
		{
		    .rule = (uint16_t)rule,
		    .start = base + found->start,
		    .end = base + found->end,
		    .secret = base + found->group,
		    .secret_end = base + found->group_end,
		},
	};
	struct sek_str secret = {m->content.p + hit.match.secret,
	    hit.match.secret_end - hit.match.secret};

	if (m->probing)
		return SEK_ECANCEL;
	if (secret.n == 0)
		return SEK_OK;
	if (r->entropy > 0 && sek_entropy(secret) <= (double)r->entropy)
		return SEK_OK;
	if (r->check && !r->check(m->content, &hit.match, &hit.facts))
		return SEK_OK;
	if (m->out->n - m->first == SEK_MATCH_HITS)
		return out_of_limits(m, rule,
		    "more findings in one content than the limit", why);
	*sek_vec_push(m->out) = hit;
	return SEK_OK;
}

static enum sek_code
try_one(struct sek_matcher *m, size_t rule, size_t start, struct sek_err *why)
{
	struct sek_pcre_text t = text_around(m, rule_at(m, rule), start,
	    start + 1);
	struct sek_pcre_match found;
	enum sek_pcre_result result;
	struct sek_pcre *code;
	enum sek_code failed;

	failed = sek_program_code(m->program, rule, SEK_PCRE_ANCHORED, &code,
	    why);
	if (!failed && ++m->tries % TRIES_PER_LOOK == 0)
		failed = look_at_clock(m, rule, why);
	if (failed)
		return failed;
	result = sek_pcre_run(code, m->room, &t, &found);
	if (result == SEK_PCRE_LIMIT) {
		result = sek_pcre_run_slow(code, m->room, &t, &found);
		failed = look_at_clock(m, rule, why);
		if (failed)
			return failed;
	}
	if (result == SEK_PCRE_LIMIT)
		return out_of_limits(m, rule,
		    "its regex needs too much work on this content", why);
	if (result == SEK_PCRE_NO)
		return SEK_OK;
	return take_match(m, rule, start - t.first, &found, why);
}

static enum sek_code
try_each(struct sek_matcher *m, size_t rule, size_t lo, size_t hi,
    struct sek_err *why)
{
	enum sek_code code = SEK_OK;

	for (; !code && lo < hi; lo++)
		code = try_one(m, rule, lo, why);
	return code;
}

/* PCRE2 looks for the starts. Only for spans whose starts all see, in one text,
 * what each would see in its own. */
static enum sek_code
search(struct sek_matcher *m, size_t rule, size_t lo, size_t hi,
    struct sek_err *why)
{
	struct sek_pcre *search_code;
	enum sek_code code = sek_program_code(m->program, rule, SEK_PCRE_SEARCH,
	    &search_code, why);

	while (!code && lo < hi) {
		struct sek_pcre_text t = text_around(m, rule_at(m, rule), lo,
		    hi);
		struct sek_pcre_match found;

		if (++m->tries % TRIES_PER_LOOK == 0)
			code = look_at_clock(m, rule, why);
		if (code)
			break;
		switch (sek_pcre_run(search_code, m->room, &t, &found)) {
		case SEK_PCRE_NO:
			return SEK_OK;
		case SEK_PCRE_LIMIT:
			return try_each(m, rule, lo, hi, why);
		case SEK_PCRE_YES:
			code = take_match(m, rule, lo - t.first, &found, why);
			lo += found.start - t.first + 1;
		}
	}
	return code;
}

/*
 * Starts of a rule without a limit of its own each have another window, unless
 * they have the same end before them: that of their content, or of their line
 * for rules that cannot leave it. Returns up to where from lo on this is so; lo
 * if lo itself is not such a start.
 */
static size_t
same_end(const struct sek_matcher *m, const struct sek_rule *rule, size_t lo)
{
	const char *nl;

	if (m->content.n - lo <= SEK_MATCH_WINDOW)
		return m->content.n;
	if (!rule->line)
		return lo;
	nl = memrchr(m->content.p + lo, '\n', SEK_MATCH_WINDOW);
	return nl ? (size_t)(nl - m->content.p) + 1 : lo;
}

/* lo has no same_end: the next one that may have. */
static size_t
next_same_end(const struct sek_matcher *m, const struct sek_rule *rule,
    size_t lo)
{
	size_t far = lo + SEK_MATCH_WINDOW;
	const char *nl = NULL;

	if (rule->line)
		nl = memchr(m->content.p + far, '\n', m->content.n - far);
	if (nl)
		return (size_t)(nl - m->content.p) + 1 - SEK_MATCH_WINDOW;
	return m->content.n - SEK_MATCH_WINDOW;
}

static enum sek_code
try_many(struct sek_matcher *m, size_t rule, size_t lo, size_t hi,
    struct sek_err *why)
{
	const struct sek_rule *r = rule_at(m, rule);
	enum sek_code code = SEK_OK;

	while (!code && lo < hi) {
		size_t next = lo + SEK_MATCH_WINDOW;

		if (hi - lo < MANY_STARTS)
			return try_each(m, rule, lo, hi, why);
		if (r->ahead == SEK_UNBOUNDED)
			next = same_end(m, r, lo);
		if (next > lo) {
			next = next < hi ? next : hi;
			code = search(m, rule, lo, next, why);
		} else {
			next = next_same_end(m, r, lo);
			next = next < hi ? next : hi;
			code = try_each(m, rule, lo, next, why);
		}
		lo = next;
	}
	return code;
}

static void
try_rule(struct sek_matcher *m, size_t rule, size_t lo, size_t hi)
{
	struct sek_err why;
	enum sek_code code;

	if (m->gave_up[rule])
		return;
	code = try_many(m, rule, lo, hi, &why);
	if (!code)
		return;
	m->gave_up[rule] = true;
	m->began = 0;
	if (!m->failed)
		m->failed = sek_fail(m->err, code, "%s", why.text);
}

static int
by_rule_and_start(const void *pa, const void *pb)
{
	const struct span *a = pa, *b = pb;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/* No start of a rule is tried twice, however many of its literals are near. */
static void
try_spans(struct sek_matcher *m)
{
	size_t done = 0;

	if (m->spans.n > 1)
		qsort(m->spans.at, m->spans.n, sizeof(*m->spans.at),
		    by_rule_and_start);
	for (size_t i = 0; i < m->spans.n; i++) {
		const struct span *s = &m->spans.at[i];

		m->latest[s->rule] = 0;
		if (i == 0 || s[-1].rule != s->rule)
			done = 0;
		if (s->hi <= done)
			continue;
		try_rule(m, s->rule, s->lo > done ? s->lo : done, s->hi);
		done = s->hi;
	}
	m->spans.n = 0;
}

/* At last the hits: which of them say the same? */

static int
by_start(const void *pa, const void *pb)
{
	const struct sek_match *a = &((const struct sek_hit *)pa)->match;
	const struct sek_match *b = &((const struct sek_hit *)pb)->match;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return 0;
}

static int
by_family_and_secret(const void *pa, const void *pb, void *family)
{
	const struct sek_match *a = &((const struct sek_hit *)pa)->match;
	const struct sek_match *b = &((const struct sek_hit *)pb)->match;
	uint16_t fa = ((const uint16_t *)family)[a->rule];
	uint16_t fb = ((const uint16_t *)family)[b->rule];
	size_t la = a->end - a->start, lb = b->end - b->start;

	if (fa != fb)
		return fa < fb ? -1 : 1;
	if (a->secret != b->secret)
		return a->secret < b->secret ? -1 : 1;
	if (a->secret_end != b->secret_end)
		return a->secret_end > b->secret_end ? -1 : 1;
	if (la != lb)
		return la > lb ? -1 : 1;
	return by_start(pa, pb);
}

static void
settle(struct sek_matcher *m)
{
	uint16_t *family = m->program->family;
	size_t n = m->out->n - m->first, kept = 1;
	struct sek_hit *at;

	if (n < 2)
		return;
	at = m->out->at + m->first;
	qsort_r(at, n, sizeof(*at), by_family_and_secret, family);
	for (size_t i = 1; i < n; i++) {
		const struct sek_match *last = &at[kept - 1].match;
		const struct sek_match *hit = &at[i].match;

		if (family[hit->rule] != family[last->rule] ||
		    hit->secret >= last->secret_end)
			at[kept++] = at[i];
	}
	qsort(at, kept, sizeof(*at), by_start);
	m->out->n = m->first + kept;
}

static void
run(struct sek_matcher *m)
{
	const struct sek_ruleset *rules = m->program->rules;
	size_t reach = m->program->reach, end = m->content.n;

	if (end - m->to > reach)
		end = m->to + reach;
	for (size_t at = m->from; rules->literals && at < end;) {
		size_t next = end - at > PIECE ? at + PIECE : end;

		sek_prefilter_run(rules->prefilter, m->content.p, m->content.n,
		    at, next, on_literal, m);
		try_spans(m);
		if (rules->encoded < rules->literals && at < m->to)
			sek_encoded_find(m->content.p, m->content.n, at,
			    next < m->to ? next : m->to, on_encoded, m);
		at = next;
	}
	if (m->unsorted)
		sek_leads_sort(&m->leads);
	for (size_t i = 0; i < rules->unfiltered_n; i++)
		try_rule(m, rules->unfiltered[i], m->from, m->to);
}

enum sek_code
sek_matcher_run(struct sek_matcher *m, struct sek_str content, size_t from,
    size_t to, struct sek_hits *out, struct sek_err *err)
{
	if (to > content.n)
		to = content.n;
	m->leads.n = 0;
	m->led = 0;
	m->unsorted = false;
	if (from >= to)
		return SEK_OK;
	if (!m->room)
		m->room = sek_pcre_room_new();
	if (m->failed)
		memset(m->gave_up, 0, m->program->rules->rules);
	m->failed = SEK_OK;
	m->content = content;
	m->from = from;
	m->to = to;
	m->out = out;
	m->first = out->n;
	m->tries = 0;
	m->began = 0;
	m->err = err;
	run(m);
	settle(m);
	return m->failed;
}

const struct sek_leads *
sek_matcher_leads(const struct sek_matcher *m)
{
	return &m->leads;
}

/*
 * What decisions for the starts of a span look at, and a byte more on either
 * side: whether the content ends within a window is part of a decision.
 */
static void
seen_by(const struct sek_matcher *m, const struct span *s, size_t offset,
    struct sek_probe *p)
{
	const struct sek_rule *r = rule_at(m, s->rule);
	size_t ahead = r->ahead == SEK_UNBOUNDED ? SEK_MATCH_WINDOW : r->ahead;
	size_t n = m->content.n, back = r->back + (size_t)1;
	size_t lo = s->lo, hi = s->hi ? s->hi - 1 : offset;
	const char *nl;

	if (s->far) /* where its line begins was looked for, too */
		back += lo > 0;
	p->from = lo > back ? lo - back : 0;
	p->to = n - hi > ahead ? hi + ahead + 1 : n;
	if (!r->line)
		return;
	nl = memchr(m->content.p + hi, '\n', p->to - hi);
	if (nl)
		p->to = (size_t)(nl - m->content.p) + 1;
}

bool
sek_matcher_probe(struct sek_matcher *m, struct sek_str content,
    struct sek_probe *p)
{
	const struct sek_rule_literal *l = &m->program->rules
						->literal[p->literal];
	struct sek_err why;
	struct span s;
	enum sek_code r;

	if (l->rule == SEK_RULE_DECODE) {
		p->from = p->offset > 2 ? p->offset - 2 : 0;
		p->to = content.n - p->offset > SEK_LEAD_SEEN
		    ? p->offset + SEK_LEAD_SEEN
		    : content.n;
		return sek_lead_leads(content, l, p->offset);
	}
	if (!m->room)
		m->room = sek_pcre_room_new();
	if (p->fresh) {
		m->tries = 0;
		m->began = 0;
	}
	m->content = content;
	m->from = 0;
	m->to = content.n;
	s = span_of(m, p->literal, p->offset);
	seen_by(m, &s, p->offset, p);
	m->probing = true;
	r = try_many(m, s.rule, s.lo, s.hi, &why);
	m->probing = false;
	return r != SEK_OK;
}
