/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/seal_cms.h"
#include "tests/unit/data.h"
#include "tests/unit/run.h"
#include "tests/unit/unit.h"

static struct mb_key keys[2];
static struct mb_secret recovery, text, der;
static const char credentials[] =
	"# mailbearer-credentials 1\ncredentials = ();\n";

static int set_up(void **state)
{
	unsigned int i, k;
	char *pem = test_data("recovery.crt", NULL);

	(void)state;
	for (k = 0; k < 2; k++) {
		for (i = 0; i < MB_KEY_LEN; i++)
			keys[k].bytes[i] = (unsigned char)(k * MB_KEY_LEN + i);
		if (mb_key_identify(&keys[k], NULL) < 0)
			return -1;
	}
	mb_secret_append_str(&recovery, pem);
	mb_secret_append_str(&text, credentials);
	free(pem);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mb_secret_clear(&recovery);
	mb_secret_clear(&text);
	mb_secret_clear(&der);
	run_clean();
	return 0;
}

static enum mb_unseal opens(const struct mb_key *key, const void *p, size_t n)
{
	struct mb_secret plain = {0};
	enum mb_unseal ret = mb_unseal(key, p, n, false, "f", &plain, NULL);

	if (ret == MB_UNSEAL_OK)
		assert_true(mb_secret_equal(&plain, &text));
	mb_secret_clear(&plain);
	return ret;
}

static void strict_reader_opens_what_cms_wrote(void **state)
{
	(void)state;
	assert_int_equal(mb_seal_cms(keys, 1, NULL, &text, &der, NULL), 0);
	assert_int_equal(opens(&keys[0], der.data, der.len), MB_UNSEAL_OK);
	assert_int_equal(opens(&keys[1], der.data, der.len),
			 MB_UNSEAL_OTHER_KEY);
}

static void two_keys_and_a_certificate_are_three_recipients(void **state)
{
	(void)state;
	assert_int_equal(mb_seal_cms(keys, 2, &recovery, &text, &der, NULL), 0);
	assert_int_equal(opens(&keys[0], der.data, der.len), MB_UNSEAL_OK);
	assert_int_equal(opens(&keys[1], der.data, der.len), MB_UNSEAL_OK);
}

