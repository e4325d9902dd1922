#include "scan/merge.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/merge_places.h"
#include "scan/report_read.h"

/* Of a repository. */
struct part {
	struct sek_shard shard;
	char split[17];
};

struct repository {
	struct sek_merged merged;
	SEK_VEC(struct part) parts;
};

struct sek_merge {
	SEK_VEC(struct repository *) repositories;
	SEK_VEC(struct sek_rule *) rules; /* each id once; owned */
	void *by_name, *by_id;            /* tsearch(3) of these two */
	struct sek_rule *table;           /* of them, in the end */
	struct sek_ruleset ruleset;
};

/* A report that is being read. */
struct input {
	const char *name;
	size_t line;
	struct repository *open; /* its summary has not come yet */
	uint64_t summaries;      /* whose total has not come yet */
	bool any;                /* there was a run with an end */
};

struct sek_merge *
sek_merge_new(void)
{
	return sek_alloc(sizeof(struct sek_merge));
}

static void
free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

static void
no_free(void *node)
{
	(void)node;
}

void
sek_merge_free(struct sek_merge *m)
{
	if (!m)
		return;
	sek_vec_each (r, &m->repositories) {
		free((*r)->merged.repository);
		sek_outcome_clear(&(*r)->merged.outcome);
		sek_vec_clear(&(*r)->parts);
		free(*r);
	}
	sek_vec_each (rule, &m->rules) {
		free_text((*rule)->id);
		free_text((*rule)->description);
		free(*rule);
	}
	tdestroy(m->by_name, no_free);
	tdestroy(m->by_id, no_free);
	sek_vec_clear(&m->repositories);
	sek_vec_clear(&m->rules);
	free(m->table);
	free(m);
}

static int
by_name(const void *pa, const void *pb)
{
	const struct repository *a = pa, *b = pb;

	return sek_str_cmp(sek_str(a->merged.repository),
	    sek_str(b->merged.repository));
}

static struct repository *
find(struct sek_merge *m, const char *name)
{
	struct repository *r = sek_alloc(sizeof(*r)), *known;

	r->merged.repository = sek_strdup(name);
	known = *(struct repository **)tsearch(r, &m->by_name, by_name);
	if (known != r) {
		free(r->merged.repository);
		free(r);
		return known;
	}
	*sek_vec_push(&m->repositories) = r;
	return r;
}

static int
by_id(const void *pa, const void *pb)
{
	const struct sek_rule *a = pa, *b = pb;

	return strcmp(a->id, b->id);
}

/* Help and role are those of our own rule of that name, if there is one. */
static const struct sek_rule *
find_rule(struct sek_merge *m, struct sek_rule *read)
{
	const struct sek_ruleset *own = &sek_ruleset_builtin;
	struct sek_rule *const *known = tfind(read, &m->by_id, by_id);
	struct sek_rule *rule;

	if (known)
		return *known;
	rule = sek_alloc(sizeof(*rule));
	*rule = *read;
	read->id = read->description = NULL;
	for (size_t i = 0; i < own->rules; i++)
		if (!strcmp(own->rule[i].id, rule->id)) {
			rule->help = own->rule[i].help;
			rule->role = own->rule[i].role;
			break;
		}
	*sek_vec_push(&m->rules) = rule;
	(void)tsearch(rule, &m->by_id, by_id);
	return rule;
}

static void broken(struct repository *r, const struct input *in,
    const char *fmt, ...) SEK_PRINTF(3, 4);

