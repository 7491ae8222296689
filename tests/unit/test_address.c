/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/address.h"
#include "tests/unit/data.h"
#include "tests/unit/unit.h"

static void check_vector(const char *address, const char *canon,
			 const char *id)
{
	char out[MB_ADDRESS_MAX + 1] = "untouched";
	char got[MB_RECORD_ID_LEN + 1];
	struct mb_err e = {0};
	int ret = mb_address_canon(address, out, &e);

	if (ret < 0 && e.id == MB_E_UNSUPPORTED) {
		print_message("not checked: %s: %s\n", e.object, e.cause);
		return;
	}
	if (strcmp(canon, "-") == 0) {
		assert_int_equal(ret, -1);
		assert_int_equal(e.id, MB_E_BAD_ADDRESS);
		assert_string_equal(out, "untouched");
		return;
	}
	assert_int_equal(ret, 0);
	assert_string_equal(out, canon);
	assert_int_equal(mb_address_record_id(out, got, &e), 0);
	assert_string_equal(got, id);
	assert_int_equal(mb_address_canon(canon, out, &e), 0);
	assert_string_equal(out, canon);
}

static void committed_vectors_hold(void **state)
{
	char *text = test_data("addresses.txt", NULL), *p = text, *end;
	int n = 0;

	(void)state;
	for (; *p; p = end + 1) {
		char *canon, *id;

		end = strchr(p, '\n');
		assert_non_null(end);
		*end = '\0';
		if (*p == '#')
			continue;
		canon = strchr(p, '\t');
		assert_non_null(canon);
		*canon++ = '\0';
		id = strchr(canon, '\t');
		assert_non_null(id);
		*id++ = '\0';
		check_vector(p, canon, id);
		n++;
	}
	free(text);
	assert_true(n > 50);
}

static void refused(const char *address)
{
	check_vector(address, "-", "-");
}

static void bytes_a_vector_file_cannot_hold_are_refused(void **state)
{
	(void)state;
	refused("a\nb@x.org");
	refused("a\tb@x.org");
	refused("a\001@x.org");
	refused("a\177@x.org");
	refused("a@x.org\n");
	refused("a\377@x.org");
	refused("a\302\205@x.org");
	refused("a@x\303.org");
	refused("\342\201\246a@x.org");
}

static void longest_address_passes_and_one_more_does_not(void **state)
{
	char address[MB_ADDRESS_MAX + 2], out[MB_ADDRESS_MAX + 1];
	struct mb_err e = {0};

	(void)state;
	memset(address, 'a', sizeof(address));
	memcpy(address + MB_ADDRESS_MAX - 6, "@x.org", 7);
	assert_int_equal(mb_address_canon(address, out, &e), 0);
	assert_string_equal(out, address);
	memcpy(address + MB_ADDRESS_MAX - 6, "a@x.org", 8);
	assert_int_equal(mb_address_canon(address, out, &e), -1);
	assert_int_equal(e.id, MB_E_BAD_ADDRESS);
}

/* 504 bytes in, but its A-label is longer. */
static void domain_that_grows_is_still_limited(void **state)
{
	char address[MB_ADDRESS_MAX + 1], out[MB_ADDRESS_MAX + 1];
	struct mb_err e = {0};

	(void)state;
	memset(address, 'a', sizeof(address));
	memcpy(address + MB_ADDRESS_MAX - 9, "@\303\274.org", 8);
	assert_int_equal(mb_address_canon(address, out, &e), -1);
	assert_true(e.id == MB_E_BAD_ADDRESS || e.id == MB_E_UNSUPPORTED);
}

static void error_names_the_address_and_how_to_write_one(void **state)
{
	char out[MB_ADDRESS_MAX + 1], line[MB_ERR_LINE];
	struct mb_err e = {0};

	(void)state;
	mb_address_canon("nobody", out, &e);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "nobody: is not an address: no @; write it as "
			    "name@example.org [bad-address]");
}

