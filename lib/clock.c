/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/clock.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

int64_t mb_now(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

static int64_t mono(clockid_t which)
{
	struct timespec ts = {0};

	(void)clock_gettime(which, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t mb_mono_ms(void)
{
	return mono(CLOCK_MONOTONIC);
}

int64_t mb_mono_coarse_ms(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
	return mono(CLOCK_MONOTONIC_COARSE);
#else
	return mono(CLOCK_MONOTONIC);
#endif
}

struct mb_deadline mb_deadline_in(int64_t ms)
{
	int64_t now = mb_mono_ms();
	struct mb_deadline d;

	if (ms < 0)
		ms = 0;
	d.end_ms = ms > INT64_MAX - now ? INT64_MAX : now + ms;
	return d;
}

int64_t mb_deadline_left(const struct mb_deadline *d)
{
	int64_t now;

	if (!d)
		return INT64_MAX;
	now = mb_mono_ms();
	return d->end_ms > now ? d->end_ms - now : 0;
}

void mb_sleep_ms(int64_t ms, const struct mb_deadline *d)
{
	int64_t left = mb_deadline_left(d);
	struct timespec ts;

	if (left < ms)
		ms = left;
	if (ms <= 0)
		return;
	ts.tv_sec = (time_t)(ms / 1000);
	ts.tv_nsec = (long)(ms % 1000) * 1000000;
	/* The host's signals interrupt; what is left of the time comes back. */
	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}
