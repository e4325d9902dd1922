#ifndef SEK_REPO_FILE_ID_H
#define SEK_REPO_FILE_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Which file this is, and in which state: a file that has the same id later
 * holds the same bytes, if it was steady now. A change sets st_ctime
 * (inode(7)), which no call can set to a time of one's choice; but a file that
 * was changed just now can be changed again within the same tick of that clock,
 * and who has a file mapped can change it without a tick. So a file is steady
 * if it is ours or root's, writable by no one else, and was changed last
 * SEK_STEADY_NS ago or longer.
 */
struct sek_file_id {
	uint64_t dev, ino, size;
	int64_t mtime, ctime; /* ns since 1970 */
	bool steady;
};

#define SEK_STEADY_NS 2000000000 /* the coarsest clock: two seconds, FAT's */

void sek_file_id_take(struct sek_file_id *out, const struct stat *st);
bool sek_file_id_eq(const struct sek_file_id *a, const struct sek_file_id *b);

#endif
