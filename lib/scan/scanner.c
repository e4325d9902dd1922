#include "scan/scanner.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/redact.h"
#include "scan/around.h"
#include "scan/check_time.h"
#include "scan/inside.h"
#include "scan/pair.h"
#include "scan/pair_gap.h"
#include "scan/unwrap.h"

/* The findings before one in an encoding that may be the same one. */
#define LOOKS_BACK 64
/* Those of an archive that may be one of its bytes as they are. */
#define LOOKS_PACKED 1024

/* Matches in one text, and which of them are told. */
struct matches {
	struct sek_hits hits;
	SEK_VEC(uint32_t) kept; /* indices in hits, by start of the secret */
	SEK_VEC(struct sek_pair) pair; /* as kept */
};

struct sek_scanner {
	const struct sek_policy *policy;
	struct sek_matcher *matcher;
	struct matches content[SEK_UNWRAP_DEPTH + 1], name; /* by depth */
	struct sek_unwrap *unwrap;
	int64_t now; /* seconds: is a token still valid? */
	struct sek_inside *inside;
	char *shown; /* the job's path; NULL: as it is */
	const char *path;
};

/* A content, or text that was decoded, with what was found in it. */
struct text {
	const struct sek_layer *layer; /* NULL: a content */
	struct sek_str bytes;
	struct matches *found;
};

/* The content under way. */
struct scan {
	struct sek_scanner *scanner;
	const struct sek_job *job;
	struct sek_str content;
	struct sek_around at;
	struct sek_outcome *out;
	/* In out->founds: this content's first, what was packed in it before. */
	size_t first, packed;
};

struct sek_scanner *
sek_scanner_new(const struct sek_policy *policy)
{
	struct sek_scanner *s = sek_alloc(sizeof(*s));

	s->policy = policy;
	s->now = time(NULL);
	s->matcher = sek_matcher_new(policy->program);
	return s;
}

static void
clear_matches(struct matches *m)
{
	sek_vec_clear(&m->hits);
	sek_vec_clear(&m->kept);
	sek_vec_clear(&m->pair);
}

void
sek_scanner_free(struct sek_scanner *s)
{
	if (!s)
		return;
	sek_matcher_free(s->matcher);
	for (size_t i = 0; i <= SEK_UNWRAP_DEPTH; i++)
		clear_matches(&s->content[i]);
	sek_unwrap_free(s->unwrap);
	sek_inside_free(s->inside);
	clear_matches(&s->name);
	free(s->shown);
	free(s);
}

static const struct sek_rule *
rule_of(const struct sek_scanner *s, const struct sek_hit *h)
{
	return &s->policy->rules->rule[h->match.rule];
}

struct order {
	const struct sek_scanner *scanner;
	const struct sek_hit *hit;
};

static int
by_secret(const void *pa, const void *pb, void *arg)
{
	const struct order *o = arg;
	const struct sek_hit *a = &o->hit[*(const uint32_t *)pa];
	const struct sek_hit *b = &o->hit[*(const uint32_t *)pb];
	int sa = (int)rule_of(o->scanner, a)->severity;
	int sb = (int)rule_of(o->scanner, b)->severity;

	if (a->match.secret != b->match.secret)
		return a->match.secret < b->match.secret ? -1 : 1;
	if (a->match.secret_end != b->match.secret_end)
		return a->match.secret_end > b->match.secret_end ? -1 : 1;
	if (sa != sb)
		return sb - sa;
	return a->match.rule - b->match.rule;
}

/*
 * A secret inside another one (a key id in a presigned URL) or found by two
 * rules is told once: by the larger, then the graver. After the sort whatever
 * covers a hit stands before it, so the furthest end so far decides.
 */
static void
keep_uncovered(const struct sek_scanner *s, struct matches *m)
{
	struct order order = {s, m->hits.at};
	size_t furthest = 0, n = 0;

	m->kept.n = 0;
	for (size_t i = 0; i < m->hits.n; i++)
		*sek_vec_push(&m->kept) = (uint32_t)i;
	if (m->kept.n < 2)
		return;
	qsort_r(m->kept.at, m->kept.n, sizeof(*m->kept.at), by_secret, &order);
	for (size_t i = 0; i < m->kept.n; i++) {
		size_t end = m->hits.at[m->kept.at[i]].match.secret_end;

		if (i && end <= furthest)
			continue;
		furthest = end;
		m->kept.at[n++] = m->kept.at[i];
	}
	m->kept.n = n;
}

