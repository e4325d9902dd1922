#include "repo/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/rfc3339.h"
#include "repo/git.h"

#define DAY ((int64_t)24 * 3600)

void
sek_selection_clear(struct sek_selection *s)
{
	sek_vec_each (path, &s->paths)
		free(*path);
	sek_vec_clear(&s->paths);
	sek_buf_clear(&s->tips);
	*s = (struct sek_selection){0};
}

/* Names of objects, one a line: git answers each with a line. */
static enum sek_code
check_tips(struct sek_repo *r, struct sek_str tips, struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file",
	    "--batch-check=%(objecttype)",
	    NULL,
	};
	sek_auto_git *g = NULL;
	sek_auto_buf names = {0};
	struct sek_str rest = tips, line;
	enum sek_code code = sek_git_start(&g, r->dir, argv, err);

	while (rest.p) {
		line = sek_str_cut(&rest, '\n');
		if (line.n)
			sek_buf_printf(&names, "%.*s\n",
			    (int)(line.n - (*line.p == '^')),
			    line.p + (*line.p == '^'));
	}
	if (!code)
		sek_git_feed(g, sek_buf_str(&names));
	while (!code) {
		code = sek_git_record(g, '\n', &line, err);
		if (code)
			return code;
		if (!line.p)
			return sek_git_finish(&g, NULL, err);
		if (sek_str_ends(line, " missing"))
			return sek_fail(err, SEK_ECONFIG,
			    "%.*s: no such object is here",
			    (int)(line.n - strlen(" missing")), line.p);
	}
	return code;
}

/* "ID" and "^ID", then "--". */
static enum sek_code
take_tips(struct sek_selection *s, struct sek_str text, struct sek_err *err)
{
	while (text.p) {
		struct sek_str line = sek_str_cut(&text, '\n'), hex = line;
		struct sek_oid oid;

		if (!line.n || sek_str_is(line, "--"))
			continue;
		if (*hex.p == '^') {
			hex.p++;
			hex.n--;
		}
		if (!sek_oid_parse(&oid, hex))
			return sek_fail(err, SEK_EPARSE,
			    "git rev-parse: a line is not an object id");
		sek_buf_add_str(&s->tips, line);
		sek_buf_add_c(&s->tips, '\n');
	}
	return sek_buf_check(&s->tips, "revisions", err);
}

enum sek_code
sek_select_revisions(struct sek_selection *s, struct sek_repo *r,
    const char *const *revisions, struct sek_err *err)
{
	for (; *revisions; revisions++) {
		const char *const argv[] = {
		    "rev-parse",
		    *revisions,
		    "--",
		    NULL,
		};
		sek_auto_buf ids = {0};
		struct sek_err said = {0};
		enum sek_code code;
		int status;

		if (**revisions == '-' || !**revisions)
			return sek_fail(err, SEK_ECONFIG,
			    "`%s` is not a revision", *revisions);
		code = sek_git_output(r->dir, argv, &ids, &status, &said);
		if (code)
			return sek_fail(err, code, "%s", said.text);
		if (status)
			return sek_fail(err, SEK_ECONFIG,
			    "%s: not a revision of this repository; paths "
			    "follow after --",
			    *revisions);
		code = take_tips(s, sek_buf_str(&ids), err);
		if (code)
			return code;
	}
	return s->tips.n ? check_tips(r, sek_buf_str(&s->tips), err) : SEK_OK;
}

/* "2 weeks ago", "1 day ago": at least so many seconds. */
static bool
read_ago(const char *text, int64_t *seconds)
{
	static const struct unit {
		const char *name;
		int64_t seconds;
	} units[] = {
	    {"hour", 3600},
	    {"day", DAY},
	    {"week", 7 * DAY},
	    {"month", 28 * DAY},
	    {"year", 365 * DAY},
	};
	size_t digits = strspn(text, "0123456789");
	uint64_t count;

	if (digits > 5 ||
	    !sek_str_to_u64((struct sek_str){text, digits}, &count) ||
	    text[digits] != ' ')
		return false;
	text += digits + 1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(text, units[i].name, n) != 0)
			continue;
		*seconds = (int64_t)count * units[i].seconds;
		n += text[n] == 's';
		return !strcmp(text + n, " ago");
	}
	return false;
}

