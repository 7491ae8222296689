/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for what a process keeps: host key and cached tokens.  A mapping of
 * its own that never goes into a core file. */
#ifndef MB_LIB_VAULT_H
#define MB_LIB_VAULT_H

#include <stddef.h>

/* size zero bytes, or NULL. */
void *mb_vault_new(size_t size);

/* Unmap; accepts NULL.  Wiping is the caller's, who knows which part of it was
 * used: to wipe the rest would only bring its pages into memory. */
void mb_vault_free(void *p, size_t size);

#endif
