#include "scan/pointer.h"

#include "repo/map.h"
#include "scan/archive.h"
#include "scan/engine.h"

static void
scan(struct sek_scanner *s, const struct sek_job *job, struct sek_str content,
    struct sek_outcome *out)
{
	const char *shown = sek_scanner_shown(s);
	struct sek_archive_budget budget;
	struct sek_within within = {
	    .shown = shown,
	    .hidden = strcmp(shown, job->path) != 0 ? shown : NULL,
	    .encoding = SEK_POINTER_ENCODING,
	    .binary = sek_is_binary(content),
	    .budget = &budget,
	};
	struct sek_job inner = *job;
	struct sek_err err;

	inner.within = &within;
	sek_archive_budget(&budget, content.n);
	if (sek_scanner_run(s, &inner, content, out, &err) != SEK_OK)
		sek_outcome_unread(out, sek_str(shown), "%s", err.text);
	out->counts.blobs++;
	out->counts.bytes += content.n;
}

void
sek_pointer_follow(struct sek_scanner *s, const struct sek_repo *repo,
    const struct sek_job *job, const struct sek_lfs_pointer *p,
    struct sek_outcome *out)
{
	struct sek_str shown = sek_str(sek_scanner_shown(s)), content = {0};
	struct sek_err err = {0};
	enum sek_code r = SEK_ENOTFOUND;

	if (repo)
		r = sek_lfs_map(&content, repo, &p->oid, &err);
	if (r == SEK_ENOTFOUND) {
		sek_outcome_elsewhere(out, shown,
		    "an LFS pointer: its content is not here");
		return;
	}
	if (r == SEK_OK && content.n > SEK_CONTENT_MAX)
		r = sek_fail(&err, SEK_ETOOBIG, "larger than %zu MiB",
		    SEK_CONTENT_MAX >> 20);
	if (r == SEK_OK)
		scan(s, job, content, out);
	if (r == SEK_OK && sek_map_failed(&content))
		r = sek_fail(&err, SEK_EIO, "its file changed meanwhile");
	if (r != SEK_OK)
		sek_outcome_unread(out, shown,
		    "an LFS pointer: its content cannot be read: %s", err.text);
	else if (p->size != SEK_POINTER_ANY_SIZE && p->size != content.n)
		sek_outcome_elsewhere(out, shown,
		    "an LFS pointer: its whole content is not here");
	sek_map_close(&content);
}

void
sek_pointer_scan(struct sek_scanner *s, const struct sek_repo *repo,
    const struct sek_job *job, struct sek_str pointer, struct sek_outcome *out)
{
	struct sek_lfs_pointer p;

	if (sek_lfs_parse(&p, pointer))
		sek_pointer_follow(s, repo, job, &p, out);
	else
		sek_outcome_elsewhere(out, sek_str(sek_scanner_shown(s)),
		    "an LFS pointer that does not say where it leads");
}

void
sek_pointer_append(struct sek_buf *pointer, const struct sek_repo *repo)
{
	size_t max = pointer->max ? pointer->max : SEK_BUF_MAX;
	struct sek_lfs_pointer p;
	struct sek_str content = {0};

	if (!sek_lfs_parse(&p, sek_buf_str(pointer)) ||
	    sek_lfs_map(&content, repo, &p.oid, NULL) != SEK_OK)
		return;
	if (content.n < max - pointer->n) {
		sek_buf_add_c(pointer, '\n');
		sek_buf_add_str(pointer, content);
	}
	sek_map_close(&content);
}
