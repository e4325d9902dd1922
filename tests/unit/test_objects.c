#include "fixture.h"

#include <pthread.h>

#include "repo/objects.h"

static const enum sek_odb_use uses[] = {SEK_ODB_FEW, SEK_ODB_MANY};

static struct sek_repo *
opened(const char *path)
{
	struct sek_repo *r = NULL;
	struct sek_err err = {0};

	if (sek_repo_open(&r, path, &err) != SEK_OK)
		fail_msg("%s", err.text);
	return r;
}

static struct sek_odb *
odb(struct sek_repo *r, enum sek_odb_use use)
{
	struct sek_odb *o = NULL;
	struct sek_err err = {0};

	assert_int_equal(sek_odb_open(&o, r, use, &err), SEK_OK);
	return o;
}

/* What the shell prints, as an id. */
static struct sek_oid
id(const char *shell)
{
	char *hex = sh_out("%s", shell);
	struct sek_oid oid = {0};

	assert_true(sek_oid_parse(&oid, sek_str(hex)));
	free(hex);
	return oid;
}

static void
assert_blob(struct sek_odb *o, const struct sek_oid *oid, const char *content)
{
	sek_auto_buf b = {0};
	enum sek_type type = 0;
	struct sek_err err = {0};

	if (sek_odb_read(o, oid, &b, &type, &err) != SEK_OK)
		fail_msg("%s", err.text);
	assert_int_equal(type, SEK_BLOB);
	assert_int_equal(b.n, strlen(content));
	assert_memory_equal(b.p, content, b.n);
}

static void
assert_fails(struct sek_odb *o, const struct sek_oid *oid, enum sek_code code)
{
	sek_auto_buf b = {0};
	enum sek_type type = 0;
	struct sek_err err = {0};
	char hex[SEK_OID_HEX];

	assert_int_equal(sek_odb_read(o, oid, &b, &type, &err), code);
	assert_non_null(strstr(err.text, sek_oid_hex(oid, hex)));
}

