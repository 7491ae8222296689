/* SPDX-License-Identifier: BSD-2-Clause */
/* enroll: let the owner of a mailbox sign in once, and keep what comes of it. */
#include "config.h"

#include <string.h>

#include "lib/rules.h"
#include "tools/caught.h"
#include "tools/enroll.h"
#include "tools/flow_code.h"
#include "tools/flow_device.h"
#include "tools/import.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/records.h"
#include "tools/rule.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

enum { TIMEOUT_S = 900, TIMEOUT_MAX_S = 86400, PORT_MAX = 65535 };

static const struct mb_opt options[] = {
	{ "credential", "NAME", "which client credential, where several fit", 0 },
	{ "as", "OWNER", "a shared mailbox: this address signs in", 0 },
	{ "device", NULL, "sign in at another machine with a code", 0 },
	{ "no-qr", NULL, "draw no QR code", 0 },
	{ "if-needed", NULL, "nothing to do while the sign-in works", 0 },
	{ "port", "N", "listen on this port, to forward it by ssh", 0 },
	{ "no-browser", NULL, "start none; the address to open is on stdout", 0 },
	{ "timeout", "S", "wait that many seconds (default 900)", 0 },
	{ "import", "FILE", "a token response as JSON (-: stdin), no sign-in", 0 },
	{ "replace", NULL, "let --import overwrite a sign-in that works", 0 },
	{ "no-test", NULL, "do not log in to the mail server at the end", 0 },
	{ "begin", NULL, "print the address to send to the owner, and end", 0 },
	{ "expires", "S", "with --begin: good for that many seconds (3600)", 0 },
	{ "finish", "URL", "what the owner's browser ended on (-: stdin)", 0 },
	{ "from", "FILE", "many: ADDRESS[,OWNER] a line (-: stdin)", 0 },
	{ "jobs", "N", "with --from: so many at a time (4)", 0 },
	{ "check", NULL, "write and send nothing, say what would change", 0 },
	{ "token", "T", "a token comes by --import FILE or -", MB_OPT_REFUSED },
	{ "code", "C", "paste the address at the terminal", MB_OPT_REFUSED },
	{ NULL, NULL, NULL, 0 },
};

/* ---- the last words ---- */

void mb_enroll_say(const struct mb_enroll *n, int64_t expires_at)
{
	struct mb_tool *t = n->tool;
	const char *name = n->credential->name;
	char until[40];

	mb_out_set_str(t, "account", n->account);
	mb_out_set_str(t, "credential", name);
	if (!strcmp(n->credential->provider, "google"))
		mb_out_note("note: while the Google app's publishing status is \"Testing\", a sign-in ends after 7 days: publish the app");
	if (expires_at > 0) {
		mb_out_set_int(t, "expires_at", expires_at);
		mb_out_outcome(t, "enrolled %s (client credential %s), access token until %s, next: mailbearer token %s",
			       n->account, name, mb_out_time(expires_at, until),
			       n->account);
		return;
	}
	mb_out_outcome(t, "enrolled %s (client credential %s), the first use fetches an access token, next: mailbearer token %s",
		       n->account, name, n->account);
}

static void say_unchanged(struct mb_enroll *n)
{
	mb_out_set_str(n->tool, "account", n->account);
	mb_out_outcome(n->tool, "unchanged");
}

/* --check: what would be done. */
static int would(struct mb_enroll *n, const char *how, const char *what)
{
	mb_out_set_str(n->tool, "account", n->account);
	n->tool->changed = true;
	mb_out_outcome(n->tool, "would enrol %s %s %s", n->account, how, what);
	return 0;
}

static bool checking(const struct mb_enroll *n)
{
	return mb_opts_has(&n->tool->opts, "check");
}

/* Does the account, or the one whose token it uses, have a sign-in that works?
 */
