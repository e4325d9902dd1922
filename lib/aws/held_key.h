#ifndef SEK_AWS_HELD_KEY_H
#define SEK_AWS_HELD_KEY_H

#include "vault/creds.h"
#include "vault/plan.h"

/*
 * The key in the text of a secret or parameter: a JSON object with fields under
 * one of the names that people use (sekisho-vault-config(5) lists them; the
 * hop's own come first), one level of nesting as `aws iam create-access-key`
 * and `aws sts assume-role` print it included; lines NAME=VALUE as an env file
 * has them; a credentials file with one profile. With a session token an
 * Expiration is taken, too. role_arn: the role that the
 * secret names, NULL if none; to free. SEK_EPARSE: no key is in it, or two;
 * the text is never quoted, its fields' names are.
 */
enum sek_code
sek_held_key_read(struct sek_creds *out, char **role_arn, struct sek_str text,
    const struct sek_hop *hop, struct sek_err *err) SEK_CHECKED;

#endif
