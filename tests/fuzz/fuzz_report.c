#include <stdint.h>
#include <stdlib.h>

#include "base/redact.h"
#include "scan/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Whatever comes: what is told of it is fit to be shown, and what was put
 * together once reads the same again. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_merge *m = sek_merge_new();

	sek_merge_add(m, (struct sek_str){(const char *)p, n}, "fuzz");
	sek_merge_end(m);
	for (size_t i = 0; i < sek_merge_count(m); i++) {
		const struct sek_outcome *o = &sek_merge_at(m, i)->outcome;
		const struct sek_report_options ro = {.format = SEK_JSONL};
		sek_auto_buf text = {0};
		struct sek_merge *again = sek_merge_new();

		sek_vec_each (f, &o->founds) {
			if (!sek_is_line(sek_str(f->finding.rule->id)) ||
			    !sek_is_line(sek_str(f->finding.redacted)))
				abort();
			sek_report_finding(&text, &ro, &f->finding);
		}
		sek_merge_add(again, sek_buf_str(&text), "again");
		sek_merge_end(again);
		if (sek_merge_at(again, 0)->outcome.founds.n != o->founds.n)
			abort();
		sek_merge_free(again);
	}
	sek_merge_free(m);
	return 0;
}
