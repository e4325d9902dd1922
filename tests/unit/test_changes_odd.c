#include "fixture.h"

#include "repo/changes.h"

/*
 * Trees as no git writes them (out of order, a name twice or with a slash, old
 * modes) in commits of which each changes little: what is told of them must be
 * what git tells. A shallow repository's commits are left to git, so the same
 * question is asked twice.
 */
#define CASES   80
#define ENTRIES 12

static uint64_t seed = 4711;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static char *
hash(const char *type, struct sek_str content)
{
	FILE *f = fopen("object", "w");

	assert_non_null(f);
	assert_int_equal(fwrite(content.p, 1, content.n, f), content.n);
	assert_int_equal(fclose(f), 0);
	return sh_out("git hash-object -w --literally -t %s object", type);
}

struct entry {
	const char *mode;
	char name[4];
	struct sek_oid oid;
};

static void
change_entry(struct entry *e, unsigned i, const struct sek_oid *trees)
{
	static const char *const modes[] = {"100644", "100644", "100755",
	    "100664", "120000", "160000", "0100644"};

	snprintf(e->name, sizeof(e->name), "%c%c", 'a' + (int)i,
	    pick(12) ? '1' : '/');
	e->mode = pick(20) ? modes[pick(2)] : modes[pick(7)];
	e->oid = trees[0];
	e->oid.raw[5] = (unsigned char)pick(256);
	if (pick(4) == 0) {
		e->mode = pick(12) ? "40000" : "040000";
		e->oid = trees[pick(2)];
	}
}

static char *
write_tree(const struct entry *e, size_t n)
{
	struct sek_buf b = {0};
	char *hex;

	for (size_t i = 0; i < n; i++) {
		sek_buf_printf(&b, "%s %s", e[i].mode, e[i].name);
		sek_buf_add_c(&b, '\0');
		sek_buf_add(&b, e[i].oid.raw, 20);
	}
	hex = hash("tree", sek_buf_str(&b));
	sek_buf_clear(&b);
	return hex;
}

static char *
write_commit(const char *tree, const char *parent)
{
	char *text = sek_printf("tree %s\n%s%s%sauthor A <a@e> 1 +0000\n"
				"committer C <c@e> 1 +0000\n\nm\n",
	    tree, parent ? "parent " : "", parent ? parent : "",
	    parent ? "\n" : "");
	char *hex = hash("commit", sek_str(text));

	free(text);
	return hex;
}

static enum sek_code
note(void *arg, const struct sek_oid *commit, const struct sek_change *c,
    struct sek_err *err)
{
	struct sek_buf *b = arg;
	char hex[2][SEK_OID_HEX];

	(void)commit;
	(void)err;
	sek_buf_printf(b, "%.*s %o %s %s\n", (int)c->path.n, c->path.p, c->mode,
	    sek_oid_hex(&c->oid, hex[0]), sek_oid_hex(&c->before[0], hex[1]));
	return SEK_OK;
}

/* Whoever fails, fails when git is asked, too. */
static void
check(struct sek_repo *r, const char *commit)
{
	struct sek_buf ours = {0}, gits = {0};
	struct sek_oids one = {0};
	enum sek_code a, b;

	assert_true(sek_oid_parse(sek_vec_push(&one), sek_str(commit)));
	r->shallow = false;
	a = sek_changes_commits(r, &one, note, &ours, NULL);
	r->shallow = true;
	b = sek_changes_commits(r, &one, note, &gits, NULL);
	assert_int_equal(a, b);
	if (!sek_str_eq(sek_buf_str(&ours), sek_buf_str(&gits)))
		fail_msg("%s\nours:\n%s\ngit's:\n%s", commit, ours.p, gits.p);
	sek_vec_clear(&one);
	sek_buf_clear(&ours);
	sek_buf_clear(&gits);
}

static void
shuffle(struct entry *e)
{
	unsigned i = pick(ENTRIES), k = pick(ENTRIES);
	struct entry was = e[i];

	if (pick(3) == 0)
		e[i] = e[k]; /* twice */
	if (pick(3) == 0)
		e[k] = was;
}

static void
check_case(struct sek_repo *r, const struct sek_oid *trees)
{
	struct entry e[ENTRIES];
	char *tree, *parent, *commit;

	for (unsigned i = 0; i < ENTRIES; i++)
		change_entry(&e[i], i, trees);
	if (pick(2))
		shuffle(e);
	tree = write_tree(e, ENTRIES);
	parent = write_commit(tree, NULL);
	check(r, parent);
	free(tree);
	for (unsigned n = pick(4); n > 0; n--) {
		unsigned i = pick(ENTRIES);

		change_entry(&e[i], i, trees);
	}
	if (pick(4) == 0)
		shuffle(e);
	tree = write_tree(e, ENTRIES - pick(3));
	commit = write_commit(tree, parent);
	check(r, commit);
	free(tree);
	free(parent);
	free(commit);
}

static void
odd_trees_are_told_as_git_tells_them(void **state)
{
	struct sek_oid trees[2];
	struct sek_repo *r = NULL;
	struct entry file = {.mode = "100644", .name = "f"};
	char *hex;

	(void)state;
	sh("git init -q r");
	assert_int_equal(chdir("r"), 0);
	file.oid.len = 20;
	for (unsigned i = 0; i < 2; i++) {
		file.oid.raw[0] = (unsigned char)(1 + i);
		hex = write_tree(&file, 1);
		assert_true(sek_oid_parse(&trees[i], sek_str(hex)));
		free(hex);
	}
	assert_int_equal(sek_repo_open(&r, NULL, NULL), SEK_OK);
	for (unsigned i = 0; i < CASES; i++)
		check_case(r, trees);
	sek_repo_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(odd_trees_are_told_as_git_tells_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
