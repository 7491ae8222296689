/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection to a mail server with TLS and the login done, by libcurl: for
 * tunnel, test, and the proof at the end of an enrolment.  Nothing is ever sent
 * but the login; what the server says meanwhile is kept.
 *
 * imap, smtp and pop3 mean STARTTLS, imaps, smtps and pop3s TLS from the first
 * byte; the certificate is always verified and nothing goes over a connection
 * without TLS.
 */
#ifndef MB_TOOLS_LOGIN_H
#define MB_TOOLS_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/clock.h"
#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"
#include "lib/url.h"

struct mb_login;

enum mb_login_protocol { MB_LOGIN_IMAP, MB_LOGIN_SMTP, MB_LOGIN_POP3 };

struct mb_login_url {
	struct mb_url url;
	enum mb_login_protocol protocol;
	bool tls;		/* from the first byte */
};

/* Take apart "imaps://host[:port]", ...; a path other than "/" is refused.
 * 0, or -1 with MB_E_USAGE. */
int mb_login_url(const char *text, struct mb_login_url *u, struct mb_err *e);

struct mb_login_want {
	const char *url;
	const char *user;			/* whose mailbox: user=, a= */
	const struct mb_secret *token;
	const struct mb_secret *ca_pem;		/* empty or NULL: the system's */
	/* "XOAUTH2" or "OAUTHBEARER"; NULL: what the server offers. */
	const char *mechanism;
	const char *credential;		/* its name, for remedies; or NULL */
	const char *proxy;		/* of the credential; NULL, "": none */
	const struct mb_deadline *deadline;	/* of the login */
};

/*
 * 0 and *l (mb_login_close()), or -1: MB_E_USAGE (the URL), MB_E_TOKEN_REFUSED
 * with the server's own words, MB_E_UNSUPPORTED (it offers neither mechanism),
 * MB_E_PROVIDER_BUSY (it cannot say now), MB_E_NETWORK, MB_E_TLS, MB_E_TIMEOUT.
 */
int mb_login_open(struct mb_login **l, const struct mb_login_want *q,
		  struct mb_err *e);
void mb_login_close(struct mb_login **l);

/* The lines of the last EHLO reply ("250-..."), CRLF behind each;
 * "" with other protocols. */
const char *mb_login_ehlo(const struct mb_login *l);

/* The socket, for poll(): try read and write first, TLS has a buffer. */
int mb_login_fd(const struct mb_login *l);

/* Bytes moved; 0: would block; -1: *e.  *eof: the server has ended the
 * session in an orderly way. */
ssize_t mb_login_read(struct mb_login *l, void *buf, size_t size, bool *eof,
		      struct mb_err *e);
ssize_t mb_login_write(struct mb_login *l, const void *buf, size_t n,
		       struct mb_err *e);

/* Nothing more will be written: TLS close_notify, so that the server sees an
 * end and can still answer. */
void mb_login_half_close(struct mb_login *l);

#endif
