/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ID token that comes with the token reply.  Input: one byte; if it is
 * 'j', the rest is a JWS as it comes, else it is the claims, which are encoded
 * here: base64url would keep most changes from being seen.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/form.h"
#include "tests/fuzz/fuzz.h"
#include "tools/idtoken.h"

static void put_claims(struct fuzz_in *in, struct mb_secret *jws)
{
	size_t n;

	fuzz_check(mb_secret_append_str(jws, "e30.") == 0);
	fuzz_check(mb_form_base64(jws, in->p, in->n) == 0);
	for (n = 0; n < jws->len; n++) {
		char c = jws->data[n];

		if (c == '=')
			break;
		jws->data[n] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	mb_secret_truncate(jws, n);
	fuzz_check(mb_secret_append_str(jws, ".c2ln") == 0);
}

static void check_claims(const struct mb_idtoken *t)
{
	static struct mb_credential c;
	char canon[MB_ADDRESS_MAX + 1];
	struct mb_err e = { 0 };
	int found = 0;

	(void)snprintf(c.name, sizeof(c.name), "work");
	(void)snprintf(c.issuer, sizeof(c.issuer), "https://i.example");
	for (int i = 0; i < MB_IDTOKEN_ADDRESSES; i++) {
		const char *a = t->address[i];

		fuzz_check(!*a || strchr(a, '@'));
		if (*a && mb_address_canon(a, canon, NULL) == 0) {
			found++;
			fuzz_check(mb_idtoken_is(t, a, NULL) == 0);
		}
	}
	/* Nobody else than one of those named passes for the one wanted. */
	if (mb_idtoken_is(t, "nobody@else.invalid", &e) < 0) {
		fuzz_check_err(&e);
		fuzz_check(found && e.id == MB_E_WRONG_ACCOUNT);
	} else {
		fuzz_check(!found || strcasestr(t->address[0], "nobody@") ||
			   strcasestr(t->address[1], "nobody@") ||
			   strcasestr(t->address[2], "nobody@") ||
			   strcasestr(t->address[3], "nobody@"));
	}
	if (mb_idtoken_check(t, &c, "n0nce", "a@x.org", &e) == 0)
		fuzz_check(t->for_client && strcmp(t->nonce, "n0nce") == 0);
	else
		fuzz_check_err(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	bool raw = fuzz_byte(&in) == 'j';
	struct mb_idtoken t = { .nonce = "kept" };
	struct mb_secret jws = { 0 };
	struct mb_err e = { 0 };

	if (raw)
		fuzz_rest(&in, &jws);
	else
		put_claims(&in, &jws);
	if (mb_idtoken_read(&t, &jws, "client", "a@x.org", &e) == 0) {
		fuzz_check(e.id == MB_E_NONE);
		check_claims(&t);
	} else {
		fuzz_check_err(&e);
		fuzz_check(strcmp(t.nonce, "kept") == 0);
	}
	mb_secret_clear(&jws);
	return 0;
}
