#include "base/str.h"

bool
sek_str_eq(struct sek_str a, struct sek_str b)
{
	return a.n == b.n && (a.n == 0 || !memcmp(a.p, b.p, a.n));
}

bool
sek_str_is(struct sek_str a, const char *b)
{
	return sek_str_eq(a, sek_str(b));
}

bool
sek_str_starts(struct sek_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || !memcmp(s.p, prefix, n));
}

bool
sek_str_ends(struct sek_str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && (n == 0 || !memcmp(s.p + s.n - n, suffix, n));
}

int
sek_str_cmp(struct sek_str a, struct sek_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sek_str
sek_str_trim(struct sek_str s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

struct sek_str
sek_str_cut(struct sek_str *rest, char sep)
{
	struct sek_str head = *rest;
	const char *at = rest->n > 0 ? memchr(rest->p, sep, rest->n) : NULL;

	if (!at) {
		*rest = (struct sek_str){NULL, 0};
		return head;
	}
	head.n = (size_t)(at - head.p);
	rest->p += head.n + 1;
	rest->n -= head.n + 1;
	return head;
}

bool
sek_str_to_u64(struct sek_str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}
