#ifndef SEK_REPO_PACK_H
#define SEK_REPO_PACK_H

#include "repo/delta.h"
#include "repo/file_id.h"
#include "repo/inflate.h"
#include "repo/objects.h"
#include "repo/pack_index.h"

/*
 * A pack and its index (gitformat-pack(5)), with its objects by where they
 * stand. Nothing that the two say is believed before it is checked: what cannot
 * be right is refused with a line, and no memory is taken for a size that the
 * bytes which are there cannot inflate to. A pack whose file goes bad while it
 * is read (map.h) gives no object any more: SEK_EIO.
 */
struct sek_pack {
	char *path;
	struct sek_str bytes, index_bytes; /* mapped */
	struct sek_file_id id, index_id;   /* of what is mapped */
	struct sek_pack_index index;
	struct sek_pack_place *place; /* index.n, by offset */
};

struct sek_pack_place {
	uint64_t offset;
	uint32_t number; /* in the index */
};

/* path: of the .pack. */
enum sek_code sek_pack_open(struct sek_pack **out, const char *path,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
/* The same of bytes, which are borrowed: for sek_pack_open and tests. */
enum sek_code sek_pack_take(struct sek_pack *p, unsigned oid_len,
    struct sek_err *err) SEK_CHECKED;
/*
 * For a few objects: `place` stays NULL, so that opening costs the same however
 * many objects there are. Of the functions below only those named `_from` may
 * be used then; the index is asked by sek_pack_index_find.
 */
enum sek_code sek_pack_open_few(struct sek_pack **out, const char *path,
    unsigned oid_len, struct sek_err *err) SEK_CHECKED;
/* Then they have places, too. SEK_EIO. */
enum sek_code
sek_pack_place(struct sek_pack *p, struct sek_err *err) SEK_CHECKED;
void sek_pack_free(struct sek_pack *p); /* NULL is legal */

void
sek_pack_oid(const struct sek_pack *p, uint32_t place, struct sek_oid *out);
/* The place of the object that starts there. */
bool sek_pack_at(const struct sek_pack *p, uint64_t offset, uint32_t *place);
bool sek_pack_find(const struct sek_pack *p, const struct sek_oid *oid,
    uint32_t *place);

/* Its file went bad: ids that were read of it may be wrong, too. */
bool sek_pack_failed(const struct sek_pack *p);

/* What stands before an object's stream. */
struct sek_pack_entry {
	enum sek_type type;    /* 0: a delta, whose type is that of its base */
	uint64_t size;         /* of what the stream inflates to */
	uint64_t base_offset;  /* of an OFS_DELTA, else 0 */
	struct sek_oid base;   /* of a REF_DELTA, else none */
	struct sek_str stream; /* and what follows it before the next object */
};

/* Of the object at a place; SEK_EPARSE, SEK_ETOOBIG, SEK_EIO "why". */
enum sek_code sek_pack_entry(const struct sek_pack *p, uint32_t place,
    struct sek_pack_entry *out, struct sek_err *err) SEK_CHECKED;

/* Of what starts at any offset; its stream goes on to the pack's end. */
enum sek_code sek_pack_entry_from(const struct sek_pack *p, uint64_t offset,
    struct sek_pack_entry *out, struct sek_err *err) SEK_CHECKED;

/* It will be asked for soon: families do not follow the pack's order. */
void sek_pack_expect(const struct sek_pack *p, uint32_t place);

/* An object's stored bytes against the index's sum of them, then inflated:
 * replaces out. SEK_EPARSE, SEK_EIO "why". */
enum sek_code sek_pack_inflate(const struct sek_pack *p, uint32_t place,
    const struct sek_pack_entry *e, struct sek_inflate *z, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;

/* The same against the stream's own sum. */
enum sek_code sek_pack_inflate_from(const struct sek_pack *p,
    const struct sek_pack_entry *e, struct sek_inflate *z, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;

/* An object of more bytes is refused. */
#define SEK_OBJECT_MAX ((size_t)1 << 30)

#endif
