#include "fixture.h"

#include <sys/stat.h>

#include "vault/profile_set.h"
#include "vault/setup.h"

#define PROGRAM "/usr/bin/sekisho-vault"
#define CALL    "credential_process = " PROGRAM " get x\n"

static struct sek_err err;

/* The text with a = 1 and b = 2 in [profile x]; to free. */
static char *
edited_in(const char *header, const char *text)
{
	static const struct sek_setup_pair pairs[] = {
	    {SEK_STR("a"), SEK_STR("1")}, {SEK_STR("b"), SEK_STR("2")}};
	sek_auto_secret *out = sek_secret_new(4096);
	struct sek_str made;

	assert_int_equal(sek_setup_edit(out, sek_str(text), header, pairs, 2,
			     &err),
	    SEK_OK);
	made = sek_secret_str(out);
	return sek_strndup(made.p, made.n);
}

static void
edit_gives(const char *text, const char *want)
{
	sek_auto_free char *got = edited_in("[profile x]", text);
	sek_auto_free char *again = edited_in("[profile x]", got);

	assert_string_equal(got, want);
	assert_string_equal(again, want);
}

static void
a_section_that_is_not_there_is_added_at_the_end(void **state)
{
	(void)state;
	edit_gives("", "[profile x]\na = 1\nb = 2\n");
	edit_gives("# only this\n",
	    "# only this\n\n[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile y]\na = 3\n",
	    "[profile y]\na = 3\n\n[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile y]\na = 3",
	    "[profile y]\na = 3\n\n[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile y]\na = 3\n\n\n# end",
	    "[profile y]\na = 3\n\n\n# end\n\n[profile x]\na = 1\nb = 2\n");
}

static void
what_is_set_is_replaced_where_it_stands(void **state)
{
	(void)state;
	edit_gives("[profile x]\n# one\nb = 0\nc = 3 # three\n\na=0\n",
	    "[profile x]\n# one\nb = 2\nc = 3 # three\n\na = 1\n");
	edit_gives("[profile x]\n\tz\n  A\t=  0 # zero\nB=\n",
	    "[profile x]\n\tz\n  A\t=  0 # zero\nb = 2\na = 1\n");
	edit_gives("[profile x]\nA\t=  0 # zero\nB=\n",
	    "[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile x]\nab = 0\nc = a = 0\n#a = 0\n",
	    "[profile x]\nab = 0\nc = a = 0\na = 1\nb = 2\n#a = 0\n");
}

static void
what_is_new_comes_after_the_last_key_of_the_section(void **state)
{
	(void)state;
	edit_gives("[profile x]\nc = 3\n\n# of y\n\n[profile y]\nd = 4\n",
	    "[profile x]\nc = 3\na = 1\nb = 2\n\n# of y\n\n[profile y]\n"
	    "d = 4\n");
	edit_gives("[profile x]\n\n\n", "[profile x]\na = 1\nb = 2\n\n\n");
	edit_gives("[profile x]\n[profile y]\n",
	    "[profile x]\na = 1\nb = 2\n[profile y]\n");
	edit_gives("[profile x]\ns3 =\n  max = 1\n# c\n  min = 2\n # d\n",
	    "[profile x]\ns3 =\n  max = 1\n# c\n  min = 2\na = 1\nb = 2\n"
	    " # d\n");
}

static void
what_is_indented_below_a_replaced_key_goes_with_it(void **state)
{
	(void)state;
	edit_gives("[profile x]\na =\n  k = v\n\n\tl = w\nb = 2\n",
	    "[profile x]\na = 1\n\nb = 2\n");
	edit_gives("[profile x]\na = 5\n more\n # kept\n more\nc = 3\n d\n",
	    "[profile x]\na = 1\n # kept\nc = 3\n d\nb = 2\n");
	edit_gives("[profile x]\nc =\n  a = 0\n  b = 0\n",
	    "[profile x]\nc =\n  a = 0\n  b = 0\na = 1\nb = 2\n");
}

