#ifndef SEK_SCAN_ARCHIVE_REST_H
#define SEK_SCAN_ARCHIVE_REST_H

#include "base/buf.h"
#include "base/str.h"

/*
 * What can still be had of a damaged archive, for archive.c alone: libarchive
 * gives whole blocks of 64 KiB and more, and nothing behind the damage.
 */

/*
 * Appends what deflate data gives until its end, its damage, or out's limit
 * (which an archive's reader tells by out being full). gzip: members of it
 * (RFC 1952), also such as begin behind the damage; else one raw stream (RFC
 * 1951). False: there is no zlib here.
 */
bool sek_rest_inflate(struct sek_str packed, bool gzip, struct sek_buf *out);

/* Where the data of the next local entry of a zip (APPNOTE 4.3.7) begins at or
 * after `from`; its header begins at *header. SIZE_MAX: there is none. */
size_t sek_rest_zip_entry(struct sek_str zip, size_t from, size_t *header,
    bool *deflated);

/*
 * Is the bzip2 data one block? The parts of a damaged block are nobody's, but
 * the blocks around it can be unpacked, bzip2recover(1).
 */
bool sek_rest_one_block(struct sek_str bzip2);

#endif
