#include "repo/config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "repo/config_load.h"

struct sek_config SEK_VEC_BODY(struct sek_config_entry);

/* A scope this table does not know is no more trusted than the repository. */
static enum sek_scope
parse_scope(struct sek_str name)
{
	if (sek_str_is(name, "system"))
		return SEK_SCOPE_SYSTEM;
	if (sek_str_is(name, "global"))
		return SEK_SCOPE_GLOBAL;
	if (sek_str_is(name, "worktree"))
		return SEK_SCOPE_WORKTREE;
	if (sek_str_is(name, "command"))
		return SEK_SCOPE_COMMAND;
	return SEK_SCOPE_LOCAL;
}

/* *e: what was said before the key and its value. */
static void
add(struct sek_config *c, struct sek_config_entry *said, struct sek_str entry)
{
	struct sek_config_entry *e = sek_vec_push(c);
	struct sek_str rest = entry, key = sek_str_cut(&rest, '\n');

	e->scope = said->scope;
	e->origin = sek_steal(&said->origin);
	e->key = sek_strndup(key.p, key.n);
	if (rest.p)
		e->value = sek_strndup(rest.p, rest.n);
}

enum sek_code
sek_config_start(struct sek_git **out, const char *dir, struct sek_err *err)
{
	static const char *const list[] = {
	    "config",
	    "--list",
	    "--show-scope",
	    "--show-origin",
	    "--includes",
	    "-z",
	    NULL,
	};

	return sek_git_start_real(out, dir, list, err);
}

enum sek_code
sek_config_finish(struct sek_config **out, struct sek_git **g,
    struct sek_err *err)
{
	struct sek_config *c = sek_alloc(sizeof(*c));
	struct sek_config_entry said = {0};
	struct sek_str text;
	enum sek_code code;

	for (;;) {
		code = sek_git_record(*g, '\0', &text, err);
		if (code || !text.p)
			break;
		said.scope = parse_scope(text);
		code = sek_git_record(*g, '\0', &text, err);
		if (code || !text.p)
			break;
		said.origin = sek_strndup(text.p, text.n);
		code = sek_git_record(*g, '\0', &text, err);
		if (code || !text.p)
			break;
		add(c, &said, text);
	}
	free(said.origin);
	if (!code)
		code = sek_git_finish(g, NULL, err);
	if (code) {
		sek_config_free(c);
		c = NULL;
	}
	*out = c;
	return code;
}

enum sek_code
sek_config_load(struct sek_config **out, const char *dir, struct sek_err *err)
{
	sek_auto_git *g = NULL;
	enum sek_code code;

	*out = NULL;
	code = sek_config_start(&g, dir, err);
	if (code)
		return code;
	return sek_config_finish(out, &g, err);
}

void
sek_config_free(struct sek_config *c)
{
	if (!c)
		return;
	sek_vec_each (e, c) {
		free(e->key);
		free(e->value);
		free(e->origin);
	}
	sek_vec_clear(c);
	free(c);
}

const struct sek_config_entry *
sek_config_at(const struct sek_config *c, size_t i)
{
	return i < c->n ? &c->at[i] : NULL;
}

const struct sek_config_entry *
sek_config_last(const struct sek_config *c, const char *key)
{
	for (size_t i = c->n; i > 0; i--)
		if (strcmp(c->at[i - 1].key, key) == 0)
			return &c->at[i - 1];
	return NULL;
}

static bool
is_any(const char *value, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

/* git's integers: a sign, digits of any C base, and k, m or g. */
static bool
parse_int(const char *value, bool *out)
{
	char *end;
	long long n;

	if (!*value)
		return false;
	n = strtoll(value, &end, 0);
	if (end == value)
		return false;
	if (*end && strchr("kKmMgG", *end))
		end++;
	*out = n != 0;
	return !*end;
}

enum sek_code
sek_config_bool(const struct sek_config *c, const char *key, bool fallback,
    bool *out, struct sek_err *err)
{
	static const char *const yes[] = {
	    "true",
	    "yes",
	    "on",
	    NULL,
	};
	static const char *const no[] = {
	    "false",
	    "no",
	    "off",
	    "",
	    NULL,
	};
	const struct sek_config_entry *e = sek_config_last(c, key);

	*out = fallback;
	if (!e)
		return SEK_OK;
	if (!e->value || is_any(e->value, yes)) {
		*out = true;
		return SEK_OK;
	}
	if (is_any(e->value, no)) {
		*out = false;
		return SEK_OK;
	}
	if (parse_int(e->value, out))
		return SEK_OK;
	return sek_fail(err, SEK_ECONFIG,
	    "git config %s: its value is neither true nor false", key);
}
