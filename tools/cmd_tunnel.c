/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/token.h"
#include "tools/login.h"
#include "tools/out.h"
#include "tools/peer.h"
#include "tools/records.h"
#include "tools/relay.h"
#include "tools/store_pick.h"
#include "tools/tunnel.h"
#include "tools/verbs.h"

enum { LOGIN_MS = 60 * 1000 };

struct tunnel {
	struct mb_tool *tool;
	struct mb_login_url u;
	const char *mechanism;
	struct mb_token_world world;
	struct mb_token_want want;
	struct mb_record record;
	struct mb_credential credential;
	struct mb_relay relay;
};

static int mechanism(struct tunnel *t, struct mb_err *e)
{
	static const char *const known[] = { "XOAUTH2", "OAUTHBEARER" };
	const char *word = mb_opts_get(&t->tool->opts, "mechanism");
	size_t i;

	if (!word)
		return 0;
	for (i = 0; i < 2; i++)
		if (!strcasecmp(word, known[i]))
			t->mechanism = known[i];
	if (t->mechanism)
		return 0;
	return mb_opts_usage(&t->tool->opts, e,
			     "--mechanism is xoauth2 or oauthbearer");
}

static int read_options(struct tunnel *t, struct mb_err *e)
{
	struct mb_opts *o = &t->tool->opts;

	if (mb_opts_operands(o, 1, 1, "URL", e) < 0)
		return -1;
	if (t->tool->json)
		return mb_opts_usage(o, e, "stdout belongs to the mail "
				     "program: no --json");
	t->want.account = mb_opts_get(o, "user");
	if (!t->want.account)
		return mb_opts_usage(o, e, "--user ADDRESS is missing");
	if (mb_login_url(o->operands[0], &t->u, e) < 0)
		return -1;
	t->want.host = t->u.url.host;
	return mechanism(t, e);
}

/* Certificates of its own that the client credential trusts. */
static int find_credential(struct tunnel *t, struct mb_err *e)
{
	const struct mb_redeem *redeem;
	struct mb_secret text = {0};
	char digest[65];
	int ret = -1;

	if (t->world.redeem(t->world.redeem_ctx, &redeem, e) == 0 &&
	    mb_store_credentials(t->tool->store, &text, e) == 0)
		ret = redeem->find(&text, t->record.credential,
				   &t->credential, digest, e);
	mb_secret_clear(&text);
	return ret;
}

static int log_in(struct tunnel *t, const struct mb_deadline *d,
		  struct mb_err *e)
{
	struct mb_login_want q = {
		.url = t->tool->opts.operands[0],
		.user = t->record.account,
		.token = &t->record.access_token,
		.ca_pem = &t->credential.ca_pem,
		.credential = t->credential.name,
		.proxy = t->credential.proxy,
		.mechanism = t->mechanism,
		.deadline = d,
	};

	return mb_login_open(&t->relay.server, &q, e);
}

/* As a mail program with the plugin would: a token that is refused is renewed
 * once. */
static int connect_up(struct tunnel *t, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(LOGIN_MS);
	int64_t refused;

	t->want.deadline = &d;
	if (mb_token_get(&t->world, &t->want, &t->record, NULL, e) < 0) {
		mb_records_which(t->tool, t->want.account, e);
		return -1;
	}
	if (find_credential(t, e) < 0)
		return -1;
	if (log_in(t, &d, e) == 0)
		return 0;
	if (e->id != MB_E_TOKEN_REFUSED)
		return -1;
	refused = t->record.generation;
	mb_token_refused(&t->world, t->want.account, refused);
	t->want.not_generation = refused;
	if (mb_token_get(&t->world, &t->want, &t->record, NULL, e) < 0 ||
	    t->record.generation == refused)
		return -1;
	mb_err_clear(e);
	return log_in(t, &d, e);
}

static int serve(struct tunnel *t, struct mb_err *e)
{
	int ret;

	if (mb_pick_store(t->tool, MB_PICK_LOOK, e) < 0 ||
	    mb_pick_drop(t->tool, e) < 0)
		return -1;
	mb_pick_world(t->tool, &t->world);
	if (connect_up(t, e) < 0)
		return -1;
	/* From here on the program is told by the server itself. */
	mb_secret_clear(&t->record.access_token);
	mb_secret_clear(&t->record.refresh_token);
	mb_credential_clear(&t->credential);
	ret = mb_tunnel_begin(&t->relay, t->u.protocol, t->u.url.host, e);
	if (ret)
		return ret < 0 ? -1 : 0;
	return mb_relay_run(&t->relay, e);
}

static int run(struct mb_tool *tool, struct mb_err *e)
{
	struct tunnel *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return mb_fail(e, MB_E_NOMEM, "tunnel", "out of memory");
	t->tool = tool;
	ret = read_options(t, e);
	if (ret < 0)
		goto out;
	mb_relay_init(&t->relay, STDIN_FILENO, STDOUT_FILENO);
	ret = mb_peer_check(STDIN_FILENO, &tool->opts, e);
	if (ret == 0)
		ret = serve(t, e);
	if (ret < 0 && !t->relay.server)
		mb_tunnel_refuse(&t->relay, t->u.protocol, e);
	mb_login_close(&t->relay.server);
	mb_relay_end(&t->relay);
out:
	mb_record_clear(&t->record);
	mb_credential_clear(&t->credential);
	free(t);
	return ret;
}

static const struct mb_opt options[] = {
	{ "user", "ADDRESS", "the account to log in as", 0 },
	{ "mechanism", "MECH", "xoauth2 or oauthbearer; else what the server "
	  "offers", 0 },
	{ "allow", "USER", "who else may connect, where stdin is a UNIX "
	  "socket", MB_OPT_MANY },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_tunnel = {
	.name = "tunnel",
	.operands = "URL --user ADDRESS",
	.summary = "connect stdin and stdout to a mail server, logged in",
	.opts = options,
	.more = "URL is imaps://HOST, imap://HOST (STARTTLS), smtps://HOST, "
		"smtp://HOST (port 587),\npop3s://HOST or pop3://HOST.  An "
		"IMAP program is greeted with PREAUTH; to an SMTP\nprogram "
		"the server offers no AUTH, and may be used without.\n",
	.run = run,
};
