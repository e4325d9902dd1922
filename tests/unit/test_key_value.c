#include "fake_aws.h"

#include "vault/key_value.h"

static struct sek_str
written(struct sek_secret **value, struct sek_creds *key)
{
	*value = sek_secret_new(SEK_KEY_VALUE_MAX);
	assert_int_equal(sek_key_value_write(key, *value, NULL), SEK_OK);
	return sek_secret_str(*value);
}

static void
assert_goes_through(struct sek_creds *key)
{
	sek_auto_secret *value = NULL;
	sek_auto_creds again = {0};

	assert_int_equal(sek_key_value_read(&again, written(&value, key), NULL),
	    SEK_OK);
	assert_true(sek_creds_same(key, &again));
	assert_string_equal(again.account, key->account);
	assert_null(again.token);
}

static void
a_key_is_read_as_it_was_written(void **state)
{
	sek_auto_creds key = {0};

	(void)state;
	fake_creds(&key, false);
	assert_goes_through(&key);
	assert_int_equal(sek_creds_set_account(&key, SEK_STR("123456789012"),
			     NULL),
	    SEK_OK);
	assert_goes_through(&key);
}

static void
the_longest_key_fits(void **state)
{
	char id[SEK_CREDS_ID_MAX + 1], secret[SEK_CREDS_SECRET_MAX + 1];
	const struct sek_str none = {NULL, 0};
	sek_auto_creds key = {0};

	(void)state;
	fake_letters(id, SEK_CREDS_ID_MAX, "A");
	fake_letters(secret, SEK_CREDS_SECRET_MAX, "s");
	assert_int_equal(sek_creds_set(&key, sek_str(id), sek_str(secret), none,
			     0, NULL),
	    SEK_OK);
	assert_goes_through(&key);
}

static void
what_is_short_lived_is_not_written(void **state)
{
	sek_auto_secret *value = sek_secret_new(SEK_KEY_VALUE_MAX);
	sek_auto_creds key = {0};
	struct sek_err err;

	(void)state;
	fake_creds(&key, true);
	assert_int_equal(sek_key_value_write(&key, value, &err), SEK_EPARSE);
	assert_has(err.text, "only a long-term key is stored");
	assert_int_equal(sek_secret_str(value).n, 0);
}

static void
assert_damaged(const char *text, size_t n)
{
	sek_auto_creds out = {0};
	struct sek_err err;

	assert_int_equal(sek_key_value_read(&out, (struct sek_str){text, n},
			     &err),
	    SEK_EPARSE);
	assert_has(err.text, "damaged");
	assert_null(out.secret);
	assert_string_equal(out.id, "");
}

static void
what_is_cut_or_longer_is_noticed(void **state)
{
	sek_auto_secret *value = NULL;
	sek_auto_creds key = {0};
	char text[SEK_KEY_VALUE_MAX + 1];
	struct sek_str whole;

	(void)state;
	fake_creds(&key, false);
	whole = written(&value, &key);
	for (size_t n = 0; n < whole.n; n++)
		assert_damaged(whole.p, n);
	memset(text, 'x', sizeof(text));
	memcpy(text, whole.p, whole.n);
	assert_damaged(text, whole.n + 1);
	assert_damaged(text, sizeof(text));
}

static void
what_is_something_else_is_refused(void **state)
{
	static const char *const texts[] = {
	    "sekisho-key 2\nid A\naccount \nsecret s\n",
	    "sekisho-key 1\naccount \nid A\nsecret s\n",
	    "sekisho-key 1\nid \naccount \nsecret s\n",
	    "sekisho-key 1\nid A\naccount 12345678901\nsecret s\n",
	    "sekisho-key 1\nid A\naccount \nsecret a b\n",
	    "sekisho-key 1\nid A\naccount \nsecret \n",
	    "sekisho-key 1\nid A\naccount \nsecrets\n",
	    "sekisho-key 1\r\nid A\r\naccount \r\nsecret s\r\n",
	    "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_damaged(texts[i], strlen(texts[i]));
	assert_damaged("sekisho-key 1\nid A\0\naccount \nsecret s\n", 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_is_read_as_it_was_written),
	    cmocka_unit_test(the_longest_key_fits),
	    cmocka_unit_test(what_is_short_lived_is_not_written),
	    cmocka_unit_test(what_is_cut_or_longer_is_noticed),
	    cmocka_unit_test(what_is_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
