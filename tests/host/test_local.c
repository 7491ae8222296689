/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that loads libsasl2 itself and keeps its symbols to itself, as
 * scripting languages do: the plugin finds nothing in the global scope. */
#include "config.h"

#include <dlfcn.h>

#include "tests/host/fixture.h"

static void the_library_is_not_in_the_global_scope(void **state)
{
	(void)state;
	assert_null(dlsym(RTLD_DEFAULT, "sasl_encode64"));
}

static void a_program_that_keeps_the_library_to_itself_logs_in(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	assert_int_equal(client_hear(&c, CHALLENGE), SASL_OK);
	assert_in(client_log, "[token-refused]");
	client_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_library_is_not_in_the_global_scope),
		TEST(a_program_that_keeps_the_library_to_itself_logs_in),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
