#include "fixture.h"

#include "repo/changes.h"

/*
 * Changes come as lines `PATH MODE OID BEFORE...` under a line with the commit,
 * ids shortened to 7 digits and `-` for none.
 */
static void
add_oid(struct sek_buf *b, const struct sek_oid *oid)
{
	char hex[SEK_OID_HEX];

	sek_oid_hex(oid, hex);
	sek_buf_printf(b, "%.7s", sek_oid_is_none(oid) ? "-" : hex);
}

static enum sek_code
note_change(void *arg, const struct sek_oid *commit,
    const struct sek_change *change, struct sek_err *err)
{
	struct sek_buf *b = arg;

	(void)err;
	add_oid(b, commit);
	sek_buf_printf(b, " %.*s %o ", (int)change->path.n, change->path.p,
	    change->mode);
	add_oid(b, &change->oid);
	for (size_t i = 0; i < change->nparents; i++) {
		sek_buf_add_c(b, ' ');
		add_oid(b, &change->before[i]);
	}
	sek_buf_add_c(b, '\n');
	return SEK_OK;
}

static enum sek_code
note_preimage(void *arg, size_t parent, struct sek_str path,
    const struct sek_oid *blob, struct sek_err *err)
{
	struct sek_buf *b = arg;

	(void)err;
	sek_buf_printf(b, "%zu %.*s ", parent, (int)path.n, path.p);
	add_oid(b, blob);
	sek_buf_add_c(b, '\n');
	return SEK_OK;
}

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

static char *
staged(const char *path)
{
	struct sek_repo *r = opened(path);
	struct sek_oids heads = {0};
	struct sek_buf b = {0};
	struct sek_err err = {0};

	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_OK);
	if (sek_changes_staged(r, &heads, note_change, &b, &err) != SEK_OK)
		fail_msg("%s", err.text);
	sek_vec_clear(&heads);
	sek_repo_free(r);
	return sek_buf_take(&b);
}

static struct sek_oid
resolve(struct sek_repo *r, const char *revision)
{
	struct sek_oid oid = {0};
	struct sek_err err = {0};

	if (sek_repo_resolve(r, revision, &oid, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return oid;
}

/* What the named commits bring, NULL-terminated. */
static char *
brought(const char *path, const char *const *names)
{
	struct sek_repo *r = opened(path);
	struct sek_oids commits = {0};
	struct sek_buf b = {0};
	struct sek_err err = {0};

	for (; *names; names++)
		*sek_vec_push(&commits) = resolve(r, *names);
	if (sek_changes_commits(r, &commits, note_change, &b, &err) != SEK_OK)
		fail_msg("%s", err.text);
	sek_vec_clear(&commits);
	sek_repo_free(r);
	return sek_buf_take(&b);
}

#define BROUGHT(path, ...)                                                     \
	brought(path, (const char *const[]){__VA_ARGS__, NULL})

/* is == the format with ids as `git rev-parse --short=7` in r. */
static void
assert_same(char *is, char *want)
{
	assert_string_equal(is, want);
	free(is);
	free(want);
}

/* The blob ids of one-line contents. */
static const char *
blob(const char *content)
{
	static char ring[16][8];
	static size_t at;
	char *hex = sh_out("echo '%s' | git hash-object --stdin", content);

	at = (at + 1) % 16;
	snprintf(ring[at], sizeof(ring[at]), "%.7s", hex);
	free(hex);
	return ring[at];
}

static void
a_first_commit_brings_all_that_is_staged(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo x >f; mkdir d; echo y >d/g; git add .;\n"
	   "echo later >f");
	assert_same(staged("r"),
	    sek_printf("- d/g 100644 %s -\n- f 100644 %s -\n", blob("y"),
		blob("x")));
	assert_same(staged("r/d"),
	    sek_printf("- d/g 100644 %s -\n- f 100644 %s -\n", blob("y"),
		blob("x")));
}

static void
an_unchanged_index_brings_nothing(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo x >f; git add .; git commit -q -m x;\n"
	   "echo y >f; echo z >new");
	assert_same(staged("r"), sek_strdup(""));
	sh("git init -q empty");
	assert_same(staged("empty"), sek_strdup(""));
}

