/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores that cannot be written, for whatever reason: a token that is valid is
 * used and the reason said, and no request is sent whose answer would be lost.
 * Mounts need root. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sweep/bed.h"
#include "tests/sweep/faults.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { NOBODY = 65534, CANNOT = 77, TIMEOUT_S = 60 };

/* A way to spoil the store, and what is said of it. */
struct spoiled {
	int (*spoil)(void);
	void (*mend)(void);
	enum mb_id id;
};

/* ---- works in children: no assertions of cmocka's ---- */

struct wanted {
	int64_t left;
	bool keeps;
	bool works;
	const char *token;
	int requests, notes;
};

static int complain(const char *what, long got, long should)
{
	printf("# %s: %ld, should be %ld\n", what, got, should);
	fflush(stdout);
	return 1;
}

static int try_one(const struct spoiled *s, const struct wanted *w)
{
	struct mb_record got = {0};
	struct mb_err e = {0};
	int ret, bad = 0;

	bed_enrol(w->left);
	bed.keeps = w->keeps;
	if (s->spoil() < 0)
		return CANNOT;
	ret = bed_token(&got, false, &e);
	faults_disarm();
	s->mend();
	if ((ret == 0) != w->works)
		bad = complain("works", ret == 0, w->works);
	if (ret < 0 && e.id != s->id)
		bad = complain(e.cause, e.id, s->id);
	if (ret == 0 && strcmp(mb_secret_str(&got.access_token), w->token))
		bad = complain(w->token, 0, 1);
	if (bed.requests != w->requests)
		bad = complain("requests", bed.requests, w->requests);
	if (bed.notes != w->notes)
		bad = complain("notes", bed.notes, w->notes);
	if (bed.notes && bed.noted.id != s->id)
		bad = complain(bed.noted.cause, bed.noted.id, s->id);
	bed.trials++;
	bed.total_requests += bed.requests;
	bed.failed += ret < 0;
	mb_record_clear(&got);
	/* Mended, it goes on where it was. */
	if (!bed_alive()) {
		bed.lost++;
		bad = complain("alive", 0, 1);
	}
	bed.keeps = false;
	return bad;
}

static int try_all(const struct spoiled *s)
{
	static const struct wanted wanted[] = {
		{ 3000, false, true, "access-5", 0, 0 },
		{ 300, false, true, "access-5", 0, 1 },
		{ -1, false, false, NULL, 0, 0 },
		{ -1, true, true, "new-1", 1, 1 },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int bad = try_one(s, &wanted[i]);

		if (bad) {
			complain("case", (long)i, 0);
			return bad;
		}
	}
	return 0;
}

/* f in a child; skips where the child says that it cannot. */
static void in_child(int (*f)(void), const char *what)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		alarm(TIMEOUT_S);
		status = f();
		if (status == 0)
			bed_report(what);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- simulated file systems ---- */

static int allocate_error;

static void without_fallocate_zeros_are_written(void **state)
{
	static const int errors[] = { EOPNOTSUPP, ENOSYS, EINVAL, EPERM };
	struct mb_record got = {0};
	struct mb_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		bed_enrol(-1);
		faults_arm(FAULT_ALLOCATE, -1, errors[i]);
		assert_int_equal(bed_token(&got, false, &e), 0);
		assert_int_equal(faults_disarm(), 1);
		assert_string_equal(mb_secret_str(&got.access_token), "new-1");
		assert_int_equal(bed.notes, 0);
		mb_record_clear(&got);
		bed.trials++;
		bed.total_requests += bed.requests;
		assert_true(bed_alive());
	}
	bed_report("disk: no posix_fallocate");
}

static int lock_fails(void)
{
	faults_arm(FAULT_LOCK, -1, ENOLCK);
	return 0;
}

static int allocate_fails(void)
{
	faults_arm(FAULT_ALLOCATE, -1, allocate_error);
	return 0;
}

static void nothing(void)
{
}

static void without_locks_nothing_is_asked_that_rotates(void **state)
{
	static const struct spoiled s = { lock_fails, nothing, MB_E_NO_LOCK };

	(void)state;
	assert_int_equal(try_all(&s), 0);
	bed_report("disk: no locks");
}

static void a_used_up_quota_is_a_full_disk(void **state)
{
	static const struct spoiled s = { allocate_fails, nothing,
					  MB_E_DISK_FULL };

	(void)state;
	allocate_error = EDQUOT;
	assert_int_equal(try_all(&s), 0);
	bed_report("disk: quota used up");
}

/* ---- lock files ---- */

static int lock_missing(void)
{
	return unlink(store_file(OWNER, "lock"));
}

static void a_missing_lock_file_is_made(void **state)
{
	struct mb_record got = {0};
	struct mb_err e = {0};

	(void)state;
	bed_enrol(-1);
	assert_int_equal(lock_missing(), 0);
	assert_int_equal(bed_token(&got, false, &e), 0);
	assert_string_equal(mb_secret_str(&got.access_token), "new-1");
	assert_int_equal(access(store_file(OWNER, "lock"), F_OK), 0);
	mb_record_clear(&got);
}

