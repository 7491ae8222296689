/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine as the plugin sees it, over a real store. */
#include "config.h"

#include "lib/engine.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

#define HOST "smtp.example.org"
#define ENGINE (&mailbearer_engine)

enum { SERVICE = 65534 };

static struct mb_home home;
static struct mb_store *store;
static struct mb_record rec;
static struct mb_err err;
static int64_t generation;
static char user[MB_ADDRESS_MAX + 1], token[64];

static int setup(void **state)
{
	(void)state;
	ENGINE->close();
	store_make(&home, (uid_t)-1);
	setenv("MAILBEARER_HOME", run_path("s"), 1);
	store = store_open(&home);
	store_fill(&rec, OWNER, 5);
	store_put(store, &rec);
	err = (struct mb_err){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mb_store_free(&store);
	mb_record_clear(&rec);
	while (ENGINE->trouble(&err) > 0)
		;
	run_clean();
	return 0;
}

static int emit(void *arg, const char *name, const char *text, size_t len,
		struct mb_err *e)
{
	(void)arg;
	(void)e;
	snprintf(user, sizeof(user), "%s", name);
	snprintf(token, sizeof(token), "%.*s", (int)len, text);
	return 0;
}

static int get(const char *account, const char *host)
{
	struct mb_deadline d = mb_deadline_in(200);
	struct mb_engine_want want = { .account = account, .host = host,
				       .deadline = &d };

	token[0] = '\0';
	err = (struct mb_err){0};
	return ENGINE->token(&want, emit, NULL, &generation, &err);
}

static void put(int64_t gen)
{
	store_fill(&rec, OWNER, gen);
	store_put(store, &rec);
}

static void token_comes_from_disk_and_then_from_memory(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(get("Relay@Example.ORG", HOST), 0);
		assert_string_equal(token, "access-5");
		assert_string_equal(user, OWNER);
		assert_int_equal(generation, 5);
	}
	assert_int_equal(ENGINE->trouble(&err), 0);
}

static void change_on_disk_is_seen_at_once(void **state)
{
	(void)state;
	assert_int_equal(get(OWNER, HOST), 0);
	put(6);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_string_equal(token, "access-6");
	unlink(store_file(OWNER, "rec"));
	assert_int_equal(get(OWNER, HOST), -1);
	assert_int_equal(err.id, MB_E_NOT_ENROLLED);
	assert_int_equal(ENGINE->knows(OWNER, &err), 0);
}

static void damaged_record_is_told_with_its_account(void **state)
{
	(void)state;
	run_write("s/accounts/ID", "x", 1);
	assert_int_equal(rename(run_path("s/accounts/ID"),
				store_file(OWNER, "rec")), 0);
	assert_int_equal(get(OWNER, HOST), -1);
	assert_string_equal(err.remedy, "restore it from a backup, or run: "
			    "mailbearer enroll " OWNER);
}

static void more_accounts_than_slots_all_work(void **state)
{
	char account[40], want[40];

	(void)state;
	for (int i = 1; i <= 20; i++) {
		snprintf(account, sizeof(account), "a%d@example.org", i);
		store_fill(&rec, account, i);
		store_put(store, &rec);
	}
	for (int round = 0; round < 3; round++)
		for (int i = 1; i <= 20; i++) {
			snprintf(account, sizeof(account), "a%d@example.org",
				 i);
			snprintf(want, sizeof(want), "access-%d", i);
			assert_int_equal(get(account, HOST), 0);
			assert_string_equal(token, want);
			assert_string_equal(user, account);
		}
}

