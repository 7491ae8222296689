/* SPDX-License-Identifier: BSD-2-Clause */
/* The refresh helper, started by hosts of all kinds. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/helper.h"
#include "tests/host/bed.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

/* tests/host/paths.c: not const there. */
enum { HELPER_PATH_MAX = 512 };
extern char mb_path_helper[HELPER_PATH_MAX];
extern char mb_build_id[];

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
	return 0;
}

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int get_without_curl(void)
{
	int before;

	if (bed_mapped("http.so") || bed_mapped("libcurl"))
		return 100;
	mailbearer_engine.open(&bed.e);
	before = open_files();
	if (bed_get(20000) < 0)
		return 1;
	if (bed_mapped("http.so") || bed_mapped("libcurl") || bed_mapped("libconfig"))
		return 2;
	return strcmp(bed.token, "access-1") != 0 ? 3 :
	       open_files() != before ? 4 : 0;
}

static void host_gets_a_token_without_libcurl_or_new_descriptors(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_without_curl), 0);
	assert_int_equal(bed_requests(), 1);
	assert_int_equal(bed_serial(), 1);
	assert_true(bed_alive());
}

static int get_once(void)
{
	return bed_get(20000) == 0 ? 0 : 1;
}

static void nobody_waits_while_the_old_token_is_valid(void **state)
{
	int64_t start;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=700\n");
	bed_due();
	start = mb_mono_ms();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(bed_get(20000), 0);
		assert_string_equal(bed.token, "access-0");
	}
	assert_in_range(mb_mono_ms() - start, 0, 500);
	bed_wait_unlocked();
	assert_int_equal(bed_requests(), 1);
	assert_int_equal(bed_get(20000), 0);
	assert_string_equal(bed.token, "access-1");
}

static void callers_deadline_is_not_the_requests(void **state)
{
	(void)state;
	fake_tokend_answers(&bed.server, "slow=600\n");
	assert_int_equal(bed_get(200), -1);
	assert_int_equal(bed.e.id, MB_E_TIMEOUT);
	assert_int_equal(bed_get(20000), 0);
	assert_string_equal(bed.token, "access-1");
	assert_int_equal(bed_requests(), 1);
}

static void providers_refusal_is_passed_on_and_recorded(void **state)
{
	struct mb_record r = {0};

	(void)state;
	fake_tokend_answers(&bed.server, "error=invalid_grant\n");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(bed_child(get_once), 1);
		assert_int_equal(bed_get(20000), -1);
		assert_int_equal(bed.e.id, MB_E_SIGN_IN_NEEDED);
		assert_string_equal(bed.e.object, BED_ACCOUNT);
	}
	assert_int_equal(bed_requests(), 1);
	bed_record(&r);
	assert_string_equal(r.error_class, "token");
	mb_record_clear(&r);
}

static void forced_refresh_and_refusal_go_through_the_helper(void **state)
{
	struct mb_record r = {0};

	(void)state;
	assert_int_equal(bed_get(20000), 0);
	bed_record(&r);
	mailbearer_engine.refused(BED_ACCOUNT, r.generation);
	mb_record_clear(&r);
	assert_int_equal(bed_get(20000), 0);
	assert_string_equal(bed.token, "access-2");
	assert_int_equal(bed_requests(), 2);
	/* refused again at once: the server's trouble, not the token's */
	bed_record(&r);
	mailbearer_engine.refused(BED_ACCOUNT, r.generation);
	mb_record_clear(&r);
	assert_int_equal(bed_get(20000), 0);
	assert_int_equal(bed_requests(), 2);
}

/* ---- hosts ---- */

static volatile sig_atomic_t seen;

static void on_child(int sig)
{
	(void)sig;
	seen++;
}

static int get_and_look_for_children(void)
{
	struct sigaction sa = { .sa_handler = on_child };

	sigaction(SIGCHLD, &sa, NULL);
	for (int i = 0; i < 3; i++) {
		bed_expire();
		if (bed_get(20000) < 0)
			return 1;
		if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
			return 2;
	}
	bed_wait_unlocked();
	mb_sleep_ms(20, NULL);
	return seen ? 3 : 0;
}

