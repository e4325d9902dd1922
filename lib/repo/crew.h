#ifndef SEK_REPO_CREW_H
#define SEK_REPO_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Calls fn on as many threads as there are cores at once, this one included
 * (there `own` is true), and returns when all of them did. */
typedef void sek_crew_fn(void *arg, bool own);
void sek_crew_run(sek_crew_fn *fn, void *arg);

/*
 * Who watches long work, and may end it: go_on is called now and then, on the
 * thread that asked for the work, with the objects that were read for it so far
 * (0: none are counted).
 */
struct sek_watch {
	bool (*go_on)(void *arg, uint64_t done);
	void *arg;
};

/* Of work that all of a crew does. */
struct sek_tally {
	const struct sek_watch *watch; /* may be NULL */
	_Atomic uint64_t done;
	atomic_bool ended;
	unsigned own; /* of the thread that asked */
};

/* One more object was read. False: no more of them, please. */
bool sek_tally_one(struct sek_tally *t, bool own);
/* Looks at the watch now; on the thread that asked. */
bool sek_tally_look(struct sek_tally *t);

#endif
