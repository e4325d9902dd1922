#ifndef SEK_SCAN_FINDING_H
#define SEK_SCAN_FINDING_H

#include "base/buf.h"
#include "base/vec.h"
#include "repo/graph.h"
#include "scan/rule.h"

/*
 * One secret at one place, ready to be shown: redacted, except that `secret`
 * holds the value where the user asked for it by --show-secrets.
 */
enum sek_place {
	SEK_PLACE_FILE,      /* content at path */
	SEK_PLACE_FILE_NAME, /* the path itself */
	SEK_PLACE_MESSAGE,   /* a commit's or tag's message or header */
	SEK_PLACE_REF_NAME,
	SEK_PLACE_STDIN,
};

/* Does HEAD hold the secret at this path? */
enum sek_held { SEK_HELD_UNKNOWN, SEK_HELD_NO, SEK_HELD_YES };

/* Refs that lead to one commit: their names, secrets in them redacted; as many
 * as a report takes, and how many there are. */
struct sek_ref_list {
	uint64_t count;
	size_t n;
	const char **name; /* each borrowed from the outcome's ref_names */
};

struct sek_finding {
	const struct sek_rule *rule;
	enum sek_severity severity;
	struct sek_facts facts;
	float entropy; /* of the secret, bits per character; 0: not told, of one
			  that could be guessed */
	enum sek_place place;
	char *path;            /* any bytes but NUL; a ref name; "-" for stdin;
				   raw: of a name that holds a secret the
				   reports show the redacted form */
	char *inner;           /* the way into an archive at path: "a/b.c", or
				   "d.zip!e"; its secrets are redacted; NULL: it
				   stands in the content itself. The place is
				   that in the member */
	char *encoding;        /* how the secret stands there, outermost first:
				   "base64, hex"; NULL: as it is. The place is
				   that of the encoded text */
	uint64_t line, column; /* 1-based; column in bytes */
	uint64_t end_line, end_column;         /* just past the secret */
	uint64_t char_column, end_char_column; /* the columns in characters of
				   UTF-8; 0: not known, see below */
	uint64_t start, end;   /* of the secret: byte offsets in the content */
	struct sek_oid commit; /* none: not from a commit */
	struct sek_oid blob;   /* none: not from an object */
	char fingerprint[25];  /* 24 hex digits */
	char *redacted;        /* of the secret */
	char *secret;          /* NULL unless asked for; wiped when freed */
	char *pair;            /* redacted key id that the secret belongs to */
	char *pair_path;       /* of its content; NULL: the finding's own */
	uint64_t stem;         /* of its name, see pair_gap.h; 0: none */
	uint64_t pair_line;    /* where that stands; 0: it is not known */
	uint64_t order;        /* where its content stood in the run */
	bool inside, inside_binary; /* the place is in a member or behind a
			pointer, which may be binary, not in the content */
	bool shown; /* path is as reports show it, start and end are not */
	/* of a history, see places.h */
	char *author;  /* of the commit, or tagger; NULL: not known */
	char date[21]; /* of that, RFC 3339 UTC, or "" */
	enum sek_held in_head;
	uint64_t head_line;       /* where HEAD holds it */
	uint64_t rank;            /* of the commit, see ranks.h; 0: not known */
	uint64_t blobs, commits;  /* that hold the secret; 0: not known */
	enum sek_reached reached; /* the commit, or without one the blob */
	const struct sek_ref_list
	    *refs;                /* borrowed from the outcome; or NULL */
	struct sek_finding *more; /* other paths it came to, later; owned */
	size_t more_n;
};

void sek_finding_clear(struct sek_finding *f);

/*
 * 24 hex digits of SHA-256 over the rule's id and the secret; for a guessable
 * secret over the rule's id, the path and `context` (the match without the
 * secret), so that it cannot be guessed back. Stable across lines and versions.
 */
void sek_fingerprint(char out[25], const struct sek_rule *rule,
    struct sek_str secret, struct sek_str path, struct sek_str context);

/*
 * Sets char_column and end_char_column from start and end, which are offsets in
 * content. They stay 0 on a line that is too long to be counted for each of its
 * findings.
 */
void sek_finding_set_chars(struct sek_finding *f, struct sek_str content);

/*
 * Is it in a note: the file of an object's id, whole or in directories of two
 * digits, in a commit that a ref below refs/notes/ leads to (git-notes)? Then
 * *about is that object.
 */
bool sek_finding_note(const struct sek_finding *f, struct sek_oid *about);

/* "refs", "reflogs", "nothing"; NULL: not known */
const char *sek_reached_name(enum sek_reached r);

/* "file", "file-name", "message", "ref-name", "stdin" */
const char *sek_place_name(enum sek_place p);

#endif
