/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/home.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/paths.h"
#include "tests/unit/run.h"
#include "tests/unit/unit.h"

static struct mb_home home;
static struct mb_err err;

static int setup(void **state)
{
	static const char *const names[] = {
		"MAILBEARER_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
		"XDG_STATE_HOME", "CREDENTIALS_DIRECTORY",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	setenv("HOME", run_dir(), 1);
	home = (struct mb_home){0};
	err = (struct mb_err){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

static void locate_user(void)
{
	assert_int_equal(mb_home_locate(MB_HOME_USER, NULL, MB_CALLER_HOST,
					&home, &err), 0);
}

static void user_store_follows_xdg(void **state)
{
	(void)state;
	setenv("HOME", "/h", 1);
	locate_user();
	assert_string_equal(home.key_path, "/h/.local/share/mailbearer/key");
	assert_string_equal(home.conf_dir, "/h/.config/mailbearer");
	assert_string_equal(home.records_dir,
			    "/h/.local/state/mailbearer/accounts");
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_STATE_HOME", "relative", 1);
	locate_user();
	assert_string_equal(home.key_path, "/d/mailbearer/key");
	assert_string_equal(home.conf_dir, "/c/mailbearer");
	assert_string_equal(home.records_dir,
			    "/h/.local/state/mailbearer/accounts");
}

static void host_without_home_has_no_user_store(void **state)
{
	(void)state;
	unsetenv("HOME");
	assert_int_equal(mb_home_locate(MB_HOME_USER, NULL, MB_CALLER_HOST,
					&home, &err), -1);
	assert_int_equal(err.id, MB_E_NO_STORE);
	assert_string_equal(home.key_path, "");
	/* the tool asks the password entry */
	assert_int_equal(mb_home_locate(MB_HOME_USER, NULL, MB_CALLER_TOOL,
					&home, &err), 0);
	assert_int_equal(home.key_path[0], '/');
	/* and finding goes on to the system's, which is not there */
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 0);
}

static void system_store_lies_in_the_configured_directories(void **state)
{
	char want[PATH_MAX];

	(void)state;
	assert_int_equal(mb_home_locate(MB_HOME_SYSTEM, NULL, MB_CALLER_HOST,
					&home, &err), 0);
	snprintf(want, sizeof(want), "%s/key", mb_path_statedir);
	assert_string_equal(home.key_path, want);
	assert_string_equal(home.conf_dir, mb_path_confdir);
	snprintf(want, sizeof(want), "%s/accounts", mb_path_statedir);
	assert_string_equal(home.records_dir, want);
}

static void one_directory_holds_all(void **state)
{
	(void)state;
	assert_int_equal(mb_home_locate(MB_HOME_DIR, "/x", MB_CALLER_HOST,
					&home, &err), 0);
	assert_string_equal(home.key_path, "/x/key");
	assert_string_equal(home.conf_dir, "/x");
	assert_string_equal(home.records_dir, "/x/accounts");
	assert_int_equal(home.kind, MB_HOME_DIR);
	assert_int_equal(mb_home_locate(MB_HOME_DIR, "", MB_CALLER_HOST,
					&home, &err), -1);
	assert_int_equal(err.id, MB_E_USAGE);
}

static void overlong_path_is_refused(void **state)
{
	char path[PATH_MAX + 1];

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[PATH_MAX - 9] = '\0';	/* "/accounts" does not fit */
	assert_int_equal(mb_home_locate(MB_HOME_DIR, path, MB_CALLER_HOST,
					&home, &err), -1);
	path[PATH_MAX - 10] = '\0';
	assert_int_equal(mb_home_locate(MB_HOME_DIR, path, MB_CALLER_HOST,
					&home, &err), 0);
}

static void variable_names_the_store(void **state)
{
	(void)state;
	setenv("MAILBEARER_HOME", run_dir(), 1);
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 0);
	run_write("key", "k", 1);
	chmod(run_path("key"), 0600);
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 1);
	assert_int_equal(home.kind, MB_HOME_DIR);
	assert_string_equal(home.key_path, run_path("key"));
	setenv("MAILBEARER_HOME", "relative", 1);
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 0);
}

static void root_trusts_the_variable_only_if_all_is_roots(void **state)
{
	static const char *const names[] = { "key", "credentials.conf", "." };

	(void)state;
	if (geteuid() != 0)
		skip();
	setenv("MAILBEARER_HOME", run_dir(), 1);
	run_write("key", "k", 1);
	run_write("credentials.conf", "c", 1);
	for (size_t i = 0; i < 3; i++) {
		const char *path = run_path(names[i]);

		chmod(path, 0770);
		assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err),
				 0);
		assert_int_equal(mb_home_find(MB_CALLER_TOOL, &home, &err),
				 -1);
		assert_int_equal(err.id, MB_E_UNSAFE_FILE);
		chmod(path, 0750);
		assert_int_equal(mb_home_find(MB_CALLER_TOOL, &home, &err),
				 1);
		assert_int_equal(chown(path, 1, 0), 0);
		assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err),
				 0);
		assert_int_equal(chown(path, 0, 0), 0);
		assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err),
				 1);
	}
}

static void make_user_key(void)
{
	char path[PATH_MAX];

	locate_user();
	for (char *p = strchr(home.key_path + strlen(run_dir()) + 1, '/'); p;
	     p = strchr(p + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s",
			 (int)(p - home.key_path), home.key_path);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	run_write(".local/share/mailbearer/key", "k", 1);
}

static void own_store_is_found_by_its_key(void **state)
{
	(void)state;
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 0);
	make_user_key();
	/* root uses the system's, whatever lies in its home */
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err),
			 geteuid() == 0 ? 0 : 1);
	if (geteuid() == 0)
		return;
	assert_int_equal(home.kind, MB_HOME_USER);
	/* broken, but one's own: it is reported when opened */
	chmod(home.key_path, 0);
	assert_int_equal(mb_home_find(MB_CALLER_HOST, &home, &err), 1);
}

static void key_passed_by_systemd_is_for_the_tool(void **state)
{
	(void)state;
	setenv("CREDENTIALS_DIRECTORY", run_dir(), 1);
	assert_int_equal(mb_home_locate(MB_HOME_SYSTEM, NULL, MB_CALLER_TOOL,
					&home, &err), 0);
	assert_false(home.key_passed);
	run_write("key", "k", 1);
	assert_int_equal(mb_home_locate(MB_HOME_SYSTEM, NULL, MB_CALLER_TOOL,
					&home, &err), 0);
	assert_true(home.key_passed);
	assert_string_equal(home.key_path, run_path("key"));
	assert_int_equal(mb_home_locate(MB_HOME_SYSTEM, NULL, MB_CALLER_HOST,
					&home, &err), 0);
	assert_false(home.key_passed);
	assert_int_equal(mb_home_find(MB_CALLER_TOOL, &home, &err), 1);
	assert_int_equal(home.kind, MB_HOME_SYSTEM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(user_store_follows_xdg),
		TEST(host_without_home_has_no_user_store),
		TEST(system_store_lies_in_the_configured_directories),
		TEST(one_directory_holds_all),
		TEST(overlong_path_is_refused),
		TEST(variable_names_the_store),
		TEST(root_trusts_the_variable_only_if_all_is_roots),
		TEST(own_store_is_found_by_its_key),
		TEST(key_passed_by_systemd_is_for_the_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
