/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for what a process keeps: host key and cached tokens.  A mapping of
 * its own that never goes into a core file; wiped when given back. */
#ifndef MB_LIB_VAULT_H
#define MB_LIB_VAULT_H

#include <stddef.h>

/* size zero bytes, or NULL. */
void *mb_vault_new(size_t size);

/* Wipe and unmap; accepts NULL. */
void mb_vault_free(void *p, size_t size);

#endif
