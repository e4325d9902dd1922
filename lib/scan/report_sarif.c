#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "scan/report_parts.h"

/* The errata of OASIS, with which the published schema agrees. */
#define SCHEMA                                                                 \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"  \
	"sarif-schema-2.1.0.json"

#define FIX_KEY                                                                \
	"Whoever has seen this key can use it. Deactivate it in IAM, see "     \
	"what breaks, delete it, and use temporary credentials in its place "  \
	"(a role), or at least a new key that never enters a file. "
#define FIX_OTHER                                                              \
	"Whoever has seen this secret can use it. Revoke or replace it "       \
	"where it was issued. "
#define FIX_REST                                                               \
	"Then take it out of the file; if it was pushed, every clone still "   \
	"has it, and rewriting history is no substitute for revoking it. If "  \
	"it is no secret: sekisho allow FINGERPRINT --reason TEXT"

/* Out of memory, jansson would leave keys out without a word. */
static void
use_our_memory(void)
{
	json_set_alloc_funcs(sek_alloc, free);
}

static void
put(json_t *to, const char *key, const char *value)
{
	sek_auto_buf text = {0};

	if (!value || !*value)
		return;
	sek_report_utf8(&text, sek_str(value));
	json_object_set_new(to, key, json_string(text.p));
}

static void
put_number(json_t *to, const char *key, uint64_t n)
{
	json_object_set_new(to, key, json_integer((json_int_t)n));
}

/* {"text": ...}; in a message braces hold the place of arguments. */
static json_t *
message(const char *text)
{
	json_t *o = json_object();
	sek_auto_buf b = {0};

	for (; *text; text++) {
		sek_buf_add_c(&b, *text);
		if (*text == '{' || *text == '}')
			sek_buf_add_c(&b, *text);
	}
	put(o, "text", b.n ? b.p : "-");
	return o;
}

static void
add_json(struct sek_buf *out, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(4));

	if (text)
		sek_buf_add_s(out, text);
	else
		out->toobig = true;
	free(text);
	json_decref(value);
}

static const char *
level(enum sek_severity s)
{
	return s >= SEK_HIGH ? "error" : s == SEK_MEDIUM ? "warning" : "note";
}

/* GitHub sorts by these: over 9 critical, 7 high, 4 medium, else low. */
static const char *
security_severity(enum sek_severity s)
{
	static const char *const score[] = {
	    [SEK_LOW] = "2.0",
	    [SEK_MEDIUM] = "5.0",
	    [SEK_HIGH] = "8.0",
	    [SEK_CRITICAL] = "9.5",
	};

	return score[s];
}

static json_t *
rule_object(const struct sek_rule *rule)
{
	json_t *o = json_object(), *config = json_object();
	json_t *properties = json_object(), *tags = json_array();

	put(o, "id", rule->id);
	json_object_set_new(o, "shortDescription", message(rule->description));
	json_object_set_new(o, "fullDescription", message(rule->description));
	json_object_set_new(o, "help",
	    message(rule->role == SEK_ROLE_NONE ? FIX_OTHER FIX_REST
						: FIX_KEY FIX_REST));
	if (rule->help && !strncmp(rule->help, "https://", 8))
		put(o, "helpUri", rule->help);
	put(config, "level", level(rule->severity));
	json_object_set_new(o, "defaultConfiguration", config);
	put(properties, "security-severity", security_severity(rule->severity));
	json_array_append_new(tags, json_string("security"));
	json_array_append_new(tags, json_string("secret"));
	json_object_set_new(properties, "tags", tags);
	json_object_set_new(o, "properties", properties);
	return o;
}

/* Several regexes of one rule are neighbours with one id. */
static bool
is_first(const struct sek_ruleset *rules, size_t i)
{
	return i == 0 || strcmp(rules->rule[i - 1].id, rules->rule[i].id);
}

