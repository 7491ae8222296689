/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/assertion.h"

#include <jansson.h>
#include <jose/b64.h>
#include <jose/jws.h>
#include <jose/openssl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "lib/keypair.h"

enum { JTI_BYTES = 16 };

/* libjose would tell stderr. */
static void say_nothing(void *misc, const char *file, int line, uint64_t err,
			const char *fmt, va_list ap)
{
	(void)misc;
	(void)file;
	(void)line;
	(void)err;
	(void)fmt;
	(void)ap;
}

static void free_json(json_t *j)
{
	const char *key, *s;
	json_t *value;
	char *at;

	json_object_foreach(j, key, value) {
		s = json_string_value(value);
		if (!s)
			continue;
		memcpy(&at, &s, sizeof(at));
		mb_wipe(at, strlen(at));
	}
	json_decref(j);
}

static const char *algorithm_name(enum mb_key_alg a)
{
	switch (a) {
	case MB_ALG_PS256:
		return "PS256";
	case MB_ALG_ES256:
		return "ES256";
	default:
		return "RS256";
	}
}

/* RFC 7523 section 3. */
static json_t *claims(const struct mb_assertion *a)
{
	const struct mb_credential *c = a->credential;
	unsigned char id[JTI_BYTES];
	char hex[2 * JTI_BYTES + 1];
	json_t *j;

	if (RAND_bytes(id, sizeof(id)) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(id); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", id[i]);
	j = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}",
		      "iss", c->client_id, "sub", a->subject,
		      "aud", c->token_endpoint, "jti", hex,
		      "iat", (json_int_t)a->now, "nbf", (json_int_t)a->now,
		      "exp", (json_int_t)(a->now + a->lifetime));
	if (j && a->scope &&
	    json_object_set_new(j, "scope", json_string(a->scope)) < 0) {
		json_decref(j);
		return NULL;
	}
	return j;
}

/* RFC 7515 section 4.1. */
static json_t *header(const struct mb_credential *c, enum mb_key_alg alg)
{
	unsigned char md[32];
	json_t *j = json_pack("{s:s, s:s}", "typ", "JWT", "alg",
			      algorithm_name(alg));

	if (j && c->key_id[0] &&
	    json_object_set_new(j, "kid", json_string(c->key_id)) < 0)
		goto fail;
	if (j && c->certificate.len &&
	    (mb_keypair_thumbprint(c, md) < 0 ||
	     json_object_set_new(j, "x5t#S256",
				 jose_b64_enc(md, sizeof(md))) < 0))
		goto fail;
	return j;
fail:
	json_decref(j);
	return NULL;
}

static json_t *jwk_of(jose_cfg_t *cfg, const struct mb_credential *c,
		      enum mb_key_alg *alg)
{
	EVP_PKEY *key = mb_keypair_key(c);
	json_t *jwk = NULL;

	if (key) {
		*alg = mb_keypair_algorithm(c, key);
		jwk = jose_openssl_jwk_from_EVP_PKEY(cfg, key);
	}
	EVP_PKEY_free(key);
	return jwk;
}

static int join(const json_t *jws, struct mb_secret *out)
{
	static const char *const parts[] = { "protected", "payload",
					     "signature" };
	struct mb_secret all = {0};
	const char *s;

	for (size_t i = 0; i < 3; i++) {
		s = json_string_value(json_object_get(jws, parts[i]));
		if (!s || (i > 0 && mb_secret_append_str(&all, ".") < 0) ||
		    mb_secret_append_str(&all, s) < 0) {
			mb_secret_clear(&all);
			return -1;
		}
	}
	mb_secret_move(out, &all);
	return 0;
}

static int sign(jose_cfg_t *cfg, const struct mb_assertion *a,
		struct mb_secret *out)
{
	enum mb_key_alg alg = MB_ALG_AUTO;
	json_t *jwk = jwk_of(cfg, a->credential, &alg);
	json_t *payload = claims(a), *jws = NULL, *sig = NULL;
	int ret = -1;

	if (jwk && payload)
		jws = json_pack("{s:o}", "payload", jose_b64_enc_dump(payload));
	if (jws)
		sig = json_pack("{s:o}", "protected",
				header(a->credential, alg));
	if (sig && jose_jws_sig(cfg, jws, sig, jwk))
		ret = join(jws, out);
	json_decref(payload);
	json_decref(jws);
	json_decref(sig);
	free_json(jwk);
	return ret;
}

int mb_assertion_make(const struct mb_assertion *a, struct mb_secret *out,
		      struct mb_err *e)
{
	char object[MB_NAME_MAX + 32];
	jose_cfg_t *cfg;
	int ret;

	if (mb_keypair_check_time(a->credential, a->now, e) < 0)
		return -1;
	(void)snprintf(object, sizeof(object), "client credential %s",
		       a->credential->name);
	cfg = jose_cfg();
	if (!cfg)
		return mb_fail(e, MB_E_NOMEM, object, "out of memory");
	jose_cfg_set_err_func(cfg, say_nothing, NULL);
	ret = sign(cfg, a, out);
	jose_cfg_decref(cfg);
	if (ret == 0)
		return 0;
	mb_fail(e, MB_E_CRYPTO, object, "its private key cannot sign with %s",
		algorithm_name(a->credential->algorithm));
	return mb_remedy(e, "run: mailbearer set %s --key-file FILE",
			 a->credential->name);
}
