/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of an account's state between two runs of refresh --due: one line in
 * syslog, and the hooks that the administrator configured (hooks.conf).  What
 * was told lies in the status file.
 */
#ifndef MB_TOOLS_WATCH_H
#define MB_TOOLS_WATCH_H

#include "lib/credfile.h"
#include "lib/fsio.h"
#include "tools/accounts.h"
#include "tools/hooks.h"

/* Compares with the status file in dir (if dir->fd >= 0), tells, and notes in
 * each account what the next file shall remember.  false: a hook did not end
 * well, which was said. */
bool mb_watch_run(struct mb_tool *t, const struct mb_dir *dir,
		  const struct mb_hooks *hooks, struct mb_accounts *a,
		  const struct mb_credfile *file);

#endif
