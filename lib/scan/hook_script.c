#include "scan/hook_script.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"

/*
 * githooks(5) of git 2.39, and of later versions what they added: nothing.
 * fsmonitor-watchman is not one of them: core.fsmonitor gives its path.
 */
const struct sek_hook_name sek_hook_names[] = {
    {.name = "pre-commit", .client = true},
    {.name = "commit-msg", .client = true},
    {.name = "pre-merge-commit", .client = true},
    {.name = "prepare-commit-msg", .client = true},
    {.name = "pre-applypatch", .client = true},
    {.name = "pre-push", .client = true},
    {.name = "pre-receive", .server = true},
    {.name = "applypatch-msg"},
    {.name = "p4-changelist"},
    {.name = "p4-post-changelist"},
    {.name = "p4-pre-submit"},
    {.name = "p4-prepare-changelist"},
    {.name = "post-applypatch"},
    {.name = "post-checkout"},
    {.name = "post-commit"},
    {.name = "post-index-change"},
    {.name = "post-merge"},
    {.name = "post-receive"},
    {.name = "post-rewrite"},
    {.name = "post-update"},
    {.name = "pre-auto-gc"},
    {.name = "pre-rebase"},
    {.name = "proc-receive"},
    {.name = "push-to-checkout"},
    {.name = "reference-transaction"},
    {.name = "sendemail-validate"},
    {.name = "update"},
    {.name = NULL},
};

#define MARK       "\n# sekisho-hook "
#define KIND_ONE   "one"
#define KIND_ALL   "all"
#define SUM_DIGITS 16
#define NO_SUM     "0000000000000000"

/* A script of ours is far smaller; what is larger is not looked at further. */
#define SCRIPT_MAX ((size_t)64 << 10)

/* FNV-1a. It tells an edit from a version, not an attacker: who can write here
 * can run what he likes. */
static uint64_t
sum_more(uint64_t sum, struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sum = (sum ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* at: where its own digits stand, which are left out. */
static void
sum_digits(struct sek_str text, size_t at, char out[SUM_DIGITS + 1])
{
	struct sek_str before = {text.p, at};
	struct sek_str after = {
	    text.p + at + SUM_DIGITS, text.n - at - SUM_DIGITS};
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	sum = sum_more(sum_more(sum, before), after);
	snprintf(out, SUM_DIGITS + 1, "%016" PRIx64, sum);
}

/* In sh between single quotes; one of these as '\''. */
static void
add_quoted(struct sek_buf *out, const char *s)
{
	sek_buf_add_c(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			sek_buf_add_s(out, "'\\''");
		else
			sek_buf_add_c(out, *s);
	}
	sek_buf_add_c(out, '\'');
}

static const char *
pick_template(const struct sek_hook_name *hook, bool shared)
{
	if (!shared || hook->client || hook->server)
		return sek_hook_template_check;
	if (!strcmp(hook->name, "push-to-checkout"))
		return sek_hook_template_push_to_checkout;
	return sek_hook_template_pass;
}

void
sek_hook_script(struct sek_buf *out, const struct sek_hook_name *hook,
    bool shared, const char *program)
{
	struct sek_str rest = sek_str(pick_template(hook, shared));
	size_t start = out->n, sum_at = 0;
	char sum[SUM_DIGITS + 1];

	while (rest.p) {
		struct sek_str text = sek_str_cut(&rest, '@');
		struct sek_str word;

		sek_buf_add_str(out, text);
		if (!rest.p)
			break;
		word = sek_str_cut(&rest, '@');
		if (sek_str_is(word, "NAME")) {
			sek_buf_add_s(out, hook->name);
		} else if (sek_str_is(word, "KIND")) {
			sek_buf_add_s(out, shared ? KIND_ALL : KIND_ONE);
		} else if (sek_str_is(word, "CHAIN")) {
			sek_buf_add_s(out,
			    shared ? "--chain-repository"
				   : "--chain \"$0" SEK_HOOK_CHAINED "\"");
		} else if (sek_str_is(word, "SEKISHO")) {
			add_quoted(out, program);
		} else if (sek_str_is(word, "SUM")) {
			sum_at = out->n - start;
			sek_buf_add_s(out, NO_SUM);
		} else { /* "$@" of the shell: not a word of ours */
			sek_buf_add_c(out, '@');
			sek_buf_add_str(out, word);
			if (rest.p) {
				rest.p--;
				rest.n++;
			}
		}
	}
	if (out->toobig)
		return;
	sum_digits((struct sek_str){out->p + start, out->n - start}, sum_at,
	    sum);
	memcpy(out->p + start + sum_at, sum, SUM_DIGITS);
}

enum sek_hook_mark
sek_hook_script_mark(struct sek_str text)
{
	char sum[SUM_DIGITS + 1];
	const char *mark;
	struct sek_str kind, rest;
	size_t at;

	mark = text.n ? memmem(text.p, text.n, MARK, strlen(MARK)) : NULL;
	if (!mark)
		return SEK_HOOK_FOREIGN;
	rest.p = mark + strlen(MARK);
	rest.n = text.n - (size_t)(rest.p - text.p);
	kind = sek_str_cut(&rest, ' ');
	if (!rest.p || rest.n < SUM_DIGITS)
		return SEK_HOOK_EDITED;
	at = (size_t)(rest.p - text.p);
	sum_digits(text, at, sum);
	if (memcmp(rest.p, sum, SUM_DIGITS) != 0)
		return SEK_HOOK_EDITED;
	return sek_str_is(kind, KIND_ALL) ? SEK_HOOK_OURS_SHARED
					  : SEK_HOOK_OURS;
}

bool
sek_hook_script_is_ours(const char *path)
{
	sek_auto_buf text = {.max = SCRIPT_MAX};

	if (sek_file_read(path, &text, NULL))
		return false;
	return sek_hook_script_mark(sek_buf_str(&text)) != SEK_HOOK_FOREIGN;
}
