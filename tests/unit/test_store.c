/* SPDX-License-Identifier: BSD-2-Clause */
/* Token records on a real file system. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sched.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { SERVICE = 65534 };

static struct mb_home home;
static struct mb_store *store;
static struct mb_record rec, got;
static struct mb_err err;
static struct mb_record_lock l;

static int setup(void **state)
{
	(void)state;
	store_make(&home, (uid_t)-1);
	store = store_open(&home);
	store_fill(&rec, OWNER, 5);
	err = (struct mb_err){0};
	l = (struct mb_record_lock){ .lock_fd = -1, .new_fd = -1 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (store)
		mb_store_unlock(store, &l);
	mb_store_free(&store);
	mb_record_clear(&rec);
	mb_record_clear(&got);
	run_clean();
	return 0;
}

static int read_it(void)
{
	err = (struct mb_err){0};
	return mb_store_read(store, store_id(OWNER), &got, NULL, &err);
}

static int reserve(bool *adopted)
{
	err = (struct mb_err){0};
	if (l.lock_fd < 0)
		assert_int_equal(mb_store_trylock(store, store_id(OWNER), &l,
						  &err), 1);
	return mb_store_reserve(store, &l, adopted, &err);
}

static void what_is_committed_can_be_read(void **state)
{
	struct mb_stamp a, b;
	struct stat st;

	(void)state;
	assert_int_equal(read_it(), 0);
	assert_int_equal(mb_store_stamp(store, store_id(OWNER), &a, &err), 0);
	store_put(store, &rec);
	assert_int_equal(mb_store_read(store, store_id(OWNER), &got, &a,
				       &err), 1);
	assert_string_equal(mb_secret_str(&got.access_token), "access-5");
	assert_int_equal(mb_store_stamp(store, store_id(OWNER), &b, &err), 1);
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(a.mtime_ns, b.mtime_ns);
	assert_int_equal(a.size, b.size);
	rec.generation = 6;
	store_put(store, &rec);
	assert_int_equal(mb_store_stamp(store, store_id(OWNER), &b, &err), 1);
	assert_true(a.mtime_ns != b.mtime_ns || a.ino != b.ino);
	assert_int_equal(stat(store_file(OWNER, "rec"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size < 4096);	/* the reservation is given back */
	assert_int_equal(access(store_file(OWNER, "new"), F_OK), -1);
}

static void nothing_of_a_token_is_on_disk_in_the_clear(void **state)
{
	char *bytes, name[80];
	size_t n;

	(void)state;
	store_put(store, &rec);
	snprintf(name, sizeof(name), "s/accounts/%s.rec", store_id(OWNER));
	bytes = run_read(name, &n);
	assert_null(memmem(bytes, n, "access-5", 8));
	assert_null(memmem(bytes, n, "refresh", 7));
	assert_null(memmem(bytes, n, "relay", 5));
	free(bytes);
}

/* Leave ID.new as a writer of that generation that died before its rename:
 * whole, with or without the tail of zeros. */
static void leave_new(int64_t generation, bool tail)
{
	struct mb_record_lock mine = { .lock_fd = -1, .new_fd = -1 };
	struct mb_record r = {0};
	char *rec_name, *keep;
	int fd;

	store_fill(&r, OWNER, generation);
	keep = strdup(store_file(OWNER, "keep"));
	rec_name = strdup(store_file(OWNER, "rec"));
	assert_int_equal(rename(rec_name, keep), 0);
	store_put(store, &r);
	assert_int_equal(rename(rec_name, store_file(OWNER, "new")), 0);
	assert_int_equal(rename(keep, rec_name), 0);
	if (tail) {
		fd = open(store_file(OWNER, "new"), O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, 65536), 0);
		close(fd);
	}
	mb_store_unlock(store, &mine);
	mb_record_clear(&r);
	free(rec_name);
	free(keep);
}

