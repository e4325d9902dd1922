#include "repo/store_dirs.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"

#define DEPTH 5 /* of alternates of alternates, as in git */
#define LIST  ((size_t)1 << 20)

struct search {
	struct sek_store *store;
	SEK_VEC(struct stat) seen;
	SEK_VEC(int) depth; /* beside store->dirs */
};

void
sek_store_problem(struct sek_store *s, const char *name, const char *why)
{
	*sek_vec_push(&s->problems) = (struct sek_store_problem){
	    .name = sek_strdup(name),
	    .why = sek_strdup(why),
	};
}

/* Each once, however many ways lead to it: so circles end, too. */
static void
add(struct search *s, const char *path, int depth)
{
	struct stat st;

	if (depth > DEPTH) {
		sek_store_problem(s->store, path,
		    "an alternate of too many others");
		return;
	}
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		sek_store_problem(s->store, path,
		    "an alternate that is not there");
		return;
	}
	sek_vec_each (seen, &s->seen)
		if (seen->st_dev == st.st_dev && seen->st_ino == st.st_ino)
			return;
	*sek_vec_push(&s->seen) = st;
	*sek_vec_push(&s->depth) = depth;
	*sek_vec_push(&s->store->dirs) = sek_strdup(path);
}

static char *
below(const char *dir, struct sek_str path)
{
	if (sek_str_starts(path, "/"))
		return sek_strndup(path.p, path.n);
	return sek_printf("%s/%.*s", dir, (int)path.n, path.p);
}

static int
octal(struct sek_str s)
{
	int n = 0;

	for (size_t i = 0; i < 3; i++) {
		if (i >= s.n || s.p[i] < '0' || s.p[i] > (i ? '7' : '3'))
			return -1;
		n = 8 * n + (s.p[i] - '0');
	}
	return n;
}

/* One escape of git's C style, after its backslash: its length, or 0. */
static size_t
unescape(struct sek_str s, char *c)
{
	static const char from[] = "abfnrtv\"\\", to[] = "\a\b\f\n\r\t\v\"\\";
	const char *at = s.n && *s.p ? strchr(from, *s.p) : NULL;
	int code = octal(s);

	if (at) {
		*c = to[at - from];
		return 1;
	}
	*c = (char)code;
	return code > 0 ? 3 : 0;
}

/* A path in double quotes, at the start of rest, which is left after it. */
static bool
unquote(struct sek_str *rest, struct sek_buf *out)
{
	struct sek_str s = {rest->p + 1, rest->n - 1};

	while (s.n && *s.p != '"') {
		size_t n = 1;
		char c = *s.p;

		if (c == '\\') {
			n = unescape((struct sek_str){s.p + 1, s.n - 1}, &c);
			if (!n++)
				return false;
		}
		sek_buf_add_c(out, c);
		s.p += n;
		s.n -= n;
	}
	if (!s.n)
		return false;
	*rest = (struct sek_str){s.p + 1, s.n - 1};
	return true;
}

/* A list of paths; what is relative counts from dir. */
static void
add_list(struct search *s, struct sek_str list, char sep, const char *dir,
    int depth)
{
	while (list.p) {
		sek_auto_free char *path = NULL;
		sek_auto_buf plain = {0};
		struct sek_str one = list;

		if (sek_str_starts(list, "\"") && unquote(&one, &plain)) {
			list = one;
			(void)sek_str_cut(&list, sep);
			one = sek_buf_str(&plain);
		} else {
			one = sek_str_cut(&list, sep);
		}
		if (!one.n || one.p[0] == '#')
			continue;
		path = below(dir, one);
		add(s, path, depth);
	}
}

static void
add_alternates(struct search *s, size_t i)
{
	const char *dir = s->store->dirs.at[i];
	sek_auto_free char *path = sek_printf("%s/info/alternates", dir);
	sek_auto_buf text = {.max = LIST};
	struct sek_err err;
	enum sek_code r = sek_file_read(path, &text, &err);

	if (r == SEK_OK)
		add_list(s, sek_buf_str(&text), '\n', dir, s->depth.at[i] + 1);
	else if (r != SEK_ENOTFOUND)
		sek_store_problem(s->store, path, err.text);
}

/* more: a list of others, which count from dir; NULL: none. */
static enum sek_code
search(struct sek_store *store, const char *own, const char *more,
    const char *dir, struct sek_err *err)
{
	struct search s = {.store = store};
	enum sek_code code = SEK_OK;

	add(&s, own, 0);
	if (!store->dirs.n)
		code = sek_fail(err, SEK_EIO, "%s: no directory of objects",
		    own);
	if (!code && more)
		add_list(&s, sek_str(more), ':', dir, 1);
	for (size_t i = 0; !code && i < store->dirs.n; i++)
		add_alternates(&s, i);
	sek_vec_clear(&s.seen);
	sek_vec_clear(&s.depth);
	return code;
}

enum sek_code
sek_store_dirs(struct sek_store *store, const struct sek_repo *r,
    struct sek_err *err)
{
	const char *named = getenv("GIT_OBJECT_DIRECTORY");
	sek_auto_free char *own = named && *named
	    ? below(r->dir, sek_str(named))
	    : sek_printf("%s/objects", r->common_dir);

	return search(store, own, getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
	    r->dir, err);
}

enum sek_code
sek_store_dirs_of(struct sek_store *store, const char *objects,
    struct sek_err *err)
{
	return search(store, objects, NULL, NULL, err);
}
