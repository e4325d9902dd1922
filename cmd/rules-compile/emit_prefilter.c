#include "rules-compile/emit.h"

#include <inttypes.h>

#include "scan/prefilter_table.h"

#define PER_LINE 8

/* Separates item i of a list from the one before. */
static void
next_item(struct sek_buf *out, size_t i)
{
	sek_buf_add_s(out, i == 0 ? "\t" : i % PER_LINE ? ", " : ",\n\t");
}

static void
emit_checks(struct sek_buf *out, const struct sek_prefilter *f)
{
	sek_buf_add_s(out,
	    "static const struct sek_prefilter_check prefilter_check[] = {\n");
	for (size_t i = 0; i < f->checks; i++) {
		const struct sek_prefilter_check *c = &f->check[i];

		sek_buf_printf(out,
		    "\t{.bits = 0x%" PRIx64 ", .mask = 0x%" PRIx64
		    ", .fold = 0x%" PRIx64 ",\n\t    .literal = %u, "
		    ".rest = %u, .len = %u, .nocase = %d, "
		    ".more = %d},\n",
		    c->bits, c->mask, c->fold, c->literal, c->rest, c->len,
		    c->nocase, c->more);
	}
	sek_buf_add_s(out, "};\n");
}

static void
emit_arrays(struct sek_buf *out, const struct sek_prefilter *f)
{
	if (f->check)
		emit_checks(out, f);
	if (f->hash) {
		sek_buf_add_s(out,
		    "static const uint16_t prefilter_hash[] = {\n");
		for (size_t i = 0; i < f->hashes; i++) {
			next_item(out, i);
			sek_buf_printf(out, "%u", f->hash[i]);
		}
		sek_buf_add_s(out, "};\n");
	}
	if (f->rest) {
		sek_buf_add_s(out,
		    "static const uint8_t prefilter_rest[] = {\n");
		for (size_t i = 0; i < f->rests; i++) {
			next_item(out, i);
			sek_buf_printf(out, "0x%02x", f->rest[i]);
		}
		sek_buf_add_s(out, "};\n");
	}
}

/* A table of n bytes for each column of each set. */
static void
emit_columns(struct sek_buf *out, const char *name, const uint8_t *at, size_t n)
{
	sek_buf_printf(out, "\t.%s = {", name);
	for (size_t set = 0; set < SEK_PREFILTER_SETS; set++) {
		sek_buf_add_s(out, "{\n");
		for (size_t c = 0; c < SEK_PREFILTER_COLUMNS; c++) {
			sek_buf_add_s(out, "\t    {");
			for (size_t i = 0; i < n; i++)
				sek_buf_printf(out, "%s%u", i ? ", " : "",
				    *at++);
			sek_buf_add_s(out, "},\n");
		}
		sek_buf_add_s(out, "\t}, ");
	}
	sek_buf_add_s(out, "},\n");
}

void
emit_prefilter(struct sek_buf *out, const struct sek_prefilter *f)
{
	emit_arrays(out, f);
	sek_buf_printf(out,
	    "static const struct sek_prefilter prefilter = {\n"
	    "\t.literals = %" PRIu32 ", .checks = %" PRIu32
	    ", .hashes = %" PRIu32 ", .rests = %" PRIu32 ",\n"
	    "\t.key = 0x%" PRIx32 ", .shift = %u, .layout = %u,\n",
	    f->literals, f->checks, f->hashes, f->rests, f->key, f->shift,
	    f->layout);
	emit_columns(out, "low", f->low[0][0], sizeof(f->low[0][0]));
	emit_columns(out, "high", f->high[0][0], sizeof(f->high[0][0]));
	emit_columns(out, "exact", f->exact[0][0], sizeof(f->exact[0][0]));
	sek_buf_add_s(out, "\t.byte = {\n");
	for (size_t i = 0; i < 256; i++) {
		next_item(out, i);
		sek_buf_printf(out, "0x%" PRIx64, f->byte[i]);
	}
	sek_buf_printf(out, "},\n\t.check = %s, .hash = %s, .rest = %s,\n};\n",
	    f->check ? "prefilter_check" : "NULL",
	    f->hash ? "prefilter_hash" : "NULL",
	    f->rest ? "prefilter_rest" : "NULL");
}
