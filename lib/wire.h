/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of XOAUTH2 (Google's protocol description) and OAUTHBEARER
 * (RFC 7628), and what a server says when it refuses.  Pure; the only file
 * that writes wire bytes.
 */
#ifndef MB_LIB_WIRE_H
#define MB_LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum mb_wire_mech { MB_WIRE_XOAUTH2, MB_WIRE_OAUTHBEARER };

struct mb_wire {
	enum mb_wire_mech mech;
	const char *user;	/* goes out as user= or a= */
	const char *host;	/* serverFQDN, or NULL */
	const char *port;	/* decimal, or NULL */
	const char *token;	/* not NUL-terminated */
	size_t token_len;
};

/* Longest response: a token of 16 KiB, a name of 254 bytes of which each may
 * become three, and a server's name that a resolver would take. */
enum { MB_WIRE_MAX = 18 * 1024 };

/*
 * The initial response, without base64, into buf, with a NUL behind it that
 * *len does not count.  Refused: a user that is empty or has control bytes, a
 * host with control bytes (MB_E_BAD_ADDRESS, MB_E_BAD_NAME), a token that is
 * empty or has anything but visible ASCII (MB_E_BAD_TOKEN), what does not fit
 * into size bytes (MB_E_TOO_LARGE).
 * A host that is not ASCII is left out (RFC 7628 section 3.1: value).
 * buf and *len change on success only.
 */
int mb_wire_response(const struct mb_wire *w, char *buf, size_t size,
		     size_t *len, struct mb_err *e);

/* What a client answers when the server has refused: "" (XOAUTH2) or one
 * byte 01 (RFC 7628 section 3.2.3). */
const char *mb_wire_refusal_reply(enum mb_wire_mech mech, size_t *len);

/* Does a program hand back its own command ("AUTHENTICATE XOAUTH2 ...") in
 * place of something the server sent?  Some do, after success. */
bool mb_wire_is_echo(const char *text, size_t n);

/*
 * What a refusing server said, in a few printable words: status and error of
 * its JSON reply, else the beginning of the text.  buf is always
 * NUL-terminated; "" if there is nothing to show.
 */
void mb_wire_describe(const char *text, size_t n, char *buf, size_t size);

/* The port of "address;port" as libsasl2 gives it, or NULL. */
const char *mb_wire_port(const char *address_port);

#endif
