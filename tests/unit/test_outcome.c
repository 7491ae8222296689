/* SPDX-License-Identifier: BSD-2-Clause */
/* What error replies mean, and the words people read. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "lib/oauth.h"
#include "lib/outcome.h"

static struct mb_credential client;
static struct mb_secret sent;
static int64_t age_s;
static enum mb_oauth_grant grant;
static const char *account;

static void set(struct mb_secret *s, const char *text)
{
	assert_int_equal(mb_secret_set(s, text, strlen(text)), 0);
}

/* Start anew: credential m365 of provider "custom", account a@x.org. */
static int fresh(void **state)
{
	(void)state;
	mb_credential_clear(&client);
	snprintf(client.name, sizeof(client.name), "m365");
	snprintf(client.provider, sizeof(client.provider), "custom");
	set(&client.client_secret, "marker-secret-value");
	set(&sent, "marker-refresh-token");
	client.auth_method = MB_AUTH_POST;
	age_s = -1;
	grant = MB_OAUTH_REFRESH;
	account = "a@x.org";
	return 0;
}

static int forget(void **state)
{
	(void)state;
	mb_credential_clear(&client);
	mb_secret_clear(&sent);
	return 0;
}

static void answers(long status, const char *body, enum mb_outcome outcome,
		    const char *expected)
{
	struct mb_oauth_asked asked = { .credential = &client,
		.account = account, .grant = grant, .secret = &sent,
		.age_s = age_s, .now = 1000 };
	struct mb_http_reply r = { .status = status };
	struct mb_grant g = {0};
	struct mb_err e = {0};
	char line[MB_ERR_LINE];

	set(&r.body, body);
	assert_int_equal(mb_oauth_judge(&asked, &r, &g, &e), outcome);
	mb_err_line(&e, line, sizeof(line));
	if (expected)
		assert_string_equal(line, expected);
	assert_null(strstr(line, "marker"));
	assert_int_equal(g.access_token.len, 0);
	mb_http_reply_clear(&r);
	mb_grant_clear(&g);
}

#define ERROR(code) "{\"error\":\"" code "\"}"
#define ENTRA(error, code) "{\"error\":\"" error "\",\"error_description\":" \
	"\"AADSTS" #code ": words. Trace ID: x\",\"error_codes\":[" #code "]}"

static void invalid_grant_kills_the_token(void **state)
{
	(void)state;
	answers(400, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (invalid_grant); its owner "
		"signs in again: mailbearer enroll a@x.org [sign-in-needed]");
	age_s = 3 * 86400 + 5;
	answers(401, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (invalid_grant), 3 days old; "
		"its owner signs in again: mailbearer enroll a@x.org "
		"[sign-in-needed]");
	answers(200, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD, NULL);
}

static void google_after_seven_days_asks_about_testing(void **state)
{
	(void)state;
	snprintf(client.provider, sizeof(client.provider), "google");
	account = "a@gmail.com";
	age_s = 7 * 86400 + 60;
	answers(400, "{\"error\":\"invalid_grant\",\"error_description\":"
		"\"Token has been expired or revoked.\"}", MB_OUT_TOKEN_DEAD,
		"a@gmail.com: refresh token refused (invalid_grant), 7 days "
		"old; is the Google app in \"Testing\"? publish it, then: "
		"mailbearer enroll a@gmail.com [sign-in-needed]");
	age_s = 90 * 86400;
	answers(400, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD,
		"a@gmail.com: refresh token refused (invalid_grant), 90 days "
		"old; its owner signs in again: mailbearer enroll a@gmail.com "
		"[sign-in-needed]");
	age_s = 7 * 86400;
	answers(400, "{\"error\":\"invalid_grant\",\"error_subtype\":"
		"\"invalid_rapt\"}", MB_OUT_TOKEN_DEAD,
		"a@gmail.com: refresh token refused (invalid_grant: the "
		"organization asks for a new sign-in), 7 days old; its owner "
		"signs in again: mailbearer enroll a@gmail.com "
		"[sign-in-needed]");
}

