#include "scan/compat_policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/compat_provider.h"
#include "scan/ere.h"

#define ALLOW_FILE_MAX ((size_t)4 << 20)

static const char user_id[] = "secrets-pattern-";
static const char provider_id[] = "secrets-provider-";
static const char aws_id[] = "aws-";

struct sek_compat_allow {
	/* knows which patterns are none; cannot be asked about a line that is
	 * already made */
	struct sek_allow *checked;
	SEK_VEC(struct sek_pattern *) pattern;
};

struct loader {
	struct sek_ruleset_draft *draft;
	unsigned user, provider; /* patterns so far */
	sek_compat_missing_fn *missing;
	void *arg;
};

enum sek_compat_kind
sek_compat_kind(const struct sek_rule *rule)
{
	if (!strncmp(rule->id, user_id, sizeof(user_id) - 1))
		return SEK_COMPAT_USER;
	if (!strncmp(rule->id, provider_id, sizeof(provider_id) - 1))
		return SEK_COMPAT_PROVIDER;
	return SEK_COMPAT_BUILTIN;
}

static enum sek_code
add_pattern(struct loader *l, const char *ere, bool provider,
    struct sek_err *err)
{
	unsigned *n = provider ? &l->provider : &l->user;
	char id[48];

	if (!*ere) /* it would match nothing but the empty word */
		return SEK_OK;
	snprintf(id, sizeof(id), "%s%u", provider ? provider_id : user_id,
	    ++*n);
	return sek_ruleset_add_ere(l->draft, ere, id,
	    provider ? "secrets.providers" : "secrets.patterns", err);
}

/* A value of the configuration may hold several lines: each is a pattern. */
static enum sek_code
add_lines(struct loader *l, struct sek_str text, bool provider,
    struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	while (r == SEK_OK && text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');
		sek_auto_free char *ere = sek_strndup(line.p, line.n);

		if (strlen(ere) != line.n)
			return sek_fail(err, SEK_ECONFIG,
			    "secrets.providers: a pattern with a NUL byte");
		r = add_pattern(l, ere, provider, err);
		explicit_bzero(ere, line.n);
	}
	return r;
}

static enum sek_code
add_provider(struct loader *l, const char *command, struct sek_err *err)
{
	sek_auto_buf said = {0};
	sek_auto_free char *missing = NULL;
	enum sek_code r = sek_compat_provider_run(command, &said, &missing,
	    err);

	if (missing)
		l->missing(l->arg, missing);
	if (r == SEK_OK && said.n)
		r = add_lines(l, sek_buf_str(&said), true, err);
	if (said.p)
		explicit_bzero(said.p, said.n);
	return r;
}

static enum sek_code
add_config(struct loader *l, const struct sek_config *config,
    struct sek_err *err)
{
	const struct sek_config_entry *e;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && (e = sek_config_at(config, i)); i++) {
		if (!e->value)
			continue;
		if (!strcmp(e->key, "secrets.patterns"))
			r = add_lines(l, sek_str(e->value), false, err);
		else if (!strcmp(e->key, "secrets.providers"))
			r = add_provider(l, e->value, err);
	}
	return r;
}

/* The rules of other vendors and private keys are sekisho's business. */
static enum sek_code
keep_aws(struct sek_ruleset_draft *draft, struct sek_err *err)
{
	const struct sek_ruleset *all = &sek_ruleset_builtin;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && i < all->rules; i++) {
		const char *id = all->rule[i].id;

		if (i && id == all->rule[i - 1].id)
			continue;
		if (strncmp(id, aws_id, sizeof(aws_id) - 1) != 0)
			r = sek_ruleset_switch(draft, id, false, err);
	}
	return r;
}

static enum sek_code
load_rules(struct sek_ruleset **out, const struct sek_config *config,
    struct loader *l, struct sek_err *err)
{
	bool builtin;
	enum sek_code r = sek_config_bool(config, "secrets.builtin", true,
	    &builtin, err);