static void
odd_names_come_byte_for_byte(void **state)
{
	(void)state;
	sh("git init -q r; cd r;\n"
	   "for n in ' ' 'a b' '\"q\"' '*' ':(top)x' '-n' \"$(printf "
	   "'l\\nm')\" "
	   "\"$(printf '\\377')\" \"$(printf 't\\tb')\" '\\'; do\n"
	   "echo x >\"./$n\"; done; git add -A");
	assert_same(staged("r"),
	    sek_printf(
		"-   100644 %1$s -\n- \"q\" 100644 %1$s -\n- * 100644 %1$s -\n"
		"- -n 100644 %1$s -\n- :(top)x 100644 %1$s -\n"
		"- \\ 100644 %1$s -\n- a b 100644 %1$s -\n"
		"- l\nm 100644 %1$s -\n- t\tb 100644 %1$s -\n"
		"- \377 100644 %1$s -\n",
		blob("x")));
}

static void
modes_alone_bring_nothing_but_kinds_do(void **state)
{
	(void)state;
	sh("git init -q r; cd r; printf x >f; printf x >g; printf x >h;\n"
	   "git add .; git commit -q -m x; chmod +x f; git add f; rm g h;\n"
	   "ln -s x g; git add g; git rm -q --cached h");
	assert_same(staged("r"), sek_strdup("- g 120000 c1b0730 c1b0730\n"));
}

static void
intent_to_add_is_not_staged(void **state)
{
	(void)state;
	sh("git init -q r; cd r; git commit -q --allow-empty -m x;\n"
	   "echo x >f; git add -N f; echo y >g; git add g");
	assert_same(staged("r"), sek_printf("- g 100644 %s -\n", blob("y")));
}

static void
a_submodule_comes_as_its_commit(void **state)
{
	char *sub, *modules;

	(void)state;
	sh("git init -q s; git -C s commit -q --allow-empty -m x;\n"
	   "git init -q r; cd r; echo x >was; git add was; git commit -q -m "
	   "1;\n"
	   "git submodule --quiet add ../s sub; git rm -q --cached was;\n"
	   "git config -f .gitmodules submodule.sub.ignore all;\n"
	   "git config diff.ignoreSubmodules all; git add .gitmodules");
	sub = sh_out("git -C s rev-parse --short=7 HEAD");
	modules = sh_out("git -C r rev-parse --short=7 :.gitmodules");
	assert_same(staged("r"),
	    sek_printf("- .gitmodules 100644 %s -\n- sub 160000 %s -\n",
		modules, sub));
	/* A file in its place has no content before it. */
	sh("cd r; git commit -q -m 2; git rm -q --cached sub;\n"
	   "rm -rf sub; echo x >sub; git add sub");
	assert_same(staged("r"), sek_printf("- sub 100644 %s -\n", blob("x")));
	free(sub);
	free(modules);
}

static void
configuration_and_attributes_change_nothing(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo one >f; echo two >g; git add .;\n"
	   "git commit -q -m x; echo '* -diff binary filter=x' "
	   ">.gitattributes;\n"
	   "git config diff.renames copies; git config diff.noprefix true;\n"
	   "git config diff.orderFile .order; printf 'g\\nf\\n' >.order;\n"
	   "git config core.abbrev 4; git config color.ui always;\n"
	   "git config diff.relative true; git config diff.external false;\n"
	   "git config log.showSignature true; git config core.quotePath "
	   "true;\n"
	   "git config diff.renameLimit 1; git config diff.algorithm "
	   "patience;\n"
	   "git mv f h; echo more >>g; git add g");
	assert_same(staged("r"),
	    sek_printf("- g 100644 %s %s\n- h 100644 %s -\n", blob("two\nmore"),
		blob("two"), blob("one")));
}

