/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <openssl/err.h>

#include "lib/seal.h"
#include "tests/unit/data.h"
#include "tests/unit/run.h"
#include "tests/unit/unit.h"

static struct mb_key keys[3];	/* bytes 0 1 2 ..., 32 33 34 ..., 64 65 66 ... */
static const char text[] = "mailbearer-record 1\naccount a@x.org\n";

static int make_keys(void **state)
{
	unsigned int i, k;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < MB_KEY_LEN; i++)
			keys[k].bytes[i] = (unsigned char)(k * MB_KEY_LEN + i);
		if (mb_key_identify(&keys[k], NULL) < 0)
			return -1;
	}
	return mb_seal_prepare(NULL);
}

static void seal(const struct mb_key *k, size_t n, const char *s, size_t len,
		 struct mb_secret *der)
{
	struct mb_secret plain = {0};

	assert_int_equal(mb_secret_set(&plain, s, len), 0);
	assert_int_equal(mb_seal(k, n, &plain, der, NULL), 0);
	mb_secret_clear(&plain);
}

static enum mb_unseal opens(const struct mb_key *key, const void *der, size_t n,
			    const char *want)
{
	struct mb_secret plain = {0};
	enum mb_unseal ret;

	mb_secret_set(&plain, "old", 3);
	ret = mb_unseal(key, der, n, false, "f", &plain, NULL);
	if (ret != MB_UNSEAL_OK)
		want = "old";
	assert_int_equal(plain.len, strlen(want));
	assert_memory_equal(plain.data, want, plain.len);
	mb_secret_clear(&plain);
	return ret;
}

static void key_id_is_sixteen_digits_of_a_digest(void **state)
{
	(void)state;
	assert_string_equal(keys[0].id, "c1b9cf2a9e12e42f");
	assert_string_equal(keys[1].id, "be557d788b36cd73");
}

static void vector_opens(const char *name, size_t nkeys, const char *want)
{
	size_t n, i;
	unsigned char *der = test_data_hex(name, &n);

	for (i = 0; i < 3; i++)
		assert_int_equal(opens(&keys[i], der, n, want),
				 i < nkeys ? MB_UNSEAL_OK :
				 MB_UNSEAL_OTHER_KEY);
	free(der);
}

static void what_an_older_version_sealed_still_opens(void **state)
{
	(void)state;
	vector_opens("sealed-record.hex", 1, text);
	vector_opens("sealed-two-keys.hex", 2, text);
	vector_opens("sealed-recovery.hex", 1, "# mailbearer-credentials 1\n");
}

/* doc/FORMAT.md; ".." is a random byte. */
static const char *const layout[] = {
	"30 82 01 01 06 0b 2a 86 48 86 f7 0d 01 09 10 01 17 a0 81 f1",
	"30 81 ee 02 01 00",
	"31 50 a2 4e 02 01 04 30 12 04 10 63 31 62 39 63 66 32 61 39 65 31 32 65 34 32 66",
	"30 0b 06 09 60 86 48 01 65 03 04 01 2d 04 28",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	"30 81 84 06 09 2a 86 48 86 f7 0d 01 07 01",
	"30 1e 06 09 60 86 48 01 65 03 04 01 2e 30 11 04 0c",
	".. .. .. .. .. .. .. .. .. .. .. ..",
	"02 01 10 80 57",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	".. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
	".. .. .. .. .. .. ..",
	"04 10 .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
};

static void container_is_the_documented_bytes(void **state)
{
	struct mb_secret der = {0};
	size_t i, pos = 0;

	(void)state;
	seal(keys, 1, "hi", 2, &der);
	for (i = 0; i < sizeof(layout) / sizeof(layout[0]); i++) {
		const char *p;

		for (p = layout[i]; *p; p += p[2] ? 3 : 2) {
			assert_true(pos < der.len);
			if (*p != '.')
				assert_int_equal((unsigned char)der.data[pos],
						 strtoul(p, NULL, 16));
			pos++;
		}
	}
	assert_int_equal(pos, der.len);
	mb_secret_clear(&der);
}

