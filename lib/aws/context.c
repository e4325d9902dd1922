#include "aws/context.h"

enum sek_code
sek_aws_left(int64_t *ms, const struct sek_aws *aws, int64_t wanted,
    struct sek_err *err)
{
	int64_t left = aws->deadline - aws->env->ticks(aws->env);

	if (left <= 0)
		return sek_fail(err, SEK_ECANCEL,
		    "no time is left; `timeout` in [sekisho] allows for more");
	*ms = left < wanted ? left : wanted;
	return SEK_OK;
}