static void
a_merge_brings_what_no_parent_has(void **state)
{
	(void)state;
	sh("git init -q r; cd r; for f in a b c d; do echo 0 >$f; done;\n"
	   "git add .; git commit -q -m 0; git checkout -q -b one;\n"
	   "echo 1 >a; echo 1 >b; echo n >new1; git add .; git commit -q -m "
	   "1;\n"
	   "git checkout -q -b two main; echo 2 >a; echo 2 >c;\n"
	   "git add .; git commit -q -m 2;\n"
	   "! git merge one >/dev/null 2>&1");
	/* The conflict in a cannot be committed yet. */
	assert_same(staged("r"), sek_strdup(""));
	sh("cd r; echo 12 >a; echo evil >e; echo evil >d; git add .");
	assert_same(staged("r"),
	    sek_printf(
		"- a 100644 %s %s %s\n- d 100644 %s %s %s\n- e 100644 %s - -\n",
		blob("12"), blob("2"), blob("1"), blob("evil"), blob("0"),
		blob("0"), blob("evil")));
	/* Taken from the other side: not new. */
	sh("cd r; echo 1 >a; git checkout -q HEAD d; git rm -qf e;\n"
	   "git add a");
	assert_same(staged("r"), sek_strdup(""));
}

static void
an_octopus_in_the_making_is_compared_with_all(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add .; git commit -q -m 0;\n"
	   "for i in 1 2 3; do git checkout -q -b b$i main; echo $i >n$i;\n"
	   "git add .; git commit -q -m $i; done; git checkout -q main;\n"
	   "echo m >m; git add m; git commit -q -m m;\n"
	   "git merge -q --no-commit b1 b2 b3 >/dev/null 2>&1;\n"
	   "echo x >n2; echo y >f; git add .");
	assert_same(staged("r"),
	    sek_printf("- f 100644 %s %s %s %s %s\n- n2 100644 %s - - %s -\n",
		blob("y"), blob("0"), blob("0"), blob("0"), blob("0"),
		blob("x"), blob("2")));
}

static void
the_index_that_git_names_is_read(void **state)
{
	(void)state;
	sh("git init -q r; mkdir r/sub; cd r; echo 0 >f; git add .;\n"
	   "git commit -q -m 0; echo 1 >f; git add f; cp .git/index "
	   ".git/other;\n"
	   "git reset -q");
	assert_same(staged("r"), sek_strdup(""));
	setenv("GIT_INDEX_FILE", ".git/other", 1);
	assert_same(staged("r"),
	    sek_printf("- f 100644 %s %s\n", blob("1"), blob("0")));
	/* As git does, from the top of the work tree, wherever we stand. */
	assert_int_equal(chdir("r/sub"), 0);
	assert_same(staged(NULL),
	    sek_printf("- f 100644 %s %s\n", blob("1"), blob("0")));
	unsetenv("GIT_INDEX_FILE");
}

/* What a pre-commit hook sees of commit -a and commit -- PATH, and where. */
static void
a_hook_sees_what_the_commit_will_hold(void **state)
{
	char *env, *index;

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; echo 0 >g; git add .;\n"
	   "git commit -q -m 0; echo 1 >f; echo 2 >g; git add g;\n"
	   "git worktree add -q ../w; echo w >../w/f; mkdir sub;\n"
	   "printf '#!/bin/sh\\nenv -0 | grep -z ^GIT_ >%s/env; pwd >%s/cwd;\\n"
	   "cp \"$GIT_INDEX_FILE\" %s/seen; exit 1\\n' "
	   ">.git/hooks/pre-commit;\n"
	   "chmod +x .git/hooks/pre-commit; cd sub;\n"
	   "! git commit -q -m x -- ../f 2>/dev/null",
	    fixture_dir, fixture_dir, fixture_dir);
	index = sh_out("tr '\\0' '\\n' <env | sed -n s/^GIT_INDEX_FILE=//p");
	assert_non_null(strstr(index, "next-index"));
	/* The same file at the same relative place. */
	sh("cd r; cp ../seen %s", index);
	setenv("GIT_INDEX_FILE", index, 1);
	assert_int_equal(chdir("r"), 0);
	assert_same(staged(NULL),
	    sek_printf("- f 100644 %s %s\n", blob("1"), blob("0")));
	unsetenv("GIT_INDEX_FILE");
	assert_int_equal(chdir(fixture_dir), 0);
	sh("cd w; ! git commit -q -a -m x 2>/dev/null");
	env = sh_out("tr '\\0' '\\n' <env");
	assert_non_null(strstr(env, "GIT_INDEX_FILE="));
	free(index);
	index = sh_out("tr '\\0' '\\n' <env | sed -n s/^GIT_INDEX_FILE=//p");
	sh("cd w; cp ../seen %s", index);
	setenv("GIT_INDEX_FILE", index, 1);
	setenv("GIT_DIR", "r/.git/worktrees/w", 1);
	assert_same(staged("w"),
	    sek_printf("- f 100644 %s %s\n", blob("w"), blob("0")));
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	free(index);
	free(env);
}