static void host_that_reaps_all_children_sees_none(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_and_look_for_children), 0);
}

static int get_ignoring_children(void)
{
	signal(SIGCHLD, SIG_IGN);
	return bed_get(20000) < 0 || bed_mapped("libcurl");
}

static void host_that_ignores_sigchld_is_served(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_ignoring_children), 0);
	assert_int_equal(bed_requests(), 1);
}

/* Whatever calls of that number fail with EPERM from now on. */
static int forbid(int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0,
			 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* As in the service of the timer, @privileged being refused. */
static int get_where_nobody_changes_ids(void)
{
	static const int calls[] = { SYS_setuid, SYS_setreuid, SYS_setresuid,
				     SYS_setgid, SYS_setregid, SYS_setresgid,
				     SYS_setgroups, SYS_chroot };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (forbid(calls[i]) < 0)
			return 77;
	return bed_get(20000) < 0 ? 1 : bed_mapped("http.so") ? 2 : 0;
}

static void helper_runs_where_nobody_may_change_ids(void **state)
{
	int r;

	(void)state;
	r = bed_child(get_where_nobody_changes_ids);
	if (r == 77)
		return;	/* not allowed here */
	assert_int_equal(r, 0);
	assert_int_equal(bed_requests(), 1);
	assert_int_equal(bed_serial(), 1);
}

/* In process, then: with the module. */
static int get_in_process(void)
{
	char line[MB_ERR_LINE];

	if (bed_get(20000) == 0)
		return bed_mapped("http.so") ? 0 : 2;
	printf("# %s\n", mb_err_line(&bed.e, line, sizeof(line)));
	fflush(stdout);
	return 1;
}

static int get_without_clone(void)
{
	return forbid(SYS_clone) < 0 ? 77 : get_in_process();
}

static int get_without_exec(void)
{
	return forbid(SYS_execve) < 0 ? 77 : get_in_process();
}

static int get_without_socketpair(void)
{
	return forbid(SYS_socketpair) < 0 ? 77 : get_in_process();
}

static void without_clone_exec_or_sockets_it_is_done_in_process(void **state)
{
	static int (*const hosts[])(void) = {
		get_without_clone, get_without_exec, get_without_socketpair,
	};
	int r;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		bed_expire();
		r = bed_child(hosts[i]);
		if (r == 77)
			return;	/* not allowed here */
		assert_int_equal(r, 0);
		assert_int_equal(bed_requests(), 1);
	}
	assert_true(bed_alive());
}

static int get_without_processes(void)
{
	const struct rlimit none = { 0, 0 };

	if (geteuid() == 0 && (setresgid(65534, 65534, 65534) < 0 ||
			       setresuid(65534, 65534, 65534) < 0))
		return 77;
	if (setrlimit(RLIMIT_NPROC, &none) < 0)
		return 77;
	return get_in_process();
}

static void without_leave_for_processes_it_is_done_in_process(void **state)
{
	const char *const chown[] = { "chown", "-R", "65534:65534", run_dir(),
				      NULL };
	const char *const back[] = { "chown", "-R", "0:0", run_dir(), NULL };
	int r;

	(void)state;
	if (geteuid() == 0)
		assert_int_equal(run_program(chown), 0);
	r = bed_child(get_without_processes);
	if (geteuid() == 0)
		assert_int_equal(run_program(back), 0);
	if (r == 77)
		return;	/* not allowed here */
	assert_int_equal(r, 0);
	assert_int_equal(bed_requests(), 1);
}

static int get_with_few_descriptors(void)
{
	struct rlimit few = { 24, 24 };

	mailbearer_engine.open(&bed.e);
	return setrlimit(RLIMIT_NOFILE, &few) < 0 ? 77 : get_in_process();
}

static void without_descriptors_to_spare_it_is_done_in_process(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_with_few_descriptors), 0);
	assert_int_equal(bed_requests(), 1);
}

