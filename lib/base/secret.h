#ifndef SEK_BASE_SECRET_H
#define SEK_BASE_SECRET_H

#include "base/err.h"
#include "base/str.h"

/*
 * Bytes of a secret that is ours to keep: own pages, locked (best effort), left
 * out of core dumps and of forked children, grown by copy and wipe, wiped when
 * freed. There is no %s for it and no way into a struct sek_buf; it is written
 * out with sek_secret_write only.
 */
struct sek_secret;

struct sek_secret *sek_secret_new(size_t max); /* limit in bytes */
void sek_secret_free(struct sek_secret *s);    /* NULL is legal */
void sek_secret_free_ptr(struct sek_secret **s);
#define sek_auto_secret                                                        \
	__attribute__((cleanup(sek_secret_free_ptr))) struct sek_secret

enum sek_code sek_secret_add(struct sek_secret *s, const void *p, size_t n,
    struct sek_err *err) SEK_CHECKED;
struct sek_str sek_secret_str(const struct sek_secret *s); /* until next add */

/*
 * Room for n more bytes, for a call that writes what it reads where it is told
 * to; then sek_secret_filled says how many came (n at most). What was not
 * filled is wiped.
 */
enum sek_code sek_secret_room(char **room, struct sek_secret *s, size_t n,
    struct sek_err *err) SEK_CHECKED;
void sek_secret_filled(struct sek_secret *s, size_t n);
enum sek_code sek_secret_write(const struct sek_secret *s, int fd,
    struct sek_err *err) SEK_CHECKED;

/* RLIMIT_CORE 0 and PR_SET_DUMPABLE 0: first line of a program's main. */
void sek_secret_harden_process(void);

#endif
