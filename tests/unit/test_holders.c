#include "fixture.h"

#include "repo/changes.h"
#include "repo/holders.h"
#include "repo/revs.h"

/* Who held a blob first at each path, told by our reader and by git. */
struct told {
	struct sek_buf lines;
	const struct sek_oids *wanted;
};

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

static void
add_line(struct told *t, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *blob)
{
	char a[SEK_OID_HEX], b[SEK_OID_HEX];

	sek_buf_printf(&t->lines, "%s %.*s %s\n", sek_oid_hex(blob, b),
	    (int)path.n, path.p, sek_oid_hex(commit, a));
}

static enum sek_code
holder(void *arg, const struct sek_oid *commit, struct sek_str path,
    const struct sek_oid *blob, struct sek_err *err)
{
	(void)err;
	add_line(arg, commit, path, blob);
	return SEK_OK;
}

static int
by_id(const void *a, const void *b)
{
	return sek_oid_cmp(a, b);
}

static enum sek_code
change(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct told *t = arg;

	(void)err;
	if (bsearch(&c->oid, t->wanted->at, t->wanted->n, sizeof(c->oid),
		by_id))
		add_line(t, commit, c->path, &c->oid);
	return SEK_OK;
}

/* Of what git tells, the first line of each blob and path. */
static char *
told_by_git(struct sek_repo *r, const struct sek_oids *wanted)
{
	static const char *const refs[] = {"--all", NULL};
	static const char *const logs[] = {"--reflog", "--not", "--all", NULL};
	static const char *const *const args[] = {refs, logs};
	struct told t = {.wanted = wanted};
	FILE *f = fopen("told", "w");
	char *out;

	for (size_t i = 0; i < 2; i++) {
		struct sek_oids commits = {0};
		struct sek_err err;

		assert_int_equal(sek_revs_commits(r, args[i], &commits, NULL,
				     &err),
		    SEK_OK);
		assert_int_equal(sek_changes_commits(r, &commits, change, &t,
				     &err),
		    SEK_OK);
		sek_vec_clear(&commits);
	}
	assert_non_null(f);
	fputs(t.lines.p ? t.lines.p : "", f);
	fclose(f);
	out = sh_out("awk '!seen[$1 $2]++' told | LC_ALL=C sort");
	sek_buf_clear(&t.lines);
	return out;
}

static enum sek_code
open_holders(struct sek_holders **out, struct sek_repo *r,
    const struct sek_store *s, const struct sek_oids *wanted,
    const struct sek_watch *watch, struct sek_err *err)
{
	struct sek_tips tips = {0};
	enum sek_code code = sek_tips_list(&tips, r, err);

	if (!code)
		code = sek_holders_open(out, &tips, s, wanted, NULL, 0, watch,
		    err);
	sek_tips_clear(&tips);
	return code;
}

static struct sek_holders *
holders(struct sek_repo *r, struct sek_store **s, const struct sek_oids *wanted)
{
	struct sek_holders *h = NULL;
	struct sek_err err = {0};

	assert_int_equal(sek_store_open(s, r, &err), SEK_OK);
	if (open_holders(&h, r, *s, wanted, NULL, &err))
		fail_msg("%s", err.text);
	return h;
}

static char *
told_by_us(struct sek_repo *r, const struct sek_oids *wanted)
{
	struct told t = {0};
	struct sek_store *s = NULL;
	struct sek_holders *h = holders(r, &s, wanted);
	struct sek_err err = {0};
	FILE *f = fopen("told", "w");

	if (sek_holders_each(h, holder, &t, &err))
		fail_msg("%s", err.text);
	sek_holders_free(h);
	sek_store_free(s);
	assert_non_null(f);
	fputs(t.lines.p ? t.lines.p : "", f);
	fclose(f);
	sek_buf_clear(&t.lines);
	return sh_out("LC_ALL=C sort told");
}