static void use_helper(const char *path)
{
	snprintf(mb_path_helper, HELPER_PATH_MAX, "%s", path);
}

static void without_a_helper_that_runs_it_is_done_in_process(void **state)
{
	static const char *const paths[] = {
		"/nonexistent/mailbearer-refresh", "/dev/null", "/",
		"/bin/false", "/bin/true",
	};
	char good[HELPER_PATH_MAX];

	(void)state;
	snprintf(good, sizeof(good), "%s", mb_path_helper);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		use_helper(paths[i]);
		bed_expire();
		assert_int_equal(bed_child(get_in_process), 0);
		assert_int_equal(bed_requests(), 1);
	}
	use_helper(good);
	assert_true(bed_alive());
}

static int get_after_upgrade(void)
{
	memcpy(mb_build_id, "0.0", 3);
	if (bed_get(20000) == 0 || bed.e.id != MB_E_UPGRADED)
		return 1;
	return strstr(bed.e.remedy, "restart") ? 0 : 2;
}

static void helper_of_another_build_says_restart(void **state)
{
	(void)state;
	assert_int_equal(bed_child(get_after_upgrade), 0);
	assert_int_equal(bed_requests(), 0);
	assert_true(bed_alive());
}

/* ---- helpers and hosts that end ---- */

/* A helper that is ours: this process is its next subreaper. */
static pid_t find_helper(void)
{
	char path[300], line[400], *at;
	struct dirent *entry;
	DIR *d = opendir("/proc");
	pid_t found = 0;
	FILE *f;

	while (!found && (entry = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		at = fgets(line, sizeof(line), f) ?
		     strstr(line, "(mailbearer-refr) ") : NULL;
		if (at && strtol(at + 20, NULL, 10) == getpid() &&
		    at[18] != 'Z')
			found = (pid_t)strtol(entry->d_name, NULL, 10);
		fclose(f);
	}
	closedir(d);
	return found;
}

static pid_t await_helper(void)
{
	pid_t pid = 0;

	for (int i = 0; i < 2000 && !pid; i++) {
		pid = find_helper();
		if (!pid)
			mb_sleep_ms(2, NULL);
	}
	assert_true(pid > 0);
	/* It reads its request before anything else. */
	while (bed_requests() == 0)
		mb_sleep_ms(2, NULL);
	return pid;
}

static pid_t start_host(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(bed_get(20000) == 0 ? 0 : 1);
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   256 + WTERMSIG(status);
}

static void killed_host_loses_nothing(void **state)
{
	pid_t host;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=300\n");
	host = start_host();
	await_helper();
	kill(host, SIGKILL);
	assert_int_equal(end_of(host), 256 + SIGKILL);
	assert_int_equal(bed_serial(), 0);
	bed_wait_unlocked();
	assert_int_equal(bed_serial(), 1);
	assert_int_equal(bed_requests(), 1);
	assert_int_equal(bed_get(20000), 0);
	assert_string_equal(bed.token, "access-1");
	assert_true(bed_alive());
}

static int get_and_leave(void)
{
	return bed_get(20000) == 0 ? 0 : 1;
}

static void host_may_exit_while_the_helper_runs(void **state)
{
	(void)state;
	bed_due();
	fake_tokend_answers(&bed.server, "slow=300\n");
	assert_int_equal(bed_child(get_and_leave), 0);
	bed_wait_unlocked();
	assert_int_equal(bed_serial(), 1);
	assert_true(bed_alive());
}

static void helper_finishes_before_it_obeys_sigterm(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
				       SIGPIPE, SIGUSR1, SIGALRM };
	pid_t host, helper;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=1000\n");
	host = start_host();
	helper = await_helper();
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		kill(helper, signals[i]);
	assert_int_equal(end_of(host), 0);
	assert_int_equal(end_of(helper), 0);
	assert_int_equal(bed_serial(), 1);
}

