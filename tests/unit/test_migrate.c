/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tools/migrate.h"
#include "tools/rivals.h"

static struct mb_migrate *lines(const char *text, int ret)
{
	struct mb_migrate *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	assert_int_equal(mb_migrate_lines(m, text, strlen(text), NULL), ret);
	return m;
}

static void password_that_is_a_path_is_a_token_file(void **state)
{
	struct mb_migrate *m = lines("# a comment\n"
		"[smtp.office365.com]:587\trelay@x.org:/etc/tokens/relay@x.org\r\n"
		"boss@x.org   boss@x.org:/etc/tokens/boss", 0);

	(void)state;
	assert_int_equal(m->n, 2);
	assert_string_equal(m->list[0].address, "relay@x.org");
	assert_string_equal(m->list[0].server, "[smtp.office365.com]:587");
	assert_string_equal(m->list[0].path, "/etc/tokens/relay@x.org");
	assert_string_equal(m->list[1].server, "");
	assert_string_equal(m->list[1].path, "/etc/tokens/boss");
	free(m);
}

static void password_that_is_no_path_stays_where_it_is(void **state)
{
	struct mb_migrate *m = lines("a b@x.org:secret\n\n:\nx\n c d@x:/e\n"
		"u nobody:/etc/tokens/x\nk u@x.org:\n", 0);

	(void)state;
	assert_int_equal(m->n, 0);
	free(m);
}

static void account_with_two_lines_is_taken_once(void **state)
{
	struct mb_migrate *m = lines("[a]:25 u@x.org:/1\nu@x.org u@x.org:/2\n",
				     0);

	(void)state;
	assert_int_equal(m->n, 1);
	assert_string_equal(m->list[0].path, "/1");
	free(m);
}

static void one_account_more_than_there_is_room_for_is_refused(void **state)
{
	char text[(MB_SETUP_ACCOUNTS + 1) * 32];
	struct mb_migrate *m;
	size_t n = 0;
	int i;

	(void)state;
	for (i = 0; i < MB_SETUP_ACCOUNTS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "k u%d@x:/t\n", i);
	m = lines(text, 0);
	assert_int_equal(m->n, MB_SETUP_ACCOUNTS);
	free(m);
	(void)snprintf(text + n, sizeof(text) - n, "k last@x:/t\n");
	free(lines(text, -1));
}

static int client(struct mb_clientfile *f, const char *conf, const char *token)
{
	struct mb_secret a = { 0 }, b = { 0 };
	int ret;

	assert_int_equal(mb_secret_append_str(&a, conf), 0);
	assert_int_equal(mb_secret_append_str(&b, token), 0);
	ret = mb_migrate_client(f, &a, &b, "token", NULL);
	mb_secret_clear(&a);
	mb_secret_clear(&b);
	return ret;
}

static void token_file_overrides_the_configuration(void **state)
{
	struct mb_clientfile f = { 0 };

	(void)state;
	assert_int_equal(client(&f, "{\"client_id\":\"one\","
		"\"client_secret\":\"s\",\"token_endpoint\":\"https://a.test/t\"}",
		"{\"refresh_token\":\"r\",\"client_id\":\"two\"}"), 0);
	assert_string_equal(f.c.client_id, "two");
	assert_string_equal(mb_secret_str(&f.c.client_secret), "s");
	assert_string_equal(f.c.token_endpoint, "https://a.test/t");
	mb_clientfile_clear(&f);
}

/* Issues 61 to 101 there: "no secret" is a state. */
static void empty_secret_of_the_token_file_means_none(void **state)
{
	struct mb_clientfile f = { 0 };

	(void)state;
	assert_int_equal(client(&f, "{\"client_id\":\"one\","
		"\"client_secret\":\"s\"}", "{\"client_secret\":\"\"}"), 0);
	assert_int_equal(f.c.client_secret.len, 0);
	mb_clientfile_clear(&f);
}

static void file_that_is_no_object_is_refused(void **state)
{
	struct mb_clientfile f = { 0 };

	(void)state;
	assert_int_equal(client(&f, "[]", "{}"), -1);
	assert_int_equal(client(&f, "{\"client_id\":\"a\"}", "\"x\""), -1);
	assert_int_equal(client(&f, "{\"client_id\":\"a\"}", ""), -1);
	assert_int_equal(client(&f, "{}", "{}"), -1);
}

static void package_of_a_file_is_named(void **state)
{
	char name[MB_RIVAL_PACKAGE];

	(void)state;
	mb_rivals_package("/nonexistent/plugin.so", name);
	assert_string_equal(name, "");
	if (access("/usr/bin/dpkg", X_OK) == 0 &&
	    access("/var/lib/dpkg/info/dpkg.list", F_OK) == 0) {
		mb_rivals_package("/usr/bin/dpkg", name);
		assert_string_equal(name, "dpkg");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(password_that_is_a_path_is_a_token_file),
		cmocka_unit_test(password_that_is_no_path_stays_where_it_is),
		cmocka_unit_test(account_with_two_lines_is_taken_once),
		cmocka_unit_test(
			one_account_more_than_there_is_room_for_is_refused),
		cmocka_unit_test(token_file_overrides_the_configuration),
		cmocka_unit_test(empty_secret_of_the_token_file_means_none),
		cmocka_unit_test(file_that_is_no_object_is_refused),
		cmocka_unit_test(package_of_a_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
