#include "repo/loose.h"

#include "repo/objects_backend.h"

#define HEADER_MAX 32 /* as in git: a type and a size take no more */

static enum sek_code
broken(struct sek_err *err)
{
	return sek_fail(err, SEK_EPARSE, "a damaged loose object");
}

enum sek_code
sek_loose_parse(struct sek_inflate *z, struct sek_str file, struct sek_buf *out,
    enum sek_type *type, size_t *body, struct sek_err *err)
{
	enum sek_code r = sek_inflate_all(z, file, out);
	struct sek_str head, rest;
	uint64_t size;
	const char *nul;

	if (r == SEK_ETOOBIG)
		return sek_fail(err, r, "larger than %zu MiB", out->max >> 20);
	if (r)
		return broken(err);
	nul = memchr(out->p, '\0', out->n < HEADER_MAX ? out->n : HEADER_MAX);
	if (!nul)
		return broken(err);
	rest = (struct sek_str){out->p, (size_t)(nul - out->p)};
	*body = rest.n + 1;
	head = sek_str_cut(&rest, ' ');
	*type = sek_odb_type(head);
	if (!*type || !rest.p || !sek_str_to_u64(rest, &size) ||
	    size != out->n - *body)
		return broken(err);
	return SEK_OK;
}