static bool works(struct mb_enroll *n)
{
	struct mb_record owner = { 0 };
	bool ret;

	if (!n->old.token_of[0])
		return mb_enroll_healthy(n, &n->old);
	ret = mb_enroll_read(n, n->old.token_of, &owner, NULL) > 0 &&
	      mb_enroll_healthy(n, &owner);
	mb_record_clear(&owner);
	return ret;
}

/* By a rule, which needs no enrolment?  Who names another client credential, or
 * a way to sign in, wants one nevertheless; with a rule for everybody, too. */
static bool ruled(struct mb_enroll *n)
{
	static const char *const ways[] = { "import", "begin", "device", "as" };
	const struct mb_opts *o = &n->tool->opts;
	const char *name = mb_opts_get(o, "credential");
	bool needed = mb_opts_has(o, "if-needed");
	struct mb_rule_match m;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (mb_opts_has(o, ways[i]))
			return false;
	if (n->old.generation ||
	    mb_records_rule(n->tool, n->account, &m, NULL) <= 0 ||
	    (name && (!needed || strcmp(name, m.credential) != 0)) ||
	    (!needed && !strcmp(m.pattern, "*")))
		return false;
	mb_out_note("note: the rule %s (client credential %s) serves %s: it needs no enrolment",
		    m.pattern, m.credential, n->account);
	return true;
}

/* ---- a shared mailbox of an enrolled owner ---- */

static int share(struct mb_enroll *n, const struct mb_record *owner,
		 struct mb_err *e)
{
	const char *name = mb_opts_get(&n->tool->opts, "credential");

	if (name && strcmp(name, owner->credential) != 0) {
		mb_fail(e, MB_E_USAGE, "--credential",
			"%s is enrolled with client credential %s",
			owner->account, owner->credential);
		return mb_remedy(e, "leave it out");
	}
	if (n->old.generation && !strcmp(n->old.token_of, owner->account)) {
		say_unchanged(n);
		return 0;
	}
	if (checking(n))
		return would(n, "with the token of", owner->account);
	if (mb_enroll_save_shared(n, owner, e) < 0)
		return -1;
	mb_out_set_str(n->tool, "account", n->account);
	mb_out_set_str(n->tool, "token_of", owner->account);
	mb_out_outcome(n->tool, "enrolled %s with the token of %s (client credential %s), next: mailbearer token %s",
		       n->account, owner->account, owner->credential,
		       n->account);
	return 0;
}

/* 1 done, 0 the owner is not enrolled and has to sign in, -1. */
static int try_share(struct mb_enroll *n, struct mb_err *e)
{
	struct mb_record owner = { 0 }, next = { 0 };
	int ret = mb_enroll_read(n, n->owner, &owner, e);

	/* A shared mailbox of a shared mailbox: its owner's owner. */
	if (ret > 0 && owner.token_of[0])
		ret = mb_enroll_read(n, owner.token_of, &next, e);
	if (ret > 0)
		ret = share(n, next.generation ? &next : &owner, e) < 0 ?
		      -1 : 1;
	mb_record_clear(&owner);
	mb_record_clear(&next);
	return ret;
}

/* ---- a token response from elsewhere ---- */

static int load(struct mb_enroll *n, const char *file, struct mb_err *e)
{
	struct mb_secret json = { 0 };
	int ret = -1;

	if (mb_input_file(file, MB_IMPORT_MAX, &json, e) == 0)
		ret = mb_import_parse(&n->grant, &json, mb_now(),
				      strcmp(file, "-") ? file : "stdin", e);
	if (ret == 0)
		mb_import_client_id(&json, n->client_id, sizeof(n->client_id));
	mb_secret_clear(&json);
	return ret;
}

/* A refresh token is of use to its own client only. */
static int check_client(const struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_credential *c = n->credential;

	if (!n->client_id[0] || !strcmp(n->client_id, c->client_id))
		return 0;
	mb_fail(e, MB_E_BAD_TOKEN, n->account, "the file's sign-in belongs to "
		"client id %.200s, and client credential %s is %.200s; nothing "
		"saved", n->client_id, c->name, c->client_id);
	return mb_remedy(e, "name the client credential of that client id "
			 "(--credential), or add it: mailbearer add NAME "
			 "--client-id ID ...");
}

