#ifndef GIT_SECRETS_SAY_H
#define GIT_SECRETS_SAY_H

#include "base/err.h"

/* "fatal: TEXT" on standard error, as git itself says it. */
void say_fatal(const struct sek_err *err);

#endif
