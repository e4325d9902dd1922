#ifndef SEK_SCAN_JOB_H
#define SEK_SCAN_JOB_H

#include "repo/lfs.h"
#include "repo/objects.h"
#include "scan/finding.h"

/*
 * Something to be read and scanned. A source makes jobs, the engine reads and
 * scans them, in any order and on any thread.
 */
enum sek_from {
	SEK_FROM_FILE,    /* disk_path, a symlink's target text if it is one */
	SEK_FROM_OBJECT,  /* blob: the id of any type of object */
	SEK_FROM_BYTES,   /* bytes */
	SEK_FROM_LFS,     /* lfs: what the pointer `blob` stands for */
	SEK_FROM_NOWHERE, /* it is not read, see why; its name may be scanned */
};

/*
 * What a commit (or the commit to be) had in its parents where this content
 * stands now. Findings whose lines stood in a parent are not new; see new.h.
 */
struct sek_origin {
	struct sek_oid commit;  /* none: the commit to be */
	struct sek_oid *before; /* per parent: the blob at the path, or none */
	size_t parents;
};

/* Does a content count as binary, as for git: is there a NUL at its start? */
bool sek_is_binary(struct sek_str content);

struct sek_archive_budget;
struct sek_within {
	const char *shown;      /* path!member!member, secrets redacted */
	const char *hidden;     /* the path, if secrets in it were redacted */
	const char *inner;      /* of shown, what follows the path, or NULL */
	const char *encoding;   /* "gzip", as in a finding, or NULL */
	bool binary;            /* see sek_is_binary */
	unsigned depth;         /* 1 for a member of the content itself */
	bool as_bytes;          /* it is not unpacked */
	struct sek_str archive; /* that it is a member of */
	const struct sek_within *outer; /* of that; NULL: the content itself */
	struct sek_archive_budget *budget;
};

struct sek_job {
	enum sek_from from;
	enum sek_place place;
	char *path;      /* from the top of the work tree; owned */
	char *disk_path; /* SEK_FROM_FILE: to open; NULL: path; owned */
	bool follow;   /* SEK_FROM_FILE: follow a symlink (the user named it) */
	bool name_too; /* scan path itself as a file name, too */
	/* path only tells the object's type and id ("blob 0123abcd"): nothing
	 * that allows paths is asked about it, see attribute.h. */
	bool unnamed;
	char *why;      /* SEK_FROM_NOWHERE: one line of text; owned */
	bool elsewhere; /* SEK_FROM_NOWHERE: by design, not by failure */
	struct sek_oid blob, commit;
	struct sek_buf bytes;
	struct sek_lfs_pointer lfs;
	struct sek_origin *origin; /* owned; NULL: everything counts */
	uint64_t order;            /* set by the engine */
	/* What is scanned is a member of the job's content; borrowed, NULL for the
	 * content itself. */
	const struct sek_within *within;
};

void sek_job_clear(struct sek_job *job);
void sek_origin_free(struct sek_origin *o); /* NULL is legal */

/* A finding with what is needed to say whether it is new. */
struct sek_found {
	struct sek_finding finding;
	struct sek_origin *origin; /* owned */
	/* With an origin: the lines that the secret stands on; owned, wiped
	 * when freed. */
	char *lines;
	size_t lines_n;
	bool whole_lines; /* false: cut out of a very long line */
	bool path_hidden; /* the finding's path held secrets, now redacted */
};

struct sek_founds {
	struct sek_found *at;
	size_t n, cap; /* a SEK_VEC */
};

/* Replaces lines, from the content that the finding's place is in. */
void sek_found_copy_lines(struct sek_found *f, struct sek_str content);
void sek_found_clear(struct sek_found *f);
void sek_founds_clear(struct sek_founds *v);

#endif
