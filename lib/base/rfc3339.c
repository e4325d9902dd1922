#include "base/rfc3339.h"

#include <stdio.h>
#include <time.h>

/* n digits as a number, or -1. */
static int
digits(struct sek_str *s, size_t n)
{
	int value = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		value = value * 10 + (s->p[i] - '0');
	}
	s->p += n;
	s->n -= n;
	return value;
}

static bool
one_of(struct sek_str *s, const char *set)
{
	if (s->n == 0 || !s->p[0] || !strchr(set, s->p[0]))
		return false;
	s->p++;
	s->n--;
	return true;
}

static int
days_in(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
read_date(struct sek_str *s, struct tm *tm)
{
	int year = digits(s, 4), month, day;

	if (year < 1 || !one_of(s, "-"))
		return false;
	month = digits(s, 2);
	if (month < 1 || month > 12 || !one_of(s, "-"))
		return false;
	day = digits(s, 2);
	if (day < 1 || day > days_in(year, month))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

/* A leap second (60) is the first of the next minute. */
static bool
read_time(struct sek_str *s, struct tm *tm)
{
	tm->tm_hour = digits(s, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !one_of(s, ":"))
		return false;
	tm->tm_min = digits(s, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59 || !one_of(s, ":"))
		return false;
	tm->tm_sec = digits(s, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 60)
		return false;
	if (!one_of(s, "."))
		return true;
	if (digits(s, 1) < 0)
		return false;
	while (digits(s, 1) >= 0)
		;
	return true;
}

static bool
read_offset(struct sek_str *s, int *seconds)
{
	int hours, minutes, sign = s->n && s->p[0] == '-' ? -1 : 1;

	*seconds = 0;
	if (one_of(s, "Zz"))
		return true;
	if (!one_of(s, "+-"))
		return false;
	hours = digits(s, 2);
	if (hours < 0 || hours > 23 || !one_of(s, ":"))
		return false;
	minutes = digits(s, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
sek_rfc3339_read(struct sek_str text, int64_t *out)
{
	struct tm tm = {0};
	int offset;

	if (!read_date(&text, &tm) || !one_of(&text, "Tt ") ||
	    !read_time(&text, &tm) || !read_offset(&text, &offset) ||
	    text.n > 0)
		return false;
	*out = (int64_t)timegm(&tm) - offset;
	return true;
}

#define FIRST (-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST  253402300799   /* 9999-12-31T23:59:59Z */

void
sek_rfc3339_write(char out[SEK_RFC3339_SIZE], int64_t time)
{
	time_t t = (time_t)(time < FIRST ? FIRST : time > LAST ? LAST : time);
	struct tm tm = {0};
	char all[80];

	(void)gmtime_r(&t, &tm);
	(void)snprintf(all, sizeof(all), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	memcpy(out, all, SEK_RFC3339_SIZE);
}
