/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * enroll --begin and --finish: the owner signs in elsewhere, later.
 *
 * What the answer needs (account, client credential, PKCE verifier, nonce, and
 * until when) is sealed with the host key and travels as `state`: nothing is
 * kept here that would have to be cleaned up, nobody else can read or make it,
 * and whoever has the store can finish.
 */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/oauth.h"
#include "tools/callback.h"
#include "tools/enroll.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/pkce.h"
#include "tools/redirect.h"
#include "tools/store_pick.h"

enum { EXPIRES_S = 3600, EXPIRES_MAX_S = 30 * 86400, STATE_MAX = 6000,
       LINES = 8 };

#define FIRST_LINE "mailbearer-begun 1"

/* What is sealed. */
struct begun {
	char account[MB_ADDRESS_MAX + 1];
	char owner[MB_ADDRESS_MAX + 1];
	char credential[MB_NAME_MAX + 1];
	char redirect_uri[MB_URL_MAX + 1];
	int64_t until;
	struct mb_secret verifier;
	struct mb_secret nonce;		/* "-": none was sent */
};

static void clear(struct begun *b)
{
	mb_secret_clear(&b->verifier);
	mb_secret_clear(&b->nonce);
}

/* ---- to and from state ---- */

static int no_memory(struct mb_err *e)
{
	return mb_fail(e, MB_E_NOMEM, "--begin", "out of memory");
}

static int append_line(struct mb_secret *text, const char *value, size_t n)
{
	return mb_secret_append(text, value, n) < 0 ||
	       mb_secret_append(text, "\n", 1) < 0 ? -1 : 0;
}

static int to_state(struct mb_store *s, const struct begun *b,
		    struct mb_secret *state, struct mb_err *e)
{
	struct mb_secret plain = { 0 }, sealed = { 0 };
	char *out = NULL, until[32];
	int ret = -1;

	(void)snprintf(until, sizeof(until), "%lld", (long long)b->until);
	if (append_line(&plain, FIRST_LINE, strlen(FIRST_LINE)) < 0 ||
	    append_line(&plain, b->account, strlen(b->account)) < 0 ||
	    append_line(&plain, b->owner, strlen(b->owner)) < 0 ||
	    append_line(&plain, b->credential, strlen(b->credential)) < 0 ||
	    append_line(&plain, b->redirect_uri,
			strlen(b->redirect_uri)) < 0 ||
	    append_line(&plain, until, strlen(until)) < 0 ||
	    append_line(&plain, b->verifier.data, b->verifier.len) < 0 ||
	    append_line(&plain, b->nonce.data, b->nonce.len) < 0) {
		no_memory(e);
		goto out;
	}
	if (mb_store_seal_text(s, &plain, &sealed, e) < 0)
		goto out;
	out = malloc((sealed.len * 4 + 2) / 3 + 1);
	if (out)
		mb_pkce_base64url((const unsigned char *)sealed.data,
				  sealed.len, out);
	if (!out || mb_secret_set(state, out, strlen(out)) < 0) {
		no_memory(e);
		goto out;
	}
	ret = 0;
out:
	free(out);
	mb_secret_clear(&plain);
	mb_secret_clear(&sealed);
	return ret;
}

static int not_ours(struct mb_err *e)
{
	(void)mb_fail(e, MB_E_BAD_REDIRECT, "that address",
		      "does not belong to an enrolment begun with this store");
	return mb_remedy(e, "copy the whole address that the owner's browser ended on; else begin anew: mailbearer enroll ADDRESS --begin");
}

/* Unpadded base64url back to bytes; -1: it is none. */
static int decode(const struct mb_secret *state, struct mb_secret *out)
{
	unsigned char buf[STATE_MAX];
	char text[STATE_MAX + 4];
	size_t n = state->len, pad;
	int got;

	if (n == 0 || n > STATE_MAX - 4)
		return -1;
	memcpy(text, state->data, n);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '-')
			text[i] = '+';
		else if (text[i] == '_')
			text[i] = '/';
		else if (text[i] == '+' || text[i] == '/')
			return -1;
	}
	pad = (4 - n % 4) % 4;
	memset(text + n, '=', pad);
	got = EVP_DecodeBlock(buf, (const unsigned char *)text,
			      (int)(n + pad));
	if (got < 0 || (size_t)got < pad)
		return -1;
	return mb_secret_set(out, buf, (size_t)got - pad);
}

