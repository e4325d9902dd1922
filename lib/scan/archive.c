#include "scan/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/library.h"

#define PART ((size_t)64 << 10)

/*
 * libarchive is loaded when a container is met, not at every start: it brings
 * ten more libraries.
 */
#define FUNCTIONS(X)                                                           \
	X(archive_read_new)                                                    \
	X(archive_read_free)                                                   \
	X(archive_read_support_filter_gzip)                                    \
	X(archive_read_support_filter_bzip2)                                   \
	X(archive_read_support_filter_xz)                                      \
	X(archive_read_support_filter_zstd)                                    \
	X(archive_read_support_format_zip)                                     \
	X(archive_read_support_format_tar)                                     \
	X(archive_read_support_format_7zip)                                    \
	X(archive_read_support_format_raw)                                     \
	X(archive_read_set_format_option)                                      \
	X(archive_read_open_memory)                                            \
	X(archive_read_next_header)                                            \
	X(archive_read_data)                                                   \
	X(archive_read_has_encrypted_entries)                                  \
	X(archive_filter_code)                                                 \
	X(archive_filter_name)                                                 \
	X(archive_format)                                                      \
	X(archive_entry_pathname)                                              \
	X(archive_entry_pathname_utf8)                                         \
	X(archive_entry_symlink)                                               \
	X(archive_entry_filetype)                                              \
	X(archive_entry_is_encrypted)

static struct {
	FUNCTIONS(SEK_LIBRARY_FIELD)
} lib;
static const char *const names[] = {FUNCTIONS(SEK_LIBRARY_NAME)};
static struct sek_library library = SEK_LIBRARY(SEK_LIBARCHIVE, names, &lib);

/* The formats' own documents: RFC 1952, RFC 8878, APPNOTE 4.3.7, xz-file-format
 * 2.1.1.1, 7zFormat.txt, pax(1) "ustar Interchange Format". */