static void
every_index_format_is_read(void **state)
{
	static const char *const formats[] = {
	    "git update-index --index-version 4",
	    "git update-index --split-index",
	    "git sparse-checkout set --cone --sparse-index in",
	    "git update-index --untracked-cache",
	    NULL,
	};

	(void)state;
	for (size_t i = 0; formats[i]; i++) {
		sh("git init -q r; cd r; mkdir -p in out/deep;\n"
		   "for f in in/f out/deep/f f; do echo 0 >$f; done; git add "
		   ".;\n"
		   "git commit -q -m 0; %s; echo 1 >in/f; git add in/f;\n"
		   "git update-index --add --cacheinfo "
		   "100644,$(echo 2 | git hash-object -w --stdin),out/deep/g",
		    formats[i]);
		assert_same(staged("r"),
		    sek_printf(
			"- in/f 100644 %s %s\n- out/deep/g 100644 %s -\n",
			blob("1"), blob("0"), blob("2")));
		sh("rm -rf r");
	}
}

static void
sha256_repositories_are_read(void **state)
{
	char *id;

	(void)state;
	sh("git init -q --object-format=sha256 r; cd r; echo 0 >f; git add f");
	id = sh_out("git -C r rev-parse --short=7 :f");
	assert_same(staged("r"), sek_printf("- f 100644 %s -\n", id));
	sh("cd r; git commit -q -m 0; echo 1 >g; git add g");
	free(id);
	id = sh_out("git -C r rev-parse --short=7 :g");
	assert_same(staged("r"), sek_printf("- g 100644 %s -\n", id));
	free(id);
}

static void
a_broken_index_is_an_error(void **state)
{
	struct sek_repo *r;
	struct sek_buf b = {0};
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo rubbish, and more of it than a header >.git/index");
	r = opened("r");
	assert_int_equal(sek_changes_staged(r, NULL, note_change, &b, &err),
	    SEK_EIO);
	assert_non_null(strstr(err.text, "index"));
	sek_repo_free(r);
	sek_buf_clear(&b);
}

static void
a_broken_head_makes_all_new(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1111111111111111111111111111111111111111 "
	   ">.git/refs/heads/main");
	assert_same(staged("r"), sek_printf("- f 100644 %s -\n", blob("0")));
}

static void
commits_bring_what_their_parents_lack(void **state)
{
	char *first, *second;

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; echo 0 >'a\nb'; git add .;\n"
	   "git commit -q -m 0; echo 1 >f; git rm -q --cached 'a\nb';\n"
	   "git add f; git commit -q -m 1; git commit -q --allow-empty -m 2;\n"
	   "chmod +x f; git commit -q -a -m 3");
	first = sh_out("git -C r rev-parse --short=7 HEAD~3");
	second = sh_out("git -C r rev-parse --short=7 HEAD~2");
	assert_same(BROUGHT("r", "HEAD", "HEAD~1", "HEAD~2", "HEAD~3"),
	    sek_printf("%s f 100644 %s %s\n%s a\nb 100644 %s -\n"
		       "%s f 100644 %s -\n",
		second, blob("1"), blob("0"), first, blob("0"), first,
		blob("0")));
	free(first);
	free(second);
}

static void
replacements_and_grafts_hide_nothing(void **state)
{
	char *head;

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1 >f; git commit -q -a -m 1;\n"
	   "git replace HEAD $(git commit-tree -p HEAD~ -m x HEAD~^{tree});\n"
	   "git rev-parse HEAD >.git/info/grafts");
	head = sh_out("git -C r rev-parse --short=7 HEAD");
	assert_same(BROUGHT("r", "HEAD"),
	    sek_printf("%s f 100644 %s %s\n", head, blob("1"), blob("0")));
	free(head);
}

