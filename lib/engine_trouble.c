/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/engine_trouble.h"

#include <pthread.h>
#include <stdint.h>

enum { WAITING_MAX = 4, SAID_MAX = 64 };

static struct {
	pthread_mutex_t mutex;
	struct mb_err waiting[WAITING_MAX];
	int nwaiting;
	uint64_t said[SAID_MAX];	/* hashes; when full, no more is said */
	int nsaid;
} trouble = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* FNV-1a of object and id. */
static uint64_t hash(const struct mb_err *e)
{
	uint64_t h = 14695981039346656037ULL ^ (uint64_t)e->id;
	const char *p;

	for (p = e->object; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	return h;
}

static bool is_new(uint64_t h)
{
	int i;

	for (i = 0; i < trouble.nsaid; i++)
		if (trouble.said[i] == h)
			return false;
	return trouble.nsaid < SAID_MAX;
}

void mb_trouble_add(const struct mb_err *e)
{
	uint64_t h = hash(e);

	/* Never waited for: a child forked at a bad moment would hang. */
	if (pthread_mutex_trylock(&trouble.mutex) != 0)
		return;
	if (trouble.nwaiting < WAITING_MAX && is_new(h)) {
		trouble.said[trouble.nsaid++] = h;
		trouble.waiting[trouble.nwaiting++] = *e;
	}
	(void)pthread_mutex_unlock(&trouble.mutex);
}

int mb_trouble_next(struct mb_err *e)
{
	int i, ret = 0;

	if (pthread_mutex_trylock(&trouble.mutex) != 0)
		return 0;
	if (trouble.nwaiting > 0) {
		*e = trouble.waiting[0];
		trouble.nwaiting--;
		for (i = 0; i < trouble.nwaiting; i++)
			trouble.waiting[i] = trouble.waiting[i + 1];
		ret = 1;
	}
	(void)pthread_mutex_unlock(&trouble.mutex);
	return ret;
}
