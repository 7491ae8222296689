/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program or module has in it. */
#ifndef MB_TOOLS_BINARY_H
#define MB_TOOLS_BINARY_H

#include <stdbool.h>

/* Is the word anywhere in the file?  No, if it cannot be read. */
bool mb_binary_has(const char *path, const char *word);

#endif
