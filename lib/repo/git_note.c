#include "repo/git_note.h"

#include <string.h>

#include "base/alloc.h"

/* Without its "fatal: "; a line that ends in a colon takes the next with it. */
static struct sek_str
to_the_point(struct sek_str line, struct sek_str note)
{
	if (sek_str_ends(line, ":")) {
		struct sek_str next = sek_str_trim(sek_str_cut(&note, '\n'));

		if (next.n)
			line.n = (size_t)(next.p + next.n - line.p);
	}
	return (struct sek_str){line.p + 7, line.n - 7};
}

/* The line of stderr that says most: the first fatal one, else the first. */
static struct sek_str
best_line(struct sek_str note)
{
	struct sek_str first = {NULL, 0};

	while (note.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&note, '\n'));

		if (sek_str_starts(line, "fatal: ") ||
		    sek_str_starts(line, "error: "))
			return to_the_point(line, note);
		if (line.n && !first.n && !sek_str_starts(line, "hint:"))
			first = line;
	}
	return first;
}

/* git's advice for a repository of another owner, which it puts lines below. */
static struct sek_str
advice_line(struct sek_str note)
{
	while (note.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&note, '\n'));

		if (sek_str_starts(line, "git config --global"))
			return line;
	}
	return (struct sek_str){NULL, 0};
}

/* A newer format, as that of reftables was. */
static bool
is_of_newer_git(struct sek_str line)
{
	static const char *const said[] = {
	    "unknown repository extension",
	    "invalid value for 'extensions.",
	    "git repo version <=",
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
		if (memmem(line.p, line.n, said[i], strlen(said[i])))
			return true;
	return false;
}

char *
sek_git_note_text(struct sek_str note)
{
	struct sek_str line = best_line(note), advice = advice_line(note);
	char *text;

	if (!line.n)
		return NULL;
	text = sek_printf("%.*s%s%.*s%s", (int)line.n, line.p,
	    advice.n ? "; if you trust it: " : "", (int)advice.n, advice.p,
	    is_of_newer_git(line) ? ": it takes a newer git" : "");
	/* It may quote a file name or a ref of someone else's making. */
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
		else if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return text;
}

enum sek_code
sek_git_note_code(const char *complaint)
{
	if (strstr(complaint, "dubious ownership"))
		return SEK_EDENIED;
	if (strstr(complaint, "not a git repository") ||
	    strstr(complaint, "cannot change to") ||
	    strstr(complaint, "promisor remote"))
		return SEK_ENOTFOUND;
	return SEK_EIO;
}
