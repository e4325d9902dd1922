#include "fake_home.h"

#include "base/alloc.h"
#include "vault/settings.h"

static void
read_from(struct sek_settings *s, struct sek_profiles **p, const char *text)
{
	struct sek_err err = {0};

	put(OURS, text);
	*p = load();
	memset(s, 0xff, sizeof(*s));
	if (sek_settings_read(s, *p, &err))
		fail_msg("%s", err.text);
}

static void
refuse(const char *line, const char *why)
{
	sek_auto_free char *text = sek_printf("\n[sekisho]\n%s\n", line);
	sek_auto_free char *want = sek_printf(OURS ":3: %s", why);
	sek_auto_profiles *p = NULL;
	struct sek_settings s;
	struct sek_err err = {0};

	put(OURS, text);
	p = load();
	assert_int_equal(sek_settings_read(&s, p, &err), SEK_ECONFIG);
	expect_error(&err, want);
}

static void
what_is_not_set_has_its_default(void **state)
{
	static const char *const texts[] = {
	    NULL, "", "[profile ops]\ntimeout = 9\n", "[sekisho]\n"};

	(void)state;
	put(CONFIG, "[sekisho]\ntimeout = 9\n[default]\ntimeout = 9\n");
	for (size_t i = 0; i < 4; i++) {
		sek_auto_profiles *p = NULL;
		struct sek_settings s;

		read_from(&s, &p, texts[i]);
		assert_null(s.keyring);
		assert_int_equal(s.protection, SEK_PROTECTION_KEY_FILE);
		assert_int_equal(s.timeout, 4);
		assert_false(s.trust_environment);
	}
}

static void
all_can_be_set(void **state)
{
	sek_auto_profiles *p = NULL;
	struct sek_settings s;

	(void)state;
	read_from(&s, &p,
	    "[sekisho]\nkeyring = secret-service\nTimeout = 60\n"
	    "file_protection = systemd # sealed\ntrust_environment = True\n");
	assert_string_equal(s.keyring, "secret-service");
	assert_int_equal(s.protection, SEK_PROTECTION_SYSTEMD);
	assert_int_equal(s.timeout, 60);
	assert_true(s.trust_environment);
}

static void
a_keyring_is_one_of_three(void **state)
{
	static const char *const good[] = {"kernel", "secret-service", "file"};
	static const char *const bad[] = {
	    "", "Kernel", "kernel file", "\n x = y"};
	char text[64];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sek_auto_profiles *p = NULL;
		struct sek_settings s;

		snprintf(text, sizeof(text), "[sekisho]\nkeyring = %s\n",
		    good[i]);
		read_from(&s, &p, text);
		assert_string_equal(s.keyring, good[i]);
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "keyring =%s", bad[i]);
		refuse(text, "keyring is kernel, secret-service or file");
	}
}

static void
a_protection_is_one_of_three(void **state)
{
	static const char *const words[] = {
	    "key-file", "passphrase", "systemd"};
	char text[64];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sek_auto_profiles *p = NULL;
		struct sek_settings s;

		snprintf(text, sizeof(text),
		    "[sekisho]\nfile_protection = %s\n", words[i]);
		read_from(&s, &p, text);
		assert_int_equal(s.protection, i);
	}
	refuse("file_protection = password",
	    "file_protection is key-file, passphrase or systemd");
	refuse("file_protection =",
	    "file_protection is key-file, passphrase or systemd");
}

static void
a_timeout_is_1_to_60_seconds(void **state)
{
	static const char *const bad[] = {"0", "61", "-1", "+1", "1.5", "4s",
	    "", "1 2", "99999999999999999999", "4294967297"};
	char text[64];

	(void)state;
	for (int i = 1; i <= 60; i++) {
		sek_auto_profiles *p = NULL;
		struct sek_settings s;

		snprintf(text, sizeof(text), "[sekisho]\ntimeout = %d\n", i);
		read_from(&s, &p, text);
		assert_int_equal(s.timeout, i);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "timeout = %s", bad[i]);
		refuse(text, "timeout is a number of seconds from 1 to 60");
	}
}

static void
trust_is_true_or_false(void **state)
{
	static const char *const bad[] = {"", "yes", "1", "true false"};
	sek_auto_profiles *p = NULL;
	struct sek_settings s;
	char text[64];

	(void)state;
	read_from(&s, &p, "[sekisho]\ntrust_environment = FALSE\n");
	assert_false(s.trust_environment);
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "trust_environment = %s", bad[i]);
		refuse(text, "trust_environment is true or false");
	}
}

static void
an_unknown_setting_is_an_error_that_names_the_known(void **state)
{
	static const char why[] =
	    "no such setting: there are keyring, file_protection, timeout and "
	    "trust_environment";

	(void)state;
	refuse("time_out = 5", why);
	refuse("time out = 5", why);
	refuse("timeouts = 5\ntimeout = 4\nkeyrings = 2", why);
	refuse("region = eu-west-1", why);
}

static void
the_last_of_two_counts(void **state)
{
	sek_auto_profiles *p = NULL;
	struct sek_settings s;

	(void)state;
	read_from(&s, &p,
	    "[sekisho]\ntimeout = 5\n[profile ops]\n[sekisho]\n"
	    "timeout = 6\n");
	assert_int_equal(s.timeout, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    home_test(what_is_not_set_has_its_default),
	    home_test(all_can_be_set),
	    home_test(a_keyring_is_one_of_three),
	    home_test(a_protection_is_one_of_three),
	    home_test(a_timeout_is_1_to_60_seconds),
	    home_test(trust_is_true_or_false),
	    home_test(an_unknown_setting_is_an_error_that_names_the_known),
	    home_test(the_last_of_two_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