static void
a_shallow_commit_brings_all_it_has(void **state)
{
	char *head;

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1 >g; git add g; git commit -q -m 1; cd ..;\n"
	   "git clone -q --depth 1 file://$PWD/r s");
	head = sh_out("git -C s rev-parse --short=7 HEAD");
	assert_same(BROUGHT("s", "HEAD"),
	    sek_printf("%s f 100644 %s -\n%s g 100644 %s -\n", head, blob("0"),
		head, blob("1")));
	free(head);
}

static void
a_commit_that_cannot_be_read_is_an_error(void **state)
{
	struct sek_oids commits = {0};
	struct sek_repo *r;
	struct sek_buf b = {0};
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0");
	r = opened("r");
	*sek_vec_push(&commits) = resolve(r, "HEAD");
	*sek_vec_push(&commits) = commits.at[0];
	commits.at[1].raw[0] ^= 1;
	assert_int_equal(sek_changes_commits(r, &commits, note_change, &b,
			     &err),
	    SEK_EIO);
	*sek_vec_push(&commits) = commits.at[0];
	assert_int_equal(sek_changes_commits(r, &commits, note_change, &b,
			     &err),
	    SEK_EIO);
	assert_non_null(strstr(err.text, "git cannot read it"));
	sek_vec_clear(&commits);
	/* Nor is a missing tree an empty one. */
	sh("cd r; t=$(git rev-parse HEAD^{tree});\n"
	   "rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)");
	*sek_vec_push(&commits) = resolve(r, "HEAD");
	assert_int_equal(sek_changes_commits(r, &commits, note_change, &b,
			     &err),
	    SEK_EIO);
	sek_vec_clear(&commits);
	sek_buf_clear(&b);
	sek_repo_free(r);
}

static enum sek_code
refuse(void *arg, const struct sek_oid *commit, const struct sek_change *change,
    struct sek_err *err)
{
	(void)arg;
	(void)commit;
	(void)change;
	return sek_fail(err, SEK_ECANCEL, "enough");
}

static void
a_callback_ends_the_walk(void **state)
{
	struct sek_oids commits = {0};
	struct sek_repo *r;
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; cd r; echo 0 >f; git add f; git commit -q -m 0;\n"
	   "echo 1 >f; git add f");
	r = opened("r");
	assert_int_equal(sek_changes_staged(r, NULL, refuse, NULL, &err),
	    SEK_ECANCEL);
	assert_string_equal(err.text, "enough");
	*sek_vec_push(&commits) = resolve(r, "HEAD");
	assert_int_equal(sek_changes_staged(r, &commits, refuse, NULL, &err),
	    SEK_ECANCEL);
	assert_int_equal(sek_changes_commits(r, &commits, refuse, NULL, &err),
	    SEK_ECANCEL);
	sek_vec_clear(&commits);
	sek_repo_free(r);
}

static void
preimages_are_what_is_removed_or_overwritten(void **state)
{
	struct sek_oids heads = {0};
	struct sek_oid head;
	struct sek_repo *r;
	struct sek_buf b = {0};
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; cd r; for f in a b c x; do echo $f >$f; done;\n"
	   "git add .; git commit -q -m 0; git checkout -q -b one;\n"
	   "echo 1 >b; git commit -q -a -m 1; git checkout -q -b two main;\n"
	   "echo 2 >n; git add n; git commit -q -m 2; git merge -q --no-commit "
	   "one >/dev/null 2>&1;\n"
	   "chmod +x x; git rm -q --cached a; echo z >c; git add .");
	r = opened("r");
	assert_int_equal(sek_repo_merge_heads(r, &heads, &err), SEK_OK);
	sh("cd r; git rm -q --cached a");
	assert_int_equal(sek_changes_preimages(r, NULL, &heads, note_preimage,
			     &b, &err),
	    SEK_OK);
	sh("cd r; git commit -q -m m");
	assert_same(sek_buf_take(&b),
	    sek_printf("0 a %s\n0 b %s\n0 c %s\n1 a %s\n1 c %s\n", blob("a"),
		blob("b"), blob("c"), blob("a"), blob("c")));
	head = resolve(r, "HEAD");
	assert_int_equal(sek_changes_preimages(r, &head, NULL, note_preimage,
			     &b, &err),
	    SEK_OK);
	assert_same(sek_buf_take(&b),
	    sek_printf("0 a %s\n0 b %s\n0 c %s\n1 a %s\n1 c %s\n", blob("a"),
		blob("b"), blob("c"), blob("a"), blob("c")));
	head = resolve(r, "main");
	assert_int_equal(sek_changes_preimages(r, &head, NULL, note_preimage,
			     &b, &err),
	    SEK_OK);
	assert_int_equal(b.n, 0);
	head.raw[3] ^= 1;
	assert_int_not_equal(sek_changes_preimages(r, &head, NULL,
				 note_preimage, &b, &err),
	    SEK_OK);
	sek_vec_clear(&heads);
	sek_repo_free(r);
}

