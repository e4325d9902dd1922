#include "fixture.h"

#include "repo/objects.h"

static enum sek_code
note(void *arg, const struct sek_object *object, struct sek_err *err)
{
	char hex[SEK_OID_HEX];

	(void)err;
	assert_int_equal(object->size, 0);
	sek_buf_printf(arg, "%s %d\n", sek_oid_hex(&object->oid, hex),
	    (int)object->type);
	return SEK_OK;
}

static sek_wanted_fn *wanted; /* NULL: all */

static bool
is_blob(const void *arg, const struct sek_object *object)
{
	(void)arg;
	return object->type == SEK_BLOB;
}

/* What a push of the client's main brings to the server, kept in q. */
static void
pushed(const char *limit, const char *change)
{
	sh("rm -rf q; git -C s config receive.unpackLimit %s;\n"
	   "printf '#!/bin/sh\\ncp -r \"$GIT_QUARANTINE_PATH\" %s/q\\nexit "
	   "1\\n'"
	   " >s/hooks/pre-receive; chmod +x s/hooks/pre-receive; cd c\n"
	   "%s; ! git push -q origin main v1 2>/dev/null; test -d ../q",
	    limit, fixture_dir, change);
}

static void
server(const char *format)
{
	sh("rm -rf s c; git init -q --bare --object-format=%s s;\n"
	   "git init -q --object-format=%s c; cd c; git checkout -q -B main;\n"
	   "git remote add origin ../s;\n"
	   "mkdir d; for i in 1 2 3; do seq $i 3000 >f; cp f d/$i; git add .;\n"
	   "git commit -q -m $i; done; git tag -a -m t v0;\n"
	   "git push -q origin main",
	    format, format);
}

/* The work of `change` grows over f and d, and ends with the tag v1. */
static const char change[] =
    "for i in 1 2 3 4 5 6; do seq 3001 >f; echo $i >>f; echo $i >>d/2;\n"
    "git add .; git commit -q -m more-$i; done; git tag -a -m t v1";

static enum sek_code
list(struct sek_buf *out, bool without_git)
{
	sek_auto_free char *quarantine = sek_printf("%s/q", fixture_dir);
	sek_auto_free char *path_was = sek_strdup(getenv("PATH"));
	struct sek_repo *r = NULL;
	struct sek_err err = {0};
	enum sek_code code;

	setenv("GIT_QUARANTINE_PATH", quarantine, 1);
	if (sek_repo_open(&r, "s", &err) != SEK_OK)
		fail_msg("%s", err.text);
	if (without_git)
		setenv("PATH", "/nowhere", 1);
	code = sek_odb_list_pushed(r, wanted, note, out, &err);
	setenv("PATH", path_was, 1);
	unsetenv("GIT_QUARANTINE_PATH");
	sek_repo_free(r);
	return code;
}

/* The list that git gives: of q, what s alone does not have. */
static void
assert_as_git(bool without_git)
{
	sek_auto_buf b = {0};
	char *n;

	assert_int_equal(list(&b, without_git), SEK_OK);
	sh("cat >is0 <<'EOF'\n%sEOF\nsort is0 >is", sek_buf_str(&b).p);
	sh("GIT_OBJECT_DIRECTORY=$PWD/q git -C s cat-file \\\n"
	   "--batch-all-objects --batch-check='%%(objectname) %%(objecttype)' "
	   "|\n"
	   "sed 's/commit/1/;s/tree/2/;s/blob/3/;s/tag/4/' | sort >all;\n"
	   "cut -d' ' -f1 all | git -C s cat-file --batch-check 2>/dev/null |\n"
	   "grep ' missing$' | cut -d' ' -f1 | sort >new; join new all >want");
	n = sh_out("diff is want >&2 && wc -l <is");
	assert_true(atoi(n) > 3);
	free(n);
}

static void
a_push_is_listed_as_git_lists_it_without_git(void **state)
{
	static const char *const formats[] = {"sha1", "sha256"};
	static const char *const limits[] = {"1", "1000"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		server(formats[i & 1]);
		pushed(limits[i >> 1], change);
		assert_as_git(true);
	}
}