static void
other_sections_stay_whatever_they_hold(void **state)
{
	(void)state;
	edit_gives("[a]\na = 0\n[profile x y]\na = 0\n[profilex]\na = 0\n"
		   "[profile xx]\na = 0\n[Profile x]\na = 0\n[x]\na = 0\n"
		   " [profile x]\nb = 0\n",
	    "[a]\na = 0\n[profile x y]\na = 0\n[profilex]\na = 0\n"
	    "[profile xx]\na = 0\n[Profile x]\na = 0\n[x]\na = 0\n"
	    " [profile x]\nb = 0\n\n[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile x]\na = 1\nb = 2\n[y]\na = 0",
	    "[profile x]\na = 1\nb = 2\n[y]\na = 0");
}

static void
a_header_is_known_with_blanks_and_comments(void **state)
{
	static const char *const headers[] = {"[profile\tx]", "[ profile x ]",
	    "[profile   x]", "[profile x] # [y]", "[profile x];",
	    "[profile x]\t"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		char text[64], want[64];

		sprintf(text, "%s\nb = 0\n", headers[i]);
		sprintf(want, "%s\nb = 2\na = 1\n", headers[i]);
		edit_gives(text, want);
	}
}

static void
a_key_or_section_that_is_there_twice_is_set_once(void **state)
{
	(void)state;
	edit_gives("[profile x]\na = 8\na = 9\n more\nb = 0\n",
	    "[profile x]\na = 1\nb = 2\n");
	edit_gives(
	    "[profile x]\na = 8\n[y]\n[profile x]\na = 9\nb = 0\nc = 0\n",
	    "[profile x]\na = 1\nb = 2\n[y]\n[profile x]\nc = 0\n");
	edit_gives("[profile x]\n[profile x]\nb = 0\n",
	    "[profile x]\na = 1\nb = 2\n[profile x]\n");
}

static void
line_ends_and_a_byte_order_mark_stay(void **state)
{
	(void)state;
	edit_gives("[profile x]\r\na = 0\r\n\r\n[profile y]\r\n",
	    "[profile x]\r\na = 1\r\nb = 2\r\n\r\n[profile y]\r\n");
	edit_gives("# c\r\n", "# c\r\n\r\n[profile x]\r\na = 1\r\nb = 2\r\n");
	edit_gives("[profile x]\na = 0\r\nb = 0\n",
	    "[profile x]\na = 1\r\nb = 2\n");
	edit_gives("\xef\xbb\xbf[profile x]\nb = 0\n",
	    "\xef\xbb\xbf[profile x]\nb = 2\na = 1\n");
	edit_gives("\xef\xbb\xbf", "\xef\xbb\xbf[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile x]\nc = 3", "[profile x]\nc = 3\na = 1\nb = 2\n");
	edit_gives("[profile x]\nb = 2\na = 0", "[profile x]\nb = 2\na = 1");
	edit_gives("[profile x]\nb = 0\n# c", "[profile x]\nb = 2\na = 1\n# c");
	edit_gives("[profile x]", "[profile x]\na = 1\nb = 2\n");
	edit_gives("[profile x]\n  ", "[profile x]\na = 1\nb = 2\n  ");
}

