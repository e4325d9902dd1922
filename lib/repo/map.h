#ifndef SEK_REPO_MAP_H
#define SEK_REPO_MAP_H

#include "base/err.h"
#include "base/str.h"

/* A regular file's bytes, mapped: they stay readable when it is deleted. */
enum sek_code sek_map_open(struct sek_str *out, const char *path,
    struct sek_err *err) SEK_CHECKED;
void sek_map_close(struct sek_str *map); /* an empty one is legal */

#endif