static void complete_leftover_is_adopted(void **state)
{
	bool adopted;

	(void)state;
	for (int tail = 0; tail < 2; tail++) {
		store_fill(&rec, OWNER, 5);
		store_put(store, &rec);
		leave_new(6, tail);
		assert_int_equal(reserve(&adopted), 0);
		assert_true(adopted);
		assert_int_equal(read_it(), 1);
		assert_int_equal(got.generation, 6);
		/* and there is room for the next */
		rec.generation = 7;
		assert_int_equal(mb_store_commit(store, &l, &rec, &err), 0);
		assert_int_equal(read_it(), 1);
		assert_int_equal(got.generation, 7);
		mb_store_unlock(store, &l);
		unlink(store_file(OWNER, "rec"));
	}
}

static void leftover_of_no_higher_generation_is_dropped(void **state)
{
	bool adopted;

	(void)state;
	store_put(store, &rec);
	leave_new(5, false);
	assert_int_equal(reserve(&adopted), 0);
	assert_false(adopted);
	mb_store_abandon(store, &l);
	assert_int_equal(access(store_file(OWNER, "new"), F_OK), -1);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 5);
}

static void torn_leftover_is_dropped(void **state)
{
	char name[80], *bytes;
	bool adopted;
	size_t n;

	(void)state;
	store_put(store, &rec);
	leave_new(6, false);
	snprintf(name, sizeof(name), "s/accounts/%s.new", store_id(OWNER));
	bytes = run_read(name, &n);
	for (size_t cut = 0; cut < n; cut += 97) {
		char zeros[65536] = {0};

		memcpy(zeros, bytes, cut);
		run_write(name, zeros, sizeof(zeros));
		assert_int_equal(reserve(&adopted), 0);
		assert_false(adopted);
		mb_store_unlock(store, &l);
		run_write(name, bytes, cut);
		assert_int_equal(reserve(&adopted), 0);
		assert_false(adopted);
		mb_store_unlock(store, &l);
	}
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 5);
	free(bytes);
}

static void leftover_saves_a_damaged_record(void **state)
{
	char name[80];
	bool adopted;

	(void)state;
	store_put(store, &rec);
	leave_new(6, true);
	snprintf(name, sizeof(name), "s/accounts/%s.rec", store_id(OWNER));
	run_write(name, "0", 1);
	assert_int_equal(read_it(), -1);
	assert_int_equal(reserve(&adopted), 0);
	assert_true(adopted);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 6);
}

static void leftover_of_another_key_is_left_alone(void **state)
{
	char *bytes, name[80];
	bool adopted;
	size_t n;

	(void)state;
	store_put(store, &rec);
	leave_new(6, false);
	snprintf(name, sizeof(name), "s/accounts/%s.new", store_id(OWNER));
	bytes = run_read(name, &n);
	chmod(home.key_path, 0600);
	run_write("s/key", "another key, 32 bytes, as it is.", 32);
	mb_store_free(&store);
	store = store_open(&home);
	assert_int_equal(reserve(&adopted), -1);
	assert_int_equal(err.id, MB_E_KEY_CHANGED);
	free(bytes);
	bytes = run_read(name, &n);
	assert_true(n > 100);
	free(bytes);
}

static void planted(const char *suffix, int what)
{
	char *path = strdup(store_file(OWNER, suffix));

	unlink(path);
	switch (what) {
	case 0:
		assert_int_equal(symlink(run_path("victim"), path), 0);
		break;
	case 1:
		assert_int_equal(mkfifo(path, 0600), 0);
		break;
	case 2:
		assert_int_equal(mkdir(path, 0700), 0);
		break;
	default:
		assert_int_equal(link(run_path("victim"), path), 0);
		break;
	}
	free(path);
}

static void unplant(const char *suffix)
{
	assert_int_equal(remove(store_file(OWNER, suffix)), 0);
}

static void planted_files_are_named_and_nothing_is_lost(void **state)
{
	bool adopted;
	char *text;
	size_t n;

	(void)state;
	run_write("victim", "precious", 8);
	for (int what = 0; what < 4; what++) {
		planted("rec", what);
		assert_int_equal(read_it(), -1);
		assert_int_equal(err.id, MB_E_UNSAFE_FILE);
		assert_non_null(strstr(err.object, store_id(OWNER)));
		unplant("rec");
		store_put(store, &rec);

		planted("new", what);
		assert_int_equal(reserve(&adopted), -1);
		assert_int_equal(err.id, MB_E_UNSAFE_FILE);
		mb_store_unlock(store, &l);
		unplant("new");

		planted("lock", what);
		assert_int_equal(mb_store_trylock(store, store_id(OWNER), &l,
						  &err), -1);
		assert_int_equal(err.id, MB_E_UNSAFE_FILE);
		unplant("lock");
		assert_int_equal(read_it(), 1);
		assert_int_equal(got.generation, 5);
	}
	text = run_read("victim", &n);
	assert_string_equal(text, "precious");
	free(text);
}

