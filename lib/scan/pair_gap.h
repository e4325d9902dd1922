#ifndef SEK_SCAN_PAIR_GAP_H
#define SEK_SCAN_PAIR_GAP_H

#include "base/str.h"

/* One half of a key pair in a content. */
struct sek_half {
	size_t start, end;
	uint64_t line; /* 1-based; set by sek_gaps_measure */
	bool is_id;
	uint32_t place; /* the caller's */
	uint32_t next;  /* pair_match.c */
};

/*
 * How strongly neighbouring halves are divided: gap[i] for what stands between
 * half[i - 1] and half[i]; gap[0] is not set. The larger, the stronger: another
 * section counts most, then how many objects ({}, [], (), tags of XML) hold
 * both, then indentation, then blank lines, then line ends.
 */
#define SEK_GAP_SECTION ((uint64_t)1 << 48)
void sek_gaps_measure(struct sek_str content, struct sek_half *half, size_t n,
    uint64_t *gap);

/* The name that a value is given to, on its line (`NAME = "`, `<name>`), or an
 * empty one. */
struct sek_str sek_gap_name(struct sek_str content, size_t value);

/*
 * What is left of the name in front of a value without the words that name what
 * it is (aws, access, secret, key, id ...), as a hash; 0: nothing is.
 */
uint64_t sek_gap_stem(struct sek_str content, size_t value);

#endif
