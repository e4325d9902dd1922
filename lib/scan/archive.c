#include "scan/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/library.h"
#include "scan/archive_rest.h"

#define PART     ((size_t)64 << 10)
#define REST_MAX 1000 /* beginnings that are tried behind damage */

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
	X(archive_read_support_format_zip_streamable)                          \
	X(archive_read_support_format_tar)                                     \
	X(archive_read_support_format_7zip)                                    \
	X(archive_read_support_format_raw)                                     \
	X(archive_read_support_format_empty)                                   \
	X(archive_read_set_format_option)                                      \
	X(archive_read_open_memory)                                            \
	X(archive_read_next_header)                                            \
	X(archive_read_data)                                                   \
	X(archive_read_has_encrypted_entries)                                  \
	X(archive_read_header_position)                                        \
	X(archive_errno)                                                       \
	X(archive_filter_bytes)                                                \
	X(archive_filter_code)                                                 \
	X(archive_filter_name)                                                 \
	X(archive_format)                                                      \
	X(archive_format_name)                                                 \
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
static bool
has_magic(struct sek_str c)
{
	static const struct sek_str magic[] = {
	    {"PK\3\4", 4},
	    {"PK\5\6", 4}, /* an empty one */
	    {"\3757zXZ\0", 6},
	    {"\x28\xb5\x2f\xfd", 4},
	    {"7z\xbc\xaf\x27\x1c", 6},
	};

	/* A script may stand before a zip, which tells what runs it. */
	if (sek_str_starts(c, "#!"))
		return memmem(c.p,
		    c.n < SEK_ARCHIVE_HEAD ? c.n : SEK_ARCHIVE_HEAD, "PK\3\4",
		    4);
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (c.n >= magic[i].n && !memcmp(c.p, magic[i].p, magic[i].n))
			return true;
	if (c.n >= 10 && !memcmp(c.p, "\x1f\x8b\x08", 3) && !(c.p[3] & 0xe0))
		return true;
	return c.n >= 10 && !memcmp(c.p, "BZh", 3) &&
	    !memcmp(c.p + 4, "1AY&SY", 6);
}

bool
sek_archive_begins(struct sek_str c)
{
	return has_magic(c) ||
	    (c.n >= SEK_ARCHIVE_HEAD && !memcmp(c.p + 257, "ustar", 5));
}

void
sek_archive_budget(struct sek_archive_budget *b, size_t content)
{
	b->members = SEK_ARCHIVE_MEMBERS;
	b->bytes = SEK_ARCHIVE_LEAST + SEK_ARCHIVE_RATIO * (uint64_t)content;
	if (b->bytes > SEK_ARCHIVE_MOST)
		b->bytes = SEK_ARCHIVE_MOST;
}

/* How a content is opened. */
enum as {
	AS_ANY,
	AS_NO_TAR, /* what is compressed and begins with zeros looks like one */
	AS_ZIP_STREAM, /* entry by entry, without the list at the end */
	AS_BYTES,      /* what a filter gives */
};