static void
broken(struct repository *r, const struct input *in, const char *fmt, ...)
{
	sek_auto_free char *name = NULL;
	char why[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	name = in->line ? sek_printf("%s:%zu", in->name, in->line)
			: sek_strdup(in->name);
	sek_outcome_unread(&r->merged.outcome, sek_str(name), "%s", why);
	r->merged.broken = true;
}

static void
take_lines(struct sek_outcome *o, struct sek_lines *lines)
{
	sek_vec_each (line, lines)
		if (o->unread.n < SEK_LINES_KEPT)
			*sek_vec_push(&o->unread) = sek_steal(line);
}

/* 3 is worse than 1, and 1 than 0; anything else is no end of a scan. */
static void
take_summary(struct repository *r, struct sek_report_line *l)
{
	struct sek_outcome summed = {.counts = l->counts};
	struct sek_merged *to = &r->merged;

	sek_outcome_merge(&to->outcome, &summed);
	take_lines(&to->outcome, &l->unread);
	to->status = l->status > to->status ? l->status : to->status;
	to->broken = to->broken || l->interrupted;
	if (l->shard.of) {
		struct part *p = sek_vec_push(&r->parts);

		p->shard = l->shard;
		memcpy(p->split, l->split, sizeof(p->split));
	}
}

static void
take_finding(struct sek_merge *m, struct repository *r,
    struct sek_report_line *l)
{
	const struct sek_rule *rule = find_rule(m, &l->rule);

	l->finding.rule = rule;
	sek_vec_each (list, &l->ref_lists)
		*sek_vec_push(&r->merged.outcome.ref_lists) = sek_steal(list);
	sek_vec_each (name, &l->ref_names)
		*sek_vec_push(&r->merged.outcome.ref_names) = sek_steal(name);
	l->ref_lists.n = l->ref_names.n = 0;
	sek_merge_flatten(&r->merged.outcome.founds, &l->finding);
}

/* Summaries of named repositories are followed by a total. */
static void
take_total(struct sek_merge *m, struct input *in,
    const struct sek_report_line *l)
{
	if (in->summaries != l->repositories)
		broken(find(m, NULL), in,
		    "it is said to close %llu repositories, and there are %llu",
		    (unsigned long long)l->repositories,
		    (unsigned long long)in->summaries);
	in->summaries = 0;
	in->any = true;
}

static void
take(struct sek_merge *m, struct input *in, struct sek_report_line *l)
{
	struct repository *r = in->open;

	if (l->kind != SEK_LINE_TOTAL)
		r = find(m, l->repository);
	if (in->open && (in->open != r || l->kind == SEK_LINE_TOTAL))
		broken(in->open, in, "the closing line is missing before it");
	in->open = NULL;
	if (l->kind == SEK_LINE_FINDING) {
		in->open = r;
		take_finding(m, r, l);
	} else if (l->kind == SEK_LINE_TOTAL) {
		take_total(m, in, l);
	} else {
		take_summary(r, l);
		in->summaries += l->repository != NULL;
		in->any = in->any || !l->repository;
	}
}

static void
take_line(struct sek_merge *m, struct input *in, struct sek_str line)
{
	struct sek_report_line l;
	struct sek_err err;

	if (sek_report_read(&l, line, &err) == SEK_OK)
		take(m, in, &l);
	else
		broken(in->open ? in->open : find(m, NULL), in, "%s", err.text);
	sek_report_line_clear(&l);
}

void
sek_merge_add(struct sek_merge *m, struct sek_str text, const char *name)
{
	struct input in = {.name = name};

	while (text.n) {
		struct sek_str line = sek_str_cut(&text, '\n');

		in.line++;
		if (line.n)
			take_line(m, &in, line);
	}
	in.line = 0;
	if (in.open || in.summaries || !in.any)
		broken(in.open ? in.open : find(m, NULL), &in,
		    "the closing line is missing: this run did not end");
}

void
sek_merge_add_lost(struct sek_merge *m, const char *name, const char *why)
{
	const struct input in = {.name = name};

	broken(find(m, NULL), &in, "%s", why);
}

static int
by_number(const void *pa, const void *pb)
{
	const struct part *a = pa, *b = pb;

	return (a->shard.number > b->shard.number) -
	    (a->shard.number < b->shard.number);
}

static void
tell_parts(struct repository *r, const char *why, uint32_t number)
{
	const char *name = r->merged.repository ? r->merged.repository
						: "the history";

	sek_outcome_unread(&r->merged.outcome, sek_str(name),
	    "part %lu of %lu %s", (unsigned long)number + 1,
	    (unsigned long)r->parts.at[0].shard.of, why);
	r->merged.broken = true;
}

/* All parts, each once, of the same number of parts of the same objects. */
static void
check_parts(struct repository *r)
{
	uint32_t next = 0;

	if (!r->parts.n)
		return;
	qsort(r->parts.at, r->parts.n, sizeof(*r->parts.at), by_number);
	sek_vec_each (p, &r->parts) {
		const struct part *first = &r->parts.at[0];

		if (p->shard.of != first->shard.of)
			tell_parts(r, "is not of as many parts as others",
			    p->shard.number);
		else if (strcmp(p->split, first->split) != 0)
			tell_parts(r,
			    "was made of other packs or another selection",
			    p->shard.number);
		if (p->shard.number < next)
			tell_parts(r, "is there twice", p->shard.number);
		for (; next < p->shard.number; next++)
			tell_parts(r, "is missing", next);
		next = p->shard.number + 1;
	}
	for (; next < r->parts.at[0].shard.of; next++)
		tell_parts(r, "is missing", next);
}

static int
in_order(const void *a, const void *b)
{
	return by_name(*(struct repository *const *)a,
	    *(struct repository *const *)b);
}

void
sek_merge_end(struct sek_merge *m)
{
	if (m->repositories.n)
		qsort(m->repositories.at, m->repositories.n,
		    sizeof(*m->repositories.at), in_order);
	sek_vec_each (r, &m->repositories) {
		check_parts(*r);
		sek_merge_places(&(*r)->merged.outcome.founds);
	}
	m->table = sek_alloc_n(m->rules.n + 1, sizeof(*m->table));
	for (size_t i = 0; i < m->rules.n; i++)
		m->table[i] = *m->rules.at[i];
	m->ruleset = (struct sek_ruleset){
	    .rule = m->table,
	    .rules = m->rules.n,
	};
}

size_t
sek_merge_count(const struct sek_merge *m)
{
	return m->repositories.n;
}

struct sek_merged *
sek_merge_at(struct sek_merge *m, size_t i)
{
	return &m->repositories.at[i]->merged;
}

const struct sek_ruleset *
sek_merge_rules(const struct sek_merge *m)
{
	return &m->ruleset;
}
