#ifndef SEK_SCAN_DECODE_LITERAL_H
#define SEK_SCAN_DECODE_LITERAL_H

#include "scan/decode.h"
#include "scan/prefilter.h"

/*
 * What secrets have in them, as it looks in each encoding: literals that go
 * into the prefilter with those of the rules. They are chosen to be rare in
 * text that holds no secret: 4 characters of base64 come by chance once in 16
 * MiB of it.
 */
struct sek_decode_literal {
	char bytes[SEK_LITERAL_MAX];
	uint8_t len;
	bool nocase;
	uint8_t encoding, index; /* as in sek_lead */
	bool binary;             /* base64 not of text */
};

#define SEK_DECODE_LITERALS_MAX 256

/* Fills out, returns how many there are. The same each time. */
size_t
sek_decode_literals(struct sek_decode_literal out[SEK_DECODE_LITERALS_MAX]);

#endif