static void
every_type_is_read_loose_and_packed(void **state)
{
	static const char *const names[] = {
	    "HEAD", "HEAD^{tree}", "HEAD:f", "v1", "HEAD:e"};
	static const enum sek_type types[] = {
	    SEK_COMMIT, SEK_TREE, SEK_BLOB, SEK_TAG, SEK_BLOB};
	static const char *const formats[] = {"sha1", "sha256"};

	(void)state;
	for (unsigned i = 0; i < 2 * 2 * 2; i++) {
		struct sek_repo *r;
		struct sek_odb *o;

		sh("rm -rf r; git init -q --object-format=%s r; cd r;\n"
		   "printf 'a\\0b' >f; >e; git add .; git commit -q -m x;\n"
		   "git tag -a -m t v1; %s",
		    formats[i & 1], i & 4 ? "git repack -q -a -d" : "");
		r = opened("r");
		o = odb(r, uses[i >> 1 & 1]);
		for (size_t k = 0; k < 5; k++) {
			struct sek_buf b = {0}, want = {0};
			enum sek_type type = 0;
			struct sek_err err = {0};
			char *shell = sek_printf("git -C r rev-parse %s",
			    names[k]);
			struct sek_oid oid = id(shell);
			char hex[SEK_OID_HEX], *size;

			free(shell);
			assert_int_equal(sek_odb_read(o, &oid, &b, &type, &err),
			    SEK_OK);
			assert_int_equal(type, types[k]);
			size = sh_out("git -C r cat-file -s %s",
			    sek_oid_hex(&oid, hex));
			assert_int_equal(b.n, atol(size));
			free(size);
			if (k == 2)
				assert_memory_equal(b.p, "a\0b", 3);
			sek_buf_clear(&b);
			sek_buf_clear(&want);
		}
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

static void
a_missing_object_is_not_found_and_the_next_is_read(void **state)
{
	(void)state;
	sh("git init -q r; echo x >r/f; git -C r add f");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("r");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid there = id("git -C r rev-parse :f");
		struct sek_oid gone = there;

		gone.raw[5] ^= 1;
		assert_fails(o, &gone, SEK_ENOTFOUND);
		assert_blob(o, &there, "x\n");
		assert_fails(o, &gone, SEK_ENOTFOUND);
		assert_blob(o, &there, "x\n");
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

static void
an_object_over_the_limit_is_too_big_and_the_next_is_read(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo small >s; echo longer than that >l;\n"
	   "head -c 20000000 /dev/zero >h; git add .");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("r");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid s = id("git -C r rev-parse :s");
		struct sek_oid big[2] = {
		    id("git -C r rev-parse :l"), id("git -C r rev-parse :h")};
		struct sek_buf b = {.max = 6};
		struct sek_err err;
		enum sek_type type;

		for (size_t k = 0; k < 4; k++) {
			assert_int_equal(sek_odb_read(o, &big[k & 1], &b, &type,
					     &err),
			    SEK_ETOOBIG);
			assert_int_equal(sek_odb_read(o, &s, &b, &type, &err),
			    SEK_OK);
			assert_string_equal(b.p, "small\n");
		}
		sek_buf_clear(&b);
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

/* The file of a loose object. */
static char *
loose(const struct sek_oid *oid)
{
	char hex[SEK_OID_HEX];

	sek_oid_hex(oid, hex);
	return sek_printf("r/.git/objects/%.2s/%s", hex, hex + 2);
}

static void
a_damaged_loose_object_is_corrupt_and_the_next_is_read(void **state)
{
	static const char *const damage[] = {
	    "printf rubbish >%s",
	    ">%s",
	    "truncate -s -4 %s",
	    "printf '\\377' | dd of=%s bs=1 seek=25 conv=notrunc 2>/dev/null",
	    NULL,
	};

	(void)state;
	sh("git init -q r; cd r; echo x >f; seq 1 1000 >bad; git add .");
	for (size_t d = 0; damage[d]; d++) {
		struct sek_oid x = id("git -C r rev-parse :f");
		struct sek_oid bad = id("git -C r rev-parse :bad");
		char *file = loose(&bad);
		char *script = sek_strdup(damage[d]);

		sh("chmod u+w %s; cp -f %s keep", file, file);
		*strstr(script, "%s") = '\0';
		sh("%s%s%s", script, file, strstr(damage[d], "%s") + 2);
		for (size_t i = 0; i < 2; i++) {
			struct sek_repo *r = opened("r");
			struct sek_odb *o = odb(r, uses[i]);

			assert_fails(o, &bad, SEK_EPARSE);
			assert_blob(o, &x, "x\n");
			assert_fails(o, &bad, SEK_EPARSE);
			sek_odb_close(o);
			sek_repo_free(r);
		}
		sh("cp -f keep %s", file);
		free(file);
		free(script);
	}
}

/* Each byte of a small pack's only stream in turn: never other content. */
static void
an_object_in_the_place_of_another_is_damaged(void **state)
{
	struct sek_repo *r;
	struct sek_oid bad, good;

	(void)state;
	sh("git init -q r; cd r\n"
	   "b=$(echo bad | git hash-object -w --stdin)\n"
	   "g=$(echo good | git hash-object -w --stdin)\n"
	   "at() { printf .git/objects/%%.2s/%%s $1 ${1#??}; }\n"
	   "chmod u+w $(at $b); cp $(at $g) $(at $b)");
	bad = id("echo bad | git hash-object --stdin");
	good = id("echo good | git hash-object --stdin");
	r = opened("r");
	for (size_t i = 0; i < 2; i++) {
		struct sek_odb *o = odb(r, uses[i]);

		assert_fails(o, &bad, SEK_EPARSE);
		assert_blob(o, &good, "good\n");
		sek_odb_close(o);
	}
	sek_repo_free(r);
}

static void
a_damaged_pack_never_gives_other_bytes(void **state)
{
	struct sek_oid x;
	char *pack;
	size_t wrong = 0;
	FILE *f;

	(void)state;
	sh("git init -q r; cd r; echo 'some content to be kept' >f; git add "
	   ".;\n"
	   "git commit -q -m x; git repack -q -a -d; chmod u+w "
	   ".git/objects/pack/*.pack");
	x = id("git -C r rev-parse HEAD:f");
	pack = sh_out("ls $PWD/r/.git/objects/pack/*.pack");
	f = fopen(pack, "r+b");
	assert_non_null(f);
	for (long at = 12;; at++) {
		struct sek_repo *r;
		struct sek_odb *o;
		struct sek_buf b = {0};
		struct sek_err err;
		enum sek_type type;
		int was;

		fseek(f, at, SEEK_SET);
		was = getc(f);
		if (was == EOF)
			break;
		fseek(f, at, SEEK_SET);
		putc(was ^ 0x10, f);
		fflush(f);
		r = opened("r");
		o = odb(r, SEK_ODB_MANY);
		if (sek_odb_read(o, &x, &b, &type, &err) == SEK_OK)
			assert_string_equal(b.p, "some content to be kept\n");
		else
			wrong++;
		sek_buf_clear(&b);
		sek_odb_close(o);
		sek_repo_free(r);
		fseek(f, at, SEEK_SET);
		putc(was, f);
		fflush(f);
		at += 2;
	}
	assert_true(wrong > 0);
	fclose(f);
	free(pack);
}

static void
replacements_are_not_followed(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo x >f; echo other >g; git add .;\n"
	   "git replace $(git rev-parse :f) $(git rev-parse :g)");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("r");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid f = id("git -C r rev-parse :f");

		assert_blob(o, &f, "x\n");
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

static void
alternates_are_read_through(void **state)
{
	(void)state;
	sh("git init -q r; echo x >r/f; git -C r add f;\n"
	   "git -C r commit -q -m x; git clone -q -s r c; mkdir 'o:o';\n"
	   "git init -q 'o:o/q'; echo y >'o:o/q/g'; git -C o:o/q add g;\n"
	   "git init -q s; echo z >s/h; git -C s add h");
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES",
	    "\"../o:o/q/.git/objects\":../s/.git/objects", 1);
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("c");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid f = id("git -C r rev-parse :f");
		struct sek_oid g = id("git -C o:o/q rev-parse :g");
		struct sek_oid h = id("git -C s rev-parse :h");

		assert_blob(o, &f, "x\n");
		assert_blob(o, &g, "y\n");
		assert_blob(o, &h, "z\n");
		sek_odb_close(o);
		sek_repo_free(r);
	}
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
}

static void
a_linked_worktree_reads_the_common_objects(void **state)
{
	(void)state;
	sh("git init -q r; echo x >r/f; git -C r add f;\n"
	   "git -C r commit -q -m x; git -C r worktree add -q ../w");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("w");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid f = id("git -C r rev-parse :f");

		assert_blob(o, &f, "x\n");
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

/* An extension that libgit2 refuses to open a repository with. */
static void
repository_extensions_are_no_matter(void **state)
{
	(void)state;
	sh("git init -q r; cd r; echo x >f; git add f;\n"
	   "git config core.repositoryFormatVersion 1;\n"
	   "git config extensions.worktreeConfig true;\n"
	   "git config extensions.partialClone origin");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("r");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid f = id("git -C r rev-parse :f");

		assert_blob(o, &f, "x\n");
		sek_odb_close(o);
		sek_repo_free(r);
	}
}

static void
a_partial_clone_is_never_filled_in(void **state)
{
	char *before, *after;

	(void)state;
	sh("git init -q r; cd r; echo x >f; git add f; git commit -q -m x;\n"
	   "echo y >f; git commit -q -a -m y;\n"
	   "git config uploadpack.allowFilter true;\n"
	   "git config uploadpack.allowAnySHA1InWant true; cd ..;\n"
	   "git clone -q --filter=blob:none file://$PWD/r p");
	before = sh_out("find p/.git/objects | sort");
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r = opened("p");
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_oid old = id("git -C r rev-parse HEAD~:f");
		struct sek_oid new = id("git -C r rev-parse HEAD:f");

		assert_fails(o, &old, SEK_ENOTFOUND);
		assert_blob(o, &new, "y\n");
		assert_fails(o, &old, SEK_ENOTFOUND);
		sek_odb_close(o);
		sek_repo_free(r);
	}
	/* Nor by a git that knows only of protocols. */
	after = sh_out("find p/.git/objects | sort");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static enum sek_code
note_object(void *arg, const struct sek_object *object, struct sek_err *err)
{
	struct sek_buf *b = arg;
	char hex[SEK_OID_HEX];

	(void)err;
	sek_buf_printf(b, "%s %d %zu\n", sek_oid_hex(&object->oid, hex),
	    (int)object->type, (size_t)object->size);
	return SEK_OK;
}

static void
assert_listed(struct sek_buf *b, const char *path)
{
	char *want;

	sh("cat >names <<'EOF'\n%sEOF\nsort names >is", b->p);
	sh("git -C %s cat-file --batch-all-objects --batch-check |\n"
	   "sed 's/commit/1/;s/tree/2/;s/blob/3/;s/tag/4/' | sort >want",
	    path);
	want = sh_out("diff is want && wc -l <is");
	assert_true(atoi(want) > 3);
	free(want);
}

static void
every_object_is_listed_once(void **state)
{
	static const char *const formats[] = {"sha1", "sha256"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r;
		struct sek_buf b = {0};
		struct sek_err err;

		sh("rm -rf r c; git init -q --object-format=%s r; cd r;\n"
		   "seq 1 1000 >f; git add .; git commit -q -m 1;\n"
		   "git repack -q -a -d; seq 1 1001 >f; git commit -q -a -m "
		   "2;\n"
		   "git tag -a -m t v1; git clone -q -s . ../c; cd ../c;\n"
		   "echo z >z; git add z",
		    formats[i]);
		r = opened("c");
		assert_int_equal(sek_odb_list(r, false, note_object, &b, &err),
		    SEK_OK);
		assert_listed(&b, "c");
		sek_buf_clear(&b);
		sek_repo_free(r);
	}
}

static void
a_list_with_a_damaged_object_is_complete_but_an_error(void **state)
{
	struct sek_repo *r;
	struct sek_buf b = {0};
	struct sek_err err;
	struct sek_oid bad;
	char *file, hex[SEK_OID_HEX];
	size_t lines = 0;

	(void)state;
	sh("git init -q r; cd r; for i in 1 2 3 4 5 6 7 8 9; do echo $i >$i;\n"
	   "done; git add .");
	bad = id("git -C r rev-parse :5");
	file = loose(&bad);
	sh("chmod u+w %s; echo rubbish >%s", file, file);
	r = opened("r");
	assert_int_equal(sek_odb_list(r, false, note_object, &b, &err),
	    SEK_EPARSE);
	assert_non_null(strstr(err.text, sek_oid_hex(&bad, hex)));
	for (size_t i = 0; i < b.n; i++)
		lines += b.p[i] == '\n';
	assert_int_equal(lines, 8);
	sek_buf_clear(&b);
	sek_repo_free(r);
	free(file);
}

/* A real push, seen by a pre-receive hook that keeps what it was given. */
static void
the_quarantine_is_listed_and_read_alone(void **state)
{
	static const char *const limits[] = {"1", "1000"};
	char *env[3];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sek_repo *r;
		struct sek_odb *o;
		struct sek_buf b = {0};
		struct sek_err err = {0};
		struct sek_oid f, old;
		size_t lines = 0;

		sh("rm -rf s c q* env; git init -q --bare s;\n"
		   "git -C s config receive.unpackLimit %s;\n"
		   "git clone -q s c 2>/dev/null; cd c; seq 1 3000 >f;\n"
		   "git add f; git commit -q -m 1; git push -q origin main;\n"
		   "printf '#!/bin/sh\\nenv | grep ^GIT_ >%s/env\\n"
		   "cp -r \"$GIT_QUARANTINE_PATH\" %s/q\\nexit 1\\n' "
		   ">../s/hooks/pre-receive; chmod +x ../s/hooks/pre-receive;\n"
		   "seq 1 3001 >f; git commit -q -a -m 2;\n"
		   "! git push -q origin main 2>/dev/null",
		    limits[i], fixture_dir, fixture_dir);
		env[0] = sek_printf("%s/q", fixture_dir);
		env[1] = sek_printf("%s/s/objects", fixture_dir);
		setenv("GIT_DIR", ".", 1);
		setenv("GIT_QUARANTINE_PATH", env[0], 1);
		setenv("GIT_OBJECT_DIRECTORY", env[0], 1);
		setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", env[1], 1);
		assert_int_equal(chdir("s"), 0);
		r = opened(NULL);
		assert_true(r->quarantine);
		if (sek_odb_list(r, true, note_object, &b, &err) != SEK_OK)
			fail_msg("%s", err.text);
		for (size_t k = 0; k < b.n; k++)
			lines += b.p[k] == '\n';
		/* Commit, tree, blob; index-pack may have added the base. */
		assert_in_range(lines, 3, 4);
		unsetenv("GIT_DIR");
		assert_int_equal(chdir(fixture_dir), 0);
		f = id("git -C c rev-parse HEAD:f");
		old = id("git -C c rev-parse HEAD~:f");
		for (size_t k = 0; k < 2; k++) {
			char *want = sh_out("seq 1 3001; echo");

			o = odb(r, uses[k]);
			assert_blob(o, &f, want);
			sek_odb_close(o);
			free(want);
			want = sh_out("seq 1 3000; echo");
			o = odb(r, uses[k]);
			assert_blob(o, &old, want);
			sek_odb_close(o);
			free(want);
		}
		unsetenv("GIT_QUARANTINE_PATH");
		unsetenv("GIT_OBJECT_DIRECTORY");
		unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
		assert_int_equal(sek_odb_list(r, true, note_object, &b, &err),
		    SEK_ENOTFOUND);
		sek_buf_clear(&b);
		sek_repo_free(r);
		free(env[0]);
		free(env[1]);
	}
}