static json_t *
tool_object(const struct sek_report_options *o)
{
	json_t *tool = json_object(), *driver = json_object();
	json_t *rules = json_array();

	for (size_t i = 0; o->rules && i < o->rules->rules; i++) {
		if (is_first(o->rules, i))
			json_array_append_new(rules,
			    rule_object(&o->rules->rule[i]));
	}
	put(driver, "name", "sekisho");
	put(driver, "version", o->version);
	put(driver, "semanticVersion", o->version);
	put(driver, "informationUri", o->home);
	json_object_set_new(driver, "rules", rules);
	json_object_set_new(tool, "driver", driver);
	return tool;
}

/* What relative paths start from; not all of them are files. */
static const char *
base_id(enum sek_place place)
{
	static const char *const id[] = {
	    [SEK_PLACE_FILE] = "SRCROOT",
	    [SEK_PLACE_FILE_NAME] = "SRCROOT",
	    [SEK_PLACE_MESSAGE] = "MESSAGES",
	    [SEK_PLACE_REF_NAME] = "REFS",
	    [SEK_PLACE_STDIN] = "STREAMS",
	};

	return id[place];
}

static void
add_base(json_t *to, enum sek_place place, const char *uri, const char *text)
{
	json_t *o = json_object();

	put(o, "uri", uri);
	json_object_set_new(o, "description", message(text));
	json_object_set_new(to, base_id(place), o);
}

static json_t *
bases_object(const struct sek_report_options *o)
{
	json_t *bases = json_object();
	sek_auto_buf uri = {0};

	if (o->base) {
		sek_buf_add_s(&uri, "file://");
		sek_percent(&uri, sek_str(o->base), "/");
		if (uri.p[uri.n - 1] != '/')
			sek_buf_add_c(&uri, '/');
	}
	add_base(bases, SEK_PLACE_FILE, uri.p,
	    "the directory that was scanned, or the top of the work tree");
	add_base(bases, SEK_PLACE_MESSAGE, NULL,
	    "messages and headers of commits and tags; not files");
	add_base(bases, SEK_PLACE_REF_NAME, NULL, "names of refs; not files");
	add_base(bases, SEK_PLACE_STDIN, NULL, "standard input; not a file");
	return bases;
}

/* Runs of one file are told apart by their ids. */
static json_t *
automation_object(const struct sek_report_options *o)
{
	json_t *automation = json_object();

	put(automation, "id", o->repository);
	return automation;
}

void
sek_sarif_begin(struct sek_buf *out, const struct sek_report_options *o)
{
	use_our_memory();
	if (!o->before)
		sek_buf_add_s(out,
		    "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\","
		    "\"runs\":[");
	sek_buf_add_s(out, "{\"tool\":");
	add_json(out, tool_object(o));
	if (o->repository) {
		sek_buf_add_s(out, ",\"automationDetails\":");
		add_json(out, automation_object(o));
	}
	sek_buf_add_s(out,
	    ",\"columnKind\":\"unicodeCodePoints\","
	    "\"originalUriBaseIds\":");
	add_json(out, bases_object(o));
	sek_buf_add_s(out, ",\"results\":[");
}

static json_t *
artifact_object(enum sek_place place, struct sek_str path)
{
	sek_auto_buf uri = {0};
	json_t *o = json_object();
	bool absolute = place != SEK_PLACE_REF_NAME &&
	    sek_str_starts(path, "/");

	if (absolute)
		sek_buf_add_s(&uri, "file://");
	if (place == SEK_PLACE_STDIN)
		sek_buf_add_s(&uri, "stdin");
	else
		sek_percent(&uri, path, "/");
	put(o, "uri", uri.p);
	if (!absolute)
		put(o, "uriBaseId", base_id(place));
	return o;
}

/*
 * Lines and columns are of text, offset and length of bytes; SARIF lets both
 * stand side by side. Byte columns would be wrong behind anything but ASCII, so
 * where characters were not counted there are none.
 */
static json_t *
region_object(const struct sek_finding *f)
{
	json_t *o = json_object();

	put_number(o, "startLine", f->line);
	if (f->char_column)
		put_number(o, "startColumn", f->char_column);
	put_number(o, "endLine", f->end_line);
	if (f->char_column)
		put_number(o, "endColumn", f->end_char_column);
	put_number(o, "byteOffset", f->start);
	put_number(o, "byteLength", f->end - f->start);
	return o;
}

