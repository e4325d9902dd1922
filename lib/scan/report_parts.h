#ifndef SEK_SCAN_REPORT_PARTS_H
#define SEK_SCAN_REPORT_PARTS_H

#include "scan/report.h"

/* What report.c and the formats share; nobody else includes it. */
void sek_text_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f);
void sek_text_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread);

void sek_text_counts(struct sek_buf *out, const struct sek_counts *c);

void sek_jsonl_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f);
void sek_jsonl_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread);

void sek_jsonl_total(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, uint64_t repositories);

void sek_sarif_begin(struct sek_buf *out, const struct sek_report_options *o);
void sek_sarif_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f);
void sek_sarif_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread);

/* The finding's path, "" for none, with the way into an archive; where the secret is in the path itself and
 * was not asked for, with the redacted form in its place. */
void sek_report_path(struct sek_buf *out, const struct sek_finding *f);
/* Text with U+FFFD for every byte that is no part of UTF-8. */
void sek_report_utf8(struct sek_buf *out, struct sek_str text);

#endif
