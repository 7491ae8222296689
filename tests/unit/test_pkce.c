/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"
#include "tools/pkce.h"

/* RFC 7636 appendix B. */
static void base64url_gives_the_verifier_of_rfc_7636(void **state)
{
	static const unsigned char octets[] = {
		116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216,
		173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5,
		88, 83, 132, 141, 121,
	};
	char out[MB_PKCE_LEN + 1];

	(void)state;
	mb_pkce_base64url(octets, sizeof(octets), out);
	assert_string_equal(out, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

static void base64url_has_no_padding_at_any_length(void **state)
{
	static const unsigned char in[] = { 0xfb, 0xff, 0xbf, 0x00 };
	char out[16];

	(void)state;
	mb_pkce_base64url(in, 0, out);
	assert_string_equal(out, "");
	mb_pkce_base64url(in, 1, out);
	assert_string_equal(out, "-w");
	mb_pkce_base64url(in, 2, out);
	assert_string_equal(out, "-_8");
	mb_pkce_base64url(in, 3, out);
	assert_string_equal(out, "-_-_");
	mb_pkce_base64url(in, 4, out);
	assert_string_equal(out, "-_-_AA");
}

static void random_values_are_unreserved_and_differ(void **state)
{
	struct mb_secret a = { 0 }, b = { 0 };

	(void)state;
	assert_int_equal(mb_pkce_random(&a, NULL), 0);
	assert_int_equal(mb_pkce_random(&b, NULL), 0);
	assert_int_equal(a.len, MB_PKCE_LEN);
	assert_int_equal(strspn(mb_secret_str(&a),
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 MB_PKCE_LEN);
	assert_false(mb_secret_equal(&a, &b));
	mb_secret_clear(&a);
	mb_secret_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64url_gives_the_verifier_of_rfc_7636),
		cmocka_unit_test(base64url_has_no_padding_at_any_length),
		cmocka_unit_test(random_values_are_unreserved_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
