/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The authorization response: as the listener's request target, and as
 * somebody pastes it.  Input: one byte (lowest bit: which), two lines (the
 * credential's issuer, the callback URL), and the target or what was pasted.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/callback.h"
#include "tools/redirect.h"

static const char state_text[] = "st4te-of-this-sign-in";

static bool no_control(const struct mb_secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if ((unsigned char)s->data[i] < 0x20 || s->data[i] == 0x7f)
			return false;
	return true;
}

static void check_read(const struct mb_redirect *r)
{
	fuzz_check(r->code.len <= MB_REDIRECT_CODE_MAX &&
		   no_control(&r->code));
	fuzz_check(r->state.len <= MB_REDIRECT_CODE_MAX &&
		   no_control(&r->state));
	fuzz_check(fuzz_printable(r->iss) && fuzz_printable(r->error) &&
		   fuzz_printable(r->error_description));
}

/* A code is good only with our state, of our issuer, without an error. */
static void check_judged(const struct mb_redirect *r,
			 const struct mb_credential *c)
{
	struct mb_secret state = { 0 }, none = { 0 };
	struct mb_err e = { 0 };
	enum mb_verdict v;
	bool ours;

	fuzz_check(mb_secret_append_str(&state, state_text) == 0);
	ours = mb_secret_equal(&r->state, &state);
	v = mb_redirect_judge(r, &state, c, "a@x.org", &e);
	if (v == MB_VERDICT_CODE) {
		fuzz_check(e.id == MB_E_NONE && ours && r->code.len > 0 &&
			   !r->error[0]);
		fuzz_check(!r->iss[0] || mb_redirect_issuer_fits(c, r->iss));
	} else {
		fuzz_check_err(&e);
		fuzz_check(ours || v == MB_VERDICT_IGNORE);
	}
	fuzz_check(mb_redirect_judge(r, &none, c, "a@x.org", NULL) ==
		   MB_VERDICT_IGNORE);
	mb_secret_clear(&state);
}

/* Without a tenant and without a {placeholder} there is one issuer. */
static void check_issuer(const struct mb_credential *c, const char *iss)
{
	if (c->issuer[0] && !strchr(c->issuer, '{') && !c->tenant[0])
		fuzz_check(mb_redirect_issuer_fits(c, iss) ==
			   !strcmp(c->issuer, iss));
}

static bool read_it(struct mb_redirect *r, struct fuzz_in *in,
		    const char *callback, bool pasted, struct mb_err *e)
{
	struct mb_callback cb;
	struct mb_secret text = { 0 };
	char uri[MB_URL_MAX + 1], *target;
	const char *query;
	size_t n;
	int ret = -1;

	if (mb_callback_parse(&cb, callback, e) < 0 ||
	    mb_callback_uri(&cb, 4711, uri, e) < 0)
		return false;
	if (pasted) {
		fuzz_rest(in, &text);
		ret = mb_redirect_pasted(r, &text, uri, e);
	} else {
		target = fuzz_line(in);
		if (mb_redirect_target(target, cb.path, &query, &n)) {
			fuzz_check(query >= target && query + n ==
				   target + strlen(target));
			ret = mb_redirect_query(r, query, n, e);
		} else {
			mb_fail(e, MB_E_BAD_REDIRECT, "target", "elsewhere");
		}
		free(target);
	}
	mb_secret_clear(&text);
	return ret == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mb_credential c;
	struct fuzz_in in = fuzz_of(data, size);
	unsigned int how = fuzz_byte(&in);
	char *issuer = fuzz_line(&in), *callback = fuzz_line(&in);
	struct mb_redirect r = { .error = "kept" };
	struct mb_err e = { 0 };

	(void)snprintf(c.name, sizeof(c.name), "work");
	(void)snprintf(c.issuer, sizeof(c.issuer), "%s", issuer);
	(void)snprintf(c.tenant, sizeof(c.tenant), "%s",
		       how & 2 ? "contoso.com" : "");
	if (read_it(&r, &in, callback, how & 1, &e)) {
		fuzz_check(e.id == MB_E_NONE);
		check_read(&r);
		check_judged(&r, &c);
		check_issuer(&c, r.iss);
	} else {
		fuzz_check_err(&e);
		fuzz_check(strcmp(r.error, "kept") == 0);
	}
	mb_redirect_clear(&r);
	free(issuer);
	free(callback);
	return 0;
}