static void
ordinary_reads_start_no_child(void **state)
{
	char *saved = sek_strdup(getenv("PATH"));
	struct sek_repo *r;
	struct sek_oid oid[4], none = {.len = 20};

	(void)state;
	/* Deltas of each other in a pack, and a loose one. */
	sh("git init -q r; cd r; seq 9000 >f; git add f; git commit -qm 1\n"
	   "seq 9001 >f; git commit -qam 2; seq 9002 >f; git commit -qam 3\n"
	   "git repack -q -a -d; echo x >f; git add f");
	oid[0] = id("git -C r rev-parse :f");
	oid[1] = id("git -C r rev-parse HEAD:f");
	oid[2] = id("git -C r rev-parse HEAD~1:f");
	oid[3] = id("git -C r rev-parse HEAD~2:f");
	r = opened("r");
	setenv("PATH", "/nowhere", 1);
	for (size_t i = 0; i < 2; i++) {
		struct sek_odb *o = odb(r, uses[i]);
		struct sek_buf b = {0};
		enum sek_type type;

		assert_blob(o, &oid[0], "x\n");
		for (size_t k = 1; k < 4; k++) {
			assert_int_equal(sek_odb_read(o, &oid[k], &b, &type,
					     NULL),
			    SEK_OK);
			assert_int_equal(b.n, 43893 + 5 * (3 - k));
		}
		/* Only of what is not there git has the last word. */
		assert_int_equal(sek_odb_read(o, &none, &b, &type, NULL),
		    SEK_EIO);
		sek_buf_clear(&b);
		sek_odb_close(o);
	}
	setenv("PATH", saved, 1);
	sek_repo_free(r);
	free(saved);
}

