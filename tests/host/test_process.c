/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections, forks, and libsasl2 started and ended over and over in one
 * process. */
#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/fixture.h"

/* ---- life of the process ---- */

static void a_second_connection_gets_its_own_token(void **state)
{
	struct client a = client_with(ACCOUNT), b = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_start(&a), SASL_CONTINUE);
	fake->token = "second";
	fake->token_len = 6;
	assert_int_equal(client_start(&b), SASL_CONTINUE);
	assert_out(&a, XOAUTH2);
	assert_out(&b, "user=" ACCOUNT "\001auth=Bearer second\001\001");
	client_end(&a);
	assert_out(&b, "user=" ACCOUNT "\001auth=Bearer second\001\001");
	client_end(&b);
}

static void a_child_forked_after_init_authenticates(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct client c = client_with(ACCOUNT);
		int r = client_start(&c);

		client_end(&c);
		_exit(r == SASL_CONTINUE ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void init_twice_then_done_twice_works(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(client_init(FAKE_PLUGIN_DIR), SASL_OK);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	client_end(&c);
	client_done();
	c = client_with(ACCOUNT);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, XOAUTH2);
	client_end(&c);
}

static void done_and_init_again_works(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	for (int i = 0; i < 3; i++) {
		client_done();
		assert_int_equal(client_init(FAKE_PLUGIN_DIR), SASL_OK);
		c = client_with(ACCOUNT);
		assert_int_equal(client_start(&c), SASL_CONTINUE);
		assert_out(&c, XOAUTH2);
		client_end(&c);
	}
	assert_string_equal(client_log, "");
}

static void without_a_store_there_are_no_mechanisms_and_no_words(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	client_done();
	assert_int_equal(setenv("MAILBEARER_HOME", "/nonexistent/store", 1), 0);
	assert_int_equal(client_init(FAKE_PLUGIN_DIR), SASL_OK);
	assert_string_equal(client_log, "");
	assert_int_equal(client_start(&c), SASL_NOMECH);
	client_end(&c);
	/* A store made meanwhile counts from the next init on. */
	client_done();
	assert_int_equal(setenv("MAILBEARER_HOME", fixture_store, 1), 0);
	assert_int_equal(client_init(FAKE_PLUGIN_DIR), SASL_OK);
	c = client_with(ACCOUNT);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	client_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_connection_gets_its_own_token),
		TEST(a_child_forked_after_init_authenticates),
		TEST(init_twice_then_done_twice_works),
		TEST(done_and_init_again_works),
		TEST(without_a_store_there_are_no_mechanisms_and_no_words),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
