/* SPDX-License-Identifier: BSD-2-Clause */
/* A client credential's callback URL (redirect URI) taken apart: can a
 * listener of ours serve it, on which port and path (RFC 8252 section 7.3)?
 * Pure. */
#ifndef MB_TOOLS_CALLBACK_H
#define MB_TOOLS_CALLBACK_H

#include <stdbool.h>

#include "lib/credential.h"
#include "lib/err.h"

struct mb_callback {
	bool loopback;		/* http on a loopback host: a listener can serve it */
	bool ipv6_only;		/* the host is [::1] */
	int port;		/* 0: it names none */
	char before_port[MB_URL_MAX + 1];	/* "http://127.0.0.1" */
	char path[MB_URL_MAX + 1];		/* what the listener serves: "/" */
	char after_port[MB_URL_MAX + 1];	/* verbatim: "", "/", "/x?y" */
};

/* Take a callback URL apart.  0, or -1 with MB_E_BAD_ENDPOINT. */
int mb_callback_parse(struct mb_callback *cb, const char *url,
		      struct mb_err *e);

/* The redirect URI to send: the callback URL with that port put in (0: as it
 * is).  out: MB_URL_MAX + 1 bytes.  0, or -1 (too long). */
int mb_callback_uri(const struct mb_callback *cb, int port, char *out,
		    struct mb_err *e);

#endif