/* Takes the region, if there is one. */
static json_t *
location_object(enum sek_place place, struct sek_str path, json_t *region)
{
	json_t *o = json_object(), *physical = json_object();

	json_object_set_new(physical, "artifactLocation",
	    artifact_object(place, path));
	if (region)
		json_object_set_new(physical, "region", region);
	json_object_set_new(o, "physicalLocation", physical);
	return o;
}

static json_t *
own_location(const struct sek_finding *f)
{
	sek_auto_buf path = {0};

	sek_report_path(&path, f);
	return location_object(f->place, sek_buf_str(&path),
	    f->line ? region_object(f) : NULL);
}

static json_t *
locations_array(const struct sek_finding *f)
{
	json_t *all = json_array();

	json_array_append_new(all, own_location(f));
	for (size_t i = 0; i < f->more_n; i++)
		json_array_append_new(all, own_location(&f->more[i]));
	return all;
}

/* Of the key id that a secret belongs to. */
static json_t *
related_array(const struct sek_finding *f)
{
	json_t *all = json_array(), *region = json_object(), *o;
	sek_auto_buf path = {0}, text = {0};

	if (f->pair_path)
		sek_buf_add_s(&path, f->pair_path);
	else
		sek_report_path(&path, f);
	put_number(region, "startLine", f->pair_line);
	o = location_object(f->place, sek_buf_str(&path), region);
	sek_buf_printf(&text, "the key id %s", f->pair);
	json_object_set_new(o, "message", message(text.p));
	json_array_append_new(all, o);
	return all;
}

/* How far it spread, see places.h. */
static void
put_spread(json_t *o, const struct sek_finding *f)
{
	json_t *names;

	if (f->blobs)
		put_number(o, "blobs", f->blobs);
	if (f->commits)
		put_number(o, "commits", f->commits);
	put(o, "reached", sek_reached_name(f->reached));
	if (!f->refs)
		return;
	names = json_array();
	for (size_t i = 0; i < f->refs->n; i++) {
		sek_auto_buf name = {0};

		sek_report_utf8(&name, sek_str(f->refs->name[i]));
		json_array_append_new(names, json_string(name.p));
	}
	json_object_set_new(o, "refs", names);
	put_number(o, "refCount", f->refs->count);
}

static void
put_signals(json_t *to, unsigned signals)
{
	json_t *names = json_array();

	for (unsigned i = 0; i < SEK_SIGNALS; i++)
		if (signals >> i & 1)
			json_array_append_new(names,
			    json_string(sek_signal_name(i)));
	json_object_set_new(to, "signals", names);
}

static json_t *
result_properties(const struct sek_finding *f)
{
	json_t *o = json_object();
	char hex[SEK_OID_HEX];
	struct sek_oid about;

	put(o, "severity", sek_severity_name(f->severity));
	put(o, "confidence", sek_confidence_name(f->facts.confidence));
	put_signals(o, f->facts.signals);
	if (f->entropy > 0)
		json_object_set_new(o, "entropy",
		    json_real((double)f->entropy));
	put(o, "place", sek_place_name(f->place));
	if (!sek_oid_is_none(&f->commit))
		put(o, "commit", sek_oid_hex(&f->commit, hex));
	if (!sek_oid_is_none(&f->blob))
		put(o, "blob", sek_oid_hex(&f->blob, hex));
	if (sek_finding_note(f, &about))
		put(o, "noteOn", sek_oid_hex(&about, hex));
	if (f->author)
		put(o, "author", f->author);
	if (*f->date)
		put(o, "date", f->date);
	if (f->in_head != SEK_HELD_UNKNOWN)
		json_object_set_new(o, "inHead",
		    json_boolean(f->in_head == SEK_HELD_YES));
	put_spread(o, f);
	put(o, "encoding", f->encoding);
	put(o, "redacted", f->redacted);
	put(o, "secret", f->secret);
	put(o, "pair", f->pair);
	put(o, "account", f->facts.account);
	put(o, "user", f->facts.user);
	put(o, "role", f->facts.role);
	put(o, "region", f->facts.region);
	put(o, "issued", f->facts.issued);
	put(o, "expires", f->facts.expires);
	if (f->facts.canary)
		json_object_set_new(o, "canary", json_true());
	return o;
}

