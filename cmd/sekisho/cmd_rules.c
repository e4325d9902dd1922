#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/redact.h"
#include "scan/example_check.h"
#include "scan/regex.h"
#include "sekisho/commands.h"

struct options {
	const char *format;
	bool verbose;
};

static const char *const verbs[] = {"list", "check", NULL};
static const char *const formats[] = {"text", "jsonl", NULL};

static const struct cli_opt opts[] = {
    {0, "format", CLI_CHOICE, offsetof(struct options, format), "FORMAT",
	formats, "How rules are listed: text or jsonl", false},
    {'v', "verbose", CLI_FLAG, offsetof(struct options, verbose), NULL, NULL,
	"With check: say what is known of each rule", false},
    {0},
};

/* Rules to be listed or checked. */
struct subject {
	const char *name;    /* of their file; NULL: the built-in ones */
	struct sek_buf text; /* of the file */
	struct sek_ruleset *rules;
};

struct checking {
	const struct subject *subject;
	struct sek_program *program;
	struct sek_matcher *matcher;
	struct sek_buf *out;
	size_t examples, failed;
};

static void
subject_clear(struct subject *s)
{
	sek_ruleset_free(s->rules);
	sek_buf_clear(&s->text);
}

/* all_on: rules that are off by default are made ready to run, too. */
static enum sek_code
subject_load(struct subject *s, const char *name, bool all_on,
    struct sek_err *err)
{
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(!name);
	enum sek_code code = SEK_OK;

	*s = (struct subject){.name = name};
	if (name)
		code = sek_file_read(name, &s->text, err);
	if (code == SEK_ENOTFOUND) /* so it was named wrongly */
		err->code = code = SEK_ECONFIG;
	if (name && !code)
		code = sek_ruleset_add_file(d, sek_buf_str(&s->text), name,
		    err);
	if (code) {
		sek_ruleset_draft_free(d);
		return code;
	}
	if (all_on)
		sek_ruleset_switch_all_on(d);
	return sek_ruleset_make(d, &s->rules, err);
}

/* A struct that has no id of its own is another regex of the rule before. */
static bool
begins_rule(const struct sek_ruleset *r, size_t i)
{
	return i == 0 || strcmp(r->rule[i].id, r->rule[i - 1].id) != 0;
}

static void
list_text(struct sek_buf *out, const struct sek_rule *r)
{
	sek_buf_printf(out, "%-32s %-8s %-3s  %s\n", r->id,
	    sek_severity_name(r->severity), r->off ? "off" : "on",
	    r->description);
}

/* Texts of rules hold no control characters, so these two are all. */
static void
add_json(struct sek_buf *out, const char *key, const char *value)
{
	sek_buf_printf(out, ",\"%s\":\"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			sek_buf_add_c(out, '\\');
		sek_buf_add_c(out, *value);
	}
	sek_buf_add_c(out, '"');
}

static void
list_json(struct sek_buf *out, const struct sek_rule *r)
{
	sek_buf_printf(out, "{\"id\":\"%s\"", r->id);
	add_json(out, "severity", sek_severity_name(r->severity));
	sek_buf_printf(out, ",\"default\":\"%s\"", r->off ? "off" : "on");
	add_json(out, "description", r->description);
	if (r->help)
		add_json(out, "help", r->help);
	sek_buf_add_s(out, "}\n");
}

static enum sek_code
list(const struct options *o, const char *name, struct sek_buf *out,
    struct sek_err *err)
{
	bool json = o->format && strcmp(o->format, "jsonl") == 0;
	struct subject s;
	enum sek_code code = subject_load(&s, name, false, err);

	for (size_t i = 0; !code && i < s.rules->rules; i++)
		if (begins_rule(s.rules, i))
			(json ? list_json : list_text)(out, &s.rules->rule[i]);
	subject_clear(&s);
	return code;
}

static void
describe_literals(struct sek_buf *out, const struct sek_regex_info *info)
{
	sek_buf_add_s(out, "    literals ");
	if (info->literals == 0)
		sek_buf_add_s(out, "none, so that every byte is a start: slow");
	for (size_t i = 0; i < info->literals; i++) {
		const struct sek_regex_literal *l = &info->literal[i];

		sek_buf_add_s(out, i ? " " : "");
		sek_quote(out, (struct sek_str){l->bytes, l->len});
		sek_buf_add_s(out, l->nocase ? " (any case)" : "");
	}
	sek_buf_add_s(out, "\n");
}

static enum sek_code
describe(struct sek_buf *out, const struct sek_rule *r, struct sek_err *err)
{
	struct sek_regex_info info;
	enum sek_code code = sek_regex_study(r->regex, &info, err);

	if (code)
		return code;
	describe_literals(out, &info);
	sek_buf_printf(out, "    window   %s", r->line ? "line, " : "");
	if (r->ahead == SEK_UNBOUNDED)
		sek_buf_printf(out, "%d bytes (the regex has no limit)",
		    SEK_MATCH_WINDOW);
	else
		sek_buf_printf(out, "%" PRIu32 " bytes", r->ahead);
	sek_buf_printf(out, " from the start, %" PRIu32 " before it\n",
	    r->back);
	return SEK_OK;
}

static enum sek_code
check_regexes(struct checking *c, size_t first, bool verbose,
    struct sek_err *err)
{
	const struct sek_ruleset *rules = c->subject->rules;
	const struct sek_rule *rule = &rules->rule[first];
	enum sek_code code = SEK_OK;

