/* SPDX-License-Identifier: BSD-2-Clause */
/* revoke: end a sign-in at the provider, then remove it here. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/paths.h"
#include "lib/provider.h"
#include "lib/revoke.h"
#include "tools/change.h"
#include "tools/ending.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

enum { CONNECT_MS = 10000, REPLY_MS = 30000 };

static bool checking(const struct mb_tool *t)
{
	return mb_opts_has(&t->opts, "check");
}

struct revoking {
	struct mb_tool *t;
	const char *address;
	struct mb_credfile file;
	struct mb_providers providers;
	bool revoked;
	bool nothing;		/* there was no token to revoke */
};

/* The credential's own endpoint, else its provider's. */
static const char *endpoint(const struct revoking *r,
			    const struct mb_credential *c)
{
	const struct mb_provider *p;

	if (c->revocation_endpoint[0])
		return c->revocation_endpoint;
	p = mb_provider_find(&r->providers, c->provider);
	return p ? p->revocation_endpoint : "";
}

static int no_way(const struct revoking *r, const char *why, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_DENIED, r->address, "not revoked: %s", why);
	return mb_remedy(e, "its owner, or an administrator, ends it in the "
			 "provider's account settings; then: %s remove %s",
			 mb_pick_command(r->t), r->address);
}

static int ask_provider(struct revoking *r, const struct mb_record *record,
			struct mb_err *e)
{
	static const struct mb_patience patience = { CONNECT_MS, REPLY_MS };
	const struct mb_credential *c = mb_credfile_find(&r->file,
							 record->credential);
	struct mb_revocation q = {
		.credential = c,
		.account = r->address,
		.refresh = record->refresh_token.len > 0,
	};

	q.token = q.refresh ? &record->refresh_token : &record->access_token;
	if (!q.token->len) {
		r->nothing = true;
		return 0;
	}
	if (!c)
		return no_way(r, "its client credential is gone", e);
	q.endpoint = endpoint(r, c);
	if (!q.endpoint[0])
		return no_way(r, "the provider has no revocation endpoint", e);
	if (checking(r->t))
		return 0;
	if (mb_revoke(&q, &patience, e) < 0)
		return -1;
	r->revoked = true;
	return 0;
}

/* Under the record's lock.  1: remove it. */
static int end(void *arg, struct mb_record *record, struct mb_err *e)
{
	struct revoking *r = arg;
	char line[MB_ERR_LINE];

	if (record->token_of[0]) {
		(void)mb_fail(e, MB_E_IN_USE, r->address, "has no sign-in of "
			      "its own, it uses the token of %s",
			      record->token_of);
		return mb_remedy(e, "run: %s remove %s, or: %s revoke %s",
				 mb_pick_command(r->t), r->address,
				 mb_pick_command(r->t), record->token_of);
	}
	if (ask_provider(r, record, e) < 0) {
		if (!mb_opts_has(&r->t->opts, "force"))
			return -1;
		mb_out_note("%s", mb_err_line(e, line, sizeof(line)));
		mb_err_clear(e);
	}
	return checking(r->t) ? 0 : 1;
}

static void say(struct revoking *r)
{
	struct mb_tool *t = r->t;

	mb_out_set_str(t, "account", r->address);
	mb_out_set(t, "revoked", json_boolean(r->revoked));
	if (checking(t))
		mb_out_outcome(t, "would revoke and remove %s", r->address);
	else if (r->revoked)
		mb_out_outcome(t, "revoked and removed %s", r->address);
	else
		mb_out_outcome(t, "removed %s", r->address);
	if (!checking(t) && !r->revoked && !r->nothing)
		mb_out_note("The provider still honours this sign-in: end it "
			    "in the account's security settings.");
}

static int revoke(struct revoking *r, struct mb_err *e)
{
	struct mb_tool *t = r->t;
	char id[MB_RECORD_ID_LEN + 1];
	int ret;

	if (mb_records_id(r->address, id, e) < 0 ||
	    mb_pick_store(t, MB_PICK_RECORDS, e) < 0 ||
	    mb_change_look(t, &r->file, e) < 0 || mb_pick_drop(t, e) < 0)
		return -1;
	/* Only for endpoints that are not in the credential: no reason to
	 * fail. */
	(void)mb_providers_load(&r->providers, mb_path_providers, NULL);
	if (mb_ending_shared(t, r->address, e) < 0)
		return -1;
	ret = mb_ending_confirm(t, r->address, "Revoke and remove", e);
	if (ret < 0)
		return -1;
	if (ret == 0) {
		mb_out_outcome(t, "unchanged");
		return 0;
	}
	ret = mb_records_end(t, id, end, r, e);
	if (ret == 0 && !checking(t))
		return mb_records_unknown(t, r->address, e);
	if (ret < 0)
		return -1;
	t->changed = true;
	say(r);
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct revoking r = { .t = t };
	int ret;

	if (mb_opts_operands(&t->opts, 1, 1, "ADDRESS", e) < 0)
		return -1;
	r.address = t->opts.operands[0];
	ret = revoke(&r, e);
	mb_credfile_clear(&r.file);
	mb_providers_clear(&r.providers);
	return ret;
}

static const struct mb_opt options[] = {
	{ "yes", NULL, "do not ask", 0 },
	{ "force", NULL, "remove it even if the provider does not revoke it",
	  0 },
	{ "check", NULL, "write and send nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_revoke = {
	.name = "revoke",
	.operands = "ADDRESS",
	.summary = "end a sign-in at the provider, and remove it here",
	.opts = options,
	.more =
"If the provider cannot be reached, or refuses, the sign-in stays as it is. Some\n"
"providers end every sign-in that its owner made with this client id.\n",
	.run = run,
};