static void
default_is_written_where_it_is_read(void **state)
{
	static const char *const texts[][2] = {
	    {"[default]\nb = 0\n", "[default]\nb = 2\na = 1\n"},
	    {"[default]\nb = 0\n[profile default]\n",
		"[default]\nb = 0\n[profile default]\na = 1\nb = 2\n"},
	    {"[profile default]\na = 0\n[default]\na = 0\n",
		"[profile default]\na = 1\nb = 2\n[default]\na = 0\n"},
	    {"[y]\n", "[y]\n\n[default]\na = 1\nb = 2\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		sek_auto_free char *got = edited_in("[default]", texts[i][0]);

		assert_string_equal(got, texts[i][1]);
	}
}

static void
pair_is_refused(struct sek_str key, struct sek_str value, const char *why)
{
	const struct sek_setup_pair pair = {key, value};
	sek_auto_secret *out = sek_secret_new(4096);

	assert_int_equal(sek_setup_edit(out, SEK_STR("[y]\n"), "[profile x]",
			     &pair, 1, &err),
	    SEK_ECONFIG);
	if (!strstr(err.text, why) || strpbrk(err.text, "\r\n"))
		fail_msg("%s", err.text);
	assert_int_equal(sek_secret_str(out).n, 0);
}

static void
a_pair_that_would_be_read_as_another_is_refused(void **state)
{
	static const struct sek_str bad[] = {SEK_STR(""), SEK_STR("a b"),
	    SEK_STR("[a"), SEK_STR("#a"), SEK_STR("a\n[profile y]\nb"),
	    SEK_STR("a="), SEK_STR("a\0b"), SEK_STR("\xc3\xa9")};
	const struct sek_setup_pair twice[] = {
	    {SEK_STR("a"), SEK_STR("1")}, {SEK_STR("A"), SEK_STR("2")}};
	sek_auto_secret *out = sek_secret_new(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		pair_is_refused(bad[i], SEK_STR("v"), "a key has letters");
	pair_is_refused(SEK_STR("k"), SEK_STR("v\nw = x"), "k: a value is one");
	pair_is_refused(SEK_STR("k"), SEK_STR("v\r"), "k: a value is one");
	pair_is_refused(SEK_STR("k"), SEK_STR("v\0"), "k: a value is one");
	pair_is_refused(SEK_STR("k"), SEK_STR("v #w"), "k: a value ends");
	pair_is_refused(SEK_STR("k"), SEK_STR("v\t;w"), "k: a value ends");
	pair_is_refused(SEK_STR("k"), SEK_STR("#w"), "k: a value ends");
	assert_int_equal(sek_setup_edit(out, SEK_STR(""), "[x]", twice, 2,
			     &err),
	    SEK_ECONFIG);
	assert_string_equal(err.text, "A: set twice");
}

static void
what_does_not_fit_is_an_error(void **state)
{
	const struct sek_setup_pair pair = {SEK_STR("k"), SEK_STR("v")};

	(void)state;
	for (size_t max = 1; max < 23; max++) {
		sek_auto_secret *out = sek_secret_new(max);

		assert_int_equal(sek_setup_edit(out, SEK_STR("[y]"),
				     "[profile x]", &pair, 1, &err),
		    SEK_ETOOBIG);
	}
}

/* ---- files ------------------------------------------------------------------ */

static const struct sek_setup_pair source[] = {
    {SEK_STR("sekisho_source"), SEK_STR("keyring:k")},
    {SEK_STR("role_arn"), SEK_STR("arn:aws:iam::123456789012:role/r")}};
#define OURS "[profile x]\nsekisho_source = keyring:k\n"

static struct sek_profiles *profiles;
static struct sek_env env;

/* Whatever else the machine has set is left out. */
static const char *
get(const struct sek_env *e, const char *name)
{
	static const char *const seen[] = {"HOME", "AWS_CONFIG_FILE"};

	for (size_t i = 0; i < 2; i++)
		if (!strcmp(name, seen[i]))
			return sek_env_system.get(e, name);
	return strcmp(name, "AWS_REGION") ? NULL : "eu-central-1";
}

static void
load(void)
{
	env = sek_env_system;
	env.get = get;
	sek_profiles_free(profiles);
	profiles = NULL;
	assert_int_equal(sek_profiles_load(&profiles, &env, &err), SEK_OK);
}

static int
enter(void **state)
{
	unsetenv("AWS_CONFIG_FILE");
	return fixture_enter(state);
}

static int
leave(void **state)
{
	sek_profiles_free(profiles);
	profiles = NULL;
	unsetenv("AWS_CONFIG_FILE");
	return fixture_leave(state);
}

static enum sek_code
setup(const char *name, const char *program, const char *region,
    const struct sek_setup_pair *pairs, size_t n)
{
	const struct sek_setup s = {.profiles = profiles,
	    .env = &env,
	    .name = name,
	    .program = program,
	    .region = region,
	    .pairs = pairs,
	    .n = n};

	return sek_setup(&s, &err);
}

/* With path as the file that SDKs read. The profiles are those that were read
 * before what script does. */
static void
write_is(enum sek_code want, const char *path, const char *script)
{
	enum sek_code code;

	setenv("AWS_CONFIG_FILE", path, 1);
	load();
	sh("%s", script);
	code = setup("x", PROGRAM, NULL, source, 1);
	if (code != want)
		fail_msg("%d in place of %d: %s", (int)code, (int)want,
		    err.text);
	if (code)
		sh("! grep -q keyring:k .config/sekisho/config");
}

static void
a_new_file_and_its_directories_are_the_users_alone(void **state)
{
	(void)state;
	umask(0);
	write_is(SEK_OK, "one/two/config", ":");
	umask(022);
	sh("test \"$(cat one/two/config)\" = '[profile x]\n"
	   "credential_process = " PROGRAM " get x'\n"
	   "for d in one one/two .config .config/sekisho; do "
	   "test \"$(stat -c %%a $d)\" = 700; done\n"
	   "for f in one/two/config .config/sekisho/config; do "
	   "test \"$(stat -c %%a $f)\" = 600; done");
}

static void
a_file_keeps_its_mode(void **state)
{
	static const int modes[] = {0600, 0644, 0640, 0400};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		sh("printf '[profile x]\\nregion = r\\n' >config; chmod %o "
		   "config",
		    modes[i]);
		write_is(SEK_OK, "config", ":");
		sh("grep -q ^credential_process config\n"
		   "test \"$(stat -c %%a config)\" = %o\n"
		   "test \"$(ls -A | grep -c sekisho)\" = 0",
		    modes[i]);
	}
}

static void
a_link_is_followed_and_stays(void **state)
{
	(void)state;
	sh("mkdir real; echo '[y]' >real/config; ln -s real/config one; "
	   "ln -s one two; ln -s real dir");
	write_is(SEK_OK, "two", ":");
	sh("test -L one; test -L two; grep -q ^credential real/config; "
	   "echo '[y]' >real/config");
	write_is(SEK_OK, "dir/config", ":");
	sh("test -L dir; grep -q ^credential real/config");
}

static void
what_is_no_file_stays(void **state)
{
	(void)state;
	sh("mkdir -p .config/sekisho; touch .config/sekisho/config");
	write_is(SEK_ECONFIG, "link", "ln -s nowhere link");
	assert_non_null(strstr(err.text, "link: a link to a file that is not"));
	write_is(SEK_ECONFIG, "pipe", "mkfifo pipe");
	assert_non_null(strstr(err.text,
	    "pipe: not a regular file: it is not written to"));
	write_is(SEK_ECONFIG, "dir", "mkdir dir");
	write_is(SEK_ENOTFOUND, "file/config", "touch file");
	write_is(SEK_EIO, "loop", "ln -s loop loop");
	sh("test -L link; test ! -e nowhere; test -p pipe; test -d dir; "
	   "test -f file; test ! -s file; test -L loop");
}

static void
a_device_stays(void **state)
{
	const char *path = "/dev/null";

	(void)state;
	sh("mkdir -p .config/sekisho; touch .config/sekisho/config");
	if (geteuid() == 0) {
		/* the machine's own is not put at risk */
		sh("mknod null c 1 3");
		path = "null";
	}
	write_is(SEK_ECONFIG, path, ":");
	sh("test -c %s", path);
}

static void
a_file_of_another_user_stays(void **state)
{
	const char *path = "/etc/passwd";

	(void)state;
	sh("mkdir -p .config/sekisho; touch .config/sekisho/config");
	if (geteuid() == 0)
		path = "config";
	write_is(SEK_ECONFIG, "config",
	    geteuid() ? "ln -s /etc/passwd config"
		      : "echo '[y]' >config; chown 65534 config");
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "belongs to another user"));
	sh("! grep -q credential config");
}