	if (verbose)
		sek_buf_printf(c->out, "%s\n", rule->id);
	for (size_t i = first; !code && i < rules->rules; i++) {
		if (i > first && begins_rule(rules, i))
			break;
		code = sek_program_compile(c->program, i, err);
		if (!code && verbose)
			code = describe(c->out, &rules->rule[i], err);
	}
	if (verbose && rule->entropy > 0)
		sek_buf_printf(c->out, "    entropy  above %g\n",
		    (double)rule->entropy);
	if (verbose && rule->check_name)
		sek_buf_printf(c->out, "    check    %s\n", rule->check_name);
	return code;
}

/* Failures show the template: what it expands to is for no one's eyes. */
static enum sek_code
check_example(struct checking *c, size_t line, const char *id, const char *text,
    bool wanted, struct sek_err *err)
{
	bool holds = false;
	enum sek_code code = sek_example_holds(c->matcher, c->subject->rules,
	    id, text, wanted, &holds, err);

	if (code)
		return code;
	c->examples++;
	if (holds)
		return SEK_OK;
	c->failed++;
	if (line)
		sek_buf_printf(c->out, "%s:%zu: ", c->subject->name, line);
	sek_buf_printf(c->out, "[%s] %s: ", id,
	    wanted ? "match is not found" : "nomatch is found");
	sek_quote(c->out, sek_str(text));
	sek_buf_add_s(c->out, "\n");
	return SEK_OK;
}

/* The file is read once more, for the lines that its examples stand on. */
static enum sek_code
check_file_examples(struct checking *c, struct sek_err *err)
{
	struct sek_ini ini = {
	    .rest = sek_buf_str(&c->subject->text), .name = c->subject->name};
	enum sek_code code;
	enum sek_ini_kind kind;

	while (!(code = sek_ini_next(&ini, &kind, err)) &&
	    kind != SEK_INI_END) {
		bool wanted = sek_str_is(ini.key, "match");
		sek_auto_free char *id = NULL, *text = NULL;

		if (kind != SEK_INI_PAIR ||
		    (!wanted && !sek_str_is(ini.key, "nomatch")))
			continue;
		id = sek_strndup(ini.section.p, ini.section.n);
		text = sek_strndup(ini.value.p, ini.value.n);
		code = check_example(c, ini.line, id, text, wanted, err);
		if (code)
			break;
	}
	return code;
}

static enum sek_code
check_builtin_examples(struct checking *c, struct sek_err *err)
{
	const struct sek_ruleset *rules = c->subject->rules;
	enum sek_code code = SEK_OK;

	for (size_t i = 0; !code && i < rules->rules; i++) {
		const struct sek_rule *r = &rules->rule[i];

		for (size_t k = 0; !code && r->match[k]; k++)
			code = check_example(c, 0, r->id, r->match[k], true,
			    err);
		for (size_t k = 0; !code && r->nomatch[k]; k++)
			code = check_example(c, 0, r->id, r->nomatch[k], false,
			    err);
	}
	return code;
}

static enum sek_code
check_subject(struct checking *c, bool verbose, struct sek_err *err)
{
	const struct sek_ruleset *rules = c->subject->rules;
	enum sek_code code = SEK_OK;
	size_t n = 0;

	for (size_t i = 0; !code && i < rules->rules; i++) {
		if (!begins_rule(rules, i))
			continue;
		n++;
		code = check_regexes(c, i, verbose, err);
	}
	if (code)
		return code;
	code = c->subject->name ? check_file_examples(c, err)
				: check_builtin_examples(c, err);
	if (!code)
		sek_buf_printf(c->out,
		    "%s: %zu rules, %zu examples, %zu fail\n",
		    c->subject->name ? c->subject->name : "built-in rules", n,
		    c->examples, c->failed);
	return code;
}

static enum sek_code
check(const struct options *o, const char *name, struct sek_buf *out,
    bool *failed, struct sek_err *err)
{
	struct subject s;
	struct checking c = {.subject = &s, .out = out};
	enum sek_code code = subject_load(&s, name, true, err);

	if (!code) {
		c.program = sek_program_new(s.rules);
		c.matcher = sek_matcher_new(c.program);
		code = check_subject(&c, o->verbose, err);
	}
	*failed = *failed || c.failed > 0;
	sek_matcher_free(c.matcher);
	sek_program_free(c.program);
	subject_clear(&s);
	return code;
}

static int
run_rules(const void *opts_in, int argc, char **argv)
{
	const struct options *o = opts_in;
	bool checks = strcmp(argv[0], "check") == 0, failed = false;
	sek_auto_buf out = {0};
	enum sek_code code = SEK_OK;
	struct sek_err err;
	int i = 1;

	if (!checks && strcmp(argv[0], "list") != 0) {
		(void)sek_fail(&err, SEK_ECONFIG,
		    "rules: list or check is wanted");
		return cli_fail(&err);
	}
	do {
		const char *name = i < argc ? argv[i] : NULL;

		code = checks ? check(o, name, &out, &failed, &err)
			      : list(o, name, &out, &err);
	} while (!code && ++i < argc);
	if (!code)
		code = sek_buf_check(&out, "rules", &err);
	if (fwrite(out.n ? out.p : "", 1, out.n, stdout) != out.n ||
	    fflush(stdout) != 0)
		code = sek_fail_errno(&err, "standard output");
	if (code)
		return cli_fail(&err);
	return failed ? CLI_EXIT_FOUND : CLI_EXIT_OK;
}

const struct cli_cmd cmd_rules = {
    .name = "rules",
    .summary = "List rules, or check that they find what they say",
    .details = "Without FILE, the built-in rules. The format of files, and "
	       "what is checked, is in sekisho-rules(5).",
    .operand = {"list|check [FILE...]", CLI_FILE, verbs, 1, SIZE_MAX},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run_rules,
};
