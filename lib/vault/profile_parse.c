#include "vault/profile_set.h"

/*
 * The grammar, line by line; blanks are spaces and tabs only. A line that is
 * indented goes on with the value above it. Sections and keys whose names are
 * not allowed are read over, but their lines must be well-formed all the same.
 *
 * What is written to the text lies before the line that is read next.
 */
struct parser {
	struct sek_profiles *set;
	enum sek_profile_file file;
	uint32_t line;
	bool in_section;
	bool in_pair;     /* a line may go on with the pair above */
	bool in_block;    /* whose value is empty: then it is a pair itself */
	uint32_t profile; /* 1 + index of the section's; 0: ignored */
	uint32_t bare_default; /* 1 + index of the file's [default] */
	uint32_t pair;         /* 1 + index of the pair above; 0: ignored */
	char *tail;            /* end of its value */
};

/* The bytes of a line, or of a part of it. */
struct part {
	char *p;
	size_t n;
};

static enum sek_code
broken(const struct parser *at, struct sek_err *err, const char *why)
{
	return sek_fail(err, SEK_ECONFIG, "%s:%u: %s", at->set->paths[at->file],
	    (unsigned)at->line, why);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_comment(char c)
{
	return c == '#' || c == ';';
}

static struct part
trim(struct part s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

/* Without the comment at its end. */
static struct part
cut_comment(struct part s, bool after_blank)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_comment(s.p[i]))
			continue;
		if (!after_blank || (i > 0 && is_blank(s.p[i - 1])))
			return trim((struct part){s.p, i});
	}
	return s;
}

static bool
is_name(struct part s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char letter = c | 0x20;

		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') &&
		    !(c && strchr("_-/.%@:+", c)))
			return false;
	}
	return s.n > 0;
}

static bool
is(struct part s, const char *word)
{
	return sek_str_is((struct sek_str){s.p, s.n}, word);
}

static char *
end_here(struct part s)
{
	s.p[s.n] = '\0';
	return s.p;
}

static char *
end_in_lower_case(struct part s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			s.p[i] |= 0x20;
	return end_here(s);
}

static uint32_t
open_profile(struct parser *at, enum sek_profile_kind kind, const char *name)
{
	const struct sek_profile new = {.set = at->set,
	    .name = name,
	    .line = at->line,
	    .file = at->file,
	    .kind = kind};
	const struct sek_profile *old = sek_profile_set_find(at->set,
	    at->file == SEK_PROFILE_OURS, kind, name);
	uint32_t index;

	if (old)
		return (uint32_t)(old - at->set->all.at) + 1;
	index = sek_profile_set_add(at->set, &new);
	sek_profile_set_index(at->set, index);
	return index + 1;
}

/* [default] is kept apart until the file's end: close_file says why. */
static uint32_t
open_bare_default(struct parser *at, const char *name)
{
	const struct sek_profile new = {.set = at->set,
	    .name = name,
	    .line = at->line,
	    .file = at->file,
	    .hidden = true};

	if (!at->bare_default)
		at->bare_default = sek_profile_set_add(at->set, &new) + 1;
	return at->bare_default;
}

/* [default], [sekisho] in a file of the config kind. */
static uint32_t
open_bare(struct parser *at, struct part name)
{
	if (is(name, "default"))
		return open_bare_default(at, end_here(name));
	if (at->file == SEK_PROFILE_OURS && is(name, "sekisho"))
		return open_profile(at, SEK_PROFILE_SETTINGS, "");
	return 0;
}

/* 0: a section that is ignored. */
static uint32_t
open_section(struct parser *at, struct part name)
{
	struct part prefix = {name.p, 0};

	if (at->file == SEK_PROFILE_CREDENTIALS)
		return is_name(name)
		    ? open_profile(at, SEK_PROFILE_PLAIN, end_here(name))
		    : 0;
	while (prefix.n < name.n && !is_blank(name.p[prefix.n]))
		prefix.n++;
	if (prefix.n == name.n)
		return open_bare(at, name);
	name = trim((struct part){name.p + prefix.n, name.n - prefix.n});
	if (!is_name(name))
		return 0;
	if (is(prefix, "profile"))
		return open_profile(at, SEK_PROFILE_PLAIN, end_here(name));
	if (is(prefix, "services"))
		return open_profile(at, SEK_PROFILE_SERVICES, end_here(name));
	return 0;
}

static enum sek_code
read_section(struct parser *at, struct part line, struct sek_err *err)
{
	line = cut_comment(line, false);
	if (line.p[line.n - 1] != ']')
		return broken(at, err,
		    "a section ends with `]`, and a comment alone may follow");
	at->in_section = true;
	at->in_pair = false;
	at->profile = open_section(at,
	    trim((struct part){line.p + 1, line.n - 2}));
	return SEK_OK;
}

/* `key = value`, both trimmed, without the comment. */
static enum sek_code
split(const struct parser *at, struct part *key, struct part *value,
    struct part line, struct sek_err *err)
{
	char *equals;