/* Every third blob of the repository. */
static struct sek_oids
some_blobs(const char *path)
{
	char *list = sh_out("git -C %s cat-file --batch-all-objects "
			    "--batch-check | awk '/blob/ && n++ %% 3 == 0 "
			    "{ print $1 }'",
	    path);
	struct sek_str rest = sek_str(list);
	struct sek_oids v = {0};

	while (rest.p)
		assert_true(sek_oid_parse(sek_vec_push(&v),
		    sek_str_cut(&rest, '\n')));
	free(list);
	return v;
}

/* Files come, change, move, are copied and reverted, on two branches that merge
 * now and then; directories go as deep as four. */
static void
make_history(const char *format, unsigned seed)
{
	sh("rm -rf r; git init -q --object-format=%s r; cd r\n"
	   "set -- a b/a b/c c/d/e/f c/d/g a/x\n"
	   "n=%u; next() { n=$(( (n * 1103515245 + 12345) %% 2147483648 )); }\n"
	   "mkdir -p c/d; for k in $(seq 40); do echo $((k %% 7)) >wide$k\n"
	   "  echo $((k %% 9)) >c/d/wide$k; done\n"
	   "git add .; git commit -q -m root; git branch side\n"
	   "for i in $(seq 40); do\n"
	   "  next; [ $((n / 65536 %% 4)) != 0 ] || {\n"
	   "    git checkout -q -f $(git branch --list "
	   "--format='%%(refname:short)'"
	   "      | grep -vx \"$(git branch --show-current)\" | head -n 1); }\n"
	   "  next; eval f=\\$$((n / 65536 %% 5 + 1)); next\n"
	   "  mkdir -p $(dirname $f) 2>/dev/null && \n"
	   "    echo $((n / 65536 %% 9)) >$f 2>/dev/null || :\n"
	   "  next; [ $((n / 65536 %% 5)) != 0 ] || cp -r c copy$i 2>/dev/null "
	   "|| :\n"
	   "  next; [ $((n / 65536 %% 5)) != 0 ] || git mv -k c moved$i || :\n"
	   "  git add -A; GIT_COMMITTER_DATE=\"$((1700000000 + i * 60)) "
	   "+0000\" git commit -q --allow-empty -m $i\n"
	   "  next; [ $((n / 65536 %% 5)) != 0 ] || {\n"
	   "    GIT_COMMITTER_DATE=\"$((1700000030 + i * 60)) +0000\" git "
	   "merge "
	   "-q -s ours -m m$i side >/dev/null 2>&1 || :; }\n"
	   "  next; [ $((n / 65536 %% 9)) != 0 ] || git reset -q --hard HEAD^\n"
	   "done; [ $((n %% 2)) = 0 ] || git repack -q -a -d -f -k",
	    format, seed);
}

static void
the_first_holders_are_those_that_git_finds(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 6; seed++) {
		struct sek_oids wanted;
		struct sek_repo *r;
		char *want, *got;

		make_history(seed % 2 ? "sha1" : "sha256", seed * 7919);
		wanted = some_blobs("r");
		r = opened("r");
		want = told_by_git(r, &wanted);
		got = told_by_us(r, &wanted);
		assert_true(strlen(want) > 200);
		assert_string_equal(got, want);
		free(want);
		free(got);
		sek_vec_clear(&wanted);
		sek_repo_free(r);
	}
}

