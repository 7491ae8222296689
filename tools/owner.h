/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work on token records in the middle of a change of the credentials file: the
 * one is done as the records' owner, the other as root, and privileges are
 * dropped for good.  So the work on records is done by a child process.
 */
#ifndef MB_TOOLS_OWNER_H
#define MB_TOOLS_OWNER_H

#include <stddef.h>

#include "tools/tool.h"

/*
 * Run fn in a child that has become the records' owner.  What fn leaves in out
 * (size bytes, no pointers) comes back; so does its error.  The child may use
 * t->store; it sees the credentials file as it lies there now.
 * 0, or fn's -1 with *e.
 */
int mb_owner_run(struct mb_tool *t,
		 int (*fn)(struct mb_tool *t, void *arg, void *out,
			   struct mb_err *e),
		 void *arg, void *out, size_t size, struct mb_err *e);

#endif
