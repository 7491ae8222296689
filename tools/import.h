/* SPDX-License-Identifier: BSD-2-Clause */
/* A token response as JSON that somebody obtained elsewhere (RFC 6749 section
 * 5.1, and expires_at in Unix seconds).  Pure. */
#ifndef MB_TOOLS_IMPORT_H
#define MB_TOOLS_IMPORT_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/grant.h"
#include "lib/secret.h"

enum { MB_IMPORT_MAX = 64 * 1024 };

/*
 * Read the response; object names the file in errors.  A refresh token alone
 * is enough; without one it is refused (MB_E_NO_REFRESH_TOKEN): the login
 * would end with the access token.  expires_at beats expires_in, which counts
 * from now.  An access token whose end nobody knows is not taken over: the
 * first use refreshes.  Members of others are ignored, duplicates refused.
 * g is replaced on success only.  0, or -1 with MB_E_BAD_TOKEN.
 */
int mb_import_parse(struct mb_grant *g, const struct mb_secret *json,
		    int64_t now, const char *object, struct mb_err *e);

/* The client id in it, if it names one: a refresh token is of use to its own
 * client only.  client_id: size bytes, "" if there is none. */
void mb_import_client_id(const struct mb_secret *json, char *client_id,
			 size_t size);

#endif
