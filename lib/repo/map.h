#ifndef SEK_REPO_MAP_H
#define SEK_REPO_MAP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "repo/file_id.h"

/*
 * A regular file's bytes, mapped: they stay readable when it is deleted.
 *
 * When it is cut short, or its disk or network fails, the kernel raises SIGBUS
 * in whoever reads what is gone. From the first mapping on, a handler of ours
 * puts a page of zeros there and notes that the mapping failed. So whoever reads
 * MUST ask sek_map_failed when done: true, and what was read may be zeros that
 * never stood there. A SIGBUS elsewhere goes to the handler that was there.
 */
enum sek_code sek_map_open(struct sek_str *out, const char *path,
    struct sek_err *err) SEK_CHECKED;
/* The same; id: of the file that was mapped. */
enum sek_code sek_map_open_id(struct sek_str *out, struct sek_file_id *id,
    const char *path, struct sek_err *err) SEK_CHECKED;
void sek_map_close(struct sek_str *map); /* an empty one is legal */

/* False for bytes that sek_map_open did not give. Any thread. */
bool sek_map_failed(const struct sek_str *map);

#endif
