#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "repo/git.h"
#include "repo/objects_backend.h"

/* Beyond this, starting another child is faster than reading past an object. */
#define SKIP_MAX ((uint64_t)8 << 20)

struct sek_odb_git {
	struct sek_repo *repo;
	struct sek_git *child; /* NULL: not started yet, or again */
};

struct sek_odb_git *
sek_odb_git_new(struct sek_repo *r)
{
	struct sek_odb_git *o = sek_alloc(sizeof(*o));

	o->repo = r;
	return o;
}

void
sek_odb_git_free(struct sek_odb_git *o)
{
	if (!o)
		return;
	sek_git_kill(&o->child);
	free(o);
}

/* `OID TYPE SIZE`. */
static bool
parse_object(struct sek_str line, struct sek_object *out)
{
	struct sek_str oid = sek_str_cut(&line, ' ');
	struct sek_str type = sek_str_cut(&line, ' ');

	out->type = sek_odb_type(type);
	return out->type && sek_oid_parse(&out->oid, oid) &&
	    sek_str_to_u64(line, &out->size);
}

/*
 * The child ended instead of answering: a damaged object, or one that only a
 * promisor has. The next read starts another.
 */
static enum sek_code
gone(struct sek_odb_git *o, const char *hex, struct sek_err *err)
{
	struct sek_err said = {0};
	enum sek_code code = sek_git_finish(&o->child, NULL, &said);

	if (!code)
		return sek_fail(err, SEK_EIO, "object %s: git has no answer",
		    hex);
	if (code == SEK_ENOTFOUND)
		return sek_fail(err, code, "object %s: not here", hex);
	return sek_fail(err, SEK_EPARSE, "object %s: %s", hex, said.text);
}

/* git calls an object missing, too, when it cannot be unpacked. */
static enum sek_code
missing(struct sek_odb_git *o, const char *hex, struct sek_err *err)
{
	sek_auto_free char *said = sek_git_complaint(o->child);

	if (said)
		return sek_fail(err, SEK_EPARSE, "object %s: %s", hex, said);
	return sek_fail(err, SEK_ENOTFOUND, "object %s: not here", hex);
}

static enum sek_code
pass_over(struct sek_odb_git *o, const char *hex, uint64_t size,
    const struct sek_buf *out, struct sek_err *err)
{
	if (size > SKIP_MAX || sek_git_skip(o->child, size + 1, NULL))
		sek_git_kill(&o->child);
	return sek_fail(err, SEK_ETOOBIG,
	    "object %s: %llu bytes are more than the limit of %zu", hex,
	    (unsigned long long)size, out->max ? out->max : SEK_BUF_MAX);
}

static enum sek_code
read_body(struct sek_odb_git *o, const char *hex, uint64_t size,
    struct sek_buf *out, struct sek_err *err)
{
	sek_auto_buf end = {0};
	size_t max = out->max ? out->max : SEK_BUF_MAX;
	enum sek_code code;

	if (size > max)
		return pass_over(o, hex, size, out, err);
	code = sek_git_bytes(o->child, (size_t)size, out, NULL);
	if (code == SEK_ETOOBIG)
		return pass_over(o, hex, size, out, err);
	if (!code)
		code = sek_git_bytes(o->child, 1, &end, NULL);
	if (code)
		return gone(o, hex, err);
	if (end.p[0] == '\n')
		return SEK_OK;
	sek_git_kill(&o->child);
	return sek_fail(err, SEK_EPARSE, "object %s: git's answer is broken",
	    hex);
}

enum sek_code
sek_odb_git_start(struct sek_odb_git *o, struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file",
	    "--batch",
	    NULL,
	};

	if (o->child)
		return SEK_OK;
	return sek_git_start(&o->child, o->repo->dir, argv, err);
}

enum sek_code
sek_odb_git_read(struct sek_odb_git *o, const struct sek_oid *oid,
    struct sek_buf *out, enum sek_type *type, struct sek_err *err)
{
	char hex[SEK_OID_HEX], ask[SEK_OID_HEX + 1];
	struct sek_object object = {0};
	struct sek_str line;
	size_t n;
	enum sek_code code;

	sek_buf_reset(out);
	sek_oid_hex(oid, hex);
	code = sek_odb_git_start(o, err);
	if (code)
		return code;
	n = strlen(hex);
	memcpy(ask, hex, n);
	ask[n] = '\n';
	sek_git_ask(o->child, (struct sek_str){ask, n + 1});
	code = sek_git_record(o->child, '\n', &line, err);
	if (code) {
		sek_git_kill(&o->child);
		return code;
	}
	if (!line.p)
		return gone(o, hex, err);
	if (sek_str_starts(line, hex) && sek_str_ends(line, " missing"))
		return missing(o, hex, err);
	if (!parse_object(line, &object) || !sek_oid_eq(&object.oid, oid)) {
		sek_git_kill(&o->child);
		return sek_fail(err, SEK_EPARSE,
		    "object %s: git's answer is broken", hex);
	}
	*type = object.type;
	return read_body(o, hex, object.size, out, err);
}

static enum sek_code
start_list(struct sek_git **g, struct sek_repo *r, bool quarantine_only,
    struct sek_err *err)
{
	static const char *const argv[] = {
	    "cat-file",
	    "--batch-all-objects",
	    "--batch-check",
	    "--unordered",
	    NULL,
	};
	const char *path = getenv("GIT_QUARANTINE_PATH");
	sek_auto_free char *place = NULL;

	if (!quarantine_only)
		return sek_git_start(g, r->dir, argv, err);
	if (!path)
		return sek_fail(err, SEK_ENOTFOUND,
		    "GIT_QUARANTINE_PATH is not set: no push is "
		    "being received");
	place = sek_printf("GIT_OBJECT_DIRECTORY=%s", path);
	return sek_git_start_env(g, r->dir, argv,
	    (const char *const[]){
		place, "GIT_ALTERNATE_OBJECT_DIRECTORIES", NULL},
	    err);
}

enum sek_code
sek_odb_list(struct sek_repo *r, bool quarantine_only, sek_object_fn *fn,
    void *arg, struct sek_err *err)
{
	sek_auto_git *g = NULL;
	struct sek_object object = {0};
	struct sek_str line;
	char bad[SEK_OID_HEX + 1] = "";
	size_t broken = 0;
	enum sek_code code = start_list(&g, r, quarantine_only, err);

	while (!code) {
		code = sek_git_record(g, '\n', &line, err);
		if (code || !line.p)
			break;
		if (parse_object(line, &object)) {
			code = fn(arg, &object, err);
			continue;
		}
		/* `OID missing`: it is there, but cannot be unpacked. */
		line = sek_str_cut(&line, ' ');
		if (!broken++)
			snprintf(bad, sizeof(bad), "%.*s", (int)line.n, line.p);
	}
	if (!code)
		code = sek_git_finish(&g, NULL, err);
	if (!code && broken)
		code = sek_fail(err, SEK_EPARSE,
		    "%zu objects cannot be read, the first is %s", broken, bad);
	return code;
}