static void record_under_another_name_is_refused(void **state)
{
	(void)state;
	store_put(store, &rec);
	assert_int_equal(rename(store_file(OWNER, "rec"),
				store_file("other@example.org", "rec")), 0);
	assert_int_equal(mb_store_read(store, store_id("other@example.org"),
				       &got, NULL, &err), -1);
	assert_int_equal(err.id, MB_E_RECORD_BAD);
	assert_int_equal(got.access_token.len, 0);
}

static void removed_record_does_not_come_back(void **state)
{
	bool adopted;

	(void)state;
	store_put(store, &rec);
	leave_new(6, true);
	assert_int_equal(mb_store_trylock(store, store_id(OWNER), &l, &err),
			 1);
	assert_int_equal(mb_store_remove(store, &l, &err), 1);
	assert_int_equal(mb_store_remove(store, &l, &err), 0);
	assert_int_equal(reserve(&adopted), 0);
	assert_false(adopted);
	assert_int_equal(read_it(), 0);
	assert_int_equal(access(store_file(OWNER, "lock"), F_OK), 0);
}

static int count(void *arg, const char *id)
{
	int *n = arg;

	assert_int_equal(strlen(id), MB_RECORD_ID_LEN);
	return ++*n == 10 ? 7 : 0;
}

static void each_record_is_listed(void **state)
{
	char account[40];
	int n = 0;

	(void)state;
	run_write("s/accounts/readme.rec", "x", 1);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(mb_store_each(store, count, &n, &err),
				 i >= 10 ? 7 : 0);
		assert_int_equal(n, i > 10 ? 10 : i);
		n = 0;
		snprintf(account, sizeof(account), "a%d@example.org", i);
		store_fill(&rec, account, 1);
		store_put(store, &rec);
	}
}

static void second_process_finds_it_locked(void **state)
{
	struct mb_record_lock other = { .lock_fd = -1, .new_fd = -1 };

	(void)state;
	assert_int_equal(mb_store_trylock(store, store_id(OWNER), &l, &err),
			 1);
	assert_int_equal(mb_store_trylock(store, store_id(OWNER), &other,
					  &err), 0);
	assert_int_equal(mb_store_trylock(store, store_id("b@example.org"),
					  &other, &err), 1);
	mb_store_unlock(store, &other);
	mb_store_unlock(store, &l);
	assert_int_equal(mb_store_trylock(store, store_id(OWNER), &other,
					  &err), 1);
	mb_store_unlock(store, &other);
}

static void record_of_60_kib_is_too_large_for_nothing(void **state)
{
	char token[MB_TOKEN_MAX];
	bool adopted;

	(void)state;
	store_put(store, &rec);
	memset(token, 'x', sizeof(token));
	mb_secret_set(&rec.access_token, token, sizeof(token));
	mb_secret_set(&rec.refresh_token, token, sizeof(token));
	rec.generation++;
	store_put(store, &rec);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.access_token.len, sizeof(token));
	/* what cannot be stored leaves the old record */
	assert_int_equal(mb_secret_append(&rec.access_token, "x", 1), 0);
	assert_int_equal(reserve(&adopted), 0);
	assert_int_equal(mb_store_commit(store, &l, &rec, &err), -1);
	mb_store_abandon(store, &l);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 6);
}

