#include "scan/check_time.h"

#include <stdio.h>

#include "scan/check_session.h"

void
sek_check_set_time(char out[SEK_RFC3339_SIZE], uint64_t seconds)
{
	out[0] = '\0';
	if (seconds >= 1000000000 && seconds <= 253402300799)
		sek_rfc3339_write(out, (int64_t)seconds);
}

uint64_t
sek_check_basic_time(struct sek_str s)
{
	char text[SEK_RFC3339_SIZE];
	int64_t at;

	if (s.n < 16 || s.p[8] != 'T' || s.p[15] != 'Z')
		return 0;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s.p,
	    s.p + 4, s.p + 6, s.p + 9, s.p + 11, s.p + 13);
	if (!sek_rfc3339_read(sek_str(text), &at) || at < 0)
		return 0;
	return (uint64_t)at;
}

void
sek_check_say_time(struct sek_facts *facts, int64_t now)
{
	int64_t end;

	facts->signals &= ~(uint32_t)(SEK_SIGNAL_EXPIRED | SEK_SIGNAL_LIVING);
	if (sek_rfc3339_read(sek_str(facts->expires), &end)) {
		facts->signals |= end <= now ? SEK_SIGNAL_EXPIRED
					     : SEK_SIGNAL_LIVING;
		return;
	}
	/* Whatever end a session was given, it is over. */
	if (sek_rfc3339_read(sek_str(facts->issued), &end) &&
	    end + SEK_SESSION_MAX <= now)
		facts->signals |= SEK_SIGNAL_EXPIRED;
}
