#ifndef SEK_SEKISHO_COMMANDS_H
#define SEK_SEKISHO_COMMANDS_H

#include "cli/cli.h"

/* One per cmd_<name>.c; main.c lists them. */
extern const struct cli_cmd cmd_allow;
extern const struct cli_cmd cmd_baseline;
extern const struct cli_cmd cmd_explain;
extern const struct cli_cmd cmd_hook;
extern const struct cli_cmd cmd_install;
extern const struct cli_cmd cmd_report;
extern const struct cli_cmd cmd_rules;
extern const struct cli_cmd cmd_scan;
extern const struct cli_cmd cmd_uninstall;

#endif
