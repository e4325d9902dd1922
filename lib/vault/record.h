#ifndef SEK_VAULT_RECORD_H
#define SEK_VAULT_RECORD_H

#include "vault/creds.h"

/*
 * What the cache holds of one plan: credentials, the text of the plan that they
 * came by, and when to get new ones. Written as lines, so that the program that
 * answers from the kernel keyring needs libc alone.
 */
struct sek_record {
	char *plan;    /* owned */
	char *profile; /* owned; the profile that asked first, for people */
	struct sek_creds creds;
	int64_t fetched;    /* s since 1970, as all times here */
	int64_t refresh_at; /* from then on newer ones are asked for */
	bool instance; /* from IMDS: may be used past their end, see below */
};

void sek_record_clear(struct sek_record *r);
void sek_record_move(struct sek_record *to, struct sek_record *from);
#define sek_auto_record                                                        \
	__attribute__((cleanup(sek_record_clear))) struct sek_record

/*
 * Appended to out. SEK_EPARSE: credentials without an end, which are never
 * kept, or a profile's name that is no line; SEK_ETOOBIG: out's limit.
 */
enum sek_code sek_record_write(const struct sek_record *r,
    struct sek_secret *out, struct sek_err *err) SEK_CHECKED;
/* SEK_EPARSE: damaged, or of another version; out is as it was. */
enum sek_code sek_record_read(struct sek_record *out, struct sek_str text,
    struct sek_err *err) SEK_CHECKED;

/* The name of a plan's record: 16 hexadecimal digits from its text. Two plans
 * may share it; the text in the record decides. */
#define SEK_RECORD_NAME_SIZE 17
void sek_record_name(char out[SEK_RECORD_NAME_SIZE], const char *plan);

/*
 * SDKs ask for new credentials when less than 15 minutes remain, at each use.
 * So refresh_at is expires less 15 minutes and a jitter of at most 2, or less a
 * third of the lifetime where that is shorter. random: any number.
 */
int64_t
sek_record_refresh_at(int64_t fetched, int64_t expires, uint32_t random);

enum sek_freshness {
	SEK_FRESH,  /* to be served */
	SEK_AGING,  /* to be served if nothing newer can be had */
	SEK_BEYOND, /* instance credentials past their end, at most 30 min: to
	               be served with sek_record_extend if nothing newer can */
	SEK_GONE,
};
/* SEK_AGING also where the clock was put back before the time of fetching. */
enum sek_freshness
sek_record_freshness(const struct sek_record *r, int64_t now);
/* From then on it is SEK_GONE, and a store may drop it. */
int64_t sek_record_kept_until(const struct sek_record *r);

/* Static stability (AWS SDKs, IMDS provider): the end is put 10 to 15 minutes
 * from now, once the true one is past. */
void sek_record_extend(struct sek_record *r, int64_t now, uint32_t random);

#endif
