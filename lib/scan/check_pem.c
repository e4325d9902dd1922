#include "base/enc.h"
#include "scan/check_all.h"

/*
 * Private keys in armour. The rules find the header and what follows it; here
 * we see whether that is a key: base64, long enough, and of a known beginning.
 * Keys also stand in source strings (`\n` as two characters, quotes at each
 * line end), in comments and in quoted mail, so other characters are passed
 * over.
 */
#define MATERIAL_MIN 56 /* characters; a PKCS #8 Ed25519 key has 64 */
#define MATERIAL_MAX ((size_t)24 << 10)
#define LONG_KEY     600 /* bytes of DER */
#define RUN_MIN      16  /* characters of a line, but for the last */
#define GAP_MAX      200 /* bytes of other things between two lines */

static bool
is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static size_t
skip_escape(struct sek_str s, size_t i)
{
	while (i < s.n && s.p[i] == '\\')
		i++;
	/* \/ is a slash of JSON, \n and the like are blanks. */
	if (i < s.n && (s.p[i] == 'n' || s.p[i] == 'r' || s.p[i] == 't'))
		i++;
	return i;
}

/* Is there nothing but padding and what stands between lines in s? */
static bool
is_end(struct sek_str s)
{
	for (size_t i = 0; i < s.n;
	     i = s.p[i] == '\\' ? skip_escape(s, i) : i + 1)
		if (is_base64(s.p[i]))
			return false;
	return true;
}

/*
 * Appends the key material in s: runs of at least RUN_MIN, and a shorter one at
 * the end. What is shorter elsewhere (Proc-Type: 4,ENCRYPTED; `+ b"`) and
 * single escapes are passed over; a long gap ends it. In a diff every line
 * starts with a plus; that of a key's first line is no base64.
 */
static void
collect(struct sek_str s, struct sek_buf *out)
{
	bool diff = sek_str_starts(s, "\n+") || sek_str_starts(s, "\r\n+");
	size_t gap = 0;

	for (size_t i = 0; i < s.n && gap <= GAP_MAX;) {
		size_t n = 0, next;

		if (diff && i && s.p[i - 1] == '\n' && s.p[i] == '+') {
			i++;
			continue;
		}
		while (i + n < s.n && is_base64(s.p[i + n]))
			n++;
		if (!n) {
			next = s.p[i] == '\\' ? skip_escape(s, i) : i + 1;
			gap += next - i;
			i = next;
			continue;
		}
		if (n >= RUN_MIN) {
			sek_buf_add(out, s.p + i, n);
			gap = 0;
		} else if (out->n &&
		    is_end((struct sek_str){s.p + i + n, s.n - i - n})) {
			sek_buf_add(out, s.p + i, n);
			return;
		} else {
			gap += n;
		}
		i += n;
		if (n >= RUN_MIN && i < s.n && s.p[i] == '=')
			return;
	}
}

static struct sek_str
body_of(struct sek_str content, const struct sek_match *m)
{
	return (struct sek_str){
	    content.p + m->secret, m->secret_end - m->secret};
}