static void
what_completes_a_thin_pack_is_not_listed(void **state)
{
	char *n;

	(void)state;
	server("sha1");
	sh("git -C s repack -q -a -d");
	pushed("1", change);
	assert_as_git(true);
	n = sh_out("wc -l <all | tr -d '\\n'; printf ' '; wc -l <want");
	assert_int_not_equal(atoi(n), atoi(strchr(n, ' ')));
	free(n);
}

static void
what_is_packed_twice_or_loose_too_is_listed_once(void **state)
{
	(void)state;
	server("sha1");
	pushed("1", change);
	sh("cd c; git rev-list --objects v1 ^main~2 | cut -d' ' -f1 |\n"
	   "git pack-objects -q ../q/pack/pack >/dev/null; cd ..;\n"
	   "git init -q --bare u; git -C c cat-file blob main:f |\n"
	   "git -C u hash-object -w --stdin >f; cp -r u/objects/?? q");
	assert_as_git(true);
}

static void
an_alternate_of_the_server_is_the_servers(void **state)
{
	(void)state;
	server("sha1");
	sh("mv s base; git clone -q -s --bare base s; cd s;\n"
	   "git update-ref -d refs/heads/main");
	pushed("1", change);
	sh("test -s q/pack/*.pack");
	assert_as_git(true);
}

static void
what_only_git_can_list_is_listed_by_git(void **state)
{
	static const char *const odd[] = {
	    /* A damaged object of the server is none that it has. */
	    "f=$(git -C c rev-parse main:f | sed 's,..,&/,');\n"
	    "mkdir -p s/objects/${f%/*}; echo rubbish >s/objects/$f",
	    "rm -f s/objects/pack/*.idx",
	    "cp s/HEAD s/objects/pack/pack-1.idx; cp s/HEAD "
	    "s/objects/pack/pack-1.pack",
	    "echo /nowhere >s/objects/info/alternates",
	    "mkdir -p q/info; echo $PWD/c/.git/objects >q/info/alternates",
	    NULL,
	};

	(void)state;
	for (size_t i = 0; odd[i]; i++) {
		sek_auto_buf b = {0};

		server("sha1");
		sh("git -C s repack -q -a -d");
		pushed("1", change);
		sh("%s", odd[i]);
		assert_int_not_equal(list(&b, true), SEK_OK);
		assert_int_equal(b.n, 0);
		assert_as_git(false);
	}
}

static void
a_large_loose_object_is_listed(void **state)
{
	(void)state;
	server("sha1");
	pushed("1000",
	    "head -c 3000000 /dev/zero >f; git add f;\n"
	    "git commit -q -m large; git tag -a -m t v1");
	assert_as_git(false);
}

/* A chain of REF_DELTAs, whose bases may stand behind them. */
static void
deltas_that_name_their_base_are_listed(void **state)
{
	(void)state;
	server("sha1");
	pushed("1", change);
	sh("cd c; rm -rf ../q/pack/*; git rev-list --objects v1 ^origin/main "
	   "|\n"
	   "cut -d' ' -f1 | git \\\n"
	   "pack-objects -q ../q/pack/pack >/dev/null");
	assert_as_git(true);
}

static void
what_is_not_wanted_is_left_out(void **state)
{
	(void)state;
	server("sha1");
	pushed("1", change);
	for (int by_git = 0; by_git < 2; by_git++) {
		sek_auto_buf b = {0};

		if (by_git)
			sh("rm -f s/objects/pack/*.idx");
		assert_as_git(!by_git);
		wanted = is_blob;
		assert_int_equal(list(&b, !by_git), SEK_OK);
		wanted = NULL;
		sh("cat >is0 <<'EOF'\n%sEOF\nsort is0 >is\n"
		   "grep ' 3$' want | diff is -; test -s is",
		    sek_buf_str(&b).p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(a_push_is_listed_as_git_lists_it_without_git),
	    fixture_test(what_completes_a_thin_pack_is_not_listed),
	    fixture_test(what_is_packed_twice_or_loose_too_is_listed_once),
	    fixture_test(an_alternate_of_the_server_is_the_servers),
	    fixture_test(what_only_git_can_list_is_listed_by_git),
	    fixture_test(a_large_loose_object_is_listed),
	    fixture_test(deltas_that_name_their_base_are_listed),
	    fixture_test(what_is_not_wanted_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