static void entra_numbers_choose_the_words(void **state)
{
	(void)state;
	age_s = 86400;
	answers(400, ENTRA("invalid_grant", 50173), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (AADSTS50173: password "
		"changed or sessions revoked); its owner signs in again: "
		"mailbearer enroll a@x.org [sign-in-needed]");
	answers(400, ENTRA("interaction_required", 50076), MB_OUT_PERSON,
		"a@x.org: a new sign-in is needed (AADSTS50076: second factor "
		"needed); its owner signs in again: mailbearer enroll a@x.org "
		"[sign-in-needed]");
	answers(400, ENTRA("interaction_required", 53003), MB_OUT_PERSON,
		"a@x.org: a new sign-in is needed (AADSTS53003: blocked by "
		"Conditional Access); ask the administrator of the "
		"organization, then: mailbearer enroll a@x.org "
		"[sign-in-needed]");
	/* a number nobody listed */
	answers(400, ENTRA("invalid_grant", 123456), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (AADSTS123456); its owner "
		"signs in again: mailbearer enroll a@x.org [sign-in-needed]");
	/* without error_codes, from the description */
	answers(400, "{\"error\":\"invalid_grant\",\"error_description\":"
		"\"AADSTS700082: The refresh token has expired\"}",
		MB_OUT_TOKEN_DEAD, "a@x.org: refresh token refused "
		"(AADSTS700082: not used for too long); its owner signs in "
		"again: mailbearer enroll a@x.org [sign-in-needed]");
}

static void a_wrong_secret_that_is_a_guid_is_a_secret_id(void **state)
{
	(void)state;
	answers(401, ENTRA("invalid_client", 7000215), MB_OUT_CONFIG,
		"client credential m365: client secret wrong (AADSTS7000215); "
		"copy it anew, then: mailbearer set m365 "
		"--client-secret-file - [secret-wrong]");
	set(&client.client_secret, "8a1D0c1e-1234-5678-9abc-0123456789ab");
	answers(401, ENTRA("invalid_client", 7000215), MB_OUT_CONFIG,
		"client credential m365: client secret wrong (AADSTS7000215), "
		"what is stored looks like a Secret ID; copy \"Value\", then: "
		"mailbearer set m365 --client-secret-file - [secret-wrong]");
	answers(401, ENTRA("invalid_client", 7000222), MB_OUT_CONFIG,
		"client credential m365: client secret expired "
		"(AADSTS7000222); sign-ins are kept; make a new one, then: "
		"mailbearer set m365 --client-secret-file - "
		"[secret-expired]");
	answers(401, ENTRA("invalid_client", 700025), MB_OUT_CONFIG,
		"client credential m365: the app is public and takes no "
		"client secret (AADSTS700025); mailbearer set m365 --public "
		"[client-refused]");
}

static void configuration_errors_keep_the_token(void **state)
{
	(void)state;
	answers(401, ERROR("invalid_client"), MB_OUT_CONFIG,
		"client credential m365: client id or secret refused "
		"(invalid_client); copy it anew, then: mailbearer set m365 "
		"--client-secret-file - [secret-wrong]");
	answers(400, ERROR("unauthorized_client"), MB_OUT_CONFIG, NULL);
	answers(400, ERROR("unsupported_grant_type"), MB_OUT_CONFIG, NULL);
	answers(400, ERROR("invalid_scope"), MB_OUT_CONFIG, NULL);
	answers(400, ERROR("invalid_request"), MB_OUT_CONFIG, NULL);
	answers(400, ERROR("deleted_client"), MB_OUT_CONFIG, NULL);
	mb_secret_clear(&client.client_secret);
	client.auth_method = MB_AUTH_NONE;
	answers(401, ERROR("invalid_client"), MB_OUT_CONFIG,
		"client credential m365: client id or secret refused "
		"(invalid_client); check the client id, and whether a client "
		"secret is needed: mailbearer set m365 --client-secret-file - "
		"[client-refused]");
}

static void behaviour_follows_the_error_not_the_number(void **state)
{
	(void)state;
	/* a number of another kind may not turn the class round */
	answers(400, ENTRA("invalid_grant", 7000222), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (AADSTS7000222); its owner "
		"signs in again: mailbearer enroll a@x.org [sign-in-needed]");
	answers(401, ENTRA("invalid_client", 50173), MB_OUT_CONFIG, NULL);
	answers(400, ENTRA("temporarily_unavailable", 50173),
		MB_OUT_TRANSIENT, NULL);
}

static void what_needs_a_person_says_so(void **state)
{
	(void)state;
	answers(400, ERROR("interaction_required"), MB_OUT_PERSON,
		"a@x.org: a new sign-in is needed (interaction_required); its "
		"owner signs in again: mailbearer enroll a@x.org "
		"[sign-in-needed]");
	answers(400, ERROR("consent_required"), MB_OUT_PERSON, NULL);
	answers(400, ERROR("login_required"), MB_OUT_PERSON, NULL);
	answers(400, ERROR("admin_policy_enforced"), MB_OUT_PERSON, NULL);
	answers(400, ERROR("org_internal"), MB_OUT_PERSON, NULL);
}

static void busy_statuses_are_transient_whatever_the_body(void **state)
{
	static const long statuses[] = { 408, 425, 429, 500, 501, 502, 503,
					 504, 599 };

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		answers(statuses[i], "", MB_OUT_TRANSIENT, NULL);
		answers(statuses[i], "<html>", MB_OUT_TRANSIENT, NULL);
		answers(statuses[i], ERROR("invalid_grant"), MB_OUT_TRANSIENT,
			NULL);
		/* nor are tokens taken from there */
		answers(statuses[i], "{\"access_token\":\"A\"}",
			MB_OUT_TRANSIENT, NULL);
	}
	answers(503, "<html>", MB_OUT_TRANSIENT, "a@x.org: the token endpoint "
		"answers HTTP 503; it is tried again by itself "
		"[provider-busy]");
	answers(400, ERROR("temporarily_unavailable"), MB_OUT_TRANSIENT,
		"a@x.org: the token endpoint answers HTTP 400 "
		"(temporarily_unavailable); it is tried again by itself "
		"[provider-busy]");
	answers(400, ERROR("server_error"), MB_OUT_TRANSIENT, NULL);
}

