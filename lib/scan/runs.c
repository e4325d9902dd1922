#include "scan/runs.h"

size_t
sek_runs_find(struct sek_runs *r, const struct sek_lead *lead, bool *covered)
{
	size_t first = (size_t)lead->encoding * SEK_RUNS_EACH, ended = first;

	*covered = true;
	for (size_t i = first; i < first + SEK_RUNS_EACH; i++) {
		struct sek_decode *d = &r->at[i];

		if (d->encoding && sek_decode_covers(d, lead))
			return i;
		if (d->end < r->at[ended].end)
			ended = i;
	}
	*covered = false;
	return ended;
}
