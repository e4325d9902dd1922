#ifndef SEK_SCAN_COMPAT_FILES_H
#define SEK_SCAN_COMPAT_FILES_H

#include "scan/compat_lines.h"
#include "scan/engine.h"

/*
 * Which content git-secrets scans. Paths are as git or grep would print them:
 * relative to the current directory, or as they were given. Each function gives
 * jobs to the engine, and what cannot be read again to texts.
 */

/* As `git grep`: files that git tracks, below the current directory or named by
 * pathspecs. */
struct sek_compat_files {
	bool cached;                 /* what the index holds of them */
	bool untracked;              /* and those it does not ignore */
	const char *const *pathspec; /* NULL-ended */
};
enum sek_code sek_compat_files_git(struct sek_engine *e,
    const struct sek_compat_files *which, struct sek_err *err) SEK_CHECKED;

/* Regular files of the index that hold something, in its order, with paths
 * relative to the current directory. */
typedef enum sek_code sek_compat_entry_fn(void *arg, struct sek_str path,
    const struct sek_oid *blob, struct sek_err *err);
enum sek_code sek_compat_entries(const char *const *pathspec,
    sek_compat_entry_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

/* As `git grep --no-index`: what is below the current directory, whatever git
 * thinks of it, but no repository's own files. */
enum sek_code sek_compat_files_plain(struct sek_engine *e,
    const char *const *pathspec, struct sek_err *err) SEK_CHECKED;

/* As grep: each file as it is named, `-` is standard input, directories only if
 * recursive. */
void sek_compat_files_named(struct sek_engine *e, const char *const *name,
    bool recursive, struct sek_compat_texts *texts);

/* A text that is at hand. */
void sek_compat_files_text(struct sek_engine *e, const char *path,
    struct sek_str text, struct sek_compat_texts *texts);

#endif
