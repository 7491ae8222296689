/* SPDX-License-Identifier: BSD-2-Clause */
/* Talking back to the mail program: the only file that turns our errors into
 * SASL codes, seterror and log. */
#ifndef MB_PLUGIN_HOST_H
#define MB_PLUGIN_HOST_H

#include "lib/engine.h"
#include "lib/err.h"
#include "plugin/abi.h"

/* Tell the program why (one seterror; libsasl2 logs it) and return the SASL
 * code of that kind of failure. */
int mb_host_fail(const struct mb_host *h, const struct mb_err *e);

/* Tell it, but the caller has a code of its own. */
void mb_host_tell(const struct mb_host *h, const struct mb_err *e);

/* Log what went wrong in the background, each event once. */
void mb_host_log_trouble(const struct mb_host *h,
			 const struct mb_engine *engine);

#endif
