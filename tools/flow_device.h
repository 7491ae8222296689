/* SPDX-License-Identifier: BSD-2-Clause */
/* The device flow (RFC 8628): somebody types a code in at another machine while
 * this one waits and asks. */
#ifndef MB_TOOLS_FLOW_DEVICE_H
#define MB_TOOLS_FLOW_DEVICE_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/grant.h"
#include "lib/provider.h"
#include "tools/tool.h"

struct mb_flow_device_want {
	const struct mb_tool *tool;
	const struct mb_credential *credential;
	const char *account;	/* to be enrolled */
	const char *owner;	/* who signs in: the same, or --as */
	int64_t timeout_s;	/* at most; 0: as long as the code lives */
};

/*
 * Can this client credential use it?  preset: its provider's, or NULL.  0, or
 * -1: MB_E_UNSUPPORTED where the provider gives no such scope that way,
 * MB_E_CONFIG_VALUE where no endpoint is known.  Nothing is sent.
 */
int mb_flow_device_check(const struct mb_credential *c,
			 const struct mb_provider *preset, const char *account,
			 struct mb_err *e);

/* The whole flow.  0 and *out, or -1: MB_E_DENIED, MB_E_TIMEOUT,
 * MB_E_INTERRUPTED ... */
int mb_flow_device(const struct mb_flow_device_want *want, struct mb_grant *out,
		   struct mb_err *e);

#endif
