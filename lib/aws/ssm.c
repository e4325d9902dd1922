#include "aws/secretsmanager.h"

#include "aws/call_json.h"
#include "base/alloc.h"
#include "base/buf.h"

enum sek_code
sek_ssm_get(struct sek_aws *aws, const struct sek_hop *hop,
    const struct sek_creds *reader, struct sek_secret **out,
    struct sek_err *err)
{
	sek_auto_free char *what = sek_printf("GetParameter %.160s", hop->name);
	sek_auto_buf body = {0};
	sek_auto_json *answer = NULL;
	sek_auto_secret *made = NULL;
	struct sek_str value;
	enum sek_code code;

	sek_buf_add_s(&body, "{\"Name\":");
	sek_json_quote(&body, sek_str(hop->name));
	sek_buf_add_s(&body, ",\"WithDecryption\":true}");
	if ((code = sek_buf_check(&body, what, err)) ||
	    (code = sek_call_json(&answer, aws, hop,
		 &(struct sek_call){
		     .service = "ssm",
		     .what = what,
		     .target = "AmazonSSM.GetParameter",
		     .body = sek_buf_str(&body),
		     .creds = reader,
		 },
		 err)))
		return code;
	value = sek_json_str(sek_json_at(sek_json_at(sek_json_root(answer),
					     "Parameter"),
	    "Value"));
	if (!value.p)
		return sek_fail(err, SEK_EPARSE, "%s: the answer has no value",
		    what);
	made = sek_secret_new(value.n);
	if ((code = sek_secret_add(made, value.p, value.n, err)))
		return code;
	*out = sek_steal(&made);
	return SEK_OK;
}
