#ifndef SEK_SCAN_REGEX_TREE_H
#define SEK_SCAN_REGEX_TREE_H

#include "base/str.h"
#include "scan/regex.h"

/*
 * A regex as a tree, between the files of the regex module (and its byte sets,
 * for ere.c). Greed, atomic groups and captures leave no trace in it: what is
 * computed from it must hold for every way through the regex.
 */
struct sek_regex_set {
	uint64_t bits[4];
};

static inline void
sek_regex_set_add(struct sek_regex_set *s, unsigned char c)
{
	s->bits[c >> 6] |= (uint64_t)1 << (c & 63);
}

static inline bool
sek_regex_set_has(const struct sek_regex_set *s, unsigned char c)
{
	return s->bits[c >> 6] >> (c & 63) & 1;
}

/* regex_set.c */
void
sek_regex_set_range(struct sek_regex_set *s, unsigned first, unsigned last);
void
sek_regex_set_join(struct sek_regex_set *s, const struct sek_regex_set *other);
void sek_regex_set_invert(struct sek_regex_set *s);
void sek_regex_set_fold(struct sek_regex_set *s); /* both cases of ASCII */
/*
 * As literals a set is its bytes, but both cases of a letter are one literal
 * without case. Is c the byte of one?
 */
bool
sek_regex_set_string(const struct sek_regex_set *s, unsigned c, bool *nocase);
/* The classes of the C locale: "alpha", ... as in [:alpha:]; false: no such. */
bool sek_regex_set_posix(struct sek_regex_set *s, struct sek_str name);
/* \d \D \h \H \s \S \v \V \w \W by their letter; false: no such. */
bool sek_regex_set_escape(struct sek_regex_set *s, char letter);

enum sek_regex_kind {
	SEK_REGEX_EDGE,   /* no bytes, looks at `back` and `ahead` of them */
	SEK_REGEX_SET,    /* one byte */
	SEK_REGEX_CAT,    /* children one after the other */
	SEK_REGEX_ALT,    /* one of the children */
	SEK_REGEX_REPEAT, /* the child, from to to times */
	SEK_REGEX_LOOK, /* no bytes; the child stands, or not, ahead or behind */
};

struct sek_regex_node {
	enum sek_regex_kind kind;
	bool behind;              /* LOOK */
	uint32_t from, to;        /* REPEAT; to: 1 to SEK_UNBOUNDED */
	uint32_t at;              /* offset in the regex, for errors */
	struct sek_regex_set set; /* SET */
	struct sek_regex_node *child, *next;
	/* From here on: sek_regex_measure. From the node's start, saturating. */
	uint32_t min, max;    /* bytes of a match of it */
	uint32_t back, ahead; /* bytes that can decide it */
	bool newline;         /* a byte of a match of it can be "\n" */
	bool crosses;         /* it looks past a "\n" */
	/*
	 * It is one of `strings` strings of exact_min to exact_max bytes; 0: too
	 * many or too long to tell. In some of them (nocase) a letter stands for
	 * both its cases.
	 */
	uint32_t strings, exact_min, exact_max;
	bool nocase;
};

struct sek_regex_tree {
	struct sek_regex_node *node; /* all nodes, one block */
	size_t nodes, room;
	struct sek_regex_node *root;
	unsigned groups;
};

void sek_regex_tree_clear(struct sek_regex_tree *t);
#define sek_auto_regex_tree                                                    \
	__attribute__((cleanup(sek_regex_tree_clear))) struct sek_regex_tree

/* regex_parse.c */
enum sek_code sek_regex_parse(struct sek_regex_tree *out, struct sek_str regex,
    struct sek_err *err) SEK_CHECKED;

/* How many more bytes: sums and products that stop at SEK_UNBOUNDED. */
uint32_t sek_regex_add(uint32_t a, uint32_t b);
uint32_t sek_regex_mul(uint32_t a, uint32_t b);
/* strings multiplied with itself; past SEK_REGEX_LITERALS it is not exact. */
uint32_t sek_regex_power(uint32_t strings, uint32_t times);

/* regex_measure.c; SEK_ECONFIG for a look-behind without a fixed length. */
enum sek_code
sek_regex_measure(struct sek_regex_node *root, struct sek_err *err) SEK_CHECKED;

/* regex_literal.c: fills out->literal; crosses_newline is set already. */
void
sek_regex_choose(const struct sek_regex_node *root, struct sek_regex_info *out);

#endif
