#include "scan/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/redact.h"

#define NAMES 16 /* see tell_directories_once */
/* Bytes that a finding takes beside itself and its texts; that a blob takes
 * which is to be read again, here and there. */
#define OVERHEAD 128
#define REPEAT   256

static void add_line(struct sek_lines *lines, uint64_t *count,
    struct sek_str name, const char *fmt, va_list ap) SEK_PRINTF(4, 0);

static void
add_line(struct sek_lines *lines, uint64_t *count, struct sek_str name,
    const char *fmt, va_list ap)
{
	sek_auto_buf line = {0};
	char why[600];

	(*count)++;
	if (lines->n >= SEK_LINES_KEPT)
		return;
	vsnprintf(why, sizeof(why), fmt, ap);
	sek_quote(&line, name);
	sek_buf_printf(&line, ": %s", why);
	*sek_vec_push(lines) = sek_buf_take(&line);
}

void
sek_outcome_unread(struct sek_outcome *o, struct sek_str name, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&o->unread, &o->counts.unread, name, fmt, ap);
	va_end(ap);
}

void
sek_outcome_settle(struct sek_outcome *o, const struct sek_doubt *d)
{
	char hex[SEK_OID_HEX];
	sek_auto_free char *name = sek_printf("blob %.12s",
	    sek_oid_hex(&d->blob, hex));
	size_t n = 0;

	sek_vec_each (line, &o->unread) {
		struct sek_str text = sek_str(*line);

		if (sek_str_starts(text, "\"")) /* quoted */
			text = sek_str(text.p + 1);
		if (sek_str_starts(text, name))
			free(*line);
		else
			o->unread.at[n++] = *line;
	}
	o->unread.n = n;
	o->counts.unread -= d->unread;
}

static uint64_t
size_of(const struct sek_found *f)
{
	const struct sek_finding *at = &f->finding;

	return sizeof(*f) + f->lines_n + strlen(at->path) +
	    (at->inner ? strlen(at->inner) : 0) +
	    (at->redacted ? strlen(at->redacted) : 0) + OVERHEAD;
}

static void
add_repeat(struct sek_outcome *o, const struct sek_finding *f)
{
	const struct sek_repeat *last = o->repeats.n
	    ? &o->repeats.at[o->repeats.n - 1]
	    : NULL;

	if (last && sek_oid_eq(&last->blob, &f->blob))
		sek_room_give(o->room, REPEAT);
	else
		*sek_vec_push(&o->repeats) = (struct sek_repeat){
		    f->blob, f->order};
}

void
sek_outcome_keep(struct sek_outcome *o, struct sek_found *f, bool bare)
{
	enum sek_room_for room = SEK_ROOM_FIRST;

	bare = bare && o->attributed;
	if (o->room)
		room = sek_room_take(o->room, f->finding.fingerprint,
		    size_of(f), bare ? REPEAT : size_of(f));
	if (room == SEK_ROOM_FIRST || (room == SEK_ROOM_AGAIN && !bare)) {
		*sek_vec_push(&o->founds) = *f;
		return;
	}
	if (room == SEK_ROOM_AGAIN) {
		add_repeat(o, &f->finding);
	} else {
		o->counts.dropped++;
		o->crowded += room == SEK_ROOM_CROWDED;
	}
	sek_found_clear(f);
}

void
sek_outcome_forget(struct sek_outcome *o, struct sek_found *f)
{
	if (o->room)
		sek_room_give(o->room, size_of(f));
	sek_found_clear(f);
}

void
sek_outcome_tell_dropped(struct sek_outcome *o)
{
	uint64_t secrets = o->counts.dropped - o->crowded;

	if (secrets)
		sek_outcome_unread(o, SEK_STR("findings"),
		    "%llu of more secrets than the %d that a run can tell",
		    (unsigned long long)secrets, SEK_SECRETS_KEPT);
	if (o->crowded)
		sek_outcome_unread(o, SEK_STR("findings"),
		    "%llu at more places than a run can tell, which may take "
		    "%llu MiB",
		    (unsigned long long)o->crowded,
		    (unsigned long long)(SEK_PLACES_BYTES >> 20));
}

void
sek_outcome_elsewhere(struct sek_outcome *o, struct sek_str name,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&o->elsewhere, &o->counts.elsewhere, name, fmt, ap);
	va_end(ap);
}

void
sek_outcome_allowed(struct sek_outcome *o, const struct sek_finding *f,
    const char *why)
{
	sek_auto_buf line = {0}, path = {0};

	o->counts.allowed++;
	if (o->allowed.n >= SEK_LINES_KEPT)
		return;
	if (f->inner)
		sek_buf_printf(&path, "%s!%s", f->path, f->inner);
	sek_quote(&line, f->inner ? sek_buf_str(&path) : sek_str(f->path));
	if (f->line)
		sek_buf_printf(&line, ":%llu", (unsigned long long)f->line);
	sek_buf_printf(&line, ": %s: %s", f->rule->id, why);
	*sek_vec_push(&o->allowed) = sek_buf_take(&line);
}

