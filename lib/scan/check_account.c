#include "scan/check_account.h"

/*
 * Canaries: accounts that hold nothing but keys laid out for thieves. Their
 * numbers are public: canarytokens.org's by Thinkst, and others in its manner
 * (research by Truffle Security, 2024; each named by two sources at least).
 */
static const char canaries[][13] = {
    "044858866125",
    "052310077262",
    "171436882533",
    "251535659677",
    "266735846894",
    "344043088457",
    "351906852752",
    "390477818340",
    "426127672474",
    "427150556519",
    "439872796651",
    "445142720921",
    "465867158099",
    "534261010715",
    "595918472158",
    "637958123769",
    "693412236332",
    "717712589309",
    "729780141977",
    "730335385048",
    "732624840810",
    "735421457923",
    "819147034852",
    "893192397702",
    "959235150393",
    "982842642351",
    "992382622183",
};

/* Those of AWS's documentation, LocalStack's, and one digit twelve times. */
bool
sek_aws_is_example_account(const char *account)
{
	static const char *const examples[] = {"123456789012", "111122223333",
	    "444455556666", "777788889999", "012345678901", "012345678910",
	    "123456789010", "098765432109", "210987654321"};

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		if (!memcmp(account, examples[i], 12))
			return true;
	return !memcmp(account, account + 1, 11);
}

bool
sek_aws_is_canary_account(const char *account)
{
	for (size_t i = 0; i < sizeof(canaries) / sizeof(canaries[0]); i++)
		if (!memcmp(account, canaries[i], 12))
			return true;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
sek_aws_read_account(struct sek_str s, char account[13])
{
	account[0] = '\0';
	if (s.n < 12 || (s.n > 12 && is_digit(s.p[12])))
		return false;
	for (size_t i = 0; i < 12; i++)
		if (!is_digit(s.p[i]))
			return false;
	memcpy(account, s.p, 12);
	account[12] = '\0';
	return true;
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c);
}

void
sek_aws_read_name(struct sek_str s, char out[SEK_IAM_NAME_SIZE])
{
	size_t n = 0;

	while (n < s.n && n < SEK_IAM_NAME_SIZE &&
	    (is_letter_or_digit(s.p[n]) || (s.p[n] && strchr("+.@_-", s.p[n]))))
		n++;
	n = n < SEK_IAM_NAME_SIZE ? n : 0;
	memcpy(out, s.p, n);
	out[n] = '\0';
}

/* us-east-1, cn-north-1, us-gov-west-1 */
void
sek_aws_read_region(struct sek_str s, char out[SEK_REGION_SIZE])
{
	size_t n = 0, dashes = 0;

	while (n < s.n && n < SEK_REGION_SIZE &&
	    ((s.p[n] >= 'a' && s.p[n] <= 'z') || is_digit(s.p[n]) ||
		s.p[n] == '-'))
		dashes += s.p[n++] == '-';
	if (n < SEK_REGION_SIZE && dashes >= 2 && is_digit(s.p[n - 1])) {
		memcpy(out, s.p, n);
		out[n] = '\0';
	} else {
		out[0] = '\0';
	}
}

void
sek_aws_say_account(struct sek_facts *facts)
{
	if (!facts->account[0])
		return;
	facts->signals |= SEK_SIGNAL_ACCOUNT;
	facts->canary = sek_aws_is_canary_account(facts->account);
	if (facts->canary)
		facts->signals |= SEK_SIGNAL_CANARY;
}