/* Line i of the text into buf; -1: there is none, or it is too long. */
static int take(char *buf, size_t size, const char **p, const char *end)
{
	const char *stop = memchr(*p, '\n', (size_t)(end - *p));
	size_t n = stop ? (size_t)(stop - *p) : 0;

	if (!stop || n >= size)
		return -1;
	memcpy(buf, *p, n);
	buf[n] = '\0';
	*p = stop + 1;
	return 0;
}

static int parse(struct begun *b, const struct mb_secret *plain)
{
	const char *p = (const char *)plain->data, *end = p + plain->len;
	char first[32], until[32], verifier[160], nonce[160];
	int ret = -1;

	if (take(first, sizeof(first), &p, end) == 0 &&
	    strcmp(first, FIRST_LINE) == 0 &&
	    take(b->account, sizeof(b->account), &p, end) == 0 &&
	    take(b->owner, sizeof(b->owner), &p, end) == 0 &&
	    take(b->credential, sizeof(b->credential), &p, end) == 0 &&
	    take(b->redirect_uri, sizeof(b->redirect_uri), &p, end) == 0 &&
	    take(until, sizeof(until), &p, end) == 0 &&
	    take(verifier, sizeof(verifier), &p, end) == 0 &&
	    take(nonce, sizeof(nonce), &p, end) == 0 &&
	    mb_secret_set(&b->verifier, verifier, strlen(verifier)) == 0 &&
	    mb_secret_set(&b->nonce, nonce, strlen(nonce)) == 0) {
		b->until = strtoll(until, NULL, 10);
		ret = 0;
	}
	mb_wipe(verifier, sizeof(verifier));
	mb_wipe(nonce, sizeof(nonce));
	return ret;
}

static int from_state(struct mb_store *s, const struct mb_secret *state,
		      struct begun *b, struct mb_err *e)
{
	struct mb_secret sealed = { 0 }, plain = { 0 };
	struct mb_err ignored = { 0 };
	int ret;

	if (decode(state, &sealed) < 0 ||
	    mb_store_unseal_text(s, &sealed, "state", &plain, &ignored) < 0 ||
	    parse(b, &plain) < 0)
		ret = not_ours(e);
	else
		ret = 0;
	mb_secret_clear(&sealed);
	mb_secret_clear(&plain);
	return ret;
}

/* ---- begin ---- */

static bool wants_openid(const char *scope)
{
	const char *p = strstr(scope, "openid");

	return p && (p == scope || p[-1] == ' ') &&
	       (p[6] == '\0' || p[6] == ' ');
}

static int prepare(struct mb_enroll *n, struct begun *b, struct mb_err *e)
{
	const struct mb_credential *c = n->credential;
	struct mb_callback callback;
	int64_t expires = EXPIRES_S;

	if (!c->authorization_endpoint[0]) {
		mb_fail(e, MB_E_CONFIG_VALUE, c->name,
			"has no authorization endpoint to sign in at");
		return mb_remedy(e, "run: mailbearer set %s --authorization-endpoint URL, or use --import",
				 c->name);
	}
	if (mb_opts_number(&n->tool->opts, "expires", 1, EXPIRES_MAX_S,
			   &expires, e) < 0 ||
	    mb_enroll_callback(n, e) < 0 ||
	    mb_callback_parse(&callback, c->callback_url, e) < 0 ||
	    mb_callback_uri(&callback, 0, b->redirect_uri, e) < 0)
		return -1;
	(void)snprintf(b->account, sizeof(b->account), "%s", n->account);
	(void)snprintf(b->owner, sizeof(b->owner), "%s", n->owner);
	(void)snprintf(b->credential, sizeof(b->credential), "%s", c->name);
	b->until = mb_now() + expires;
	if (mb_pkce_random(&b->verifier, e) < 0)
		return -1;
	if (wants_openid(c->scope))
		return mb_pkce_random(&b->nonce, e);
	return mb_secret_set(&b->nonce, "-", 1) < 0 ? no_memory(e) : 0;
}

static void say(const struct mb_enroll *n, const struct begun *b,
		const struct mb_secret *to)
{
	const char *url = mb_secret_str(to);
	struct mb_tool *t = n->tool;
	char until[40];

	mb_out_set_str(t, "account", n->account);
	mb_out_set_str(t, "owner", n->owner);
	mb_out_set_str(t, "url", url);
	mb_out_set_int(t, "expires_at", b->until);
	if (t->json)
		return;
	mb_out_line(t, "%s", url);
	mb_out_note("Send this address to %s; it is good until %s.", n->owner,
		    mb_out_time(b->until, until));
	mb_out_note("After the sign-in the browser ends on a page it may not be able to open; its whole");
	mb_out_note("address is what you need back. Then: %s enroll --finish -",
		    mb_pick_command(t));
}

