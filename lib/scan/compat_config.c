#include "scan/compat_config.h"

#include "repo/git.h"

static const char patterns[] = "secrets.patterns";
static const char allowed[] = "secrets.allowed";

#define QUOTE   "(\"|')?"
#define CONNECT "\\s*(:|=>|=)\\s*"

/* In the order in which git-secrets adds them. */
static const struct {
	const char *key, *value;
} aws[] = {
    {"secrets.providers", "git secrets --aws-provider"},
    {patterns,
	"(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}"},
    {patterns, "ABSK[A-Za-z0-9+/]{109,}=*"},
    {patterns, "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t"},
    {patterns,
	QUOTE "(AWS|aws|Aws)?_?(SECRET|secret|Secret)?_?"
	      "(ACCESS|access|Access)?_?(KEY|key|Key)" QUOTE CONNECT QUOTE
	      "[A-Za-z0-9/\\+=]{40}" QUOTE},
    {patterns,
	QUOTE
	"(AWS|aws|Aws)?_?(ACCOUNT|account|Account)_?(ID|id|Id)?" QUOTE CONNECT
	    QUOTE "[0-9]{4}\\-?[0-9]{4}\\-?[0-9]{4}" QUOTE},
    {allowed,
	"AKIA"
	"IOSFODNN7EXAMPLE"},
    {allowed,
	"wJalrXUtnFEMI"
	"/K7MDENG/bPxRfiCYEXAMPLEKEY"},
};

/* git config [--global] ...; what it prints is told in status and err. */
static enum sek_code
ask(bool global, const char *const *words, struct sek_buf *out, int *status,
    struct sek_err *err)
{
	const char *argv[8] = {"config"};
	sek_auto_git *g = NULL;
	struct sek_str line;
	size_t n = 1;
	enum sek_code r;

	if (global)
		argv[n++] = "--global";
	while (*words)
		argv[n++] = *words++;
	argv[n] = NULL;
	r = sek_git_start_real(&g, NULL, argv, err);
	while (r == SEK_OK) {
		r = sek_git_record(g, '\n', &line, err);
		if (r != SEK_OK || !line.p)
			break;
		sek_buf_add_str(out, line);
		sek_buf_add_c(out, '\n');
	}
	if (r == SEK_OK)
		r = sek_buf_check(out, "git config", err);
	return r == SEK_OK ? sek_git_finish(&g, status, err) : r;
}

/* As `grep -F`: any line of value is in any line of text. */
static bool
is_there(struct sek_str text, const char *value)
{
	struct sek_str rest = sek_str(value);

	if (!text.n)
		return false;
	while (rest.p) {
		struct sek_str line = sek_str_cut(&rest, '\n');

		if (!line.n || memmem(text.p, text.n, line.p, line.n))
			return true;
	}
	return false;
}

enum sek_code
sek_compat_config_add(const char *key, const char *value, bool global,
    int *status, struct sek_err *err)
{
	const char *get[] = {"--get-all", key, NULL};
	const char *add[] = {"--add", key, value, NULL};
	sek_auto_buf old = {0};
	sek_auto_buf said = {0};
	enum sek_code r = ask(global, get, &old, status, err);

	if (r != SEK_OK)
		return r;
	if (is_there(sek_buf_str(&old), value)) {
		*status = 1;
		return SEK_OK;
	}
	return ask(global, add, &said, status, err);
}

void
sek_compat_config_literal(struct sek_buf *out, const char *value)
{
	for (; *value; value++) {
		if (strchr("\\.|$(){}?+*^", *value))
			sek_buf_add_c(out, '\\');
		sek_buf_add_c(out, *value);
	}
}

enum sek_code
sek_compat_config_register(bool global, int *last, struct sek_err *err)
{
	enum sek_code r = SEK_OK;

	for (size_t i = 0; r == SEK_OK && i < sizeof(aws) / sizeof(*aws); i++)
		r = sek_compat_config_add(aws[i].key, aws[i].value, global,
		    last, err);
	return r;
}

enum sek_code
sek_compat_config_list(bool global, struct sek_buf *out, int *status,
    struct sek_err *err)
{
	const char *const list[] = {"--get-regexp", "secrets.*", NULL};

	return ask(global, list, out, status, err);
}
