/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that end a wait for somebody, taken as data: what the wait has changed
 * is put back, and what happened is said, before the program ends. */
#ifndef MB_TOOLS_SIGNALS_H
#define MB_TOOLS_SIGNALS_H

#include <signal.h>

#include "lib/err.h"

struct mb_signals {
	int fd;			/* readable: one has come */
	sigset_t before;
};

/* Block INT, TERM, QUIT and (unless it is ignored, as under nohup) HUP.  0, or
 * -1 with s->fd -1. */
int mb_signals_catch(struct mb_signals *s, struct mb_err *e);

/* MB_E_INTERRUPTED for the account; always -1.  The signal is consumed, or it
 * would kill us once it is no longer blocked. */
int mb_signals_interrupted(const struct mb_signals *s, const char *account,
			   struct mb_err *e);

void mb_signals_release(struct mb_signals *s);

#endif
