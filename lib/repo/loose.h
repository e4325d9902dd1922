#ifndef SEK_REPO_LOOSE_H
#define SEK_REPO_LOOSE_H

#include "repo/inflate.h"
#include "repo/objects.h"

/*
 * A loose object's file: a zlib stream of "TYPE SIZE\0" and the content, which
 * is given as the bytes of out from *body on. SEK_ETOOBIG (over out's limit),
 * SEK_EPARSE, each "why".
 */
enum sek_code
sek_loose_parse(struct sek_inflate *z, struct sek_str file, struct sek_buf *out,
    enum sek_type *type, size_t *body, struct sek_err *err) SEK_CHECKED;

#endif
