/* SPDX-License-Identifier: BSD-2-Clause */
/* The refresh helper's own main, run in a copy of this process in place of the
 * program, with each of its allocations, writes and the like failing in turn:
 * the account lives, and the host learns what it met. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/helper.h"
#include "tests/host/bed.h"
#include "tests/sweep/faults.h"
#include "tests/sweep/mains.h"
#include "tests/unit/unit.h"

enum { MOST = 3000, ABOVE = 64, QUICK_MS = 1 };

/* What the copy shall meet. */
static struct {
	unsigned int kinds;
	long n;
	int error;
	bool lasting;
	pid_t pid;
} plan;

static long trials, requests, lost, failed;

/* What the program is linked with in place of lib/spawn.c, and of pauses. */
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wreserved-identifier"
#endif
int __wrap_mb_spawn(const char *path, const int *fds, int nfds);
void __real_mb_sleep_ms(int64_t ms, const struct mb_deadline *d);
void __wrap_mb_sleep_ms(int64_t ms, const struct mb_deadline *d);

static void copy(const int *fds, int nfds)
{
	int above[MB_SPAWN_FDS_MAX], i, ret;

	for (i = 0; i < nfds; i++)
		above[i] = fds[i] < 0 ? -1 :
			   fcntl(fds[i], F_DUPFD_CLOEXEC, ABOVE);
	for (i = 0; i < nfds; i++)
		if (above[i] < 0)
			(void)close(MB_SPAWN_FD + i);
		else if (dup2(above[i], MB_SPAWN_FD + i) < 0)
			_exit(99);
	faults_arm_here(plan.kinds, plan.n, plan.error);
	if (plan.lasting)
		faults_last();
	ret = helper_main();
	faults_disarm();
	_exit(ret);
}

int __wrap_mb_spawn(const char *path, const int *fds, int nfds)
{
	(void)path;
	fflush(NULL);
	plan.pid = fork();
	if (plan.pid == 0)
		copy(fds, nfds);
	return plan.pid < 0 ? errno : 0;
}

void __wrap_mb_sleep_ms(int64_t ms, const struct mb_deadline *d)
{
	__real_mb_sleep_ms(ms < QUICK_MS ? ms : QUICK_MS, d);
}
#pragma GCC diagnostic pop

static int wrong(long n, const char *what)
{
	print_error("# %s, number %ld, failed: %s (%s: %s)\n", faults_name(),
		    n, what, bed.e.object, bed.e.cause);
	return 1;
}

/* A login with the helper meeting that; number of mistakes. */
static int try_one(long n)
{
	int status = 0, ret, bad = 0;

	bed_forgive();
	plan.n = n;
	plan.pid = -1;
	faults_disarm();
	ret = bed_get(20000);
	/* Faults are shared with the copy: until it has ended, the one after
	 * its last call may be met here. */
	if (plan.pid < 0 || (waitpid(plan.pid, &status, 0) != plan.pid &&
			     waitpid(plan.pid, &status, 0) != plan.pid))
		return wrong(n, "no helper was started");
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		bad += wrong(n, "it did not come to its end");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && faults_blocks())
		bad += wrong(n, "blocks are left");
	if (ret < 0 && !faults_struck())
		bad += wrong(n, "no token, without a reason");
	if (ret < 0 && plan.kinds == FAULT_MEMORY &&
	    bed.e.id != MB_E_NOMEM && bed.e.id != MB_E_BUSY)
		bad += wrong(n, "is said");
	if (bed_requests() > 1)
		bad += wrong(n, "more than one request");
	trials++;
	requests += bed_requests();
	failed += ret < 0;
	return bad;
}

/* Mended, one more login. */
static bool lives(void)
{
	unsigned int kinds = plan.kinds;
	bool yes;

	plan.kinds = 0;
	bed_wait_unlocked();
	bed_forgive();
	yes = bed_get(20000) == 0;
	if (plan.pid > 0)
		(void)waitpid(plan.pid, NULL, 0);
	plan.kinds = kinds;
	return yes;
}

static void sweep(const char *what, unsigned int kinds, int error, long step)
{
	bool struck;
	int bad = 0;
	long n;

	trials = requests = lost = failed = 0;
	plan.kinds = kinds;
	plan.error = error;
	for (n = 1; n < MOST; n += step) {
		bad += try_one(n);
		struck = faults_struck();
		if (!lives()) {
			lost++;
			if (!plan.lasting)
				bad += wrong(n, "the account is lost");
			bed_clean();
			bed_make("rotate", true);
		}
		if (!struck)
			break;
	}
	print_message("# %s%s: %ld trials, %ld requests, %ld accounts lost, "
		      "%ld authentications failed\n", what,
		      plan.lasting ? ", and every one after it" : "", trials,
		      requests, lost, failed);
	assert_in_range(n, 2, MOST - 1);
	assert_int_equal(bad, 0);
}

static void a_helper_short_of_memory_loses_nothing(void **state)
{
	(void)state;
	sweep("memory: refresh helper", FAULT_MEMORY, ENOMEM, 1);
}

static void a_helper_on_a_bad_disk_loses_nothing(void **state)
{
	static const int errors[] = { EIO, ENOSPC, EROFS, EDQUOT, EACCES };
	size_t i, n = getenv("MB_LONG") ? sizeof(errors) / sizeof(int) : 1;

	(void)state;
	for (i = 0; i < n; i++)
		sweep("write: refresh helper", FAULT_FILE, errors[i], 1);
}

static void a_helper_that_cannot_talk_loses_nothing(void **state)
{
	(void)state;
	sweep("process: refresh helper", FAULT_PROCESS, EPIPE, 1);
}

/* No memory at all any more: what was sent may be lost then. */
static void a_helper_out_of_memory_comes_to_its_end(void **state)
{
	(void)state;
	plan.lasting = true;
	sweep("memory: refresh helper", FAULT_MEMORY, ENOMEM,
	      getenv("MB_LONG") ? 1 : 17);
	plan.lasting = false;
	assert_in_range(lost, 0, requests);
}

static int begin(void **state)
{
	(void)state;
	if (faults_share() < 0)
		return -1;
	bed_make("rotate", true);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bed_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_helper_short_of_memory_loses_nothing),
		cmocka_unit_test(a_helper_on_a_bad_disk_loses_nothing),
		cmocka_unit_test(a_helper_that_cannot_talk_loses_nothing),
		cmocka_unit_test(a_helper_out_of_memory_comes_to_its_end),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