static enum sek_code
find(struct sek_scanner *s, struct sek_str text, struct matches *m,
    struct sek_err *err)
{
	enum sek_code r;

	m->hits.n = 0;
	m->kept.n = 0;
	r = sek_matcher_run(s->matcher, text, 0, text.n, &m->hits, err);
	if (!m->hits.n)
		return r;
	sek_pair_bare(s->policy->rules, text, &m->hits);
	keep_uncovered(s, m);
	m->pair.n = 0;
	while (m->pair.n < m->kept.n)
		(void)sek_vec_push(&m->pair);
	sek_pair_match(s->policy->rules, text, &m->hits, m->kept.at, m->kept.n,
	    m->pair.at);
	return r;
}

static struct sek_str
slice(struct sek_str c, size_t from, size_t to)
{
	return (struct sek_str){c.p + from, to - from};
}

static void
set_fingerprint(struct sek_finding *f, struct sek_str c,
    const struct sek_match *m, struct sek_str path)
{
	sek_auto_buf context = {0};

	if (f->rule->guessable) {
		sek_buf_add_str(&context, slice(c, m->start, m->secret));
		sek_buf_add_str(&context, slice(c, m->secret_end, m->end));
	}
	sek_fingerprint(f->fingerprint, f->rule,
	    slice(c, m->secret, m->secret_end), path, sek_buf_str(&context));
}

static char *
redacted(const struct sek_rule *rule, struct sek_str secret)
{
	sek_auto_buf b = {0};

	sek_redact(&b, secret, rule->edges ? SEK_SHOW_EDGES : SEK_SHOW_NOTHING);
	return sek_buf_take(&b);
}

/* What the match itself says, and with all that is known, how sure we are. */
static void
grade(const struct sek_scanner *s, const struct sek_match *m,
    struct sek_finding *f)
{
	struct sek_facts *facts = &f->facts;

	if (f->rule->entropy > 0)
		facts->signals |= SEK_SIGNAL_RANDOM;
	if (!(facts->signals & SEK_SIGNAL_BARE) && m->secret > m->start)
		facts->signals |= SEK_SIGNAL_NAMED;
	sek_check_say_time(facts, s->now);
	facts->confidence = sek_signal_grade(facts->signals);
}

static void
tell_pair(const struct sek_scanner *s, struct sek_str c,
    const struct matches *m, size_t k, struct sek_finding *f)
{
	uint32_t other = m->pair.at[k].other;
	const struct sek_hit *key;

	if (f->rule->role != SEK_ROLE_NONE)
		f->stem = sek_gap_stem(c, f->start);
	if (other == SEK_PAIR_NONE)
		return;
	f->facts.signals |= SEK_SIGNAL_PAIRED;
	if (f->rule->role != SEK_ROLE_SECRET)
		return;
	key = &m->hits.at[m->kept.at[other]];
	f->pair = redacted(rule_of(s, key),
	    slice(c, key->match.secret, key->match.secret_end));
	f->pair_line = m->pair.at[other].line;
}

static void
describe(const struct sek_scanner *s, const struct sek_job *job,
    struct sek_str c, const struct matches *m, size_t k, struct sek_finding *f)
{
	const struct sek_hit *h = &m->hits.at[m->kept.at[k]];
	struct sek_str secret = slice(c, h->match.secret, h->match.secret_end);

	f->rule = rule_of(s, h);
	f->severity = f->rule->severity;
	f->facts = h->facts;
	f->place = job->place;
	f->path = sek_strdup(job->path);
	f->inside = job->within != NULL;
	f->inside_binary = f->inside && job->within->binary;
	if (job->within && job->within->inner)
		f->inner = sek_strdup(job->within->inner);
	f->commit = job->commit;
	f->blob = job->blob;
	f->order = job->order;
	f->start = h->match.secret;
	f->end = h->match.secret_end;
	f->redacted = redacted(f->rule, secret);
	if (!f->rule->guessable)
		f->entropy = (float)sek_entropy(secret);
	if (s->policy->keep_secrets)
		f->secret = sek_strndup(secret.p, secret.n);
	tell_pair(s, c, m, k, f);
	set_fingerprint(f, c, &h->match, sek_str(job->path));
	grade(s, &h->match, f);
}

