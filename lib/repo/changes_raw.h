#ifndef SEK_REPO_CHANGES_RAW_H
#define SEK_REPO_CHANGES_RAW_H

#include "base/err.h"
#include "base/vec.h"
#include "repo/oid.h"

/*
 * Git's raw diff records, as `--raw -z --no-abbrev` prints them: one colon for
 * each parent, then modes, object ids and status letters, without the path,
 * which is the record behind it (gitformat: "RAW OUTPUT FORMAT").
 */
struct sek_raw_side {
	unsigned mode;      /* 0: no such path there */
	struct sek_oid oid; /* none when mode is 0 */
};

struct sek_raw {
	struct SEK_VEC_BODY(struct sek_raw_side) old; /* one per parent */
	struct sek_raw_side now;
	char status; /* the first letter; U: unmerged */
};

/* Replaces *raw, whose memory is used again. SEK_EPARSE if header is anything
 * but such a record with ids of oid_len bytes. */
enum sek_code sek_raw_parse(struct sek_raw *raw, struct sek_str header,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
void sek_raw_clear(struct sek_raw *raw);
#define sek_auto_raw __attribute__((cleanup(sek_raw_clear))) struct sek_raw

/* Is this content, as this kind of file, what the new side has? A change of
 * the executable bit alone leaves it the same. */
bool sek_raw_same(const struct sek_raw_side *a, const struct sek_raw_side *b);

#endif
