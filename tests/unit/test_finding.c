#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "scan/finding.h"

static const struct sek_rule plain = {.id = "plain-rule"};
static const struct sek_rule other = {.id = "other-rule"};
static const struct sek_rule guessable = {
    .id = "plain-rule", .guessable = true};

/* The freed bytes are looked at from outside the C program's rules. */
static void
a_cleared_finding_leaves_no_secret_behind(void **state)
{
	struct sek_finding f = {.rule = &plain};
	char *secret = sek_alloc(64), left[63];
	off_t at = (off_t)(uintptr_t)secret;
	int mem = open("/proc/self/mem", O_RDONLY);

	(void)state;
	if (mem < 0)
		skip();
	memset(secret, 'S', 63);
	f.secret = secret;
	sek_finding_clear(&f);
	assert_int_equal(pread(mem, left, sizeof(left), at), sizeof(left));
	assert_null(memmem(left, sizeof(left), "SSSS", 4));
	close(mem);
}

static const char *
print(const struct sek_rule *rule, const char *secret, const char *path,
    const char *context)
{
	static char out[4][25];
	static unsigned i;
	char *hex = out[i++ % 4];

	sek_fingerprint(hex, rule, sek_str(secret), sek_str(path),
	    sek_str(context));
	return hex;
}

static void
a_fingerprint_is_the_value_kept_in_peoples_files(void **state)
{
	(void)state;
	/* printf 'sekisho/v1 secret\0plain-rule\0value' | sha256sum */
	assert_string_equal(print(&plain, "value", "p", "c"),
	    "84d7149d942d982da7f1ccf3");
	/* printf 'sekisho/v1 place\0plain-rule\0p\0c' | sha256sum */
	assert_string_equal(print(&guessable, "value", "p", "c"),
	    "46ee79612c4cf966731f2306");
}

static void
a_fingerprint_follows_the_secret_wherever_it_is(void **state)
{
	(void)state;
	assert_string_equal(print(&plain, "value", "p", "c"),
	    print(&plain, "value", "q", "d"));
	assert_string_not_equal(print(&plain, "value", "p", "c"),
	    print(&plain, "value2", "p", "c"));
	assert_string_not_equal(print(&plain, "value", "p", "c"),
	    print(&other, "value", "p", "c"));
}

static void
a_guessable_secret_is_not_in_its_fingerprint(void **state)
{
	(void)state;
	assert_string_equal(print(&guessable, "hunter2", "p", "c"),
	    print(&guessable, "letmein", "p", "c"));
	assert_string_not_equal(print(&guessable, "hunter2", "p", "c"),
	    print(&guessable, "hunter2", "q", "c"));
	assert_string_not_equal(print(&guessable, "hunter2", "p", "c"),
	    print(&guessable, "hunter2", "p", "d"));
	/* the fields are told apart */
	assert_string_not_equal(print(&guessable, "", "ab", "c"),
	    print(&guessable, "", "a", "bc"));
}

static void
fingerprints_a_secret_of_any_bytes(void **state)
{
	char a[25], b[25];

	(void)state;
	sek_fingerprint(a, &plain, (struct sek_str){"x\0y", 3}, SEK_STR(""),
	    SEK_STR(""));
	sek_fingerprint(b, &plain, (struct sek_str){"x\0z", 3}, SEK_STR(""),
	    SEK_STR(""));
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 24);
	sek_fingerprint(a, &plain, (struct sek_str){NULL, 0},
	    (struct sek_str){NULL, 0}, (struct sek_str){NULL, 0});
	assert_int_equal(strlen(a), 24);
}

static void
counts_columns_in_characters(void **state)
{
	struct sek_str text = SEK_STR("first\n\xe9\x8d\xb5 = KEY;\n");
	struct sek_finding f = {.rule = &plain};

	(void)state;
	f.start = 12;
	f.end = 15;
	assert_memory_equal(text.p + f.start, "KEY", 3);
	sek_finding_set_chars(&f, text);
	assert_int_equal(f.char_column, 5);
	assert_int_equal(f.end_char_column, 8);
}

