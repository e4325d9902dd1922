#include "base/enc.h"
#include "scan/check_all.h"

/*
 * The tokens of GitHub and npm end in a sum over themselves, so that a scanner
 * need not guess: what follows the prefix and its underscore is random, but for
 * the last six characters, which are the CRC-32 of those before in base 62
 * (GitHub's announcement of its token formats, April 2021; npm's, September
 * 2021; that the prefix is left out is observed).
 */
#define SUM SEK_CRC32_BASE62

bool
sek_check_crc32_base62(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str s = {content.p + m->secret, m->secret_end - m->secret};
	const char *prefix = memchr(s.p, '_', s.n);
	size_t at = prefix ? (size_t)(prefix - s.p) + 1 : 0;
	char sum[SUM];

	if (s.n < at + SUM)
		return false;
	sek_crc32_base62(sum, (struct sek_str){s.p + at, s.n - at - SUM});
	facts->confidence = SEK_CONF_HIGH;
	return memcmp(sum, s.p + s.n - SUM, SUM) == 0;
}