static void
set_position(struct sek_finding *f, struct sek_str c, struct sek_around *at)
{
	size_t last_start;

	sek_around_advance(at, c, f->start);
	last_start = at->line_start;
	f->line = f->end_line = at->line;
	f->column = f->start - at->line_start + 1;
	for (size_t i = f->start; i < f->end; i++) {
		if (c.p[i] != '\n')
			continue;
		f->end_line++;
		last_start = i + 1;
	}
	f->end_column = f->end - last_start + 1;
	if (f->column <= SEK_AROUND_MAX && f->end_column <= SEK_AROUND_MAX)
		sek_finding_set_chars(f, c);
}

/* What the allow-list wants to know; of a very long line what is near. */
static void
look_around(struct sek_str c, const struct sek_finding *f,
    struct sek_str secret, struct sek_allow_where *w)
{
	bool cut;
	size_t from = sek_around_start(c, f->start, &cut), above;

	*w = (struct sek_allow_where){.secret = secret};
	if (from && !cut) {
		above = sek_around_start(c, from - 1, &cut);
		if (!cut)
			w->before = slice(c, above, from - 1);
	}
	w->line = slice(c, from, sek_around_end(c, f->start, &cut));
}

static enum sek_code
is_allowed(const struct sek_scanner *s, const struct sek_job *job,
    struct sek_str c, const struct sek_finding *f, struct sek_str secret,
    bool *yes, const char **why, struct sek_err *err)
{
	const struct sek_policy *p = s->policy;
	struct sek_finding asked = *f;
	struct sek_allow_where w;

	look_around(c, f, secret, &w);
	if (job->unnamed) /* then no entry for a path is meant */
		asked.place = SEK_PLACE_STDIN;
	if (p->allow)
		return sek_allow_finding(p->allow, &asked, &w, p->inline_allow,
		    yes, why, err);
	*why = p->inline_allow ? sek_allow_marker(w.line, w.before, f->rule->id)
			       : NULL;
	*yes = *why != NULL;
	return SEK_OK;
}

/* A path on its way to be shown: path[at...] is still to be added. */
struct hiding {
	const char *path;
	size_t at;
	struct sek_finding
	    *own; /* stays, and is moved; NULL: none (any more) */
	struct sek_buf shown;
};

static void
pass_own(struct hiding *h)
{
	struct sek_finding *own = sek_steal(&h->own);
	size_t start = own->start, end = own->end;

	sek_buf_add(&h->shown, h->path + h->at, start - h->at);
	own->start = h->shown.n;
	sek_buf_add(&h->shown, h->path + start, end - start);
	own->end = h->shown.n;
	h->at = end;
}

static void
hide_one(struct hiding *h, const char *text, size_t from, size_t to)
{
	if (h->own && from < h->own->start && to > h->own->start)
		to = h->own->start;
	else if (h->own && from < h->own->end && to > h->own->start)
		from = h->own->end;
	if (h->own && from >= h->own->end)
		pass_own(h);
	from = from < h->at ? h->at : from;
	if (from >= to)
		return;
	sek_buf_add(&h->shown, h->path + h->at, from - h->at);
	sek_buf_add_s(&h->shown, text);
	h->at = to;
}

/*
 * The path with what was matched in it redacted; NULL: it may be shown as it
 * is. own: a finding in the path itself, or NULL.
 */
static char *
hide(const struct sek_scanner *s, const char *path, const struct matches *m,
    struct sek_finding *own)
{
	struct hiding h = {.path = path, .own = own};

	if (!m->kept.n || s->policy->keep_secrets)
		return NULL;
	for (size_t k = 0; k < m->kept.n; k++) {
		const struct sek_hit *hit = &m->hits.at[m->kept.at[k]];
		size_t from = hit->match.secret, to = hit->match.secret_end;
		sek_auto_free char *text = redacted(rule_of(s, hit),
		    slice(sek_str(path), from, to));

		hide_one(&h, text, from, to);
	}
	if (h.own)
		pass_own(&h);
	sek_buf_add_s(&h.shown, path + h.at);
	return sek_buf_take(&h.shown);
}

static void
set_path(struct sek_found *f, char *path)
{
	if (!path)
		return;
	free(f->finding.path);
	f->finding.path = path;
	f->path_hidden = true;
}

static bool
is_in_path(const struct sek_job *job)
{
	return job->place == SEK_PLACE_REF_NAME ||
	    (job->place == SEK_PLACE_FILE_NAME && !job->unnamed);
}

