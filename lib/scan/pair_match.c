#include <stdlib.h>

#include "base/alloc.h"
#include "scan/pair.h"
#include "scan/pair_gap.h"

/* A content that asks for more is left unmatched; a list of ten thousand pairs
 * needs a hundredth of it. */
#define STEPS_MAX ((size_t)16 << 20)
#define TABLE_MAX ((size_t)1 << 20)

/* The distance of two halves; a line counts as much as a long line's text. */
#define LINE_COST  1024
#define ORDER_COST 512 /* the other one first, against the custom here */
#define NONE       UINT32_MAX

struct stem {
	uint64_t hash;
	uint32_t half;
};

/* Neighbouring halves that are matched with each other as far as they can be;
 * what is over is all of one kind. Kept at the first half of a run. */
struct run {
	uint32_t last;       /* half */
	uint32_t head, tail; /* of those over, by sek_half.next; NONE: none */
	uint32_t n;
};

struct matching {
	struct sek_half *half;
	size_t n;
	uint64_t *gap;
	struct run *run;
	uint32_t *first; /* of the run that ends at a half */
	struct sek_pair *pair;
	size_t steps;
	SEK_VEC(uint32_t) ids, secrets; /* halves to be matched now */
};

static void
join(struct matching *m, uint32_t a, uint32_t b)
{
	m->pair[m->half[a].place].other = m->half[b].place;
	m->pair[m->half[b].place].other = m->half[a].place;
}

static bool
is_matched(const struct matching *m, size_t i)
{
	return m->pair[m->half[i].place].other != SEK_PAIR_NONE;
}

/* First by names. */

static int
by_stem(const void *pa, const void *pb)
{
	const struct stem *a = pa, *b = pb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->half > b->half) - (a->half < b->half);
}

static void
match_stems(struct matching *m, struct sek_str content)
{
	struct stem *stem = sek_alloc_n(m->n, sizeof(*stem));
	size_t n = 0, to;

	for (size_t i = 0; i < m->n; i++) {
		uint64_t hash = sek_gap_stem(content, m->half[i].start);

		if (hash)
			stem[n++] = (struct stem){hash, (uint32_t)i};
	}
	qsort(stem, n, sizeof(*stem), by_stem);
	for (size_t i = 0; i < n; i = to) {
		to = i + 1;
		while (to < n && stem[to].hash == stem[i].hash)
			to++;
		if (to - i == 2 &&
		    m->half[stem[i].half].is_id !=
			m->half[stem[i + 1].half].is_id)
			join(m, stem[i].half, stem[i + 1].half);
	}
	free(stem);
}

/* Then from the inside out. */

static uint64_t
cost(const struct matching *m, uint32_t a, uint32_t b, bool id_first)
{
	const struct sek_half *x = &m->half[a < b ? a : b];
	const struct sek_half *y = &m->half[a < b ? b : a];
	uint64_t lines = y->line - x->line;
	uint64_t bytes = y->start > x->end ? y->start - x->end : 0;

	return lines * LINE_COST + bytes +
	    (x->is_id == id_first ? 0 : ORDER_COST);
}

/*
 * few[i] gets many[i + shift], with shifts that never fall, so that no two
 * cross; of all ways the one with the least distance. table[i][shift]: the
 * least for the first i + 1 whose last one has a shift up to this.
 */
static void
match_nearest(struct matching *m, const uint32_t *few, size_t n,
    const uint32_t *many, size_t shifts)
{
	uint32_t first = few[0] < many[0] ? few[0] : many[0];
	bool id_first = m->half[first].is_id;
	sek_auto_free uint64_t *t = NULL;
	size_t s = shifts - 1;

	if (n * shifts > TABLE_MAX)
		return;
	t = sek_alloc_n(n * shifts, sizeof(*t));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < shifts; k++) {
			uint64_t c = cost(m, few[i], many[i + k], id_first) +
			    (i ? t[(i - 1) * shifts + k] : 0);

			t[i * shifts + k] = k && t[i * shifts + k - 1] <= c
			    ? t[i * shifts + k - 1]
			    : c;
		}
	for (size_t i = n; i-- > 0;) {
		while (s && t[i * shifts + s] == t[i * shifts + s - 1])
			s--;
		join(m, few[i], many[i + s]);
	}
}

static void
match_listed(struct matching *m, bool sections)
{
	size_t ids = m->ids.n, secrets = m->secrets.n;
	bool more = ids > secrets;
	size_t n = more ? secrets : ids,
	       shifts = (more ? ids : secrets) - n + 1;

	if (!n || (sections && shifts > 1))
		return;
	m->steps += n * shifts;
	if (shifts == 1)
		for (size_t i = 0; i < n; i++)
			join(m, m->ids.at[i], m->secrets.at[i]);
	else if (more)
		match_nearest(m, m->secrets.at, n, m->ids.at, shifts);
	else
		match_nearest(m, m->ids.at, n, m->secrets.at, shifts);
}

