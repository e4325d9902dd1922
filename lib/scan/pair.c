#include "scan/pair.h"

#include <stdlib.h>
#include <strings.h>

#include "scan/check_aws.h"
#include "scan/pair_gap.h"

/*
 * A bare run is looked for up to this far from a key id; people put a name, a
 * quote, a column or a few lines of other fields between the two.
 */
#define NEAR_BYTES ((size_t)512)
#define NEAR_LINES 5
#define FAR_MAX    ((size_t)16 << 20)
#define RUN_LEN    40
#define MATCH_MAX  ((size_t)20 << 10)

static enum sek_role
role_of(const struct sek_ruleset *rules, const struct sek_hit *h)
{
	return rules->rule[h->match.rule].role;
}

static size_t
near_start(struct sek_str content, size_t at)
{
	size_t lines = 0, limit = at > NEAR_BYTES ? at - NEAR_BYTES : 0;

	while (at > limit && (content.p[at - 1] != '\n' || lines < NEAR_LINES))
		lines += content.p[--at] == '\n';
	return at;
}

static size_t
near_end(struct sek_str content, size_t at)
{
	size_t lines = 0;
	size_t limit = content.n - at > NEAR_BYTES ? at + NEAR_BYTES
						   : content.n;

	while (at < limit && (content.p[at] != '\n' || lines < NEAR_LINES))
		lines += content.p[at++] == '\n';
	return at;
}

static bool
is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9');
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

/* Does what stands before `at` end in an escape: \n, %22, \u0022, \x27? */
static bool
escape_before(struct sek_str content, size_t at)
{
	const char *p = content.p + at;

	if (at >= 2 && p[-2] == '\\' && memchr("nrt", p[-1], 3))
		return true;
	if (at < 3 || !is_hex(p[-1]) || !is_hex(p[-2]))
		return false;
	if (p[-3] == '%' || (at >= 4 && p[-3] == 'x' && p[-4] == '\\'))
		return true;
	return at >= 6 && !memcmp(p - 6, "\\u00", 4);
}

/* May a run of its own start here? */
static bool
starts_run(struct sek_str content, size_t at)
{
	char before = at ? content.p[at - 1] : ' ';

	if (escape_before(content, at))
		return true;
	if (at >= 2 && before == '-' && content.p[at - 2] == ':')
		return true; /* ${NAME:-value} */
	return !is_word(before) && !memchr("+/_.-", before, 5);
}

static bool
ends_run(struct sek_str content, size_t at)
{
	struct sek_str rest = {content.p + at, content.n - at};
	char c;

	if (sek_aws_base64_char(rest, &c))
		return false;
	if (!rest.n ||
	    (rest.p[0] != '_' && rest.p[0] != '-' && rest.p[0] != '.'))
		return true;
	if (rest.p[0] == '.') /* the end of a sentence, not a file's name */
		return rest.n < 2 || !is_word(rest.p[1]);
	return rest.p[0] == '-' && rest.n >= 3 && rest.p[1] == '-' &&
	    rest.p[2] == '>';
}

/* The end of the run that starts at `at` if it is one of 40, else 0. */
static size_t
run_of_40(struct sek_str content, size_t at, size_t end)
{
	for (size_t i = 0; i < RUN_LEN; i++) {
		char c;
		size_t n = sek_aws_base64_char((struct sek_str){content.p + at,
						   end - at},
		    &c);

		if (!n || c == '=')
			return 0;
		at += n;
	}
	return ends_run(content, at) ? at : 0;
}

/* Hits stand in order of start, and no match is longer than MATCH_MAX. */
static bool
is_covered(const struct sek_hits *hits, size_t start, size_t end)
{
	size_t low = 0, high = hits->n;

	while (low < high) { /* the first that starts at or after end */
		size_t middle = low + (high - low) / 2;

		if (hits->at[middle].match.start < end)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- && hits->at[low].match.start + MATCH_MAX > start) {
		const struct sek_match *m = &hits->at[low].match;

		if (m->secret < end && start < m->secret_end)
			return true;
	}
	return false;
}

