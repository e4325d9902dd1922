#ifndef SEK_SCAN_ARCHIVE_H
#define SEK_SCAN_ARCHIVE_H

#include "base/err.h"
#include "base/str.h"

/*
 * Unpacks containers in memory, by libarchive: zip (jar, whl, docx, xlsx), tar,
 * 7z, and what gzip, bzip2, xz and zstd compress, tar or not. No program is
 * called, nothing is written.
 */

/* Does a content begin as one of them? Its first SEK_ARCHIVE_HEAD bytes say. */
#define SEK_ARCHIVE_HEAD 512
bool sek_archive_begins(struct sek_str content);

/*
 * What may be made of one content, all that is packed in it counted together: a
 * bomb ends here, what people pack does not. Text packs 10 to 30 times, a log
 * of equal lines 200 times.
 */
#define SEK_ARCHIVE_RATIO   200
#define SEK_ARCHIVE_LEAST   ((uint64_t)64 << 20)
#define SEK_ARCHIVE_MOST    ((uint64_t)2 << 30)
#define SEK_ARCHIVE_MEMBERS 200000
/* One member is held in memory. */
#define SEK_ARCHIVE_MEMBER ((size_t)256 << 20)

struct sek_archive_budget {
	uint64_t bytes, members; /* left */
};
void sek_archive_budget(struct sek_archive_budget *b, size_t content);

struct sek_packed {
	/* Any bytes but NUL; "" for what is compressed without a name. */
	const char *name;
	struct sek_str bytes; /* what could be read; the target of a symlink */
	const char *filter;   /* "gzip" where name is "" */
	/* Why bytes are not all of it, though another program may read more: a
	 * limit, an unknown method; or NULL. */
	const char *unread;
	bool damaged;   /* bytes are all that anybody can read of it */
	bool encrypted; /* so nothing was read */
	bool as_bytes;  /* a whole tar, whose members were given before */
};

/*
 * Calls fn with each member, of a damaged archive also with those behind the
 * damage; all of it lives until fn returns. Errors say what became of the
 * members that fn was not called with: SEK_EPARSE they are damaged so that
 * nobody can read them (or content is no container after all), SEK_EIO other
 * programs may do better, SEK_ETOOBIG over budget, SEK_EDENIED encrypted with
 * its list of members, SEK_ENOTFOUND no libarchive here.
 */
#define SEK_ARCHIVE_DAMAGED "a damaged archive: not all of it can be unpacked"
#define SEK_ARCHIVE_OTHERS  "damaged, or packed in a way that is not known here"
typedef void sek_archive_fn(void *arg, const struct sek_packed *m);
enum sek_code
sek_archive_read(struct sek_str content, struct sek_archive_budget *budget,
    sek_archive_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;

#endif
