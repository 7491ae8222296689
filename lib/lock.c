/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/lock.h"

enum { PAUSE_MAX_MS = 32 };

int mb_lock_try(int fd)
{
	struct flock f = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r;

	do
		r = fcntl(fd, F_OFD_SETLK, &f);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 : -1;
}

void mb_lock_release(int fd)
{
	struct flock f = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	/* Not by close alone: a child forked meanwhile shares the lock. */
	(void)fcntl(fd, F_OFD_SETLK, &f);
}

void mb_backoff_sleep(struct mb_backoff *b, const struct mb_deadline *d)
{
	if (b->ms == 0) {
		b->ms = 1;
		b->seed = (uint32_t)getpid() * 2654435761U ^
			  (uint32_t)mb_mono_ms() ^
			  (uint32_t)((uintptr_t)b >> 4);
	}
	b->seed = b->seed * 1664525U + 1013904223U;
	mb_sleep_ms(b->ms + (int64_t)((b->seed >> 16) % (uint32_t)(b->ms + 1)),
		    d);
	if (b->ms < PAUSE_MAX_MS)
		b->ms *= 2;
}

int mb_lock_wait(int fd, const struct mb_deadline *d, const char *object,
		 struct mb_err *e)
{
	struct mb_backoff b = {0};
	int r;

	while ((r = mb_lock_try(fd)) == 0) {
		if (mb_deadline_left(d) <= 0) {
			mb_fail(e, MB_E_BUSY, object,
				"another process holds the lock");
			return mb_remedy(e, "try again");
		}
		mb_backoff_sleep(&b, d);
	}
	if (r < 0) {
		mb_fail(e, MB_E_NO_LOCK, object, "cannot be locked: %s",
			strerror(errno));
		return mb_remedy(e,
			"keep the store on a file system that can lock");
	}
	return 0;
}
