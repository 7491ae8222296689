/* SPDX-License-Identifier: BSD-2-Clause */
/* enroll with a grant that needs nobody: a first token is the proof. */
#include "config.h"

#include <string.h>

#include "lib/command.h"
#include "lib/redeem.h"
#include "tools/enroll.h"
#include "tools/out.h"
#include "tools/store_pick.h"

enum { CONNECT_MS = 10000, REPLY_MS = 60000 };

bool mb_enroll_is_app(const struct mb_enroll *n)
{
	return !mb_grant_kind(n->credential->grant)->needs_person;
}

static int nothing_to_keep(const struct mb_enroll *n, struct mb_err *e)
{
	mb_fail(e, MB_E_USAGE, n->account, "with client credential %s the mail "
		"program hands over the token, and nothing is kept",
		n->credential->name);
	return mb_remedy(e, "make a rule for all of its domain: %s enroll "
			 "'*%s' --credential %s", mb_pick_command(n->tool),
			 strrchr(n->account, '@'), n->credential->name);
}

static enum mb_outcome obtain(struct mb_enroll *n, struct mb_err *e)
{
	static const struct mb_patience patience = { CONNECT_MS, REPLY_MS };
	const struct mb_credential *c = n->credential;

	/* Privileges are dropped: it runs as the records' owner. */
	if (c->grant == MB_GRANT_COMMAND)
		return mb_command_grant(c, n->account, patience.reply_ms,
					&n->grant, e);
	return mailbearer_http.obtain(c, n->account, &patience, &n->grant, e);
}

int mb_enroll_app(struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_credential *c = n->credential;
	const struct mb_grant_kind *kind = mb_grant_kind(c->grant);
	struct mb_tool *t = n->tool;
	int64_t until;
	char text[40];

	if (!kind->keeps_token)
		return nothing_to_keep(n, e);
	mb_out_set_str(t, "account", n->account);
	mb_out_set_str(t, "credential", c->name);
	mb_out_set_str(t, "grant", kind->name);
	if (mb_opts_has(&t->opts, "check")) {
		t->changed = true;
		mb_out_outcome(t, "would enrol %s with client credential %s "
			       "(%s)", n->account, c->name, kind->name);
		return 0;
	}
	if (obtain(n, e) != MB_OUT_GRANTED)
		return -1;
	mb_enroll_clock(n, n->grant.clock_off);
	until = n->grant.expires_at;
	if (mb_enroll_save(n, e) < 0)
		return -1;
	mb_out_set_int(t, "expires_at", until);
	mb_out_outcome(t, "enrolled %s (client credential %s, %s), access "
		       "token until %s, next: mailbearer token %s", n->account,
		       c->name, kind->name, mb_out_time(until, text),
		       n->account);
	return 0;
}