	line = cut_comment(line, true);
	equals = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
	if (!equals)
		return broken(at, err,
		    "neither `[section]` nor `key = value` nor a comment");
	*key = trim((struct part){line.p, (size_t)(equals - line.p)});
	value->p = equals + 1;
	value->n = line.n - (size_t)(value->p - line.p);
	*value = trim(*value);
	if (key->n == 0)
		return broken(at, err, "a key is missing before `=`");
	return SEK_OK;
}

static uint32_t
add_pair(const struct parser *at, const char *key, const char *sub,
    const char *value)
{
	struct sek_profiles *set = at->set;
	struct sek_profile *profile = &set->all.at[at->profile - 1];

	*sek_vec_push(&set->pairs) = (struct sek_profile_pair){.key = key,
	    .sub = sub,
	    .value = value,
	    .line = at->line,
	    .before = profile->last,
	    .file = at->file};
	profile->last = (uint32_t)set->pairs.n;
	return profile->last;
}

/* A setting is kept whatever its name, to be refused as unknown. */
static bool
is_kept(const struct parser *at, struct part key)
{
	if (!at->profile)
		return false;
	return is_name(key) ||
	    at->set->all.at[at->profile - 1].kind == SEK_PROFILE_SETTINGS;
}

static enum sek_code
read_pair(struct parser *at, struct part line, struct sek_err *err)
{
	struct part key, value;
	enum sek_code code;

	if (!at->in_section)
		return broken(at, err, "a key before any `[section]`");
	if ((code = split(at, &key, &value, line, err)))
		return code;
	at->in_pair = true;
	at->in_block = value.n == 0;
	at->pair = 0;
	if (!is_kept(at, key))
		return SEK_OK;
	at->tail = value.p + value.n;
	at->pair = add_pair(at, end_in_lower_case(key), NULL, end_here(value));
	return SEK_OK;
}

/* What looks like a comment at the end of an indented line belongs to it. */
static enum sek_code
read_indented(struct parser *at, struct part line, struct sek_err *err)
{
	struct part key, value;
	enum sek_code code;

	line = trim(line);
	if (!at->in_section)
		return broken(at, err, "a key before any `[section]`");
	if (!at->in_pair)
		return broken(at, err,
		    "an indented line goes on with a value, but there is no "
		    "key above it; if it is one itself, begin it at the "
		    "line's start");
	if (at->in_block && (code = split(at, &key, &value, line, err)))
		return code;
	if (!at->pair)
		return SEK_OK;
	if (at->in_block &&
	    at->set->all.at[at->profile - 1].kind == SEK_PROFILE_SERVICES) {
		value.n = line.n - (size_t)(value.p - line.p);
		(void)add_pair(at, at->set->pairs.at[at->pair - 1].key,
		    end_in_lower_case(key), end_here(trim(value)));
		return SEK_OK;
	}
	*at->tail++ = '\n';
	memmove(at->tail, line.p, line.n);
	at->tail += line.n;
	*at->tail = '\0';
	return SEK_OK;
}

static enum sek_code
read_line(struct parser *at, struct part line, struct sek_err *err)
{
	struct part text;

	at->line++;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	text = trim(line);
	if (text.n == 0 || is_comment(*text.p))
		return SEK_OK;
	if (is_blank(*line.p))
		return read_indented(at, text, err);
	if (*line.p == '[')
		return read_section(at, text, err);
	return read_pair(at, text, err);
}

/* [profile default] takes the place of the file's [default], whichever stands
 * first: nothing of the latter is used. */
static void
close_file(const struct parser *at)
{
	struct sek_profiles *set = at->set;
	const struct sek_profile *bare;

	if (!at->bare_default)
		return;
	bare = &set->all.at[at->bare_default - 1];
	if (sek_profile_set_find(set, at->file == SEK_PROFILE_OURS,
		SEK_PROFILE_PLAIN, bare->name))
		return;
	set->all.at[at->bare_default - 1].hidden = false;
	sek_profile_set_index(set, at->bare_default - 1);
}

/* A string ends at a NUL, so none may be in it. */
static enum sek_code
check_text(const struct parser *at, const char *text, size_t n,
    struct sek_err *err)
{
	struct parser where = *at;
	const char *nul = memchr(text, '\0', n);

	if (!nul)
		return SEK_OK;
	for (where.line = 1; text < nul; text++)
		where.line += *text == '\n';
	return broken(&where, err, "a NUL byte: this is no text");
}

enum sek_code
sek_profile_parse(struct sek_profiles *set, enum sek_profile_file file,
    char *text, size_t n, struct sek_err *err)
{
	struct parser at = {.set = set, .file = file};
	enum sek_code code = check_text(&at, text, n, err);
	char *end = text + n;

	if (!code && n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (!code && text < end) {
		char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((newline ? newline : end) - text);

		code = read_line(&at, (struct part){text, length}, err);
		text += length + 1;
	}
	if (!code)
		close_file(&at);
	return code;
}