static bool
support_formats(struct archive *a, enum as as)
{
	if (as == AS_BYTES)
		return lib.archive_read_support_format_raw(a) == ARCHIVE_OK;
	if (as == AS_ZIP_STREAM)
		return lib.archive_read_support_format_zip_streamable(a) ==
		    ARCHIVE_OK;
	/* What is in a tar may go on behind the blocks of zeros that end it. */
	if (as == AS_ANY &&
	    (lib.archive_read_support_format_tar(a) != ARCHIVE_OK ||
		lib.archive_read_set_format_option(a, "tar",
		    "read_concatenated_archives", "1") != ARCHIVE_OK))
		return false;
	return lib.archive_read_support_format_empty(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_zip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_7zip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_format_raw(a) == ARCHIVE_OK;
}

/*
 * A filter that libarchive has no library for would run a program: it says so
 * by another answer than OK, and is an error here.
 */
static bool
open_archive(struct archive *a, struct sek_str content, enum as as)
{
	return support_formats(a, as) &&
	    lib.archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_xz(a) == ARCHIVE_OK &&
	    lib.archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	    lib.archive_read_open_memory(a, content.p, content.n) == ARCHIVE_OK;
}

struct reading {
	struct archive *a;
	struct sek_str content; /* of a; what follows is about it, too */
	size_t at;              /* near the start of what failed */
	uint64_t skip;          /* members that were given before */
	uint64_t given;         /* members */
	bool touched;           /* there was a member at all */
	bool damaged;           /* somewhere, and nobody can do more */
	bool in_data;           /* the last one's could not be read */
	bool again;    /* what gzip compresses has to be mended first */
	bool hidden;   /* the damage is in a tar that was compressed */
	bool as_bytes; /* members are */

	struct sek_archive_budget *budget;
	struct sek_buf bytes;
	bool spent; /* the budget, in the middle of a member */
	sek_archive_fn *fn;
	void *arg;
};

static int
format_of(const struct reading *r)
{
	return lib.archive_format(r->a) & ARCHIVE_FORMAT_BASE_MASK;
}

static bool
is_raw(const struct reading *r)
{
	return format_of(r) == (ARCHIVE_FORMAT_RAW & ARCHIVE_FORMAT_BASE_MASK);
}

/* Of a zip's member; libarchive tells it in words alone. */
static bool
is_method(const struct reading *r, const char *method)
{
	const char *name = lib.archive_format_name(r->a);

	return format_of(r) == ARCHIVE_FORMAT_ZIP && name &&
	    strstr(name, method);
}

/*
 * Is what was not unpacked lost to everyone? So it is where one stream was read
 * up to its damage. Of other methods another program may know more, or have
 * more memory.
 */
static bool
is_lost(const struct reading *r)
{
	int filter = lib.archive_filter_code(r->a, 0);

	if (filter == ARCHIVE_FILTER_BZIP2)
		return is_raw(r) && sek_rest_one_block(r->content);
	if (is_raw(r))
		return filter == ARCHIVE_FILTER_GZIP ||
		    (filter == ARCHIVE_FILTER_NONE &&
			!sek_str_starts(r->content, "7z"));
	return filter == ARCHIVE_FILTER_NONE &&
	    (format_of(r) == ARCHIVE_FORMAT_TAR ||
		is_method(r, "(deflation)") || is_method(r, "(uncompressed)"));
}

/* Reads deflate data anew, as far as it goes. */
static void
mend(struct reading *r, struct sek_str packed, bool gzip, struct sek_packed *m)
{
	r->budget->bytes += r->bytes.n;
	sek_buf_reset(&r->bytes);
	if (r->bytes.max > r->budget->bytes)
		r->bytes.max = r->budget->bytes;
	if (!sek_rest_inflate(packed, gzip, &r->bytes))
		m->unread = "damaged, and " SEK_LIBZ " cannot be loaded";
	if (r->bytes.toobig)
		m->unread = "damaged, and larger than the limit";
	r->bytes.max = SEK_ARCHIVE_MEMBER;
	r->budget->bytes -= r->bytes.n;
}

static void
mend_member(struct reading *r, struct sek_packed *m)
{
	int filter = lib.archive_filter_code(r->a, 0);
	struct sek_str all = r->content;
	size_t header, data;
	bool deflated;

	if (is_raw(r) && filter == ARCHIVE_FILTER_GZIP) {
		mend(r, all, true, m);
		return;
	}
	if (filter != ARCHIVE_FILTER_NONE || !is_method(r, "(deflation)"))
		return;
	data = sek_rest_zip_entry(all, r->at, &header, &deflated);
	if (data != SIZE_MAX && deflated)
		mend(r, (struct sek_str){all.p + data, all.n - data}, false, m);
}

/* Fills bytes and says what ails them. */
static void
read_data(struct reading *r, struct sek_packed *m)
{
	la_ssize_t n = 1;

	while (n > 0) {
		char *room = sek_buf_room(&r->bytes, PART);

		if (!room) {
			m->unread = "larger than the limit for what is packed";
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
	if (n == 0)
		return;
	r->in_data = true;
	r->again = format_of(r) == ARCHIVE_FORMAT_TAR &&
	    lib.archive_filter_code(r->a, 0) == ARCHIVE_FILTER_GZIP;
	m->damaged = is_lost(r);
	if (m->damaged)
		mend_member(r, m);
	else
		m->unread = SEK_ARCHIVE_OTHERS;
}

static void
take_member(struct reading *r, struct archive_entry *entry)
{
	bool raw = is_raw(r);
	const char *name = raw ? "" : lib.archive_entry_pathname(entry);
	const char *link = raw ? NULL : lib.archive_entry_symlink(entry);
	struct sek_packed m = {
	    .filter = raw ? lib.archive_filter_name(r->a, 0) : "",
	    .encrypted = lib.archive_entry_is_encrypted(entry),
	    .as_bytes = r->as_bytes,
	};

	if (!name) /* it cannot be said in this locale */
		name = lib.archive_entry_pathname_utf8(entry);
	m.name = name ? name : "?";
	sek_buf_reset(&r->bytes);
	if (!m.encrypted)
		read_data(r, &m);
	if (r->again)
		return;
	m.bytes = sek_buf_str(&r->bytes);
	if (link)
		m.bytes = sek_str(link);
	r->given++;
	r->fn(r->arg, &m);
}

static enum sek_code
end_of_headers(struct reading *r, struct sek_err *err)
{
	bool gzip = lib.archive_filter_code(r->a, 0) == ARCHIVE_FILTER_GZIP;

	if (lib.archive_read_has_encrypted_entries(r->a) > 0)
		return sek_fail(err, SEK_EDENIED,
		    "an encrypted archive: not looked at");
	r->again = gzip && format_of(r) == ARCHIVE_FORMAT_TAR;
	if (r->given && (r->again || is_lost(r)))
		return sek_fail(err, SEK_EPARSE, SEK_ARCHIVE_DAMAGED);
	return sek_fail(err, SEK_EIO, SEK_ARCHIVE_OTHERS);
}

/* The next one; *code is set if there is none. */
static bool
next_member(struct reading *r, struct archive_entry **entry,
    enum sek_code *code, struct sek_err *err)
{
	int next = lib.archive_read_next_header(r->a, entry);
	la_int64_t at;

	while (next == ARCHIVE_RETRY) { /* a damaged header of a tar */
		r->damaged = true;
		next = lib.archive_read_next_header(r->a, entry);
	}
	if (next == ARCHIVE_OK || next == ARCHIVE_WARN) {
		at = lib.archive_read_header_position(r->a);
		r->at = at > 0 ? (size_t)at : 0;
		r->in_data = false;
		return true;
	}
	r->hidden = format_of(r) == ARCHIVE_FORMAT_TAR &&
	    lib.archive_filter_code(r->a, 0) != ARCHIVE_FILTER_NONE;
	at = lib.archive_filter_bytes(r->a, 0);
	if (!r->in_data && r->given && at > 0)
		r->at = (size_t)at;
	*code = SEK_OK;
	/* It also takes for empty what it failed to unpack. */
	if (format_of(r) == ARCHIVE_FORMAT_EMPTY && !lib.archive_errno(r->a))
		r->touched = true;
	else if (next != ARCHIVE_EOF || format_of(r) == ARCHIVE_FORMAT_EMPTY)
		*code = end_of_headers(r, err);
	else if (r->damaged)
		*code = sek_fail(err, SEK_EPARSE, SEK_ARCHIVE_DAMAGED);
	return false;
}

static enum sek_code
read_members(struct reading *r, struct sek_err *err)
{
	struct archive_entry *entry;
	enum sek_code code;

	while (next_member(r, &entry, &code, err)) {
		if (r->skip) {
			r->skip--;
			continue;
		}
		if (!r->budget->members)
			return sek_fail(err, SEK_ETOOBIG,
			    "an archive of more than %d members",
			    SEK_ARCHIVE_MEMBERS);
		r->budget->members--;
		r->touched = true;
		if (is_raw(r) &&
		    lib.archive_filter_code(r->a, 0) == ARCHIVE_FILTER_NONE)
			return !has_magic(r->content) ? SEK_OK /* mere text */
			    : is_lost(r)
			    ? sek_fail(err, SEK_EPARSE,
				  "a damaged archive: it cannot be unpacked")
			    : sek_fail(err, SEK_EIO, SEK_ARCHIVE_OTHERS);
		take_member(r, entry);
		if (r->spent)
			return sek_fail(err, SEK_ETOOBIG,
			    "more is packed in it than the limit");
		if (r->again)
			return SEK_EPARSE;
	}
	return code;
}

static void
close_reading(struct archive **a)
{
	if (*a)
		lib.archive_read_free(*a);
}

static enum sek_code
read_as(struct reading *r, struct sek_str content, enum as as,
    struct sek_err *err)
{
	__attribute__((cleanup(close_reading))) struct archive
	    *a = lib.archive_read_new();

	r->a = a;
	r->content = content;
	r->at = 0;
	r->again = r->damaged = r->in_data = false;
	if (!a || !open_archive(a, content, as))
		return sek_fail(err, SEK_EIO, SEK_ARCHIVE_OTHERS);
	return read_members(r, err);
}

/* A tar in damaged gzip: what can be inflated of it, as one. */
static enum sek_code
read_inflated(struct reading *r, struct sek_str content, struct sek_err *err)
{
	sek_auto_buf tar = {.max = SEK_ARCHIVE_MEMBER};

	if (!sek_rest_inflate(content, true, &tar) || tar.toobig)
		return sek_fail(err, SEK_EIO, SEK_ARCHIVE_OTHERS);
	r->skip = r->given;
	return read_as(r, sek_buf_str(&tar), AS_ANY, err);
}

/* Where the search for another entry goes on, after a failure in what begins at
 * from; SIZE_MAX: nowhere. */
static size_t
behind(const struct reading *r, struct sek_str content, size_t from, bool first)
{
	size_t header;
	bool deflated;

	if (!r->in_data) /* the header at r->at */
		return from + (r->at || first ? r->at : 4);
	/* r->at is before the header of what was damaged, or there. */
	if (sek_rest_zip_entry(content, from + r->at, &header, &deflated) ==
	    SIZE_MAX)
		return SIZE_MAX;
	return header + 4;
}

/* The entries of a zip that stand behind damage. */
static enum sek_code
read_behind(struct reading *r, struct sek_str content, struct sek_err *err)
{
	size_t from = 0;
	enum sek_code code = SEK_EPARSE;
	bool deflated;

	for (int i = 0; i < REST_MAX; i++) {
		size_t next = behind(r, content, from, i == 0);

		if (code == SEK_OK ||
		    sek_rest_zip_entry(content, next, &from, &deflated) ==
			SIZE_MAX)
			return sek_fail(err, SEK_EPARSE, SEK_ARCHIVE_DAMAGED);
		code = read_as(r,
		    (struct sek_str){content.p + from, content.n - from},
		    AS_ZIP_STREAM, err);
		if (code != SEK_OK && code != SEK_EPARSE && code != SEK_EIO)
			return code;
	}
	return sek_fail(err, SEK_ETOOBIG, "damaged in too many places");
}

/* What gzip compresses and libarchive cannot even begin with. */
static void
give_inflated(struct reading *r, struct sek_str content)
{
	struct sek_packed m = {.name = "", .filter = "gzip", .damaged = true};

	mend(r, content, true, &m);
	m.bytes = sek_buf_str(&r->bytes);
	r->fn(r->arg, &m);
}

static enum sek_code
read_all(struct reading *r, struct sek_str content, struct sek_err *err)
{
	enum sek_code code = read_as(r, content, AS_ANY, err);

	if (!r->touched && code != SEK_EDENIED)
		code = read_as(r, content, AS_NO_TAR, err);
	if (r->again)
		return read_inflated(r, content, err);
	if (code == SEK_EPARSE && r->hidden) {
		/* What is no member any more is text all the same. */
		r->as_bytes = true;
		code = read_as(r, content, AS_BYTES, err);
		return code ? code
			    : sek_fail(err, SEK_EPARSE, SEK_ARCHIVE_DAMAGED);
	}
	if (code != SEK_EPARSE && code != SEK_EIO)
		return code;
	if (sek_str_starts(content, "PK"))
		return read_behind(r, content, err);
	if (r->touched)
		return code;
	if (sek_str_starts(content, "\x1f\x8b")) {
		give_inflated(r, content);
		return SEK_OK;
	}
	if (sek_str_starts(content, "BZh") && sek_rest_one_block(content))
		return sek_fail(err, SEK_EPARSE, SEK_ARCHIVE_DAMAGED);
	return code;
}

enum sek_code
sek_archive_read(struct sek_str content, struct sek_archive_budget *budget,
    sek_archive_fn *fn, void *arg, struct sek_err *err)
{
	struct reading r = {
	    .budget = budget,
	    .bytes = {.max = SEK_ARCHIVE_MEMBER},
	    .fn = fn,
	    .arg = arg,
	};
	enum sek_code code;

	if (!sek_library_ready(&library))
		return sek_fail(err, SEK_ENOTFOUND,
		    "an archive, and " SEK_LIBARCHIVE " cannot be loaded");
	code = read_all(&r, content, err);
	sek_buf_clear(&r.bytes);
	return code;
}
