/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work on many items by a few child processes.  Processes, not threads: a
 * store belongs to one thread, and one that dies takes one item with it.
 * They are forked before there is any thread.
 */
#ifndef MB_TOOLS_POOL_H
#define MB_TOOLS_POOL_H

#include <stddef.h>

#include "lib/err.h"

enum { MB_POOL_JOBS_MAX = 64 };

struct mb_pool {
	size_t n;		/* items 0 to n - 1, begun in this order */
	size_t jobs;		/* at most so many at a time */
	void *arg;
	/* In a child.  What it returns, 0 or more, and *e, which it may set,
	 * is what done() is given in this process. */
	int (*work)(void *arg, size_t item, struct mb_err *e);
	/* result -1: the child died, and *e says how. */
	void (*done)(void *arg, size_t item, int result,
		     const struct mb_err *e);
};

/*
 * Returns when all is done, or once every child has finished the item at hand
 * after SIGHUP, SIGINT or SIGTERM.  Where no process can be forked, and for a
 * single item, work() is called in this one.  Returns the number of that
 * signal, or 0.
 */
int mb_pool_run(const struct mb_pool *p);

/* Zeroed memory that children and parent share; NULL if there is none. */
void *mb_pool_shared(size_t size);
void mb_pool_unshare(void *memory, size_t size);

#endif
