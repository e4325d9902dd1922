#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "vault/profile_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A profile that is listed is found, and its keys have values and places. */
static void
check(void *arg, const struct sek_profile *profile)
{
	const char *value = sek_profile_service(profile, "a", "b");

	if (sek_profiles_find(arg, sek_profile_name(profile)) != profile ||
	    !*sek_profile_name(profile) || (value && strchr(value, '\n')) ||
	    !*sek_profile_where(profile, "a"))
		abort();
}

/* Each text lies in memory of its own, whose ends a sanitizer watches. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	sek_auto_profiles *set = sek_alloc(sizeof(*set));
	char *texts[SEK_PROFILE_FILES] = {NULL};
	enum sek_code code = SEK_OK;

	for (int i = 0; i < SEK_PROFILE_FILES && !code; i++) {
		set->paths[i] = sek_strdup("fuzz");
		texts[i] = sek_alloc(n + 1);
		memcpy(texts[i], n > 0 ? p : (const uint8_t *)"", n);
		code = sek_profile_parse(set, (enum sek_profile_file)i,
		    texts[i], n, NULL);
	}
	sek_profiles_each(set, check, set);
	for (int i = 0; i < SEK_PROFILE_FILES; i++)
		sek_free_ptr(&texts[i]);
	return 0;
}
