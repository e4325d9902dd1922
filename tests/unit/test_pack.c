#include "packer.h"

#include "repo/loose.h"

static void
assert_read(const struct sek_store *s, const struct sek_oid *oid,
    const char *content)
{
	struct sek_inflate *z = sek_inflate_new();
	sek_auto_buf out = {0};
	struct sek_err err = {0};
	enum sek_type type;
	uint64_t work = 0;

	if (sek_store_read(s, oid, z, &out, &type, &work, 1u << 30, &err))
		fail_msg("%s", err.text);
	assert_int_equal(type, SEK_BLOB);
	assert_int_equal(out.n, strlen(content));
	assert_memory_equal(out.p, content, out.n);
	sek_inflate_free(z);
}

static void
assert_unreadable(const struct sek_store *s, const struct sek_oid *oid,
    enum sek_code code, const char *why)
{
	struct sek_inflate *z = sek_inflate_new();
	sek_auto_buf out = {0};
	struct sek_err err = {0};
	enum sek_type type;
	uint64_t work = 0;

	assert_int_equal(sek_store_read(s, oid, z, &out, &type, &work,
			     (uint64_t)4 << 30, &err),
	    code);
	assert_non_null(strstr(err.text, why));
	assert_null(strchr(err.text, '\n'));
	sek_inflate_free(z);
}

/* "<from> and more" of a base of 16 bytes. */
static struct sek_buf
simple_delta(size_t base_size)
{
	struct sek_buf d = {0};

	delta_size(&d, base_size);
	delta_size(&d, base_size + 9);
	delta_copy(&d, 0, base_size);
	delta_text(&d, " and more", 9);
	return d;
}

static void
every_kind_of_index_and_delta_is_read(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		unsigned len = i & 1 ? 32 : 20, version = i & 2 ? 1 : 2;
		struct packer p = packer_new(len);
		struct sek_buf d = simple_delta(16), e = simple_delta(25);
		struct sek_store *s;
		struct sek_oid oid;

		packer_add(&p, SEK_BLOB, SEK_STR("0123456789abcdef"));
		packer_delta(&p, 0, false, sek_buf_str(&d));
		packer_delta(&p, 1, true, sek_buf_str(&e));
		packer_add(&p, SEK_BLOB, SEK_STR(""));
		packer_write(&p, "a", version, i & 4);
		s = packer_store(len);
		assert_read(s, &p.objects.at[0].oid, "0123456789abcdef");
		assert_read(s, &p.objects.at[1].oid,
		    "0123456789abcdef and more");
		assert_read(s, &p.objects.at[2].oid,
		    "0123456789abcdef and more and more");
		assert_read(s, &p.objects.at[3].oid, "");
		oid = packer_oid(9, 9, len);
		assert_false(sek_store_has(s, &oid));
		assert_unreadable(s, &oid, SEK_ENOTFOUND, "not here");
		sek_store_free(s);
		packer_clear(&p);
		sek_buf_clear(&d);
		sek_buf_clear(&e);
	}
}

static void
a_base_may_stand_in_another_pack_or_be_loose(void **state)
{
	struct packer a = packer_new(20), b = packer_new(20);
	struct sek_buf d = simple_delta(16), loose = {0}, stream = {0};
	struct sek_oid oid = packer_oid(77, 0, 20), base;
	char hex[SEK_OID_HEX], *path;
	struct sek_store *s;

	(void)state;
	b.salt = 5;
	packer_add(&a, SEK_BLOB, SEK_STR("0123456789abcdef"));
	base = a.objects.at[0].oid;
	deflate_to(&stream, sek_buf_str(&d));
	packer_raw(&b, PACK_REF, d.n, 0, &base, sek_buf_str(&stream));
	packer_raw(&b, PACK_REF, d.n, 0, &oid, sek_buf_str(&stream));
	packer_write(&a, "a", 2, false);
	packer_write(&b, "b", 2, false);
	sek_buf_reset(&stream);
	sek_buf_add(&loose, "blob 16\0fedcba9876543210", 24);
	deflate_to(&stream, sek_buf_str(&loose));
	sek_oid_hex(&oid, hex);
	sh("mkdir -p objects/%.2s", hex);
	path = sek_printf("objects/%.2s/%s", hex, hex + 2);
	write_file(path, sek_buf_str(&stream));
	s = packer_store(20);
	assert_read(s, &b.objects.at[0].oid, "0123456789abcdef and more");
	assert_read(s, &b.objects.at[1].oid, "fedcba9876543210 and more");
	assert_read(s, &oid, "fedcba9876543210");
	sek_store_free(s);
	unlink(path);
	free(path);
	s = packer_store(20);
	assert_unreadable(s, &b.objects.at[1].oid, SEK_ENOTFOUND,
	    "its base is not here");
	sek_store_free(s);
	packer_clear(&a);
	packer_clear(&b);
	sek_buf_clear(&d);
	sek_buf_clear(&loose);
	sek_buf_clear(&stream);
}