bool
sek_archive_begins(struct sek_str c)
{
	static const struct sek_str magic[] = {
	    {"PK\3\4", 4},
	    {"PK\5\6", 4}, /* an empty one */
	    {"\3757zXZ\0", 6},
	    {"\x28\xb5\x2f\xfd", 4},
	    {"7z\xbc\xaf\x27\x1c", 6},
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (c.n >= magic[i].n && !memcmp(c.p, magic[i].p, magic[i].n))
			return true;
	if (c.n >= 10 && !memcmp(c.p, "\x1f\x8b\x08", 3) && !(c.p[3] & 0xe0))
		return true;
	if (c.n >= 10 && !memcmp(c.p, "BZh", 3) &&
	    !memcmp(c.p + 4, "1AY&SY", 6))
		return true;
	return c.n >= SEK_ARCHIVE_HEAD && !memcmp(c.p + 257, "ustar", 5);
}

void
sek_archive_budget(struct sek_archive_budget *b, size_t content)
{
	b->members = SEK_ARCHIVE_MEMBERS;
	b->bytes = SEK_ARCHIVE_LEAST + SEK_ARCHIVE_RATIO * (uint64_t)content;
	if (b->bytes > SEK_ARCHIVE_MOST)
		b->bytes = SEK_ARCHIVE_MOST;
}

static void
close_archive(struct archive **a)
{
	if (*a)
		lib.archive_read_free(*a);
}

/*
 * A filter that libarchive has no library for would run a program: it says so
 * by another answer than OK, and is an error here. tar: what is compressed may
 * be one; then it goes on behind the blocks of zeros that end it.
 */
static bool
open_archive(struct archive *a, struct sek_str content, bool tar)
{
	if (tar &&
	    (lib.archive_read_support_format_tar(a) != ARCHIVE_OK ||
		lib.archive_read_set_format_option(a, "tar",
		    "read_concatenated_archives", "1") != ARCHIVE_OK))
		return false;
	return lib.archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_xz(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_zip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_7zip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_raw(a) == ARCHIVE_OK &&
	    lib.archive_read_open_memory(a, content.p, content.n) == ARCHIVE_OK;
}

struct reading {
	struct archive *a;
	struct sek_archive_budget *budget;
	struct sek_buf bytes;
	bool spent; /* the budget, in the middle of a member */
};

/* Fills bytes and says what ails them. */
static void
read_data(struct reading *r, struct sek_packed *m)
{
	la_ssize_t n = 1;

	while (n > 0) {
		char *room = sek_buf_room(&r->bytes, PART);

		if (!room) {
			m->limit = "larger than the limit for what is packed";
			return;
		}
		n = lib.archive_read_data(r->a, room, PART);
		if (n > 0)
			r->bytes.n += (size_t)n;
		if (n > 0 && (uint64_t)n > r->budget->bytes) {
			r->spent = true;
			return;
		}
		r->budget->bytes -= n > 0 ? (uint64_t)n : 0;
	}
	m->damaged = n < 0;
}

static void
take_member(struct reading *r, struct archive_entry *entry, sek_archive_fn *fn,
    void *arg)
{
	bool raw = lib.archive_format(r->a) == ARCHIVE_FORMAT_RAW;
	const char *name = raw ? "" : lib.archive_entry_pathname(entry);
	const char *link = raw ? NULL : lib.archive_entry_symlink(entry);
	struct sek_packed m = {
	    .filter = raw ? lib.archive_filter_name(r->a, 0) : "",
	    .encrypted = lib.archive_entry_is_encrypted(entry),
	};

	if (!name) /* it cannot be said in this locale */
		name = lib.archive_entry_pathname_utf8(entry);
	m.name = name ? name : "?";
	sek_buf_reset(&r->bytes);
	if (!m.encrypted)
		read_data(r, &m);
	m.bytes = sek_buf_str(&r->bytes);
	if (link)
		m.bytes = sek_str(link);
	fn(arg, &m);
}

static enum sek_code
read_members(struct reading *r, sek_archive_fn *fn, void *arg,
    struct sek_err *err)
{
	for (;;) {
		struct archive_entry *entry;
		int code = lib.archive_read_next_header(r->a, &entry);

		if (code == ARCHIVE_EOF)
			return SEK_OK;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
			if (lib.archive_read_has_encrypted_entries(r->a) > 0)
				return sek_fail(err, SEK_EDENIED,
				    "an encrypted archive");
			return sek_fail(err, SEK_EPARSE,
			    "a damaged archive: not all of it can be unpacked");
		}
		if (!r->budget->members)
			return sek_fail(err, SEK_ETOOBIG,
			    "an archive of more than %d members",
			    SEK_ARCHIVE_MEMBERS);
		r->budget->members--;
		if (lib.archive_format(r->a) == ARCHIVE_FORMAT_RAW &&
		    lib.archive_filter_code(r->a, 0) == ARCHIVE_FILTER_NONE)
			return sek_fail(err, SEK_EPARSE,
			    "a damaged archive: it cannot be unpacked");
		take_member(r, entry, fn, arg);
		if (r->spent)
			return sek_fail(err, SEK_ETOOBIG,
			    "more is packed in it than the limit");
	}
}

static enum sek_code
read_as(struct reading *r, struct sek_str content, bool tar, sek_archive_fn *fn,
    void *arg, struct sek_err *err)
{
	__attribute__((cleanup(close_archive))) struct archive
	    *a = lib.archive_read_new();

	if (!a || !open_archive(a, content, tar))
		return sek_fail(err, SEK_EPARSE,
		    "a damaged archive: it cannot be unpacked");
	r->a = a;
	return read_members(r, fn, arg, err);
}

enum sek_code
sek_archive_read(struct sek_str content, struct sek_archive_budget *budget,
    sek_archive_fn *fn, void *arg, struct sek_err *err)
{
	struct reading r = {
	    .budget = budget,
	    .bytes = {.max = SEK_ARCHIVE_MEMBER},
	};
	uint64_t members = budget->members;
	enum sek_code code;

	if (!sek_library_ready(&library))
		return sek_fail(err, SEK_EIO,
		    "an archive, and " SEK_LIBARCHIVE " cannot be loaded");
	code = read_as(&r, content, true, fn, arg, err);
	/* What is compressed and begins with zeros looks like a tar. */
	if ((code == SEK_OK || code == SEK_EPARSE) &&
	    budget->members == members)
		code = read_as(&r, content, false, fn, arg, err);
	sek_buf_clear(&r.bytes);
	return code;
}