static void stopped_helper_holds_the_caller_to_its_deadline_only(void **state)
{
	pid_t host, helper;
	int64_t start;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=1000\n");
	host = start_host();
	helper = await_helper();
	kill(helper, SIGSTOP);
	start = mb_mono_ms();
	assert_int_equal(bed_get(300), -1);
	assert_int_equal(bed.e.id, MB_E_TIMEOUT);
	assert_in_range(mb_mono_ms() - start, 250, 3000);
	kill(helper, SIGCONT);
	assert_int_equal(end_of(host), 0);
	assert_int_equal(end_of(helper), 0);
	assert_int_equal(bed_serial(), 1);
	assert_int_equal(bed_requests(), 1);
}

static void killed_helper_leaves_the_lock_free_and_the_record_whole(
	void **state)
{
	pid_t host, helper;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=5000\nkeep\n");
	host = start_host();
	helper = await_helper();
	kill(helper, SIGKILL);
	assert_int_equal(end_of(host), 1);
	assert_int_equal(end_of(helper), 256 + SIGKILL);
	assert_int_equal(bed_serial(), 0);
	assert_int_equal(bed_get(20000), 0);
	assert_true(bed_alive());
}

/* A directory where the record should go: no rename succeeds. */
static void helper_writes_again_when_the_record_cannot_be_written(
	void **state)
{
	char aside[300];
	pid_t host, helper;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=300\n");
	host = start_host();
	helper = await_helper();
	snprintf(aside, sizeof(aside), "%s.aside",
		 store_file(BED_ACCOUNT, "rec"));
	assert_int_equal(rename(store_file(BED_ACCOUNT, "rec"), aside), 0);
	assert_int_equal(mkdir(store_file(BED_ACCOUNT, "rec"), 0700), 0);
	/* It has its token nevertheless. */
	assert_int_equal(end_of(host), 0);
	assert_int_equal(rmdir(store_file(BED_ACCOUNT, "rec")), 0);
	assert_int_equal(end_of(helper), 0);
	assert_int_equal(bed_serial(), 1);
	assert_true(bed_alive());
}

static int get_preloaded(void)
{
	return mailbearer_engine.preload(&bed.e) < 0 ? 1 : get_once();
}

static int get_jailed(void)
{
	if (mailbearer_engine.preload(&bed.e) < 0)
		return 1;
	return chroot(run_path("s")) < 0 ? 77 : get_once();
}

static void preloaded_host_has_a_helper_unless_it_was_jailed(void **state)
{
	int r;

	(void)state;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	assert_int_equal(bed_child(get_preloaded), 0);
	bed_wait_unlocked();
	mb_sleep_ms(50, NULL);
	assert_true(waitpid(-1, NULL, WNOHANG) > 0);
	bed_expire();
	r = bed_child(get_jailed);
	if (r == 77)
		return;	/* not allowed here */
	assert_int_equal(r, 0);
	/* not one child more than tokend */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	assert_int_equal(find_helper(), 0);
	assert_int_equal(bed_requests(), 1);
}

/* Line NAME of /proc/PID/status. */
static bool status_says(pid_t pid, const char *name, const char *text)
{
	char path[64], line[256];
	bool yes = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && !yes && fgets(line, sizeof(line), f))
		yes = strncmp(line, name, strlen(name)) == 0 &&
		      strstr(line, text);
	if (f)
		fclose(f);
	return yes;
}

