#include <stdio.h>

#include "git-secrets/commands.h"
#include "git-secrets/say.h"
#include "scan/compat_config.h"
#include "scan/compat_provider.h"

static int
fail(const struct sek_err *err)
{
	say_fatal(err);
	return STATUS_FAILED;
}

/* err is filled where git said why it refused. */
static int
end(enum sek_code r, int status, const struct sek_err *err)
{
	if (r != SEK_OK)
		return fail(err);
	if (status > 1)
		fail(err);
	return status;
}

static int
add(const char *key, const char *value, const struct args *a)
{
	struct sek_err err = {0};
	sek_auto_buf literal = {0};
	int status = 0;
	enum sek_code r;

	if (a->literal) {
		sek_compat_config_literal(&literal, value);
		value = literal.n ? literal.p : "";
	}
	r = sek_compat_config_add(key, value, a->global, &status, &err);
	return end(r, status, &err);
}

int
run_add(const struct args *a)
{
	return add(a->allowed ? "secrets.allowed" : "secrets.patterns",
	    a->n ? a->word[0] : "", a);
}

int
run_add_provider(const struct args *a)
{
	sek_auto_buf command = {0};

	for (size_t i = 0; i < a->n; i++) {
		if (i)
			sek_buf_add_c(&command, ' ');
		sek_buf_add_s(&command, a->word[i]);
	}
	return add("secrets.providers", command.n ? command.p : "", a);
}

int
run_register_aws(const struct args *a)
{
	struct sek_err err = {0};
	int last = 0;
	enum sek_code r = sek_compat_config_register(a->global, &last, &err);

	if (r != SEK_OK || last > 1)
		fail(&err);
	else if (last == 0)
		puts("OK");
	return 0; /* as ever */
}

int
run_aws_provider(const struct args *a)
{
	sek_auto_buf out = {0};
	struct sek_err err;

	if (sek_compat_provider_aws(a->n ? a->word[0] : NULL, &out, &err) !=
	    SEK_OK)
		return fail(&err);
	fwrite(out.n ? out.p : "", 1, out.n, stdout);
	return 0;
}

int
run_list(const struct args *a)
{
	sek_auto_buf out = {0};
	struct sek_err err = {0};
	int status = 0;
	enum sek_code r = sek_compat_config_list(a->global, &out, &status,
	    &err);

	fwrite(out.n ? out.p : "", 1, out.n, stdout);
	return end(r, status, &err);
}
