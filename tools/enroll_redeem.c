/* SPDX-License-Identifier: BSD-2-Clause */
/* enroll: from the code of a sign-in to tokens that a mail server takes. */
#include "config.h"

#include <string.h>

#include "lib/redeem.h"
#include "tools/enroll.h"
#include "tools/out.h"
#include "tools/presets.h"
#include "tools/probe.h"

enum { CONNECT_MS = 10000, REPLY_MS = 75000, TEST_MS = 40000 };

/* What the servers said, taken together. */
struct verdict {
	unsigned int good, refused;
	struct mb_err why;	/* the first refusal */
};

static void try_one(struct mb_enroll *n, const char *url, struct verdict *v)
{
	struct mb_deadline d = mb_deadline_in(TEST_MS);
	struct mb_probe p = {
		.url = url,
		.user = n->account,
		.token = &n->grant.access_token,
		.credential = n->credential,
		.deadline = &d,
	};
	char line[MB_ERR_LINE];
	struct mb_err e = { 0 };

	if (mb_probe_server(&p, &e) == 0) {
		v->good++;
		mb_out_note("%s: logged in as %s", url, n->account);
		return;
	}
	mb_out_note("note: %s", mb_out_error_line(n->tool, &e, line));
	if (!mb_probe_refused(&e))
		return;
	if (!v->refused++)
		v->why = e;
}

/*
 * One protocol that works is enough: SMTP or IMAP may be switched off on
 * purpose.  A server that is not reached proves nothing, and the sign-in took
 * somebody's time.
 */
static int judge(struct mb_enroll *n, const struct verdict *v,
		 struct mb_err *e)
{
	if (v->good || !v->refused)
		return 0;
	*e = v->why;
	mb_out_note("note: nothing saved; to save the sign-in all the same: --no-test");
	(void)n;
	return -1;
}

int mb_enroll_test(struct mb_enroll *n, struct mb_err *e)
{
	char urls[MB_PROVIDER_SERVERS][MB_PROBE_URL];
	const struct mb_provider *preset;
	struct mb_providers all = { 0 };
	struct verdict v = { 0 };
	size_t count = 0;

	if (mb_opts_has(&n->tool->opts, "no-test") ||
	    mb_presets_load(n->tool, &all, NULL) < 0)
		return 0;
	preset = mb_presets_named(&all, n->credential->provider);
	if (preset)
		count = mb_probe_urls(preset, n->credential, urls);
	mb_providers_clear(&all);
	for (size_t i = 0; i < count; i++)
		try_one(n, urls[i], &v);
	return judge(n, &v, e);
}

int mb_enroll_keep(struct mb_enroll *n, const char *nonce, struct mb_err *e)
{
	int64_t until = n->grant.expires_at;

	/* The old tokens are replaced after all that. */
	if (mb_enroll_check(n, nonce, e) < 0 || mb_enroll_test(n, e) < 0 ||
	    mb_enroll_save(n, e) < 0)
		return -1;
	mb_enroll_say(n, until);
	return 0;
}

int mb_enroll_redeem(struct mb_enroll *n, const struct mb_enroll_code *code,
		     struct mb_err *e)
{
	static const struct mb_patience patience = { CONNECT_MS, REPLY_MS };

	if (mb_redeem_code(n->credential, n->account, code->code,
			   code->verifier, code->redirect_uri, &patience,
			   &n->grant, e) != MB_OUT_GRANTED)
		return -1;
	return mb_enroll_keep(n, code->nonce, e);
}
