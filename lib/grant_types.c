/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/grant_types.h"

#include <string.h>

static const struct mb_grant_kind kinds[] = {
	[MB_GRANT_CODE] = { "authorization_code",
		.needs_person = true, .per_address = true,
		.needs_endpoint = true, .keeps_token = true },
	[MB_GRANT_CLIENT_CREDENTIALS] = { "client_credentials",
		.needs_endpoint = true, .keeps_token = true },
	[MB_GRANT_JWT_BEARER] = { "jwt_bearer",
		.per_address = true, .needs_endpoint = true,
		.keeps_token = true },
	/* It is told the address, so it may depend on it. */
	[MB_GRANT_COMMAND] = { "command",
		.per_address = true, .keeps_token = true },
	[MB_GRANT_SASL_PASSWORD] = { "sasl_password", .per_address = true },
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == MB_GRANT_COUNT,
	       "one row for each grant");

const struct mb_grant_kind *mb_grant_kind(enum mb_grant_type t)
{
	return &kinds[t < MB_GRANT_COUNT ? t : MB_GRANT_CODE];
}

bool mb_grant_type_find(const char *name, enum mb_grant_type *t)
{
	for (int i = 0; i < MB_GRANT_COUNT; i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		*t = (enum mb_grant_type)i;
		return true;
	}
	return false;
}