static int import(struct mb_enroll *n, struct mb_err *e)
{
	int64_t until = n->grant.expires_at;

	if (works(n) && !mb_opts_has(&n->tool->opts, "replace")) {
		mb_fail(e, MB_E_EXISTS, n->account,
			"is enrolled and its sign-in works; nothing changed");
		return mb_remedy(e, "to overwrite it: %s enroll %s --import FILE --replace",
				 mb_pick_command(n->tool), n->account);
	}
	if (mb_enroll_check(n, "", e) < 0 || check_client(n, e) < 0)
		return -1;
	if (checking(n))
		return would(n, "by import, with client credential",
			     n->credential->name);
	if (mb_enroll_save(n, e) < 0)
		return -1;
	mb_enroll_say(n, until);
	return 0;
}

/* ---- a sign-in ---- */

static int redeem(struct mb_enroll *n, struct mb_flow_code *f, struct mb_err *e)
{
	const struct mb_enroll_code code = { &f->code, &f->verifier,
		f->redirect_uri, mb_secret_str(&f->nonce) };

	if (mb_enroll_redeem(n, &code, e) < 0)
		return -1;
	mb_flow_code_finish(f, NULL);
	return 0;
}

static int sign_in_by_device(struct mb_enroll *n, int64_t timeout,
			     struct mb_err *e)
{
	const struct mb_flow_device_want want = {
		.tool = n->tool,
		.credential = n->credential,
		.account = n->account,
		.owner = n->owner,
		.timeout_s = timeout,
	};

	return mb_flow_device(&want, &n->grant, e) < 0 ? -1 :
	       mb_enroll_keep(n, "", e);
}

static int sign_in(struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_opts *o = &n->tool->opts;
	struct mb_flow_code f = { 0 };
	int64_t port = 0, timeout = TIMEOUT_S;
	struct mb_flow_code_want want = {
		.tool = n->tool,
		.credential = n->credential,
		.account = n->account,
		.owner = n->owner,
		/* Never a browser as root, whoever we are by now. */
		.browser = !mb_opts_has(o, "no-browser") && !n->was_root,
		.unattended = mb_opts_has(o, "no-browser") ||
			      mb_opts_has(o, "port"),
	};
	enum mb_enroll_way way;
	int ret = -1;

	if (mb_enroll_choose(n, &way, e) < 0)
		return -1;
	if (checking(n))
		return would(n, "by a sign-in, with client credential",
			     n->credential->name);
	if (mb_opts_number(o, "port", 1, PORT_MAX, &port, e) < 0 ||
	    mb_opts_number(o, "timeout", 1, TIMEOUT_MAX_S, &timeout, e) < 0)
		return -1;
	if (way == MB_WAY_DEVICE)
		return sign_in_by_device(n, mb_opts_has(o, "timeout") ?
					 timeout : 0, e);
	want.port = (int)port;
	want.timeout_s = timeout;
	if (mb_flow_code_start(&f, &want, e) < 0)
		goto out;
	ret = mb_flow_code_wait(&f, e);
	if (ret == 0)
		ret = redeem(n, &f, e);
	if (ret < 0)
		mb_flow_code_finish(&f, e);
out:
	mb_flow_code_clear(&f);
	return ret;
}

