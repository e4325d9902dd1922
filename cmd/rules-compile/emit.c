#include "rules-compile/emit.h"

#include <inttypes.h>

/* Octal escapes end after three digits, whatever follows; `?` could begin a
 * trigraph. */
void
emit_string(struct sek_buf *out, const char *s)
{
	if (!s) {
		sek_buf_add_s(out, "NULL");
		return;
	}
	sek_buf_add_c(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\' || c == '?')
			sek_buf_printf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			sek_buf_printf(out, "\\%03o", c);
		else
			sek_buf_add_c(out, (char)c);
	}
	sek_buf_add_c(out, '"');
}

static void
emit_list(struct sek_buf *out, const char *what, size_t rule,
    const char *const *list)
{
	sek_buf_printf(out, "static const char *const %s_%zu[] = {\n", what,
	    rule);
	for (; *list; list++) {
		sek_buf_add_s(out, "\t");
		emit_string(out, *list);
		sek_buf_add_s(out, ",\n");
	}
	sek_buf_add_s(out, "\tNULL};\n");
}

/* The structs of one rule share its strings. */
static bool
continues(const struct sek_ruleset *r, size_t i)
{
	return i > 0 && strcmp(r->rule[i].id, r->rule[i - 1].id) == 0;
}

static void
emit_texts(struct sek_buf *out, const struct sek_ruleset *r)
{
	sek_buf_add_s(out, "static const char *const none[] = {NULL};\n");
	for (size_t i = 0; i < r->rules; i++) {
		if (continues(r, i))
			continue;
		sek_buf_printf(out, "static const char id_%zu[] = ", i);
		emit_string(out, r->rule[i].id);
		sek_buf_printf(out, ";\nstatic const char about_%zu[] = ", i);
		emit_string(out, r->rule[i].description);
		sek_buf_add_s(out, ";\n");
		emit_list(out, "match", i, r->rule[i].match);
		emit_list(out, "nomatch", i, r->rule[i].nomatch);
	}
}

/* `aws-key-id` is sek_check_aws_key_id, see check_all.h. */
static void
emit_check(struct sek_buf *out, const char *name)
{
	if (!name) {
		sek_buf_add_s(out, "NULL");
		return;
	}
	sek_buf_add_s(out, "sek_check_");
	for (; *name; name++)
		sek_buf_add_c(out, *name == '-' ? '_' : *name);
}

static void
emit_rule(struct sek_buf *out, const struct sek_rule *rule, size_t first,
    bool again)
{
	sek_buf_printf(out, "\t{.id = id_%zu, .description = about_%zu,\n",
	    first, first);
	sek_buf_add_s(out, "\t    .help = ");
	emit_string(out, rule->help);
	sek_buf_add_s(out, ",\n\t    .regex = ");
	emit_string(out, rule->regex);
	if (again)
		sek_buf_add_s(out, ",\n\t    .match = none, .nomatch = none");
	else
		sek_buf_printf(out,
		    ",\n\t    .match = match_%zu, .nomatch = nomatch_%zu",
		    first, first);
	sek_buf_add_s(out, ",\n\t    .check = ");
	emit_check(out, rule->check_name);
	sek_buf_add_s(out, ", .check_name = ");
	emit_string(out, rule->check_name);
	sek_buf_printf(out,
	    ",\n\t    .entropy = %.6ff, .severity = %d, .role = %d, "
	    ".edges = %d,\n\t    .guessable = %d, .off = %d, "
	    ".secret_group = %d, .line = %d,\n\t    .back = %" PRIu32
	    "u, .ahead = %" PRIu32 "u},\n",
	    (double)rule->entropy, (int)rule->severity, (int)rule->role,
	    rule->edges, rule->guessable, rule->off, rule->secret_group,
	    rule->line, rule->back, rule->ahead);
}

static void
emit_rules(struct sek_buf *out, const struct sek_ruleset *r)
{
	size_t first = 0;

	sek_buf_add_s(out, "static const struct sek_rule rules[] = {\n");
	for (size_t i = 0; i < r->rules; i++) {
		bool again = continues(r, i);

		if (!again)
			first = i;
		emit_rule(out, &r->rule[i], first, again);
	}
	sek_buf_add_s(out, "};\n");
}

static void
emit_literals(struct sek_buf *out, const struct sek_ruleset *r)
{
	sek_buf_add_s(out,
	    "static const struct sek_rule_literal literals[] = {\n");
	for (size_t i = 0; i < r->literals; i++)
		sek_buf_printf(out, "\t{%u, %" PRIu32 "u, %" PRIu32 "u},\n",
		    r->literal[i].rule, r->literal[i].before_min,
		    r->literal[i].before_max);
	sek_buf_add_s(out, "};\n");
}

void
emit_ruleset(struct sek_buf *out, const struct sek_ruleset *r)
{
	sek_buf_add_s(out,
	    "/* Made from patterns/ by rules-compile. */\n"
	    "#include \"scan/check_all.h\"\n"
	    "#include \"scan/prefilter_table.h\"\n"
	    "#include \"scan/ruleset.h\"\n\n");
	if (r->rules) {
		emit_texts(out, r);
		emit_rules(out, r);
	}
	if (r->literals)
		emit_literals(out, r);
	if (r->unfiltered_n) {
		sek_buf_add_s(out, "static const uint16_t unfiltered[] = {\n");
		for (size_t i = 0; i < r->unfiltered_n; i++)
			sek_buf_printf(out, "\t%u,\n", r->unfiltered[i]);
		sek_buf_add_s(out, "};\n");
	}
	emit_prefilter(out, r->prefilter);
	sek_buf_printf(out,
	    "const struct sek_ruleset sek_ruleset_builtin = {\n"
	    "\t.rule = %s, .rules = %zu,\n"
	    "\t.literal = %s, .literals = %zu, .encoded = %zu,\n"
	    "\t.prefilter = &prefilter,\n"
	    "\t.unfiltered = %s, .unfiltered_n = %zu,\n};\n",
	    r->rules ? "rules" : "NULL", r->rules,
	    r->literals ? "literals" : "NULL", r->literals, r->encoded,
	    r->unfiltered_n ? "unfiltered" : "NULL", r->unfiltered_n);
}
