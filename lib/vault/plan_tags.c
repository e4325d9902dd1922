#include <strings.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "vault/plan_parts.h"

/* STS API, Tag: [\p{L}\p{Z}\p{N}_.:/=+\-@]; what is not ASCII is left to STS. */
#define TAGS_MAX 50
#define TAG_KEY  128
#define TAG_TEXT 256

static const char key[] = "session_tags";
static const char transitive_key[] = "transitive_session_tags";

static bool
has_tag_characters(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool word = c >= 0x80 || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!word && (!c || !strchr(" _.:/=+-@", c)))
			return false;
	}
	return sek_utf8_valid(s);
}

static struct sek_tag *
find_tag(const struct sek_hop *hop, struct sek_str name)
{
	for (size_t i = 0; i < hop->n_tags; i++)
		if (strlen(hop->tags[i].key) == name.n &&
		    !strncasecmp(hop->tags[i].key, name.p, name.n))
			return &hop->tags[i];
	return NULL;
}

static enum sek_code
check_tag(const struct sek_profile *p, const struct sek_hop *hop,
    struct sek_str name, struct sek_str value, struct sek_err *err)
{
	size_t n = hop->n_tags + 1;
	size_t characters = sek_plan_characters(name);

	if (!value.p)
		return sek_planner_fail(err, p, key,
		    "entry %zu of %s is not KEY=VALUE", n, key);
	if (!has_tag_characters(name) || !has_tag_characters(value))
		return sek_planner_fail(err, p, key,
		    "entry %zu of %s holds a character that STS does not take",
		    n, key);
	if (characters < 1 || characters > TAG_KEY ||
	    sek_plan_characters(value) > TAG_TEXT)
		return sek_planner_fail(err, p, key,
		    "entry %zu of %s: a key has 1 to %d characters, a value up "
		    "to %d (limits of STS)",
		    n, key, TAG_KEY, TAG_TEXT);
	if (name.n >= 4 && !strncasecmp(name.p, "aws:", 4))
		return sek_planner_fail(err, p, key,
		    "entry %zu of %s: keys that start with aws: are AWS's own",
		    n, key);
	if (find_tag(hop, name))
		return sek_planner_fail(err, p, key,
		    "entry %zu of %s: the key is there before (STS does not "
		    "tell capitals from small letters)",
		    n, key);
	return SEK_OK;
}

static enum sek_code
set_tags(struct sek_planner *m, struct sek_hop *hop, struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str rest = sek_str(sek_profile_get(p, key));

	hop->tags = sek_planner_keep(m,
	    sek_alloc_n(TAGS_MAX, sizeof(*hop->tags)));
	while (rest.p) {
		struct sek_str value = sek_str_cut(&rest, ',');
		struct sek_str name = sek_str_trim(sek_str_cut(&value, '='));
		struct sek_tag *tag = &hop->tags[hop->n_tags];
		enum sek_code code;

		value = value.p ? sek_str_trim(value) : value;
		if ((code = check_tag(p, hop, name, value, err)))
			return code;
		if (hop->n_tags == TAGS_MAX)
			return sek_planner_fail(err, p, key,
			    "%s has more than %d entries (a limit of STS)", key,
			    TAGS_MAX);
		tag->key = sek_planner_keep(m, sek_strndup(name.p, name.n));
		tag->value = sek_planner_keep(m, sek_strndup(value.p, value.n));
		hop->n_tags++;
	}
	return SEK_OK;
}

enum sek_code
sek_planner_set_tags(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str rest = sek_str(sek_profile_get(p, transitive_key));
	enum sek_code code;

	if (sek_profile_get(p, key) && (code = set_tags(m, hop, err)))
		return code;
	for (size_t i = 1; rest.p; i++) {
		struct sek_str name = sek_str_trim(sek_str_cut(&rest, ','));
		struct sek_tag *tag = find_tag(hop, name);

		if (!tag || !sek_str_is(name, tag->key))
			return sek_planner_fail(err, p, transitive_key,
			    "entry %zu of %s is no key of %s", i,
			    transitive_key, key);
		tag->transitive = true;
	}
	return SEK_OK;
}

/* STS User Guide, "Chaining roles with session tags", "Monitor and control
 * actions taken with assumed roles": what a role gets from the one before. */
static enum sek_code
check_against(const struct sek_profile *p, const struct sek_hop *hop,
    const struct sek_hop *before, struct sek_err *err)
{
	if (hop->source_identity && before->source_identity &&
	    strcmp(hop->source_identity, before->source_identity) != 0)
		return sek_planner_fail(err, p, "source_identity",
		    "profile %.64s sets another source_identity, which stays "
		    "for the whole chain (a rule of STS)",
		    sek_profile_name(before->profile));
	for (size_t i = 0; i < hop->n_tags; i++) {
		struct sek_str name = sek_str(hop->tags[i].key);
		const struct sek_tag *tag = find_tag(before, name);

		if (tag && tag->transitive)
			return sek_planner_fail(err, p, key,
			    "entry %zu of %s: the tag is transitive in "
			    "profile %.64s, and stays as it is (a rule of STS)",
			    i + 1, key, sek_profile_name(before->profile));
	}
	return SEK_OK;
}

enum sek_code
sek_planner_check_inherited(const struct sek_planner *m, struct sek_err *err)
{
	const struct sek_hop *hops = m->made->hops.at;
	const struct sek_hop *last = sek_planner_last(m);
	enum sek_code code = SEK_OK;

	for (size_t i = m->made->hops.n - 1; i > 0 && !code; i--) {
		if (hops[i - 1].kind != SEK_HOP_ASSUME_ROLE)
			break;
		code = check_against(last->profile, last, &hops[i - 1], err);
	}
	return code;
}
