#include "sekisho/scan_shard.h"

#include "base/str.h"

#define PARTS_MAX 100000

/* Which one of a job array this is; of 0: the array does not say how many. */
struct place {
	uint64_t number, of;
};

static enum sek_code
get_number(uint64_t *out, const struct sek_env *env, const char *name,
    struct sek_err *err)
{
	const char *value = env->get(env, name);

	if (!value || !sek_str_to_u64(sek_str(value), out))
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: %s is not set to a number", name);
	return SEK_OK;
}

/* Arrays may start anywhere and take steps; a list of single ids tells no
 * place. */
static enum sek_code
slurm(struct place *out, const struct sek_env *env, struct sek_err *err)
{
	uint64_t id = 0, min = 0, max = 0, step = 0, count = 0;
	enum sek_code r = get_number(&id, env, "SLURM_ARRAY_TASK_ID", err);

	if (!r)
		r = get_number(&min, env, "SLURM_ARRAY_TASK_MIN", err);
	if (!r)
		r = get_number(&max, env, "SLURM_ARRAY_TASK_MAX", err);
	if (!r)
		r = get_number(&step, env, "SLURM_ARRAY_TASK_STEP", err);
	if (!r)
		r = get_number(&count, env, "SLURM_ARRAY_TASK_COUNT", err);
	if (r)
		return r;
	if (!step || id < min || id > max || (id - min) % step ||
	    (max - min) / step + 1 != count)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: this Slurm array is no plain range; give K/N");
	*out = (struct place){(id - min) / step, count};
	return SEK_OK;
}

static enum sek_code
batch(struct place *out, const struct sek_env *env, struct sek_err *err)
{
	enum sek_code r = get_number(&out->number, env,
	    "AWS_BATCH_JOB_ARRAY_INDEX", err);

	return r ? r
		 : get_number(&out->of, env, "AWS_BATCH_JOB_ARRAY_SIZE", err);
}

static enum sek_code
kubernetes(struct place *out, const struct sek_env *env, struct sek_err *err)
{
	return get_number(&out->number, env, "JOB_COMPLETION_INDEX", err);
}

static const struct engine {
	const char *variable;
	enum sek_code (*place)(struct place *out, const struct sek_env *env,
	    struct sek_err *err);
} engines[] = {
    {"SLURM_ARRAY_TASK_ID", slurm},
    {"AWS_BATCH_JOB_ARRAY_INDEX", batch},
    {"JOB_COMPLETION_INDEX", kubernetes},
};

static enum sek_code
ask_engine(struct place *out, const struct sek_env *env, struct sek_err *err)
{
	const struct engine *found = NULL;

	for (size_t i = 0; i < sizeof(engines) / sizeof(*engines); i++) {
		const struct engine *e = &engines[i];

		if (!env->get(env, e->variable))
			continue;
		if (found)
			return sek_fail(err, SEK_ECONFIG,
			    "--shard: %s and %s are both set; give K/N",
			    found->variable, e->variable);
		found = e;
	}
	if (!found)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: no variable of a job array is set; give K/N");
	return found->place(out, env, err);
}

static enum sek_code
take_auto(struct place *p, struct sek_str count, const struct sek_env *env,
    struct sek_err *err)
{
	uint64_t said = 0;
	enum sek_code r;

	if (count.p && (!sek_str_to_u64(count, &said) || !said))
		return sek_fail(err, SEK_ECONFIG,
		    "--shard takes K/N, auto or auto/N");
	r = ask_engine(p, env, err);
	if (r)
		return r;
	if (!said && !p->of)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: this job array does not say how many there are; "
		    "give auto/N");
	if (said && p->of && said != p->of)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: this job array has %llu parts, not %llu; give "
		    "K/N",
		    (unsigned long long)p->of, (unsigned long long)said);
	p->of = said ? said : p->of;
	return SEK_OK;
}

enum sek_code
scan_shard_parse(struct sek_shard *out, const char *text,
    const struct sek_env *env, struct sek_err *err)
{
	struct sek_str count = sek_str(text);
	struct sek_str number = sek_str_cut(&count, '/');
	struct place p = {0};
	enum sek_code r = SEK_OK;

	if (sek_str_is(number, "auto"))
		r = take_auto(&p, count, env, err);
	else if (!count.p || !sek_str_to_u64(number, &p.number) ||
	    !p.number-- || !sek_str_to_u64(count, &p.of))
		r = sek_fail(err, SEK_ECONFIG,
		    "--shard takes K/N, auto or auto/N");
	if (r)
		return r;
	if (p.number >= p.of || p.of > PARTS_MAX)
		return sek_fail(err, SEK_ECONFIG,
		    "--shard: there is no part %llu of %llu (of at most %d)",
		    (unsigned long long)p.number + 1, (unsigned long long)p.of,
		    PARTS_MAX);
	*out = (struct sek_shard){(uint32_t)p.number, (uint32_t)p.of};
	return SEK_OK;
}