static void
what_cannot_be_right_is_refused_with_a_line(void **state)
{
	struct packer p = packer_new(20);
	struct sek_buf stream = {0}, huge = {0}, wrong = {0}, out = {0};
	struct sek_buf small = {0};
	struct sek_store *s;
	struct sek_oid first;

	(void)state;
	deflate_to(&stream, SEK_STR("x"));
	first = packer_oid(p.salt, 0, 20);
	/* 0: a terabyte; 1: a GiB that its bytes cannot be */
	packer_raw(&p, SEK_BLOB, (uint64_t)1 << 40, 0, NULL,
	    sek_buf_str(&stream));
	packer_raw(&p, SEK_BLOB, 1u << 29, 0, NULL, sek_buf_str(&stream));
	/* 2: longer, 3: shorter than it says; 4: no type; 5: no stream */
	packer_raw(&p, SEK_BLOB, 2, 0, NULL, sek_buf_str(&stream));
	packer_raw(&p, SEK_BLOB, 0, 0, NULL, sek_buf_str(&stream));
	packer_raw(&p, 5, 1, 0, NULL, sek_buf_str(&stream));
	packer_raw(&p, SEK_BLOB, 1, 0, NULL, SEK_STR(""));
	/* 6: a base before the pack; 7: in the middle of another object */
	packer_raw(&p, PACK_OFS, 1, (uint64_t)1 << 50, NULL,
	    sek_buf_str(&stream));
	packer_raw(&p, PACK_OFS, 1, 3, NULL, sek_buf_str(&stream));
	/* 8: a good one for 9 to 12 */
	packer_add(&p, SEK_BLOB, SEK_STR("0123456789"));
	delta_size(&huge, 10);
	delta_size(&huge, (uint64_t)1 << 41);
	packer_delta(&p, 8, false, sek_buf_str(&huge));
	delta_size(&wrong, 11);
	delta_size(&wrong, 1);
	delta_copy(&wrong, 0, 1);
	packer_delta(&p, 8, false, sek_buf_str(&wrong));
	delta_size(&out, 10);
	delta_size(&out, 4);
	delta_copy(&out, 7, 4);
	packer_delta(&p, 8, false, sek_buf_str(&out));
	delta_size(&small, 10);
	delta_size(&small, 5);
	delta_copy(&small, 0, 4);
	packer_delta(&p, 8, false, sek_buf_str(&small));
	/* 13: of itself */
	first = packer_oid(p.salt, 13, 20);
	packer_raw(&p, PACK_REF, small.n, 0, &first, sek_buf_str(&stream));
	packer_write(&p, "a", 2, false);
	s = packer_store(20);
	for (size_t i = 0; i < p.objects.n; i++) {
		static const char *const why[] = {"larger than 1024 MiB",
		    "larger than its bytes", "does not inflate",
		    "does not inflate", "is broken", "does not inflate",
		    "is broken", "not in the pack's index", NULL,
		    "larger than 1024 MiB", "delta is broken",
		    "delta is broken", "delta is broken", "more than 4096"};
		bool refused = i < 2 || i == 9 || i == 13;

		if (why[i])
			assert_unreadable(s, &p.objects.at[i].oid,
			    refused ? SEK_ETOOBIG : SEK_EPARSE, why[i]);
	}
	assert_read(s, &p.objects.at[8].oid, "0123456789");
	sek_store_free(s);
	packer_clear(&p);
	sek_buf_clear(&stream);
	sek_buf_clear(&huge);
	sek_buf_clear(&wrong);
	sek_buf_clear(&out);
	sek_buf_clear(&small);
}

static void
every_changed_byte_of_a_pack_is_noticed(void **state)
{
	struct packer p = packer_new(20);
	struct sek_buf d = simple_delta(16);
	size_t end;

	(void)state;
	packer_add(&p, SEK_BLOB, SEK_STR("0123456789abcdef"));
	packer_delta(&p, 0, false, sek_buf_str(&d));
	end = p.bytes.n;
	packer_write(&p, "a", 2, false);
	for (size_t i = 12; i < end; i++) {
		struct sek_inflate *z = sek_inflate_new();
		size_t broken = i >= p.objects.at[1].offset;
		struct sek_store *s;
		struct sek_buf out = {0};
		enum sek_type type;
		uint64_t work = 0;

		p.bytes.p[i] ^= (char)(1 << i % 8);
		write_file("objects/pack/pack-a.pack", sek_buf_str(&p.bytes));
		p.bytes.p[i] ^= (char)(1 << i % 8);
		s = packer_store(20);
		assert_int_not_equal(sek_store_read(s,
					 &p.objects.at[broken].oid, z, &out,
					 &type, &work, 1u << 30, NULL),
		    SEK_OK);
		sek_store_free(s);
		sek_buf_clear(&out);
		sek_inflate_free(z);
	}
	packer_clear(&p);
	sek_buf_clear(&d);
}

