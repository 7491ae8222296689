/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening sockets on the loopback addresses, the same port on both. */
#ifndef MB_TOOLS_LISTEN_H
#define MB_TOOLS_LISTEN_H

#include <stdbool.h>

#include "lib/err.h"

struct mb_listen {
	int v4;		/* -1: none */
	int v6;		/* -1: none */
	int port;
};

/* port 0: one that is free on both.  v6_only: [::1] is a must and 127.0.0.1 is
 * left out; otherwise a host without ::1 gets 127.0.0.1 alone.
 * 0 and *s, or -1 with MB_E_BUSY or MB_E_IO. */
int mb_listen_open(struct mb_listen *s, bool v6_only, int port,
		   struct mb_err *e);
void mb_listen_close(struct mb_listen *s);

#endif
