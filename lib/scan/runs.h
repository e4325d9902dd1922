#ifndef SEK_SCAN_RUNS_H
#define SEK_SCAN_RUNS_H

#include "scan/decode.h"

/*
 * The runs that leads of one text have led to, so that none is read twice. In a
 * long run of base64 leads of all four phases come by turns: a group of four
 * characters may begin at any of them, and what is text in one is mostly rubbish
 * in the others. Starts zeroed, for each text.
 */
#define SEK_RUNS_EACH 4 /* phases */
#define SEK_RUNS      (SEK_ENCODINGS * SEK_RUNS_EACH)

struct sek_runs {
	struct sek_decode at[SEK_RUNS];
};

/* Which of them the lead is for, and whether that covers it already; if not, it
 * is to be opened anew. Leads come in rising order. */
size_t
sek_runs_find(struct sek_runs *r, const struct sek_lead *lead, bool *covered);

#endif
