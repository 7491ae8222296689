/* SPDX-License-Identifier: BSD-2-Clause */
/* What is spoken with a mail program before bytes are just passed on: it finds
 * a server at which it is logged in already. */
#ifndef MB_TOOLS_TUNNEL_H
#define MB_TOOLS_TUNNEL_H

#include "lib/err.h"
#include "tools/relay.h"

/*
 * IMAP: greeting "* PREAUTH" with the server's capabilities (RFC 9051 section
 * 7.1.4).  SMTP: greeting; HELO and EHLO are answered here, without AUTH, until
 * the first other command.  POP3: greeting; CAPA is answered here, USER and
 * PASS too: whatever they say, the login is done.
 * 0 pass on from here, 1 the program has ended, -1.
 */
int mb_tunnel_begin(struct mb_relay *r, enum mb_login_protocol protocol,
		    const char *host, struct mb_err *e);

/* The greeting of a server that cannot be used, in the program's language. */
void mb_tunnel_refuse(struct mb_relay *r, enum mb_login_protocol protocol,
		      const struct mb_err *why);

#endif
