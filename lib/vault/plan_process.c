#include <stdio.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "vault/plan_parts.h"

#define WORD_MAX 256 /* longer ones are not our name */

/*
 * The next word of a command line, quotes and backslashes taken off as a shell
 * would; false at the end. What is longer than WORD_MAX loses its start, not
 * its end, where the name of a program stands.
 */
static bool
next_word(char word[WORD_MAX], const char **at)
{
	const char *p = *at + strspn(*at, " \t\n");
	char quote = '\0';
	size_t n = 0;

	if (!*p)
		return false;
	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (*p == quote) {
			quote = '\0';
			continue;
		}
		if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
			continue;
		}
		if (*p == '\\' && quote != '\'' && p[1])
			p++;
		if (n == WORD_MAX - 1)
			memmove(word, word + 1, --n);
		word[n++] = *p;
	}
	word[n] = '\0';
	*at = p;
	return true;
}

static bool
is_program(const char *word, const char *name)
{
	const char *slash = strrchr(word, '/');

	return !strcmp(slash ? slash + 1 : word, name);
}

/* `env [-i] [NAME=VALUE] sekisho-vault ...` is us as well; which of env's words
 * is the command depends on its options, so any of them counts. */
bool
sek_plan_is_us(const char *command)
{
	char word[WORD_MAX];
	const char *at = command;

	if (!next_word(word, &at))
		return false;
	if (!is_program(word, "env"))
		return is_program(word, "sekisho-vault");
	while (next_word(word, &at)) {
		char *rest = word; /* env -S takes a whole command as a word */

		for (char *w; (w = strsep(&rest, " \t\n"));)
			if (is_program(w, "sekisho-vault"))
				return true;
	}
	return false;
}

/* A command that asks an AWS tool gets another answer with another of these. */
static const char *
surroundings(struct sek_planner *m)
{
	static const char *const names[] = {
	    "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};
	sek_auto_buf out = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = m->env->get(m->env, names[i]);

		if (!value)
			continue;
		sek_buf_printf(&out, "%s%s=", out.n ? " " : "", names[i]);
		sek_percent(&out, sek_str(value), "/");
	}
	return out.n ? sek_planner_keep(m, sek_strdup(out.p)) : NULL;
}

enum sek_code
sek_planner_add_process(struct sek_planner *m, struct sek_err *err)
{
	static const char key[] = "credential_process";
	const struct sek_profile *p = sek_planner_profile(m);
	const char *command = sek_profile_get(p, key);
	const char *path = sek_profiles_our_path(m->profiles);

	if (sek_plan_is_us(command))
		return sek_planner_fail(err, p, key,
		    "this line calls sekisho-vault itself: it is for the AWS "
		    "SDKs, and the way to the credentials belongs into a "
		    "profile of the same name in %.160s",
		    path ? path : "sekisho's own file");
	sek_planner_hop(m, SEK_HOP_PROCESS, command)->here = surroundings(m);
	return SEK_OK;
}
