#ifndef SEK_SEKISHO_VAULT_COMMANDS_H
#define SEK_SEKISHO_VAULT_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_cmd cmd_get;
extern const struct cli_cmd cmd_exec;
extern const struct cli_cmd cmd_env;
extern const struct cli_cmd cmd_add;
extern const struct cli_cmd cmd_list;
extern const struct cli_cmd cmd_status;
extern const struct cli_cmd cmd_remove;
extern const struct cli_cmd cmd_purge;
extern const struct cli_cmd cmd_lock;
extern const struct cli_cmd cmd_unlock;
extern const struct cli_cmd cmd_setup;

#endif