static void no_room_leaves_the_record_and_no_rubbish(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct rlimit lim, small;
	bool adopted;
	int r;

	(void)state;
	store_put(store, &rec);
	assert_int_equal(mb_store_trylock(store, store_id(OWNER), &l, &err),
			 1);
	sigaction(SIGXFSZ, &ignore, &old);
	getrlimit(RLIMIT_FSIZE, &lim);
	small = lim;
	small.rlim_cur = 32768;
	setrlimit(RLIMIT_FSIZE, &small);
	r = mb_store_reserve(store, &l, &adopted, &err);
	setrlimit(RLIMIT_FSIZE, &lim);
	sigaction(SIGXFSZ, &old, NULL);
	assert_int_equal(r, -1);
	assert_int_equal(access(store_file(OWNER, "new"), F_OK), -1);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 5);
}

/* In a child with its own mounts; 0 as expected. */
static int on_a_full_disk(void)
{
	static const char filler[32768];
	bool adopted;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", home.records_dir, "tmpfs", 0,
		  "size=80k,mode=0700") < 0)
		return 77;
	store_put(store, &rec);		/* 64 KiB fit once */
	run_write("s/accounts/filler", filler, sizeof(filler));
	if (reserve(&adopted) == 0 || err.id != MB_E_DISK_FULL ||
	    access(store_file(OWNER, "new"), F_OK) == 0 || read_it() != 1)
		return 1;
	mb_store_unlock(store, &l);
	if (mount(NULL, home.records_dir, NULL, MS_REMOUNT | MS_RDONLY,
		  NULL) < 0)
		return 2;
	err = (struct mb_err){0};
	if (mb_store_trylock(store, store_id(OWNER), &l, &err) != -1 ||
	    err.id != MB_E_READ_ONLY || read_it() != 1)
		return 3;
	return 0;
}

static int in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		_exit(f());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void full_and_read_only_disks_are_said(void **state)
{
	int r = in_child(on_a_full_disk);

	(void)state;
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
}

static void replaced_key_is_noticed(void **state)
{
	struct mb_store *other;
	char *old_key;
	size_t n;

	(void)state;
	store_put(store, &rec);
	assert_int_equal(read_it(), 1);
	/* somebody makes the store anew, with another key */
	old_key = run_read("s/key", &n);
	chmod(home.key_path, 0600);
	run_write("s/key", "another key, 32 bytes, as it is.", 32);
	assert_int_equal(read_it(), 1);		/* the old one still opens it */
	other = store_open(&home);
	assert_int_equal(mb_store_read(other, store_id(OWNER), &got, NULL,
				       &err), -1);
	assert_int_equal(err.id, MB_E_KEY_CHANGED);
	rec.generation = 9;
	unlink(store_file(OWNER, "rec"));
	store_put(other, &rec);
	mb_store_free(&other);
	assert_int_equal(read_it(), 1);
	assert_int_equal(got.generation, 9);
	/* in a jail the path may be somebody else's */
	mb_store_jail(store);
	run_write("s/key", old_key, n);
	other = store_open(&home);
	unlink(store_file(OWNER, "rec"));
	store_put(other, &rec);
	mb_store_free(&other);
	assert_int_equal(read_it(), -1);
	assert_int_equal(err.id, MB_E_KEY_CHANGED);
	assert_string_equal(err.remedy,
			    "restart the program (postfix reload); if it stays: "
			    "restore the key");
	free(old_key);
}

