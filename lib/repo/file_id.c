#include "repo/file_id.h"

#include <time.h>
#include <unistd.h>

static int64_t
in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
sek_file_id_take(struct sek_file_id *out, const struct stat *st)
{
	bool ours = st->st_uid == geteuid() || st->st_uid == 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*out = (struct sek_file_id){
	    .dev = st->st_dev,
	    .ino = st->st_ino,
	    .size = (uint64_t)st->st_size,
	    .mtime = in_ns(st->st_mtim),
	    .ctime = in_ns(st->st_ctim),
	};
	out->steady = ours && S_ISREG(st->st_mode) &&
	    !(st->st_mode & (S_IWGRP | S_IWOTH)) &&
	    in_ns(now) - out->ctime >= SEK_STEADY_NS;
}

bool
sek_file_id_eq(const struct sek_file_id *a, const struct sek_file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime == b->mtime && a->ctime == b->ctime;
}
