/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections, forks, and libsasl2 started and ended over and over in one
 * process. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/fixture.h"

/* First in the row: after the first success the module is kept. */
static void a_module_of_another_build_asks_for_a_restart(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	fixture_pose(MB_ENGINE_ABI, "0.0.1-other");
	assert_int_equal(client_start(&c), SASL_UNAVAIL);
	assert_in(client_detail(&c), "upgraded while");
	assert_in(client_detail(&c), "restart ");
	client_end(&c);
	c = client_with(ACCOUNT);
	fixture_pose(MB_ENGINE_ABI + 1, NULL);
	assert_int_equal(client_start(&c), SASL_UNAVAIL);
	client_end(&c);
	assert_int_equal(fake->knows + fake->tokens, 0);
	fixture_pose(MB_ENGINE_ABI, NULL);
	c = client_with(ACCOUNT);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	client_end(&c);
}

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
		fake->closes = 0;
		client_done();
		assert_true(fake->closes > 0);
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

static int init_as(const char *name)
{
	char *saved = program_invocation_short_name;
	char copy[32];
	int r;

	snprintf(copy, sizeof(copy), "%s", name);
	client_done();
	fixture_reset();
	program_invocation_short_name = copy;
	r = client_init(FAKE_PLUGIN_DIR);
	program_invocation_short_name = saved;
	return r == SASL_OK ? fake->preloads : -1;
}

static void only_programs_that_jail_themselves_preload_and_only_as_root(
	void **state)
{
	int as_root = geteuid() == 0;

	(void)state;
	assert_int_equal(init_as("smtp"), as_root);
	assert_int_equal(init_as("lmtp"), as_root);
	assert_int_equal(init_as("smtpd"), 0);
	assert_int_equal(init_as("smt"), 0);
	assert_int_equal(init_as("mbsync"), 0);
	assert_int_equal(setenv("MAILBEARER_PRELOAD", "a, mbsync", 1), 0);
	assert_int_equal(init_as("mbsync"), as_root);
	assert_int_equal(init_as("a"), as_root);
	assert_int_equal(init_as("b"), 0);
	assert_int_equal(unsetenv("MAILBEARER_PRELOAD"), 0);
	assert_string_equal(client_log, "");
}

/* The first step's code in a child of another uid; SASL_FAIL if the log was
 * not empty after init. */
static int start_as_nobody(mode_t key_mode)
{
	struct client c = client_with(ACCOUNT);
	char key[160];
	int status = -1;
	pid_t pid;

	snprintf(key, sizeof(key), "%s/key", fixture_store);
	assert_int_equal(chmod(fixture_store, 0755), 0);
	assert_int_equal(chmod(key, key_mode), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		client_done();
		if (setresuid(65534, 65534, 65534) < 0 ||
		    client_init(FAKE_PLUGIN_DIR) != SASL_OK || client_log[0])
			_exit(1);
		_exit(client_start(&c) & 0xff);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_key_that_this_uid_may_not_read_is_no_store(void **state)
{
	(void)state;
	/* Only root can become somebody, who must reach the plugin then. */
	if (geteuid() != 0 || start_as_nobody(0644) != SASL_CONTINUE)
		return;	/* cmocka calls a skipped test "not ok" */
	assert_int_equal(start_as_nobody(0400), SASL_NOMECH & 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_module_of_another_build_asks_for_a_restart),
		TEST(a_second_connection_gets_its_own_token),
		TEST(a_child_forked_after_init_authenticates),
		TEST(init_twice_then_done_twice_works),
		TEST(done_and_init_again_works),
		TEST(without_a_store_there_are_no_mechanisms_and_no_words),
		TEST(only_programs_that_jail_themselves_preload_and_only_as_root),
		TEST(a_key_that_this_uid_may_not_read_is_no_store),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
