#include "scan/decode_literal.h"

#include <stdlib.h>

/* Key ids, the names of what is secret, private keys. */
static const char *const words[] = {"AKIA", "ASIA", "ABIA", "ACCA", "secret",
    "Secret", "SECRET", "PRIVATE KEY"};
/* Escapes of the two characters of a secret that HTML and JSON have, of the end
 * of a line in a whole text in percent escapes, and of a URL in another one.
 */
static const char *const escapes[] = {"&#x2f;", "&#x2b;", "&#47;", "&#43;",
    "\\u002f", "\\u002b", "%0a", "%26x-amz-"};

/* What a text in parts begins with: an id, or the name of a secret. */
static const char *const names[] = {"akia", "asia", "abia", "acca",
    "secret_access", "secretaccess", "secret-access", "secret_key", "secretkey",
    "secret-key"};

/* Bytes of a program's text or of a dump; AKI and ASI say enough there. */
static const char *const bytes[] = {"0x41, 0x4b, 0x49", "0x41, 0x53, 0x49",
    "0x41,0x4b,0x49", "0x41,0x53,0x49", "41 4b 49 41", "41 53 49 41",
    "41:4b:49:41", "41:53:49:41"};

/* Archives in base64, which begin with it: gzip, zip, xz, zstd. Helm keeps its
 * releases in gzip in base64 in base64. */
static const char *const packed[] = {
    "\x1f\x8b\x08", "PK\3\4", "\3757zXZ", "\x28\xb5\x2f\xfd"};

#define EACH(s, list)                                                          \
	for (const char *const *s = (list);                                    \
	     s < (list) + sizeof(list) / sizeof((list)[0]); s++)

struct literals {
	struct sek_decode_literal *at;
	size_t n;
};

static struct sek_decode_literal *
add(struct literals *l, enum sek_encoding e)
{
	struct sek_decode_literal *new = &l->at[l->n++];

	if (l->n > SEK_DECODE_LITERALS_MAX)
		abort();
	*new = (struct sek_decode_literal){.encoding = (uint8_t)e};
	return new;
}

static void
add_text(struct literals *l, enum sek_encoding e, const char *text)
{
	struct sek_decode_literal *new = add(l, e);

	new->nocase = true;
	new->len = (uint8_t)strlen(text);
	memcpy(new->bytes, text, new->len);
}

/*
 * The characters that text gives for certain when `before` bytes of its group
 * of three stand before it.
 */
static void
add_base64(struct literals *l, const char *text, size_t n, size_t before)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	struct sek_decode_literal *new = add(l, SEK_BASE64);
	size_t first = (8 * before + 5) / 6, end = 8 * (before + n) / 6;

	new->index = (uint8_t)(first % 4);
	for (size_t i = first; i < end && new->len < SEK_LITERAL_MAX; i++) {
		unsigned value = 0;

		for (size_t b = 6 * i; b < 6 * i + 6; b++) {
			size_t at = b / 8 - before;

			value = value << 1 |
			    ((unsigned char)text[at] >> (7 - b % 8) & 1);
		}
		new->bytes[new->len++] = alphabet[value];
	}
}

static void
add_hex(struct literals *l, const char *word)
{
	static const char digits[] = "0123456789abcdef";
	struct sek_decode_literal *new = add(l, SEK_HEX);

	new->nocase = true;
	for (; *word && new->len < SEK_LITERAL_MAX; word++) {
		new->bytes[new->len++] = digits[(unsigned char)*word >> 4];
		new->bytes[new->len++] = digits[*word & 15];
	}
}

static void
add_utf16(struct literals *l, const char *word, bool big)
{
	struct sek_decode_literal *new = add(l,
	    big ? SEK_UTF16BE : SEK_UTF16LE);

	for (; *word && new->len < SEK_LITERAL_MAX; word++) {
		new->bytes[new->len + big] = *word;
		new->len += 2;
	}
}

size_t
sek_decode_literals(struct sek_decode_literal out[SEK_DECODE_LITERALS_MAX])
{
	struct literals l = {out, 0};

	EACH(word, words)
	{
		for (size_t before = 0; before < 3; before++)
			add_base64(&l, *word, strlen(*word), before);
		add_hex(&l, *word);
		add_utf16(&l, *word, false);
		add_utf16(&l, *word, true);
	}
	EACH(start, packed)
	{
		add_base64(&l, *start, strlen(*start), 0);
		l.at[l.n - 1].binary = true;
		add_base64(&l, l.at[l.n - 1].bytes, l.at[l.n - 1].len, 0);
	}
	EACH(text, bytes)
	add_text(&l, SEK_HEX, *text);
	EACH(text, names)
	add_text(&l, SEK_PARTS, *text);
	EACH(text, escapes)
	add_text(&l, SEK_ESCAPES, *text);
	/* The end of Content-Transfer-Encoding: sources, too, name the encoding,
	 * but not in its header. */
	add_text(&l, SEK_QUOTED, "g: quoted-printable");
	return l.n;
}