static void
a_broken_index_is_a_problem_and_hides_no_other(void **state)
{
	struct packer a = packer_new(20), b = packer_new(20);
	struct sek_buf index = {0};

	(void)state;
	b.salt = 1;
	packer_add(&a, SEK_BLOB, SEK_STR("a"));
	packer_add(&b, SEK_BLOB, SEK_STR("b"));
	packer_write(&b, "b", 2, false);
	packer_write(&a, "a", 2, false);
	packer_index(&a, 2, false, &index);
	for (size_t cut = 0; cut < index.n; cut += 13) {
		struct sek_store *s;

		write_file("objects/pack/pack-a.idx",
		    (struct sek_str){index.p, cut});
		s = packer_store(20);
		assert_int_equal(s->problems.n, 1);
		assert_non_null(strstr(s->problems.at[0].name, "pack-a.pack"));
		assert_read(s, &b.objects.at[0].oid, "b");
		sek_store_free(s);
	}
	packer_clear(&a);
	packer_clear(&b);
	sek_buf_clear(&index);
}

static void
half_pairs_are_problems(void **state)
{
	struct packer p = packer_new(20);
	struct sek_repo r = {
	    .common_dir = fixture_dir, .dir = fixture_dir, .oid_len = 20};
	struct sek_store *s;
	struct sek_err err;

	(void)state;
	packer_add(&p, SEK_BLOB, SEK_STR("a"));
	packer_write(&p, "a", 2, false);
	sh("cd objects/pack; mv pack-a.idx x; cp pack-a.pack .tmp-1.pack");
	s = packer_store(20);
	assert_int_equal(s->problems.n, 1);
	assert_string_equal(s->problems.at[0].why, "a pack without an index");
	sek_store_free(s);
	sh(": >objects/pack/multi-pack-index");
	assert_int_equal(sek_store_open(&s, &r, &err), SEK_EPARSE);
	sh("cd objects/pack; mv x pack-a.idx; rm multi-pack-index pack-a.pack");
	s = packer_store(20);
	assert_int_equal(s->problems.n, 1);
	assert_string_equal(s->problems.at[0].why,
	    "the pack of an index is not there");
	sek_store_free(s);
	sh("rm -r objects");
	assert_int_equal(sek_store_open(&s, &r, &err), SEK_EIO);
	packer_clear(&p);
}

static void
packs_that_git_deletes_can_be_read_to_their_end(void **state)
{
	struct packer p = packer_new(20);
	struct sek_store *s;

	(void)state;
	packer_add(&p, SEK_BLOB, SEK_STR("still there"));
	packer_write(&p, "a", 2, false);
	s = packer_store(20);
	sh("rm -r objects");
	assert_read(s, &p.objects.at[0].oid, "still there");
	sek_store_free(s);
	packer_clear(&p);
}

static void
alternates_are_followed_wherever_they_lead(void **state)
{
	struct sek_store *s;
	struct sek_repo r = {
	    .common_dir = fixture_dir, .dir = fixture_dir, .oid_len = 20};
	struct sek_err err;

	(void)state;
	sh("mkdir -p objects/info a/info b/info 'c:c/info' d q\n"
	   "printf '# one\\n../a\\n\\n' >objects/info/alternates\n"
	   "printf '../b\\n../objects\\n\"../c\\\\072c\"' >a/info/alternates\n"
	   "printf '%%s/gone\\n../a' \"$PWD\" >b/info/alternates");
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "\"d\":missing:", 1);
	assert_int_equal(sek_store_open(&s, &r, &err), SEK_OK);
	assert_int_equal(s->dirs.n, 5);
	assert_int_equal(s->problems.n, 2);
	sek_store_free(s);
	setenv("GIT_OBJECT_DIRECTORY", "q", 1);
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "objects", 1);
	assert_int_equal(sek_store_open(&s, &r, &err), SEK_OK);
	assert_int_equal(s->dirs.n, 5);
	assert_int_equal(s->problems.n, 1);
	sek_store_free(s);
	unsetenv("GIT_OBJECT_DIRECTORY");
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
}

