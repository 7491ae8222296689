/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kill -9 at every system call of a refresh, of the mail program and of the
 * helper, and at random; the endpoint takes each refresh token once.  Prints
 * a table: what was done, how often, requests, accounts lost, logins failed
 * afterwards.  MB_LONG: every step instead of a sample, and 2000 at random.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/engine_http.h"
#include "tests/host/bed.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

/* tests/host/paths.c: not const there. */
enum { HELPER_PATH_MAX = 512 };
extern char mb_path_helper[HELPER_PATH_MAX];

enum { STEPS_MAX = 5000, RANDOM_SHORT = 60, RANDOM_LONG = 2000 };

struct table {
	const char *fault;
	int trials;
	long requests;
	int lost;		/* the token on record is not the server's */
	int failed;		/* logins afterwards, of accounts not lost */
};

static bool long_form(void)
{
	return getenv("MB_LONG") != NULL;
}

static int setup(void **state)
{
	(void)state;
	bed_make("rotate", true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_clean();
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return 0;
}

static void print_table(const struct table *t)
{
	printf("# %-36s %5d trials, %5ld requests, %3d lost, %3d failed\n",
	       t->fault, t->trials, t->requests, t->lost, t->failed);
	fflush(stdout);
}

/* ---- one trial ---- */

/* As if its owner had signed in again. */
static void enrol_anew(long serial)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_record r = {0};
	char text[40];

	bed_record(&r);
	snprintf(text, sizeof(text), "refresh-%ld", serial);
	mb_secret_set(&r.refresh_token, text, strlen(text));
	r.error_class[0] = '\0';
	r.generation++;
	store_put(s, &r);
	mb_record_clear(&r);
	mb_store_free(&s);
}

/* Whatever was killed is gone: how is the account? */
static void examine(struct table *t, long before)
{
	long requests, serial;

	/* adopts what a dead writer left, as the next writer would */
	bed_wait_unlocked();
	requests = bed_requests();
	serial = bed_serial();
	t->trials++;
	assert_in_range(requests, 0, 1);
	assert_in_range(serial, before, before + requests);
	if (serial == before + requests) {
		if (bed_get(20000) == 0) {
			t->requests += requests;
			return;
		}
		/* Sent, and met the endpoint only now? */
		if (requests == 1 || bed_requests() != 2) {
			t->failed++;
			return;
		}
		requests = 1;
	}
	t->requests += requests;
	t->lost++;
	enrol_anew(before + requests);
}

static int host(void)
{
	return bed_get(20000) == 0 ? 0 : 1;
}

/* ---- at the n-th system call ---- */

static pid_t start_traced(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		raise(SIGSTOP);
		_exit(host());
	}
	assert_int_equal(waitpid(pid, &status, __WALL), pid);
	if (!WIFSTOPPED(status))
		return 0;
	return pid;
}

struct chase {
	pid_t host;
	pid_t helper;		/* 0: not started yet; -1: over */
	bool follow;		/* the helper is to be killed, not the host */
	int at;			/* the system call to kill it at */
	int calls;		/* so far; each is seen twice */
	bool done;		/* killed */
};

/* One stop of a traced process; what signal it gets on its way. */
static int on_stop(struct chase *c, pid_t pid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_EXEC)
		c->helper = pid;
	if (sig == (SIGTRAP | 0x80) &&
	    pid == (c->follow ? c->helper : c->host)) {
		if (++c->calls == 2 * c->at - 1) {
			c->done = true;
			kill(pid, SIGKILL);
		}
		return 0;
	}
	return sig == (SIGTRAP | 0x80) || sig == SIGTRAP || sig == SIGSTOP ?
	       0 : sig;
}

/* Runs until the host is gone, and what was followed, too. */
static void chase(struct chase *c)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	int status, left = 1;
	pid_t pid;

	if (c->follow)
		options |= PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	ptrace(PTRACE_SETOPTIONS, c->host, NULL, (void *)options);
	ptrace(PTRACE_SYSCALL, c->host, NULL, NULL);
	while (left && (pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			long sig = on_stop(c, pid, status);

			/* may fail: it was just killed */
			(void)ptrace(PTRACE_SYSCALL, pid, NULL, (void *)sig);
			continue;
		}
		if (pid == c->host)
			left = 0;
	}
}