static void
tell_one(struct sek_scanner *s, const struct sek_job *job,
    const struct matches *m, struct sek_found *f, const char *why,
    struct sek_outcome *out)
{
	if (!is_in_path(job)) {
		set_path(f,
		    sek_strdup(job->within ? job->within->hidden : s->shown));
	} else {
		set_path(f, hide(s, job->path, m, why ? NULL : &f->finding));
		f->finding.column = f->finding.start + 1;
	}
	if (why) {
		sek_outcome_allowed(out, &f->finding, why);
		sek_found_clear(f);
		return;
	}
	sek_outcome_keep(out, f,
	    job->unnamed && job->place == SEK_PLACE_FILE &&
		!sek_oid_is_none(&job->blob));
}

/* Does something that is told overlap [start, end)? */
static bool
is_told(const struct matches *m, size_t start, size_t end)
{
	size_t low = 0, high = m->kept.n;

	while (low < high) { /* the first that begins at or after end */
		size_t middle = low + (high - low) / 2;

		if (m->hits.at[m->kept.at[middle]].match.secret < end)
			low = middle + 1;
		else
			high = middle;
	}
	/* What is kept has rising ends, too. */
	return low && m->hits.at[m->kept.at[low - 1]].match.secret_end > start;
}

/* The finding's place in the content; false: it is told there already. */
static bool
place_outside(const struct text *t, struct sek_finding *f)
{
	for (const struct sek_layer *l = t->layer; l; l = l->outer) {
		const struct matches *told = l->arg;
		size_t start = f->start, end = f->end;

		sek_layer_place(l, &start, &end);
		f->start = start;
		f->end = end;
		if (is_told(told, start, end))
			return false;
	}
	return true;
}

static bool
is_among(const struct sek_founds *v, size_t from, size_t to,
    const struct sek_finding *f)
{
	while (from < to)
		if (!strcmp(v->at[from++].finding.fingerprint, f->fingerprint))
			return true;
	return false;
}

/* What two encodings read in the same bytes (UTF-16 of either order, a byte
 * apart), or what an archive holds as it is, is told once. */
static bool
is_told_again(const struct scan *sc, const struct sek_finding *f)
{
	const struct sek_founds *v = &sc->out->founds;
	size_t from = v->n - sc->packed > LOOKS_BACK ? v->n - LOOKS_BACK
						     : sc->packed;
	size_t to = sc->packed - sc->first > LOOKS_PACKED
	    ? sc->first + LOOKS_PACKED
	    : sc->packed;

	for (; from < v->n; from++) {
		const struct sek_finding *old = &v->at[from].finding;

		if (f->start < old->end && old->start < f->end &&
		    is_among(v, from, from + 1, f))
			return true;
	}
	return is_among(v, sc->first, to, f);
}

/* What was found in an archive that stands encoded in a content is told where
 * the archive stands, once. */
static void
place_members(struct scan *sc, const struct text *t, size_t first)
{
	struct sek_founds *v = &sc->out->founds;
	size_t n = first;

	for (size_t i = first; i < v->n; i++) {
		struct sek_found *f = &v->at[i];
		size_t start = 0, end = t->bytes.n;

		for (const struct sek_layer *l = t->layer; l; l = l->outer)
			sek_layer_place(l, &start, &end);
		f->finding.start = start;
		f->finding.end = end;
		f->finding.inside = false;
		set_position(&f->finding, sc->content, &sc->at);
		sek_found_copy_lines(f, sc->content);
		if (is_among(v, n - first > LOOKS_BACK ? n - LOOKS_BACK : first,
			n, &f->finding))
			sek_found_clear(f);
		else
			v->at[n++] = *f;
	}
	v->n = n;
}

static void
scan_inside(struct scan *sc, const struct text *t)
{
	size_t first = sc->out->founds.n;
	sek_auto_free char *names = sek_layer_names(t->layer);

	sek_inside_run(&sc->scanner->inside, sc->scanner->policy, sc->job,
	    sek_scanner_shown(sc->scanner), names, t->bytes, sc->out);
	if (t->layer)
		place_members(sc, t, first);
}

