#ifndef SEK_BASE_FILE_H
#define SEK_BASE_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Whole files: read with a limit, replaced so that no half is ever seen. */

/*
 * Appends the content of a regular file (or of what else can be read to its
 * end: a pipe) to b, up to b's limit (SEK_ETOOBIG). Errors name the path.
 */
enum sek_code sek_file_read(const char *path, struct sek_buf *b,
    struct sek_err *err) SEK_CHECKED;
enum sek_code sek_fd_read(int fd, const char *name, struct sek_buf *b,
    struct sek_err *err) SEK_CHECKED;

/*
 * Waits until something of a pipe (or its end) can be read, for ms milliseconds
 * at most: SEK_EIO. A file never waits. fd is open with O_NONBLOCK: without it
 * to open a pipe that nobody writes to waits for ever.
 */
enum sek_code sek_fd_await(int fd, const char *name, int64_t ms,
    struct sek_err *err) SEK_CHECKED;

/* All of n bytes, through EINTR and short writes. */
enum sek_code sek_fd_write(int fd, const char *name, const void *p, size_t n,
    struct sek_err *err) SEK_CHECKED;

/*
 * Writes a new file beside path with this mode, syncs it, renames it over path.
 * On any error path is as it was and the new file is gone.
 */
enum sek_code sek_file_replace(const char *path, const void *p, size_t n,
    mode_t mode, struct sek_err *err) SEK_CHECKED;

/* mkdir -p. */
enum sek_code
sek_dir_make(const char *path, mode_t mode, struct sek_err *err) SEK_CHECKED;

#endif
