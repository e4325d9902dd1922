#ifndef SEK_SEKISHO_PROGRESS_H
#define SEK_SEKISHO_PROGRESS_H

#include "scan/run.h"

/*
 * One line on a terminal's standard error for runs of over a second; nothing
 * anywhere else. Also lets an interrupt end the run early, with what was found
 * so far.
 */
void progress_start(struct sek_run *run);
void progress_end(void);

#endif
