#include "base/alloc.h"
#include "base/vec.h"
#include "scan/regex_read.h"

#define NEST_MAX     250 /* of PCRE2, unless it is built otherwise */
#define GROUPS_MAX   1000
#define NAME_LONGEST 32 /* of PCRE2 */

struct parser {
	struct sek_regex_reader r;
	struct sek_regex_tree *tree;
	unsigned depth;
	SEK_VEC(struct sek_str) names;
};

/* A list of nodes under construction. */
struct chain {
	struct sek_regex_node *first, **end;
	size_t n;
};

void
sek_regex_tree_clear(struct sek_regex_tree *t)
{
	sek_free_ptr(&t->node);
	t->root = NULL;
	t->nodes = t->room = 0;
}

static struct sek_regex_node *
new_node(struct parser *p, enum sek_regex_kind kind, size_t at)
{
	struct sek_regex_tree *t = p->tree;
	struct sek_regex_node *node;

	if (t->nodes == t->room) {
		sek_regex_fail(&p->r, at, "too complex");
		return NULL;
	}
	node = &t->node[t->nodes++];
	node->kind = kind;
	node->at = (uint32_t)at;
	return node;
}

static void
append(struct chain *c, struct sek_regex_node *node)
{
	*c->end = node;
	c->end = &node->next;
	c->n++;
}

static struct sek_regex_node *
new_edge(struct parser *p, size_t at, uint32_t back, uint32_t ahead)
{
	struct sek_regex_node *node = new_node(p, SEK_REGEX_EDGE, at);

	if (!node)
		return NULL;
	node->back = back;
	node->ahead = ahead;
	return node;
}

static struct sek_regex_node *
new_set(struct parser *p, size_t at, const struct sek_regex_set *set)
{
	struct sek_regex_node *node = new_node(p, SEK_REGEX_SET, at);

	if (node)
		node->set = *set;
	return node;
}

static struct sek_regex_node *
new_byte(struct parser *p, size_t at, unsigned char c)
{
	struct sek_regex_set set = {0};

	sek_regex_set_add(&set, c);
	if (p->r.caseless)
		sek_regex_set_fold(&set);
	return new_set(p, at, &set);
}

static struct sek_regex_node *parse_choice(struct parser *p);

/* NAME and its closing mark; `(?<`, `(?P<` or `(?'` are read. */
static enum sek_code
parse_name(struct parser *p, char close)
{
	size_t at = p->r.i;
	struct sek_str name = {p->r.text.p + at, 0};

	for (; at + name.n < p->r.text.n; name.n++) {
		char c = name.p[name.n];

		if (c != '_' && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    !(name.n > 0 && c >= '0' && c <= '9'))
			break;
	}
	p->r.i += name.n;
	if (name.n == 0 || name.n > NAME_LONGEST ||
	    !sek_regex_take(&p->r, close))
		return sek_regex_fail(&p->r, at, "not the name of a group");
	sek_vec_each (other, &p->names)
		if (sek_str_eq(*other, name))
			return sek_regex_fail(&p->r, at,
			    "two groups have this name");
	*sek_vec_push(&p->names) = name;
	return SEK_OK;
}

/* From after the opening to the closing parenthesis. */
static struct sek_regex_node *
parse_body(struct parser *p, size_t at)
{
	bool caseless = p->r.caseless, dotall = p->r.dotall;
	struct sek_regex_node *body;

	if (p->depth == NEST_MAX) {
		sek_regex_fail(&p->r, at, "more than %d groups in each other",
		    NEST_MAX);
		return NULL;
	}
	p->depth++;
	body = parse_choice(p);
	p->depth--;
	p->r.caseless = caseless;
	p->r.dotall = dotall;
	if (body && !sek_regex_take(&p->r, ')')) {
		sek_regex_fail(&p->r, at, "no ) for this (");
		return NULL;
	}
	return body;
}

static struct sek_regex_node *
parse_capture(struct parser *p, size_t at)
{
	if (p->tree->groups == GROUPS_MAX) {
		sek_regex_fail(&p->r, at, "more than %d capture groups",
		    GROUPS_MAX);
		return NULL;
	}
	p->tree->groups++;
	return parse_body(p, at);
}

static struct sek_regex_node *
parse_look(struct parser *p, size_t at, bool behind, bool *repeatable)
{
	struct sek_regex_node *look = new_node(p, SEK_REGEX_LOOK, at);

	*repeatable = false;
	if (!look)
		return NULL;
	look->behind = behind;
	look->child = parse_body(p, at);
	return look->child ? look : NULL;
}

