/* SPDX-License-Identifier: BSD-2-Clause */
/* Running the person's editor. */
#ifndef MB_TOOLS_EDITOR_H
#define MB_TOOLS_EDITOR_H

#include <stdbool.h>

#include "lib/err.h"

/* Does VISUAL or EDITOR name one? */
bool mb_editor_chosen(void);

/*
 * $VISUAL, else $EDITOR, else vi, on path; waits for it.  Signals that would
 * end this program meanwhile end the editor, and then give MB_E_INTERRUPTED,
 * so that the caller can clean up.  0 or -1.
 */
int mb_editor_run(const char *path, struct mb_err *e);

#endif
