#ifndef SEK_SCAN_ALLOW_LIST_H
#define SEK_SCAN_ALLOW_LIST_H

#include "scan/allow.h"
#include "scan/pattern.h"

/* What allow.c and allow_file.c share; nobody else includes it. */
struct hex24 {
	char text[25];
};

struct allowance {
	struct sek_allow_entry entry; /* its texts are owned here */
	char *why;
	char *rule; /* NULL where a criterion is not given */
	char *path_text;
	char *value_text;
	struct sek_pattern *path;
	struct sek_pattern *value;
	SEK_VEC(struct hex24) prints;
	bool expired;
};

struct print { /* a fingerprint and whose it is */
	struct hex24 hex;
	size_t owner; /* index in the list */
};

struct line_pattern { /* of git-secrets */
	struct sek_allow_entry entry;
	char *why;
	char *ere;
	struct sek_pattern *pattern;
};

struct sek_allow {
	SEK_VEC(struct allowance) list;
	SEK_VEC(struct print) print; /* all of them, by hex, then owner */
	SEK_VEC(struct line_pattern) line;
};

void sek_allow_index(struct sek_allow *a); /* makes print anew */
void sek_allowance_clear(struct allowance *e);

/* Does it match whatever it is asked about? Then it would allow everything,
 * which nobody means by a stray `|`. */
enum sek_code sek_allow_all_match(const struct sek_pattern *p, bool *yes,
    struct sek_err *err) SEK_CHECKED;

#endif
