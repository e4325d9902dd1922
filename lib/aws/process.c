#include "aws/process.h"

#include "aws/metadata_creds.h"
#include "aws/process_run.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/redact.h"

#define OUTPUT_MAX   ((size_t)64 << 10)
#define LINE_LONGEST ((size_t)1024)
#define NAME_LONGEST 100

/* "credential_process PROGRAM", fit for a terminal: the arguments may hold
 * secrets. */
static char *
describe(const char *kind, const char *program)
{
	sek_auto_buf shown = {0};

	sek_quote(&shown,
	    (struct sek_str){program, strnlen(program, NAME_LONGEST)});
	return sek_printf("%s %s", kind, shown.p);
}

static enum sek_code
run(struct sek_secret **out, char **what, struct sek_aws *aws, const char *kind,
    const char *line, size_t max, struct sek_err *err)
{
	sek_auto_command_line command = {0};
	struct sek_err why;
	enum sek_code code = sek_command_line_split(&command, line, &why);

	if (code)
		return sek_fail(err, code, "%s: %s", kind, why.text);
	*what = describe(kind, command.argv[0]);
	return sek_process_run(out, aws, &command, max, *what, err);
}

enum sek_code
sek_process_get(struct sek_aws *aws, const struct sek_hop *hop,
    struct sek_creds *out, struct sek_err *err)
{
	const struct sek_env *env = aws->env;
	sek_auto_secret *text = NULL;
	sek_auto_free char *what = NULL;
	sek_auto_creds made = {0};
	enum sek_code code = run(&text, &what, aws, "credential_process",
	    hop->name, OUTPUT_MAX, err);

	if (code ||
	    (code = sek_metadata_creds_read(&made, sek_secret_str(text),
		 SEK_METADATA_PROCESS, NULL, what, err)))
		return code;
	if (made.expires && made.expires <= env->now(env))
		return sek_fail(err, SEK_EEXPIRED,
		    "%s: gave credentials that have ended already", what);
	sek_creds_move(out, &made);
	return SEK_OK;
}

enum sek_code
sek_process_line(struct sek_aws *aws, const char *command,
    struct sek_secret **out, struct sek_err *err)
{
	sek_auto_secret *text = NULL, *made = sek_secret_new(LINE_LONGEST);
	sek_auto_free char *what = NULL;
	struct sek_str line;
	enum sek_code code = run(&text, &what, aws, "mfa_process", command,
	    LINE_LONGEST, err);

	if (code)
		return code;
	line = sek_str_trim(sek_secret_str(text));
	if (line.n == 0 || memchr(line.p, '\n', line.n))
		return sek_fail(err, SEK_EPARSE, "%s: printed %s", what,
		    line.n ? "more than one line" : "nothing");
	if ((code = sek_secret_add(made, line.p, line.n, err)))
		return code;
	*out = sek_steal(&made);
	return SEK_OK;
}
