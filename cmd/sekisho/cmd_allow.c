#include "sekisho/allow_edit.h"
#include "sekisho/commands.h"

struct options {
	const char *reason, *until, *rule, *path;
};

#define OPT(field) offsetof(struct options, field)

static const struct cli_opt opts[] = {
    {0, "reason", CLI_STRING, OPT(reason), "TEXT", NULL,
	"Why this is no secret, or no longer one (must be given)", false},
    {0, "until", CLI_STRING, OPT(until), "DATE", NULL,
	"Last day that it is allowed on, as YYYY-MM-DD", false},
    {0, "rule", CLI_STRING, OPT(rule), "ID", NULL,
	"Only as a finding of this rule", false},
    {0, "path", CLI_STRING, OPT(path), "GLOB", NULL,
	"Only in files that match, as in .gitignore", false},
    {0},
};

/* A value ends with its line, and blanks around it are not part of it. */
static bool
fits_a_line(const char *text)
{
	struct sek_str s = sek_str(text);

	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return s.n > 0 && sek_str_eq(sek_str_trim(s), s);
}

static enum sek_code
check_usage(const struct options *o, const char *fingerprint, const char *today,
    struct sek_err *err)
{
	if (!sek_allow_is_fingerprint(sek_str(fingerprint)))
		return sek_fail(err, SEK_ECONFIG,
		    "FINGERPRINT is 24 hex "
		    "digits: what a finding's line ends with");
	if (!o->reason || !fits_a_line(o->reason))
		return sek_fail(err, SEK_ECONFIG,
		    "--reason must say on one "
		    "line why this is allowed");
	if (o->path && !fits_a_line(o->path))
		return sek_fail(err, SEK_ECONFIG,
		    "--path must be a glob on "
		    "one line, without blanks around it");
	if (o->until && !sek_allow_is_date(sek_str(o->until)))
		return sek_fail(err, SEK_ECONFIG,
		    "--until takes a day as "
		    "YYYY-MM-DD");
	if (o->until && strcmp(o->until, today) < 0)
		return sek_fail(err, SEK_ECONFIG, "--until %s is over",
		    o->until);
	return SEK_OK;
}

struct entry {
	const struct options *o;
	const char *fingerprint;
};

static void
add(struct sek_buf *text, const void *arg)
{
	const struct entry *e = arg;

	sek_allow_write(text, e->fingerprint, e->o->rule, sek_str(e->o->path),
	    e->o->reason, e->o->until);
}

static int
run(const void *o, int argc, char **argv)
{
	struct sek_policy_options po = {.allow_nothing = true};
	struct entry entry = {.o = o, .fingerprint = argv[0]};
	struct sek_policy *policy = NULL;
	sek_auto_repo *repo = NULL;
	struct sek_err err;
	char today[11];
	enum sek_code r;

	(void)argc;
	sek_policy_today(today);
	r = check_usage(o, entry.fingerprint, today, &err);
	if (r == SEK_OK)
		r = sek_repo_open(&repo, NULL, &err);
	if (r == SEK_OK)
		r = sek_policy_load(&policy, repo, repo->config, &po, &err);
	if (r == SEK_OK)
		r = allow_edit(repo, policy->rules, add, &entry, &err);
	sek_policy_free(policy);
	return r == SEK_OK ? CLI_EXIT_OK : cli_fail(&err);
}

const struct cli_cmd cmd_allow = {
    .name = "allow",
    .summary = "Let a finding pass, with a reason",
    .details = "Adds an entry to .sekisho at the top of the work tree; commit "
	       "that file to let it count for others. FINGERPRINT is what "
	       "stands in brackets behind a finding.",
    .operand = {"FINGERPRINT", CLI_STRING, NULL, 1, 1},
    .opts = opts,
    .opts_size = sizeof(struct options),
    .run = run,
};
