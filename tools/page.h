/* SPDX-License-Identifier: BSD-2-Clause */
/* The HTML a browser gets to see.  Pure.  No scripts, no styles or pictures
 * from elsewhere; everything that is not ours is escaped. */
#ifndef MB_TOOLS_PAGE_H
#define MB_TOOLS_PAGE_H

#include "lib/err.h"
#include "lib/secret.h"

/* What the browser ends on.  text and remedy may be NULL.  out is replaced.
 * 0, or -1 with MB_E_NOMEM. */
int mb_page_result(struct mb_secret *out, const char *heading,
		   const char *text, const char *remedy, struct mb_err *e);

/* The same from an error: what went wrong and what to do. */
int mb_page_error(struct mb_secret *out, const char *heading,
		  const struct mb_err *cause, struct mb_err *e);

/* A page that leads to url at once: what the browser is started with, because
 * a process list shows arguments and the URL contains the state. */
int mb_page_forward(struct mb_secret *out, const struct mb_secret *url,
		    struct mb_err *e);

#endif
