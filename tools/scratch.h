/* SPDX-License-Identifier: BSD-2-Clause */
/* A private directory in memory for one file a person edits. */
#ifndef MB_TOOLS_SCRATCH_H
#define MB_TOOLS_SCRATCH_H

#include <limits.h>

#include "lib/err.h"
#include "lib/secret.h"

struct mb_scratch {
	char dir[PATH_MAX];	/* "" if there is none */
	char path[PATH_MAX + 32];
};

/* Directory 0700 on a tmpfs ($XDG_RUNTIME_DIR, /dev/shm), in it
 * credentials.conf, 0600, with text.  0, or -1 with MB_E_UNSUPPORTED where no
 * file system in memory can be written to. */
int mb_scratch_make(struct mb_scratch *s, const struct mb_secret *text,
		    struct mb_err *e);

/* What is in the file now. */
int mb_scratch_read(const struct mb_scratch *s, struct mb_secret *text,
		    struct mb_err *e);

/* Overwrite and remove everything in it, what an editor left behind too. */
void mb_scratch_destroy(struct mb_scratch *s);

#endif
