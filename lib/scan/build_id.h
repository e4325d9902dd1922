#ifndef SEK_SCAN_BUILD_ID_H
#define SEK_SCAN_BUILD_ID_H

#include "base/str.h"

/*
 * The program's own build id, which the linker makes of all that it links
 * (ld(1), --build-id): another program, another id. Without one: n is 0.
 */
struct sek_str sek_build_id(void);

#endif
