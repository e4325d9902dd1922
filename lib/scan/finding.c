#include "scan/finding.h"

#include <stdlib.h>

/* The work for one finding; beyond it a minified file would cost its square. */
#define CHARS_MAX 65536

void
sek_finding_clear(struct sek_finding *f)
{
	if (f->secret)
		explicit_bzero(f->secret, strlen(f->secret));
	free(f->secret);
	free(f->path);
	free(f->redacted);
	free(f->pair);
	free(f->encoding);
	free(f->inner);
	free(f->pair_path);
	free(f->author);
	for (size_t i = 0; i < f->more_n; i++)
		sek_finding_clear(&f->more[i]);
	free(f->more);
	*f = (struct sek_finding){0};
}

/* One more than the characters between the start of at's line and at. */
static uint64_t
char_column(struct sek_str content, size_t at)
{
	uint64_t column = 1;

	for (size_t i = at; i > 0 && content.p[i - 1] != '\n'; i--) {
		if (at - i >= CHARS_MAX)
			return 0;
		column += ((unsigned char)content.p[i - 1] & 0xc0) != 0x80;
	}
	return column;
}

void
sek_finding_set_chars(struct sek_finding *f, struct sek_str content)
{
	f->char_column = f->end_char_column = 0;
	if (f->start > f->end || f->end > content.n)
		return;
	f->char_column = char_column(content, f->start);
	if (f->char_column)
		f->end_char_column = char_column(content, f->end);
	if (!f->end_char_column)
		f->char_column = 0;
}

static bool
is_of_notes(const struct sek_ref_list *refs)
{
	for (size_t i = 0; refs && i < refs->n; i++)
		if (sek_str_starts(sek_str(refs->name[i]), "refs/notes/"))
			return true;
	return false;
}

bool
sek_finding_note(const struct sek_finding *f, struct sek_oid *about)
{
	char hex[SEK_OID_HEX];
	struct sek_str rest = sek_str(f->path);
	size_t n = 0;

	if (f->place != SEK_PLACE_FILE || !is_of_notes(f->refs))
		return false;
	while (rest.p) {
		struct sek_str part = sek_str_cut(&rest, '/');

		if ((rest.p && part.n != 2) || part.n >= sizeof(hex) - n)
			return false;
		memcpy(hex + n, part.p, part.n);
		n += part.n;
	}
	return sek_oid_parse(about, (struct sek_str){hex, n});
}

const char *
sek_place_name(enum sek_place p)
{
	static const char *const name[] = {
	    [SEK_PLACE_FILE] = "file",
	    [SEK_PLACE_FILE_NAME] = "file-name",
	    [SEK_PLACE_MESSAGE] = "message",
	    [SEK_PLACE_REF_NAME] = "ref-name",
	    [SEK_PLACE_STDIN] = "stdin",
	};

	return name[p];
}

const char *
sek_reached_name(enum sek_reached r)
{
	static const char *const name[] = {
	    [SEK_REACHED_NOT] = "nothing",
	    [SEK_REACHED_BY_REFLOGS] = "reflogs",
	    [SEK_REACHED_BY_REFS] = "refs",
	};

	return name[r];
}
