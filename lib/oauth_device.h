/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies of the device flow (RFC 8628 sections 3.2 and 3.5), with what Google
 * and Microsoft do otherwise.  Pure.  The requests are in lib/oauth.h, the
 * transport in lib/device.h.
 */
#ifndef MB_LIB_OAUTH_DEVICE_H
#define MB_LIB_OAUTH_DEVICE_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/http.h"
#include "lib/oauth.h"
#include "lib/secret.h"

enum { MB_DEVICE_CODE_MAX = 8 * 1024, MB_DEVICE_USER_CODE_MAX = 64,
       MB_DEVICE_INTERVAL = 5, MB_DEVICE_INTERVAL_MAX = 300,
       MB_DEVICE_LIFETIME = 600, MB_DEVICE_LIFETIME_MAX = 86400 };

struct mb_device {
	struct mb_secret device_code;	/* ours; whoever has it gets the tokens */
	char user_code[MB_DEVICE_USER_CODE_MAX + 1];	/* to be typed in */
	char uri[MB_URL_MAX + 1];	/* where */
	char uri_complete[MB_URL_MAX + 1];	/* with the code in it; or "" */
	int64_t expires_in;		/* seconds */
	int64_t interval;		/* seconds between two questions */
};

void mb_device_clear(struct mb_device *d);

/*
 * Read the device endpoint's reply.  Taken as well: verification_url (Google),
 * numbers in quotes, no verification_uri_complete and no interval (Microsoft).
 * Refused: an address that is not https (http for loopback alone), a code that
 * cannot be shown.  d is replaced on success only; else *e is ready for the
 * account's owner.
 */
int mb_device_read(struct mb_device *d, const struct mb_oauth_asked *asked,
		   const struct mb_http_reply *reply, struct mb_err *e);

enum mb_device_answer {
	MB_DEVICE_PENDING,	/* ask again after the interval */
	MB_DEVICE_SLOW_DOWN,	/* the same, and 5 s later from now on */
	MB_DEVICE_LATER,	/* the server has trouble: back off */
	MB_DEVICE_DENIED,	/* its owner said no */
	MB_DEVICE_EXPIRED,	/* nobody came in time */
	MB_DEVICE_ANSWERED,	/* tokens, or another error: mb_oauth_judge() */
};

/* What the token endpoint's reply to a question means.  The body decides: Google
 * answers "pending" with 428 and "slow_down" with 403. */
enum mb_device_answer mb_device_judge(const struct mb_http_reply *reply);

#endif