static int stride(int shortly)
{
	return long_form() ? 1 : shortly;
}

/* false: nothing may be traced here. */
static bool sweep(struct table *t, bool follow, int step)
{
	bool more = true;
	long before;

	/* Not always the same ones in the short form. */
	for (int at = 1 + (int)(time(NULL) % step); more && at < STEPS_MAX;
	     at += step) {
		struct chase c = { .follow = follow, .at = at };

		bed_wait_unlocked();
		bed_expire();
		before = bed_serial();
		c.host = start_traced();
		if (!c.host)
			return false;
		chase(&c);
		more = c.done;
		examine(t, before);
	}
	print_table(t);
	assert_false(more);
	assert_int_equal(t->failed, 0);
	return true;
}

static void host_killed_at_any_step_loses_nothing(void **state)
{
	struct table t = { .fault = "kill -9 of the host, each step" };

	(void)state;
	if (!sweep(&t, false, stride(2)))
		return;
	assert_int_equal(t.lost, 0);
	assert_true(t.trials > 20);
}

/* Between "request sent" and "written" it may, and that is counted. */
static void helper_killed_at_any_step_leaves_a_whole_record(void **state)
{
	struct table t = { .fault = "kill -9 of the helper, each step" };

	(void)state;
	if (!sweep(&t, true, stride(25)))
		return;
	assert_in_range(t.lost, 0, t.requests);
	assert_true(t.trials > 10);
}

static void without_a_helper_only_sent_requests_are_lost(void **state)
{
	struct table t = { .fault = "kill -9 in process, each step" };
	const struct mb_redeem *http;
	char good[HELPER_PATH_MAX];
	struct mb_err e = {0};
	bool traced;

	(void)state;
	memcpy(good, mb_path_helper, sizeof(good));
	/* Loading it is of no interest. */
	assert_int_equal(mb_engine_http(&http, &e), 0);
	assert_int_equal(http->prepare(&e), 0);
	snprintf(mb_path_helper, HELPER_PATH_MAX, "/nonexistent");
	traced = sweep(&t, false, stride(2));
	memcpy(mb_path_helper, good, sizeof(good));
	assert_in_range(t.lost, 0, t.requests);
	assert_true(!traced || t.trials > 20);
}

/* ---- at random ---- */

static void random_kills(struct table *t, int usecs)
{
	int n = long_form() ? RANDOM_LONG : RANDOM_SHORT, status;
	struct timespec pause = {0};
	long before;
	pid_t pid;

	srandom((unsigned int)getpid());
	for (int i = 0; i < n; i++) {
		bed_wait_unlocked();
		bed_expire();
		before = bed_serial();
		pid = fork();
		if (pid == 0)
			_exit(host());
		pause.tv_nsec = random() % usecs * 1000L;
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		examine(t, before);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	print_table(t);
	assert_int_equal(t->failed, 0);
}

static void host_killed_at_random_loses_nothing(void **state)
{
	struct table t = { .fault = "kill -9 of the host, at random" };

	(void)state;
	random_kills(&t, 25000);
	assert_int_equal(t.lost, 0);
}

static void in_process_random_kills_corrupt_nothing(void **state)
{
	struct table t = { .fault = "kill -9 in process, at random" };
	char good[HELPER_PATH_MAX];

	(void)state;
	memcpy(good, mb_path_helper, sizeof(good));
	snprintf(mb_path_helper, HELPER_PATH_MAX, "/nonexistent");
	random_kills(&t, 6000);
	memcpy(mb_path_helper, good, sizeof(good));
	assert_in_range(t.lost, 0, t.requests);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_killed_at_any_step_loses_nothing),
		TEST(host_killed_at_random_loses_nothing),
		TEST(helper_killed_at_any_step_leaves_a_whole_record),
		TEST(without_a_helper_only_sent_requests_are_lost),
		TEST(in_process_random_kills_corrupt_nothing),
	};

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
