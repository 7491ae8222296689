/* SPDX-License-Identifier: BSD-2-Clause */
/* Another program's words. */
#ifndef MB_TOOLS_CAPTURE_H
#define MB_TOOLS_CAPTURE_H

#include <stddef.h>

#include "lib/err.h"

/*
 * Run argv (argv[0] is a whole path) with the system's PATH and no other
 * environment; stdout and stderr into out, cut to size.  The exit status (1
 * for a signal), or -1.
 */
int mb_capture(char *const argv[], char *out, size_t size, struct mb_err *e);

#endif
