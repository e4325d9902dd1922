#ifndef SEK_SEKISHO_VAULT_COMMANDS_H
#define SEK_SEKISHO_VAULT_COMMANDS_H

#include "cli/cli.h"

#endif
