#ifndef SEK_AWS_CALL_JSON_H
#define SEK_AWS_CALL_JSON_H

#include "aws/call.h"
#include "aws/json.h"

/*
 * One call of AWS JSON 1.1 about the thing that hop->name is the name or ARN
 * of; an ARN is asked for in its own region. call->reach is not looked at. The
 * answer is a JSON object; errors start with call->what. SEK_ECONFIG: the ARN's
 * region is none.
 */
enum sek_code sek_call_json(struct sek_json **answer, struct sek_aws *aws,
    const struct sek_hop *hop, const struct sek_call *call,
    struct sek_err *err) SEK_CHECKED;

#endif
