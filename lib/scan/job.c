#include "scan/job.h"

#include <stdlib.h>

#include "base/alloc.h"

void
sek_origin_free(struct sek_origin *o)
{
	if (!o)
		return;
	free(o->before);
	free(o);
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

void
sek_found_clear(struct sek_found *f)
{
	sek_finding_clear(&f->finding);
	sek_origin_free(f->origin);
	if (f->lines)
		explicit_bzero(f->lines, f->lines_n);
	free(f->lines);
	*f = (struct sek_found){0};
}

void
sek_founds_clear(struct sek_founds *v)
{
	sek_vec_each (f, v)
		sek_found_clear(f);
	sek_vec_clear(v);
}
