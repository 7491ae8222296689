/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a server for its endpoints: add NAME --issuer URL. */
#ifndef MB_TOOLS_DISCOVER_H
#define MB_TOOLS_DISCOVER_H

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/provider.h"
#include "tools/tool.h"

/* Has c an issuer, and not all of the endpoints that go with it? */
bool mb_discover_wanted(const struct mb_provider *preset,
			const struct mb_credential *c);

/*
 * Fetch the document of c->issuer (through c->proxy, trusting c->ca_pem) and
 * fill what is empty: endpoints and scope; offline_access is added where the
 * server has it.  *method: how a secret is sent there.  What was found is said.
 * 0, or -1.
 */
int mb_discover(const struct mb_tool *t, struct mb_credential *c,
		enum mb_auth_method *method, struct mb_err *e);

#endif
