#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "scan/report_parts.h"

/* Out of memory, jansson would leave keys out without a word. */
static void
use_our_memory(void)
{
	json_set_alloc_funcs(sek_alloc, free);
}

static void
put(json_t *to, const char *key, struct sek_str value)
{
	sek_auto_buf text = {0};

	sek_report_utf8(&text, value);
	json_object_set_new(to, key,
	    json_stringn(text.n ? text.p : "", text.n));
}

static void
put_text(json_t *to, const char *key, const char *value)
{
	if (value && *value)
		put(to, key, sek_str(value));
}

static void
put_number(json_t *to, const char *key, uint64_t n)
{
	json_object_set_new(to, key, json_integer((json_int_t)n));
}

static void
put_oid(json_t *to, const char *key, const struct sek_oid *oid)
{
	char hex[SEK_OID_HEX];

	if (!sek_oid_is_none(oid))
		put_text(to, key, sek_oid_hex(oid, hex));
}

/* KEY, and KEY_base64 where KEY cannot say it. */
static void
put_bytes(json_t *to, const char *key, struct sek_str value)
{
	sek_auto_free char *exact = sek_printf("%s_base64", key);
	sek_auto_buf b = {0};

	put(to, key, value);
	if (sek_utf8_valid(value))
		return;
	sek_base64(&b, value.p, value.n);
	put(to, exact, sek_buf_str(&b));
}

static void
put_refs(json_t *to, const struct sek_ref_list *refs)
{
	json_t *names = json_array();

	put_number(to, "ref_count", refs->count);
	for (size_t i = 0; i < refs->n; i++) {
		sek_auto_buf text = {0};

		sek_report_utf8(&text, sek_str(refs->name[i]));
		json_array_append_new(names,
		    json_stringn(text.n ? text.p : "", text.n));
	}
	json_object_set_new(to, "refs", names);
}

static void
put_place(json_t *to, const struct sek_finding *f)
{
	sek_auto_buf path = {0};
	struct sek_oid about;

	put_text(to, "place", sek_place_name(f->place));
	sek_report_path(&path, f);
	put_bytes(to, "path", sek_buf_str(&path));
	if (f->line) {
		put_number(to, "line", f->line);
		put_number(to, "column", f->column);
		put_number(to, "end_line", f->end_line);
		put_number(to, "end_column", f->end_column);
	}
	if (f->line && f->char_column) {
		put_number(to, "char_column", f->char_column);
		put_number(to, "end_char_column", f->end_char_column);
	}
	put_number(to, "start", f->start);
	put_number(to, "end", f->end);
	put_text(to, "encoding", f->encoding);
	put_oid(to, "commit", &f->commit);
	put_oid(to, "blob", &f->blob);
	if (sek_finding_note(f, &about))
		put_oid(to, "note_on", &about);
	put_text(to, "author", f->author);
	put_text(to, "date", f->date);
	if (f->in_head != SEK_HELD_UNKNOWN)
		json_object_set_new(to, "in_head",
		    json_boolean(f->in_head == SEK_HELD_YES));
	if (f->head_line)
		put_number(to, "head_line", f->head_line);
	put_text(to, "reached", sek_reached_name(f->reached));
	if (f->refs)
		put_refs(to, f->refs);
	if (f->rank)
		put_number(to, "rank", f->rank);
}

static void
put_repository(json_t *to, const struct sek_report_options *o)
{
	if (o->repository)
		put_bytes(to, "repository", sek_str(o->repository));
}

static void
put_more(json_t *to, const struct sek_finding *f)
{
	json_t *all = json_array();

	for (size_t i = 0; i < f->more_n; i++) {
		json_t *o = json_object();

		put_place(o, &f->more[i]);
		json_array_append_new(all, o);
	}
	json_object_set_new(to, "more", all);
}

static void
add_object(struct sek_buf *out, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(4));

	if (text)
		sek_buf_add_s(out, text);
	else
		out->toobig = true;
	sek_buf_add_c(out, '\n');
	free(text);
	json_decref(object);
}