static void
a_file_that_is_or_gets_too_large_is_refused(void **state)
{
	(void)state;
	sh("mkdir -p .config/sekisho; touch .config/sekisho/config");
	write_is(SEK_ETOOBIG, "big",
	    "head -c 4194300 /dev/zero | tr '\\0' '\\n' >big");
	sh("test \"$(stat -c %%s big)\" = 4194300");
	write_is(SEK_ETOOBIG, "more",
	    "head -c 5000000 /dev/zero | tr '\\0' '\\n' >more");
	sh("test \"$(stat -c %%s more)\" = 5000000");
}

/* ---- profiles --------------------------------------------------------------- */

static enum sek_code
sdk(const char *config, const char *name, const char *program,
    const char *region)
{
	sh("mkdir -p .aws .config/sekisho; cat >.aws/config <<'E'\n%sE\n"
	   "printf '[profile x]\\nsekisho_source = keyring:k\\n' "
	   ">.config/sekisho/config",
	    config);
	load();
	return setup(name, program, region, strcmp(name, "x") ? source : NULL,
	    strcmp(name, "x") ? 1 : 0);
}

static void
file_is(const char *path, const char *want)
{
	sek_auto_free char *got = sh_out("cat %s; echo .", path);

	assert_true(*got);
	got[strlen(got) - 1] = '\0';
	assert_string_equal(got, want);
}