/* (?i), (?-i), (?i:...) and the same with s; m is on anyway. */
static struct sek_regex_node *
parse_flags(struct parser *p, size_t at, bool *repeatable)
{
	bool caseless = p->r.caseless, dotall = p->r.dotall, on = true;
	bool was_caseless = caseless, was_dotall = dotall;
	struct sek_regex_node *body;

	for (;; p->r.i++) {
		if (sek_regex_at(&p->r, p->r.i, 'i'))
			caseless = on;
		else if (sek_regex_at(&p->r, p->r.i, 's'))
			dotall = on;
		else if (on && sek_regex_at(&p->r, p->r.i, '-'))
			on = false;
		else if (!on || !sek_regex_at(&p->r, p->r.i, 'm'))
			break;
	}
	p->r.caseless = caseless;
	p->r.dotall = dotall;
	if (sek_regex_take(&p->r, ')')) {
		*repeatable = false;
		return new_edge(p, at, 0, 0);
	}
	if (!sek_regex_take(&p->r, ':')) {
		sek_regex_fail(&p->r, at,
		    "this kind of group is not supported");
		return NULL;
	}
	body = parse_body(p, at);
	p->r.caseless = was_caseless;
	p->r.dotall = was_dotall;
	return body;
}

/* Takes s if it stands here. */
static bool
take_text(struct parser *p, const char *s)
{
	struct sek_str rest = {p->r.text.p + p->r.i, p->r.text.n - p->r.i};

	if (!sek_str_starts(rest, s))
		return false;
	p->r.i += strlen(s);
	return true;
}

/* What follows a `(` at `at`. */
static struct sek_regex_node *
parse_group(struct parser *p, size_t at, bool *repeatable)
{
	char close = '>';

	if (sek_regex_at(&p->r, p->r.i, '*')) {
		sek_regex_fail(&p->r, at, "verbs (*...) are not supported");
		return NULL;
	}
	if (!sek_regex_take(&p->r, '?'))
		return parse_capture(p, at);
	if (take_text(p, ":") || take_text(p, ">"))
		return parse_body(p, at);
	if (take_text(p, "=") || take_text(p, "!"))
		return parse_look(p, at, false, repeatable);
	if (take_text(p, "<=") || take_text(p, "<!"))
		return parse_look(p, at, true, repeatable);
	if (sek_regex_at(&p->r, p->r.i, '\''))
		close = '\'';
	if (take_text(p, "<") || take_text(p, "P<") || take_text(p, "'")) {
		if (parse_name(p, close) != SEK_OK)
			return NULL;
		return parse_capture(p, at);
	}
	return parse_flags(p, at, repeatable);
}

static struct sek_regex_node *
parse_escape(struct parser *p, size_t at, bool *repeatable)
{
	struct sek_regex_escape escape;

	if (sek_regex_read_escape(&p->r, false, &escape) != SEK_OK)
		return NULL;
	switch (escape.kind) {
	case SEK_REGEX_ESC_BYTE:
		return new_byte(p, at, escape.byte);
	case SEK_REGEX_ESC_SET:
		return new_set(p, at, &escape.set);
	case SEK_REGEX_ESC_EDGE:
		break;
	}
	*repeatable = false;
	return new_edge(p, at, 1, 1);
}

static struct sek_regex_node *
parse_dot(struct parser *p, size_t at)
{
	struct sek_regex_set set = {0};

	if (!p->r.dotall)
		sek_regex_set_add(&set, '\n');
	sek_regex_set_invert(&set);
	return new_set(p, at, &set);
}

/* One thing that a quantifier can follow, or not (*repeatable false). */
static struct sek_regex_node *
parse_atom(struct parser *p, bool *repeatable)
{
	size_t at = p->r.i;
	char c = p->r.text.p[p->r.i++];
	struct sek_regex_set set;

	*repeatable = c != '^' && c != '$';
	switch (c) {
	case '(':
		return parse_group(p, at, repeatable);
	case '[':
		if (sek_regex_read_class(&p->r, &set) != SEK_OK)
			return NULL;
		return new_set(p, at, &set);
	case '\\':
		return parse_escape(p, at, repeatable);
	case '.':
		return parse_dot(p, at);
	case '^':
		/* Not after a newline that ends the text: it looks ahead. */
		return new_edge(p, at, 1, 1);
	case '$':
		return new_edge(p, at, 0, 1);
	default:
		return new_byte(p, at, (unsigned char)c);
	}
}

