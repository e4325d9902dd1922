#ifndef SEK_SEKISHO_PROGRESS_H
#define SEK_SEKISHO_PROGRESS_H

#include "repo/crew.h"
#include "scan/run.h"

/*
 * One line on a terminal's standard error for runs of over a second; nothing
 * anywhere else, and nothing of it is left at the end. Also lets an interrupt
 * end the run early, with what was found so far.
 */
void progress_start(struct sek_run *run);
/* The same for the search for where these came in, which follows. */
void progress_watch(struct sek_watch *watch, const struct sek_founds *v);
void progress_end(void);

#endif