static void
assert_blob_at(struct sek_repo *r, const struct sek_oid *commit,
    const char *path, const char *content)
{
	struct sek_oid oid;
	struct sek_err err = {0};
	char hex[SEK_OID_HEX];

	if (sek_changes_blob_at(r, commit, sek_str(path), &oid, &err) != SEK_OK)
		fail_msg("%s", err.text);
	if (!content) {
		assert_true(sek_oid_is_none(&oid));
		return;
	}
	sek_oid_hex(&oid, hex);
	hex[7] = '\0';
	assert_string_equal(hex, blob(content));
}

static void
a_blob_is_found_by_its_exact_path(void **state)
{
	struct sek_repo *r;
	struct sek_oid head;
	struct sek_oid oid;
	struct sek_err err = {0};

	(void)state;
	sh("git init -q r; cd r; mkdir d; echo 1 >d/f; echo 2 >'a\nb';\n"
	   "echo 3 >'*'; echo 4 >':(top)x'; echo 5 >x; git add .;\n"
	   "git commit -q -m 0; echo i >d/f; git add d; git rm -q --cached x");
	r = opened("r/d");
	head = resolve(r, "HEAD");
	assert_blob_at(r, &head, "d/f", "1");
	assert_blob_at(r, NULL, "d/f", "i");
	assert_blob_at(r, &head, "a\nb", "2");
	assert_blob_at(r, NULL, "a\nb", "2");
	assert_blob_at(r, &head, "*", "3");
	assert_blob_at(r, NULL, "*", "3");
	assert_blob_at(r, &head, ":(top)x", "4");
	assert_blob_at(r, NULL, ":(top)x", "4");
	assert_blob_at(r, &head, "x", "5");
	assert_blob_at(r, NULL, "x", NULL);
	assert_blob_at(r, &head, "d", NULL);
	assert_blob_at(r, NULL, "d", NULL);
	assert_blob_at(r, &head, "", NULL);
	assert_blob_at(r, &head, "f", NULL);
	assert_blob_at(r, &head, ".sekisho", NULL);
	assert_blob_at(r, NULL, ".sekisho", NULL);
	head.raw[0] ^= 1;
	assert_int_not_equal(sek_changes_blob_at(r, &head, SEK_STR("x"), &oid,
				 &err),
	    SEK_OK);
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(a_first_commit_brings_all_that_is_staged),
	    fixture_test(an_unchanged_index_brings_nothing),
	    fixture_test(odd_names_come_byte_for_byte),
	    fixture_test(modes_alone_bring_nothing_but_kinds_do),
	    fixture_test(intent_to_add_is_not_staged),
	    fixture_test(a_submodule_comes_as_its_commit),
	    fixture_test(configuration_and_attributes_change_nothing),
	    fixture_test(a_merge_brings_what_no_parent_has),
	    fixture_test(an_octopus_in_the_making_is_compared_with_all),
	    fixture_test(the_index_that_git_names_is_read),
	    fixture_test(a_hook_sees_what_the_commit_will_hold),
	    fixture_test(every_index_format_is_read),
	    fixture_test(sha256_repositories_are_read),
	    fixture_test(a_broken_index_is_an_error),
	    fixture_test(a_broken_head_makes_all_new),
	    fixture_test(commits_bring_what_their_parents_lack),
	    fixture_test(replacements_and_grafts_hide_nothing),
	    fixture_test(a_shallow_commit_brings_all_it_has),
	    fixture_test(a_commit_that_cannot_be_read_is_an_error),
	    fixture_test(a_callback_ends_the_walk),
	    fixture_test(preimages_are_what_is_removed_or_overwritten),
	    fixture_test(a_blob_is_found_by_its_exact_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
