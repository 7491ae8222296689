/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON from outside. */
#ifndef MB_LIB_JSON_H
#define MB_LIB_JSON_H

#include <jansson.h>

#include "lib/secret.h"

/*
 * json_loadb(), duplicate members refused by flags or not.  jansson calls a
 * failed allocation a syntax error, so what cannot be read is read once more:
 * a good reply must not count as garbage for that.  where may be NULL.
 */
json_t *mb_json_read(const struct mb_secret *text, size_t flags,
		     json_error_t *where);

#endif
