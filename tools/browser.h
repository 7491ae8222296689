/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the person's browser.  The URL contains the state, and everybody
 * can read a process list: the browser is given the name of a 0600 file in a
 * 0700 directory that leads to the URL.
 */
#ifndef MB_TOOLS_BROWSER_H
#define MB_TOOLS_BROWSER_H

#include <limits.h>
#include <stdbool.h>

#include "lib/err.h"
#include "lib/secret.h"

/* {0}: none started. */
struct mb_browser {
	char dir[PATH_MAX];
	char file[PATH_MAX];
};

/* Is there a graphical session and a program that opens pages? */
bool mb_browser_available(void);

/* Start it on url.  0, or -1: nothing is left behind. */
int mb_browser_start(struct mb_browser *b, const struct mb_secret *url,
		     struct mb_err *e);

/* Remove file and directory; the browser stays, it is the person's own. */
void mb_browser_clear(struct mb_browser *b);

#endif
