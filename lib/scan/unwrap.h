#ifndef SEK_SCAN_UNWRAP_H
#define SEK_SCAN_UNWRAP_H

#include "base/err.h"
#include "scan/decode.h"

/*
 * Takes what is encoded in a text out of it, piece by piece, for the scanner,
 * which scans it and asks for what is encoded in that. Costs nothing where
 * there is no lead and the text's first bytes are plain.
 */

/* So often a secret may be encoded; text with leads that lies deeper is unread.
 * People do it twice, tools (Helm: base64, base64, gzip) a third time. */
#define SEK_UNWRAP_DEPTH 4
/*
 * All that is decoded of one content: what several encodings read in the same
 * bytes, and again in what comes of it, is bounded by this. It is never reached
 * by text that somebody means.
 */
#define SEK_UNWRAP_TIMES 8
#define SEK_UNWRAP_LEAST ((size_t)64 << 20)
/* No text grows by more when it is decoded: UTF-16 to UTF-8, 2 bytes to 3. */
#define SEK_UNWRAP_GROWTH 2

/* A text that was decoded, and where it comes from. */
struct sek_layer {
	const struct sek_layer *outer; /* NULL: encoded in the content itself */
	enum sek_encoding encoding;
	unsigned depth;         /* 1 for the content's own */
	struct sek_decode *run; /* in the outer text */
	void *arg;              /* what sek_unwrap_run was given for that */
};

/* Where bytes of the layer's text stand in the outer text. */
void sek_layer_place(const struct sek_layer *l, size_t *start, size_t *end);
/* "base64, hex", outermost first, to free; NULL for NULL. */
char *sek_layer_names(const struct sek_layer *l);

/* Scans a text of a layer; the text lives until it returns. */
typedef enum sek_code sek_unwrap_fn(void *arg, const struct sek_layer *layer,
    struct sek_str text, struct sek_err *err);

/*
 * Calls fn for each text that stands encoded in `text`, which is of a layer or,
 * with NULL, a content. The leads are copied; `of_text` is each layer's arg.
 * The first error is returned, SEK_ETOOBIG where a limit was reached; what
 * comes after it is scanned all the same. u: room that is kept, NULL at first.
 */
struct sek_unwrap;
enum sek_code
sek_unwrap_run(struct sek_unwrap **u, const struct sek_layer *layer,
    struct sek_str text, const struct sek_leads *leads, void *of_text,
    sek_unwrap_fn *fn, void *arg, struct sek_err *err) SEK_CHECKED;
void sek_unwrap_free(struct sek_unwrap *u); /* NULL is legal */

#endif
