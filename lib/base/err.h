#ifndef SEK_BASE_ERR_H
#define SEK_BASE_ERR_H

/*
 * Errors: a code that the caller can act on, and one line of text for people.
 * The text starts with what failed (file:line, rule, ref, host), then why, then
 * what to do. It never holds a secret or quotes rejected input that could be
 * one. A struct sek_err belongs to the caller, needs no clean-up and may live
 * on a worker thread's stack.
 */

enum sek_code {
	SEK_OK = 0,
	SEK_ECONFIG,   /* command line or a file the user wrote: exit 2 */
	SEK_ENOTFOUND, /* it is not there */
	SEK_EDENIED,   /* it is there, but not for us */
	SEK_EEXPIRED,  /* it was valid once */
	SEK_ETOOBIG,   /* a limit of ours was reached */
	SEK_EPARSE,    /* data from outside breaks its format */
	SEK_EIO,       /* the system refused: file, process, memory map */
	SEK_ENET,      /* the network refused */
	SEK_ECANCEL,   /* interrupted, or a deadline passed */
};

struct sek_err {
	enum sek_code code;
	char text[512];
};

#define SEK_CHECKED      __attribute__((warn_unused_result))
#define SEK_PRINTF(m, n) __attribute__((format(printf, m, n)))

/* Fills err (which may be NULL) and returns code: `return sek_fail(...)`. */
enum sek_code sek_fail(struct sek_err *err, enum sek_code code, const char *fmt,
    ...) SEK_PRINTF(3, 4);

/*
 * The same for a failed system call: ": strerror(errno)" is appended and the
 * code follows errno (ENOENT, ENOTDIR: SEK_ENOTFOUND; EACCES, EPERM:
 * SEK_EDENIED; EINTR: SEK_ECANCEL; all else SEK_EIO).
 */
enum sek_code
sek_fail_errno(struct sek_err *err, const char *fmt, ...) SEK_PRINTF(2, 3);

#endif