static void sealing_twice_shares_nothing_random(void **state)
{
	struct mb_secret a = {0}, b = {0};

	(void)state;
	seal(keys, 1, "hi", 2, &a);
	seal(keys, 1, "hi", 2, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.data + a.len - 16, b.data + b.len - 16, 16);
	assert_memory_not_equal(a.data + 75, b.data + 75, 20);
	mb_secret_clear(&a);
	mb_secret_clear(&b);
}

static void flips_are_refused(const struct mb_key *k, size_t nk)
{
	struct mb_secret der = {0};
	size_t bit;

	seal(k, nk, text, strlen(text), &der);
	assert_int_equal(opens(k, der.data, der.len, text), MB_UNSEAL_OK);
	for (bit = 0; bit < der.len * 8; bit++) {
		der.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(opens(k, der.data, der.len, text),
				     MB_UNSEAL_OK);
		der.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	mb_secret_clear(&der);
}

static void every_single_bit_flip_is_refused(void **state)
{
	(void)state;
	flips_are_refused(keys, 1);
	flips_are_refused(keys, 2);
}

static void every_truncation_is_refused(void **state)
{
	struct mb_secret der = {0};
	size_t n;

	(void)state;
	seal(keys, 1, text, strlen(text), &der);
	for (n = 0; n < der.len; n++)
		assert_int_equal(opens(keys, der.data, n, text), MB_UNSEAL_BAD);
	mb_secret_clear(&der);
}

static void trailing_byte_is_refused(void **state)
{
	struct mb_secret der = {0}, plain = {0};

	(void)state;
	seal(keys, 1, text, strlen(text), &der);
	mb_secret_append(&der, "\000\000", 2);
	assert_int_equal(opens(keys, der.data, der.len, text), MB_UNSEAL_BAD);
	assert_int_equal(opens(keys, der.data, der.len - 1, text),
			 MB_UNSEAL_BAD);
	assert_int_equal(mb_unseal(keys, der.data, der.len, true, "f", &plain,
				   NULL), MB_UNSEAL_OK);
	assert_string_equal(mb_secret_str(&plain), text);
	assert_int_equal(mb_sealed_length(der.data, der.len), der.len - 2);
	der.data[der.len - 1] = 1;
	assert_int_equal(mb_unseal(keys, der.data, der.len, true, "f", &plain,
				   NULL), MB_UNSEAL_BAD);
	mb_secret_clear(&der);
	mb_secret_clear(&plain);
}

static void reserved_but_unwritten_file_is_no_container(void **state)
{
	static const char zeros[4096];
	struct mb_secret plain = {0};

	(void)state;
	assert_int_equal(mb_unseal(keys, zeros, sizeof(zeros), true, "f",
				   &plain, NULL), MB_UNSEAL_BAD);
	assert_int_equal(mb_sealed_length(zeros, sizeof(zeros)), 0);
	assert_int_equal(mb_sealed_length(NULL, 0), 0);
	assert_int_equal(mb_unseal(keys, NULL, 0, true, "f", &plain, NULL),
			 MB_UNSEAL_BAD);
}

static void longer_form_of_a_length_is_refused(void **state)
{
	struct mb_secret der = {0};
	char longer[512];

	(void)state;
	seal(keys, 1, "hi", 2, &der);
	assert_memory_equal(der.data, "\060\202\001\001", 4);
	memcpy(longer, "\060\203\000\001\001", 5);
	memcpy(longer + 5, der.data + 4, der.len - 4);
	assert_int_equal(opens(keys, longer, der.len + 1, ""), MB_UNSEAL_BAD);
	/* indefinite */
	memcpy(longer, "\060\200", 2);
	memcpy(longer + 2, der.data + 4, der.len - 4);
	memcpy(longer + der.len - 2, "\000\000", 2);
	assert_int_equal(opens(keys, longer, der.len, ""), MB_UNSEAL_BAD);
	mb_secret_clear(&der);
}

static void any_of_two_keys_opens_and_no_third(void **state)
{
	struct mb_secret a = {0}, b = {0};
	struct mb_key swapped[2] = { keys[1], keys[0] };

	(void)state;
	seal(keys, 2, text, strlen(text), &a);
	seal(swapped, 2, text, strlen(text), &b);
	assert_int_equal(opens(&keys[0], a.data, a.len, text), MB_UNSEAL_OK);
	assert_int_equal(opens(&keys[1], a.data, a.len, text), MB_UNSEAL_OK);
	assert_int_equal(opens(&keys[2], a.data, a.len, text),
			 MB_UNSEAL_OTHER_KEY);
	/* DER: whatever the order they were given in */
	assert_memory_equal(a.data, b.data, 60);
	mb_secret_clear(&a);
	mb_secret_clear(&b);
}

static void wrong_key_with_the_right_id_is_refused(void **state)
{
	struct mb_key liar = keys[1];
	struct mb_secret der = {0};

	(void)state;
	memcpy(liar.id, keys[0].id, sizeof(liar.id));
	seal(keys, 1, text, strlen(text), &der);
	assert_int_equal(opens(&liar, der.data, der.len, text), MB_UNSEAL_BAD);
	mb_secret_clear(&der);
}

static void wrong_number_of_keys_is_refused(void **state)
{
	struct mb_key same[2] = { keys[0], keys[0] };
	struct mb_secret plain = {0}, der = {0};

	(void)state;
	assert_int_equal(mb_seal(keys, 0, &plain, &der, NULL), -1);
	assert_int_equal(mb_seal(keys, 3, &plain, &der, NULL), -1);
	assert_int_equal(mb_seal(same, 2, &plain, &der, NULL), -1);
	assert_null(der.data);
}

static void empty_text_is_sealed_and_opened(void **state)
{
	struct mb_secret der = {0};

	(void)state;
	seal(keys, 1, "", 0, &der);
	assert_int_equal(opens(keys, der.data, der.len, ""), MB_UNSEAL_OK);
	mb_secret_clear(&der);
}

static void every_length_around_a_length_octet_works(void **state)
{
	static const size_t lengths[] = {
		1, 2, 3, 40, 41, 42, 43, 44, 45, 120, 160, 165, 170, 171, 172,
		60 * 1024, 65400, 65450, 65451, 65535, 65536, 1 << 20,
	};
	struct mb_secret plain = {0}, der = {0}, again = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		mb_secret_clear(&plain);
		while (plain.len < lengths[i])
			mb_secret_append(&plain, "x", 1);
		assert_int_equal(mb_seal(keys, 1, &plain, &der, NULL), 0);
		assert_int_equal(mb_unseal(keys, der.data, der.len, false, "f",
					   &again, NULL), MB_UNSEAL_OK);
		assert_true(mb_secret_equal(&plain, &again));
	}
	mb_secret_clear(&plain);
	mb_secret_clear(&der);
	mb_secret_clear(&again);
}

