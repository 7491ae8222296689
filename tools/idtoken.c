/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "tools/idtoken.h"
#include "tools/redirect.h"

enum { CLOCK_S = 300 };

static int bad(struct mb_err *e, const char *account, const char *cause)
{
	mb_fail(e, MB_E_REPLY_BAD, account,
		"the provider's id_token %s; nothing saved", cause);
	return mb_remedy(e, "try again; if it stays so, leave openid out of the scope: mailbearer set NAME --scope SCOPE");
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/* Unpadded base64url; out is appended to. */
static int decode(const char *in, size_t n, struct mb_secret *out)
{
	unsigned bits = 0;
	int have = 0;

	if (n % 4 == 1 || mb_secret_reserve(out, n / 4 * 3 + 3) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int d = digit(in[i]);
		char byte;

		if (d < 0)
			return -1;
		bits = (bits << 6 | (unsigned)d) & 0xffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		byte = (char)(unsigned char)(bits >> have & 0xff);
		if (mb_secret_append(out, &byte, 1) < 0)
			return -1;
	}
	return 0;
}

/* The middle one of three parts, or NULL. */
static const char *payload(const struct mb_secret *jws, size_t *n)
{
	const char *s = mb_secret_str(jws);
	const char *first = memchr(s, '.', jws->len), *second;

	if (!first)
		return NULL;
	first++;
	second = memchr(first, '.', jws->len - (size_t)(first - s));
	if (!second || strchr(second + 1, '.'))
		return NULL;
	*n = (size_t)(second - first);
	return first;
}

static bool is_text(const json_t *v)
{
	return json_is_string(v) &&
	       strlen(json_string_value(v)) == json_string_length(v);
}

static void keep(char *dst, size_t size, const json_t *value)
{
	if (is_text(value) && json_string_length(value) < size)
		memcpy(dst, json_string_value(value),
		       json_string_length(value) + 1);
}

/* "aud" is a string or an array of strings (section 2). */
static bool audience_has(const json_t *aud, const char *client_id)
{
	size_t i;
	json_t *one;

	if (is_text(aud))
		return !strcmp(json_string_value(aud), client_id);
	json_array_foreach(aud, i, one) {
		if (is_text(one) && !strcmp(json_string_value(one), client_id))
			return true;
	}
	return false;
}

static void take(struct mb_idtoken *t, const json_t *claims,
		 const char *client_id)
{
	static const char *const names[MB_IDTOKEN_ADDRESSES] = {
		"email", "preferred_username", "upn", "unique_name",
	};
	const json_t *azp;
	double issued;

	for (int i = 0; i < MB_IDTOKEN_ADDRESSES; i++) {
		keep(t->address[i], sizeof(t->address[i]),
		     json_object_get(claims, names[i]));
		if (!strchr(t->address[i], '@'))
			t->address[i][0] = '\0';
	}
	keep(t->issuer, sizeof(t->issuer), json_object_get(claims, "iss"));
	keep(t->nonce, sizeof(t->nonce), json_object_get(claims, "nonce"));
	/* Section 3.1.3.7, items 3 to 5. */
	azp = json_object_get(claims, "azp");
	t->for_client = audience_has(json_object_get(claims, "aud"),
				     client_id) &&
			(!azp || audience_has(azp, client_id));
	issued = json_number_value(json_object_get(claims, "iat"));
	if (issued > 0 && issued < 1e12)
		t->issued_at = (int64_t)issued;
}

int mb_idtoken_read(struct mb_idtoken *t, const struct mb_secret *jws,
		    const char *client_id, const char *account,
		    struct mb_err *e)
{
	struct mb_secret text = { 0 };
	struct mb_idtoken out = { 0 };
	const char *middle;
	json_t *claims = NULL;
	size_t n = 0;
	int ret = -1;

	if (jws->len > MB_IDTOKEN_MAX) {
		bad(e, account, "is too long");
		goto out;
	}
	middle = payload(jws, &n);
	if (!middle || decode(middle, n, &text) < 0) {
		bad(e, account, "cannot be read");
		goto out;
	}
	claims = mb_json_read(&text, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(claims)) {
		bad(e, account, "cannot be read");
		goto out;
	}
	take(&out, claims, client_id);
	*t = out;
	ret = 0;
out:
	json_decref(claims);
	mb_secret_clear(&text);
	return ret;
}

/* Google's tokens may say "accounts.google.com" without the scheme. */
static bool issuer_fits(const struct mb_credential *c, const char *issuer)
{
	char with_scheme[MB_URL_MAX + 16];

	if (!issuer[0])
		return !c->issuer[0];
	if (mb_redirect_issuer_fits(c, issuer))
		return true;
	snprintf(with_scheme, sizeof(with_scheme), "https://%s", issuer);
	return !strcmp(with_scheme, c->issuer);
}

int mb_idtoken_check(const struct mb_idtoken *t, const struct mb_credential *c,
		     const char *nonce, const char *account, struct mb_err *e)
{
	if (!t->for_client)
		return bad(e, account, "is for another client");
	if (!issuer_fits(c, t->issuer))
		return bad(e, account, "is from another issuer");
	if (nonce && *nonce && strcmp(nonce, t->nonce) != 0)
		return bad(e, account, "answers another request (nonce differs)");
	return 0;
}

int64_t mb_idtoken_clock_min(const struct mb_idtoken *t, int64_t now)
{
	int64_t off = t->issued_at ? now - t->issued_at : 0;

	return off > -CLOCK_S && off < CLOCK_S ? 0 : off / 60;
}

int mb_idtoken_is(const struct mb_idtoken *t, const char *wanted,
		  struct mb_err *e)
{
	char want[MB_ADDRESS_MAX + 1], got[MB_ADDRESS_MAX + 1];
	char object[MB_ERR_OBJECT];
	const char *who = NULL;

	if (mb_address_canon(wanted, want, e) < 0)
		return -1;
	for (int i = 0; i < MB_IDTOKEN_ADDRESSES; i++) {
		if (mb_address_canon(t->address[i], got, NULL) < 0)
			continue;
		if (!strcmp(want, got))
			return 0;
		if (!who)
			who = t->address[i];
	}
	if (!who)
		return 0;
	snprintf(object, sizeof(object), "signed in as %.480s,", who);
	mb_fail(e, MB_E_WRONG_ACCOUNT, object,
		" wanted %.300s; nothing saved", wanted);
	return mb_remedy(e, "use a private window, or for a shared mailbox: --as %.300s",
			 who);
}