static void
clear_lines(struct sek_lines *lines)
{
	sek_vec_each (line, lines)
		free(*line);
	sek_vec_clear(lines);
}

void
sek_outcome_clear(struct sek_outcome *o)
{
	sek_founds_clear(&o->founds);
	clear_lines(&o->unread);
	clear_lines(&o->elsewhere);
	clear_lines(&o->allowed);
	clear_lines(&o->notes);
	sek_vec_clear(&o->doubts);
	sek_policy_free(o->policy);
	sek_vec_each (list, &o->ref_lists) {
		free((*list)->name);
		free(*list);
	}
	sek_vec_each (name, &o->ref_names)
		free(*name);
	sek_vec_clear(&o->ref_lists);
	sek_vec_clear(&o->ref_names);
	sek_vec_clear(&o->repeats);
	*o = (struct sek_outcome){0};
}

static int
by_order(const void *pa, const void *pb)
{
	const struct sek_finding *a = &((const struct sek_found *)pa)->finding;
	const struct sek_finding *b = &((const struct sek_found *)pb)->finding;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->place != b->place) /* a file's name stands before its content */
		return a->place > b->place ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strcmp(a->rule->id, b->rule->id);
}

static void
merge_lines(struct sek_lines *into, struct sek_lines *from)
{
	sek_vec_each (line, from) {
		if (into->n < SEK_LINES_KEPT)
			*sek_vec_push(into) = sek_steal(line);
	}
	clear_lines(from);
}

void
sek_outcome_merge(struct sek_outcome *into, struct sek_outcome *from)
{
	uint64_t *a = (uint64_t *)&into->counts, *b = (uint64_t *)&from->counts;

	_Static_assert(sizeof(struct sek_counts) % sizeof(uint64_t) == 0,
	    "counts are summed as an array");
	for (size_t i = 0; i < sizeof(into->counts) / sizeof(*a); i++)
		a[i] += b[i];
	sek_vec_each (f, &from->founds)
		*sek_vec_push(&into->founds) = *f;
	sek_vec_clear(&from->founds);
	merge_lines(&into->unread, &from->unread);
	merge_lines(&into->elsewhere, &from->elsewhere);
	merge_lines(&into->allowed, &from->allowed);
	sek_vec_each (list, &from->ref_lists)
		*sek_vec_push(&into->ref_lists) = *list;
	sek_vec_each (name, &from->ref_names)
		*sek_vec_push(&into->ref_names) = *name;
	sek_vec_clear(&from->ref_lists);
	sek_vec_clear(&from->ref_names);
	merge_lines(&into->notes, &from->notes);
	sek_vec_each (d, &from->doubts)
		*sek_vec_push(&into->doubts) = *d;
	sek_vec_clear(&from->doubts);
	sek_vec_each (repeat, &from->repeats)
		*sek_vec_push(&into->repeats) = *repeat;
	sek_vec_clear(&from->repeats);
	into->crowded += from->crowded;
}

/* Up to the end of the part of its path that a finding in a name stands in. */
static size_t
part_end(const struct sek_finding *f)
{
	return f->end + strcspn(f->path + f->end, "/");
}

static bool
same_part(const struct sek_finding *a, const struct sek_finding *b)
{
	return a->start == b->start && a->end == b->end &&
	    part_end(a) == part_end(b) && sek_oid_eq(&a->commit, &b->commit) &&
	    !strcmp(a->fingerprint, b->fingerprint) &&
	    !strncmp(a->path, b->path, part_end(a));
}

/*
 * A directory's name is part of the path of each file in it. Files of a
 * directory follow each other, so only the last few names are looked at.
 */
static void
tell_directories_once(struct sek_founds *v)
{
	const struct sek_finding *last[NAMES] = {NULL};
	size_t n = 0, names = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct sek_finding *f = &v->at[i].finding;
		bool told = false;

		if (f->place != SEK_PLACE_FILE_NAME ||
		    f->end > strlen(f->path)) {
			v->at[n++] = v->at[i];
			continue;
		}
		for (size_t k = 0; k < NAMES && last[k] && !told; k++)
			told = same_part(last[k], f);
		if (told) {
			sek_found_clear(&v->at[i]);
			continue;
		}
		v->at[n] = v->at[i];
		last[names++ % NAMES] = &v->at[n++].finding;
	}
	v->n = n;
}

void
sek_outcome_sort(struct sek_outcome *o)
{
	if (!o->founds.n)
		return;
	qsort(o->founds.at, o->founds.n, sizeof(*o->founds.at), by_order);
	tell_directories_once(&o->founds);
}
