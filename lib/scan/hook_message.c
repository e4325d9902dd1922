#include "scan/hook_message.h"

/*
 * What git 2.39 does with the file after commit-msg, verified with that git
 * (`git commit`, `git merge`; -m, -F, -e, -v, and every commit.cleanup):
 *
 *   cleanup       editor    comment lines    from the first scissors line on
 *   default       started   removed          removed with -v only
 *   default       none      kept             removed with -v only
 *   strip         any       removed          removed with -v only
 *   scissors      started   kept             removed
 *   scissors      none      kept             removed with -v only
 *   whitespace,   any       kept             removed with -v only
 *   verbatim
 *
 * A hook does not see -v, nor --cleanup, which overrides commit.cleanup. That
 * -v was given shows in what git wrote below the scissors; without an editor it
 * writes nothing there. A comment line begins with the comment character in its
 * very first column. With core.commentChar=auto git chooses a character that
 * begins no line of the message that it starts from, and uses it for its own
 * lines, which stand last.
 */
#define SCISSORS        " ------------------------ >8 ------------------------"
#define AUTO_CANDIDATES "#;@!$%^&|:"

struct cleaning {
	struct sek_str comment; /* what begins a comment line; empty: unknown */
	bool strip;             /* comment lines are removed */
	size_t end;             /* what follows is cut off */
};

static bool
is_comment(struct sek_str line, struct sek_str comment)
{
	return comment.n > 0 && line.n >= comment.n &&
	    !memcmp(line.p, comment.p, comment.n);
}

static bool
is_scissors(struct sek_str line, struct sek_str comment)
{
	if (!is_comment(line, comment))
		return false;
	line.p += comment.n;
	line.n -= comment.n;
	return sek_str_is(line, SCISSORS);
}

static bool
is_diff(struct sek_str line)
{
	/* "--cc" of a merge; the other is diff.submodule=log */
	return sek_str_starts(line, "diff --") ||
	    sek_str_starts(line, "Submodule ");
}

/* Where the first scissors line begins, or the length of the text. */
static size_t
any_scissors(struct sek_str text, struct sek_str comment)
{
	const char *start = text.p;
	size_t whole = text.n;

	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');

		if (is_scissors(line, comment))
			return (size_t)(line.p - start);
	}
	return whole;
}

/*
 * The same for the first scissors line below which stands what git writes
 * there: two or more comment lines, then a diff or nothing.
 */
static size_t
gits_scissors(struct sek_str text, struct sek_str comment)
{
	const char *start = text.p, *found = NULL;
	size_t whole = text.n, comments = 0;

	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n');

		if (is_comment(line, comment)) {
			comments++;
			if (!found && is_scissors(line, comment)) {
				found = line.p;
				comments = 0;
			}
			continue;
		}
		if (line.n == 0 && !text.p)
			break;
		if (found && comments >= 2 && is_diff(line))
			break;
		found = NULL;
	}
	return found && comments >= 2 ? (size_t)(found - start) : whole;
}

/* Is `prefix` what git began its own lines with: its scissors line, or else the
 * last line that is not empty? */
static bool
is_gits_own(struct sek_str text, struct sek_str prefix)
{
	struct sek_str last;
	const char *nl;

	if (gits_scissors(text, prefix) < text.n)
		return true;
	text = sek_str_trim(text);
	last = text;
	nl = text.n ? memrchr(text.p, '\n', text.n) : NULL;
	if (nl)
		last = (struct sek_str){
		    nl + 1, text.n - (size_t)(nl + 1 - text.p)};
	if (!is_comment(last, prefix))
		return false;
	return last.n == prefix.n || last.p[prefix.n] == ' ' ||
	    last.p[prefix.n] == '\t';
}

/*
 * The comment character in use. `auto` was decided by git on a text that we do
 * not have; core.commentString is known to git 2.45 and later only and ignored
 * by others. In both cases git's own lines tell, and without them it stays
 * unknown, so that nothing is removed.
 */
static struct sek_str
find_comment(struct sek_str text, const struct sek_message_facts *facts)
{
	const char *wanted = facts->comment_char ? facts->comment_char : "#";
	struct sek_str candidate = sek_str(facts->comment_string);

	if (candidate.n > 0 && strcmp(facts->comment_string, "auto") != 0 &&
	    is_gits_own(text, candidate))
		return candidate;
	if (strcmp(wanted, "auto") != 0) {
		candidate = sek_str(wanted);
		if (!facts->comment_string || is_gits_own(text, candidate))
			return candidate;
		return (struct sek_str){0};
	}
	for (const char *c = AUTO_CANDIDATES; *c; c++) {
		candidate = (struct sek_str){c, 1};
		if (is_gits_own(text, candidate))
			return candidate;
	}
	return (struct sek_str){0};
}

static bool
cleanup_is(const struct sek_message_facts *facts, const char *mode)
{
	return facts->cleanup && !strcmp(facts->cleanup, mode);
}

/* An unknown value of commit.cleanup makes git refuse to commit. */
static struct cleaning
decide(struct sek_str text, const struct sek_message_facts *facts)
{
	struct cleaning c = {.end = text.n};

	c.strip = cleanup_is(facts, "strip") ||
	    (facts->edited &&
		(!facts->cleanup || cleanup_is(facts, "default")));
	if (!c.strip && !facts->edited)
		return c;
	c.comment = find_comment(text, facts);
	if (facts->edited && cleanup_is(facts, "scissors"))
		c.end = any_scissors(text, c.comment);
	else if (facts->edited)
		c.end = gits_scissors(text, c.comment);
	return c;
}

enum sek_code
sek_hook_message(struct sek_str text, const struct sek_message_facts *facts,
    struct sek_buf *out, struct sek_err *err)
{
	struct cleaning c = decide(text, facts);

	text.n = c.end;
	while (text.n > 0) {
		struct sek_str line = sek_str_cut(&text, '\n');

		if (!c.strip || !is_comment(line, c.comment))
			sek_buf_add_str(out, line);
		if (text.p)
			sek_buf_add_c(out, '\n');
	}
	return sek_buf_check(out, "commit message", err);
}
