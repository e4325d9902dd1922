#ifndef SEK_SCAN_CLEAN_SET_H
#define SEK_SCAN_CLEAN_SET_H

#include "base/env.h"
#include "repo/file_id.h"
#include "scan/hmac.h"
#include "scan/outcome.h"

/*
 * What earlier scans found clean, so that the next one costs what is new: small
 * files in a directory of the user's own, each about one thing (a pack; the
 * loose objects of a directory; where a history holds some blobs). What a file
 * says of that thing is its caller's affair (clean_store.h, lineage.h); here it
 * is bytes.
 *
 * Believed is only what this user's programs wrote, under the same rules: each
 * file carries an HMAC under a key of the user's, over all of it. The rules are
 * those of the run and the program itself (its build id) with its PCRE2:
 * another build begins anew. The allow-list has no say: what is remembered has
 * no match at all.
 *
 * A set is an accelerator: nothing here fails a scan. Whatever cannot be used
 * is passed over with a line in `notes`, which `-v` shows.
 */
struct sek_clean_set;

/*
 * dir: "" for $XDG_CACHE_HOME/sekisho/clean (~/.cache). The key is
 * $XDG_STATE_HOME/sekisho/clean.key (~/.local/state), wherever the set is. Both
 * are made if need be; neither is used if it belongs to another user, or others
 * can write it (of the key: read it). NULL: there is no set.
 */
struct sek_clean_set *sek_clean_open(const char *dir, const struct sek_env *env,
    const struct sek_policy *policy, struct sek_lines *notes);
void sek_clean_free(struct sek_clean_set *s); /* NULL is legal */

/* What a file is about: any bytes, hidden under the key. */
struct sek_clean_subject {
	unsigned char id[SEK_HMAC_BYTES];
};
void sek_clean_subject(struct sek_clean_subject *out,
    const struct sek_clean_set *s, struct sek_str about);

/* For such a text: which file, and in which state. */
void sek_clean_add_file(struct sek_buf *about, const struct sek_file_id *id);

/* False: nothing is known of it. out is replaced. */
bool sek_clean_load(struct sek_clean_set *s,
    const struct sek_clean_subject *about, struct sek_buf *out);

/* Replaces what is known of it; of two writers at once the last one wins. Then
 * the set is kept to SEK_CLEAN_MAX bytes: what was used last is kept. */
void sek_clean_save(struct sek_clean_set *s,
    const struct sek_clean_subject *about, struct sek_str content);
#define SEK_CLEAN_MAX ((size_t)128 << 20)

/*
 * A file's bytes: SEK_OK and its content, borrowed; SEK_EPARSE, SEK_EDENIED (of
 * another key, other rules, another subject) "why".
 */
enum sek_code sek_clean_parse(struct sek_str *content, struct sek_str file,
    const unsigned char key[SEK_HMAC_KEY],
    const unsigned char rules[SEK_HMAC_BYTES],
    const struct sek_clean_subject *about, struct sek_err *err) SEK_CHECKED;
void sek_clean_format(struct sek_buf *file, struct sek_str content,
    const unsigned char key[SEK_HMAC_KEY],
    const unsigned char rules[SEK_HMAC_BYTES],
    const struct sek_clean_subject *about);

#endif
