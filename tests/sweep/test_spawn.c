/* SPDX-License-Identifier: BSD-2-Clause */
/* A mail program that starts the real refresh helper, with each allocation,
 * and each call on the way there, failing in turn: it gets its token, by the
 * helper or without, one request is sent, and the account lives. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include "lib/helper.h"
#include "tests/host/bed.h"
#include "tests/sweep/faults.h"
#include "tests/unit/unit.h"

enum { MOST = 600 };

static long trials, requests, lost, failed;

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* The host as it is after its first login: with store and http module. */
static void get_ready(void)
{
	bed_forgive();
	mailbearer_engine.close();
	assert_int_equal(mailbearer_engine.open(&bed.e), 1);
}

static int wrong(long n, const char *what)
{
	print_error("# %s, number %ld, failed: %s (%s: %s)\n", faults_name(),
		    n, what, bed.e.object, bed.e.cause);
	return 1;
}

/* What must hold, however it went.  Number of mistakes. */
static int judge(long n, int ret, int files, unsigned int kinds)
{
	int bad = 0;

	trials++;
	requests += bed_requests();
	failed += ret < 0;
	if (bed_requests() > 1)
		bad += wrong(n, "more than one request");
	if (ret < 0 && kinds == FAULT_PROCESS)
		bad += wrong(n, "no token");
	if (ret < 0 && bed.e.id != MB_E_NOMEM)
		bad += wrong(n, "said");
	if (open_files() != files)
		bad += wrong(n, "a descriptor is left");
	if (waitpid(-1, NULL, WNOHANG) != 0)	/* the endpoint */
		bad += wrong(n, "a child is left");
	bed_wait_unlocked();
	bed_forgive();
	if (bed_get(20000) < 0) {
		lost++;
		bad += wrong(n, "the account is lost");
	}
	return bad;
}

static void sweep(const char *what, unsigned int kinds, int error)
{
	int ret, files, bad = 0;
	long n;

	trials = requests = lost = failed = 0;
	for (n = 1; n < MOST; n++) {
		get_ready();
		files = open_files();
		faults_arm(kinds, n, error);
		ret = bed_get(20000);
		faults_disarm();
		bad += judge(n, ret, files, kinds);
		if (!faults_struck())
			break;
	}
	print_message("# %s: %ld trials, %ld requests, %ld accounts lost, "
		      "%ld authentications failed\n", what, trials, requests,
		      lost, failed);
	assert_in_range(n, 2, MOST - 1);
	assert_int_equal(bad, 0);
}

static void a_helper_that_cannot_be_started_is_done_without(void **state)
{
	(void)state;
	sweep("process: start of the helper", FAULT_PROCESS, EAGAIN);
}

static void a_host_without_memory_says_so(void **state)
{
	(void)state;
	sweep("memory: start of the helper", FAULT_MEMORY, ENOMEM);
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
		cmocka_unit_test(
			a_helper_that_cannot_be_started_is_done_without),
		cmocka_unit_test(a_host_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
