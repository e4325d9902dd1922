#ifndef SEK_REPO_OID_H
#define SEK_REPO_OID_H

#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"

/* An object id: 20 bytes (SHA-1) or 32 (SHA-256). Zero bytes mean "none". */
#define SEK_OID_MAX 32
#define SEK_OID_HEX (2 * SEK_OID_MAX + 1)

struct sek_oid {
	unsigned char len;
	unsigned char raw[SEK_OID_MAX];
};

bool sek_oid_parse(struct sek_oid *out, struct sek_str hex); /* 40 or 64 hex */
const char *sek_oid_hex(const struct sek_oid *oid, char out[SEK_OID_HEX]);
bool sek_oid_is_none(const struct sek_oid *oid);
bool sek_oid_eq(const struct sek_oid *a, const struct sek_oid *b);
int sek_oid_cmp(const struct sek_oid *a, const struct sek_oid *b);

struct sek_oids SEK_VEC_BODY(struct sek_oid);
void sek_oids_sort(struct sek_oids *v); /* by id, each once */
/* Of sorted ones; NULL: it is not there. */
const struct sek_oid *
sek_oids_find(const struct sek_oids *v, const struct sek_oid *oid);

#endif
