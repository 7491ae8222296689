/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin with its real engine and a real store in the real libsasl2. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/fixture.h"
#include "tests/host/store.h"

#define STAGE MB_TEST_BUILDDIR "/tests/stage/sasl2"
#define OTHER "relay@example.com"
#define HOSTS "imap.example.test *.mail.example"

static char store[128];

static int set_up(void **state)
{
	(void)state;
	if (store_make(store, sizeof(store)) < 0 ||
	    store_enrol(store, "SomeUser@example.com", TOKEN, HOSTS,
			86400) < 0)
		return -1;
	return client_init(STAGE) == SASL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	client_done();
	store_remove(store);
	return 0;
}

#define ENROLLED "user=SomeUser@example.com\001auth=Bearer " TOKEN "\001\001"

static void assert_login(const char *bytes)
{
	struct client c = client_with(ACCOUNT);
	int r = client_start(&c);

	if (r != SASL_CONTINUE)
		fail_msg("%d: %s", r, client_detail(&c));
	assert_out(&c, bytes);
	client_end(&c);
}

/* The code, and that the line is one of ours; nothing was handed out. */
static void assert_failure(struct client c, int code, const char *id)
{
	assert_int_equal(client_start(&c), code);
	assert_null(c.out);
	assert_in(client_detail(&c), id);
	client_end(&c);
	assert_not_in(client_log, TOKEN);
}

static void an_enrolled_account_logs_in_spelled_as_enrolled(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_login(ENROLLED);
	assert_login(ENROLLED);
	c.mech = "OAUTHBEARER";
	c.server = "a.mail.example";
	c.no_place = true;
	assert_int_equal(client_start(&c), SASL_OK);
	assert_out(&c, "n,a=SomeUser@example.com,\001host=a.mail.example\001"
		   "auth=Bearer " TOKEN "\001\001");
	client_end(&c);
	assert_string_equal(client_log, "");
}

static void a_host_that_is_not_listed_gets_no_token(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	c.server = "imap.example.test.attacker.example";
	assert_failure(c, SASL_NOAUTHZ, "[host-not-listed]");
	/* Neither from the process's own memory. */
	assert_login(ENROLLED);
	assert_failure(c, SASL_NOAUTHZ, "[host-not-listed]");
	c.server = "mail.example";
	assert_failure(c, SASL_NOAUTHZ, "[host-not-listed]");
}

static void an_unknown_account_is_left_to_a_password(void **state)
{
	struct client c = client_with(OTHER);

	(void)state;
	assert_failure(c, SASL_NOMECH, "mailbearer enroll " OTHER);
	c.prompts = true;
	assert_failure(c, SASL_NOUSER, "[not-enrolled]");
	c = client_with("someuser");
	assert_int_equal(client_start(&c) < 0, 1);
	client_end(&c);
}

static void an_account_enrolled_meanwhile_is_found(void **state)
{
	struct client c = client_with(OTHER);

	(void)state;
	assert_failure(c, SASL_NOMECH, "[not-enrolled]");
	assert_int_equal(store_enrol(store, OTHER, "other", HOSTS, 3600), 0);
	c = client_with(OTHER);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_out(&c, "user=" OTHER "\001auth=Bearer other\001\001");
	client_end(&c);
	assert_login(ENROLLED);
}

static void a_token_that_another_process_stored_is_used_at_once(void **state)
{
	(void)state;
	assert_login(ENROLLED);
	assert_int_equal(store_enrol(store, "SomeUser@example.com", "newer",
				     HOSTS, 3600), 0);
	assert_login("user=SomeUser@example.com\001auth=Bearer newer"
		     "\001\001");
}

static void a_refusal_is_noted_in_the_record(void **state)
{
	struct client c = client_with(ACCOUNT);
	struct mb_record r = {0};

	(void)state;
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_int_equal(client_hear(&c, CHALLENGE), SASL_OK);
	client_end(&c);
	assert_int_equal(store_read(store, ACCOUNT, &r), 0);
	assert_true(r.generation >= 1);
	assert_true(r.refused_generation >= 1);
	assert_string_equal(mb_secret_str(&r.access_token), TOKEN);
	mb_record_clear(&r);
}

static void forks_before_and_after_the_first_login_log_in(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		int status = -1;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct client c = client_with(ACCOUNT);

			_exit(client_start(&c) == SASL_CONTINUE ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_login(ENROLLED);
	}
}

static void done_and_init_again_keeps_working(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_login(ENROLLED);
		client_done();
		assert_int_equal(client_init(STAGE), SASL_OK);
	}
	assert_login(ENROLLED);
}

/* Other memory than the program's own, some of it not to be touched. */
static bool is_watched(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return dlsym(RTLD_DEFAULT, "__asan_init") ||
	       (preload && strstr(preload, "vgpreload"));
}

