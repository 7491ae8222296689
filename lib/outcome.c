/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/outcome.h"

#include <stddef.h>
#include <string.h>

#define CONFIG MB_OUT_CONFIG
#define DEAD MB_OUT_TOKEN_DEAD
#define PERSON MB_OUT_PERSON
#define LATER MB_OUT_TRANSIENT

/* The first row that fits counts: subtypes stand before their error. */
static const struct mb_outcome_error errors[] = {
	/* Google: session control of Workspace */
	{ "invalid_grant", "invalid_rapt", DEAD,
	  "the organization asks for a new sign-in", MB_ADVICE_ENROLL },
	/* RFC 6749 section 5.2 */
	{ "invalid_grant", NULL, DEAD, NULL, MB_ADVICE_ENROLL },
	{ "invalid_client", NULL, CONFIG, "client id or secret refused",
	  MB_ADVICE_SECRET_COPY },
	{ "unauthorized_client", NULL, CONFIG,
	  "the app may not use this kind of sign-in", MB_ADVICE_CLIENT },
	{ "unsupported_grant_type", NULL, CONFIG,
	  "the token endpoint does not know this grant", MB_ADVICE_CLIENT },
	{ "invalid_scope", NULL, CONFIG, "scope refused", MB_ADVICE_SCOPE },
	{ "invalid_request", NULL, CONFIG, "request refused",
	  MB_ADVICE_CLIENT },
	/* OpenID Connect Core section 3.1.2.6; Microsoft at this endpoint */
	{ "interaction_required", NULL, PERSON, NULL, MB_ADVICE_ENROLL },
	{ "consent_required", NULL, PERSON, NULL, MB_ADVICE_ENROLL },
	{ "login_required", NULL, PERSON, NULL, MB_ADVICE_ENROLL },
	{ "account_selection_required", NULL, PERSON, NULL,
	  MB_ADVICE_ENROLL },
	{ "access_denied", NULL, PERSON, NULL, MB_ADVICE_ADMIN },
	/* Microsoft, RFC 6749 section 4.1.2.1 */
	{ "temporarily_unavailable", NULL, LATER, NULL, MB_ADVICE_WAIT },
	{ "server_error", NULL, LATER, NULL, MB_ADVICE_WAIT },
	{ "slow_down", NULL, LATER, NULL, MB_ADVICE_WAIT },
	{ "invalid_resource", NULL, CONFIG, "scope refused",
	  MB_ADVICE_SCOPE },
	/* Google */
	{ "admin_policy_enforced", NULL, PERSON,
	  "the organization's administrator does not allow this app",
	  MB_ADVICE_ADMIN },
	{ "org_internal", NULL, PERSON,
	  "the app is for members of its organization only",
	  MB_ADVICE_ADMIN },
	{ "deleted_client", NULL, CONFIG,
	  "the app registration was deleted", MB_ADVICE_CLIENT },
	{ "disabled_client", NULL, CONFIG,
	  "the app registration is disabled", MB_ADVICE_CLIENT },
	/* whatever else */
	{ NULL, NULL, LATER, NULL, MB_ADVICE_WAIT },
};

/* https://learn.microsoft.com/entra/identity-platform/reference-error-codes;
 * sorted by number. */
