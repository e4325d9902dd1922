#ifndef SEK_REPO_COMMIT_QUEUE_H
#define SEK_REPO_COMMIT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

/* Commits that wait, by number: the latest comes first, and of the same date
 * the one that waits longest, as in git's queue of that kind. */
struct sek_commit_queue_item {
	uint64_t date, turn;
	uint32_t commit;
};

struct sek_commit_queue {
	SEK_VEC(struct sek_commit_queue_item) heap;
	uint64_t turn;
};

void sek_commit_queue_add(struct sek_commit_queue *q, uint32_t commit,
    uint64_t date);
bool sek_commit_queue_take(struct sek_commit_queue *q, uint32_t *commit);
void sek_commit_queue_clear(struct sek_commit_queue *q);

#endif
