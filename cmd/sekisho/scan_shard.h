#ifndef SEK_SEKISHO_SCAN_SHARD_H
#define SEK_SEKISHO_SCAN_SHARD_H

#include "base/env.h"
#include "repo/shard.h"

/*
 * "K/N", K from 1 to N; "auto/N", where the variables of a job array say which
 * one this is; "auto", where they say how many there are, too:
 *   Slurm       SLURM_ARRAY_TASK_ID, and _MIN, _MAX, _STEP, _COUNT (sbatch(1))
 *   AWS Batch   AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE
 *   Kubernetes  JOB_COMPLETION_INDEX, of an indexed Job; it does not say N
 * SEK_ECONFIG for all else: a part that nobody reads must not pass for clean.
 */
enum sek_code scan_shard_parse(struct sek_shard *out, const char *text,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;

#endif