static void limit_is_sealed_and_one_more_is_not(void **state)
{
	struct mb_secret plain = {0}, der = {0}, again = {0};
	struct mb_err e = {0};
	char *big = calloc(1, MB_SEAL_MAX + 1);

	(void)state;
	assert_non_null(big);
	mb_secret_set(&plain, big, MB_SEAL_MAX + 1);
	assert_int_equal(mb_seal(keys, 1, &plain, &der, &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	assert_null(der.data);
	mb_secret_truncate(&plain, MB_SEAL_MAX);
	assert_int_equal(mb_seal(keys, 1, &plain, &der, &e), 0);
	assert_int_equal(mb_unseal(keys, der.data, der.len, false, "f", &again,
				   NULL), MB_UNSEAL_OK);
	assert_true(mb_secret_equal(&plain, &again));
	free(big);
	mb_secret_clear(&plain);
	mb_secret_clear(&der);
	mb_secret_clear(&again);
}

static void errors_say_what_kind_of_file_it_is(void **state)
{
	struct mb_secret plain = {0}, der = {0};
	char line[MB_ERR_LINE];
	struct mb_err e = {0};

	(void)state;
	seal(keys, 1, "hi", 2, &der);
	assert_int_equal(mb_unseal(keys, "credentials = ();\n", 18, false,
				   "credentials.conf", &plain, &e),
			 MB_UNSEAL_NOT_SEALED);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "credentials.conf is plain text, a sealed file is "
			    "expected; run: mailbearer apply FILE, then delete "
			    "it [not-sealed]");
	mb_unseal(&keys[1], der.data, der.len, false, "f", &plain, &e);
	assert_int_equal(e.id, MB_E_KEY_CHANGED);
	assert_non_null(strstr(e.cause, keys[0].id));
	assert_non_null(strstr(e.cause, keys[1].id));
	mb_unseal(keys, der.data, der.len - 1, false, "f", &plain, &e);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "f is damaged, or not a sealed file; restore it "
			    "from a backup [sealed-bad]");
	mb_secret_clear(&der);
}

