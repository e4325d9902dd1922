#include "scan/pcre.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>

#include "base/alloc.h"

/*
 * The unit of a match limit is about one backtrack. JIT does some 100 million a
 * second, the interpreter a tenth of that: a first try ends after some 10 ms, a
 * second one after a second or two.
 */
#define WORK_FIRST  1000000
#define WORK_SECOND 20000000
#define HEAP_KIB    (64 * 1024)
#define STACK_MIN   (32 * 1024)
#define STACK_MAX   (1024 * 1024)

struct sek_pcre {
	pcre2_code *code;
	enum sek_pcre_kind kind;
	bool jit;
};

struct sek_pcre_room {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static void *
checked(void *p)
{
	/* sek_alloc calls the one handler of exhausted memory. */
	return p ? p : sek_alloc(SIZE_MAX);
}

static enum sek_code
refuse(struct sek_err *err, int code, size_t offset)
{
	unsigned char why[200];

	if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
		why[0] = '\0';
	return sek_fail(err, SEK_ECONFIG, "column %zu: %s", offset + 1, why);
}

enum sek_code
sek_pcre_compile(struct sek_pcre **out, const char *regex,
    enum sek_pcre_kind kind, struct sek_err *err)
{
	/*
	 * Anchored is asked for here, not at match time, where JIT ignores it
	 * and the slow interpreter takes over.
	 */
	/* PCRE2 10.42 can take a look-ahead's text for part of the match's
	 * least length, and then passes over a match ((?=a)(?:abc)?a in "a").
	 * All else is much faster with these optimizations. */
	bool look_ahead = strstr(regex, "(?=") != NULL;
	uint32_t options = PCRE2_MULTILINE | PCRE2_NEVER_UTF |
	    (look_ahead ? PCRE2_NO_START_OPTIMIZE : 0) |
	    (kind == SEK_PCRE_ANCHORED ? PCRE2_ANCHORED
				       : PCRE2_USE_OFFSET_LIMIT);
	pcre2_compile_context
	    *context = checked(pcre2_compile_context_create(NULL));
	struct sek_pcre *c;
	pcre2_code *code;
	size_t offset = 0;
	int why = 0;

	*out = NULL;
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	code = pcre2_compile((const unsigned char *)regex,
	    PCRE2_ZERO_TERMINATED, options, &why, &offset, context);
	pcre2_compile_context_free(context);
	if (!code)
		return refuse(err, why, offset);
	*out = c = sek_alloc(sizeof(*c));
	c->code = code;
	c->kind = kind;
	/* Not where memory cannot be executable: then the interpreter runs. */
	c->jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
	return SEK_OK;
}

void
sek_pcre_free(struct sek_pcre *c)
{
	if (!c)
		return;
	pcre2_code_free(c->code);
	free(c);
}

struct sek_pcre_room *
sek_pcre_room_new(void)
{
	struct sek_pcre_room *r = sek_alloc(sizeof(*r));

	r->data = checked(pcre2_match_data_create(2, NULL));
	r->context = checked(pcre2_match_context_create(NULL));
	(void)pcre2_set_heap_limit(r->context, HEAP_KIB);
	/* Without a stack of its own JIT takes 32 KiB of ours. */
	r->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
	if (r->stack)
		pcre2_jit_stack_assign(r->context, NULL, r->stack);
	return r;
}

void
sek_pcre_room_free(struct sek_pcre_room *r)
{
	if (!r)
		return;
	pcre2_jit_stack_free(r->stack);
	pcre2_match_context_free(r->context);
	pcre2_match_data_free(r->data);
	free(r);
}

static uint32_t
options_of(const struct sek_pcre_text *t)
{
	return (t->cut_before ? PCRE2_NOTBOL : 0) |
	    (t->cut_after ? PCRE2_NOTEOL : 0) |
	    (t->not_empty ? PCRE2_NOTEMPTY : 0);
}

static void
set_limits(const struct sek_pcre *c, struct sek_pcre_room *r,
    const struct sek_pcre_text *t, uint32_t work)
{
	(void)pcre2_set_match_limit(r->context, work);
	(void)pcre2_set_offset_limit(r->context,
	    c->kind == SEK_PCRE_SEARCH ? t->last : PCRE2_UNSET);
}

/* Whatever PCRE2 says but "match" and "no match" leaves the question open. */
static enum sek_pcre_result
result_of(struct sek_pcre_room *r, int n, struct sek_pcre_match *out)
{
	const size_t *at = pcre2_get_ovector_pointer(r->data);

	if (n == PCRE2_ERROR_NOMATCH)
		return SEK_PCRE_NO;
	if (n < 0)
		return SEK_PCRE_LIMIT;
	out->start = out->group = at[0];
	out->end = out->group_end = at[1];
	/* 0: there were more groups than fit, and so a first one. */
	if ((n == 0 || n > 1) && at[2] != PCRE2_UNSET) {
		out->group = at[2];
		out->group_end = at[3];
	}
	return SEK_PCRE_YES;
}

static const unsigned char *
bytes_of(const struct sek_pcre_text *t)
{
	return (const unsigned char *)(t->text.n ? t->text.p : "");
}

enum sek_pcre_result
sek_pcre_run(const struct sek_pcre *c, struct sek_pcre_room *r,
    const struct sek_pcre_text *t, struct sek_pcre_match *out)
{
	int n;

	set_limits(c, r, t, WORK_FIRST);
	if (c->jit)
		n = pcre2_jit_match(c->code, bytes_of(t), t->text.n, t->first,
		    options_of(t), r->data, r->context);
	else
		n = pcre2_match(c->code, bytes_of(t), t->text.n, t->first,
		    options_of(t), r->data, r->context);
	return result_of(r, n, out);
}

enum sek_pcre_result
sek_pcre_run_slow(const struct sek_pcre *c, struct sek_pcre_room *r,
    const struct sek_pcre_text *t, struct sek_pcre_match *out)
{
	set_limits(c, r, t, WORK_SECOND);
	return result_of(r,
	    pcre2_match(c->code, bytes_of(t), t->text.n, t->first,
		options_of(t) | PCRE2_NO_JIT, r->data, r->context),
	    out);
}

const char *
sek_pcre_version(void)
{
	static _Thread_local char version[64]; /* the library's: 24 at most */

	version[0] = '\0';
	(void)pcre2_config(PCRE2_CONFIG_VERSION, version);
	return version;
}