static void unlisted_host_gets_nothing_warm_or_cold(void **state)
{
	(void)state;
	assert_int_equal(get(OWNER, "mail.evil.test"), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_int_equal(get(OWNER, "mail.evil.test"), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
	assert_int_equal(get(OWNER, NULL), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
	assert_string_equal(token, "");
}

static void changed_credentials_file_is_looked_into(void **state)
{
	struct mb_secret text = {0};

	(void)state;
	assert_int_equal(get(OWNER, HOST), 0);
	mb_secret_set(&text, "# mailbearer-credentials 1\n", 27);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	mb_secret_clear(&text);
	assert_int_equal(get(OWNER, HOST), -1);
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
	assert_non_null(strstr(err.object, "work"));
}

static void enrolled_accounts_are_known(void **state)
{
	(void)state;
	assert_int_equal(ENGINE->open(&err), 1);
	assert_int_equal(ENGINE->knows(OWNER, &err), 1);
	assert_int_equal(ENGINE->knows("joe", &err), 0);
	assert_int_equal(ENGINE->knows("other@example.org", &err), 0);
	assert_int_equal(err.id, MB_E_NOT_ENROLLED);
}

static void what_knows_saw_is_believed_once_and_not_for_long(void **state)
{
	(void)state;
	assert_int_equal(get(OWNER, HOST), 0);
	assert_int_equal(ENGINE->knows(OWNER, &err), 1);
	put(6);
	mb_sleep_ms(40, NULL);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_string_equal(token, "access-6");
	assert_int_equal(ENGINE->knows(OWNER, &err), 1);
	assert_int_equal(get(OWNER, HOST), 0);
	put(7);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_string_equal(token, "access-7");
}

static void records_directory_put_in_place_of_another_is_found(void **state)
{
	char *dir = strdup(run_path("s/accounts"));

	(void)state;
	assert_int_equal(ENGINE->knows(OWNER, &err), 1);
	unlink(store_file(OWNER, "rec"));
	assert_int_equal(rename(dir, run_path("s/away")), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	put(6);
	assert_int_equal(ENGINE->knows(OWNER, &err), 1);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_string_equal(token, "access-6");
	free(dir);
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* "Not enrolled" would have somebody sign in for nothing. */
static int replaced_behind_a_jail(void)
{
	if (ENGINE->preload(&err) < 0)
		return 1;
	unlink(store_file(OWNER, "rec"));
	unlink(store_file(OWNER, "lock"));
	if (rmdir(run_path("s/accounts")) < 0)
		return 2;
	return ENGINE->knows(OWNER, &err) == -1 && err.id == MB_E_IO &&
	       strstr(err.remedy, "postfix reload") ? 0 : 3;
}

static void replaced_records_directory_is_no_missing_enrolment(void **state)
{
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0)
		_exit(replaced_behind_a_jail());
	assert_int_equal(status_of(pid), 0);
}

static void without_a_store_there_is_nothing(void **state)
{
	(void)state;
	setenv("MAILBEARER_HOME", "/nonexistent", 1);
	assert_int_equal(ENGINE->open(&err), 0);
	assert_int_equal(ENGINE->knows(OWNER, &err), 0);
	assert_int_equal(get(OWNER, HOST), -1);
	assert_int_equal(err.id, MB_E_NO_STORE);
}

static void broken_store_is_reported(void **state)
{
	(void)state;
	chmod(home.key_path, 0644);
	assert_int_equal(ENGINE->open(&err), -1);
	assert_int_equal(get(OWNER, HOST), -1);
	assert_int_equal(err.id, MB_E_KEY_EXPOSED);
	chmod(home.key_path, 0600);
	assert_int_equal(get(OWNER, HOST), 0);
}

static void refusal_is_recorded_and_not_forgotten(void **state)
{
	struct mb_record r = {0};

	(void)state;
	assert_int_equal(get(OWNER, HOST), 0);
	ENGINE->refused(OWNER, generation);
	assert_int_equal(mb_store_read(store, store_id(OWNER), &r, NULL,
				       &err), 1);
	assert_int_equal(r.refused_generation, r.generation);
	mb_record_clear(&r);
	/* there is no credential to refresh it with */
	assert_int_equal(get(OWNER, HOST), -1);
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
}

static void soft_expired_token_is_used_and_said_once(void **state)
{
	(void)state;
	rec.generation = 6;
	rec.obtained_at = mb_now() - 3500;
	rec.expires_at = mb_now() + 100;
	store_put(store, &rec);
	/* A helper finds out, nobody waits for it. */
	for (int i = 0; i < 500; i++) {
		assert_int_equal(get(OWNER, HOST), 0);
		if (ENGINE->trouble(&err) > 0)
			break;
		mb_sleep_ms(10, NULL);
	}
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
	assert_int_equal(ENGINE->trouble(&err), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(get(OWNER, HOST), 0);
	assert_int_equal(ENGINE->trouble(&err), 0);
}

static void older_record_than_before_is_used_and_reported(void **state)
{
	(void)state;
	put(9);
	assert_int_equal(get(OWNER, HOST), 0);
	store_fill(&rec, OWNER, 7);
	rec.obtained_at -= 100;
	store_put(store, &rec);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_string_equal(token, "access-7");
	assert_int_equal(ENGINE->trouble(&err), 1);
	assert_int_equal(err.id, MB_E_RECORD_OLD);
	assert_string_equal(err.object, OWNER);
	/* removed and enrolled anew: younger, whatever its number */
	put(9);
	assert_int_equal(get(OWNER, HOST), 0);
	put(1);
	assert_int_equal(get(OWNER, HOST), 0);
	assert_int_equal(ENGINE->trouble(&err), 0);
}

static int failing_emit(void *arg, const char *name, const char *text,
			size_t len, struct mb_err *e)
{
	(void)arg;
	(void)name;
	(void)text;
	(void)len;
	return mb_fail(e, MB_E_NOMEM, "x", "no memory");
}

static void failure_of_the_receiver_is_passed_on(void **state)
{
	struct mb_engine_want want = { .account = OWNER, .host = HOST };

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ENGINE->token(&want, failing_emit, NULL,
					       &generation, &err), -1);
		assert_int_equal(err.id, MB_E_NOMEM);
		assert_int_equal(get(OWNER, HOST), 0);
	}
}

static int seen_by_thread;

static int count_emit(void *arg, const char *name, const char *text,
		      size_t len, struct mb_err *e)
{
	(void)name;
	(void)e;
	*(int *)arg = len == 8 && memcmp(text, "access-5", 8) == 0;
	return 0;
}

static void *other_thread(void *arg)
{
	struct mb_engine_want want = { .account = OWNER, .host = HOST };
	int64_t g;

	ENGINE->token(&want, count_emit, arg, &g, NULL);
	return NULL;
}

static int emit_while_another_asks(void *arg, const char *name,
				   const char *text, size_t len,
				   struct mb_err *e)
{
	pthread_t id;

	assert_int_equal(pthread_create(&id, NULL, other_thread,
					&seen_by_thread), 0);
	assert_int_equal(pthread_join(id, NULL), 0);
	return emit(arg, name, text, len, e);
}

static void threads_do_not_wait_for_each_other(void **state)
{
	struct mb_engine_want want = { .account = OWNER, .host = HOST };

	(void)state;
	for (int i = 0; i < 2; i++) {
		seen_by_thread = 0;
		assert_int_equal(ENGINE->token(&want, emit_while_another_asks,
					       NULL, &generation, &err), 0);
		assert_string_equal(token, "access-5");
		assert_int_equal(seen_by_thread, 1);
	}
}

static int emit_and_fork(void *arg, const char *name, const char *text,
			 size_t len, struct mb_err *e)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		_exit(get(OWNER, HOST) == 0 &&
		      strcmp(token, "access-5") == 0 ? 0 : 1);
	}
	*(int *)arg = status_of(pid);
	return emit(NULL, name, text, len, e);
}

static void forked_child_works_even_with_the_lock_inherited(void **state)
{
	struct mb_engine_want want = { .account = OWNER, .host = HOST };
	int child = -1;

	(void)state;
	assert_int_equal(ENGINE->token(&want, emit_and_fork, &child,
				       &generation, &err), 0);
	assert_int_equal(child, 0);
	child = fork();
	if (child == 0)
		_exit(get(OWNER, HOST) == 0 ? 0 : 1);
	assert_int_equal(status_of(child), 0);
}

/* As Postfix does: init as root, then a jail without anything, another user.
 * The step that fails is the exit status. */
static int in_a_jail(void)
{
	if (ENGINE->preload(&err) < 0) {
		print_message("# %s: %s\n", err.object, err.cause);
		return 1;
	}
	if (chroot(run_path("jail")) < 0 || chdir("/") < 0 ||
	    setgid(SERVICE) < 0 || setuid(SERVICE) < 0)
		return 2;
	for (int i = 0; i < 2; i++)
		if (get(OWNER, HOST) < 0 || strcmp(token, "access-5") != 0)
			return 3;
	if (ENGINE->knows(OWNER, &err) != 1 ||
	    ENGINE->knows("b@example.org", &err) != 0)
		return 4;
	ENGINE->close();
	if (get(OWNER, HOST) < 0)
		return 5;
	/* records can be written, and the http module is there */
	ENGINE->refused(OWNER, generation);
	if (get(OWNER, HOST) == 0 || err.id != MB_E_NO_CREDENTIAL)
		return 6;
	return 0;
}

static void works_in_a_jail_with_nothing_in_it(void **state)
{
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	mb_store_free(&store);
	run_clean();
	store_make(&home, SERVICE);
	setenv("MAILBEARER_HOME", run_path("s"), 1);
	store = store_open(&home);
	store_put(store, &rec);
	assert_int_equal(mkdir(run_path("jail"), 0755), 0);
	ENGINE->close();
	pid = fork();
	if (pid == 0) {
		alarm(30);
		_exit(in_a_jail());
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(rmdir(run_path("jail")), 0);	/* still empty */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(token_comes_from_disk_and_then_from_memory),
		TEST(change_on_disk_is_seen_at_once),
		TEST(damaged_record_is_told_with_its_account),
		TEST(more_accounts_than_slots_all_work),
		TEST(unlisted_host_gets_nothing_warm_or_cold),
		TEST(changed_credentials_file_is_looked_into),
		TEST(enrolled_accounts_are_known),
		TEST(what_knows_saw_is_believed_once_and_not_for_long),
		TEST(records_directory_put_in_place_of_another_is_found),
		TEST(replaced_records_directory_is_no_missing_enrolment),
		TEST(without_a_store_there_is_nothing),
		TEST(broken_store_is_reported),
		TEST(refusal_is_recorded_and_not_forgotten),
		TEST(soft_expired_token_is_used_and_said_once),
		TEST(older_record_than_before_is_used_and_reported),
		TEST(failure_of_the_receiver_is_passed_on),
		TEST(threads_do_not_wait_for_each_other),
		TEST(forked_child_works_even_with_the_lock_inherited),
		TEST(works_in_a_jail_with_nothing_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
