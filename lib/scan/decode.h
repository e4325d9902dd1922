#ifndef SEK_SCAN_DECODE_H
#define SEK_SCAN_DECODE_H

#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

/*
 * Text that stands in another text in an encoding. Where one may begin is told
 * by a lead: a literal of decode_literal.h that the prefilter found, so text
 * without one costs nothing. From the lead the run around it is taken, by its
 * alphabet; what of other text gets in on either side decodes to rubbish there
 * and does no harm, because the lead says where its characters begin.
 */
enum sek_encoding {
	SEK_PLAIN,
	SEK_BASE64,  /* RFC 4648, both alphabets, over lines */
	SEK_HEX,     /* digits alone, or as 0x41, \x41, 41:4b over lines */
	SEK_UTF16LE, /* what of it is Latin; all of it from a content's start */
	SEK_UTF16BE,
	SEK_PARTS, /* "AKIA" + "..", 'a' . 'b', "a" "b", a line's \ at its end */
	SEK_ESCAPES, /* %41, \u0041, \x41, \101, &#65;, &quot; in some lines */
	SEK_QUOTED,  /* quoted-printable (RFC 2045), after its name */
	SEK_ENCODINGS
};

/* "base64", "hex", "utf-16", "parts", "escapes", "quoted-printable" */
const char *sek_encoding_name(enum sek_encoding e);

struct sek_lead {
	size_t at;
	uint8_t encoding;
	uint8_t index; /* base64: of its character in a group of four */
	bool all;      /* from the content's start to its end */
};
struct sek_leads SEK_VEC_BODY(struct sek_lead);

/*
 * A run is looked at so far before and after its lead. What is further gets
 * another run by a lead of its own: a secret and what must stand beside it are
 * never so far from each other.
 */
#define SEK_DECODE_BACK  ((size_t)256 << 10)
#define SEK_DECODE_AHEAD ((size_t)16 << 20)
/* Escapes stand in text, so a run of them has no end of its own: it is some
 * lines before and after its lead. */
#define SEK_ESCAPES_BACK  ((size_t)4 << 10)
#define SEK_ESCAPES_AHEAD ((size_t)16 << 10)

/*
 * A text in parts is told by what text holds anyway, so a lead counts only if a
 * joint follows it within so many bytes.
 */
#define SEK_PARTS_AHEAD 192
bool sek_decode_joint_follows(struct sek_str content, size_t at);

/* A run on its way from left to right; borrows the content. */
struct sek_decode {
	struct sek_str content;
	enum sek_encoding encoding;
	size_t begin, end;    /* of the run, in content */
	size_t at;            /* next to be read */
	size_t from;          /* where what gave the last byte begins */
	size_t made;          /* bytes given */
	struct sek_lead lead; /* the last one that is known to be of this run */
	uint32_t bits;        /* of base64, not given yet */
	uint8_t bits_n, bits_at;
	size_t bits_from;
	unsigned char more[4]; /* of a character in UTF-8, not given yet */
	uint8_t more_n, more_at;
};

/* lead: in content. */
void sek_decode_open(struct sek_decode *d, struct sek_str content,
    const struct sek_lead *lead);

/* The next byte; false: the run is at its end. */
bool sek_decode_next(struct sek_decode *d, unsigned char *byte);

/* Does the run decode what this lead stands for? Leads come in rising order. */
bool sek_decode_covers(struct sek_decode *d, const struct sek_lead *lead);

/* The bytes of content that what is decoded depends on; where they reach an edge
 * of it, on that too. */
void sek_decode_seen(const struct sek_decode *d, size_t *from, size_t *to);

/*
 * Where decoded bytes [start, end) stand in content; end > start. From a
 * decoder that was opened and not read, or read by this function alone, which
 * for rising starts reads the run once.
 */
void sek_decode_place(struct sek_decode *d, size_t *start, size_t *end);

/* A content that as a whole is UTF-16, with a byte order mark or by its first
 * characters. Looks at SEK_DECODE_HEAD bytes. */
#define SEK_DECODE_HEAD 16
bool sek_decode_whole(struct sek_str content, struct sek_lead *lead);

#endif
