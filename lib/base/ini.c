#include "base/ini.h"

static enum sek_code
broken(const struct sek_ini *ini, struct sek_err *err, const char *why)
{
	return sek_fail(err, SEK_ECONFIG, "%s:%zu: %s", ini->name, ini->line,
	    why);
}

static enum sek_code
take_section(struct sek_ini *ini, struct sek_str line, struct sek_err *err)
{
	struct sek_str name = {line.p + 1, line.n - 1};

	if (!sek_str_ends(name, "]"))
		return broken(ini, err,
		    "a section ends with `]`, nothing after");
	name.n--;
	name = sek_str_trim(name);
	if (name.n == 0)
		return broken(ini, err, "a section needs a name");
	if (memchr(name.p, ']', name.n))
		return broken(ini, err, "more than one `]` in a section");
	ini->section = name;
	ini->key = ini->value = (struct sek_str){NULL, 0};
	ini->value_column = 0;
	return SEK_OK;
}

/* The line is not quoted in errors: it may hold what nobody should see. */
static enum sek_code
take_pair(struct sek_ini *ini, struct sek_str line, const char *start,
    struct sek_err *err)
{
	struct sek_str value = line;

	ini->key = sek_str_trim(sek_str_cut(&value, '='));
	if (!value.p)
		return broken(ini, err,
		    "neither `[section]` nor `key = value` nor a comment");
	if (ini->key.n == 0)
		return broken(ini, err, "a key is missing before `=`");
	ini->value = sek_str_trim(value);
	ini->value_column = (size_t)(ini->value.p - start) + 1;
	return SEK_OK;
}

enum sek_code
sek_ini_next(struct sek_ini *ini, enum sek_ini_kind *kind, struct sek_err *err)
{
	if (ini->line == 0 && sek_str_starts(ini->rest, "\xef\xbb\xbf"))
		(void)sek_str_cut(&ini->rest, '\xbf');
	while (ini->rest.p) {
		struct sek_str whole = sek_str_cut(&ini->rest, '\n');
		struct sek_str line = sek_str_trim(whole);

		ini->line++;
		if (whole.n > 0 && memchr(whole.p, '\0', whole.n))
			return broken(ini, err, "a NUL byte: this is no text");
		if (line.n == 0 || *line.p == '#' || *line.p == ';')
			continue;
		if (*line.p == '[') {
			*kind = SEK_INI_SECTION;
			return take_section(ini, line, err);
		}
		*kind = SEK_INI_PAIR;
		return take_pair(ini, line, whole.p, err);
	}
	*kind = SEK_INI_END;
	return SEK_OK;
}