	*out = NULL;
	if (r != SEK_OK)
		return r;
	l->draft = sek_ruleset_draft_new(builtin);
	if (builtin)
		r = keep_aws(l->draft, err);
	if (r == SEK_OK)
		r = add_config(l, config, err);
	if (r == SEK_OK && (builtin || l->user || l->provider))
		r = sek_ruleset_make(sek_steal(&l->draft), out, err);
	sek_ruleset_draft_free(l->draft);
	return r;
}

enum sek_code
sek_compat_policy_load(struct sek_policy **out, const struct sek_config *config,
    sek_compat_missing_fn *missing, void *arg, struct sek_err *err)
{
	struct loader l = {.missing = missing, .arg = arg};
	struct sek_policy *p;
	struct sek_ruleset *rules;
	enum sek_code r = load_rules(&rules, config, &l, err);

	*out = NULL;
	if (r != SEK_OK || !rules)
		return r;
	p = sek_alloc(sizeof(*p));
	p->own_rules = rules;
	p->rules = rules;
	p->program = sek_program_new(rules);
	/* So that paths stay as they are: what is shown is made elsewhere. */
	p->keep_secrets = true;
	*out = p;
	return SEK_OK;
}

static enum sek_code
add_allowed(struct sek_compat_allow *a, struct sek_str line, const char *name,
    struct sek_err *err)
{
	sek_auto_free char *ere = sek_strndup(line.p, line.n);
	sek_auto_buf regex = {0};
	struct sek_pattern *pattern;
	enum sek_code r = sek_allow_add_ere(a->checked, ere, name, err);

	if (r == SEK_OK)
		r = sek_ere_translate(ere, false, &regex, err);
	if (r == SEK_OK)
		r = sek_pattern_new(&pattern, regex.p, err);
	if (r == SEK_OK)
		*sek_vec_push(&a->pattern) = pattern;
	return r;
}

static enum sek_code
add_config_allowed(struct sek_compat_allow *a, const struct sek_config *config,
    struct sek_err *err)
{
	const struct sek_config_entry *e;
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && (e = sek_config_at(config, i)); i++)
		if (!strcmp(e->key, "secrets.allowed") && e->value)
			r = add_allowed(a, sek_str(e->value), "secrets.allowed",
			    err);
	return r;
}

static enum sek_code
add_gitallowed(struct sek_compat_allow *a, const char *top, struct sek_err *err)
{
	sek_auto_free char *path = sek_printf("%s/.gitallowed", top);
	sek_auto_buf text = {.max = ALLOW_FILE_MAX};
	struct sek_str rest;
	enum sek_code r;

	if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return SEK_OK;
	r = sek_file_read(path, &text, err);
	for (rest = sek_buf_str(&text); r == SEK_OK && rest.p;) {
		struct sek_str line = sek_str_cut(&rest, '\n');
		struct sek_str bare = sek_str_trim(line);

		if (!bare.n || bare.p[0] == '#')
			continue;
		if (line.p[line.n - 1] == '\r')
			line.n--;
		r = add_allowed(a, line, ".gitallowed", err);
	}
	return r;
}

enum sek_code
sek_compat_allow_load(struct sek_compat_allow **out,
    const struct sek_config *config, const char *top, struct sek_err *err)
{
	struct sek_compat_allow *a = sek_alloc(sizeof(*a));
	enum sek_code r;

	a->checked = sek_allow_new();
	r = add_config_allowed(a, config, err);
	if (r == SEK_OK && top)
		r = add_gitallowed(a, top, err);
	*out = a;
	if (r != SEK_OK) {
		sek_compat_allow_free(a);
		*out = NULL;
	}
	return r;
}

void
sek_compat_allow_free(struct sek_compat_allow *a)
{
	if (!a)
		return;
	sek_vec_each (p, &a->pattern)
		sek_pattern_free(*p);
	sek_vec_clear(&a->pattern);
	sek_allow_free(a->checked);
	free(a);
}

enum sek_code
sek_compat_allow_ask(const struct sek_compat_allow *a, struct sek_str line,
    bool *yes, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	*yes = false;
	sek_vec_each (p, &a->pattern) {
		r = sek_pattern_matches(*p, line, yes, err);
		if (r != SEK_OK || *yes)
			break;
	}
	return r;
}
