#include <inttypes.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/record.h"
#include "vault/state.h"
#include "vault/state_file.h"

/*
 * A file for each device with a line for each code that was spent lately: when,
 * and a number made from serial and code. The number is no protection of the
 * code, which has a million values; a code that was spent needs none.
 */
#define REMEMBERED ((int64_t)15 * 60) /* s; a code is good for 90 at most */
#define MAX        ((size_t)4096)     /* of the file */
#define WAIT       2000               /* ms, for the device's lock */

static bool
recent(struct sek_str line, int64_t now)
{
	uint64_t at;

	/* what lies ahead was marked before the clock was put back */
	return sek_str_to_u64(sek_str_cut(&line, ' '), &at) && line.p &&
	    (at > (uint64_t)now || (uint64_t)now - at < REMEMBERED);
}

/* Appends the marks that still count; whether this one is among them. */
static bool
carry(struct sek_buf *out, struct sek_str old, const char *mark, int64_t now)
{
	bool spent = false;

	while (old.p) {
		struct sek_str line = sek_str_cut(&old, '\n');

		if (!recent(line, now))
			continue;
		spent |= sek_str_ends(line, mark);
		sek_buf_add_str(out, line);
		sek_buf_add_c(out, '\n');
	}
	return spent;
}

static enum sek_code
make_mark(char out[SEK_RECORD_NAME_SIZE], const char *serial,
    struct sek_str code, struct sek_err *err)
{
	sek_auto_secret *both = sek_secret_new(strlen(serial) + code.n + 2);
	enum sek_code failed;

	if ((failed = sek_secret_add(both, serial, strlen(serial), err)) ||
	    (failed = sek_secret_add(both, "\n", 1, err)) ||
	    (failed = sek_secret_add(both, code.p, code.n, err)) ||
	    (failed = sek_secret_add(both, "", 1, err)))
		return failed;
	sek_record_name(out, sek_secret_str(both).p);
	return SEK_OK;
}

/* spent: it was already; else it is marked now. */
static enum sek_code
mark_it(bool *spent, const char *path, const char *mark, int64_t now,
    struct sek_err *err)
{
	sek_auto_buf old = {.max = MAX}, all = {.max = 2 * MAX};
	enum sek_code code = sek_state_read(path, &old, err);

	if (code && code != SEK_ENOTFOUND && code != SEK_ETOOBIG)
		return code;
	sek_buf_printf(&all, "%" PRId64 " %s\n", now, mark);
	*spent = carry(&all, sek_buf_str(&old), mark, now);
	return *spent ? SEK_OK
		      : sek_file_replace(path, all.p, all.n, 0600, err);
}

enum sek_code
sek_mfa_spend(const char *dir, const char *serial, struct sek_str code,
    const struct sek_env *env, struct sek_err *err)
{
	char device[SEK_RECORD_NAME_SIZE], mark[SEK_RECORD_NAME_SIZE];
	sek_auto_free char *path = NULL;
	sek_auto_lock *lock = NULL;
	struct sek_err why;
	bool spent = false;

	if (!dir)
		return SEK_OK;
	sek_record_name(device, serial);
	path = sek_state_path(dir, device, "mfa");
	if (make_mark(mark, serial, code, &why) ||
	    sek_lock_take(&lock, dir, device, env, env->ticks(env) + WAIT,
		&why) ||
	    mark_it(&spent, path, mark, env->now(env), &why))
		return sek_fail(err, SEK_EIO,
		    "MFA device %s: its code cannot be marked as used, so it "
		    "is not sent: %.300s",
		    serial, why.text);
	if (spent)
		return sek_fail(err, SEK_EDENIED,
		    "MFA device %s: this code was used already, and AWS takes "
		    "each once: wait for the next one",
		    serial);
	return SEK_OK;
}
