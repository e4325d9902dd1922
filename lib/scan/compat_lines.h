#ifndef SEK_SCAN_COMPAT_LINES_H
#define SEK_SCAN_COMPAT_LINES_H

#include "scan/compat_policy.h"
#include "scan/outcome.h"

/*
 * Findings as git-secrets tells them: each line that holds one, once, as
 * `PATH:LINE:TEXT` or, from history, `COMMIT:PATH:LINE:TEXT`. Content is read
 * once more for it, which costs nothing where nothing was found.
 */

/* Content that no one can read again: standard input, a message. */
struct sek_compat_text {
	char *path;
	struct sek_buf bytes;
};
struct sek_compat_texts SEK_VEC_BODY(struct sek_compat_text);
void sek_compat_texts_clear(struct sek_compat_texts *v);

enum sek_compat_redact {
	SEK_COMPAT_REDACT_NONE,
	/* What built-in rules find, and of providers' values those that are as
	 * long as a key. */
	SEK_COMPAT_REDACT_KEYS,
	SEK_COMPAT_REDACT_ALL,
};

struct sek_compat_view {
	const struct sek_policy *policy;
	struct sek_repo *repo; /* for objects; may be NULL */
	const struct sek_compat_allow *allow;
	const struct sek_compat_texts *texts;
	enum sek_compat_redact redact;
	bool quote;      /* unusual paths as git does */
	bool quote_high; /* core.quotePath: also all that is not ASCII */
	/* A secret that stands at one path in many versions is one finding of
	 * the first; in that version its text is told on every line. */
	bool history;
};

/*
 * Appends the lines that are not allowed, in the order of the findings. The
 * user's own patterns count in text only: not in binary content, nor in file
 * names, ref names and commit headers.
 */
enum sek_code
sek_compat_lines(struct sek_buf *out, const struct sek_compat_view *view,
    const struct sek_founds *founds, struct sek_err *err) SEK_CHECKED;

/* A path as git shows it: as it is, or in quotes and escaped. */
void sek_compat_quote(struct sek_buf *out, struct sek_str path, bool high);

#endif
