/*
 * What the files' lines mean. The cases of the grammar are those that the AWS
 * SDKs test themselves with, told in this table's own words.
 */
#include "fake_home.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/profile.h"

struct row {
	const char *says;
	const char *config;
	const char *credentials;
	const char *want;  /* "NAME{KEY=VALUE;KEY=VALUE;} NAME{}", as found */
	const char *fails; /* or "FILE:LINE: why", below $HOME */
};

#define NO_BRACKET "a section ends with `]`, and a comment alone may follow"
#define NO_EQUALS  "neither `[section]` nor `key = value` nor a comment"
#define NO_KEY     "a key is missing before `=`"
#define NO_SECTION "a key before any `[section]`"
#define NO_VALUE                                                               \
	"an indented line goes on with a value, but there is no key above "    \
	"it; if it is one itself, begin it at the line's start"

static const struct row rows[] = {
    {.says = "an empty file has no profiles", .config = "", .want = ""},
    {.says = "a file that is not there has no profiles", .want = ""},
    {.says = "a profile may be empty",
	.config = "[profile ops]",
	.want = "ops{}"},
    {.says = "names have letters, digits and - / . % @ _ : +",
	.config = "[profile eu-1:team/a_b%c.d@e+]\n[profile team?a]",
	.want = "eu-1:team/a_b%c.d@e+{}"},
    {.says = "every letter and digit may be in a name",
	.config = "[profile zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDC"
		  "BA9876543210_-]",
	.want = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA987654321"
		"0_-{}"},
    {.says = "every letter and digit may be in a key, in lower case then",
	.config = "[profile ops]\nzyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJI"
		  "HGFEDCBA9876543210_- = 1",
	.want = "ops{zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcba98765"
		"43210_-=1;}"},
    {.says = "a section that is not closed is an error",
	.config = "\n[profile ops",
	.fails = CONFIG ":2: " NO_BRACKET},
    {.says = "nothing but a comment follows a section",
	.config = "[profile ops] ops",
	.fails = CONFIG ":1: " NO_BRACKET},
    {.says = "a comment inside the brackets leaves them open",
	.config = "[profile ops # x]",
	.fails = CONFIG ":1: " NO_BRACKET},
    {.says = "a lone bracket is an error",
	.config = "[",
	.fails = CONFIG ":1: " NO_BRACKET},
    {.says = "empty brackets are ignored",
	.config = "[]\na = 1\n[ \t]\nb = 2\n",
	.credentials = "[]\nc = 3\n[ \t]\nd = 4\n",
	.want = ""},
    {.says = "blanks around a name are not part of it",
	.config = "[profile  \tops\t ]\n[\t profile dev  ]\na = 1",
	.credentials = "[ \t ci ]\nb = 2",
	.want = "ops{} dev{a=1;} ci{b=2;}"},
    {.says = "a tab ends the word profile",
	.config = "[profile\tops]",
	.want = "ops{}"},
    {.says = "without a blank it is another word",
	.config = "[profileops]\na = 1\n[profile dev]",
	.want = "dev{}"},
    {.says = "a key before any section is an error",
	.config = "# first\na = 1\n",
	.fails = CONFIG ":2: " NO_SECTION},
    {.says = "a profile has keys",
	.config = "[profile ops]\na = 1\nb=2\n",
	.want = "ops{a=1;b=2;}"},
    {.says = "lines may end with CR LF",
	.config = "[profile ops]\r\na = 1\r\n b\r\n\r\n[profile dev]\r\n",
	.want = "ops{a=1\nb;} dev{}"},
    {.says = "a byte-order mark is no text",
	.config = "\xef\xbb\xbf[profile ops]\na = 1",
	.want = "ops{a=1;}"},
    {.says = "the first = ends the key",
	.config = "[profile ops]\na = x=y==",
	.want = "ops{a=x=y==;}"},
    {.says = "values may have any characters",
	.config =
	    "[profile ops]\na = \xe9\x96\xa2\xe6\x89\x80 \xf0\x9f\x9a\xa7",
	.want = "ops{a=\xe9\x96\xa2\xe6\x89\x80 \xf0\x9f\x9a\xa7;}"},
    {.says = "blanks around keys and values are not part of them",
	.config = "[profile ops]\na\t =\t  x  y \t\n",
	.want = "ops{a=x  y;}"},
    {.says = "a value may be empty",
	.config = "[profile ops]\na =\nb = \t \nc =",
	.want = "ops{a=;b=;c=;}"},
    {.says = "a key may not be empty",
	.config = "[profile ops]\n\n= 1",
	.fails = CONFIG ":3: " NO_KEY},
    {.says = "a line without = is an error",
	.config = "[profile ops]\na : 1",
	.fails = CONFIG ":2: " NO_EQUALS},
    {.says = "an = in the comment does not count",
	.config = "[profile ops]\na # = 1",
	.fails = CONFIG ":2: " NO_EQUALS},
    {.says = "many profiles may be empty",
	.config = "[profile ops]\n[profile dev]\n[profile ci]",
	.want = "ops{} dev{} ci{}"},
    {.says = "many profiles may have keys",
	.config = "[profile ops]\na = 1\n[profile dev]\nb = 2",
	.want = "ops{a=1;} dev{b=2;}"},
    {.says = "blank lines mean nothing",
	.config = " \t\n[profile ops]\n\n\t\na = 1\n  \t \n[profile dev]\n\t",
	.want = "ops{a=1;} dev{}"},
    {.says = "a comment begins with #",
	.config = "#\n#x\n[profile ops] # x\na = 1 # x # y\nb = 2 #",
	.want = "ops{a=1;b=2;}"},
    {.says = "a comment begins with ;",
	.config = ";\n;x\n[profile ops] ; x\na = 1 ; x ; y\nb = 2\t;",
	.want = "ops{a=1;b=2;}"},
    {.says = "comments of both kinds may be mixed",
	.config = "; x # y\n[profile ops] ;# x\na = 1 #; x\nb = 2 ; # x",
	.want = "ops{a=1;b=2;}"},
    {.says = "a comment that follows the value's = leaves it empty",
	.config = "[profile ops]\na = # x",
	.want = "ops{a=;}"},
    {.says = "a section's comment needs no blank before it",
	.config = "[profile ops];x\n[profile dev]#x",
	.want = "ops{} dev{}"},
    {.says = "a value's comment needs a blank before it",
	.config = "[profile ops]\na = 1#2 3;4\nb = 5;6",
	.want = "ops{a=1#2 3;4;b=5;6;}"},
    {.says = "an indented line goes on with the value",
	.config = "[profile ops]\na = 1\n 2",
	.want = "ops{a=1\n2;}"},
    {.says = "many indented lines go on with the value",
	.config = "[profile ops]\na = 1\n 2\n\t3\n\n \n 4\nb = 5",
	.want = "ops{a=1\n2\n3\n4;b=5;}"},
    {.says = "blanks around what is indented are not part of it",
	.config = "[profile ops]\na = 1   # x\n\t \t 2 \t\n  3",
	.want = "ops{a=1\n2\n3;}"},
    {.says = "the end of an indented line is no comment",
	.config = "[profile ops]\na = 1\n 2 # x\n 3 ; y",
	.want = "ops{a=1\n2 # x\n3 ; y;}"},
    {.says = "an indented comment is a comment",
	.config = "[profile ops]\n  # x\na = 1\n  # x\n ; y\n 2\n"
		  "b =\n # x\n c = 3",
	.want = "ops{a=1\n2;b=\nc = 3;}"},
    {.says = "an indented line before any section is an error",
	.config = " a = 1",
	.fails = CONFIG ":1: " NO_SECTION},
    {.says = "an indented section is not a section",
	.config = "[profile ops]\n [profile dev]",
	.fails = CONFIG ":2: " NO_VALUE},
    {.says = "an indented line below no key is an error",
	.config = "[profile ops]\n a = 1",
	.fails = CONFIG ":2: " NO_VALUE},
    {.says = "a section ends the value, even if it is the same again",
	.config = "[profile ops]\na = 1\n[profile ops]\n 2",
	.fails = CONFIG ":4: " NO_VALUE},
    {.says = "a profile may come in parts",
	.config = "[profile ops]\na = 1\n[profile dev]\n[profile ops]\nb = 2",
	.want = "ops{a=1;b=2;} dev{}"},
    {.says = "of the same key the last counts",
	.config = "[profile ops]\na = 1\na = 2\n 3\nb = 4",
	.want = "ops{a=2\n3;b=4;}"},
    {.says = "of the same key the last counts, in parts too",
	.config = "[profile ops]\na = 1\n[profile ops]\na = 2",
	.want = "ops{a=2;}"},
    {.says = "the case of a key does not count",
	.config = "[profile ops]\nRole_ARN = 1\n[profile ops]\nrole_arn = 2",
	.want = "ops{role_arn=2;}"},
    {.says = "the case of a name counts",
	.config = "[profile ops]\na = 1\n[profile Ops]\na = 2",
	.want = "ops{a=1;} Ops{a=2;}"},
    {.says = "[default] is a profile without the word",
	.config = "[default]\na = 1\n[profile ops]\n[default]\nb = 2",
	.want = "default{a=1;b=2;} ops{}"},
    {.says = "[profile default] hides a [default] below it",
	.config = "[profile default]\na = 1\n[default]\nb = 2",
	.want = "default{a=1;}"},
    {.says = "[profile default] hides a [default] above it",
	.config = "[default]\nb = 2\n[profile default]\na = 1",
	.want = "default{a=1;}"},
    {.says = "[profile default] may come in parts around a [default]",
	.config = "[profile default]\na = 1\n[default]\nb = 2\n"
		  "[profile default]\nc = 3",
	.want = "default{a=1;c=3;}"},
    {.says = "[profile default] is joined with the credentials",
	.config = "[profile default]\na = 1\n[default]\nb = 2\n"
		  "[profile default]\nc = 3",
	.credentials = "[default]\nd=4",
	.want = "default{a=1;c=3;d=4;}"},
    {.says = "[default] is joined with the credentials",
	.config = "[default]\na = 1",
	.credentials = "[default]\nb = 2",
	.want = "default{a=1;b=2;}"},
    {.says = "names that are not allowed are ignored",
	.config = "[profile a b]\na = 1\n[profile \"q\"]\na = 1\n[profile x]]",
	.credentials = "[a b]\nb = 2\n[x]]\n[caf\xc3\xa9]",
	.want = ""},
    {.says = "keys that are not allowed are ignored",
	.config = "[profile ops]\na b = 1\nc = 2\n\xc3\xa9 = 3\n 4",
	.want = "ops{c=2;}"},
    {.says = "what stands in an ignored section is ignored",
	.config = "[profile ops]\na = 1\n[profile a b]\nx = 2\n 3\n"
		  "[profile dev]\na = 4",
	.want = "ops{a=1;} dev{a=4;}"},
    {.says = "a broken line in an ignored section is an error",
	.config = "[other]\nnonsense",
	.fails = CONFIG ":2: " NO_EQUALS},
    {.says = "an empty value may have a block below it",
	.config = "[profile ops]\ns3 =\n a = 1\n b = 2\nc = 3",
	.want = "ops{s3=\na = 1\nb = 2;c=3;}"},
    {.says = "a line of a block without = is an error",
	.config = "[profile ops]\ns3 =\n a",
	.fails = CONFIG ":3: " NO_EQUALS},
    {.says = "a value in a block may be empty",
	.config = "[profile ops]\ns3 =\n a =",
	.want = "ops{s3=\na =;}"},
    {.says = "a key in a block may not be empty",
	.config = "[profile ops]\ns3 =\n = 1",
	.fails = CONFIG ":3: " NO_KEY},
    {.says = "a key in a block may have any name",
	.config = "[profile ops]\ns3 =\n a b = 1",
	.want = "ops{s3=\na b = 1;}"},
    {.says = "a block may have blank lines",
	.config = "[profile ops]\ns3 =\n a = 1\n\n\t \n b = 2",
	.want = "ops{s3=\na = 1\nb = 2;}"},
    {.says = "both files make one profile",
	.config = "[profile ops]\na = 1",
	.credentials = "[ops]\nb = 2",
	.want = "ops{a=1;b=2;}"},
    {.says = "of the same key the credentials file's counts",
	.config = "[profile ops]\na = 1\nb = 2",
	.credentials = "[ops]\na = 3",
	.want = "ops{b=2;a=3;}"},
    {.says = "the config file needs the word profile",
	.config = "[ops]\na = 1\n[sekisho]\ntimeout = 1",
	.want = ""},
    {.says = "the credentials file does not take the word profile",
	.credentials = "[profile ops]\na = 1\n[sekisho]\na = 2",
	.want = "sekisho{a=2;}"},
    {.says = "a session of the Identity Center is no profile",
	.config = "[sso-session ops]\na = 1\n[profile dev]",
	.want = "dev{}"},
    {.says = "sso-session without a blank is a name",
	.credentials = "[sso-sessionops]\na = 1\n[dev]",
	.want = "sso-sessionops{a=1;} dev{}"},
    {.says = "a section of unknown kind is ignored",
	.config = "[sso-sesion ops]\na = 1\n[services ops]\n[profile dev]",
	.want = "dev{}"},
    {.says = "an error in the credentials file names it",
	.config = "[profile ops]\n",
	.credentials = "[ops]\na\n",
	.fails = CREDENTIALS ":2: " NO_EQUALS},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct dump {
	struct sek_buf text;
	const struct sek_profile *of;
	struct {
		const char *at[16];
		size_t n;
	} keys; /* as they come: the last first */
};

static void
take_key(void *arg, const char *key)
{
	struct dump *d = arg;

	for (size_t i = 0; i < d->keys.n; i++)
		if (!strcmp(d->keys.at[i], key))
			return;
	assert_true(d->keys.n < 16);
	d->keys.at[d->keys.n++] = key;
}

static void
dump_profile(void *arg, const struct sek_profile *profile)
{
	struct dump *d = arg;

	d->keys.n = 0;
	sek_profile_each_key(profile, take_key, d);
	sek_buf_printf(&d->text, "%s%s{", d->text.n ? " " : "",
	    sek_profile_name(profile));
	while (d->keys.n-- > 0)
		sek_buf_printf(&d->text, "%s=%s;", d->keys.at[d->keys.n],
		    sek_profile_get(profile, d->keys.at[d->keys.n]));
	sek_buf_add_s(&d->text, "}");
}

static void
follow_row(void **state)
{
	const struct row *row = *state;
	sek_auto_profiles *p = NULL;
	struct dump d = {0};
	struct sek_err err = {0};
	enum sek_code code;

	put(CONFIG, row->config);
	put(CREDENTIALS, row->credentials);
	code = sek_profiles_load(&p, &fake.env, &err);
	if (row->fails) {
		assert_int_equal(code, SEK_ECONFIG);
		assert_null(p);
		expect_error(&err, row->fails);
		return;
	}
	if (code)
		fail_msg("%s", err.text);
	sek_buf_add_s(&d.text, "");
	sek_profiles_each(p, dump_profile, &d);
	assert_string_equal(d.text.p ? d.text.p : "", row->want);
	sek_buf_clear(&d.text);
}

int
main(void)
{
	static struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].says,
		    .test_func = follow_row,
		    .setup_func = NULL,
		    .initial_state = (void *)(uintptr_t)&rows[i]};
	return cmocka_run_group_tests(tests, make_home, drop_home);
}
