#ifndef SEK_AWS_SECRET_FILE_H
#define SEK_AWS_SECRET_FILE_H

#include "base/secret.h"

/*
 * All of a file that another program puts a token into, at most max bytes, new,
 * to free. Whose file it is says nothing: kubelet's belong to root. Errors name
 * the path; SEK_ETOOBIG: it is larger.
 */
enum sek_code sek_secret_file_read(struct sek_secret **out, const char *path,
    size_t max, struct sek_err *err) SEK_CHECKED;

#endif