static int enroll(struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_opts *o = &n->tool->opts;
	const char *file = mb_opts_get(o, "import");
	int ret;

	/* Before privileges are dropped: the file is the caller's. */
	if ((file && load(n, file, e) < 0) || mb_enroll_open(n, e) < 0)
		return -1;
	if (strcmp(n->owner, n->account) != 0 && !file) {
		ret = try_share(n, e);
		if (ret)
			return ret < 0 ? -1 : 0;
	}
	if ((mb_opts_has(o, "if-needed") && works(n)) || ruled(n)) {
		say_unchanged(n);
		return 0;
	}
	if (mb_enroll_credential(n, e) < 0)
		return -1;
	if (file)
		return import(n, e);
	if (mb_enroll_is_app(n))
		return mb_enroll_app(n, e);
	return mb_opts_has(o, "begin") && !checking(n) ?
	       mb_enroll_begin(n, e) : sign_in(n, e);
}

/* Options that exclude each other, or belong together. */
static int check_options(const struct mb_opts *o, struct mb_err *e)
{
	static const char *const ways[] = { "import", "begin", "finish" };
	size_t i, given = 0;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		given += mb_opts_has(o, ways[i]);
	if (given > 1)
		return mb_opts_usage(o, e, "--import, --begin and --finish exclude each other");
	if (mb_opts_has(o, "replace") && !mb_opts_has(o, "import"))
		return mb_opts_usage(o, e, "--replace belongs to --import; a sign-in replaces by itself");
	if (mb_opts_has(o, "expires") && !mb_opts_has(o, "begin"))
		return mb_opts_usage(o, e, "--expires belongs to --begin");
	if (mb_opts_has(o, "jobs") && !mb_opts_has(o, "from"))
		return mb_opts_usage(o, e, "--jobs belongs to --from");
	if (mb_opts_has(o, "from") &&
	    (mb_opts_has(o, "import") || mb_opts_has(o, "finish") ||
	     mb_opts_has(o, "as") || mb_opts_has(o, "port")))
		return mb_opts_usage(o, e, "--from excludes --import, --finish, --as and --port; an owner stands in the file");
	if (mb_opts_has(o, "finish") &&
	    (mb_opts_has(o, "as") || mb_opts_has(o, "credential")))
		return mb_opts_usage(o, e, "--finish goes on with what --begin was given");
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_enroll n = { .tool = t };
	const struct mb_opts *o = &t->opts;
	int ret;

	if (check_options(o, e) < 0)
		return -1;
	if (mb_opts_has(o, "finish") || mb_opts_has(o, "from")) {
		if (o->noperands)
			return mb_opts_usage(o, e, "no ADDRESS goes with --from or --finish");
		return mb_opts_has(o, "from") ?
		       mb_enroll_many(t, mb_opts_get(o, "from"), enroll, e) :
		       mb_enroll_finish(t, mb_opts_get(o, "finish"), e);
	}
	if (mb_opts_operands(o, 1, 1, "ADDRESS", e) < 0)
		return -1;
	if (mb_rules_is_pattern(o->operands[0])) {
		ret = mb_rule_add(t, o->operands[0], e);
		if (ret == 0 && t->changed && !mb_opts_has(o, "check"))
			mb_caught_tell(t, mb_caught_find(t));
		return ret;
	}
	n.account = o->operands[0];
	n.owner = mb_opts_get(o, "as");
	if (!n.owner)
		n.owner = n.account;
	ret = enroll(&n, e);
	mb_enroll_end(&n, ret);
	return ret;
}

const struct mb_verb mb_verb_enroll = {
	.name = "enroll",
	.operands = "ADDRESS | --from FILE | --finish URL",
	.summary = "let the owner of a mailbox sign in once, in a browser",
	.opts = options,
	.more =
"The browser may run anywhere: what it ends on can be pasted here. --device: a\n"
"code is shown here and entered there, if the provider allows that. Without a\n"
"terminal, --no-browser (or --port) prints the address to sign in at as one\n"
"line on stdout and waits for the answer on 127.0.0.1 and ::1. An account that\n"
"is enrolled keeps its sign-in until the new one has come and has logged in to\n"
"the mail server. Owners who sit elsewhere: --begin prints an address to send\n"
"to them, --finish takes the one they send back.\n",
	.run = run,
};
