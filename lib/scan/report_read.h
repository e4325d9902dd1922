#ifndef SEK_SCAN_REPORT_READ_H
#define SEK_SCAN_REPORT_READ_H

#include "scan/outcome.h"

/*
 * A line of a report in JSON lines, as report.h describes them, from anyone:
 * what is missing, of another type, out of range or not fit to be shown is an
 * error; keys that are not known are passed over.
 */
enum sek_line_kind { SEK_LINE_FINDING, SEK_LINE_SUMMARY, SEK_LINE_TOTAL };

struct sek_report_line {
	enum sek_line_kind kind;
	char *repository; /* NULL: not said */
	/* a finding; its rule is this one, of which id, description and
	 * severity are set and owned */
	struct sek_finding finding;
	struct sek_rule rule;
	/* what its refs point to; owned */
	SEK_VEC(struct sek_ref_list *) ref_lists;
	SEK_VEC(char *) ref_names;
	/* a summary */
	struct sek_counts counts;
	struct sek_lines unread;
	int status;
	bool interrupted;
	struct sek_shard shard; /* of 0: it was the whole */
	char split[17];
	/* a total: so many summaries stand before it */
	uint64_t repositories;
};

/* A line of more bytes is refused. */
#define SEK_REPORT_LINE_MAX ((size_t)32 << 20)

/* out->finding.rule points into out. SEK_EPARSE "why", without a place. */
enum sek_code sek_report_read(struct sek_report_line *out, struct sek_str line,
    struct sek_err *err) SEK_CHECKED;
void sek_report_line_clear(struct sek_report_line *l);

#endif
