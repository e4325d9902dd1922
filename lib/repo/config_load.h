#ifndef SEK_REPO_CONFIG_LOAD_H
#define SEK_REPO_CONFIG_LOAD_H

#include "repo/config.h"
#include "repo/git.h"

/*
 * sek_config_load in two halves, so that git reads the configuration while
 * repo.c waits for another answer. finish waits for and frees the child.
 */
enum sek_code sek_config_start(struct sek_git **out, const char *dir,
    struct sek_err *err) SEK_CHECKED;
enum sek_code sek_config_finish(struct sek_config **out, struct sek_git **g,
    struct sek_err *err) SEK_CHECKED;

#endif
