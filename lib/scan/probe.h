#ifndef SEK_SCAN_PROBE_H
#define SEK_SCAN_PROBE_H

#include "base/buf.h"
#include "scan/carry.h"
#include "scan/runs.h"

/* Asks of the marks of one content, in order, whether they are dead. */
struct sek_prober {
	struct sek_matcher *matcher;
	struct sek_str content;
	size_t probes, decoded;
	bool asked;              /* of content itself: its clock runs */
	struct sek_runs runs;    /* of text in an encoding, */
	bool run_dead[SEK_RUNS]; /* and what came of each */
	struct sek_buf text;
	struct sek_marks inner;
};

/* Sets what is known of a mark that is not dead. False: a limit was reached. */
bool sek_prober_ask(struct sek_prober *p, struct sek_mark *mark);
void sek_prober_end(struct sek_prober *p);

#endif
