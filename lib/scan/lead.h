#ifndef SEK_SCAN_LEAD_H
#define SEK_SCAN_LEAD_H

#include "scan/decode.h"
#include "scan/encoded.h"
#include "scan/ruleset.h"
#include "scan/runs.h"

/*
 * May a literal that was found at an offset lead to text in its encoding? What
 * that depends on: the two bytes before it, the next SEK_LEAD_SEEN, or where
 * content has an edge instead.
 */
#define SEK_LEAD_SEEN SEK_PARTS_AHEAD
bool sek_lead_leads(struct sek_str content, const struct sek_rule_literal *l,
    size_t offset);

/*
 * From the stretches of encoded.h, of which each line of wrapped base64 is one,
 * to leads: of those in one run the first, and one more for each part of a run
 * that is longer than a lead's reach. Takes the stretch of a kind, known
 * by encoding, that begins at an offset; of a kind they come in rising order.
 * Appends leads.
 */
void
sek_stretches_take(struct sek_runs *runs, struct sek_str content, size_t kind,
    enum sek_encoding encoding, size_t offset, struct sek_leads *out);

/* By place: stretches are found beside the literals' leads. */
void sek_leads_sort(struct sek_leads *v);

#endif
