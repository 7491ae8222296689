/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The listener on 127.0.0.1 and ::1 that takes the authorization response
 * (RFC 8252 section 7.3).  It has no thread: its owner polls its descriptors
 * together with the terminal and calls mb_loopback_run().  It lives only while
 * a sign-in is waited for.  Requests for a Host that is no loopback name get
 * 421; of connections that say nothing the oldest are closed.
 */
#ifndef MB_TOOLS_LOOPBACK_H
#define MB_TOOLS_LOOPBACK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_LOOPBACK_FDS = 2 };

enum mb_loopback_families {
	MB_LOOPBACK_BOTH,	/* ::1 as well where the host has it */
	MB_LOOPBACK_V6,		/* ::1 alone */
};

/*
 * A GET for the path; query is what follows the '?' (or NULL-terminated "").
 * true: this is the answer waited for; the browser is kept waiting until
 * mb_loopback_finish().  false: page has been filled in for a 400.
 */
typedef bool mb_loopback_answer(void *arg, const char *query, size_t n,
				struct mb_secret *page);

struct mb_loopback;

/* Listen on port (0: one picked at run time, the same for both families).
 * path: the one target served; copied.  0, or -1 with MB_E_BUSY (the port is
 * in use), MB_E_IO. */
int mb_loopback_open(struct mb_loopback **l, enum mb_loopback_families want,
		     int port, const char *path, struct mb_err *e);
void mb_loopback_answer_with(struct mb_loopback *l, mb_loopback_answer *fn,
			     void *arg);
int mb_loopback_port(const struct mb_loopback *l);

/* Fill in what to poll (at most MB_LOOPBACK_FDS); the number filled in. */
int mb_loopback_fds(struct mb_loopback *l, struct pollfd *fds);

/* Milliseconds until mb_loopback_run() must be called even if nothing is
 * readable; -1: no limit. */
int mb_loopback_timeout(struct mb_loopback *l);

/* Serve what is there; never blocks. */
void mb_loopback_run(struct mb_loopback *l);

/* Send page (status 200, or 400 if it tells of a failure) to the browser that
 * brought the answer, if one did, and a harmless page to whoever comes after
 * it; returns when that is done or a second has passed. */
void mb_loopback_finish(struct mb_loopback *l, bool failed,
			const struct mb_secret *page);

void mb_loopback_close(struct mb_loopback **l);

#endif