static const struct mb_outcome_code codes[] = {
#define ROW(code, out, id, words, advice) \
	{ code, out, MB_E_##id, words, MB_ADVICE_##advice }
	ROW(28002, CONFIG, CLIENT_REFUSED, "scope not valid", SCOPE),
	ROW(50011, CONFIG, CLIENT_REFUSED,
	    "callback URL is not registered", REDIRECT),
	ROW(50012, CONFIG, CLIENT_REFUSED,
	    "client certificate or clock wrong", CLOCK),
	ROW(50013, CONFIG, CLIENT_REFUSED, "assertion or clock wrong", CLOCK),
	ROW(50020, CONFIG, CLIENT_REFUSED,
	    "the user is not in this tenant", CLIENT),
	ROW(50033, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(50034, CONFIG, CLIENT_REFUSED,
	    "the user does not exist in this tenant", CLIENT),
	ROW(50072, PERSON, SIGN_IN_NEEDED,
	    "a second factor has to be set up", ENROLL),
	ROW(50074, PERSON, SIGN_IN_NEEDED, "second factor needed", ENROLL),
	ROW(50076, PERSON, SIGN_IN_NEEDED, "second factor needed", ENROLL),
	ROW(50078, DEAD, SIGN_IN_NEEDED,
	    "second factor expired by policy", ENROLL),
	ROW(50079, PERSON, SIGN_IN_NEEDED,
	    "a second factor has to be set up", ENROLL),
	ROW(50087, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(50088, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(50089, DEAD, SIGN_IN_NEEDED, "sign-in expired", ENROLL),
	ROW(50132, DEAD, SIGN_IN_NEEDED,
	    "password changed or sessions revoked", ENROLL),
	ROW(50133, DEAD, SIGN_IN_NEEDED,
	    "password changed or expired", ENROLL),
	ROW(50158, PERSON, SIGN_IN_NEEDED,
	    "further sign-in steps needed", ENROLL),
	ROW(50173, DEAD, SIGN_IN_NEEDED,
	    "password changed or sessions revoked", ENROLL),
	ROW(50194, CONFIG, CLIENT_REFUSED,
	    "this app needs its own tenant, not \"common\"", CLIENT),
	ROW(50196, LATER, PROVIDER_BUSY, "too many requests", WAIT),
	ROW(53000, PERSON, SIGN_IN_NEEDED,
	    "Conditional Access: device not compliant", ADMIN),
	ROW(53001, PERSON, SIGN_IN_NEEDED,
	    "Conditional Access: device not joined", ADMIN),
	ROW(53002, PERSON, SIGN_IN_NEEDED,
	    "Conditional Access: app not approved", ADMIN),
	ROW(53003, PERSON, SIGN_IN_NEEDED,
	    "blocked by Conditional Access", ADMIN),
	ROW(54005, DEAD, SIGN_IN_NEEDED,
	    "authorization code was used already", ENROLL),
	ROW(65001, PERSON, SIGN_IN_NEEDED, "consent is missing", ENROLL),
	ROW(65004, PERSON, SIGN_IN_NEEDED, "consent was declined", ENROLL),
	ROW(70000, DEAD, SIGN_IN_NEEDED,
	    "revoked, or not valid any more", ENROLL),
	ROW(70002, CONFIG, SECRET_WRONG, "client secret wrong", SECRET_COPY),
	ROW(70008, DEAD, SIGN_IN_NEEDED,
	    "not used for too long", ENROLL),
	ROW(70011, CONFIG, CLIENT_REFUSED, "scope not valid", SCOPE),
	ROW(70012, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(70043, DEAD, SIGN_IN_NEEDED,
	    "sign-in expired by policy", ENROLL),
	ROW(90002, CONFIG, CLIENT_REFUSED, "tenant does not exist", CLIENT),
	ROW(90006, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(90012, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(90024, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(90033, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(90038, CONFIG, CLIENT_REFUSED,
	    "the tenant is in another cloud", CLIENT),
	ROW(90055, LATER, PROVIDER_BUSY, "too many requests", WAIT),
	ROW(90090, LATER, PROVIDER_BUSY, "Microsoft's side", WAIT),
	ROW(90094, PERSON, SIGN_IN_NEEDED,
	    "an administrator has to consent", ADMIN),
	ROW(90095, PERSON, SIGN_IN_NEEDED,
	    "an administrator has to consent", ADMIN),
	ROW(90130, CONFIG, CLIENT_REFUSED,
	    "this endpoint does not serve the app", CLIENT),
	ROW(500011, CONFIG, CLIENT_REFUSED,
	    "the mail service is unknown in this tenant", SCOPE),
	ROW(501481, DEAD, SIGN_IN_NEEDED,
	    "PKCE verifier does not fit", ENROLL),
	ROW(530032, PERSON, SIGN_IN_NEEDED,
	    "blocked by security policy", ADMIN),
	ROW(530035, PERSON, SIGN_IN_NEEDED,
	    "blocked by security defaults", ADMIN),
	ROW(650056, CONFIG, CLIENT_REFUSED,
	    "the app lacks a permission", SCOPE),
	ROW(650057, CONFIG, CLIENT_REFUSED,
	    "the app does not list this resource", SCOPE),
	ROW(700011, CONFIG, CLIENT_REFUSED,
	    "client id is unknown in this tenant", CLIENT),
	ROW(700016, CONFIG, CLIENT_REFUSED,
	    "client id is unknown in this tenant", CLIENT),
	ROW(700022, CONFIG, CLIENT_REFUSED,
	    "scopes of more than one resource", SCOPE),
	ROW(700025, CONFIG, CLIENT_REFUSED,
	    "the app is public and takes no client secret", PUBLIC),
	ROW(700027, CONFIG, CLIENT_REFUSED,
	    "client certificate or clock wrong", CLOCK),
	ROW(700030, CONFIG, CLIENT_REFUSED,
	    "client certificate not valid", CLOCK),
	ROW(700082, DEAD, SIGN_IN_NEEDED,
	    "not used for too long", ENROLL),
	ROW(700084, DEAD, SIGN_IN_NEEDED,
	    "24 hours over: callback URL registered as \"spa\"", ENROLL),
	ROW(7000215, CONFIG, SECRET_WRONG, "client secret wrong",
	    SECRET_COPY),
	ROW(7000218, CONFIG, SECRET_WRONG,
	    "the app wants a client secret, or \"allow public client flows\"",
	    SECRET_NEW),
	ROW(7000222, CONFIG, SECRET_EXPIRED, "client secret expired",
	    SECRET_NEW),
	ROW(9001023, CONFIG, CLIENT_REFUSED,
	    "this grant needs the tenant's own endpoint", CLIENT),
	ROW(9002332, CONFIG, CLIENT_REFUSED,
	    "the app does not take personal accounts", CLIENT),
#undef ROW
};

const struct mb_outcome_error *mb_outcome_of_error(const char *error,
						   const char *subtype)
{
	const struct mb_outcome_error *row = errors;

	while (row->error && (strcmp(row->error, error) != 0 ||
			      (row->subtype &&
			       strcmp(row->subtype, subtype) != 0)))
		row++;
	return row;
}

const struct mb_outcome_code *mb_outcome_of_code(long code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return &codes[i];
	return NULL;
}

/* RFC 9110 section 15.6, RFC 6585 section 4. */
bool mb_outcome_status_is_transient(long status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status <= 599);
}
