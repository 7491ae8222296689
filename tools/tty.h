/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions at the terminal.  The terminal is /dev/tty, so that stdin and
 * stdout stay free for data; echo comes back whatever ends the program. */
#ifndef MB_TOOLS_TTY_H
#define MB_TOOLS_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/secret.h"

/* Is somebody there: stdin and stderr are terminals, /dev/tty opens? */
bool mb_tty_present(void);

/* "QUESTION [DEFAULT]: "; an empty answer is the default (NULL: asked again).
 * 0, or -1: MB_E_NO_TERMINAL, MB_E_INTERRUPTED (^C, ^D, end of input). */
int mb_tty_ask(const char *question, const char *initial, char *answer,
	       size_t size, struct mb_err *e);

/* The same without echo and without default; may be left empty. */
int mb_tty_ask_secret(const char *question, struct mb_secret *answer,
		      struct mb_err *e);

/* "QUESTION [y/N] ".  1 yes, 0 no, -1. */
int mb_tty_confirm(const char *question, struct mb_err *e);

/* Print one line at the terminal (nothing when there is none). */
void mb_tty_line(const char *text);

#endif