static void
the_profile_for_sdks_names_the_program(void **state)
{
	(void)state;
	assert_int_equal(sdk("", "x", PROGRAM, NULL), SEK_OK);
	file_is(".aws/config", "[profile x]\n" CALL);
	assert_int_equal(sdk("", "x", PROGRAM, "eu-west-1"), SEK_OK);
	file_is(".aws/config", "[profile x]\n" CALL "region = eu-west-1\n");
	assert_int_equal(sdk("[profile x]\nregion = eu-west-1\noutput = "
			     "json\n",
			     "x", PROGRAM, NULL),
	    SEK_OK);
	file_is(".aws/config",
	    "[profile x]\nregion = eu-west-1\noutput = json\n" CALL);
	assert_int_equal(sdk("[default]\nregion = eu-west-1\n", "default",
			     PROGRAM, NULL),
	    SEK_OK);
	file_is(".aws/config",
	    "[default]\nregion = eu-west-1\n"
	    "credential_process = " PROGRAM " get default\n");
}

static void
an_earlier_line_of_ours_is_replaced(void **state)
{
	(void)state;
	assert_int_equal(sdk("[profile x]\n"
			     "credential_process = /old/sekisho-vault get y\n",
			     "x", PROGRAM, NULL),
	    SEK_OK);
	file_is(".aws/config", "[profile x]\n" CALL);
}

static void
a_profile_with_another_source_is_refused(void **state)
{
	static const char *const lines[] = {"role_arn = r",
	    "source_profile = y", "credential_source = Environment",
	    "web_identity_token_file = f", "aws_access_key_id = i",
	    "aws_secret_access_key = s", "sso_session = s", "sso_start_url = u",
	    "sso_account_id = 1", "login_session = l",
	    "credential_process = /bin/other",
	    "credential_process = /usr/bin/sekisho-vault-not get x",
	    "credential_process = /bin/sh -c 'sekisho-vault get x'"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		sek_auto_free char *text = sek_printf("[profile x]\n%s\n",
		    lines[i]);
		sek_auto_free char *key = sek_strndup(lines[i],
		    strcspn(lines[i], " "));
		sek_auto_free char *where = sek_printf("%s/.aws/config:2: "
						       "profile x has ",
		    fixture_dir);

		assert_int_equal(sdk(text, "x", PROGRAM, NULL), SEK_ECONFIG);
		assert_ptr_equal(strstr(err.text, where), err.text);
		assert_non_null(strstr(err.text, key));
		file_is(".aws/config", text);
		file_is(".config/sekisho/config", OURS);
	}
}

static void
keys_in_the_credentials_file_count_as_well(void **state)
{
	(void)state;
	sh("mkdir .aws; printf '[x]\\naws_access_key_id = i\\n' "
	   ">.aws/credentials");
	assert_int_equal(sdk("", "x", PROGRAM, NULL), SEK_ECONFIG);
	assert_non_null(strstr(err.text,
	    "/.aws/credentials:2: profile x has "
	    "aws_access_key_id"));
}

