#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "rules-compile/emit.h"
#include "scan/ruleset_draft.h"

/*
 * rules-compile FILE...: prints the files' rules as C source, for the build. It
 * runs on the machine that builds, so the output must mean the same anywhere.
 */

/* Built-in rules replace none of their own. */
static enum sek_code
refuse_twins(const struct sek_ruleset_draft *all, struct sek_str text,
    const char *name, struct sek_err *err)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	enum sek_code code = sek_ruleset_add_file(d, text, name, err);

	for (size_t i = 0; !code && i < d->rule.n; i++) {
		const char *id = d->rule.at[i].rule.id;

		if (sek_ruleset_draft_find(all, id))
			code = sek_fail(err, SEK_ECONFIG,
			    "%s: [%s] is in another file, too", name, id);
	}
	sek_ruleset_draft_free(d);
	return code;
}

static enum sek_code
add_file(struct sek_ruleset_draft *d, const char *path, struct sek_err *err)
{
	sek_auto_buf text = {0};
	enum sek_code code = sek_file_read(path, &text, err);

	if (!code)
		code = refuse_twins(d, sek_buf_str(&text), path, err);
	if (!code)
		code = sek_ruleset_add_file(d, sek_buf_str(&text), path, err);
	return code;
}

static enum sek_code
compile(int argc, char **argv, struct sek_buf *out, struct sek_err *err)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct sek_ruleset *rules;
	enum sek_code code = SEK_OK;

	for (int i = 1; !code && i < argc; i++)
		code = add_file(d, argv[i], err);
	if (code) {
		sek_ruleset_draft_free(d);
		return code;
	}
	sek_ruleset_decode(d);
	code = sek_ruleset_make(d, &rules, err);
	if (code)
		return code;
	emit_ruleset(out, rules);
	sek_ruleset_free(rules);
	return sek_buf_check(out, "output", err);
}

int
main(int argc, char **argv)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	if (compile(argc, argv, &out, &err)) {
		fprintf(stderr, "rules-compile: %s\n", err.text);
		return 2;
	}
	if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0) {
		perror("rules-compile");
		return 3;
	}
	return 0;
}
