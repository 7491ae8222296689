/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/grant.h"

void mb_grant_clear(struct mb_grant *g)
{
	mb_secret_clear(&g->access_token);
	mb_secret_clear(&g->refresh_token);
	mb_secret_clear(&g->id_token);
	mb_wipe(g, sizeof(*g));
}
