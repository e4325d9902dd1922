#include "scan/check_session.h"

#include "scan/check_account.h"
#include "scan/check_time.h"

#define CURRENT 0x21
#define OLDER   0x17

struct field {
	uint64_t number, value; /* value: of an integer */
	struct sek_str bytes;   /* p NULL: it is an integer */
};

static bool
read_varint(struct sek_str *in, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 64 && in->n; shift += 7) {
		unsigned char c = (unsigned char)*in->p;

		in->p++;
		in->n--;
		*out |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* Integers and byte strings are all there is in these tokens. */
static bool
read_field(struct sek_str *in, struct field *f)
{
	uint64_t tag, size;

	*f = (struct field){0};
	if (!read_varint(in, &tag))
		return false;
	f->number = tag >> 3;
	if ((tag & 7) == 0)
		return read_varint(in, &f->value);
	if ((tag & 7) != 2 || !read_varint(in, &size) || size > in->n)
		return false;
	f->bytes = (struct sek_str){in->p, (size_t)size};
	in->p += size;
	in->n -= (size_t)size;
	return true;
}

static void
read_user(struct sek_str in, struct sek_facts *facts)
{
	struct field f;

	while (in.n && read_field(&in, &f))
		if (f.number == 3 && f.bytes.p && f.bytes.n == 12)
			(void)sek_aws_read_account(f.bytes, facts->account);
}

static bool
is_origin(const struct field *f, int kind)
{
	return f->number == 1 && f->bytes.p &&
	    sek_str_is(f->bytes, kind == CURRENT ? "origin_ec" : "er/aws");
}

bool
sek_session_read(struct sek_str in, struct sek_facts *facts)
{
	int kind = in.n ? (unsigned char)in.p[0] : 0;
	uint64_t issued_by = kind == CURRENT ? 6 : 5;
	struct field f;

	if (kind != CURRENT && kind != OLDER)
		return false;
	in.p++;
	in.n--;
	if (!read_field(&in, &f) || !is_origin(&f, kind))
		return false;
	while (in.n && read_field(&in, &f)) {
		if (f.number == issued_by && !f.bytes.p)
			sek_check_set_time(facts->issued, f.value);
		if (kind == CURRENT && f.number == 3 && f.bytes.p)
			sek_aws_read_region(f.bytes, facts->region);
		if (kind == CURRENT && f.number == 5 && f.bytes.p)
			read_user(f.bytes, facts);
	}
	return true;
}
