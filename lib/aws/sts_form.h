#ifndef SEK_AWS_STS_FORM_H
#define SEK_AWS_STS_FORM_H

#include "base/env.h"
#include "base/secret.h"
#include "vault/plan.h"

/*
 * The body of a call in AWS's query protocol: NAME=VALUE pairs, encoded as
 * HTML forms are (AWS query protocol, "Query parameter serialization"). In
 * locked memory, for it may hold a token or a code. Adds after a failed one do nothing: the last
 * state is asked for once, with code and err.
 */
struct sek_form {
	struct sek_secret *body;
	enum sek_code code;
	struct sek_err err;
};

void sek_form_start(struct sek_form *f, const char *action);
void sek_form_clear(struct sek_form *f);
#define sek_auto_form __attribute__((cleanup(sek_form_clear))) struct sek_form

void sek_form_add(struct sek_form *f, const char *name, struct sek_str value);
/* Nothing for NULL and 0. */
void sek_form_add_s(struct sek_form *f, const char *name, const char *value);
void sek_form_add_n(struct sek_form *f, const char *name, int value);

/* What AssumeRole and AssumeRoleWithWebIdentity have in common: role, session
 * name, duration, policy and policy ARNs. */
void sek_form_add_role(struct sek_form *f, const struct sek_hop *hop,
    const struct sek_env *env);
void sek_form_add_tags(struct sek_form *f, const struct sek_hop *hop);

#endif
