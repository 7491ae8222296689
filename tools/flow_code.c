/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/oauth.h"
#include "tools/flow_code.h"
#include "tools/out.h"
#include "tools/page.h"
#include "tools/pkce.h"
#include "tools/redirect.h"

enum { NOTES_MAX = 20 };

/* ---- an answer, from wherever ---- */

/* A wrong answer is said at the terminal too, but not without end: anybody on
 * this host can send them. */
static void note_wrong(struct mb_flow_code *f, const struct mb_err *why)
{
	char line[MB_ERR_LINE];

	if (++f->notes > NOTES_MAX)
		return;
	mb_out_note("%s", mb_out_error_line(f->want->tool, why, line));
	mb_out_note("still waiting ...");
}

/* True: the wait is over. */
static bool judge(struct mb_flow_code *f, struct mb_redirect *r,
		  struct mb_err *why)
{
	switch (mb_redirect_judge(r, &f->state, f->want->credential,
				  f->want->account, why)) {
	case MB_VERDICT_CODE:
		mb_secret_move(&f->code, &r->code);
		return true;
	case MB_VERDICT_REFUSED:
		f->refused = true;
		f->said = *why;
		return true;
	case MB_VERDICT_IGNORE:
		break;
	}
	return false;
}

static bool from_browser(void *arg, const char *query, size_t n,
			 struct mb_secret *page)
{
	struct mb_flow_code *f = arg;
	struct mb_redirect r = { 0 };
	struct mb_err why = { 0 };
	bool over = false;

	if (mb_redirect_query(&r, query, n, &why) == 0)
		over = judge(f, &r, &why);
	if (!over) {
		note_wrong(f, &why);
		(void)mb_page_error(page, "This is not the answer waited for",
				    &why, NULL);
	}
	mb_redirect_clear(&r);
	return over;
}

bool mb_flow_code_pasted(struct mb_flow_code *f, const struct mb_secret *line)
{
	struct mb_redirect r = { 0 };
	struct mb_err why = { 0 };
	bool over = false;

	if (line->len == 0)
		return false;
	if (mb_redirect_pasted(&r, line, f->redirect_uri, &why) == 0)
		over = judge(f, &r, &why);
	if (!over)
		note_wrong(f, &why);
	mb_redirect_clear(&r);
	return over;
}

/* ---- start ---- */

static int choose_port(struct mb_flow_code *f, int *port, struct mb_err *e)
{
	int named = f->callback.port, wanted = f->want->port;

	if (named && wanted && named != wanted) {
		mb_fail(e, MB_E_USAGE, "--port",
			"the callback URL of client credential %s names port %d",
			f->want->credential->name, named);
		return mb_remedy(e, "leave out --port, or register another callback URL and: mailbearer set %s --callback-url URL",
				 f->want->credential->name);
	}
	*port = wanted ? wanted : named;
	return 0;
}

static int listen_for(struct mb_flow_code *f, struct mb_err *e)
{
	enum mb_loopback_families families = f->callback.ipv6_only ?
		MB_LOOPBACK_V6 : MB_LOOPBACK_BOTH;
	int port = 0;

	if (!f->callback.loopback)
		return 0;
	if (choose_port(f, &port, e) < 0 ||
	    mb_loopback_open(&f->listener, families, port, f->callback.path,
			     e) < 0)
		return -1;
	mb_loopback_answer_with(f->listener, from_browser, f);
	return 0;
}

static bool wants_openid(const char *scope)
{
	while (*scope) {
		size_t n = strcspn(scope, " ");

		if (n == 6 && !memcmp(scope, "openid", 6))
			return true;
		scope += n;
		scope += strspn(scope, " ");
	}
	return false;
}

static int make_url(struct mb_flow_code *f, struct mb_err *e)
{
	char challenge[MB_OAUTH_CHALLENGE_LEN + 1];
	struct mb_oauth_authorization a = {
		.redirect_uri = f->redirect_uri,
		.code_challenge = challenge,
		.login_hint = f->want->owner,
	};

	if (mb_pkce_random(&f->state, e) < 0 ||
	    mb_pkce_random(&f->verifier, e) < 0 ||
	    mb_oauth_challenge(mb_secret_str(&f->verifier), challenge, e) < 0)
		return -1;
	if (wants_openid(f->want->credential->scope) &&
	    mb_pkce_random(&f->nonce, e) < 0)
		return -1;
	a.state = mb_secret_str(&f->state);
	a.nonce = f->nonce.len ? mb_secret_str(&f->nonce) : NULL;
	return mb_oauth_authorization_url(f->want->credential, &a, &f->url, e);
}

int mb_flow_code_start(struct mb_flow_code *f,
		       const struct mb_flow_code_want *want, struct mb_err *e)
{
	const struct mb_credential *c = want->credential;
	int port;

	*f = (struct mb_flow_code){ .want = want };
	if (!c->authorization_endpoint[0]) {
		mb_fail(e, MB_E_CONFIG_VALUE, c->name,
			"has no authorization endpoint to sign in at");
		return mb_remedy(e, "run: mailbearer set %s --authorization-endpoint URL, or use --import",
				 c->name);
	}
	if (mb_callback_parse(&f->callback, c->callback_url, e) < 0 ||
	    listen_for(f, e) < 0)
		return -1;
	port = f->listener ? mb_loopback_port(f->listener) : 0;
	if (mb_callback_uri(&f->callback, port, f->redirect_uri, e) < 0)
		return -1;
	return make_url(f, e);
}

/* ---- the end ---- */

void mb_flow_code_finish(struct mb_flow_code *f, const struct mb_err *failed)
{
	const char *account = f->want->account;
	struct mb_secret page = { 0 };
	char heading[MB_ADDRESS_MAX + 64];
	int made;

	if (!f->listener)
		return;
	snprintf(heading, sizeof(heading), "%s is %senrolled", account,
		 failed ? "not " : "");
	if (failed)
		made = mb_page_error(&page, heading, failed, NULL);
	else
		made = mb_page_result(&page, heading,
			"mailbearer on this host now has a sign-in for this mailbox and renews it by itself.",
			"You can close this window.", NULL);
	if (made == 0)
		mb_loopback_finish(f->listener, failed, &page);
	mb_secret_clear(&page);
}

void mb_flow_code_clear(struct mb_flow_code *f)
{
	mb_browser_clear(&f->browser);
	mb_loopback_close(&f->listener);
	mb_secret_clear(&f->state);
	mb_secret_clear(&f->verifier);
	mb_secret_clear(&f->nonce);
	mb_secret_clear(&f->url);
	mb_secret_clear(&f->code);
	*f = (struct mb_flow_code){ 0 };
}
