/* SPDX-License-Identifier: BSD-2-Clause */
/* Now and deadlines.  Wall clock for expiry, monotonic for deadlines. */
#ifndef MB_LIB_CLOCK_H
#define MB_LIB_CLOCK_H

#include <stdint.h>

/* Unix seconds. */
int64_t mb_now(void);

/* Milliseconds of a clock that never jumps. */
int64_t mb_mono_ms(void);

/* The same, cheaper, up to some milliseconds late. */
int64_t mb_mono_coarse_ms(void);

/* A point of the monotonic clock, handed down the call tree by pointer: no
 * callee has a time-out of its own that could outlive it. */
struct mb_deadline {
	int64_t end_ms;
};

/* What mail programs wait, where settings.deadline says nothing; and the most
 * that it may say. */
enum { MB_WAIT_S = 30, MB_WAIT_MAX_S = 600 };

struct mb_deadline mb_deadline_in(int64_t ms);

/* Milliseconds left, never below 0; d NULL means for ever (INT64_MAX). */
int64_t mb_deadline_left(const struct mb_deadline *d);

/* Sleep ms milliseconds, or until the deadline if that is sooner. */
void mb_sleep_ms(int64_t ms, const struct mb_deadline *d);

#endif