/* git alone would take the time of this hour on that day. */
static bool
read_day(const char *text, int64_t *out)
{
	char begin[sizeof("YYYY-MM-DDT00:00:00Z")];
	int n = snprintf(begin, sizeof(begin), "%sT00:00:00Z", text);

	return n == (int)sizeof(begin) - 1 &&
	    sek_rfc3339_read(sek_str(begin), out);
}

/* For months and years go by the calendar. What is before 1970 git cannot say,
 * and says something else. */
static enum sek_code
ask_git(struct sek_selection *s, struct sek_repo *r, const char *text,
    int64_t latest, struct sek_err *err)
{
	sek_auto_free char *option = sek_printf("--since=%s", text);
	const char *const argv[] = {"rev-parse", option, NULL};
	sek_auto_buf out = {0};
	struct sek_str answer, key;
	uint64_t seconds;
	enum sek_code code;

	if (latest <= 0) {
		s->since = 0;
		return SEK_OK;
	}
	code = sek_git_output(r->dir, argv, &out, NULL, err);
	if (code)
		return code;
	answer = sek_buf_str(&out);
	key = sek_str_cut(&answer, '=');
	if (!sek_str_is(key, "--max-age") || !answer.p ||
	    !sek_str_to_u64(answer, &seconds) ||
	    seconds > (uint64_t)(latest + DAY))
		return sek_fail(err, SEK_ECONFIG,
		    "`%s`: git makes another time of it", text);
	s->since = (int64_t)seconds;
	return SEK_OK;
}

enum sek_code
sek_select_since(struct sek_selection *s, struct sek_repo *r, const char *text,
    struct sek_err *err)
{
	int64_t ago;

	s->dated = true;
	if (sek_rfc3339_read(sek_str(text), &s->since) ||
	    read_day(text, &s->since))
		return SEK_OK;
	if (read_ago(text, &ago))
		return ask_git(s, r, text, time(NULL) - ago, err);
	return sek_fail(err, SEK_ECONFIG,
	    "`%s` is no date: YYYY-MM-DD, YYYY-MM-DDThh:mm:ssZ or \"N days "
	    "ago\" (hours, weeks, months, years)",
	    text);
}

/* Takes the last part off; false: there is none. */
static bool
go_up(struct sek_buf *path)
{
	const char *slash = path->n ? memrchr(path->p, '/', path->n) : NULL;

	if (!path->n)
		return false;
	path->n = slash ? (size_t)(slash - path->p) : 0;
	path->p[path->n] = '\0';
	return true;
}

static enum sek_code
add_parts(struct sek_buf *path, struct sek_str rest, const char *shown,
    struct sek_err *err)
{
	while (rest.p) {
		struct sek_str part = sek_str_cut(&rest, '/');

		if (!part.n || sek_str_is(part, "."))
			continue;
		if (sek_str_is(part, "..")) {
			if (!go_up(path))
				return sek_fail(err, SEK_ECONFIG,
				    "%s: outside of the repository", shown);
			continue;
		}
		if (path->n)
			sek_buf_add_c(path, '/');
		sek_buf_add_str(path, part);
	}
	return SEK_OK;
}

enum sek_code
sek_select_path(struct sek_selection *s, const struct sek_repo *r,
    const char *path, struct sek_err *err)
{
	size_t top = r->work_tree ? strlen(r->work_tree) : 0;
	const char *from = path;
	sek_auto_buf full = {0};
	enum sek_code code = SEK_OK;

	if (!*path || strchr(path, '\n'))
		return sek_fail(err, SEK_ECONFIG,
		    "a path of a history is one line of text, not empty");
	if (*path != '/')
		code = add_parts(&full, sek_str(r->prefix), path, err);
	else if (top && !strncmp(path, r->work_tree, top) &&
	    (path[top] == '/' || !path[top]))
		from = path + top;
	else
		return sek_fail(err, SEK_ECONFIG,
		    "%s: outside of the repository", path);
	if (!code)
		code = add_parts(&full, sek_str(from), path, err);
	if (!code)
		*sek_vec_push(&s->paths) = full.n ? sek_buf_take(&full)
						  : sek_strdup("");
	return code;
}