static void
names_and_paths_that_mean_something_else_are_refused(void **state)
{
	static const char *const names[] = {"", "a b", "a]", "a\nb", "a;b",
	    "$(x)", "a'b", "a\"b", "a\\b", "\xc3\xa9"};
	static const char *const programs[] = {"/a b/sekisho-vault",
	    "/a'b/sekisho-vault", "/$x/sekisho-vault", "/a\\b/sekisho-vault",
	    "/~/sekisho-vault", "sekisho-vault", "./sekisho-vault",
	    "/a\nb/sekisho-vault", "/(x)/sekisho-vault", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(sdk("", names[i], PROGRAM, NULL), SEK_ECONFIG);
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		assert_int_equal(sdk("", "x", programs[i], NULL), SEK_ECONFIG);
	assert_int_equal(sdk("", "x", PROGRAM, "r\ncredential"), SEK_ECONFIG);
	file_is(".aws/config", "");
	file_is(".config/sekisho/config", OURS);
	assert_int_equal(sdk("", "a-/.%@_:+Z9", "/a/B-9_+.x/p", NULL), SEK_OK);
	file_is(".aws/config",
	    "[profile a-/.%@_:+Z9]\n"
	    "credential_process = /a/B-9_+.x/p get a-/.%@_:+Z9\n");
}

static void
our_own_file_is_written_beside_that_of_aws(void **state)
{
	(void)state;
	load();
	assert_int_equal(setup("x", PROGRAM, NULL, source, 2), SEK_OK);
	load();
	assert_int_equal(setup("x", PROGRAM, NULL, source, 1), SEK_OK);
	file_is(".config/sekisho/config",
	    OURS "role_arn = arn:aws:iam::123456789012:role/r\n");
	file_is(".aws/config", "[profile x]\n" CALL);
	load();
	assert_true(sek_profile_is_ours(sek_profiles_find(profiles, "x")));
}

static void
a_profile_of_which_no_plan_can_be_made_leaves_both_files(void **state)
{
	static const struct sek_setup_pair wrong = {
	    SEK_STR("sekisho_source"), SEK_STR("nothing:k")};
	static const char ours[] = "[profile y]\r\nregion = r";

	(void)state;
	load();
	assert_int_equal(setup("x", PROGRAM, NULL, &wrong, 1), SEK_ECONFIG);
	sh("test ! -e .aws/config; test ! -e .config/sekisho/config");
	sh("mkdir -p .aws .config/sekisho; "
	   "printf '%s' | tee .aws/config >.config/sekisho/config; "
	   "chmod 640 .aws/config",
	    "[profile y]\\r\\nregion = r");
	load();
	assert_int_equal(setup("x", PROGRAM, NULL, &wrong, 1), SEK_ECONFIG);
	file_is(".aws/config", ours);
	file_is(".config/sekisho/config", ours);
	sh("test \"$(stat -c %%a .aws/config)\" = 640");
}

static void
without_a_home_it_says_so(void **state)
{
	(void)state;
	load();
	sek_free_ptr(&profiles->paths[SEK_PROFILE_OURS]);
	assert_int_equal(setup("x", PROGRAM, NULL, source, 1), SEK_ENOTFOUND);
	assert_non_null(strstr(err.text, "set HOME"));
	sh("test ! -e .aws");
}

#define files(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_section_that_is_not_there_is_added_at_the_end),
	    cmocka_unit_test(what_is_set_is_replaced_where_it_stands),
	    cmocka_unit_test(
		what_is_new_comes_after_the_last_key_of_the_section),
	    cmocka_unit_test(
		what_is_indented_below_a_replaced_key_goes_with_it),
	    cmocka_unit_test(other_sections_stay_whatever_they_hold),
	    cmocka_unit_test(a_header_is_known_with_blanks_and_comments),
	    cmocka_unit_test(a_key_or_section_that_is_there_twice_is_set_once),
	    cmocka_unit_test(line_ends_and_a_byte_order_mark_stay),
	    cmocka_unit_test(default_is_written_where_it_is_read),
	    cmocka_unit_test(a_pair_that_would_be_read_as_another_is_refused),
	    cmocka_unit_test(what_does_not_fit_is_an_error),
	    files(a_new_file_and_its_directories_are_the_users_alone),
	    files(a_file_keeps_its_mode),
	    files(a_link_is_followed_and_stays),
	    files(what_is_no_file_stays),
	    files(a_device_stays),
	    files(a_file_of_another_user_stays),
	    files(a_file_that_is_or_gets_too_large_is_refused),
	    files(the_profile_for_sdks_names_the_program),
	    files(an_earlier_line_of_ours_is_replaced),
	    files(a_profile_with_another_source_is_refused),
	    files(keys_in_the_credentials_file_count_as_well),
	    files(names_and_paths_that_mean_something_else_are_refused),
	    files(our_own_file_is_written_beside_that_of_aws),
	    files(a_profile_of_which_no_plan_can_be_made_leaves_both_files),
	    files(without_a_home_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
