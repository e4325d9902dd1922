#include <stdlib.h>

#include "scan/decode.h"

/*
 * Any bytes as a run of any encoding, from any lead: what is given stands
 * inside the run, in order, and where each byte stands is the same when asked
 * again.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct sek_lead lead, later;
	struct sek_decode d, place;
	struct sek_str content;
	unsigned char byte;
	size_t last = 0;

	if (n < 4)
		return 0;
	content = (struct sek_str){(const char *)data + 3, n - 3};
	lead = (struct sek_lead){
	    .at = data[0] * content.n / 256,
	    .encoding = (uint8_t)(1 + data[1] % (SEK_ENCODINGS - 1)),
	    .index = data[2] % 4,
	};
	later = lead;
	later.at += (content.n - lead.at) / 2;
	sek_decode_open(&d, content, &lead);
	place = d;
	while (sek_decode_next(&d, &byte)) {
		size_t start = d.made - 1, end = d.made;

		if (d.from < last || d.from < d.begin || d.at > content.n)
			abort();
		last = d.from;
		if (d.made > 200)
			continue;
		sek_decode_place(&place, &start, &end);
		if (start != d.from || end <= start || end > content.n)
			abort();
	}
	(void)sek_decode_covers(&d, &later);
	(void)sek_decode_whole(content, &lead);
	return 0;
}
