#ifndef SEK_AWS_STS_ANSWER_H
#define SEK_AWS_STS_ANSWER_H

#include "aws/call.h"

/* What STS answers. */

/* Makes the call; credentials out of its answer, their end on this machine's
 * clock. Errors start with call->what. */
enum sek_code sek_sts_get_creds(struct sek_creds *out, struct sek_aws *aws,
    const struct sek_call *call, const char *action,
    struct sek_err *err) SEK_CHECKED;

/* Makes a GetCallerIdentity call, as sts.h has it. */
enum sek_code
sek_sts_get_identity(char account[13], char **arn, struct sek_aws *aws,
    const struct sek_call *call, struct sek_err *err) SEK_CHECKED;

#endif