static void replaced_directory_is_noticed(void **state)
{
	char *old = strdup(run_path("s/accounts")), *away;

	(void)state;
	away = strdup(run_path("s/away"));
	store_put(store, &rec);
	assert_int_equal(rename(old, away), 0);
	assert_int_equal(mkdir(old, 0700), 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(rmdir(old), 0);
	assert_int_equal(rename(away, old), 0);
	assert_int_equal(read_it(), 1);
	/* in a jail the descriptor is all there is */
	mb_store_jail(store);
	assert_int_equal(rename(old, away), 0);
	assert_int_equal(read_it(), 1);
	unlink(store_file(OWNER, "rec"));
	free(old);
	old = strdup(run_path("s/away"));
	free(away);
	run_clean();
	assert_int_equal(read_it(), -1);
	assert_int_equal(err.id, MB_E_IO);
	free(old);
}

static void open_directory_that_others_can_write_is_refused(void **state)
{
	struct mb_store *other = NULL;

	(void)state;
	chmod(home.records_dir, 0770);
	assert_int_equal(mb_store_open(&other, &home, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	chmod(home.records_dir, 0700);
	chmod(home.conf_dir, 0702);
	assert_int_equal(mb_store_open(&other, &home, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_null(other);
}

static void owned_by_service(const char *suffix)
{
	struct stat st;

	assert_int_equal(stat(store_file(OWNER, suffix), &st), 0);
	assert_int_equal(st.st_uid, SERVICE);
	assert_int_equal(st.st_gid, SERVICE);
}

static void root_acts_as_the_owner_of_the_records(void **state)
{
	struct mb_store *other;
	bool adopted;

	(void)state;
	if (geteuid() != 0)
		skip();
	mb_store_free(&store);
	run_clean();
	assert_int_equal(chmod(run_dir(), 0755), 0);
	store_make(&home, SERVICE);
	store = store_open(&home);
	store_put(store, &rec);
	owned_by_service("lock");
	owned_by_service("rec");
	assert_int_equal(reserve(&adopted), 0);
	owned_by_service("new");
	mb_store_abandon(store, &l);
	mb_store_unlock(store, &l);
	assert_int_equal(read_it(), 1);
	/* a link to what only root can read leads nowhere */
	run_write("victim", "precious", 8);
	chmod(run_path("victim"), 0600);
	assert_int_equal(unlink(store_file(OWNER, "rec")), 0);
	assert_int_equal(link(run_path("victim"), store_file(OWNER, "rec")),
			 0);
	assert_int_equal(read_it(), -1);
	unlink(store_file(OWNER, "rec"));
	/* a key changed meanwhile is read as root again */
	store_put(store, &rec);
	chmod(home.key_path, 0600);
	run_write("s/key", "another key, 32 bytes, as it is.", 32);
	chmod(home.key_path, 0400);
	other = store_open(&home);
	assert_int_equal(unlink(store_file(OWNER, "rec")), 0);
	store_put(other, &rec);
	mb_store_free(&other);
	assert_int_equal(read_it(), 1);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(access(home.key_path, W_OK), 0);
}

static int drop_and_use(void)
{
	struct mb_secret text = {0};

	if (mb_store_drop_privileges(store, true, &err) < 0)
		return 1;
	if (geteuid() != SERVICE || getuid() != SERVICE ||
	    getegid() != SERVICE || getgroups(0, NULL) != 1)
		return 2;
	if (mb_store_credentials(store, &text, &err) < 0)
		return 3;
	if (strcmp(mb_secret_str(&text), "text\n") != 0)
		return 4;
	store_put(store, &rec);
	return read_it() == 1 ? 0 : 5;
}

static void tool_becomes_the_owner_for_good(void **state)
{
	struct mb_secret text = {0};

	(void)state;
	if (geteuid() != 0)
		skip();
	mb_store_free(&store);
	run_clean();
	store_make(&home, SERVICE);
	store = store_open(&home);
	mb_secret_set(&text, "text\n", 5);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	mb_secret_clear(&text);
	/* the way there is closed to the service user: descriptors serve */
	assert_int_equal(in_child(drop_and_use), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_committed_can_be_read),
		TEST(nothing_of_a_token_is_on_disk_in_the_clear),
		TEST(complete_leftover_is_adopted),
		TEST(leftover_of_no_higher_generation_is_dropped),
		TEST(torn_leftover_is_dropped),
		TEST(leftover_saves_a_damaged_record),
		TEST(leftover_of_another_key_is_left_alone),
		TEST(planted_files_are_named_and_nothing_is_lost),
		TEST(record_under_another_name_is_refused),
		TEST(removed_record_does_not_come_back),
		TEST(each_record_is_listed),
		TEST(second_process_finds_it_locked),
		TEST(record_of_60_kib_is_too_large_for_nothing),
		TEST(no_room_leaves_the_record_and_no_rubbish),
		TEST(full_and_read_only_disks_are_said),
		TEST(replaced_key_is_noticed),
		TEST(replaced_directory_is_noticed),
		TEST(open_directory_that_others_can_write_is_refused),
		TEST(root_acts_as_the_owner_of_the_records),
		TEST(tool_becomes_the_owner_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