static bool
has(struct sek_str s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* The length that a DER sequence at p says it has, header included; 0: none. */
static size_t
der_length(const unsigned char *p, size_t n)
{
	size_t octets, length = 0;

	if (n < 6 || p[0] != 0x30)
		return 0;
	if (p[1] < 0x80)
		return p[1] + (size_t)2;
	octets = p[1] & 0x7f;
	if (octets < 1 || octets > 3)
		return 0;
	for (size_t i = 0; i < octets; i++)
		length = length << 8 | p[2 + i];
	return length + 2 + octets;
}

enum key { NO_KEY, PLAIN_KEY, ENCRYPTED_KEY };

static enum key
openssh_key(struct sek_str raw, struct sek_facts *facts)
{
	static const char none[] = "openssh-key-v1\0\0\0\0\4none";
	static const char magic[] = "openssh-key-v1";

	if (raw.n < 100 || memcmp(raw.p, magic, sizeof(magic)))
		return NO_KEY;
	facts->signals |= SEK_SIGNAL_DECODED;
	return memcmp(raw.p, none, sizeof(none) - 1) ? ENCRYPTED_KEY
						     : PLAIN_KEY;
}

static enum key
der_key(struct sek_str raw, struct sek_str header, struct sek_str body,
    struct sek_facts *facts)
{
	size_t said = der_length((const unsigned char *)raw.p, raw.n);

	if (!said || said < 30)
		return NO_KEY;
	if (said != raw.n &&
	    has(body, "...")) /* an example, left out in part */
		return NO_KEY;
	/* What is cut off or garbled may be a key all the same. */
	facts->signals |= SEK_SIGNAL_DECODED |
	    (said == raw.n ? 0 : SEK_SIGNAL_UNSURE);
	if (has(header, "ENCRYPTED"))
		return ENCRYPTED_KEY;
	/* Of RSA and DSA keys, which are long, the first fifth is public. */
	return said >= LONG_KEY && 5 * raw.n < said ? NO_KEY : PLAIN_KEY;
}

static enum key
pem_key(struct sek_str header, struct sek_str body, struct sek_facts *facts)
{
	sek_auto_buf text = {.max = MATERIAL_MAX}, raw = {.max = MATERIAL_MAX};
	struct sek_str s;

	collect(body, &text);
	s = sek_buf_str(&text);
	s.n -= s.n % 4 == 1; /* cut off in the middle */
	if (s.n < MATERIAL_MIN || sek_entropy(s) < 4.0 ||
	    !sek_unbase64(s, &raw))
		return NO_KEY;
	if (has(body, "Proc-Type") || has(header, "SSH2 ENCRYPTED")) {
		facts->signals |= SEK_SIGNAL_DECODED;
		return ENCRYPTED_KEY;
	}
	if (has(header, "OPENSSH"))
		return openssh_key(sek_buf_str(&raw), facts);
	return der_key(sek_buf_str(&raw), header, body, facts);
}

static enum key
key_of(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	struct sek_str header = {content.p + m->start, m->secret - m->start};
	struct sek_str body = {
	    content.p + m->secret, m->secret_end - m->secret};
	sek_auto_buf text = {.max = MATERIAL_MAX};
	const char *end;

	if (sek_str_starts((struct sek_str){content.p + m->secret_end,
			       content.n - m->secret_end},
		"..."))
		body.n += 3; /* says that the rest is left out */
	if (!sek_str_starts(body, "LS0t"))
		return pem_key(header, body, facts);
	/* All of it in base64. */
	body.n -= body.n % 4 == 1;
	if (!sek_unbase64(body, &text))
		return NO_KEY;
	header = sek_buf_str(&text);
	end = memmem(header.p, header.n, "KEY-----", 8);
	if (!end)
		return NO_KEY;
	body.p = end + 8;
	body.n = (size_t)(header.p + header.n - body.p);
	header.n -= body.n;
	end = memmem(body.p, body.n, "-----END", 8);
	if (end)
		body.n = (size_t)(end - body.p);
	return pem_key(header, body, facts);
}

bool
sek_check_pem(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	return key_of(content, m, facts) == PLAIN_KEY;
}

bool
sek_check_pem_encrypted(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	return key_of(content, m, facts) == ENCRYPTED_KEY;
}

/* The first packet is a secret key: tag 5, in the old or the new form. */
bool
sek_check_pgp(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf text = {.max = MATERIAL_MAX};
	struct sek_str s;

	collect(body_of(content, m), &text);
	s = sek_buf_str(&text);
	if (s.n < MATERIAL_MIN || sek_entropy(s) < 4.5)
		return false;
	facts->signals |= SEK_SIGNAL_DECODED;
	return s.p[0] == 'l' || s.p[0] == 'x';
}

bool
sek_check_putty(struct sek_str content, const struct sek_match *m,
    struct sek_facts *facts)
{
	sek_auto_buf text = {.max = MATERIAL_MAX};

	collect(body_of(content, m), &text);
	facts->signals |= SEK_SIGNAL_DECODED;
	return text.n >= 40 && sek_entropy(sek_buf_str(&text)) >= 4.0;
}