static enum sek_code
tell_hit(struct scan *sc, const struct text *t, size_t k, struct sek_err *err)
{
	const struct sek_match *m = &t->found->hits.at[t->found->kept.at[k]]
					 .match;
	sek_auto_free char *names = NULL;
	struct sek_found f = {0};
	const char *why;
	enum sek_code r;
	bool allowed;

	describe(sc->scanner, sc->job, t->bytes, t->found, k, &f.finding);
	if (t->layer) /* lines of decoded text are none of the content's */
		f.finding.pair_line = 0;
	if (!place_outside(t, &f.finding) || is_told_again(sc, &f.finding)) {
		sek_found_clear(&f);
		return SEK_OK;
	}
	names = sek_layer_names(t->layer);
	f.finding.encoding = sek_inside_encoding(sc->job, names);
	if (sc->job->place != SEK_PLACE_FILE_NAME)
		set_position(&f.finding, sc->content, &sc->at);
	r = is_allowed(sc->scanner, sc->job, sc->content, &f.finding,
	    slice(t->bytes, m->secret, m->secret_end), &allowed, &why, err);
	if (r != SEK_OK) {
		sek_found_clear(&f);
		return r;
	}
	if (!allowed && sc->job->origin)
		sek_found_copy_lines(&f, sc->content);
	tell_one(sc->scanner, sc->job, t->found, &f, allowed ? why : NULL,
	    sc->out);
	return SEK_OK;
}

static enum sek_code
tell(struct scan *sc, const struct text *t, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	for (size_t k = 0; r == SEK_OK && k < t->found->kept.n; k++)
		r = tell_hit(sc, t, k, err);
	return r;
}

enum sek_code
sek_scanner_name(struct sek_scanner *s, const struct sek_job *job,
    struct sek_outcome *out, struct sek_err *err)
{
	struct sek_job name = {
	    .place = SEK_PLACE_FILE_NAME,
	    .path = job->path,
	    .commit = job->commit,
	    .order = job->order,
	    .origin = job->origin,
	};
	struct sek_str path = sek_str(job->path);
	struct scan sc = {
	    s, &name, path, {.line = 1}, out, out->founds.n, out->founds.n};
	struct text text = {NULL, path, &s->name};
	enum sek_code r, told = SEK_OK;

	sek_free_ptr(&s->shown);
	s->path = job->path;
	if (job->place != SEK_PLACE_FILE || job->unnamed)
		return SEK_OK;
	r = find(s, path, &s->name, err);
	if (job->name_too) {
		out->counts.names++;
		told = tell(&sc, &text, r == SEK_OK ? err : NULL);
	}
	s->shown = hide(s, job->path, &s->name, NULL);
	return r == SEK_OK ? told : r;
}

const char *
sek_scanner_shown(const struct sek_scanner *s)
{
	return s->shown ? s->shown : s->path;
}

static enum sek_code
scan_text(void *arg, const struct sek_layer *layer, struct sek_str text,
    struct sek_err *err)
{
	struct scan *sc = arg;
	struct sek_scanner *s = sc->scanner;
	struct matches *found = &s->content[layer ? layer->depth : 0];
	struct text t = {layer, text, found};
	enum sek_code r = find(s, text, found, err), more;

	scan_inside(sc, &t);
	if (!layer)
		sc->packed = sc->out->founds.n;
	more = tell(sc, &t, r == SEK_OK ? err : NULL);
	r = r == SEK_OK ? more : r;
	more = sek_unwrap_run(&s->unwrap, layer, text,
	    sek_matcher_leads(s->matcher), found, scan_text, sc,
	    r == SEK_OK ? err : NULL);
	return r == SEK_OK ? more : r;
}

enum sek_code
sek_scanner_run(struct sek_scanner *s, const struct sek_job *job,
    struct sek_str content, struct sek_outcome *out, struct sek_err *err)
{
	struct scan sc = {
	    s, job, content, {.line = 1}, out, out->founds.n, out->founds.n};

	if (!job->within)
		out->counts.bytes += content.n;
	return scan_text(&sc, NULL, content, err);
}

char *
sek_scanner_hide(struct sek_scanner *s, const char *text)
{
	/* After an error, what was matched until then is hidden. */
	enum sek_code r = find(s, sek_str(text), &s->name, NULL);
	char *shown;

	(void)r;
	shown = hide(s, text, &s->name, NULL);
	return shown ? shown : sek_strdup(text);
}

void
sek_scanner_rename(struct sek_scanner *s, struct sek_found *f, const char *path)
{
	bool inside = f->finding.place == SEK_PLACE_FILE_NAME;
	/* After an error, what was matched until then is hidden. */
	enum sek_code r = find(s, sek_str(path), &s->name, NULL);
	char *shown;

	(void)r;
	shown = hide(s, path, &s->name, inside ? &f->finding : NULL);
	free(f->finding.path);
	f->finding.path = shown ? shown : sek_strdup(path);
	f->path_hidden = shown != NULL;
	if (inside)
		f->finding.column = f->finding.start + 1;
}
