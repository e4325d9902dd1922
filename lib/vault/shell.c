#include "vault/shell.h"

#include "base/rfc3339.h"

struct writer {
	struct sek_secret *out;
	enum sek_shell shell;
	enum sek_code code;
	struct sek_err *err;
};

static void
add(struct writer *w, struct sek_str s)
{
	if (!w->code && s.n)
		w->code = sek_secret_add(w->out, s.p, s.n, w->err);
}

/* fish knows an escape in single quotes, and PowerShell ends them at quotes
 * that are no ASCII. */
static bool
is_plain(struct sek_str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] >= 127 ||
		    strchr("'\\", value.p[i]))
			return false;
	return true;
}

/* Single quotes take all that is plain literally in all three. */
static void
assign(struct writer *w, const char *name, struct sek_str value)
{
	static const char *const before[] = {"export ", "set -gx ", "$Env:"};
	static const char *const between[] = {"='", " '", " = '"};

	if (!w->code && !is_plain(value))
		w->code = sek_fail(w->err, SEK_EPARSE,
		    "%s: holds a character that has no place in it, so no "
		    "shell is given it",
		    name);
	add(w, sek_str(before[w->shell]));
	add(w, sek_str(name));
	add(w, sek_str(between[w->shell]));
	add(w, value);
	add(w, SEK_STR("'\n"));
}

/* A token of earlier credentials would make ours invalid, and some SDKs take the
 * profile that is named before the keys that are set. */
static void
unset(struct writer *w, const char *name)
{
	static const char *const before[] = {"unset ", "set -e ",
	    "Remove-Item -ErrorAction SilentlyContinue Env:"};

	add(w, sek_str(before[w->shell]));
	add(w, sek_str(name));
	add(w, SEK_STR("\n"));
}

static void
assign_or_unset(struct writer *w, const char *name, struct sek_str value)
{
	if (value.n)
		assign(w, name, value);
	else
		unset(w, name);
}

enum sek_code
sek_shell_assign(struct sek_secret *out, enum sek_shell shell,
    const struct sek_creds *creds, const char *region, struct sek_err *err)
{
	struct writer w = {out, shell, SEK_OK, err};
	const struct sek_str none = {"", 0};
	char expires[SEK_RFC3339_SIZE] = "";

	if (creds->expires)
		sek_rfc3339_write(expires, creds->expires);
	assign(&w, "AWS_ACCESS_KEY_ID", sek_str(creds->id));
	assign(&w, "AWS_SECRET_ACCESS_KEY", sek_secret_str(creds->secret));
	assign_or_unset(&w, "AWS_SESSION_TOKEN",
	    creds->token ? sek_secret_str(creds->token) : none);
	assign_or_unset(&w, "AWS_CREDENTIAL_EXPIRATION", sek_str(expires));
	assign_or_unset(&w, "AWS_ACCOUNT_ID", sek_str(creds->account));
	unset(&w, "AWS_PROFILE");
	unset(&w, "AWS_DEFAULT_PROFILE");
	if (region) {
		assign(&w, "AWS_REGION", sek_str(region));
		assign(&w, "AWS_DEFAULT_REGION", sek_str(region));
	}
	return w.code;
}