static void error_queue_of_the_host_is_left_alone(void **state)
{
	struct mb_secret der = {0};

	(void)state;
	seal(keys, 1, text, strlen(text), &der);
	der.data[der.len - 1] ^= 1;
	ERR_clear_error();
	opens(keys, der.data, der.len, text);
	assert_int_equal(ERR_peek_error(), 0);
	ERR_raise(ERR_LIB_USER, 42);
	opens(keys, der.data, der.len, text);
	der.data[90] ^= 1;
	opens(keys, der.data, der.len, text);
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), 42);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
	assert_int_equal(ERR_get_error(), 0);
	mb_secret_clear(&der);
}

static void stock_openssl_rescues_a_record(void **state)
{
	const char *argv[] = {
		"openssl", "cms", "-decrypt", "-binary", "-inform", "DER",
		"-in", NULL, "-out", NULL, "-secretkey",
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191a1b1c1d1e1f", NULL,
	};
	struct mb_secret der = {0};
	char *got;
	size_t n;
	int rc;

	(void)state;
	seal(keys, 1, text, strlen(text), &der);
	run_write("sealed", der.data, der.len);
	argv[7] = run_path("sealed");
	argv[9] = run_path("plain");
	rc = run_program(argv);
	mb_secret_clear(&der);
	if (rc == RUN_NOT_FOUND) {
		print_message("skipped: no openssl program\n");
		skip();
	}
	assert_int_equal(rc, 0);
	got = run_read("plain", &n);
	assert_non_null(got);
	assert_memory_equal(got, "# recipients sha256 ", 20);
	assert_string_equal(got + 85, text);
	free(got);
}

static int clean(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_id_is_sixteen_digits_of_a_digest),
		cmocka_unit_test(what_an_older_version_sealed_still_opens),
		cmocka_unit_test(container_is_the_documented_bytes),
		cmocka_unit_test(sealing_twice_shares_nothing_random),
		cmocka_unit_test(every_single_bit_flip_is_refused),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(trailing_byte_is_refused),
		cmocka_unit_test(reserved_but_unwritten_file_is_no_container),
		cmocka_unit_test(longer_form_of_a_length_is_refused),
		cmocka_unit_test(any_of_two_keys_opens_and_no_third),
		cmocka_unit_test(wrong_key_with_the_right_id_is_refused),
		cmocka_unit_test(wrong_number_of_keys_is_refused),
		cmocka_unit_test(empty_text_is_sealed_and_opened),
		cmocka_unit_test(every_length_around_a_length_octet_works),
		cmocka_unit_test(limit_is_sealed_and_one_more_is_not),
		cmocka_unit_test(errors_say_what_kind_of_file_it_is),
		cmocka_unit_test(error_queue_of_the_host_is_left_alone),
		cmocka_unit_test(stock_openssl_rescues_a_record),
	};

	return cmocka_run_group_tests(tests, make_keys, clean);
}