/* Ten directories in each of ten, eleven deep, and one blob. */
static void
a_bomb_of_trees_is_refused(void **state)
{
	struct sek_oids wanted = {0};
	struct sek_store *s = NULL;
	struct sek_holders *h;
	struct told t = {0};
	struct sek_repo *r;
	struct sek_err err;
	char *blob;

	(void)state;
	sh("git init -q r; cd r; o=$(echo x | git hash-object -w --stdin)\n"
	   "kind=blob mode=100644\n"
	   "for i in 1 2 3 4 5 6 7 8 9 10 11; do\n"
	   "  o=$(for k in 0 1 2 3 4 5 6 7 8 9; do\n"
	   "    printf '%%s %%s %%s\\tname-%%s\\n' $mode $kind $o $k; done |\n"
	   "    git mktree); kind=tree mode=040000; done\n"
	   "git update-ref HEAD $(git commit-tree -m bomb $o)");
	blob = sh_out("echo x | git -C r hash-object --stdin");
	assert_true(sek_oid_parse(sek_vec_push(&wanted), sek_str(blob)));
	r = opened("r");
	t.lines.max = 1u << 30;
	h = holders(r, &s, &wanted);
	assert_int_equal(sek_holders_each(h, holder, &t, &err), SEK_ETOOBIG);
	assert_non_null(strstr(err.text, "paths than the limit"));
	sek_holders_free(h);
	sek_store_free(s);
	sek_repo_free(r);
	sek_buf_clear(&t.lines);
	sek_vec_clear(&wanted);
	free(blob);
}

static void
a_missing_tree_is_for_git_to_judge(void **state)
{
	struct sek_oids wanted;
	struct sek_store *s = NULL;
	struct sek_holders *h = NULL;
	struct sek_repo *r;
	struct sek_err err;

	(void)state;
	sh("git init -q r; cd r; mkdir d; echo x >d/f; git add .\n"
	   "git commit -q -m x; t=$(git rev-parse HEAD:d)\n"
	   "f=.git/objects/$(echo $t | sed 's,^..,&/,'); chmod +w $f\n"
	   "printf x >$f");
	wanted = some_blobs("r");
	r = opened("r");
	assert_int_equal(sek_store_open(&s, r, &err), SEK_OK);
	assert_int_equal(open_holders(&h, r, s, &wanted, NULL, &err),
	    SEK_EPARSE);
	sek_store_free(s);
	sek_repo_free(r);
	sek_vec_clear(&wanted);
}

/* Each blob is a group, and all of them are one, over and over, so that there
 * are more groups than are counted in one pass. */
enum { REPEAT = 200 };

static void
every_commit_that_holds_a_blob_is_counted(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 3; seed++) {
		SEK_VEC(struct sek_holding) v = {0};
		struct sek_store *s = NULL;
		struct sek_oids wanted;
		struct sek_holders *h;
		struct sek_repo *r;
		uint64_t *n;
		uint32_t one;

		make_history("sha1", seed * 7919);
		wanted = some_blobs("r");
		one = (uint32_t)wanted.n + 1;
		sh("cd r; git rev-list --all --reflog | while read c; do\n"
		   "git ls-tree -r $c | awk -v c=$c '{ print $3, c }'; done |\n"
		   "sort -u >../all");
		r = opened("r");
		h = holders(r, &s, &wanted);
		for (uint32_t k = 0; k < REPEAT * one; k++)
			for (size_t i = 0; i < wanted.n; i++)
				if (k % one == i || k % one == wanted.n)
					*sek_vec_push(&v) =
					    (struct sek_holding){
						k, wanted.at[i]};
		n = sek_alloc_n(REPEAT * one, sizeof(*n));
		assert_true(REPEAT * one > 512);
		assert_true(sek_holders_count(h, v.at, v.n, REPEAT * one, n));
		sh(": >some");
		for (uint32_t k = 0; k < REPEAT * one; k++) {
			char hex[SEK_OID_HEX], *want;

			if (k % one == wanted.n) {
				assert_int_equal(n[k], n[wanted.n]);
				continue;
			}
			assert_int_equal(n[k], n[k % one]);
			if (k >= one)
				continue;
			sek_oid_hex(&wanted.at[k], hex);
			want = sh_out("grep ^%s all | tee -a some | wc -l",
			    hex);
			assert_int_equal(n[k], atoi(want));
			free(want);
		}
		{
			char *want = sh_out("cut -d' ' -f2 some | sort -u | "
					    "wc -l");

			assert_int_equal(n[wanted.n], atoi(want));
			assert_true(n[wanted.n] > 5);
			free(want);
		}
		free(n);
		sek_vec_clear(&v);
		sek_vec_clear(&wanted);
		sek_holders_free(h);
		sek_store_free(s);
		sek_repo_free(r);
	}
}

