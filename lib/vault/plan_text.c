#include <inttypes.h>

#include "base/enc.h"
#include "base/redact.h"
#include "vault/plan_parts.h"

const char *
sek_hop_name(enum sek_hop_kind kind)
{
	static const char *const names[] = {
	    [SEK_HOP_ENVIRONMENT] = "environment",
	    [SEK_HOP_STATIC] = "static",
	    [SEK_HOP_KEYRING] = "keyring",
	    [SEK_HOP_PROCESS] = "process",
	    [SEK_HOP_IMDS] = "imds",
	    [SEK_HOP_CONTAINER] = "container",
	    [SEK_HOP_WEB_IDENTITY] = "web-identity",
	    [SEK_HOP_SECRETSMANAGER] = "secretsmanager",
	    [SEK_HOP_SSM] = "ssm",
	    [SEK_HOP_ASSUME_ROLE] = "assume-role",
	    [SEK_HOP_SESSION_TOKEN] = "session-token",
	};

	return names[kind];
}

uint64_t
sek_plan_hash(const char *id)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 0x100000001b3;
	return hash;
}

/* A value has neither blank, newline nor `=` once it is escaped. */
static void
add(struct sek_buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	sek_buf_printf(out, " %s=", key);
	sek_percent(out, sek_str(value), ":/@,+");
}

static void
add_number(struct sek_buf *out, const char *key, uint64_t n)
{
	if (n != 0)
		sek_buf_printf(out, " %s=%" PRIx64, key, n);
}

static void
add_reach(struct sek_buf *out, const struct sek_reach *reach)
{
	add(out, "region", *reach->region ? reach->region : NULL);
	add(out, "endpoint", reach->endpoint);
	add(out, "ca-bundle", reach->ca_bundle);
	add_number(out, "fips", reach->fips);
	add_number(out, "dualstack", reach->dualstack);
}

void
sek_plan_write_hop(struct sek_buf *out, const struct sek_hop *hop)
{
	sek_buf_add_s(out, sek_hop_name(hop->kind));
	add(out, "name", hop->name);
	add_number(out, "id", hop->id_hash);
	add(out, "here", hop->here);
	add_reach(out, &hop->reach);
	add(out, "version-id", hop->version_id);
	add(out, "version-stage", hop->version_stage);
	add(out, "id-field", hop->id_field);
	add(out, "secret-field", hop->secret_field);
	add(out, "token-field", hop->token_field);
	add(out, "role", hop->role_arn);
	add(out, "session-name", hop->session_name);
	add(out, "external-id", hop->external_id);
	add(out, "mfa", hop->mfa_serial);
	add(out, "mfa-process", hop->mfa_process);
	add(out, "source-identity", hop->source_identity);
	add(out, "policy", hop->policy);
	for (size_t i = 0; hop->policy_arns && hop->policy_arns[i]; i++)
		add(out, "policy-arn", hop->policy_arns[i]);
	for (size_t i = 0; i < hop->n_tags; i++) {
		add(out, hop->tags[i].transitive ? "transitive" : "tag",
		    hop->tags[i].key);
		add(out, "value", hop->tags[i].value);
	}
	if (hop->duration)
		sek_buf_printf(out, " duration=%d", hop->duration);
	sek_buf_add_c(out, '\n');
}

bool
sek_plan_text_has_key(const char *text, const char *name)
{
	sek_auto_buf start = {0};

	sek_buf_add_s(&start, sek_hop_name(SEK_HOP_KEYRING));
	add(&start, "name", name);
	return !strncmp(text, start.p, start.n) &&
	    (text[start.n] == ' ' || text[start.n] == '\n');
}

/* The command alone: its arguments could hold what is not to be shown. */
static struct sek_str
first_word(const char *command)
{
	return (struct sek_str){command, strcspn(command, " \t\n")};
}

static void
describe(struct sek_buf *out, const struct sek_hop *hop)
{
	struct sek_str what = sek_str(hop->name);
	bool source = hop->kind < SEK_HOP_ASSUME_ROLE;

	if (hop->kind == SEK_HOP_PROCESS)
		what = first_word(hop->name);
	if (hop->kind == SEK_HOP_STATIC)
		what = sek_str(sek_profile_name(hop->profile));
	if (hop->role_arn)
		what = sek_str(hop->role_arn);
	if (hop->kind == SEK_HOP_SESSION_TOKEN)
		what = sek_str(hop->mfa_serial);
	sek_buf_add_s(out, sek_hop_name(hop->kind));
	if (!what.p)
		return;
	sek_buf_add_c(out, source ? ':' : ' ');
	sek_quote(out, what);
}

void
sek_plan_describe(const struct sek_plan *p, size_t n, struct sek_buf *out)
{
	for (size_t i = 0; i < n && i < p->n; i++) {
		if (i > 0)
			sek_buf_add_s(out, " > ");
		describe(out, &p->hops[i]);
	}
}
