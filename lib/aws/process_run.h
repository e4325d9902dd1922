#ifndef SEK_AWS_PROCESS_RUN_H
#define SEK_AWS_PROCESS_RUN_H

#include "aws/command_line.h"
#include "aws/context.h"

/*
 * Runs a program, found as a shell finds it, in a process group of its own:
 * nothing to read, its errors to ours, this program's environment as it is. out:
 * what it printed, new, to free. It has until the context's deadline; then, or
 * when it stops for the terminal or prints too much, its group is ended.
 * Descendants that live on after it are let be.
 *
 * SEK_ECANCEL: the deadline, or the terminal; SEK_ETOOBIG: more than max bytes;
 * SEK_EIO: it failed, with its status; as sek_fail_errno: it cannot be run. The
 * errors start with what.
 */
enum sek_code sek_process_run(struct sek_secret **out, struct sek_aws *aws,
    const struct sek_command_line *command, size_t max, const char *what,
    struct sek_err *err) SEK_CHECKED;

#endif
