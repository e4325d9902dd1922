#ifndef SEK_SCAN_CHECK_ACCOUNT_H
#define SEK_SCAN_CHECK_ACCOUNT_H

#include "scan/check.h"

/* What is known of AWS accounts by their numbers. account: 12 digits. */

/* An account that only examples have. */
bool sek_aws_is_example_account(const char *account);

/* An account whose keys are traps: they open nothing, and whoever uses one is
 * reported to the one who laid it. */
bool sek_aws_is_canary_account(const char *account);

/* Does s start with 12 digits and no 13th? They go into account. */
bool sek_aws_read_account(struct sek_str s, char account[13]);

/* The name of an IAM user or role, or of a region, that s starts with; "" if
 * there is none or it does not fit. Nothing but such a name gets into a report.
 * Of what IAM allows in names = and , are left out: mostly they end one. */
void sek_aws_read_name(struct sek_str s, char out[SEK_IAM_NAME_SIZE]);
void sek_aws_read_region(struct sek_str s, char out[SEK_REGION_SIZE]);

/* From facts->account: ACCOUNT, and CANARY with facts->canary. */
void sek_aws_say_account(struct sek_facts *facts);

#endif
