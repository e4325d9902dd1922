#ifndef SEK_TESTS_UNIT_METADATA_ANSWER_H
#define SEK_TESTS_UNIT_METADATA_ANSWER_H

#include "fake_aws.h"

/*
 * What metadata services and processes answer. Key material is made at run time,
 * so that nothing here looks like a key: $I, $S and $T in a text are a key's
 * parts.
 */
static char made_id[21], made_secret[41], made_token[301];

#define MADE_END   "2026-01-01T06:00:00Z"
#define MADE_HOURS ((int64_t)6 * 3600)
#define MADE_BODY                                                              \
	"\"AccessKeyId\":\"$I\",\"SecretAccessKey\":\"$S\",\"Token\":\"$T\","  \
	"\"Expiration\":\"" MADE_END "\""

/* To free. */
FAKE_UNUSED static char *
made_fill(const char *text)
{
	struct sek_buf out = {0};

	fake_letters(made_id, 20, "ASIA");
	fake_letters(made_secret, 40, "m/");
	fake_letters(made_token, 300, "tok+");
	for (; *text; text++) {
		const char *part = NULL;

		if (text[0] == '$')
			part = text[1] == 'I' ? made_id
			    : text[1] == 'S'  ? made_secret
			    : text[1] == 'T'  ? made_token
					      : NULL;
		if (part)
			text++;
		if (part)
			sek_buf_add_s(&out, part);
		else
			sek_buf_add_c(&out, *text);
	}
	sek_buf_add_c(&out, '\0');
	return sek_buf_take(&out);
}

FAKE_UNUSED static void
assert_made(const struct sek_creds *c, int64_t expires, const char *account)
{
	assert_string_equal(c->id, made_id);
	assert_true(sek_str_is(sek_secret_str(c->secret), made_secret));
	assert_non_null(c->token);
	assert_true(sek_str_is(sek_secret_str(c->token), made_token));
	assert_int_equal(c->expires, expires);
	assert_string_equal(c->account, account);
}

/* No part of a key of 16 characters or more. */
FAKE_UNUSED static void
assert_quotes_nothing(const char *text)
{
	const char *const parts[] = {made_id, made_secret, made_token};

	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j + 16 <= strlen(parts[i]); j++)
			if (memmem(text, strlen(text), parts[i] + j, 16))
				fail_msg("a part of the key in \"%s\"", text);
}

#endif
