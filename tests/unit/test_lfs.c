#include "fixture.h"

#include "repo/lfs.h"
#include "repo/map.h"

#define V1  "version https://git-lfs.github.com/spec/v1\n"
#define HEX "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"

static bool
parses(const char *text)
{
	struct sek_lfs_pointer p;
	bool yes = sek_lfs_parse(&p, sek_str(text));
	char hex[SEK_OID_HEX];

	if (yes) {
		assert_string_equal(sek_oid_hex(&p.oid, hex), HEX);
		assert_int_equal(p.size, 12345);
	}
	return yes;
}

static void
what_git_lfs_writes_is_read(void **state)
{
	(void)state;
	assert_true(parses(V1 "oid sha256:" HEX "\nsize 12345\n"));
	assert_true(parses(V1 "oid sha256:" HEX "\r\nsize 12345\r\n"));
	assert_true(parses(V1 "oid sha256:" HEX "\nsize 12345"));
	assert_true(parses(V1 "ext-0-x sha256:00\noid sha256:" HEX
			      "\nsize 12345\n"));
	assert_true(parses("version https://hawser.github.com/spec/v1\n"
			   "oid sha256:" HEX "\nsize 12345\n"));
	assert_true(parses("version http://git-media.io/v/2\n"
			   "oid sha256:" HEX "\nsize 12345\n"));
}

static void
what_leads_nowhere_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    V1,
	    "oid sha256:" HEX "\nsize 12345\n",
	    "version https://example.com/spec/v1\noid sha256:" HEX
	    "\nsize 12345\n",
	    V1 "oid sha256:" HEX "\n",
	    V1 "size 12345\n",
	    V1 "oid sha256:" HEX "0\nsize 12345\n",
	    V1 "oid sha256:" HEX "/../x\nsize 12345\n",
	    V1 "oid sha256:../../../../../../../../../../../etc/passwd\n"
	       "size 12345\n",
	    V1 "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32\n"
	       "size 12345\n",
	    V1 "oid sha256: " HEX "\nsize 12345\n",
	    V1 "oid sha512:" HEX "\nsize 12345\n",
	    V1 "oid " HEX "\nsize 12345\n",
	    V1 "oid sha256:" HEX "\nsize -1\n",
	    V1 "oid sha256:" HEX "\nsize 99999999999999999999\n",
	    V1 "oid sha256:" HEX "\noid sha256:" HEX "\nsize 12345\n",
	    V1 "oid sha256:" HEX "\nsize 1\nsize 12345\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parses(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

static void
a_long_text_is_none(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	sek_buf_add_s(&b, V1 "oid sha256:" HEX "\nsize 12345\n");
	while (b.n < SEK_LFS_POINTER_MAX)
		sek_buf_add_c(&b, '\n');
	assert_false(sek_lfs_begins(sek_buf_str(&b)));
	assert_false(parses(b.p));
	b.n--;
	assert_true(sek_lfs_begins(sek_buf_str(&b)));
}

static enum sek_code
map(const char *repo, const char *hex, char *text, size_t n)
{
	sek_auto_repo *r = NULL;
	struct sek_oid oid;
	struct sek_str bytes = {0};
	struct sek_err err;
	enum sek_code code;

	assert_int_equal(sek_repo_open(&r, repo, &err), SEK_OK);
	assert_true(sek_oid_parse(&oid, sek_str(hex)));
	code = sek_lfs_map(&bytes, r, &oid, &err);
	if (code == SEK_OK) {
		assert_true(bytes.n < n);
		memcpy(text, bytes.p, bytes.n);
		text[bytes.n] = '\0';
		sek_map_close(&bytes);
	}
	return code;
}

static void
put(const char *storage, const char *hex, const char *text)
{
	sh("d=%s/objects/%.2s/%.2s\nmkdir -p $d\nprintf %%s '%s' > $d/%s",
	    storage, hex, hex + 2, text, hex);
}

static void
expect(const char *repo, const char *hex, const char *text)
{
	char got[64];

	assert_int_equal(map(repo, hex, got, sizeof(got)), SEK_OK);
	assert_string_equal(got, text);
}

static void
contents_are_found_where_git_lfs_keeps_them(void **state)
{
	char got[64];

	(void)state;
	sh("git init -q a\ngit -C a commit -q --allow-empty -m x\n"
	   "git -C a worktree add -q ../linked\n"
	   "git clone -q --shared a b");
	assert_int_equal(map("a", HEX, got, sizeof(got)), SEK_ENOTFOUND);
	put("a/.git/lfs", HEX, "of a");
	expect("a", HEX, "of a");
	expect("linked", HEX, "of a");
	expect("b", HEX, "of a");
	put("b/.git/lfs", HEX, "of b");
	expect("b", HEX, "of b");
	put("a/.git/inner", HEX, "inner");
	sh("git -C a config lfs.storage inner");
	expect("a", HEX, "inner");
	put("shared", HEX, "shared");
	sh("git -C a config lfs.storage \"$PWD/shared\"");
	expect("a", HEX, "shared");
}

static void
what_is_there_and_cannot_be_read_is_not_absent(void **state)
{
	char got[64];

	(void)state;
	sh("git init -q a\nd=a/.git/lfs/objects/4d/7a\nmkdir -p $d\n"
	   "mkfifo $d/" HEX);
	assert_int_equal(map("a", HEX, got, sizeof(got)), SEK_EIO);
	sh("rm -r a/.git/lfs\ntouch a/.git/lfs");
	assert_int_equal(map("a", HEX, got, sizeof(got)), SEK_ENOTFOUND);
}

static size_t
count(const char *repo)
{
	sek_auto_repo *r = NULL;
	struct sek_oids v = {0};
	struct sek_err err;
	size_t n;

	assert_int_equal(sek_repo_open(&r, repo, &err), SEK_OK);
	if (sek_lfs_list(&v, r, &err) != SEK_OK)
		fail_msg("%s", err.text);
	n = v.n;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v.at[i].len, SEK_OID_MAX);
	sek_vec_clear(&v);
	return n;
}

static void
the_own_storage_is_listed(void **state)
{
	(void)state;
	sh("git init -q a");
	assert_int_equal(count("a"), 0);
	put("a/.git/lfs", HEX, "x");
	put("a/.git/lfs",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "y");
	sh("d=a/.git/lfs/objects\ntouch $d/zz $d/4d/7a/other $d/4d/aa $d/logs\n"
	   "mkdir $d/4d/bb $d/ee");
	assert_int_equal(count("a"), 2);
	sh("git -C a config lfs.storage \"$PWD/a/.git/lfs\"");
	assert_int_equal(count("a"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_git_lfs_writes_is_read),
	    cmocka_unit_test(what_leads_nowhere_is_refused),
	    cmocka_unit_test(a_long_text_is_none),
	    fixture_test(contents_are_found_where_git_lfs_keeps_them),
	    fixture_test(what_is_there_and_cannot_be_read_is_not_absent),
	    fixture_test(the_own_storage_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
