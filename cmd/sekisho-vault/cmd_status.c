#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/rfc3339.h"
#include "sekisho-vault/commands.h"
#include "sekisho-vault/vault.h"

static const char *
state_of(const struct sek_record *r, int64_t now)
{
	switch (sek_record_freshness(r, now)) {
	case SEK_FRESH:
		return "fresh";
	case SEK_AGING:
		return "to be renewed at the next use";
	case SEK_BEYOND:
		return "past its end, for use while nothing newer can be had";
	default:
		return "over";
	}
}

/*
 * The hops are the lines of the plan's text: what the cache goes by. Of another
 * tool's command only the first word: its arguments may be nobody's business.
 */
static void
show_hops(struct sek_str hops)
{
	while (hops.p) {
		struct sek_str hop = sek_str_cut(&hops, '\n');
		const char *blank = sek_str_starts(hop, "process ")
		    ? memmem(hop.p, hop.n, "%20", 3)
		    : NULL;

		if (hop.n > 0)
			printf("    %.*s\n",
			    (int)(blank ? blank - hop.p : (long)hop.n), hop.p);
	}
}

static void
show_record(const struct vault *v, const struct sek_record *r)
{
	int64_t now = v->env->now(v->env);
	char until[SEK_RFC3339_SIZE];
	sek_auto_buf id = {0};

	sek_redact(&id, sek_str(r->creds.id), SEK_SHOW_EDGES);
	sek_rfc3339_write(until, r->creds.expires);
	printf("%s: %s until %s (%" PRId64 " min): %s", r->profile, id.p, until,
	    (r->creds.expires - now) / 60, state_of(r, now));
	if (r->creds.account[0])
		printf(", account %s", r->creds.account);
	putchar('\n');
	show_hops(sek_str(r->plan));
}

static bool
is_wanted(const struct vault *v, const struct sek_record *r)
{
	for (size_t n = 1; v->plan && n <= v->plan->n; n++)
		if (!strcmp(sek_plan_text(v->plan, n), r->plan))
			return true;
	return !v->plan;
}

static enum sek_code
show_item(void *arg, const char *name, struct sek_err *err)
{
	const struct vault *v = arg;
	sek_auto_secret *value = NULL;
	sek_auto_record r = {0};
	enum sek_code code = sek_keyring_get(v->sessions, SEK_KEYRING_SESSION,
	    name, &value, err);

	if (!code)
		code = sek_record_read(&r, sek_secret_str(value), err);
	if (!code && is_wanted(v, &r))
		show_record(v, &r);
	if (code && code != SEK_ENOTFOUND && code != SEK_EPARSE)
		return code;
	return SEK_OK;
}

static void
show_plan(const struct vault *v)
{
	sek_auto_buf hops = {0};

	sek_plan_describe(v->plan, v->plan->n, &hops);
	printf("profile %s: %s\n", v->plan->profile, hops.p);
}

static enum sek_code
status(const char *profile, struct sek_err *err)
{
	auto_vault v = {0};
	enum sek_code code;

	if ((code = vault_open(&v, err)) ||
	    (profile && (code = vault_plan(&v, profile, err))) ||
	    (code = vault_sessions(&v, err)) || (code = vault_keys(&v, err)))
		return code;
	if (v.plan)
		show_plan(&v);
	printf("credentials are cached in: %s\n", v.why_sessions.p);
	printf("long-term keys are kept in: %s\n", v.why_keys.p);
	return sek_keyring_each(v.sessions, SEK_KEYRING_SESSION, show_item, &v,
	    err);
}

static int
run(const void *opts, int argc, char **argv)
{
	struct sek_err err;

	(void)opts;
	return status(argc > 0 ? argv[0] : NULL, &err) ? cli_fail(&err)
						       : CLI_EXIT_OK;
}

const struct cli_cmd cmd_status = {
    .name = "status",
    .summary = "show what is cached, until when, and in which keyring",
    .details = "With the hops that each set of credentials came by and all "
	       "their inputs; of PROFILE, or of all.",
    .operand = {"[PROFILE]", CLI_FLAG, NULL, 0, 1},
    .run = run,
};