static void helper_of_roots_is_the_records_owner(void **state)
{
	enum { SERVICE = 65534 };
	pid_t host, helper;
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		return;
	bed_clean();
	bed_make_for(SERVICE, "slow=400", true);
	assert_int_equal(chmod(run_dir(), 0755), 0);
	host = start_host();
	helper = await_helper();
	assert_true(status_says(helper, "Uid:",
				"\t65534\t65534\t65534\t65534"));
	assert_true(status_says(helper, "Gid:",
				"\t65534\t65534\t65534\t65534"));
	assert_true(status_says(helper, "Groups:", "\t65534 \n"));
	assert_true(status_says(helper, "CapEff:", "0000000000000000"));
	assert_int_equal(end_of(host), 0);
	assert_int_equal(end_of(helper), 0);
	assert_int_equal(bed_serial(), 1);
	assert_int_equal(stat(store_file(BED_ACCOUNT, "rec"), &st), 0);
	assert_int_equal(st.st_uid, SERVICE);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void answer_after_40_seconds_is_not_lost(void **state)
{
	pid_t host;

	(void)state;
	if (!getenv("MB_LONG"))
		return;
	fake_tokend_answers(&bed.server, "slow=40000\nrotate\n");
	assert_int_equal(bed_get(30000), -1);
	assert_int_equal(bed.e.id, MB_E_TIMEOUT);
	host = start_host();
	assert_int_equal(end_of(host), 0);
	assert_int_equal(bed_serial(), 1);
	assert_int_equal(bed_requests(), 1);
	assert_true(bed_alive());
}

/* Nothing of the host's is left in it. */
static void helper_is_on_its_own(void **state)
{
	char path[64], where[64] = "", line[256];
	pid_t host, helper;
	int files = 0;
	struct dirent *entry;
	DIR *d;
	FILE *f;

	(void)state;
	fake_tokend_answers(&bed.server, "slow=400\n");
	/* inherited on purpose */
	files = open("/dev/null", O_RDONLY);
	host = start_host();
	helper = await_helper();
	assert_int_equal(getsid(helper) == getsid(0), 0);
	if (geteuid() != 0)
		goto end;
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)helper);
	assert_true(readlink(path, where, sizeof(where) - 1) > 0);
	assert_string_equal(where, "/");
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)helper);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fread(line, 1, sizeof(line), f), 0);
	fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)helper);
	d = opendir(path);
	assert_non_null(d);
	while ((entry = readdir(d))) {
		char link[400];
		ssize_t n;

		snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
		n = readlink(link, line, sizeof(line) - 1);
		if (n <= 0 || entry->d_name[0] == '.')
			continue;
		line[n] = '\0';
		/* standard streams, and its numbered descriptors */
		if (strcmp(line, "/dev/null") == 0)
			assert_in_range(strtol(entry->d_name, NULL, 10), 0, 2);
		assert_null(strstr(line, "pipe:"));
	}
	closedir(d);
end:
	close(files);
	assert_int_equal(end_of(host), 0);
	assert_int_equal(end_of(helper), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_gets_a_token_without_libcurl_or_new_descriptors),
		TEST(nobody_waits_while_the_old_token_is_valid),
		TEST(callers_deadline_is_not_the_requests),
		TEST(providers_refusal_is_passed_on_and_recorded),
		TEST(forced_refresh_and_refusal_go_through_the_helper),
		TEST(host_that_reaps_all_children_sees_none),
		TEST(host_that_ignores_sigchld_is_served),
		TEST(without_clone_exec_or_sockets_it_is_done_in_process),
		TEST(helper_runs_where_nobody_may_change_ids),
		TEST(without_leave_for_processes_it_is_done_in_process),
		TEST(without_descriptors_to_spare_it_is_done_in_process),
		TEST(without_a_helper_that_runs_it_is_done_in_process),
		TEST(helper_of_another_build_says_restart),
		TEST(killed_host_loses_nothing),
		TEST(host_may_exit_while_the_helper_runs),
		TEST(helper_finishes_before_it_obeys_sigterm),
		TEST(stopped_helper_holds_the_caller_to_its_deadline_only),
		TEST(killed_helper_leaves_the_lock_free_and_the_record_whole),
		TEST(helper_is_on_its_own),
		TEST(helper_writes_again_when_the_record_cannot_be_written),
		TEST(preloaded_host_has_a_helper_unless_it_was_jailed),
		TEST(helper_of_roots_is_the_records_owner),
		TEST(answer_after_40_seconds_is_not_lost),
	};

	/* Helpers that lost their host become ours, and can be told apart
	 * from other people's. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
