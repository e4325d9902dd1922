#ifndef SEK_SCAN_HOOK_INPUT_H
#define SEK_SCAN_HOOK_INPUT_H

#include <stdbool.h>

#include "base/buf.h"
#include "repo/oid.h"

/*
 * What git tells pre-push, pre-receive and update. Parts of it come from the
 * other side of a connection: anything that breaks the format, a last line
 * without its newline included, is SEK_EPARSE with its line number (quoting
 * nothing), never a line skipped. Strings are borrowed from the text.
 */
#define SEK_HOOK_INPUT_MAX ((size_t)64 << 20)

struct sek_push_ref {              /* pre-push */
	struct sek_str local_name; /* as written, "(delete)" when none */
	struct sek_oid local;      /* none: remote is to be deleted */
	struct sek_str remote_name;
	struct sek_oid remote; /* none: not there yet */
};
struct sek_push_refs {
	struct sek_push_ref *at;
	size_t n, cap; /* a SEK_VEC */
};

struct sek_receive_ref {       /* pre-receive, update */
	struct sek_oid before; /* none: to be created */
	struct sek_oid after;  /* none: to be deleted */
	struct sek_str name;
};
struct sek_receive_refs {
	struct sek_receive_ref *at;
	size_t n, cap; /* a SEK_VEC */
};

/* "none" above: sek_oid_is_none(). git's all-zero ids become that. */

/* Does git write to this hook's standard input? */
bool sek_hook_has_input(const char *name);

/* All of fd; SEK_ETOOBIG past SEK_HOOK_INPUT_MAX. */
enum sek_code sek_hook_input_read(int fd, struct sek_buf *out,
    struct sek_err *err) SEK_CHECKED;

/* LOCAL-NAME LOCAL-ID REMOTE-NAME REMOTE-ID */
enum sek_code sek_hook_input_push(struct sek_str text,
    struct sek_push_refs *out, struct sek_err *err) SEK_CHECKED;
/* OLD-ID NEW-ID NAME */
enum sek_code sek_hook_input_receive(struct sek_str text,
    struct sek_receive_refs *out, struct sek_err *err) SEK_CHECKED;
/* update's arguments: NAME OLD-ID NEW-ID */
enum sek_code sek_hook_input_update(int argc, char *const *argv,
    struct sek_receive_ref *out, struct sek_err *err) SEK_CHECKED;

#endif