/* Times the first half of the token lies in memory that can be written. */
static int copies_of_token(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t n = strlen(TOKEN) / 2;
	unsigned long to;
	char *rest, line[300];
	int found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		const char *p;

		p = (const char *)strtoul(line, &rest, 16);
		to = strtoul(rest + 1, &rest, 16);
		if (strncmp(rest, " rw", 3) != 0 || strstr(line, "[v"))
			continue;
		while ((p = memmem(p, to - (unsigned long)p, TOKEN, n))) {
			found++;
			p++;
		}
	}
	fclose(maps);
	return found;
}

static void no_copy_of_the_token_outlives_its_use(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	if (is_watched())
		return;	/* cmocka calls a skipped test "not ok" */
	assert_login(ENROLLED);
	assert_int_equal(client_start(&c), SASL_CONTINUE);
	assert_true(copies_of_token() > 0);
	assert_int_equal(client_hear(&c, CHALLENGE), SASL_OK);
	client_end(&c);
	client_done();
	assert_int_equal(copies_of_token(), 0);
	assert_int_equal(client_init(STAGE), SASL_OK);
}

static void a_damaged_record_is_named_not_sent(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(store_spoil(store, ACCOUNT, "0 is not DER"), 0);
	assert_int_equal(client_start(&c) < SASL_OK, 1);
	assert_null(c.out);
	assert_in(client_log, "[");
	client_end(&c);
	assert_int_equal(store_spoil(store, ACCOUNT, ""), 0);
	c = client_with(ACCOUNT);
	c.prompts = true;
	assert_int_equal(client_start(&c) < SASL_OK, 1);
	assert_null(c.out);
	client_end(&c);
}

static void a_broken_key_still_has_mechanisms_and_is_reported(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	client_done();
	assert_int_equal(store_spoil(store, "key", "short"), 0);
	assert_int_equal(client_init(STAGE), SASL_OK);
	assert_string_equal(client_log, "");
	assert_failure(c, SASL_FAIL, "[key-bad]");
	c.prompts = true;
	assert_failure(c, SASL_FAIL, "[key-bad]");
}

static void a_key_that_others_can_read_is_reported(void **state)
{
	struct client c = client_with(ACCOUNT);
	char key[160];

	(void)state;
	client_done();
	snprintf(key, sizeof(key), "%s/key", store);
	assert_int_equal(chmod(key, 0644), 0);
	assert_int_equal(client_init(STAGE), SASL_OK);
	assert_failure(c, SASL_FAIL, "[key-exposed]");
}

static void another_key_is_a_temporary_failure(void **state)
{
	struct client c = client_with(ACCOUNT);

	(void)state;
	assert_int_equal(store_spoil(store, "key",
				     "0123456789abcdef0123456789abcdef"), 0);
	c.prompts = true;
	assert_failure(c, SASL_UNAVAIL, "[key-changed]");
}

/* As Postfix does, in a child: 0, or 1 if it was told about preloading. */
static int jailed_login(const char *program)
{
	struct client c = client_with(ACCOUNT);
	char name[16], jail[160];
	int r;

	snprintf(name, sizeof(name), "%s", program);
	snprintf(jail, sizeof(jail), "%s/jail", store);
	client_done();
	program_invocation_short_name = name;
	if (client_init(STAGE) != SASL_OK || client_log[0] ||
	    mkdir(jail, 0755) < 0 || chroot(jail) < 0 || chdir("/") < 0 ||
	    setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		return 100;
	c.no_place = true;
	r = client_start(&c);
	client_end(&c);
	if (r == SASL_OK)
		return 0;
	return strstr(client_log, "MAILBEARER_PRELOAD=other") ? 1 : 2;
}

static void in_a_jail_what_init_opened_is_enough(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(store_give(store, 65534), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(jailed_login("smtp"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void in_a_jail_a_program_that_is_not_listed_is_told_how(
	void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(store_give(store, 65534), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(jailed_login("other"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(an_enrolled_account_logs_in_spelled_as_enrolled),
		STORE_TEST(a_host_that_is_not_listed_gets_no_token),
		STORE_TEST(an_unknown_account_is_left_to_a_password),
		STORE_TEST(an_account_enrolled_meanwhile_is_found),
		STORE_TEST(a_token_that_another_process_stored_is_used_at_once),
		STORE_TEST(a_refusal_is_noted_in_the_record),
		STORE_TEST(forks_before_and_after_the_first_login_log_in),
		STORE_TEST(done_and_init_again_keeps_working),
		STORE_TEST(no_copy_of_the_token_outlives_its_use),
		STORE_TEST(a_damaged_record_is_named_not_sent),
		STORE_TEST(a_broken_key_still_has_mechanisms_and_is_reported),
		STORE_TEST(a_key_that_others_can_read_is_reported),
		STORE_TEST(in_a_jail_what_init_opened_is_enough),
		STORE_TEST(
			in_a_jail_a_program_that_is_not_listed_is_told_how),
		STORE_TEST(another_key_is_a_temporary_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