static void
counts_the_end_from_its_own_line(void **state)
{
	struct sek_str text = SEK_STR("xx BEGIN\nEND");
	struct sek_finding f = {.rule = &plain, .start = 3, .end = 12};

	(void)state;
	sek_finding_set_chars(&f, text);
	assert_int_equal(f.char_column, 4);
	assert_int_equal(f.end_char_column, 4);
}

static void
leaves_columns_out_where_they_cannot_be_known(void **state)
{
	struct sek_finding f = {.rule = &plain, .start = 5, .end = 3};
	sek_auto_free char *wide = sek_alloc(200001);

	(void)state;
	sek_finding_set_chars(&f, SEK_STR("0123456789"));
	assert_int_equal(f.char_column, 0);
	f.end = 11;
	sek_finding_set_chars(&f, SEK_STR("0123456789"));
	assert_int_equal(f.char_column, 0);
	memset(wide, 'x', 200000);
	f.start = 199000;
	f.end = 199040;
	sek_finding_set_chars(&f, sek_str(wide));
	assert_int_equal(f.char_column, 0);
	assert_int_equal(f.end_char_column, 0);
}

static void
every_place_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(sek_place_name(SEK_PLACE_FILE), "file");
	assert_string_equal(sek_place_name(SEK_PLACE_FILE_NAME), "file-name");
	assert_string_equal(sek_place_name(SEK_PLACE_MESSAGE), "message");
	assert_string_equal(sek_place_name(SEK_PLACE_REF_NAME), "ref-name");
	assert_string_equal(sek_place_name(SEK_PLACE_STDIN), "stdin");
}

static void
tells_the_object_that_a_note_is_about(void **state)
{
	static const char whole[] = "0123456789abcdef0123456789abcdef01234567";
	static const char *const no_note[] = {
	    "01/23/456789abcdef0123456789abcdef0123456",
	    "012/3456789abcdef0123456789abcdef01234567",
	    "0123456789abcdef0123456789abcdef01234567/",
	    "x/0123456789abcdef0123456789abcdef01234567",
	    ("0123456789abcdef0123456789abcdef01234567"
	     "0123456789abcdef0123456789abcdef01234567"),
	    "",
	};
	static const char *name[] = {"refs/heads/x", "refs/notes/commits"};
	const struct sek_ref_list refs = {.count = 2, .n = 2, .name = name};
	struct sek_finding f = {.refs = &refs};
	struct sek_oid about, want;

	(void)state;
	assert_true(sek_oid_parse(&want, sek_str(whole)));
	f.path = sek_strdup(whole);
	assert_true(sek_finding_note(&f, &about));
	assert_true(sek_oid_eq(&about, &want));
	f.place = SEK_PLACE_FILE_NAME;
	assert_false(sek_finding_note(&f, &about));
	f.place = SEK_PLACE_FILE;
	f.refs = NULL;
	assert_false(sek_finding_note(&f, &about));
	f.refs = &refs;
	free(f.path);
	f.path = sek_strdup("01/23/456789abcdef0123456789abcdef01234567");
	assert_true(sek_finding_note(&f, &about));
	assert_true(sek_oid_eq(&about, &want));
	free(f.path);
	for (size_t i = 0; i < sizeof(no_note) / sizeof(*no_note); i++) {
		f.path = sek_strdup(no_note[i]);
		assert_false(sek_finding_note(&f, &about));
		free(f.path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cleared_finding_leaves_no_secret_behind),
	    cmocka_unit_test(a_fingerprint_is_the_value_kept_in_peoples_files),
	    cmocka_unit_test(a_fingerprint_follows_the_secret_wherever_it_is),
	    cmocka_unit_test(a_guessable_secret_is_not_in_its_fingerprint),
	    cmocka_unit_test(fingerprints_a_secret_of_any_bytes),
	    cmocka_unit_test(counts_columns_in_characters),
	    cmocka_unit_test(counts_the_end_from_its_own_line),
	    cmocka_unit_test(leaves_columns_out_where_they_cannot_be_known),
	    cmocka_unit_test(every_place_has_a_name),
	    cmocka_unit_test(tells_the_object_that_a_note_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