static void
loose_objects_are_what_they_say(void **state)
{
	static const struct {
		struct sek_str plain;
		enum sek_code code;
	} cases[] = {
	    {SEK_STR("blob 3\0abc"), SEK_OK},
	    {SEK_STR("tree 0\0"), SEK_OK},
	    {SEK_STR("blob 4\0abc"), SEK_EPARSE},
	    {SEK_STR("blob 2\0abc"), SEK_EPARSE},
	    {SEK_STR("blob 1099511627776\0abc"), SEK_EPARSE},
	    {SEK_STR("blub 3\0abc"), SEK_EPARSE},
	    {SEK_STR("blob\0abc"), SEK_EPARSE},
	    {SEK_STR("blob 3abc"), SEK_EPARSE},
	    {SEK_STR(""), SEK_EPARSE},
	};
	struct sek_inflate *z = sek_inflate_new();
	struct sek_buf zeros = {.max = 1u << 26}, file = {0}, out = {0};
	enum sek_type type;
	size_t body;
	struct sek_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sek_buf_reset(&file);
		deflate_to(&file, cases[i].plain);
		assert_int_equal(sek_loose_parse(z, sek_buf_str(&file), &out,
				     &type, &body, &err),
		    cases[i].code);
		file.p[file.n - 1] ^= 1;
		assert_int_equal(sek_loose_parse(z, sek_buf_str(&file), &out,
				     &type, &body, &err),
		    SEK_EPARSE);
	}
	sek_buf_printf(&zeros, "blob %d", 1 << 24);
	memset(sek_buf_room(&zeros, (1 << 24) + 1), 0, (1 << 24) + 1);
	zeros.n += (1 << 24) + 1;
	sek_buf_reset(&file);
	deflate_to(&file, sek_buf_str(&zeros));
	out.max = 1 << 25;
	assert_int_equal(sek_loose_parse(z, sek_buf_str(&file), &out, &type,
			     &body, &err),
	    SEK_OK);
	assert_int_equal(out.n - body, 1 << 24);
	sek_buf_clear(&out);
	out.max = 1 << 20;
	assert_int_equal(sek_loose_parse(z, sek_buf_str(&file), &out, &type,
			     &body, &err),
	    SEK_ETOOBIG);
	sek_buf_clear(&zeros);
	sek_buf_clear(&file);
	sek_buf_clear(&out);
	sek_inflate_free(z);
}

/* Ids of a made index: spread, in a heap at one end, or alike in all but the
 * last bytes. */
static void
make_id(unsigned char *id, unsigned kind, uint32_t i)
{
	uint32_t x = kind == 0 ? i * 8000017u : kind == 1 ? i * i * 7u : i;

	memset(id, kind == 2 ? 0xab : 0, 20);
	for (unsigned k = 0; k < 4; k++)
		id[k + (kind == 2 ? 16 : 0)] = (unsigned char)(x >>
		    (24 - 8 * k));
}

static void
add_be32(struct sek_buf *b, uint32_t x)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sek_buf_add_c(b, (char)(x >> shift));
}

static void
make_index(struct sek_buf *b, unsigned kind, uint32_t n)
{
	unsigned char id[20];

	sek_buf_add(b, "\377tOc\0\0\0\2", 8);
	for (unsigned first = 0; first < 256; first++) {
		uint32_t below = 0;

		for (; below < n; below++) {
			make_id(id, kind, below);
			if (id[0] > first)
				break;
		}
		add_be32(b, below);
	}
	for (uint32_t i = 0; i < n; i++) {
		make_id(id, kind, i);
		sek_buf_add(b, id, 20);
	}
	for (uint32_t i = 0; i < 2 * n; i++)
		add_be32(b, 12 + i);
	for (unsigned i = 0; i < 40; i++)
		sek_buf_add_c(b, 0);
}

static void
ids_are_found_however_they_are_spread(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		uint32_t n = 500, found;
		struct sek_buf b = {0};
		struct sek_pack_index x;

		make_index(&b, kind, n);
		assert_int_equal(sek_pack_index_open(&x, sek_buf_str(&b), 20,
				     NULL),
		    SEK_OK);
		for (uint32_t i = 0; i < n; i++) {
			struct sek_oid oid = {.len = 20};

			make_id(oid.raw, kind, i);
			assert_true(sek_pack_index_find(&x, &oid, &found));
			assert_int_equal(found, i);
			oid.raw[10]++;
			assert_false(sek_pack_index_find(&x, &oid, &found));
			oid.raw[0] ^= 0x55;
			assert_false(sek_pack_index_find(&x, &oid, &found));
		}
		sek_buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fixture_test(every_kind_of_index_and_delta_is_read),
	    fixture_test(a_base_may_stand_in_another_pack_or_be_loose),
	    fixture_test(what_cannot_be_right_is_refused_with_a_line),
	    fixture_test(every_changed_byte_of_a_pack_is_noticed),
	    fixture_test(a_broken_index_is_a_problem_and_hides_no_other),
	    fixture_test(half_pairs_are_problems),
	    fixture_test(packs_that_git_deletes_can_be_read_to_their_end),
	    fixture_test(alternates_are_followed_wherever_they_lead),
	    fixture_test(loose_objects_are_what_they_say),
	    cmocka_unit_test(ids_are_found_however_they_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
