#ifndef SEK_SCAN_SIGNAL_H
#define SEK_SCAN_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What speaks for a finding and against it. Checks, pairing and the scanner
 * collect these bits; confidence is made of them here and nowhere else, so that
 * it can be explained.
 */
enum sek_confidence { SEK_CONF_LOW, SEK_CONF_MEDIUM, SEK_CONF_HIGH };

enum sek_signal {
	/* what it shows of itself */
	SEK_SIGNAL_SHAPE = 1 << 0,       /* the form that its vendor gives it */
	SEK_SIGNAL_RANDOM = 1 << 1,      /* entropy, mix of characters */
	SEK_SIGNAL_DECODED = 1 << 2,     /* it decodes to what it should hold */
	SEK_SIGNAL_ACCOUNT = 1 << 3,     /* it names an account */
	SEK_SIGNAL_NO_ACCOUNT = 1 << 4,  /* a key id of the older kind */
	SEK_SIGNAL_BAD_ACCOUNT = 1 << 5, /* no account has that number */
	SEK_SIGNAL_UNSURE = 1 << 6, /* a form that other things have, too */
	SEK_SIGNAL_PUBLIC = 1 << 7, /* made to be passed on */
	SEK_SIGNAL_CANARY = 1 << 8, /* the account is a known trap */
	SEK_SIGNAL_EXPIRED = 1 << 9,
	SEK_SIGNAL_LIVING = 1 << 10,
	/* what stands around it */
	SEK_SIGNAL_NAMED = 1 << 11,    /* the text before it says what it is */
	SEK_SIGNAL_BARE = 1 << 12,     /* nothing does */
	SEK_SIGNAL_NEAR = 1 << 13,     /* a key id within a few lines */
	SEK_SIGNAL_WORD = 1 << 14,     /* secret, key, aws ... on its line */
	SEK_SIGNAL_ASSIGNED = 1 << 15, /* the value of a name */
	SEK_SIGNAL_PAIRED = 1 << 16,   /* the other half is in this content */
	SEK_SIGNAL_PAIRED_ELSEWHERE = 1 << 17, /* or in another one */
};
#define SEK_SIGNALS 18

/* Of signal 1 << i: a word for programs, and a sentence for people. */
const char *sek_signal_name(unsigned i);
const char *sek_signal_meaning(unsigned i);

enum sek_confidence sek_signal_grade(uint32_t signals);
const char *sek_confidence_name(enum sek_confidence c);

#endif