static void
append(struct matching *m, struct run *to, const struct run *from)
{
	if (from->head == NONE)
		return;
	if (to->head == NONE)
		to->head = from->head;
	else
		m->half[to->tail].next = from->head;
	to->tail = from->tail;
	to->n += from->n;
}

/* What is over in r after a match. */
static void
drop_matched(struct matching *m, struct run *r)
{
	struct run left = {r->last, NONE, NONE, 0};

	for (uint32_t i = r->head, next; i != NONE; i = next) {
		struct run one = {r->last, i, i, 1};

		next = i == r->tail ? NONE : m->half[i].next;
		if (!is_matched(m, i))
			append(m, &left, &one);
	}
	*r = left;
}

/* One run of what was several, of which `both` kinds may be over. */
static void
settle(struct matching *m, struct run *r, bool both, bool sections)
{
	if (!both)
		return;
	m->steps += r->n;
	m->ids.n = m->secrets.n = 0;
	for (uint32_t i = r->head; i != NONE;
	     i = i == r->tail ? NONE : m->half[i].next) {
		if (m->half[i].is_id)
			*sek_vec_push(&m->ids) = i;
		else
			*sek_vec_push(&m->secrets) = i;
	}
	match_listed(m, sections);
	drop_matched(m, r);
}

/* Joins the run that ends before half `at` with the one that starts there.
 * True: different kinds are over in them. */
static bool
join_runs(struct matching *m, uint32_t at)
{
	uint32_t first = m->first[at - 1];
	struct run *a = &m->run[first], *b = &m->run[at];
	bool both = a->head != NONE && b->head != NONE &&
	    m->half[a->tail].is_id != m->half[b->head].is_id;

	append(m, a, b);
	a->last = b->last;
	m->first[a->last] = first;
	return both;
}

struct sorted {
	uint64_t strength;
	uint32_t at;
};

static int
by_strength(const void *pa, const void *pb)
{
	const struct sorted *a = pa, *b = pb;

	if (a->strength != b->strength)
		return a->strength < b->strength ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* All runs that gaps of one strength join are matched at once. */
static size_t
match_chain(struct matching *m, const struct sorted *gap, size_t n, size_t i)
{
	uint32_t first = m->first[gap[i].at - 1];
	struct run *r = &m->run[first];
	uint64_t strength = gap[i].strength;
	bool both = false;

	do {
		both |= join_runs(m, gap[i].at);
		i++;
	} while (i < n && gap[i].strength == strength &&
	    gap[i].at == r->last + 1);
	settle(m, r, both, strength & SEK_GAP_SECTION);
	return i;
}

static void
match_inside_out(struct matching *m)
{
	struct sorted *gap = sek_alloc_n(m->n, sizeof(*gap));
	size_t n = 0;

	for (size_t i = 1; i < m->n; i++)
		gap[n++] = (struct sorted){m->gap[i], (uint32_t)i};
	qsort(gap, n, sizeof(*gap), by_strength);
	for (size_t i = 0; i < m->n; i++) {
		uint32_t over = is_matched(m, i) ? NONE : (uint32_t)i;

		m->first[i] = (uint32_t)i;
		m->run[i] = (struct run){(uint32_t)i, over, over, over != NONE};
	}
	for (size_t i = 0; i < n && m->steps < STEPS_MAX;)
		i = match_chain(m, gap, n, i);
	free(gap);
}

static void
match_halves(struct matching *m, struct sek_str content)
{
	m->gap = sek_alloc_n(m->n, sizeof(*m->gap));
	m->run = sek_alloc_n(m->n, sizeof(*m->run));
	m->first = sek_alloc_n(m->n, sizeof(*m->first));
	sek_gaps_measure(content, m->half, m->n, m->gap);
	match_stems(m, content);
	match_inside_out(m);
	for (size_t i = 0; i < m->n; i++)
		m->pair[m->half[i].place].line = m->half[i].line;
	sek_vec_clear(&m->ids);
	sek_vec_clear(&m->secrets);
	free(m->first);
	free(m->run);
	free(m->gap);
}

void
sek_pair_match(const struct sek_ruleset *rules, struct sek_str content,
    const struct sek_hits *hits, const uint32_t *kept, size_t n,
    struct sek_pair *pair)
{
	struct matching m = {.pair = pair};
	size_t ids = 0;

	m.half = sek_alloc_n(n + 1, sizeof(*m.half));
	for (size_t i = 0; i < n; i++) {
		const struct sek_match *hit = &hits->at[kept[i]].match;
		enum sek_role role = rules->rule[hit->rule].role;

		pair[i] = (struct sek_pair){SEK_PAIR_NONE, 0};
		if (role == SEK_ROLE_NONE)
			continue;
		ids += role == SEK_ROLE_KEY_ID;
		m.half[m.n++] = (struct sek_half){
		    .start = hit->secret,
		    .end = hit->secret_end,
		    .is_id = role == SEK_ROLE_KEY_ID,
		    .place = (uint32_t)i,
		};
	}
	if (ids && ids < m.n)
		match_halves(&m, content);
	free(m.half);
}