static void names_are_short_and_plain(void **state)
{
	char name[MB_NAME_MAX + 2];

	(void)state;
	assert_true(mb_name_valid("m365"));
	assert_true(mb_name_valid("a.b_c-9"));
	assert_false(mb_name_valid(""));
	assert_false(mb_name_valid("M365"));
	assert_false(mb_name_valid("a b"));
	assert_false(mb_name_valid("a@b"));
	assert_false(mb_name_valid("a/b"));
	assert_false(mb_name_valid("\303\274"));
	memset(name, 'x', sizeof(name));
	name[MB_NAME_MAX] = '\0';
	assert_true(mb_name_valid(name));
	name[MB_NAME_MAX] = 'x';
	name[MB_NAME_MAX + 1] = '\0';
	assert_false(mb_name_valid(name));
}

static void word_with_an_at_is_an_address(void **state)
{
	(void)state;
	assert_true(mb_is_address("a@x.org"));
	assert_true(mb_is_address("*@x.org"));
	assert_false(mb_is_address("m365"));
	assert_false(mb_is_address(""));
}

static void host_must_match_whole(void **state)
{
	(void)state;
	assert_true(mb_host_match("imap.gmail.com", "imap.gmail.com"));
	assert_true(mb_host_match("IMAP.gmail.com", "imap.GMAIL.com."));
	assert_true(mb_host_match("imap.gmail.com.", "imap.gmail.com"));
	assert_false(mb_host_match("imap.gmail.com", "imap.gmail.com.evil"));
	assert_false(mb_host_match("imap.gmail.com", "ximap.gmail.com"));
	assert_false(mb_host_match("gmail.com", "imap.gmail.com"));
	assert_false(mb_host_match("imap.gmail.com", "imap.gmail.com.."));
	assert_false(mb_host_match("", ""));
	assert_false(mb_host_match("", "x"));
	assert_false(mb_host_match("x", ""));
	assert_false(mb_host_match(".", "."));
}

static void star_stands_for_one_or_more_labels(void **state)
{
	(void)state;
	assert_true(mb_host_match("*.office365.com", "smtp.office365.com"));
	assert_true(mb_host_match("*.office365.com", "a.b.Office365.com."));
	assert_false(mb_host_match("*.office365.com", "office365.com"));
	assert_false(mb_host_match("*.office365.com", ".office365.com"));
	assert_false(mb_host_match("*.office365.com", "evil-office365.com"));
	assert_false(mb_host_match("*.office365.com",
				   "smtp.office365.com.evil"));
	assert_false(mb_host_match("*.", "x"));
	assert_false(mb_host_match("*", "x"));
	assert_false(mb_host_match("smtp.*.com", "smtp.x.com"));
}

static void one_pattern_of_the_list_suffices(void **state)
{
	(void)state;
	assert_true(mb_hosts_match("a.org *.b.org", "x.b.org"));
	assert_true(mb_hosts_match("  a.org  b.org ", "b.org"));
	assert_true(mb_hosts_match("*", "anything"));
	assert_true(mb_hosts_match("a.org *", "anything"));
	assert_false(mb_hosts_match("a.org b.org", "a.org b.org"));
	assert_false(mb_hosts_match("a.org b.org", "c.org"));
	assert_false(mb_hosts_match("", "c.org"));
	assert_false(mb_hosts_match(" ", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed_vectors_hold),
		cmocka_unit_test(bytes_a_vector_file_cannot_hold_are_refused),
		cmocka_unit_test(longest_address_passes_and_one_more_does_not),
		cmocka_unit_test(domain_that_grows_is_still_limited),
		cmocka_unit_test(error_names_the_address_and_how_to_write_one),
		cmocka_unit_test(names_are_short_and_plain),
		cmocka_unit_test(word_with_an_at_is_an_address),
		cmocka_unit_test(host_must_match_whole),
		cmocka_unit_test(star_stands_for_one_or_more_labels),
		cmocka_unit_test(one_pattern_of_the_list_suffices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
