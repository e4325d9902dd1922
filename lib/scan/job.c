#include "scan/job.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "scan/around.h"

void
sek_origin_free(struct sek_origin *o)
{
	if (!o)
		return;
	free(o->before);
	free(o);
}

#define BINARY_LOOK 8000 /* bytes, git's own number */

bool
sek_is_binary(struct sek_str c)
{
	size_t look = c.n < BINARY_LOOK ? c.n : BINARY_LOOK;

	return look && memchr(c.p, '\0', look);
}

void
sek_job_clear(struct sek_job *job)
{
	free(job->path);
	free(job->disk_path);
	free(job->why);
	sek_buf_clear(&job->bytes);
	sek_origin_free(job->origin);
	*job = (struct sek_job){0};
}

static void
clear_lines(struct sek_found *f)
{
	if (f->lines)
		explicit_bzero(f->lines, f->lines_n);
	free(f->lines);
}

void
sek_found_clear(struct sek_found *f)
{
	sek_finding_clear(&f->finding);
	sek_origin_free(f->origin);
	clear_lines(f);
	*f = (struct sek_found){0};
}

void
sek_founds_clear(struct sek_founds *v)
{
	sek_vec_each (f, v)
		sek_found_clear(f);
	sek_vec_clear(v);
}

/* On either side of a secret, of what is compared of a very long line. */
#define LINE_WINDOW 256

/* Not the lines of the match: a name that comes to stand above an old secret
 * does not make that new. */
void
sek_found_copy_lines(struct sek_found *f, struct sek_str c)
{
	size_t start = f->finding.start, end = f->finding.end;
	bool before, after;
	size_t from = sek_around_start(c, start, &before);
	size_t to = sek_around_end(c, end > start ? end - 1 : end, &after);

	f->whole_lines = !before && !after && to - from <= SEK_AROUND_MAX;
	if (!f->whole_lines) {
		from = start - from > LINE_WINDOW ? start - LINE_WINDOW : from;
		to = to > end + LINE_WINDOW ? end + LINE_WINDOW : to;
	}
	clear_lines(f);
	f->lines = sek_strndup(c.p + from, to - from);
	f->lines_n = to - from;
}
