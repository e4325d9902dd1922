#ifndef SEKISHO_EXPLAIN_REPORT_H
#define SEKISHO_EXPLAIN_REPORT_H

/*
 * Explains a finding from what a report in JSON lines says of it, without a
 * look at any repository. path: "-" is standard input. The exit status: that of
 * usage if the report is whole and does not hold the fingerprint, and that of a
 * failure if it may be in what could not be read.
 */
int explain_report(const char *fingerprint, const char *path);

#endif