static void what_is_not_known_costs_no_account(void **state)
{
	(void)state;
	answers(400, "{\"error\":\"brand_new\",\"error_description\":"
		"\"Something: odd.\"}", MB_OUT_TRANSIENT,
		"a@x.org: the token endpoint answers HTTP 400 (brand_new: "
		"Something: odd); it is tried again by itself [reply-bad]");
	answers(400, "{\"error\":{\"code\":400}}", MB_OUT_TRANSIENT, NULL);
	answers(400, "{\"error\":\"a\\u0007b\"}", MB_OUT_TRANSIENT, NULL);
	answers(403, "<html>", MB_OUT_TRANSIENT, "a@x.org: the token endpoint "
		"answers HTTP 403 with HTML; is the token endpoint right? "
		"mailbearer show m365 [reply-bad]");
	answers(404, "", MB_OUT_TRANSIENT, NULL);
}

static void a_description_that_repeats_a_secret_is_left_out(void **state)
{
	(void)state;
	answers(400, "{\"error\":\"invalid_scope\",\"error_description\":"
		"\"no marker-refresh-token\"}", MB_OUT_CONFIG, NULL);
	answers(400, "{\"error\":\"invalid_scope\",\"error_description\":"
		"\"no marker-secret-value\"}", MB_OUT_CONFIG, NULL);
	/* what looks like a token is masked, known or not */
	answers(400, "{\"error\":\"invalid_scope\",\"error_description\":"
		"\"bad marker0123456789012345678901234567 (x)\"}",
		MB_OUT_CONFIG, "client credential m365: scope refused "
		"(invalid_scope: bad ... (x)); check it: mailbearer show m365, "
		"then: mailbearer set m365 --scope ... [client-refused]");
}

static void a_sign_in_has_words_of_its_own(void **state)
{
	(void)state;
	grant = MB_OAUTH_CODE;
	answers(400, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD,
		"a@x.org: sign-in refused (invalid_grant); start again: "
		"mailbearer enroll a@x.org [sign-in-needed]");
	answers(400, ENTRA("invalid_grant", 501481), MB_OUT_TOKEN_DEAD,
		"a@x.org: sign-in refused (AADSTS501481: PKCE verifier does "
		"not fit); start again: mailbearer enroll a@x.org "
		"[sign-in-needed]");
	answers(400, ERROR("server_error"), MB_OUT_TRANSIENT,
		"a@x.org: the token endpoint answers HTTP 400 (server_error); "
		"try again: mailbearer enroll a@x.org [provider-busy]");
}

