/* SPDX-License-Identifier: BSD-2-Clause */
/* The http module as the engine sees it, and against a token endpoint. */
#include "config.h"

#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/credfile.h"
#include "lib/paths.h"
#include "lib/redeem.h"
#include "tests/fake/fake.h"

static struct fake_tokend server;
static struct mb_credential client;
static struct mb_secret refresh_token;
static struct mb_grant grant;
static struct mb_err err;
static const struct mb_patience patience = { 5000, 5000 };
static char log_path[] = "/tmp/mb-redeem-XXXXXX";

static int begin(void **state)
{
	const char *const args[] = { "--access", "marker-access-", "--refresh",
		"marker-refresh-", "--log", log_path, "rotate", NULL };

	(void)state;
	if (truncate(log_path, 0) < 0 || fake_tokend_start(&server, args) < 0)
		return -1;
	snprintf(client.name, sizeof(client.name), "work");
	snprintf(client.client_id, sizeof(client.client_id), "id");
	snprintf(client.token_endpoint, sizeof(client.token_endpoint),
		 "http://127.0.0.1:%d/token", server.port);
	return mb_secret_set(&refresh_token, "marker-refresh-0", 16);
}

static int end(void **state)
{
	(void)state;
	fake_tokend_stop(&server);
	mb_grant_clear(&grant);
	mb_credential_clear(&client);
	mb_secret_clear(&refresh_token);
	mb_err_clear(&err);
	return 0;
}

static enum mb_outcome refresh(void)
{
	char line[MB_ERR_LINE];
	enum mb_outcome outcome;

	mb_err_clear(&err);
	outcome = mailbearer_http.refresh(&client, "a@x.org", 86400,
					  &refresh_token, &patience, &grant,
					  &err);
	assert_null(strstr(mb_err_line(&err, line, sizeof(line)), "marker"));
	return outcome;
}

static void told(const char *answer, enum mb_outcome outcome, enum mb_id id)
{
	assert_int_equal(fake_tokend_answers(&server, answer), 0);
	if (refresh() != outcome)
		fail_msg("%s: %s", answer, err.cause);
	assert_int_equal(err.id, id);
}

static void refresh_brings_a_token_and_the_rotated_one(void **state)
{
	(void)state;
	assert_int_equal(refresh(), MB_OUT_GRANTED);
	assert_string_equal(grant.access_token.data, "marker-access-1");
	assert_string_equal(grant.refresh_token.data, "marker-refresh-1");
	assert_in_range(grant.expires_at - mb_now(), 3590, 3600);
	/* the old one is void now */
	assert_int_equal(refresh(), MB_OUT_TOKEN_DEAD);
	assert_int_equal(err.id, MB_E_SIGN_IN_NEEDED);
	assert_int_equal(mb_secret_set(&refresh_token, "marker-refresh-1", 16),
			 0);
	assert_int_equal(refresh(), MB_OUT_GRANTED);
	assert_string_equal(grant.refresh_token.data, "marker-refresh-2");
}