int mb_enroll_begin(struct mb_enroll *n, struct mb_err *e)
{
	char challenge[MB_OAUTH_CHALLENGE_LEN + 1];
	struct mb_secret state = { 0 }, url = { 0 };
	struct begun b = { 0 };
	struct mb_oauth_authorization a = {
		.redirect_uri = b.redirect_uri,
		.code_challenge = challenge,
		.login_hint = n->owner,
	};
	int ret = -1;

	if (prepare(n, &b, e) < 0 ||
	    mb_oauth_challenge(mb_secret_str(&b.verifier), challenge, e) < 0 ||
	    to_state(n->tool->store, &b, &state, e) < 0)
		goto out;
	a.state = mb_secret_str(&state);
	a.nonce = b.nonce.len > 1 ? mb_secret_str(&b.nonce) : NULL;
	if (mb_oauth_authorization_url(n->credential, &a, &url, e) < 0)
		goto out;
	say(n, &b, &url);
	ret = 0;
out:
	clear(&b);
	mb_secret_clear(&state);
	mb_secret_clear(&url);
	return ret;
}

/* ---- finish ---- */

/* The answer's state, before it is known whose it is. */
static int read_state(const struct mb_secret *text, struct mb_secret *state,
		      struct mb_err *e)
{
	const char *from = memchr(text->data, '?', text->len);
	size_t n = from ? text->len - (size_t)(from + 1 - (const char *)
					       text->data) : 0;
	struct mb_redirect r = { 0 };
	int ret = -1;

	while (n > 0 && strchr(" \t\r\n\"'<>", from[n]))
		n--;
	if (from && mb_redirect_query(&r, from + 1, n, e) == 0) {
		mb_secret_move(state, &r.state);
		ret = 0;
	}
	mb_redirect_clear(&r);
	return from ? ret : not_ours(e);
}

static int too_late(const struct begun *b, struct mb_err *e)
{
	char span[40];

	(void)mb_fail(e, MB_E_TIMEOUT, b->account,
		      "the address to sign in at was good until %s; nothing saved",
		      mb_out_span(b->until, mb_now(), span));
	return mb_remedy(e, "begin anew: mailbearer enroll %s --begin",
			 b->account);
}

static int find_credential(struct mb_enroll *n, const struct begun *b,
			   struct mb_err *e)
{
	n->credential = mb_credfile_find(&n->credentials, b->credential);
	if (n->credential)
		return 0;
	(void)mb_fail(e, MB_E_NO_CREDENTIAL, b->credential,
		      "there is no such client credential any more");
	return mb_remedy(e, "begin anew: mailbearer enroll %s --begin",
			 b->account);
}

static int redeem(struct mb_enroll *n, const struct begun *b,
		  const struct mb_secret *text, const struct mb_secret *state,
		  struct mb_err *e)
{
	struct mb_redirect r = { 0 };
	struct mb_enroll_code code = { &r.code, &b->verifier, b->redirect_uri,
		b->nonce.len > 1 ? mb_secret_str(&b->nonce) : "" };
	int ret = -1;

	if (mb_enroll_open(n, e) == 0 && find_credential(n, b, e) == 0 &&
	    mb_redirect_pasted(&r, text, b->redirect_uri, e) == 0 &&
	    mb_redirect_judge(&r, state, n->credential, n->account, e) ==
	    MB_VERDICT_CODE)
		ret = mb_enroll_redeem(n, &code, e);
	mb_redirect_clear(&r);
	return ret;
}

int mb_enroll_finish(struct mb_tool *t, const char *url, struct mb_err *e)
{
	struct mb_secret text = { 0 }, state = { 0 };
	struct mb_enroll n = { .tool = t };
	struct begun b = { 0 };
	int ret = -1;

	if (strcmp(url, "-") == 0) {
		if (mb_input_file("-", MB_REDIRECT_MAX, &text, e) < 0)
			goto out;
	} else if (mb_secret_set(&text, url, strlen(url)) < 0) {
		no_memory(e);
		goto out;
	}
	if (read_state(&text, &state, e) < 0 ||
	    mb_pick_store(t, MB_PICK_RECORDS, e) < 0 ||
	    from_state(t->store, &state, &b, e) < 0)
		goto out;
	n.account = b.account;
	n.owner = b.owner;
	ret = b.until < mb_now() ? too_late(&b, e) :
				   redeem(&n, &b, &text, &state, e);
out:
	mb_enroll_end(&n, ret);
	clear(&b);
	mb_secret_clear(&text);
	mb_secret_clear(&state);
	return ret;
}
