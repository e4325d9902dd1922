#include "vault/serve_memory.h"

#include "base/rfc3339.h"

#define RETRY_LEAST 5
#define RETRY_MOST  300

int64_t
sek_serve_patience(int64_t left)
{
	return left > 0 && left / 2 < SEK_SERVE_PATIENCE ? left / 2
							 : SEK_SERVE_PATIENCE;
}

static bool
is_local(const struct sek_hop *hop)
{
	return hop->kind == SEK_HOP_ENVIRONMENT ||
	    hop->kind == SEK_HOP_STATIC || hop->kind == SEK_HOP_KEYRING;
}

static bool
asks_a_person(const struct sek_hop *hop)
{
	return hop->mfa_serial && !hop->mfa_process;
}

static int64_t
usual(enum sek_code code)
{
	switch (code) {
	case SEK_ECONFIG:
		return 0;
	case SEK_EDENIED:
	case SEK_EEXPIRED:
	case SEK_ENOTFOUND:
		return 15;
	default:
		return 5;
	}
}

static int64_t
pause_after(const struct sek_hop *hop, enum sek_code code, int64_t asked,
    int64_t left)
{
	int64_t seconds = usual(code);

	if (asked > 0 && asked < RETRY_LEAST)
		return RETRY_LEAST;
	if (asked > 0)
		return asked < RETRY_MOST ? asked : RETRY_MOST;
	if (seconds == 0 || is_local(hop) || asks_a_person(hop))
		return 0;
	if (left > 0 && sek_serve_patience(left) > seconds)
		return sek_serve_patience(left);
	return seconds;
}

void
sek_serve_remember(const struct sek_serve *s, const char *name,
    const struct sek_hop *hop, int64_t left, struct sek_failure *f)
{
	int64_t pause = pause_after(hop, f->err.code, s->fetch->retry_after,
	    left);

	if (f->err.code == SEK_ENOTFOUND && asks_a_person(hop))
		return;
	f->at = s->env->now(s->env);
	f->ticks = s->env->ticks(s->env);
	f->not_before = pause ? f->at + pause : 0;
	sek_failure_note(s->state, name, f);
}

enum sek_code
sek_serve_remembered(const struct sek_serve *s, const char *name,
    const struct sek_moment *began, struct sek_err *err)
{
	int64_t now = s->env->now(s->env);
	char until[SEK_RFC3339_SIZE];
	struct sek_failure f;

	if (!sek_failure_read(&f, s->state, name))
		return SEK_OK;
	/* by both clocks: one may have been set, the other began anew */
	if (f.at >= began->at && f.ticks >= began->ticks)
		return sek_fail(err, f.err.code, "%s", f.err.text);
	if (s->refresh || now < f.at || now >= f.not_before)
		return SEK_OK;
	sek_rfc3339_write(until, f.not_before);
	return sek_fail(err, f.err.code, "%.400s (not tried again until %s)",
	    f.err.text, until + strlen("2026-01-01T"));
}
