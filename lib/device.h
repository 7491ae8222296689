/* SPDX-License-Identifier: BSD-2-Clause */
/* The device flow's requests (RFC 8628), one at a time; who waits in between is
 * the caller.  For the tool. */
#ifndef MB_LIB_DEVICE_H
#define MB_LIB_DEVICE_H

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/grant.h"
#include "lib/oauth_device.h"

struct mb_device_asker {
	const struct mb_credential *credential;
	const char *account;
	struct mb_patience patience;
	int cancel_fd;		/* as in lib/http.h */
};

/* Ask for a code.  0 and *d, or -1. */
int mb_device_begin(const struct mb_device_asker *a, struct mb_device *d,
		    struct mb_err *e);

/*
 * Ask once whether somebody has signed in.  PENDING, SLOW_DOWN, LATER (*e says
 * what is wrong meanwhile): ask again.  ANSWERED: *out has tokens.  DENIED,
 * EXPIRED: it is over, and *e says so; DENIED with other words for any error
 * that will not pass.
 */
enum mb_device_answer mb_device_ask(const struct mb_device_asker *a,
				    const struct mb_device *d,
				    struct mb_grant *out, struct mb_err *e);

#endif
