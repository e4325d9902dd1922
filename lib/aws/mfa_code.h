#ifndef SEK_AWS_MFA_CODE_H
#define SEK_AWS_MFA_CODE_H

#include "aws/chain.h"

/*
 * The six digits of the hop's MFA device, new, to free, and spent already: to be
 * sent once. From mfa_process where the hop has one, else from the person at
 * the terminal, who is asked again, three times at most, when what was typed is
 * no code. SEK_ENOTFOUND: there is no one to ask, with what to do;
 * SEK_EPARSE: no code; SEK_EDENIED: this one was used before.
 */
enum sek_code sek_mfa_code(struct sek_secret **out, struct sek_chain *c,
    const struct sek_hop *hop, struct sek_err *err) SEK_CHECKED;

#endif