static void every_bit_flip_with_a_certificate_is_refused(void **state)
{
	size_t bit;

	(void)state;
	assert_int_equal(mb_seal_cms(keys, 1, &recovery, &text, &der, NULL), 0);
	for (bit = 0; bit < der.len * 8; bit++) {
		der.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(opens(keys, der.data, der.len),
				     MB_UNSEAL_OK);
		der.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(opens(keys, der.data, der.len), MB_UNSEAL_OK);
}

static void every_truncation_with_a_certificate_is_refused(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(mb_seal_cms(keys, 1, &recovery, &text, &der, NULL), 0);
	for (n = 0; n < der.len; n++)
		assert_int_equal(opens(keys, der.data, n), MB_UNSEAL_BAD);
}

/* What openssl finds in a sealed file, its first line checked and dropped. */
static void rescue(const void *sealed, size_t n, const char *const how[4],
		   const char *want)
{
	const char *argv[16] = {
		"openssl", "cms", "-decrypt", "-binary", "-inform", "DER",
		"-in", run_path("sealed"), "-out", run_path("plain"),
		how[0], how[1], how[2], how[3], NULL,
	};
	char *got;
	int rc;

	run_write("sealed", sealed, n);
	run_write("plain", "", 0);
	rc = run_program(argv);
	if (rc == RUN_NOT_FOUND) {
		print_message("skipped: no openssl program\n");
		skip();
	}
	assert_int_equal(rc, 0);
	got = run_read("plain", &n);
	assert_non_null(got);
	assert_true(n > 85);
	assert_memory_equal(got, "# recipients sha256 ", 20);
	assert_string_equal(got + 85, want);
	free(got);
}

static void stock_openssl_opens_it_with_the_host_key(void **state)
{
	static const char *const how[4] = {
		"-secretkey", "000102030405060708090a0b0c0d0e0f"
			      "101112131415161718191a1b1c1d1e1f",
	};

	(void)state;
	assert_int_equal(mb_seal_cms(keys, 1, &recovery, &text, &der, NULL), 0);
	rescue(der.data, der.len, how, credentials);
}

static void recovery_key_opens_it_with_stock_openssl(void **state)
{
	char paths[2][128];
	const char *const how[4] = { "-inkey", paths[0], "-recip", paths[1] };
	unsigned char *old;
	char *pem;
	size_t n;

	(void)state;
	pem = test_data("recovery.key", &n);
	run_write("recovery.key", pem, n);
	free(pem);
	run_write("recovery.crt", recovery.data, recovery.len);
	(void)snprintf(paths[0], sizeof(paths[0]), "%s",
		       run_path("recovery.key"));
	(void)snprintf(paths[1], sizeof(paths[1]), "%s",
		       run_path("recovery.crt"));
	assert_int_equal(mb_seal_cms(keys, 2, &recovery, &text, &der, NULL), 0);
	rescue(der.data, der.len, how, credentials);
	old = test_data_hex("sealed-recovery.hex", &n);
	rescue(old, n, how, "# mailbearer-credentials 1\n");
	free(old);
}

static void certificates_are_counted_and_limited(void **state)
{
	struct mb_secret many = {0};
	struct mb_err e = {0};
	size_t n = 99, i;

	(void)state;
	assert_int_equal(mb_seal_cms_check(&many, "f", &n, &e), 0);
	assert_int_equal(n, 0);
	for (i = 0; i < MB_RECOVERY_MAX; i++)
		mb_secret_append(&many, recovery.data, recovery.len);
	assert_int_equal(mb_seal_cms_check(&many, "f", &n, &e), 0);
	assert_int_equal(n, MB_RECOVERY_MAX);
	assert_int_equal(mb_seal_cms(keys, 1, &many, &text, &der, &e), 0);
	mb_secret_append(&many, recovery.data, recovery.len);
	assert_int_equal(mb_seal_cms_check(&many, "f", &n, &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_VALUE);
	assert_int_equal(mb_seal_cms(keys, 1, &many, &text, &der, &e), -1);
	mb_secret_clear(&many);
}

static void what_is_no_certificate_is_refused(void **state)
{
	struct mb_secret bad = {0};
	struct mb_err e = {0};
	size_t n;

	(void)state;
	mb_secret_append_str(&bad, "-----BEGIN CERTIFICATE-----\nAAAA\n");
	assert_int_equal(mb_seal_cms_check(&bad, "f", &n, &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_VALUE);
	mb_secret_set(&bad, "hello", 5);
	assert_int_equal(mb_seal_cms_check(&bad, "f", &n, &e), -1);
	mb_secret_set(&bad, recovery.data, recovery.len);
	mb_secret_append_str(&bad, "rest");
	assert_int_equal(mb_seal_cms_check(&bad, "f", &n, &e), -1);
	mb_secret_set(&bad, recovery.data, recovery.len / 2);
	assert_int_equal(mb_seal_cms_check(&bad, "f", &n, &e), -1);
	assert_int_equal(ERR_peek_error(), 0);
	mb_secret_clear(&bad);
}

static void private_key_beside_the_certificate_is_refused(void **state)
{
	struct mb_secret both = {0};
	struct mb_err e = {0};
	char *key = test_data("recovery.key", NULL);

	(void)state;
	mb_secret_append_str(&both, key);
	mb_secret_append(&both, recovery.data, recovery.len);
	free(key);
	assert_int_equal(mb_seal_cms_check(&both, "f", NULL, &e), -1);
	assert_string_equal(e.cause, "holds a private key");
	mb_secret_clear(&both);
}

static void certificate_of_another_kind_is_refused(void **state)
{
	struct mb_secret rsa = {0};
	struct mb_err e = {0};
	char *pem = test_data("rsa.crt", NULL);

	(void)state;
	mb_secret_append_str(&rsa, pem);
	free(pem);
	assert_int_equal(mb_seal_cms_check(&rsa, "f", NULL, &e), -1);
	assert_string_equal(e.object, "f");
	assert_string_equal(e.cause,
			    "recovery certificate 1 is not for EC P-256");
	assert_int_equal(mb_seal_cms(keys, 1, &rsa, &text, &der, &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_VALUE);
	mb_secret_clear(&rsa);
}

static void too_much_text_and_no_key_are_refused(void **state)
{
	struct mb_secret big = {0}, out = {0};
	struct mb_err e = {0};
	char *zeros = calloc(1, MB_SEAL_MAX + 1);

	(void)state;
	mb_secret_set(&big, zeros, MB_SEAL_MAX + 1);
	free(zeros);
	assert_int_equal(mb_seal_cms(keys, 1, NULL, &big, &out, &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	assert_int_equal(mb_seal_cms(keys, 0, NULL, &text, &out, &e), -1);
	assert_null(out.data);
	mb_secret_clear(&big);
}

/* A message OpenSSL finds nothing wrong with. */
static void foreign_message(const char *line, const char *password)
{
	CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
	unsigned char *p = NULL;
	char *pass;
	BIO *bio;
	int n;

	assert_non_null(cms);
	assert_int_equal(CMS_set_detached(cms, 0), 1);
	assert_non_null(CMS_add0_recipient_key(
		cms, NID_undef, OPENSSL_memdup(keys[0].bytes, MB_KEY_LEN),
		MB_KEY_LEN, OPENSSL_memdup(keys[0].id, MB_KEY_ID_LEN),
		MB_KEY_ID_LEN, NULL, NULL, NULL));
	if (password) {
		pass = OPENSSL_strdup(password);
		assert_non_null(CMS_add0_recipient_password(
			cms, 1000, 0, 0, (unsigned char *)pass, -1,
			EVP_aes_256_cbc()));
	}
	bio = CMS_dataInit(cms, NULL);
	assert_non_null(bio);
	if (!line) {
		char good[96];

		n = i2d_CMS_ContentInfo(cms, &p);
		assert_int_equal(mb_seal_recipients_line(p, (size_t)n, good,
							 NULL), 0);
		BIO_write(bio, good, (int)strlen(good));
		OPENSSL_free(p);
		p = NULL;
	} else {
		BIO_write(bio, line, (int)strlen(line));
	}
	BIO_write(bio, credentials, (int)strlen(credentials));
	assert_int_equal(BIO_flush(bio), 1);
	assert_int_equal(CMS_dataFinal(cms, bio), 1);
	n = i2d_CMS_ContentInfo(cms, &p);
	assert_int_equal(mb_secret_set(&der, p, (size_t)n), 0);
	OPENSSL_free(p);
	BIO_free_all(bio);
	CMS_ContentInfo_free(cms);
}

static void message_without_the_right_first_line_is_refused(void **state)
{
	(void)state;
	foreign_message(NULL, NULL);
	assert_int_equal(opens(keys, der.data, der.len), MB_UNSEAL_OK);
	foreign_message("", NULL);
	assert_int_equal(opens(keys, der.data, der.len), MB_UNSEAL_BAD);
	foreign_message("# recipients sha256 00000000000000000000000000000000"
			"00000000000000000000000000000000\n", NULL);
	assert_int_equal(opens(keys, der.data, der.len), MB_UNSEAL_BAD);
}

static void password_recipient_is_refused(void **state)
{
	(void)state;
	foreign_message(NULL, "secret");
	assert_int_equal(opens(keys, der.data, der.len), MB_UNSEAL_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_reader_opens_what_cms_wrote),
		cmocka_unit_test(
			two_keys_and_a_certificate_are_three_recipients),
		cmocka_unit_test(every_bit_flip_with_a_certificate_is_refused),
		cmocka_unit_test(
			every_truncation_with_a_certificate_is_refused),
		cmocka_unit_test(stock_openssl_opens_it_with_the_host_key),
		cmocka_unit_test(recovery_key_opens_it_with_stock_openssl),
		cmocka_unit_test(certificates_are_counted_and_limited),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(
			private_key_beside_the_certificate_is_refused),
		cmocka_unit_test(certificate_of_another_kind_is_refused),
		cmocka_unit_test(too_much_text_and_no_key_are_refused),
		cmocka_unit_test(
			message_without_the_right_first_line_is_refused),
		cmocka_unit_test(password_recipient_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
