#include "vault/profile_set.h"

#include "base/alloc.h"

static bool
is_ours(const struct sek_profile *p)
{
	return p->file == SEK_PROFILE_OURS;
}

/* FNV-1a. */
static uint32_t
hash(bool ours, enum sek_profile_kind kind, const char *name)
{
	uint32_t h = 2166136261U ^ (ours ? 1U : 0U) ^ (uint32_t)kind << 1;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619U;
	return h ^ h >> 15;
}

/* Where it is, or the free place where it would be. */
static uint32_t *
slot(const struct sek_profiles *set, bool ours, enum sek_profile_kind kind,
    const char *name)
{
	size_t at = hash(ours, kind, name);

	for (;; at++) {
		uint32_t *s = &set->slots[at & (set->n_slots - 1)];
		const struct sek_profile *p;

		if (!*s)
			return s;
		p = &set->all.at[*s - 1];
		if (is_ours(p) == ours && p->kind == kind &&
		    !strcmp(p->name, name))
			return s;
	}
}

struct sek_profile *
sek_profile_set_find(const struct sek_profiles *set, bool ours,
    enum sek_profile_kind kind, const char *name)
{
	uint32_t at = set->n_slots ? *slot(set, ours, kind, name) : 0;

	return at ? &set->all.at[at - 1] : NULL;
}

uint32_t
sek_profile_set_add(struct sek_profiles *set, const struct sek_profile *profile)
{
	*sek_vec_push(&set->all) = *profile;
	return (uint32_t)set->all.n - 1;
}

static void
grow(struct sek_profiles *set)
{
	sek_auto_free uint32_t *old = set->slots;
	size_t n = set->n_slots;

	set->n_slots = n ? n * 4 : 64;
	set->slots = sek_alloc_n(set->n_slots, sizeof(*set->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			sek_profile_set_index(set, old[i] - 1);
}

void
sek_profile_set_index(struct sek_profiles *set, uint32_t at)
{
	const struct sek_profile *p = &set->all.at[at];

	if (set->all.n * 2 > set->n_slots)
		grow(set);
	*slot(set, is_ours(p), p->kind, p->name) = at + 1;
}
