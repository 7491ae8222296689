/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine module: loaded at first use, once per process, for good. */
#ifndef MB_PLUGIN_LOAD_H
#define MB_PLUGIN_LOAD_H

#include "lib/engine.h"
#include "lib/err.h"

/* NULL and *e when it cannot be loaded (tried again at the next call) or is
 * of another build than the plugin (MB_E_UPGRADED). */
const struct mb_engine *mb_load_engine(struct mb_err *e);

/* Wipe what a loaded engine keeps; it opens the store anew when asked again. */
void mb_load_close(void);

#endif
