#include "aws/clock.h"

#include <stdio.h>

#include "base/rfc3339.h"

#define LEAST_S      240
#define ROUND_TRIP_S 900

bool
sek_clock_read_date(struct sek_str text, int64_t *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", iso[40];
	const char *at;

	if (text.n != 29 || memcmp(text.p + 3, ", ", 2) ||
	    memcmp(text.p + 25, " GMT", 4) || text.p[7] != ' ' ||
	    text.p[11] != ' ' || text.p[16] != ' ')
		return false;
	memcpy(month, text.p + 8, 3);
	at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!at || (at - months) % 3)
		return false;
	(void)snprintf(iso, sizeof(iso), "%.4s-%02d-%.2sT%.8sZ", text.p + 12,
	    (int)((at - months) / 3) + 1, text.p + 5, text.p + 17);
	return sek_rfc3339_read(sek_str(iso), out);
}

bool
sek_clock_offset(int64_t *out, const struct sek_http_response *answer,
    int64_t now)
{
	int64_t date;

	if (answer->age || answer->took_ms > ROUND_TRIP_S * 1000 ||
	    !sek_clock_read_date(sek_str(answer->date), &date))
		return false;
	*out = date - now;
	return true;
}

bool
sek_clock_is_wrong(const char *error, int64_t offset, int64_t used, bool once)
{
	static const struct {
		const char *error;
		bool signature;
	} codes[] = {
	    {"InvalidSignatureException", true},
	    {"SignatureDoesNotMatch", true},
	    {"RequestExpired", true},
	    {"RequestInTheFuture", true},
	    {"RequestTimeTooSkewed", true},
	    {"AuthFailure", false},
	    {"AccessDeniedException", false},
	};
	int64_t off = offset - used;

	if (off > -LEAST_S && off < LEAST_S)
		return false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strcmp(error, codes[i].error))
			return codes[i].signature || !once;
	return false;
}