static int lock_of_another(void)
{
	return chown(store_file(OWNER, "lock"), NOBODY, NOBODY) < 0 ? -1 : 0;
}

static void lock_is_ours(void)
{
	(void)!chown(store_file(OWNER, "lock"), geteuid(), getegid());
}

static void a_foreign_lock_file_is_not_used(void **state)
{
	static const struct spoiled s = { lock_of_another, lock_is_ours,
					  MB_E_UNSAFE_FILE };
	int r;

	(void)state;
	r = geteuid() == 0 ? try_all(&s) : CANNOT;
	if (r == CANNOT)
		skip();
	assert_int_equal(r, 0);
	bed_report("disk: foreign lock file");
}

/* ---- a directory that cannot be written ---- */

static int give_one(const char *path, const struct stat *st, int type,
		    struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return lchown(path, NOBODY, NOBODY);
}

/* Permissions mean nothing to root. */
static int become_nobody(void)
{
	if (geteuid() != 0)
		return 0;
	return nftw(run_dir(), give_one, 8, FTW_PHYS) == 0 &&
	       setgroups(0, NULL) == 0 &&
	       setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0 ? 0 : -1;
}

static int close_directory(void)
{
	return chmod(bed.home.records_dir, 0500);
}

static void open_directory(void)
{
	(void)chmod(bed.home.records_dir, 0700);
}

static int in_a_closed_directory(void)
{
	static const struct spoiled s = { close_directory, open_directory,
					  MB_E_NOT_PERMITTED };

	return become_nobody() < 0 ? CANNOT : try_all(&s);
}

static void an_unwritable_directory_serves_what_is_valid(void **state)
{
	(void)state;
	/* The last: the files are not ours any more. */
	in_child(in_a_closed_directory, "disk: unwritable directory");
}

/* ---- mounts ---- */

static int own_mounts(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int make_read_only(void)
{
	return mount(NULL, bed.home.records_dir, NULL,
		     MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
}

static void make_writable(void)
{
	(void)mount(NULL, bed.home.records_dir, NULL, MS_BIND | MS_REMOUNT,
		    NULL);
}

static int on_a_read_only_mount(void)
{
	static const struct spoiled s = { make_read_only, make_writable,
					  MB_E_READ_ONLY };
	const char *dir = bed.home.records_dir;

	if (own_mounts() < 0 || mount(dir, dir, NULL, MS_BIND, NULL) < 0)
		return CANNOT;
	return try_all(&s);
}

static void a_read_only_mount_serves_what_is_valid(void **state)
{
	(void)state;
	in_child(on_a_read_only_mount, "disk: read-only mount");
}

static const char *filler(void)
{
	return run_path("s/accounts/filler");
}

static int fill(void)
{
	static const char block[4096];
	int fd = open(filler(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static void empty(void)
{
	(void)unlink(filler());
}

static int small_disk(void)
{
	return own_mounts() < 0 ||
	       mount("tmpfs", bed.home.records_dir, "tmpfs", 0,
		     "size=256k,mode=0700") < 0 ? -1 : 0;
}

static int on_a_full_disk(void)
{
	static const struct spoiled s = { fill, empty, MB_E_DISK_FULL };

	return small_disk() < 0 ? CANNOT : try_all(&s);
}

static void a_full_disk_sends_no_request(void **state)
{
	(void)state;
	in_child(on_a_full_disk, "disk: full before");
}

static void fill_meanwhile(void)
{
	(void)fill();
}

/* What was reserved before the request is enough after it. */
static int on_a_disk_that_fills(void)
{
	struct mb_record got = {0};
	struct mb_err e = {0};
	int ret;

	if (small_disk() < 0)
		return CANNOT;
	bed_enrol(-1);
	bed.during = fill_meanwhile;
	ret = bed_token(&got, false, &e);
	bed.during = NULL;
	mb_record_clear(&got);
	if (ret < 0 || bed.notes)
		return complain(e.cause, ret, 0);
	bed.trials++;
	bed.total_requests += bed.requests;
	empty();
	return bed_alive() ? 0 : complain("alive", 0, 1);
}

static void a_disk_that_fills_meanwhile_loses_nothing(void **state)
{
	(void)state;
	in_child(on_a_disk_that_fills, "disk: full during the request");
}

static int begin(void **state)
{
	(void)state;
	bed_make();
	return 0;
}

static int end(void **state)
{
	(void)state;
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_fallocate_zeros_are_written),
		cmocka_unit_test(without_locks_nothing_is_asked_that_rotates),
		cmocka_unit_test(a_used_up_quota_is_a_full_disk),
		cmocka_unit_test(a_missing_lock_file_is_made),
		cmocka_unit_test(a_foreign_lock_file_is_not_used),
		cmocka_unit_test(a_read_only_mount_serves_what_is_valid),
		cmocka_unit_test(a_full_disk_sends_no_request),
		cmocka_unit_test(a_disk_that_fills_meanwhile_loses_nothing),
		cmocka_unit_test(an_unwritable_directory_serves_what_is_valid),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