static int
by_start(const void *a, const void *b)
{
	const struct sek_match *x = &((const struct sek_hit *)a)->match;
	const struct sek_match *y = &((const struct sek_hit *)b)->match;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static bool
has_any(struct sek_str name, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		for (size_t i = 0; i + n <= name.n; i++)
			if (!strncasecmp(name.p + i, *words, n))
				return true;
	}
	return false;
}

/* What the run's own name says for it. */
static uint32_t
evidence(struct sek_str content, size_t at)
{
	static const char *const yes[] = {
	    "secret", "key", "aws", "amazon", "s3", "cred", "passw", NULL};
	static const char *const no[] = {"public", "cache", "hash", "sha",
	    "digest", "sum", "sig", "nonce", "integrity", "etag", NULL};
	struct sek_str name = sek_gap_name(content, at);

	if (!name.n || has_any(name, no))
		return 0;
	return SEK_SIGNAL_ASSIGNED |
	    (has_any(name, yes) ? (uint32_t)SEK_SIGNAL_WORD : 0);
}

/* Adds the runs of content[from, to) to found; far from any key id only those
 * whose names speak of keys. */
static void
find_runs(const struct sek_rule *rule, uint16_t number, struct sek_str content,
    size_t from, size_t to, bool near, const struct sek_hits *hits,
    struct sek_hits *found)
{
	for (size_t at = from; at < to; at++) {
		struct sek_hit hit = {0};
		size_t end;

		if (!is_word(content.p[at]) &&
		    !memchr("+/%\\&", content.p[at], 5))
			continue;
		if (!starts_run(content, at))
			continue;
		end = run_of_40(content, at, content.n);
		if (!end || is_covered(hits, at, end) ||
		    (found->n && found->at[found->n - 1].match.end > at))
			continue;
		hit.facts.signals = SEK_SIGNAL_BARE | evidence(content, at) |
		    (near ? (uint32_t)SEK_SIGNAL_NEAR : 0);
		if (!near && !(hit.facts.signals & SEK_SIGNAL_WORD))
			continue;
		hit.match = (struct sek_match){number, at, end, at, end};
		if (rule->check &&
		    !rule->check(content, &hit.match, &hit.facts))
			continue;
		*sek_vec_push(found) = hit;
		at = end - 1;
	}
}

/* Moves what was found to hits. */
static void
add_found(struct sek_hits *hits, struct sek_hits *found)
{
	sek_vec_each (f, found)
		*sek_vec_push(hits) = *f;
	if (found->n)
		qsort(hits->at, hits->n, sizeof(*hits->at), by_start);
	found->n = 0;
}

/* Are there more key ids than secrets? */
static bool
has_lone_id(const struct sek_ruleset *rules, const struct sek_hits *hits)
{
	size_t ids = 0, secrets = 0;

	sek_vec_each (h, hits) {
		ids += role_of(rules, h) == SEK_ROLE_KEY_ID;
		secrets += role_of(rules, h) == SEK_ROLE_SECRET;
	}
	return ids > secrets;
}

void
sek_pair_bare(const struct sek_ruleset *rules, struct sek_str content,
    struct sek_hits *hits)
{
	struct sek_hits found = {0};
	size_t number = 0, done = 0;

	while (number < rules->rules &&
	    rules->rule[number].role != SEK_ROLE_SECRET)
		number++;
	if (number == rules->rules)
		return;
	sek_vec_each (h, hits) {
		size_t from, to;

		if (role_of(rules, h) != SEK_ROLE_KEY_ID)
			continue;
		from = near_start(content, h->match.secret);
		to = near_end(content, h->match.secret_end);
		find_runs(&rules->rule[number], (uint16_t)number, content,
		    from > done ? from : done, to, true, hits, &found);
		done = to;
	}
	add_found(hits, &found);
	if (content.n <= FAR_MAX && has_lone_id(rules, hits)) {
		find_runs(&rules->rule[number], (uint16_t)number, content, 0,
		    content.n, false, hits, &found);
		add_found(hits, &found);
	}
	sek_vec_clear(&found);
}
