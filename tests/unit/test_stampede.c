/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes and threads meet one expired token in a real store: exactly
 * one request, and everybody gets its token.  The endpoint rotates and takes
 * each refresh token once. */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/token.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { PROCESSES = 100, THREADS = 16, KILLS = 40 };

/* The endpoint, shared by all processes. */
struct endpoint {
	atomic_int requests;
	atomic_int reused;	/* an old refresh token was shown */
	atomic_int serial;	/* of the refresh token that is good */
	atomic_int go;
};

static struct endpoint *endpoint;
static struct mb_home home;

static int lookup(const struct mb_secret *text, const char *name,
		  struct mb_credential *out, char digest[65],
		  struct mb_err *e)
{
	(void)text;
	(void)e;
	mb_credential_clear(out);
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->hosts, sizeof(out->hosts), "*.example.org");
	out->rotates = true;
	memcpy(digest, "d", 2);
	return 0;
}

static enum mb_outcome refresh(const struct mb_credential *c,
			       const char *account, int64_t age_s,
			       const struct mb_secret *refresh_token,
			       const struct mb_patience *p,
			       struct mb_grant *out, struct mb_err *e)
{
	char good[40], text[40];
	int serial;

	(void)c;
	(void)age_s;
	(void)p;
	atomic_fetch_add(&endpoint->requests, 1);
	serial = atomic_load(&endpoint->serial);
	snprintf(good, sizeof(good), "refresh-%d", serial);
	if (strcmp(mb_secret_str(refresh_token), good) != 0) {
		atomic_fetch_add(&endpoint->reused, 1);
		mb_fail(e, MB_E_SIGN_IN_NEEDED, account, "reused");
		return MB_OUT_TOKEN_DEAD;
	}
	mb_sleep_ms(5, NULL);
	serial = atomic_fetch_add(&endpoint->serial, 1) + 1;
	snprintf(text, sizeof(text), "refresh-%d", serial);
	mb_secret_set(&out->refresh_token, text, strlen(text));
	snprintf(text, sizeof(text), "access-%d", serial);
	mb_secret_set(&out->access_token, text, strlen(text));
	out->expires_at = mb_now() + 3600;
	return MB_OUT_GRANTED;
}

static const struct mb_redeem redeem = {
	.abi = MB_REDEEM_ABI, .find = lookup, .refresh = refresh,
};

static int load(void *ctx, const struct mb_redeem **r, struct mb_err *e)
{
	(void)ctx;
	(void)e;
	*r = &redeem;
	return 0;
}

/* What one mail program does.  0 when it has the wanted token. */
static int authenticate(bool force, const char *want)
{
	struct mb_deadline d = mb_deadline_in(20000);
	struct mb_store *s = store_open(&home);
	struct mb_token_world w = { .records = &mb_store_records,
				    .records_ctx = s, .redeem = load };
	struct mb_token_want q = { .account = OWNER, .deadline = &d,
				   .host = "smtp.example.org",
				   .force = force };
	struct mb_record r = {0};
	struct mb_err e = {0};
	int ret = mb_token_get(&w, &q, &r, NULL, &e);

	if (ret == 0 && want &&
	    strcmp(mb_secret_str(&r.access_token), want) != 0)
		ret = 1;
	if (ret < 0)
		print_message("# %s: %s\n", e.object, e.cause);
	mb_record_clear(&r);
	mb_store_free(&s);
	return ret ? 1 : 0;
}

static void expire(void)
{
	struct mb_store *s = store_open(&home);
	struct mb_record r = {0};
	char text[40];

	mb_store_read(s, store_id(OWNER), &r, NULL, NULL);
	store_fill(&r, OWNER, r.generation + 1);
	snprintf(text, sizeof(text), "refresh-%d",
		 atomic_load(&endpoint->serial));
	mb_secret_set(&r.refresh_token, text, strlen(text));
	r.obtained_at = mb_now() - 4000;
	r.expires_at = mb_now() - 400;
	store_put(s, &r);
	mb_record_clear(&r);
	mb_store_free(&s);
	atomic_store(&endpoint->requests, 0);
	atomic_store(&endpoint->go, 0);
}

static int setup(void **state)
{
	(void)state;
	endpoint = mmap(NULL, sizeof(*endpoint), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	store_make(&home, (uid_t)-1);
	return endpoint == MAP_FAILED ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(endpoint, sizeof(*endpoint));
	run_clean();
	return 0;
}

static void wait_for_go(void)
{
	while (!atomic_load(&endpoint->go))
		mb_sleep_ms(1, NULL);
}

static void hundred_processes_send_one_request(void **state)
{
	pid_t pid[PROCESSES];
	char want[40];
	int status, bad = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		expire();
		snprintf(want, sizeof(want), "access-%d",
			 atomic_load(&endpoint->serial) + 1);
		for (int i = 0; i < PROCESSES; i++) {
			pid[i] = fork();
			if (pid[i] == 0) {
				wait_for_go();
				_exit(authenticate(false, want));
			}
		}
		atomic_store(&endpoint->go, 1);
		for (int i = 0; i < PROCESSES; i++) {
			assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
			if (status != 0)
				bad++;
		}
		assert_int_equal(bad, 0);
		assert_int_equal(atomic_load(&endpoint->requests), 1);
	}
	assert_int_equal(atomic_load(&endpoint->reused), 0);
}

static void *thread(void *arg)
{
	wait_for_go();
	return authenticate(false, arg) == 0 ? NULL : arg;
}

static void sixteen_threads_send_one_request(void **state)
{
	pthread_t id[THREADS];
	char want[40];
	void *bad;

	(void)state;
	expire();
	snprintf(want, sizeof(want), "access-%d",
		 atomic_load(&endpoint->serial) + 1);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&id[i], NULL, thread, want),
				 0);
	atomic_store(&endpoint->go, 1);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(id[i], &bad), 0);
		assert_null(bad);
	}
	assert_int_equal(atomic_load(&endpoint->requests), 1);
}

/* In process, a kill between request and commit loses the rotation; at any
 * other moment nothing may be lost, and nothing may ever be half written. */
static int serial_on_disk(void)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_store *s = store_open(&home);
	struct mb_record r = {0};
	struct mb_err e = {0};
	bool adopted;
	int n;

	assert_int_equal(mb_store_trylock(s, store_id(OWNER), &l, &e), 1);
	if (mb_store_reserve(s, &l, &adopted, &e) < 0 ||
	    mb_store_read(s, store_id(OWNER), &r, NULL, &e) != 1)
		fail_msg("%s: %s", e.object, e.cause);
	n = (int)strtol(mb_secret_str(&r.refresh_token) + strlen("refresh-"),
			NULL, 10);
	mb_store_abandon(s, &l);
	mb_store_unlock(s, &l);
	mb_store_free(&s);
	mb_record_clear(&r);
	return n;
}

static void kill_9_leaves_no_half_written_record(void **state)
{
	int status, behind, lost = 0;
	pid_t pid;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		expire();
		pid = fork();
		if (pid == 0)
			for (;;)
				authenticate(true, NULL);
		mb_sleep_ms(1 + i * 7 % 23, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		behind = atomic_load(&endpoint->serial) - serial_on_disk();
		assert_in_range(behind, 0, 1);
		lost += behind;
	}
	print_message("# %d kills, %d between request and rename\n", KILLS,
		      lost);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hundred_processes_send_one_request),
		TEST(sixteen_threads_send_one_request),
		TEST(kill_9_leaves_no_half_written_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
