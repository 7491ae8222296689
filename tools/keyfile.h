/* SPDX-License-Identifier: BSD-2-Clause */
/* Files with a private key: PEM, or what Google hands out for a service
 * account. */
#ifndef MB_TOOLS_KEYFILE_H
#define MB_TOOLS_KEYFILE_H

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_KEYFILE_MAX = 64 * 1024 };

/*
 * Take from text what c has not got: private_key always; of PEM the
 * certificate; of Google's JSON client_id (client_email), key_id,
 * token_endpoint, and grant jwt_bearer.  name: the file's, for errors.
 * 0, or -1 and c is unchanged.
 */
int mb_keyfile_parse(const struct mb_secret *text, const char *name,
		     struct mb_credential *c, struct mb_err *e);

/* The same from FILE, or stdin for "-". */
int mb_keyfile_read(const char *file, struct mb_credential *c,
		    struct mb_err *e);

#endif
