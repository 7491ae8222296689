/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8414 and OpenID Connect discovery documents. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "lib/discovery.h"

static void the_two_places_are_those_of_the_standards(void **state)
{
	static const struct {
		const char *issuer, *oauth, *openid;
	} cases[] = {
		/* RFC 8414 section 3.1 */
		{ "https://example.com",
		  "https://example.com/.well-known/oauth-authorization-server",
		  "https://example.com/.well-known/openid-configuration" },
		{ "https://example.com/issuer1",
		  "https://example.com/.well-known/oauth-authorization-server/issuer1",
		  "https://example.com/issuer1/.well-known/openid-configuration" },
		{ "https://id.x.org:8443/application/o/mail/",
		  "https://id.x.org:8443/.well-known/oauth-authorization-server/application/o/mail",
		  "https://id.x.org:8443/application/o/mail/.well-known/openid-configuration" },
		{ "http://[::1]:80/",
		  "http://[::1]:80/.well-known/oauth-authorization-server",
		  "http://[::1]:80/.well-known/openid-configuration" },
	};
	char url[MB_URL_MAX + 1];
	struct mb_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(mb_discovery_url(cases[i].issuer,
			MB_DISCOVERY_OAUTH, url, &e), 0);
		assert_string_equal(url, cases[i].oauth);
		assert_int_equal(mb_discovery_url(cases[i].issuer,
			MB_DISCOVERY_OPENID, url, &e), 0);
		assert_string_equal(url, cases[i].openid);
	}
}

static void what_is_no_issuer_is_refused(void **state)
{
	static const char *const bad[] = { "", "example.com",
		"http://example.com", "ftp://example.com", "https://a@x.org",
		"https://x.org/?a", "https://x.org/#a", "https://x.org/{tenant}",
		"https:///x" };
	char url[MB_URL_MAX + 1] = "untouched", longest[MB_URL_MAX + 1];
	struct mb_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (mb_discovery_url(bad[i], MB_DISCOVERY_OAUTH, url, &e) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(e.id, MB_E_BAD_ENDPOINT);
	}
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "https://x.org/", 14);
	longest[MB_URL_MAX] = '\0';
	assert_int_equal(mb_discovery_url(longest, MB_DISCOVERY_OPENID, url,
					  &e), -1);
	assert_string_equal(url, "untouched");
}

#define ISSUER "https://id.x.org/realms/mail"

static int reads(long status, const char *body, struct mb_discovery *d,
		 struct mb_err *e)
{
	struct mb_http_reply reply = { .status = status };
	int ret;

	mb_err_clear(e);
	assert_int_equal(mb_secret_append_str(&reply.body, body), 0);
	ret = mb_discovery_read(d, ISSUER, &reply, e);
	mb_http_reply_clear(&reply);
	return ret;
}

#define DOC(more) "{\"issuer\":\"" ISSUER "\"," \
	"\"authorization_endpoint\":\"https://id.x.org/auth\"," \
	"\"token_endpoint\":\"https://id.x.org/token\"" more "}"

/* As Keycloak has it, shortened. */
static void a_document_fills_the_endpoints(void **state)
{
	struct mb_discovery d = {0};
	struct mb_err e = {0};

	(void)state;
	if (reads(200, DOC(",\"device_authorization_endpoint\":"
		"\"https://id.x.org/auth/device\",\"revocation_endpoint\":"
		"\"https://id.x.org/revoke\",\"code_challenge_methods_supported\":"
		"[\"plain\",\"S256\"],\"scopes_supported\":[\"openid\",\"email\","
		"\"offline_access\"],\"token_endpoint_auth_methods_supported\":"
		"[\"private_key_jwt\",\"client_secret_basic\"]"), &d, &e) != 0)
		fail_msg("%s", e.cause);
	assert_string_equal(d.authorization_endpoint, "https://id.x.org/auth");
	assert_string_equal(d.token_endpoint, "https://id.x.org/token");
	assert_string_equal(d.device_endpoint, "https://id.x.org/auth/device");
	assert_string_equal(d.revocation_endpoint, "https://id.x.org/revoke");
	assert_true(d.openid && d.email && d.offline_access && d.scopes);
	assert_int_equal(d.method, MB_AUTH_BASIC);
	assert_int_equal(reads(200, DOC(",\"token_endpoint_auth_methods_supported\":"
		"[\"client_secret_post\"]"), &d, &e), 0);
	assert_int_equal(d.method, MB_AUTH_POST);
	assert_string_equal(d.device_endpoint, "");
	assert_false(d.scopes);
}

