#include "fixture.h"

#include "repo/config.h"

static struct sek_config *
loaded(const char *dir)
{
	struct sek_config *c = NULL;
	struct sek_err err = {0};

	if (sek_config_load(&c, dir, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return c;
}

static void
each_entry_has_the_scope_it_stands_in(void **state)
{
	struct sek_config *c;

	(void)state;
	sh("git config --global t.key global; git init -q r;\n"
	   "git -C r config t.key local");
	c = loaded("r");
	assert_string_equal(sek_config_last(c, "t.key")->value, "local");
	assert_int_equal(sek_config_last(c, "t.key")->scope, SEK_SCOPE_LOCAL);
	sek_config_free(c);
	setenv("GIT_CONFIG_PARAMETERS", "'t.key=command'", 1);
	c = loaded("r");
	assert_string_equal(sek_config_last(c, "t.key")->value, "command");
	assert_int_equal(sek_config_last(c, "t.key")->scope, SEK_SCOPE_COMMAND);
	unsetenv("GIT_CONFIG_PARAMETERS");
	sek_config_free(c);
	c = loaded(NULL);
	assert_string_equal(sek_config_last(c, "t.key")->value, "global");
	assert_int_equal(sek_config_last(c, "t.key")->scope, SEK_SCOPE_GLOBAL);
	sek_config_free(c);
}

static void
the_settings_that_children_get_are_not_shown(void **state)
{
	struct sek_config *c;

	(void)state;
	sh("git init -q r; git -C r config core.hooksPath mine");
	c = loaded("r");
	assert_string_equal(sek_config_last(c, "core.hookspath")->value,
	    "mine");
	assert_null(sek_config_last(c, "core.fsmonitor"));
	sek_config_free(c);
}

static void
values_may_hold_anything(void **state)
{
	const struct sek_config_entry *e;
	struct sek_config *c;
	size_t n = 0;

	(void)state;
	sh("git init -q r; cd r; git config a.multi 'x\n=y\nz';\n"
	   "git config --add many.k 1; git config --add many.k 2;\n"
	   "git config 'sub.Sec.Tion=x.Key' v; git config t.empty '';\n"
	   "printf '[flag]\\n\\ton\\n' >>.git/config");
	c = loaded("r");
	assert_string_equal(sek_config_last(c, "a.multi")->value, "x\n=y\nz");
	assert_string_equal(sek_config_last(c, "many.k")->value, "2");
	assert_string_equal(sek_config_last(c, "sub.Sec.Tion=x.key")->value,
	    "v");
	assert_string_equal(sek_config_last(c, "t.empty")->value, "");
	assert_null(sek_config_last(c, "flag.on")->value);
	assert_null(sek_config_last(c, "flag.off"));
	for (size_t i = 0; (e = sek_config_at(c, i)) != NULL; i++)
		n += strcmp(e->key, "many.k") == 0;
	assert_int_equal(n, 2);
	sek_config_free(c);
}

static void
booleans_are_gits(void **state)
{
	static const char *const yes[] = {
	    "true",
	    "Yes",
	    "ON",
	    "1",
	    "-3",
	    "2k",
	    "0x10",
	    NULL,
	};
	static const char *const no[] = {
	    "false",
	    "nO",
	    "off",
	    "0",
	    "",
	    "0k",
	    NULL,
	};
	static const char *const bad[] = {
	    "maybe",
	    "1x",
	    "k",
	    "1kk",
	    NULL,
	};
	struct sek_config *c;
	struct sek_err err;
	bool on;

	(void)state;
	sh("git init -q r");
	for (size_t i = 0; yes[i]; i++)
		sh("git -C r config yes.k%zu '%s'", i, yes[i]);
	for (size_t i = 0; no[i]; i++)
		sh("git -C r config no.k%zu '%s'", i, no[i]);
	for (size_t i = 0; bad[i]; i++)
		sh("git -C r config bad.k%zu '%s'", i, bad[i]);
	sh("printf '[flag]\\n\\ton\\n' >>r/.git/config");
	c = loaded("r");
	for (size_t i = 0; yes[i]; i++) {
		char key[16];

		snprintf(key, sizeof(key), "yes.k%zu", i);
		assert_int_equal(sek_config_bool(c, key, false, &on, &err),
		    SEK_OK);
		assert_true(on);
	}
	for (size_t i = 0; no[i]; i++) {
		char key[16];

		snprintf(key, sizeof(key), "no.k%zu", i);
		assert_int_equal(sek_config_bool(c, key, true, &on, &err),
		    SEK_OK);
		assert_false(on);
	}
	for (size_t i = 0; bad[i]; i++) {
		char key[16];

		snprintf(key, sizeof(key), "bad.k%zu", i);
		assert_int_equal(sek_config_bool(c, key, true, &on, &err),
		    SEK_ECONFIG);
	}
	assert_int_equal(sek_config_bool(c, "flag.on", false, &on, &err),
	    SEK_OK);
	assert_true(on);
	assert_int_equal(sek_config_bool(c, "not.there", true, &on, &err),
	    SEK_OK);
	assert_true(on);
	sek_config_free(c);
}

static void
a_broken_file_is_an_error(void **state)
{
	struct sek_config *c = NULL;
	struct sek_err err;

	(void)state;
	sh("git init -q r; echo '[broken' >>r/.git/config");
	assert_int_not_equal(sek_config_load(&c, "r", &err), SEK_OK);
	assert_null(c);
	assert_non_null(strstr(err.text, "config"));
}

static void
a_missing_directory_is_an_error(void **state)
{
	struct sek_config *c = NULL;
	struct sek_err err;

	(void)state;
	assert_int_equal(sek_config_load(&c, "nowhere", &err), SEK_ENOTFOUND);
	assert_null(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(each_entry_has_the_scope_it_stands_in),
	    fixture_test(the_settings_that_children_get_are_not_shown),
	    fixture_test(values_may_hold_anything),
	    fixture_test(booleans_are_gits),
	    fixture_test(a_broken_file_is_an_error),
	    fixture_test(a_missing_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
