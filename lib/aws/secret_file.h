#ifndef SEK_AWS_SECRET_FILE_H
#define SEK_AWS_SECRET_FILE_H

#include "base/env.h"
#include "base/secret.h"

/*
 * All of a file that another program puts a token into, at most max bytes, new,
 * to free. Whose file it is says nothing: kubelet's belong to root. Errors name
 * the path; SEK_ETOOBIG: it is larger; SEK_EIO: it is a pipe that does not end
 * within 3 s.
 */
enum sek_code
sek_secret_file_read(struct sek_secret **out, const struct sek_env *env,
    const char *path, size_t max, struct sek_err *err) SEK_CHECKED;

#endif