static void what_is_no_document_is_looked_for_elsewhere(void **state)
{
	struct mb_discovery d = { .openid = true };
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(reads(404, DOC(""), &d, &e), 1);
	assert_int_equal(reads(200, "<!DOCTYPE html>", &d, &e), 1);
	assert_int_equal(reads(200, "[]", &d, &e), 1);
	assert_int_equal(reads(200, "", &d, &e), 1);
	assert_int_equal(reads(200, "{\"issuer\":\"a\",\"issuer\":\"b\"}", &d,
			       &e), 1);
	assert_true(d.openid);
}

static void a_wrong_document_is_refused(void **state)
{
	static const struct {
		const char *body, *cause;
	} cases[] = {
		{ "{}", "of another issuer, \"\"" },
		{ "{\"issuer\":\"https://evil.example\",\"token_endpoint\":"
		  "\"https://evil.example/token\"}",
		  "of another issuer, \"https://evil.example\"" },
		{ "{\"issuer\":\"" ISSUER "/\",\"token_endpoint\":\"https://x.org/\"}",
		  "of another issuer, \"" ISSUER "/\"" },
		{ "{\"issuer\":[\"" ISSUER "\"]}", "of another issuer" },
		{ DOC(",\"code_challenge_methods_supported\":[\"plain\"]"),
		  "PKCE without S256" },
		{ DOC(",\"code_challenge_methods_supported\":[]"),
		  "PKCE without S256" },
		{ "{\"issuer\":\"" ISSUER "\"}", "no token endpoint" },
		{ "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":"
		  "\"http://id.x.org/token\"}",
		  "its token_endpoint is not an https URL" },
		{ "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":"
		  "\"http://127.0.0.1:8080/token\"}",
		  "its token_endpoint is at this host itself" },
		{ DOC(",\"revocation_endpoint\":\"https://localhost/\""),
		  "its revocation_endpoint is at this host itself" },
		{ DOC(",\"device_authorization_endpoint\":7"),
		  "its device_authorization_endpoint is not" },
		{ DOC(",\"revocation_endpoint\":\"https://x.org/\\u0000\""),
		  "its revocation_endpoint is not" },
	};
	struct mb_discovery d = { .openid = true };
	struct mb_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int ret = reads(200, cases[i].body, &d, &e);

		/* A NUL in a string is no JSON to jansson: not a document. */
		if (ret == 1 && strstr(cases[i].body, "u0000"))
			continue;
		if (ret != -1 || !strstr(e.cause, cases[i].cause))
			fail_msg("%s: %d %s", cases[i].body, ret, e.cause);
		assert_string_equal(e.object, ISSUER);
	}
	assert_true(d.openid);
}

/* The remedy is there to be pasted. */
static void a_strangers_words_are_no_shell_command(void **state)
{
	static const char *const bad[] = { "https://x.org/;reboot",
		"https://x.org/$(reboot)", "https://x.org/`reboot`",
		"https://x.org/|reboot", "https://x.org/'", "x reboot", "" };
	struct mb_discovery d = {0};
	struct mb_err e = {0};
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(body, sizeof(body), "{\"issuer\":\"%s\"}",
			       bad[i]);
		assert_int_equal(reads(200, body, &d, &e), -1);
		if (!strstr(e.remedy, "--issuer URL"))
			fail_msg("%s", e.remedy);
	}
	assert_int_equal(reads(200, "{\"issuer\":\"" ISSUER "/\"}", &d, &e),
			 -1);
	assert_non_null(strstr(e.remedy, "--issuer " ISSUER "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_two_places_are_those_of_the_standards),
		cmocka_unit_test(what_is_no_issuer_is_refused),
		cmocka_unit_test(a_document_fills_the_endpoints),
		cmocka_unit_test(what_is_no_document_is_looked_for_elsewhere),
		cmocka_unit_test(a_wrong_document_is_refused),
		cmocka_unit_test(a_strangers_words_are_no_shell_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