static void an_error_that_repeats_what_was_sent_is_not_shown(void **state)
{
	(void)state;
	answers(400, ERROR("marker-refresh-token"), MB_OUT_TRANSIENT,
		"a@x.org: the token endpoint answers HTTP 400 (...); it is "
		"tried again by itself [reply-bad]");
	answers(400, ERROR("no:marker-secret-value"), MB_OUT_TRANSIENT, NULL);
	/* A short secret must not hide an error that means something. */
	set(&client.client_secret, "grant");
	answers(400, ERROR("invalid_grant"), MB_OUT_TOKEN_DEAD,
		"a@x.org: refresh token refused (invalid_grant); its owner "
		"signs in again: mailbearer enroll a@x.org [sign-in-needed]");
}

static void retry_after_is_handed_on(void **state)
{
	struct mb_oauth_asked asked = { .credential = &client,
		.account = account, .secret = &sent };
	struct mb_http_reply r = { .status = 429, .retry_after = 120 };
	struct mb_grant g = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_oauth_judge(&asked, &r, &g, &e), MB_OUT_TRANSIENT);
	assert_int_equal(g.retry_after, 120);
	assert_string_equal(e.remedy, "the provider asks to wait 120 seconds");
	r.retry_after = INT64_MAX;
	assert_int_equal(mb_oauth_judge(&asked, &r, &g, &e), MB_OUT_TRANSIENT);
	assert_int_equal(g.retry_after, 86400);
	mb_grant_clear(&g);
}

static void a_redirect_names_where_it_leads(void **state)
{
	struct mb_oauth_asked asked = { .credential = &client,
		.account = account, .secret = &sent };
	struct mb_http_reply r = { .status = 307,
		.location = "https://evil.org" };
	struct mb_grant g = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_oauth_judge(&asked, &r, &g, &e), MB_OUT_TRANSIENT);
	assert_string_equal(e.cause, "the token endpoint redirects to "
			    "https://evil.org (HTTP 307), and that is not "
			    "followed");
}

static void every_documented_number_is_there(void **state)
{
	static const long numbers[] = { 700082, 70008, 700084, 50173, 50132,
		50133, 70000, 50089, 70043, 50078, 50076, 50079, 50074, 50072,
		50158, 53000, 53001, 53002, 53003, 530032, 530035, 65001,
		65004, 90094, 90095, 700016, 700011, 90002, 50020, 50034,
		90038, 500011, 7000215, 70002, 7000222, 7000218, 700025,
		700027, 50012, 700030, 50013, 50194, 9001023, 9002332, 90130,
		50011, 54005, 501481, 70011, 28002, 700022, 650056, 650057,
		50196, 90055, 50033, 50087, 50088, 90006, 90012, 90024, 90033,
		90090, 70012 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!mb_outcome_of_code(numbers[i]))
			fail_msg("AADSTS%ld", numbers[i]);
	assert_null(mb_outcome_of_code(0));
	assert_null(mb_outcome_of_code(1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(invalid_grant_kills_the_token),
		TEST(google_after_seven_days_asks_about_testing),
		TEST(entra_numbers_choose_the_words),
		TEST(a_wrong_secret_that_is_a_guid_is_a_secret_id),
		TEST(configuration_errors_keep_the_token),
		TEST(behaviour_follows_the_error_not_the_number),
		TEST(what_needs_a_person_says_so),
		TEST(busy_statuses_are_transient_whatever_the_body),
		TEST(what_is_not_known_costs_no_account),
		TEST(a_description_that_repeats_a_secret_is_left_out),
		TEST(a_sign_in_has_words_of_its_own),
		TEST(an_error_that_repeats_what_was_sent_is_not_shown),
		TEST(retry_after_is_handed_on),
		TEST(a_redirect_names_where_it_leads),
		TEST(every_documented_number_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
