#ifndef SEK_SCAN_REPORT_H
#define SEK_SCAN_REPORT_H

#include "repo/shard.h"
#include "scan/finding.h"
#include "scan/ruleset.h"

/*
 * Findings as text for people and editors (`file:line:col: ...`), JSON lines,
 * or SARIF 2.1.0. Output goes into a buffer that the program writes out; a
 * report holds secrets only where findings do (--show-secrets). The same
 * findings give the same bytes.
 *
 * The program may write out and empty the buffer between any two calls but
 * sek_report_begin and the first one after it: in SARIF, what stands at the end
 * of the buffer says whether a comma is due. A buffer that is `toobig` after a
 * call lacks something and must not pass for a report.
 */
enum sek_format { SEK_TEXT, SEK_JSONL, SEK_SARIF };

struct sek_counts { /* what was looked at; `-v` and every report say it */
	uint64_t blobs, bytes, commits, tags, messages, names;
	uint64_t unread;    /* should have been read: exit 3 */
	uint64_t elsewhere; /* LFS pointers, submodules, by design */
	uint64_t left_out;  /* by the allow-list */
	uint64_t allowed;   /* findings */
	uint64_t dropped;   /* findings past the limit of a run: exit 3 */
	uint64_t known; /* objects: clean in an earlier scan, not read now */
};

struct sek_report_options {
	enum sek_format format;
	bool colour;  /* text only */
	bool verbose; /* text only: say what was looked at */
	const struct sek_ruleset *rules;
	const char *version;
	const char *home; /* the project's URL (SARIF), or NULL */
	const char *base; /* absolute; of relative paths; or NULL */
	/* of a report of several repositories; its path as it was given */
	const char *repository;
	bool before, after; /* SARIF: another one's run stands there */
	/* JSON lines: how the run ended */
	int status;
	bool interrupted;
	struct sek_shard shard; /* of 0: all of it */
	const char *split;      /* sek_shard_sum, with a shard */
};

/*
 * What stands before the first finding, one finding, and what follows the last.
 * unread: one line of text ("PATH: why") for each thing that should have been
 * read and was not, NULL-terminated; may be NULL itself, and may hold fewer
 * lines than counts->unread says.
 *
 * A finding as a JSON line is an object with the keys, in this order, and only
 * those that have something to say:
 *   rule, severity, confidence, description, place, path, path_base64 (only
 *   where path is not UTF-8, and then path is lossy), line, column, end_line,
 *   end_column (1-based, in bytes, the end is just past the secret), start, end
 *   (byte offsets), commit, blob, fingerprint, redacted, secret (only if asked
 *   for; secret_base64 as with path), pair, pair_path (of
 *   another content; pair_path_base64 as with path), pair_line, account, user, role, region, issued,
 *   expires, canary (true), signals (a list of names, see signal.h), entropy (bits per
 *   character), more
 * After `blob` stand, where they are known of a history's findings: note_on
 * (the object that a note is about, see finding.h), author,
 * date, in_head, head_line, reached (refs, reflogs, nothing), ref_count, refs (a
 * list of names, of at most 100 of them), and of a shard's rank (ranks.h); and
 * before `more`, of the secret as a whole: blobs, commits (places.h says what
 * that is). `more` is a list of other places of the same secret: objects with
 * the keys from place to rank. char_column and end_char_column stand after
 * end_column where they are known.
 * Where the report is of several repositories, each line says its `repository`,
 * after the others, and after the last summary stands {"total": {...}} with the
 * sums, `repositories` (how many) and `status`.
 * The last line of a repository is {"summary": {...}} with the names of struct sek_counts,
 * where `unread` is the list of lines and `unread_count` the number, `dropped`
 * stands only if it is not 0; `status` is the exit status, `interrupted` is there
 * if it is true, and `shard` is an object with number (from 1), of and split.
 */
void sek_report_begin(struct sek_buf *out, const struct sek_report_options *o);
void sek_report_finding(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_finding *f);
void sek_report_end(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, const char *const *unread);

/* Text and JSON lines: the sums over repositories. */
void sek_report_total(struct sek_buf *out, const struct sek_report_options *o,
    const struct sek_counts *counts, uint64_t repositories);

#endif