static json_t *
result_message(const struct sek_finding *f)
{
	sek_auto_buf b = {0};
	char hex[SEK_OID_HEX];

	sek_buf_printf(&b, "%s: %s", f->rule->description, f->redacted);
	if (f->pair)
		sek_buf_printf(&b, ", belongs to %s", f->pair);
	if (f->place == SEK_PLACE_FILE_NAME)
		sek_buf_add_s(&b, ", in the file name");
	if (!sek_oid_is_none(&f->commit))
		sek_buf_printf(&b, ", in commit %s",
		    sek_oid_hex(&f->commit, hex));
	sek_buf_printf(&b, " (sekisho fingerprint %s)", f->fingerprint);
	return message(b.p);
}

/* -1: the finding's rule is none of the run's. */
static json_int_t
rule_index(const struct sek_ruleset *rules, const char *id)
{
	json_int_t index = -1;

	for (size_t i = 0; rules && i < rules->rules; i++) {
		index += is_first(rules, i);
		if (!strcmp(rules->rule[i].id, id))
			return index;
	}
	return -1;
}

void
sek_sarif_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f)
{
	json_int_t index = rule_index(o->rules, f->rule->id);
	json_t *result, *prints;

	use_our_memory();
	result = json_object();
	prints = json_object();
	put(result, "ruleId", f->rule->id);
	if (index >= 0)
		json_object_set_new(result, "ruleIndex", json_integer(index));
	put(result, "level", level(f->severity));
	json_object_set_new(result, "message", result_message(f));
	json_object_set_new(result, "locations", locations_array(f));
	if (f->pair && f->pair_line)
		json_object_set_new(result, "relatedLocations",
		    related_array(f));
	put(prints, "sekisho/v1", f->fingerprint);
	json_object_set_new(result, "partialFingerprints", prints);
	json_object_set_new(result, "properties", result_properties(f));
	sek_buf_add_s(out, out->n && out->p[out->n - 1] == '[' ? "\n" : ",\n");
	add_json(out, result);
}

/* One level down: a property bag of SARIF means something else by `tags`. */
static json_t *
counts_object(const struct sek_counts *c)
{
	json_t *bag = json_object(), *o = json_object();

	put_number(o, "blobs", c->blobs);
	put_number(o, "bytes", c->bytes);
	put_number(o, "commits", c->commits);
	put_number(o, "tags", c->tags);
	put_number(o, "messages", c->messages);
	put_number(o, "names", c->names);
	put_number(o, "unread", c->unread);
	put_number(o, "elsewhere", c->elsewhere);
	put_number(o, "left_out", c->left_out);
	put_number(o, "known", c->known);
	put_number(o, "allowed", c->allowed);
	json_object_set_new(bag, "counts", o);
	return bag;
}

void
sek_sarif_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread)
{
	json_t *invocation, *notes;

	use_our_memory();
	invocation = json_object();
	notes = json_array();
	for (; *unread; unread++) {
		json_t *note = json_object();

		put(note, "level", "error");
		json_object_set_new(note, "message", message(*unread));
		json_array_append_new(notes, note);
	}
	json_object_set_new(invocation, "executionSuccessful",
	    json_boolean(counts->unread == 0));
	json_object_set_new(invocation, "toolExecutionNotifications", notes);
	json_object_set_new(invocation, "properties", counts_object(counts));
	sek_buf_add_s(out, "\n],\"invocations\":[");
	add_json(out, invocation);
	sek_buf_add_s(out, o->after ? "]},\n" : "]}]}\n");
}
