#ifndef SEKISHO_REPORT_FILE_H
#define SEKISHO_REPORT_FILE_H

#include "scan/merge.h"

/* Adds the report in a file, of at most 1 GiB; NULL or "-" is standard input.
 * What cannot be read is added as lost. */
void report_file_add(struct sek_merge *m, const char *path);

#endif
