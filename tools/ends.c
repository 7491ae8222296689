/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "tools/ends.h"

enum { DAY = 86400 };

static void first(struct mb_end *end, int64_t at, const char *what)
{
	if (at > 0 && (!end->at || at < end->at)) {
		end->at = at;
		end->what = what;
	}
}

struct mb_end mb_ends_first(const struct mb_account *a,
			    const struct mb_credential *c,
			    const struct mb_provider *p, int64_t secret_ends)
{
	struct mb_end end = { .what = "" };
	int64_t used = mb_accounts_used_at(a);

	if (a->token_of[0] || a->state == MB_STATE_SIGN_IN ||
	    a->state == MB_STATE_BROKEN)
		return end;
	if (a->state == MB_STATE_SOON)
		first(&end, a->expires_at, "access token");
	else if (p && p->idle_days > 0 && used > 0 &&
		 (!c || mb_grant_kind(c->grant)->needs_person))
		first(&end, used + p->idle_days * DAY, "refresh token");
	if (c)
		first(&end, secret_ends,
		      c->client_secret.len ? "client secret" : "certificate");
	return end;
}