static void
put_facts(json_t *to, const struct sek_facts *facts)
{
	json_t *signals = json_array();

	put_text(to, "account", facts->account);
	put_text(to, "user", facts->user);
	put_text(to, "role", facts->role);
	put_text(to, "region", facts->region);
	put_text(to, "issued", facts->issued);
	put_text(to, "expires", facts->expires);
	if (facts->canary)
		json_object_set_new(to, "canary", json_true());
	for (unsigned i = 0; i < SEK_SIGNALS; i++)
		if (facts->signals >> i & 1)
			json_array_append_new(signals,
			    json_string(sek_signal_name(i)));
	if (json_array_size(signals))
		json_object_set_new(to, "signals", signals);
	else
		json_decref(signals);
}

void
sek_jsonl_finding(struct sek_buf *out, const struct sek_report_options *ro,
    const struct sek_finding *f)
{
	json_t *o;

	use_our_memory();
	o = json_object();
	put_text(o, "rule", f->rule->id);
	put_text(o, "severity", sek_severity_name(f->severity));
	put_text(o, "confidence", sek_confidence_name(f->facts.confidence));
	put_text(o, "description", f->rule->description);
	put_place(o, f);
	put_text(o, "fingerprint", f->fingerprint);
	put_text(o, "redacted", f->redacted);
	if (f->secret)
		put_bytes(o, "secret", sek_str(f->secret));
	put_text(o, "pair", f->pair);
	if (f->pair_path)
		put_bytes(o, "pair_path", sek_str(f->pair_path));
	if (f->pair_line)
		put_number(o, "pair_line", f->pair_line);
	put_facts(o, &f->facts);
	if (f->blobs)
		put_number(o, "blobs", f->blobs);
	if (f->commits)
		put_number(o, "commits", f->commits);
	if (f->entropy > 0)
		json_object_set_new(o, "entropy",
		    json_real((double)f->entropy));
	if (f->more_n)
		put_more(o, f);
	put_repository(o, ro);
	add_object(out, o);
}

static void
put_counts(json_t *summary, const struct sek_counts *counts)
{
	put_number(summary, "blobs", counts->blobs);
	put_number(summary, "bytes", counts->bytes);
	put_number(summary, "commits", counts->commits);
	put_number(summary, "tags", counts->tags);
	put_number(summary, "messages", counts->messages);
	put_number(summary, "names", counts->names);
	put_number(summary, "elsewhere", counts->elsewhere);
	put_number(summary, "left_out", counts->left_out);
	put_number(summary, "allowed", counts->allowed);
	if (counts->dropped)
		put_number(summary, "dropped", counts->dropped);
	put_number(summary, "known", counts->known);
	put_number(summary, "unread_count", counts->unread);
}

static void
put_shard(json_t *to, const struct sek_shard *s, const char *split)
{
	json_t *o = json_object();

	put_number(o, "number", s->number + (uint64_t)1);
	put_number(o, "of", s->of);
	put_text(o, "split", split);
	json_object_set_new(to, "shard", o);
}

void
sek_jsonl_end(struct sek_buf *out, const struct sek_report_options *ro,
    const struct sek_counts *counts, const char *const *unread)
{
	json_t *o, *summary, *lines;

	use_our_memory();
	o = json_object();
	summary = json_object();
	lines = json_array();
	put_counts(summary, counts);
	for (; *unread; unread++) {
		sek_auto_buf text = {0};

		sek_report_utf8(&text, sek_str(*unread));
		json_array_append_new(lines,
		    json_stringn(text.n ? text.p : "", text.n));
	}
	json_object_set_new(summary, "unread", lines);
	put_number(summary, "status", (uint64_t)ro->status);
	if (ro->interrupted)
		json_object_set_new(summary, "interrupted", json_true());
	if (ro->shard.of)
		put_shard(summary, &ro->shard, ro->split);
	put_repository(summary, ro);
	json_object_set_new(o, "summary", summary);
	add_object(out, o);
}

void
sek_jsonl_total(struct sek_buf *out, const struct sek_report_options *ro,
    const struct sek_counts *counts, uint64_t repositories)
{
	json_t *o, *total;

	use_our_memory();
	o = json_object();
	total = json_object();
	put_number(total, "repositories", repositories);
	put_counts(total, counts);
	put_number(total, "status", (uint64_t)ro->status);
	json_object_set_new(o, "total", total);
	add_object(out, o);
}
