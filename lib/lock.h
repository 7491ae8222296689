/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One lock between processes: an open file description lock on a file that is
 * never unlinked.  (POSIX record locks vanish when a process closes any
 * descriptor of the file.)  It ends with its last descriptor, so a killed
 * holder leaves nothing behind.
 */
#ifndef MB_LIB_LOCK_H
#define MB_LIB_LOCK_H

#include <stdint.h>

#include "lib/clock.h"
#include "lib/err.h"

/* 1 locked, 0 somebody else holds it, -1 and errno (ENOLCK, EINVAL ...: the
 * file system cannot lock). */
int mb_lock_try(int fd);
void mb_lock_release(int fd);

/* Wait by polling until the deadline.  0, or -1: MB_E_BUSY, MB_E_NO_LOCK. */
int mb_lock_wait(int fd, const struct mb_deadline *d, const char *object,
		 struct mb_err *e);

/* Pauses between tries: 1, 2, 4 ... 32 ms plus up to as much again at random,
 * so that a hundred waiters do not wake together.  {0} starts. */
struct mb_backoff {
	int64_t ms;
	uint32_t seed;
};
void mb_backoff_sleep(struct mb_backoff *b, const struct mb_deadline *d);

#endif
