/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/rules.h"
#include "tests/unit/unit.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TABLE MB_RULES_HEADER "seen 1.2.3\n" \
	"app client_credentials " HEX " 0 " HEX " *.x.org mail.y.org\n" \
	"own jwt_bearer " HEX " 1 " HEX " *\n" \
	"person authorization_code " HEX " 1 " HEX " *\n" \
	"rules\n" \
	"* app\n" \
	"*@a.org own\n" \
	"*@p.org person\n" \
	"b@a.org app\n" \
	"c@a.org person\n"

static struct mb_secret table;
static struct mb_rule_match m;

static int begin(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	return mb_secret_set(&table, TABLE, strlen(TABLE));
}

static int end(void **state)
{
	(void)state;
	mb_secret_clear(&table);
	return 0;
}

static void finds(const char *account, const char *pattern,
		  const char *credential)
{
	assert_int_equal(mb_rules_find(&table, account, &m, NULL), 1);
	assert_string_equal(m.pattern, pattern);
	assert_string_equal(m.credential, credential);
}

static void the_most_specific_rule_wins(void **state)
{
	(void)state;
	finds("b@a.org", "b@a.org", "app");
	assert_string_equal(m.grant, "client_credentials");
	assert_string_equal(m.hosts, "*.x.org mail.y.org");
	assert_string_equal(m.digest, HEX);
	assert_false(m.per_address);
	finds("d@a.org", "*@a.org", "own");
	assert_true(m.per_address);
	finds("d@other.org", "*", "app");
	finds("*", "*", "app");
}

static void a_rule_whose_owner_signs_in_enrols_nobody(void **state)
{
	(void)state;
	assert_int_equal(mb_rules_find(&table, "c@a.org", &m, NULL), 0);
	assert_int_equal(mb_rules_find(&table, "x@p.org", &m, NULL), 0);
}

static void a_pattern_names_its_own_rule_alone(void **state)
{
	(void)state;
	assert_int_equal(mb_rules_find(&table, "*@none.org", &m, NULL), 0);
	/* its tokens are each account's own */
	assert_int_equal(mb_rules_find(&table, "*@a.org", &m, NULL), 0);
}

static void shared_tokens_have_one_record_and_own_ones_each_theirs(void **state)
{
	char first[MB_RECORD_ID_LEN + 1];

	(void)state;
	finds("d@other.org", "*", "app");
	memcpy(first, m.id, sizeof(first));
	finds("e@other.org", "*", "app");
	assert_string_equal(first, m.id);
	finds("b@a.org", "b@a.org", "app");
	assert_string_equal(first, m.id);
	finds("d@a.org", "*@a.org", "own");
	memcpy(first, m.id, sizeof(first));
	finds("e@a.org", "*@a.org", "own");
	assert_string_not_equal(first, m.id);
}

static void the_record_names_the_rule_it_is_of(void **state)
{
	struct mb_record r = { .account = "*@a.org", .rule = HEX,
			       .grant = "client_credentials" };
	char id[MB_RECORD_ID_LEN + 1];

	(void)state;
	finds("d@other.org", "*", "app");
	assert_int_equal(mb_rules_id_of(&r, id, NULL), 0);
	assert_string_equal(id, m.id);
	finds("d@a.org", "*@a.org", "own");
	snprintf(r.account, sizeof(r.account), "D@a.org");
	snprintf(r.grant, sizeof(r.grant), "jwt_bearer");
	assert_int_equal(mb_rules_id_of(&r, id, NULL), 0);
	assert_string_equal(id, m.id);
}

static void a_table_is_of_one_credentials_file(void **state)
{
	(void)state;
	assert_true(mb_rules_current(&table, "1.2.3"));
	assert_false(mb_rules_current(&table, "1.2"));
	assert_false(mb_rules_current(&table, "1.2.34"));
}

static void a_table_cut_anywhere_is_no_crash(void **state)
{
	size_t n = strlen(TABLE);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct mb_err e = {0};

		assert_int_equal(mb_secret_set(&table, TABLE, i), 0);
		(void)mb_rules_find(&table, "d@a.org", &m, &e);
		(void)mb_rules_find(&table, "zz@zz.org", &m, &e);
	}
	assert_int_equal(mb_secret_set(&table, TABLE, n), 0);
	for (size_t i = 0; i < n; i++) {
		table.data[i] ^= 1;
		(void)mb_rules_find(&table, "d@a.org", &m, NULL);
		table.data[i] ^= 1;
	}
}

static void every_rule_of_many_is_found(void **state)
{
	struct mb_secret big = {0};
	char line[80];

	(void)state;
	assert_int_equal(mb_secret_append_str(&big, MB_RULES_HEADER "seen x\n"
		"app client_credentials " HEX " 0 " HEX " *\nrules\n"), 0);
	for (int i = 0; i < 3000; i++) {
		snprintf(line, sizeof(line), "u%05d@a.org app\n", i);
		assert_int_equal(mb_secret_append_str(&big, line), 0);
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(line, sizeof(line), "u%05d@a.org", i);
		assert_int_equal(mb_rules_find(&big, line, &m, NULL), 1);
		assert_string_equal(m.pattern, line);
	}
	assert_int_equal(mb_rules_find(&big, "u03000@a.org", &m, NULL), 0);
	assert_int_equal(mb_rules_find(&big, "t@a.org", &m, NULL), 0);
	mb_secret_clear(&big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(the_most_specific_rule_wins),
		T(a_rule_whose_owner_signs_in_enrols_nobody),
		T(a_pattern_names_its_own_rule_alone),
		T(shared_tokens_have_one_record_and_own_ones_each_theirs),
		T(the_record_names_the_rule_it_is_of),
		T(a_table_is_of_one_credentials_file),
		T(a_table_cut_anywhere_is_no_crash),
		T(every_rule_of_many_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
