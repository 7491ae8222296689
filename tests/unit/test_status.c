/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/lock.h"
#include "tests/unit/unit.h"
#include "tools/status.h"

static char top[64], path[128];
static struct mb_tool tool;
static struct mb_dir dir;
static struct mb_err err;

/* $T/state/accounts, as of a store of one directory. */
static int setup(void **state)
{
	char accounts[128];

	(void)state;
	snprintf(top, sizeof(top), "/tmp/mb-status.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(accounts, sizeof(accounts), "%s/accounts", top);
	snprintf(path, sizeof(path), "%s/status.json", top);
	memset(&tool, 0, sizeof(tool));
	tool.home.kind = MB_HOME_DIR;
	snprintf(tool.home.conf_dir, PATH_MAX, "%s", top);
	snprintf(tool.home.records_dir, PATH_MAX, "%s", accounts);
	dir = (struct mb_dir){ .fd = -1 };
	mb_err_clear(&err);
	return mkdir(accounts, 0700);
}

static int unlink_one(const char *name, const struct stat *st, int what,
		      struct FTW *ftw)
{
	(void)st;
	(void)what;
	(void)ftw;
	return remove(name);
}

static int teardown(void **state)
{
	(void)state;
	mb_dir_close(&dir);
	return nftw(top, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Two accounts, one of which needs somebody. */
static char one_address[] = "a\"\\@x.org", two_address[] = "b@x.org",
	    cred[] = "cred", owner[] = "", cause[] = "refused\x01 \xff \xc3\xa4",
	    no_cause[] = "";

static void two_accounts(struct mb_account list[2])
{
	list[0] = (struct mb_account){
		.address = one_address, .credential = cred, .token_of = owner,
		.cause = cause, .remedy = no_cause,
		.state = MB_STATE_SIGN_IN, .expires_at = 4000000000,
		.enrolled_at = 1000, .refreshed_at = 2000, .attempts = 3,
		.next_attempt = 5000, .error_class = "token",
		.error_id = "sign-in-needed",
	};
	list[1] = (struct mb_account){
		.address = two_address, .credential = cred, .token_of = owner,
		.cause = no_cause, .remedy = no_cause, .state = MB_STATE_OK,
	};
}

static void write_two(void)
{
	static char provider[] = "google";
	struct mb_credential c = { 0 };
	struct mb_credfile file = { .credentials = &c, .ncredentials = 1 };
	struct mb_account list[2];
	struct mb_accounts a = { .list = list, .n = 2 };

	two_accounts(list);
	snprintf(c.name, sizeof(c.name), "%s", cred);
	snprintf(c.provider, sizeof(c.provider), "%s", provider);
	assert_int_equal(mb_status_open(&tool, &dir, &err), 0);
	assert_int_equal(mb_status_write(&tool, &dir, &a, &file, &err), 0);
}

static void the_file_is_json_that_says_all_but_secrets(void **state)
{
	json_t *doc, *all, *one;
	struct stat st;
	const char *s, *class, *id, *text;
	json_int_t n, age;

	(void)state;
	write_two();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	doc = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(doc);
	assert_int_equal(json_integer_value(json_object_get(doc, "schema")),
			 1);
	assert_true(json_integer_value(json_object_get(doc, "generated_at")) >
		    1700000000);
	assert_string_equal(json_string_value(json_object_get(doc, "store")),
			    top);
	all = json_object_get(doc, "accounts");
	assert_int_equal(json_array_size(all), 2);
	one = json_array_get(all, 0);
	assert_int_equal(json_unpack(one, "{s:s, s:{s:s, s:s, s:s}, s:I, s:I}",
				     "account", &s, "last_error", "class",
				     &class, "id", &id, "text", &text,
				     "expires_at", &n, "refresh_token_age",
				     &age), 0);
	assert_string_equal(s, one_address);
	assert_string_equal(class, "token");
	assert_string_equal(id, "sign-in-needed");
	assert_string_equal(text, "refused\x01 \xef\xbf\xbd \xc3\xa4");
	assert_int_equal(n, 4000000000);
	assert_true(age > 1700000000 - 2000);
	assert_true(json_is_true(json_object_get(one, "needs_person")));
	assert_string_equal(json_string_value(json_object_get(one,
							      "provider")),
			    "google");
	assert_string_equal(json_string_value(json_object_get(one, "state")),
			    "needs sign-in");
	one = json_array_get(all, 1);
	assert_true(json_is_null(json_object_get(one, "last_error")));
	assert_true(json_is_null(json_object_get(one, "refresh_token_age")));
	json_decref(doc);
}

static void what_it_said_is_known(void **state)
{
	struct mb_known k = { 0 };
	struct mb_account list[2];

	(void)state;
	two_accounts(list);
	assert_int_equal(mb_status_open(&tool, &dir, &err), 0);
	assert_int_equal(mb_status_known(&dir, &k, &err), 0);
	assert_false(mb_status_is_known(&k, &list[0]));
	mb_dir_close(&dir);
	write_two();
	assert_int_equal(mb_status_known(&dir, &k, &err), 0);
	assert_int_equal(k.n, 1);
	assert_true(mb_status_is_known(&k, &list[0]));
	assert_false(mb_status_is_known(&k, &list[1]));
	/* Signed in anew, and dead again: news. */
	list[0].enrolled_at++;
	assert_false(mb_status_is_known(&k, &list[0]));
	mb_status_forget(&k);
}

static void junk_and_links_know_nobody(void **state)
{
	struct mb_known k = { 0 };
	FILE *f;

	(void)state;
	assert_int_equal(mb_status_open(&tool, &dir, &err), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("\"needs_person\": true\n{\"needs_person\": true}\n"
	      "{\"needs_person\": true, \"account\": 3, \"state\"", f);
	fclose(f);
	assert_int_equal(mb_status_known(&dir, &k, &err), 0);
	assert_int_equal(k.n, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(mb_status_known(&dir, &k, &err), 0);
	assert_int_equal(k.n, 0);
}

static void a_link_in_its_place_is_replaced_not_followed(void **state)
{
	char target[128];
	struct stat st;

	(void)state;
	snprintf(target, sizeof(target), "%s/target", top);
	assert_int_equal(symlink(target, path), 0);
	write_two();
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(lstat(target, &st), -1);
}

static void what_a_dead_writer_left_is_written_over(void **state)
{
	char new[160];
	FILE *f;
	json_t *doc;

	(void)state;
	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(new, "w");
	assert_non_null(f);
	for (int i = 0; i < 100000; i++)
		fputs("junk", f);
	fclose(f);
	write_two();
	doc = json_load_file(path, 0, NULL);
	assert_non_null(doc);
	json_decref(doc);
	assert_int_equal(access(new, F_OK), -1);
}

static void another_writer_is_left_alone(void **state)
{
	char new[160];
	int fd;

	(void)state;
	snprintf(new, sizeof(new), "%s.new", path);
	fd = open(new, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(mb_lock_try(fd), 1);
	write_two();
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
	mb_dir_close(&dir);
	write_two();
	assert_int_equal(access(path, F_OK), 0);
}

/* fn as somebody who is not root. */
static void as_nobody(void (*fn)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		fn();
		return;
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(9);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void open_below_records(void)
{
	if (mb_status_open(&tool, &dir, &err) < 0 ||
	    strcmp(dir.path, tool.home.records_dir) != 0)
		_exit(1);
}

static void open_nowhere(void)
{
	if (mb_status_open(&tool, &dir, &err) != -1 ||
	    err.id != MB_E_NOT_PERMITTED)
		_exit(1);
}

static void beside_the_records_or_else_among_them(void **state)
{
	(void)state;
	assert_int_equal(mb_status_open(&tool, &dir, &err), 0);
	assert_string_equal(dir.path, top);
	mb_dir_close(&dir);
	if (geteuid() == 0) {
		assert_int_equal(chown(tool.home.records_dir, 65534, 65534),
				 0);
		assert_int_equal(chmod(top, 0755), 0);
	} else {
		assert_int_equal(chmod(top, 0555), 0);
	}
	as_nobody(open_below_records);
	assert_int_equal(chmod(tool.home.records_dir, 0555), 0);
	as_nobody(open_nowhere);
	assert_int_equal(chmod(tool.home.records_dir, 0700), 0);
	assert_int_equal(chmod(top, 0755), 0);
}

static void the_system_has_no_place_but_below_run(void **state)
{
	(void)state;
	tool.home.kind = MB_HOME_SYSTEM;
	/* The test variant's /run does not exist. */
	assert_int_equal(mb_status_open(&tool, &dir, &err), 0);
	assert_string_equal(dir.path, tool.home.records_dir);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(the_file_is_json_that_says_all_but_secrets),
		T(what_it_said_is_known),
		T(junk_and_links_know_nobody),
		T(a_link_in_its_place_is_replaced_not_followed),
		T(what_a_dead_writer_left_is_written_over),
		T(another_writer_is_left_alone),
		T(beside_the_records_or_else_among_them),
		T(the_system_has_no_place_but_below_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