/* Takes a quantifier if there is one: `*from` is 1 and `*to` 1 if not. */
static enum sek_code
parse_quantifier(struct parser *p, bool *yes, uint32_t *from, uint32_t *to)
{
	*yes = true;
	*from = 0;
	*to = SEK_UNBOUNDED;
	if (sek_regex_at(&p->r, p->r.i, '{'))
		return sek_regex_read_interval(&p->r, yes, from, to);
	if (sek_regex_take(&p->r, '*'))
		return SEK_OK;
	if (sek_regex_take(&p->r, '+'))
		*from = 1;
	else if (sek_regex_take(&p->r, '?'))
		*to = 1;
	else
		*yes = false;
	return SEK_OK;
}

/* An atom with its quantifier. */
static struct sek_regex_node *
parse_piece(struct parser *p)
{
	struct sek_regex_node *atom = NULL, *node;
	bool repeatable = false, yes;
	uint32_t from, to;
	size_t at = p->r.i;

	/* A brace that is no quantifier is text: see it before the atom. */
	if (parse_quantifier(p, &yes, &from, &to) != SEK_OK)
		return NULL;
	if (!yes) {
		atom = parse_atom(p, &repeatable);
		at = p->r.i;
		if (!atom || parse_quantifier(p, &yes, &from, &to) != SEK_OK)
			return NULL;
	}
	if (!yes)
		return atom;
	if (!repeatable) {
		sek_regex_fail(&p->r, at, "nothing to repeat here");
		return NULL;
	}
	/* Lazy and possessive. */
	if (!sek_regex_take(&p->r, '?'))
		(void)sek_regex_take(&p->r, '+');
	node = new_node(p, SEK_REGEX_REPEAT, at);
	if (!node)
		return NULL;
	node->child = atom;
	node->from = from;
	node->to = to;
	return node;
}

static bool
at_end(const struct parser *p)
{
	return p->r.i == p->r.text.n || sek_regex_at(&p->r, p->r.i, '|') ||
	    sek_regex_at(&p->r, p->r.i, ')');
}

/*
 * One branch of an alternation. A choice never stands in it bare: the branches
 * of a look-behind are told from a group inside it.
 */
static struct sek_regex_node *
parse_branch(struct parser *p)
{
	struct chain chain = {.end = &chain.first};
	struct sek_regex_node *cat;
	size_t at = p->r.i;

	while (!at_end(p)) {
		struct sek_regex_node *piece = parse_piece(p);

		if (!piece)
			return NULL;
		append(&chain, piece);
	}
	if (chain.n == 0)
		return new_edge(p, at, 0, 0);
	if (chain.n == 1 && chain.first->kind != SEK_REGEX_ALT)
		return chain.first;
	cat = new_node(p, SEK_REGEX_CAT, at);
	if (cat)
		cat->child = chain.first;
	return cat;
}

static struct sek_regex_node *
parse_choice(struct parser *p)
{
	struct chain chain = {.end = &chain.first};
	struct sek_regex_node *alt;
	size_t at = p->r.i;

	do {
		struct sek_regex_node *branch = parse_branch(p);

		if (!branch)
			return NULL;
		append(&chain, branch);
	} while (sek_regex_take(&p->r, '|'));
	if (chain.n == 1)
		return chain.first;
	alt = new_node(p, SEK_REGEX_ALT, at);
	if (alt)
		alt->child = chain.first;
	return alt;
}

enum sek_code
sek_regex_parse(struct sek_regex_tree *out, struct sek_str regex,
    struct sek_err *err)
{
	struct sek_err local;
	struct parser p = {.tree = out};

	*out = (struct sek_regex_tree){0};
	p.r.text = regex;
	p.r.err = err ? err : &local;
	if (regex.n > SEK_REGEX_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "column %d: longer than %d bytes", SEK_REGEX_MAX + 1,
		    SEK_REGEX_MAX);
	/* A byte of the regex makes at most two nodes. */
	out->room = 2 * regex.n + 8;
	out->node = sek_alloc_n(out->room, sizeof(*out->node));
	out->root = parse_choice(&p);
	sek_vec_clear(&p.names);
	if (!out->root)
		return SEK_ECONFIG;
	if (p.r.i < regex.n)
		return sek_regex_fail(&p.r, p.r.i, "no ( for this )");
	return SEK_OK;
}