static void what_leaves_is_exactly_this(void **state)
{
	char line[1024] = "";
	FILE *f;

	(void)state;
	client.auth_method = MB_AUTH_BASIC;
	assert_int_equal(mb_secret_set(&client.client_secret, "a+b c&d", 7),
			 0);
	assert_int_equal(refresh(), MB_OUT_GRANTED);
	f = fopen(log_path, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	/* base64("id:a%2Bb%20c%26d") */
	assert_string_equal(line, "/token Basic aWQ6YSUyQmIlMjBjJTI2ZA== "
		"grant_type=refresh_token&refresh_token=marker-refresh-0\n");
	fclose(f);
}

static void each_answer_has_its_outcome(void **state)
{
	(void)state;
	told("error=invalid_grant", MB_OUT_TOKEN_DEAD, MB_E_SIGN_IN_NEEDED);
	told("error=invalid_client:401", MB_OUT_CONFIG, MB_E_CLIENT_REFUSED);
	told("error=invalid_request", MB_OUT_CONFIG, MB_E_CLIENT_REFUSED);
	told("error=unauthorized_client", MB_OUT_CONFIG, MB_E_CLIENT_REFUSED);
	told("error=unsupported_grant_type", MB_OUT_CONFIG,
	     MB_E_CLIENT_REFUSED);
	told("error=invalid_scope", MB_OUT_CONFIG, MB_E_CLIENT_REFUSED);
	told("error=interaction_required", MB_OUT_PERSON,
	     MB_E_SIGN_IN_NEEDED);
	told("error=server_error", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	told("status=408", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	told("status=429:7", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	assert_int_equal(grant.retry_after, 7);
	told("status=500", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	assert_int_equal(grant.retry_after, 0);
	told("status=502", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	told("status=503", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	told("status=504", MB_OUT_TRANSIENT, MB_E_PROVIDER_BUSY);
	told("html", MB_OUT_TRANSIENT, MB_E_REPLY_BAD);
	told("empty", MB_OUT_TRANSIENT, MB_E_REPLY_BAD);
	told("huge", MB_OUT_TRANSIENT, MB_E_REPLY_BAD);
	told("redirect=https://evil.example/", MB_OUT_TRANSIENT,
	     MB_E_REPLY_BAD);
	assert_non_null(strstr(err.cause, "https://evil.example"));
	told("cut-headers", MB_OUT_TRANSIENT, MB_E_NETWORK);
	told("cut-body", MB_OUT_TRANSIENT, MB_E_NETWORK);
}

static void an_echo_of_the_token_is_not_repeated(void **state)
{
	(void)state;
	told("error=brand_new:400:token marker-refresh-0 is odd",
	     MB_OUT_TRANSIENT, MB_E_REPLY_BAD);
}

static void a_rotated_token_survives_a_useless_reply(void **state)
{
	(void)state;
	told("json={\"refresh_token\":\"marker-new\",\"access_token\":5}",
	     MB_OUT_TRANSIENT, MB_E_REPLY_BAD);
	assert_string_equal(grant.refresh_token.data, "marker-new");
	assert_int_equal(grant.access_token.len, 0);
}

static void a_closed_port_is_not_sent(void **state)
{
	(void)state;
	snprintf(client.token_endpoint, sizeof(client.token_endpoint),
		 "http://127.0.0.1:1/token");
	assert_int_equal(refresh(), MB_OUT_NOT_SENT);
	assert_int_equal(err.id, MB_E_NETWORK);
	assert_string_equal(err.object, "a@x.org");
}

static void a_code_is_exchanged(void **state)
{
	struct mb_secret code = {0}, verifier = {0};
	char line[1024] = "";
	FILE *f;

	(void)state;
	assert_int_equal(mb_secret_append_str(&code, "c/1"), 0);
	assert_int_equal(mb_secret_append_str(&verifier, "v~1"), 0);
	assert_int_equal(mb_redeem_code(&client, "a@x.org", &code, &verifier,
					"http://127.0.0.1:9/", &patience,
					&grant, &err), MB_OUT_GRANTED);
	assert_string_equal(grant.refresh_token.data, "marker-refresh-1");
	f = fopen(log_path, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_string_equal(line, "/token - grant_type=authorization_code"
		"&code=c%2F1&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2F"
		"&code_verifier=v~1&client_id=id\n");
	fclose(f);
	mb_secret_clear(&code);
	mb_secret_clear(&verifier);
}

static void find_gives_credential_and_digest(void **state)
{
	struct mb_secret text = {0};
	char digest[65] = "", expected[65];

	(void)state;
	snprintf(client.provider, sizeof(client.provider), "custom");
	assert_int_equal(mb_credfile_add(&text, &client, &err), 0);
	assert_int_equal(mb_credential_digest(&client, expected, &err), 0);
	mb_credential_clear(&client);
	assert_int_equal(mailbearer_http.find(&text, "work", &client, digest,
					      &err), 0);
	assert_string_equal(client.client_id, "id");
	assert_string_equal(digest, expected);
	assert_int_equal(mailbearer_http.find(&text, "play", &client, digest,
					      &err), -1);
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
	assert_string_equal(digest, expected);	/* untouched */
	mb_secret_clear(&text);
}

static void prepare_can_be_repeated(void **state)
{
	(void)state;
	if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) < 0)
		skip();
	assert_int_equal(mailbearer_http.prepare(&err), 0);
	assert_int_equal(mailbearer_http.prepare(&err), 0);
	assert_int_equal(refresh(), MB_OUT_GRANTED);
}

static void the_module_has_the_abi_and_build_of_this_tree(void **state)
{
	const struct mb_redeem *r;
	void *module = dlopen(mb_path_http, RTLD_NOW | RTLD_LOCAL);

	(void)state;
	if (!module)
		fail_msg("%s", dlerror());
	r = dlsym(module, "mailbearer_http");
	assert_non_null(r);
	assert_int_equal(r->abi, MB_REDEEM_ABI);
	assert_string_equal(r->build_id, mb_build_id);
	assert_null(dlsym(module, "mb_redeem_code"));
	assert_int_equal(r->refresh(&client, "a@x.org", 0, &refresh_token,
				    &patience, &grant, &err), MB_OUT_GRANTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refresh_brings_a_token_and_the_rotated_one),
		TEST(what_leaves_is_exactly_this),
		TEST(each_answer_has_its_outcome),
		TEST(an_echo_of_the_token_is_not_repeated),
		TEST(a_rotated_token_survives_a_useless_reply),
		TEST(a_closed_port_is_not_sent),
		TEST(a_code_is_exchanged),
		TEST(find_gives_credential_and_digest),
		TEST(prepare_can_be_repeated),
		TEST(the_module_has_the_abi_and_build_of_this_tree),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);	/* as lib/http.h asks of its callers */
	close(mkstemp(log_path));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(log_path);
	return failed;
}
