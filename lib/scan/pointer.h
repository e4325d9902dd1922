#ifndef SEK_SCAN_POINTER_H
#define SEK_SCAN_POINTER_H

#include "repo/lfs.h"
#include "scan/scanner.h"

/*
 * What LFS pointers stand for. A content that is here is scanned and told at
 * the pointer's path, as "git-lfs"; one that is not is elsewhere by design;
 * one that is here and cannot be read is unread.
 */
#define SEK_POINTER_ENCODING "git-lfs"

/*
 * job: the pointer's, whose name was scanned (sek_scanner_name). pointer: its
 * content, which begins as one does. repo: NULL, and nothing is here.
 */
void sek_pointer_scan(struct sek_scanner *s, const struct sek_repo *repo,
    const struct sek_job *job, struct sek_str pointer, struct sek_outcome *out);

/* The same of job->lfs, a job of SEK_FROM_LFS. */
void sek_pointer_follow(struct sek_scanner *s, const struct sek_repo *repo,
    const struct sek_job *job, const struct sek_lfs_pointer *p,
    struct sek_outcome *out);

/* The size of a content is not known. */
#define SEK_POINTER_ANY_SIZE UINT64_MAX

/* Appends to a pointer the content it stands for, if that is here and there is
 * room for it: all in which lines are old, see new.h. */
void sek_pointer_append(struct sek_buf *pointer, const struct sek_repo *repo);

#endif
