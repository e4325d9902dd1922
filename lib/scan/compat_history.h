#ifndef SEK_SCAN_COMPAT_HISTORY_H
#define SEK_SCAN_COMPAT_HISTORY_H

#include "scan/outcome.h"

/*
 * Findings in blobs that no commit brings, but that stand in the index, are
 * told with their paths there, once for each. To be called after sek_attribute.
 */
enum sek_code
sek_compat_name_staged(struct sek_founds *v, struct sek_err *err) SEK_CHECKED;

#endif
