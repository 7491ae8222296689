/* SPDX-License-Identifier: BSD-2-Clause */
/* What a client credential may hold, and its digest. */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/keypair.h"
#include "lib/url.h"

enum { LIFETIME_MAX = 10 * 366 * 86400 };

struct checked {
	const struct mb_credential *c;
	struct mb_err *e;
	char object[MB_NAME_MAX + 32];
};

static int bad(const struct checked *k, enum mb_id id, const char *member,
	       const char *what)
{
	mb_fail(k->e, id, k->object, "%s %s", member, what);
	return mb_remedy(k->e, "run: mailbearer help set");
}

/* mb_name_valid() is the engine's, which the http module does not link. */
static bool name_fits(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= MB_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

/* Bytes from lo to 0x7e, and no other. */
static bool ascii_from(const char *s, unsigned char lo)
{
	for (; *s; s++)
		if ((unsigned char)*s < lo || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

static bool has_control(const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

/* https, or http to this very host: there is no network to listen on. */
static int check_url(const struct checked *k, const char *member,
		     const char *url, bool query_ok)
{
	struct mb_url u;

	if (strchr(url, '{'))
		return bad(k, MB_E_BAD_ENDPOINT, member,
			   "has a {placeholder} that was not filled in");
	if (mb_url_parse(url, &u) < 0)
		return bad(k, MB_E_BAD_ENDPOINT, member,
			   "is not a complete URL");
	if (u.userinfo)
		return bad(k, MB_E_BAD_ENDPOINT, member,
			   "may not contain a user name");
	if (u.fragment)
		return bad(k, MB_E_BAD_ENDPOINT, member,
			   "may not contain a \"#\"");
	if (u.query && !query_ok)
		return bad(k, MB_E_BAD_ENDPOINT, member,
			   "may not contain a \"?\"");
	if (strcmp(u.scheme, "https") == 0 ||
	    (strcmp(u.scheme, "http") == 0 && mb_url_is_loopback(&u)))
		return 0;
	return bad(k, MB_E_BAD_ENDPOINT, member,
		   "must begin with https:// (http:// only for this host "
		   "itself)");
}

static int check_urls(const struct checked *k)
{
	const struct mb_credential *c = k->c;

	const struct {
		const char *member;
		const char *url;
		bool query_ok;
	} urls[] = {
		{ "token_endpoint", c->token_endpoint, true },
		{ "authorization_endpoint", c->authorization_endpoint, true },
		{ "device_endpoint", c->device_endpoint, true },
		{ "revocation_endpoint", c->revocation_endpoint, true },
		{ "callback_url", c->callback_url, true },
		{ "issuer", c->issuer, false },
	};

	if (!c->token_endpoint[0] && mb_grant_kind(c->grant)->needs_endpoint)
		return bad(k, MB_E_BAD_ENDPOINT, "token_endpoint",
			   "is missing");
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (urls[i].url[0] && check_url(k, urls[i].member, urls[i].url,
						urls[i].query_ok) < 0)
			return -1;
	return 0;
}

static int check_proxy(const struct checked *k)
{
	static const char *const schemes[] = { "http", "https", "socks5",
		"socks5h", "socks4", "socks4a" };
	const char *proxy = k->c->proxy;
	struct mb_url u;

	if (!proxy[0])
		return 0;
	if (mb_url_parse(proxy, &u) < 0 || u.query || u.fragment ||
	    (proxy[u.path] && strcmp(proxy + u.path, "/") != 0))
		return bad(k, MB_E_BAD_ENDPOINT, "proxy",
			   "is not SCHEME://HOST:PORT");
	/* It would be shown and logged like any other field. */
	if (u.userinfo)
		return bad(k, MB_E_BAD_ENDPOINT, "proxy",
			   "may not contain a user name or password");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(u.scheme, schemes[i]) == 0)
			return 0;
	return bad(k, MB_E_BAD_ENDPOINT, "proxy",
		   "must be http, https, socks4, socks4a, socks5 or socks5h");
}

/* Words, one blank between them; each a host name or "*.domain" or "*". */
static int check_hosts(const struct checked *k)
{
	const char *p = k->c->hosts;

	if (!*p && strcmp(k->c->provider, "custom") != 0)
		return bad(k, MB_E_CONFIG_VALUE, "hosts",
			   "is empty: no mail server would ever get a token");
	while (*p) {
		size_t n = strcspn(p, " ");
		size_t skip = n > 2 && p[0] == '*' && p[1] == '.' ? 2 : 0;

		if (n == 1 && *p == '*')
			skip = 1;
		if (n == 0 || n > 255 || p[skip] == '.' ||
		    strspn(p + skip, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789.-_:") < n - skip)
			return bad(k, MB_E_CONFIG_VALUE, "hosts",
				   "has an entry that is neither HOST nor "
				   "*.DOMAIN");
		p += n;
		if (*p == ' ' && !*++p)
			return bad(k, MB_E_CONFIG_VALUE, "hosts",
				   "ends in a blank");
	}
	return 0;
}

static int check_client(const struct checked *k)
{
	const struct mb_credential *c = k->c;
	bool secret = c->client_secret.len > 0;

	if (!c->client_id[0] && mb_grant_kind(c->grant)->needs_endpoint)
		return bad(k, MB_E_CONFIG_VALUE, "client_id", "is missing");
	if (!ascii_from(c->client_id, 0x20))
		return bad(k, MB_E_CONFIG_VALUE, "client_id",
			   "may only have printable ASCII characters");
	if (has_control(c->client_secret.data, c->client_secret.len))
		return bad(k, MB_E_CONFIG_VALUE, "client_secret",
			   "has a control character (a line end?)");
	if (c->client_secret.len > MB_CLIENT_SECRET_MAX)
		return bad(k, MB_E_CONFIG_VALUE, "client_secret",
			   "is too long");
	if (c->auth_method == MB_AUTH_NONE && secret)
		return bad(k, MB_E_CONFIG_VALUE, "auth_method",
			   "is \"none\", but there is a client secret");
	if ((c->auth_method == MB_AUTH_POST ||
	     c->auth_method == MB_AUTH_BASIC) && !secret)
		return bad(k, MB_E_CONFIG_VALUE, "auth_method",
			   "needs a client secret, and there is none");
	if (c->auth_method == MB_AUTH_KEY && !c->private_key.len)
		return bad(k, MB_E_CONFIG_VALUE, "auth_method",
			   "needs a private_key, and there is none");
	return 0;
}

static int check_key(const struct checked *k)
{
	const char *member, *what = mb_keypair_trouble(k->c, &member);

	if (what)
		return bad(k, MB_E_CONFIG_VALUE, member, what);
	if (!ascii_from(k->c->key_id, 0x21) || strpbrk(k->c->key_id, "\"\\"))
		return bad(k, MB_E_CONFIG_VALUE, "key_id",
			   "has a character that no key id has");
	return 0;
}

static bool is_date(const char *s)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
				    30, 31 };
	int month, day;

	for (size_t i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	month = (s[5] - '0') * 10 + s[6] - '0';
	day = (s[8] - '0') * 10 + s[9] - '0';
	return s[10] == '\0' && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1];
}

/* What the grant cannot do without. */
static int check_grant(const struct checked *k)
{
	const struct mb_credential *c = k->c;

	if (c->client_secret_expires[0] && !is_date(c->client_secret_expires))
		return bad(k, MB_E_CONFIG_VALUE, "client_secret_expires",
			   "is not a date, YYYY-MM-DD");
	if (c->grant == MB_GRANT_CLIENT_CREDENTIALS &&
	    c->auth_method == MB_AUTH_NONE)
		return bad(k, MB_E_CONFIG_VALUE, "grant", "client_credentials "
			   "needs a client secret or a private_key");
	if (c->grant == MB_GRANT_JWT_BEARER && !c->private_key.len)
		return bad(k, MB_E_CONFIG_VALUE, "grant",
			   "jwt_bearer needs a private_key");
	if ((c->grant == MB_GRANT_COMMAND) != (c->command.len > 0))
		return bad(k, MB_E_CONFIG_VALUE, "command", c->command.len ?
			   "belongs to grant command" : "is missing");
	if (c->command.len && c->command.data[0] != '/')
		return bad(k, MB_E_CONFIG_VALUE, "command",
			   "does not begin with the program's full path");
	return 0;
}

static int check_ca(const struct checked *k)
{
	const struct mb_secret *ca = &k->c->ca_pem;
	static const char begin[] = "-----BEGIN CERTIFICATE-----";

	if (ca->len && !memmem(ca->data, ca->len, begin, sizeof(begin) - 1))
		return bad(k, MB_E_CONFIG_VALUE, "ca",
			   "is not a certificate in PEM form");
	if (ca->len && memmem(ca->data, ca->len, "PRIVATE KEY-----", 16))
		return bad(k, MB_E_CONFIG_VALUE, "ca",
			   "contains a private key; only the certificate "
			   "belongs here");
	return 0;
}

int mb_credential_check(const struct mb_credential *c, struct mb_err *e)
{
	struct checked k = { .c = c, .e = e };

	snprintf(k.object, sizeof(k.object), "client credential %s", c->name);
	if (!name_fits(c->name)) {
		mb_fail(e, MB_E_BAD_NAME, k.object, "a name has 1 to 64 of "
			"a-z, 0-9, \".\", \"_\" and \"-\"");
		return mb_remedy(e, "choose another name");
	}
	if (!name_fits(c->provider))
		return bad(&k, MB_E_CONFIG_VALUE, "provider",
			   c->provider[0] ? "is not a name" : "is missing");
	if (!ascii_from(c->tenant, 0x21) || strpbrk(c->tenant, "/?#%\\"))
		return bad(&k, MB_E_CONFIG_VALUE, "tenant",
			   "is neither an id nor a domain");
	if (!ascii_from(c->scope, 0x20) || strpbrk(c->scope, "\"\\"))
		return bad(&k, MB_E_CONFIG_VALUE, "scope",
			   "has a character that no scope has");
	if (!ascii_from(c->authorization_extra, 0x21) ||
	    strpbrk(c->authorization_extra, "#\"<>\\"))
		return bad(&k, MB_E_CONFIG_VALUE, "authorization_extra",
			   "is not name=value&name=value");
	if (c->token_lifetime < 0 || c->token_lifetime > LIFETIME_MAX)
		return bad(&k, MB_E_CONFIG_VALUE, "token_lifetime",
			   "is out of range");
	if (check_client(&k) < 0 || check_urls(&k) < 0 ||
	    check_proxy(&k) < 0 || check_hosts(&k) < 0 ||
	    check_key(&k) < 0 || check_grant(&k) < 0)
		return -1;
	return check_ca(&k);
}

static int digest_field(struct mb_secret *s, const char *name,
			const char *data, size_t n)
{
	char head[64];

	snprintf(head, sizeof(head), "%s %zu ", name, n);
	return mb_secret_append_str(s, head) < 0 ||
	       mb_secret_append(s, data, n) < 0 ||
	       mb_secret_append_str(s, "\n") < 0 ? -1 : 0;
}

/* Only what is set: digests of what needs none of it stay as they were. */
static int digest_grant(struct mb_secret *s, const struct mb_credential *c)
{
	const char *name = mb_grant_kind(c->grant)->name;
	char alg[2] = { (char)('0' + (int)c->algorithm), '\0' };

	if ((c->grant != MB_GRANT_CODE &&
	     digest_field(s, "grant", name, strlen(name)) < 0) ||
	    (c->private_key.len &&
	     (digest_field(s, "key", c->private_key.data,
			   c->private_key.len) < 0 ||
	      digest_field(s, "certificate", c->certificate.data,
			   c->certificate.len) < 0 ||
	      digest_field(s, "kid", c->key_id, strlen(c->key_id)) < 0 ||
	      digest_field(s, "alg", alg, 1) < 0)) ||
	    (c->command.len &&
	     digest_field(s, "command", c->command.data,
			  c->command.len) < 0))
		return -1;
	return 0;
}

int mb_credential_digest(const struct mb_credential *c, char digest[65],
			 struct mb_err *e)
{
	struct mb_secret s = {0};
	unsigned char md[32];
	char method[2] = { (char)('0' + (int)c->auth_method), '\0' };
	int ret = -1;

	if (mb_secret_append_str(&s, "mailbearer credential 1\n") < 0 ||
	    digest_field(&s, "id", c->client_id, strlen(c->client_id)) < 0 ||
	    digest_field(&s, "secret", c->client_secret.data,
			 c->client_secret.len) < 0 ||
	    digest_field(&s, "method", method, 1) < 0 ||
	    digest_field(&s, "endpoint", c->token_endpoint,
			 strlen(c->token_endpoint)) < 0 ||
	    digest_field(&s, "scope", c->scope, strlen(c->scope)) < 0 ||
	    digest_field(&s, "proxy", c->proxy, strlen(c->proxy)) < 0 ||
	    digest_field(&s, "ca", c->ca_pem.data, c->ca_pem.len) < 0 ||
	    digest_grant(&s, c) < 0) {
		mb_fail(e, MB_E_NOMEM, c->name, "out of memory");
		goto out;
	}
	if (EVP_Digest(s.data, s.len, md, NULL, EVP_sha256(), NULL) != 1) {
		mb_fail(e, MB_E_CRYPTO, c->name, "SHA-256 is not available");
		goto out;
	}
	for (size_t i = 0; i < sizeof(md); i++)
		snprintf(digest + 2 * i, 3, "%02x", md[i]);
	ret = 0;
out:
	mb_secret_clear(&s);
	return ret;
}