#define SHARED 200

struct reader {
	struct sek_repo *repo;
	const struct sek_oid *oids;
	enum sek_odb_use use;
	size_t good;
};

static void *
read_all(void *arg)
{
	struct reader *w = arg;
	struct sek_odb *o = NULL;
	struct sek_buf b = {0};
	enum sek_type type;

	if (sek_odb_open(&o, w->repo, w->use, NULL) != SEK_OK)
		return NULL;
	for (size_t i = 0; i < SHARED; i++)
		w->good += sek_odb_read(o, &w->oids[i], &b, &type, NULL) ==
			SEK_OK &&
		    b.n && (size_t)atoi(b.p) == i;
	sek_buf_clear(&b);
	sek_odb_close(o);
	return NULL;
}

static void
threads_read_with_a_handle_each(void **state)
{
	struct sek_oid oids[SHARED];
	struct reader readers[4];
	pthread_t threads[4];
	struct sek_repo *r;

	(void)state;
	sh("git init -q r; cd r; i=0; while [ $i -lt %d ]; do\n"
	   "echo $i >$i; i=$((i + 1)); done; git add .; git commit -q -m x;\n"
	   "git repack -q -a -d; ls | sort -n | git hash-object --stdin-paths "
	   ">../ids",
	    SHARED);
	r = opened("r");
	for (size_t i = 0; i < SHARED; i++) {
		char *shell = sek_printf("sed -n %zup ids", i + 1);

		oids[i] = id(shell);
		free(shell);
	}
	for (size_t i = 0; i < 4; i++) {
		readers[i] = (struct reader){r, oids, uses[i & 1], 0};
		assert_int_equal(pthread_create(&threads[i], NULL, read_all,
				     &readers[i]),
		    0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(readers[i].good, SHARED);
	}
	sek_repo_free(r);
}

/* A child that answers with something else than it was asked for. */
static void
a_wrong_answer_is_never_taken(void **state)
{
	static const char *const answers[] = {
	    "echo rubbish",
	    "echo 2222222222222222222222222222222222222222 blob 1; echo x",
	    "echo 1111111111111111111111111111111111111111 blob 1; echo xx",
	    "echo 1111111111111111111111111111111111111111 blob 9; echo x",
	    "echo 1111111111111111111111111111111111111111 frob 1; echo x",
	    "echo 1111111111111111111111111111111111111111 blob -1; echo x",
	    "exit 0",
	    NULL,
	};
	char *path = sek_printf("%s/fake:%s", fixture_dir, getenv("PATH"));
	char *saved = sek_strdup(getenv("PATH"));
	struct sek_repo *r;
	struct sek_oid oid = {.len = 20};

	(void)state;
	memset(oid.raw, 0x11, 20);
	sh("git init -q r; mkdir fake");
	r = opened("r");
	for (size_t i = 0; answers[i]; i++) {
		struct sek_odb *o;
		struct sek_buf b = {0};
		struct sek_err err;
		enum sek_type type;

		sh("printf '#!/bin/sh\\nread x\\n%s\\n' >fake/git;\n"
		   "chmod +x fake/git",
		    answers[i]);
		setenv("PATH", path, 1);
		o = odb(r, SEK_ODB_FEW);
		assert_int_not_equal(sek_odb_read(o, &oid, &b, &type, &err),
		    SEK_OK);
		setenv("PATH", saved, 1);
		sek_buf_clear(&b);
		sek_odb_close(o);
	}
	sek_repo_free(r);
	free(saved);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(every_type_is_read_loose_and_packed),
	    fixture_test(a_missing_object_is_not_found_and_the_next_is_read),
	    fixture_test(
		an_object_over_the_limit_is_too_big_and_the_next_is_read),
	    fixture_test(
		a_damaged_loose_object_is_corrupt_and_the_next_is_read),
	    fixture_test(an_object_in_the_place_of_another_is_damaged),
	    fixture_test(a_damaged_pack_never_gives_other_bytes),
	    fixture_test(replacements_are_not_followed),
	    fixture_test(alternates_are_read_through),
	    fixture_test(a_linked_worktree_reads_the_common_objects),
	    fixture_test(repository_extensions_are_no_matter),
	    fixture_test(a_partial_clone_is_never_filled_in),
	    fixture_test(every_object_is_listed_once),
	    fixture_test(a_list_with_a_damaged_object_is_complete_but_an_error),
	    fixture_test(the_quarantine_is_listed_and_read_alone),
	    fixture_test(ordinary_reads_start_no_child),
	    fixture_test(threads_read_with_a_handle_each),
	    fixture_test(a_wrong_answer_is_never_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