static void
the_refs_are_those_that_contain_a_commit(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 3; seed++) {
		struct sek_oids wanted = {0}, none = {0};
		struct sek_store *s = NULL;
		struct sek_holders *h;
		struct sek_tips tips = {0};
		struct sek_reach *reach;
		struct sek_repo *r;
		char *list;
		struct sek_str rest;

		make_history("sha256", seed * 7919);
		sh("cd r; for i in 3 9 20; do git tag -a -m x t$i "
		   "$(git rev-list --all | sed -n ${i}p); done; git tag -a -m "
		   "x "
		   "tt t3; git checkout -q --detach HEAD~2; "
		   "GIT_COMMITTER_DATE='1800000000 +0000' "
		   "git commit -q --allow-empty -m apart");
		list = sh_out("git -C r rev-list --all --reflog | sort");
		rest = sek_str(list);
		while (rest.p)
			assert_true(sek_oid_parse(sek_vec_push(&wanted),
			    sek_str_cut(&rest, '\n')));
		free(list);
		r = opened("r");
		h = holders(r, &s, &none);
		assert_int_equal(sek_tips_list(&tips, r, NULL), SEK_OK);
		reach = sek_alloc_n(wanted.n, sizeof(*reach));
		assert_true(sek_holders_reach(h, &wanted, reach));
		for (size_t i = 0; i < wanted.n; i++) {
			struct sek_buf got = {0};
			char hex[SEK_OID_HEX], *want;

			sek_oid_hex(&wanted.at[i], hex);
			want = sh_out("cd r; git merge-base --is-ancestor %s "
				      "HEAD && echo HEAD; git for-each-ref "
				      "--contains %s --format='%%(refname)'",
			    hex, hex);
			sek_vec_each (at, &reach[i].at)
				sek_buf_printf(&got, "%s%s", got.n ? "\n" : "",
				    tips.refs.at[*at].name);
			assert_string_equal(got.p ? got.p : "", want);
			assert_int_equal(reach[i].refs, reach[i].at.n);
			assert_int_equal(reach[i].reached,
			    *want ? SEK_REACHED_BY_REFS
				  : SEK_REACHED_BY_REFLOGS);
			free(want);
			sek_buf_clear(&got);
			sek_vec_clear(&reach[i].at);
		}
		free(reach);
		sek_vec_clear(&wanted);
		sek_tips_clear(&tips);
		sek_holders_free(h);
		sek_store_free(s);
		sek_repo_free(r);
	}
}

static bool
never(void *arg, uint64_t done)
{
	(void)arg;
	(void)done;
	return false;
}

static void
a_watch_ends_it(void **state)
{
	static const struct sek_watch watch = {.go_on = never};
	struct sek_oids wanted;
	struct sek_store *s = NULL;
	struct sek_holders *h = NULL;
	struct told t = {0};
	struct sek_repo *r;
	struct sek_err err;
	enum sek_code code;

	(void)state;
	make_history("sha1", 1);
	wanted = some_blobs("r");
	r = opened("r");
	assert_int_equal(sek_store_open(&s, r, &err), SEK_OK);
	code = open_holders(&h, r, s, &wanted, &watch, &err);
	if (!code)
		code = sek_holders_each(h, holder, &t, &err);
	assert_int_equal(code, SEK_ECANCEL);
	sek_buf_clear(&t.lines);
	sek_holders_free(h);
	sek_store_free(s);
	sek_repo_free(r);
	sek_vec_clear(&wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(the_first_holders_are_those_that_git_finds),
	    fixture_test(a_bomb_of_trees_is_refused),
	    fixture_test(a_missing_tree_is_for_git_to_judge),
	    fixture_test(every_commit_that_holds_a_blob_is_counted),
	    fixture_test(the_refs_are_those_that_contain_a_commit),
	    fixture_test(a_watch_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
