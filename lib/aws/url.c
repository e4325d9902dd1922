#include <arpa/inet.h>
#include <strings.h>

#include "aws/endpoint.h"

#define HOST_MAX 253 /* RFC 1035: a name, without the dot at its end */

static bool
take_scheme(struct sek_url *u, struct sek_str *rest)
{
	bool plain = rest->n > 7 && !strncasecmp(rest->p, "http://", 7);
	size_t n = plain ? 4 : 5;

	if (!plain && (rest->n <= 8 || strncasecmp(rest->p, "https://", 8)))
		return false;
	u->plain = plain;
	u->scheme = (struct sek_str){rest->p, n};
	rest->p += n + 3;
	rest->n -= n + 3;
	return true;
}

static bool
is_visible(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("\"<>\\^`{|}#", s.p[i]))
			return false;
	return true;
}

/* An address of this family? text: as it is and without a zone. */
static bool
is_address(int family, struct sek_str host, void *out)
{
	char text[INET6_ADDRSTRLEN];

	if (host.n == 0 || host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(family, text, out) == 1;
}

static bool
take_port(struct sek_url *u, struct sek_str after_host)
{
	uint64_t port;

	if (after_host.n == 0)
		return true;
	u->port = (struct sek_str){after_host.p + 1, after_host.n - 1};
	return *after_host.p == ':' && u->port.n <= 5 &&
	    sek_str_to_u64(u->port, &port) && port >= 1 && port <= 65535;
}

/* [ADDRESS] or [ADDRESS]:PORT */
static bool
take_v6(struct sek_url *u, struct sek_str authority)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
	struct sek_str rest = {authority.p + 1, authority.n - 1};
	struct in6_addr address;

	u->host = sek_str_cut(&rest, ']');
	if (!rest.p || !is_address(AF_INET6, u->host, &address))
		return false;
	u->loopback = !memcmp(&address, &loopback, sizeof(address));
	return take_port(u, rest);
}

static bool
is_name(struct sek_str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789-._",
			host.p[i]))
			return false;
	return host.n > 0 && host.n <= HOST_MAX && host.p[0] != '.';
}

/*
 * Loopback is only what is written in full: what a resolver makes of "127.1" or
 * "2130706433" is its own affair.
 */
static bool
take_name(struct sek_url *u, struct sek_str authority)
{
	const char *colon = memchr(authority.p, ':', authority.n);
	size_t n = colon ? (size_t)(colon - authority.p) : authority.n;
	struct in_addr address;

	u->host = (struct sek_str){authority.p, n};
	if (!is_name(u->host))
		return false;
	u->loopback = is_address(AF_INET, u->host, &address)
	    ? ntohl(address.s_addr) >> 24 == 127
	    : n == 9 && !strncasecmp(u->host.p, "localhost", n);
	return take_port(u, (struct sek_str){authority.p + n, authority.n - n});
}

bool
sek_url_split(struct sek_url *out, const char *url)
{
	struct sek_str rest = sek_str(url), authority;
	struct sek_url u = {0};

	if (!is_visible(rest) || !take_scheme(&u, &rest))
		return false;
	authority = (struct sek_str){rest.p, strcspn(rest.p, "/?")};
	u.path = (struct sek_str){rest.p + authority.n, rest.n - authority.n};
	if (authority.n == 0 ||
	    !(*authority.p == '[' ? take_v6(&u, authority)
				  : take_name(&u, authority)))
		return false;
	*out = u;
	return true;
}
