#ifndef SEK_VAULT_SERVE_H
#define SEK_VAULT_SERVE_H

#include "vault/keyring.h"
#include "vault/plan.h"
#include "vault/record.h"

/*
 * From a plan to credentials: what the cache has if it is fresh, else one
 * process for all that wait gets new ones, hop by hop. What STS and the
 * services gave after a hop is cached under the text of the hops so far, so
 * that profiles share a session that needed an MFA code. Long-term keys and
 * what was read from Secrets Manager or Parameter Store are never cached.
 */
struct sek_fetch {
	/*
	 * The credentials after a hop. source: those after the hop before, NULL
	 * for the first. What is got is checked by the caller of serve, not
	 * here.
	 */
	enum sek_code (*fetch)(struct sek_fetch *f, const struct sek_hop *hop,
	    const struct sek_creds *source, struct sek_creds *out,
	    struct sek_err *err);
	/*
	 * Set by fetch when it fails: seconds before a new try makes sense, as
	 * the service said or as its throttling suggests; 0: serve decides.
	 */
	int64_t retry_after;
};

struct sek_serve {
	const struct sek_env *env;
	const struct sek_plan *plan;
	struct sek_keyring *cache; /* NULL: nothing is cached */
	const char *state;         /* sek_state_dir; NULL: no lock, no memory */
	struct sek_fetch *fetch;
	int64_t deadline; /* on env's ticks: for waiting; fetch has its own */
	/* One line for the user that is no failure; without a newline. */
	void (*warn)(void *arg, const char *line);
	void *arg;
	/*
	 * Get new ones for the plan as a whole, whatever the cache has of it
	 * and what failed lately. Its shorter prefixes are served from the cache
	 * as always: they may have cost a person an MFA code.
	 */
	bool refresh;
};

/*
 * SEK_OK with credentials that are valid now (or instance credentials with
 * their end put off). A failed refresh with something valid left is a warning,
 * and so is all that is wrong with the cache or the lock. Otherwise what the
 * failing hop said, the profile's name first; serve_memory.h has how long that
 * is repeated without a new try. SEK_ECANCEL also: another process was at it
 * until the deadline; SEK_EEXPIRED: what came had ended already.
 */
enum sek_code sek_serve_get(struct sek_serve *s, struct sek_creds *out,
    struct sek_err *err) SEK_CHECKED;

/*
 * What the small program does too: SEK_ENOTFOUND unless fresh ones are there.
 * Whether they are of the plan's account is the caller's to check.
 */
enum sek_code sek_serve_cached(struct sek_keyring *cache,
    const struct sek_plan *plan, const struct sek_env *env,
    struct sek_record *out, struct sek_err *err) SEK_CHECKED;

#endif
