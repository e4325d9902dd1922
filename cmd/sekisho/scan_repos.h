#ifndef SEK_SEKISHO_SCAN_REPOS_H
#define SEK_SEKISHO_SCAN_REPOS_H

#include "cli/cli.h"
#include "repo/repo.h"

/* The repositories that a scan is of, when it is told which. */
struct scan_repos SEK_VEC_BODY(char *);

/*
 * Those of --repo, then those of the file (NULL: none; "-": standard input): a
 * path a line, or each ended by a NUL, as find -print0 writes them. Each once,
 * in this order. SEK_ECONFIG: there is none, or a variable of git's names a
 * repository that would be taken for each of them.
 */
enum sek_code
scan_repos_list(struct scan_repos *out, const struct cli_list *given,
    const char *file, struct sek_err *err) SEK_CHECKED;
void scan_repos_clear(struct scan_repos *v);

/* path is itself one: not a directory inside one, which is another name for
 * something else. */
enum sek_code scan_repos_open(struct sek_repo **out, const char *path,
    struct sek_err *err) SEK_CHECKED;

#endif
