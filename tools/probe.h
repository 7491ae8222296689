/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a mail server let this account in?  A real login, one command that
 * shows that the mailbox opens (IMAP STATUS, POP3 STAT), and goodbye.  No mail
 * is ever sent.
 */
#ifndef MB_TOOLS_PROBE_H
#define MB_TOOLS_PROBE_H

#include "lib/clock.h"
#include "lib/credential.h"
#include "lib/err.h"
#include "lib/provider.h"
#include "lib/secret.h"

enum { MB_PROBE_URL = 300 };

struct mb_probe {
	const char *url;
	const char *user;
	const struct mb_secret *token;
	const struct mb_credential *credential;
	const char *mechanism;		/* NULL: what the server offers */
	const struct mb_deadline *deadline;
};

/* 0, or -1 as mb_login_open() says; MB_E_TOKEN_REFUSED, too, where the login
 * was good and the mailbox does not open. */
int mb_probe_server(const struct mb_probe *p, struct mb_err *e);

/* The mail servers of a client credential's provider that it may be used at
 * and that its scope is for, one of each protocol; how many. */
size_t mb_probe_urls(const struct mb_provider *preset,
		     const struct mb_credential *c,
		     char urls[MB_PROVIDER_SERVERS][MB_PROBE_URL]);

/* Did a server judge the token, and refuse?  Or was it just not reached? */
bool mb_probe_refused(const struct mb_err *e);

#endif
