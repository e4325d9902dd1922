#ifndef SEK_SCAN_CHECK_ALL_H
#define SEK_SCAN_CHECK_ALL_H

#include "scan/check.h"

/*
 * Every check that a rule may name: `check = aws-key-id` is
 * sek_check_aws_key_id. The table of rules that is compiled into the program
 * refers to them by name.
 */

/* check_aws.c. What looks like a key id or a secret access key. */
sek_check_fn sek_check_aws_key_id; /* fills account */
sek_check_fn sek_check_aws_secret; /* plain, escaped or as base64 */

/* check_service.c. Passwords of single services, made of base64. */
sek_check_fn sek_check_aws_ses;     /* SMTP password of SES */
sek_check_fn sek_check_aws_service; /* CodeCommit, Keyspaces; account */

/* check_token.c. Tokens that tell account or expiry when decoded. */
sek_check_fn sek_check_aws_token;   /* session token */
sek_check_fn sek_check_aws_bedrock; /* ABSK..., bedrock-api-key-... */
sek_check_fn sek_check_aws_ecr;     /* docker auth or bare token */
sek_check_fn sek_check_aws_eks;     /* k8s-aws-v1. */
sek_check_fn sek_check_aws_presigned;

/* check_basic.c. USER:PASSWORD in base64: not that of a test. */
sek_check_fn sek_check_basic_auth;

/* check_crc32.c. PREFIX_ and what ends in a sum over itself. */
sek_check_fn sek_check_crc32_base62;

/* check_pem.c. Is there key material, and is it encrypted? */
sek_check_fn sek_check_pem;
sek_check_fn sek_check_pem_encrypted;
sek_check_fn sek_check_pgp;
sek_check_fn sek_check_putty;

/* check.c. Nothing but: it is no placeholder. */
sek_check_fn sek_check_placeholder;

#endif
