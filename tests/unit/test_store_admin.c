/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and mending a store, and its credentials file. */
#include "config.h"

#include "lib/store_admin.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { SERVICE = 65534 };

static struct mb_home home;
static struct mb_store *store;
static struct mb_err err;
static char said[2048];

static int setup(void **state)
{
	(void)state;
	err = (struct mb_err){0};
	said[0] = '\0';
	assert_int_equal(mb_home_locate(MB_HOME_DIR, run_path("s"),
					MB_CALLER_TOOL, &home, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mb_store_free(&store);
	run_clean();
	return 0;
}

static void say(void *arg, const char *verb, const char *path,
		const char *what)
{
	size_t used = strlen(said);

	assert_ptr_equal(arg, said);
	snprintf(said + used, sizeof(said) - used, "%s %s %s\n", verb,
		 path + strlen(run_dir()), what);
}

static int create(struct mb_store_plan plan)
{
	plan.home = &home;
	plan.say = say;
	plan.say_arg = said;
	if (!plan.service_uid)
		plan.service_uid = (uid_t)-1;
	said[0] = '\0';
	return mb_store_create(&plan, &err);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(run_path(name), &st), 0);
	return st.st_mode & 07777;
}

static void init_makes_all_and_a_second_time_nothing(void **state)
{
	struct mb_store_plan plan = {0};
	char *a, *b;
	size_t n;

	(void)state;
	plan.check = true;
	assert_int_equal(create(plan), 1);
	assert_int_equal(access(run_path("s"), F_OK), -1);
	plan.check = false;
	assert_int_equal(create(plan), 1);
	assert_string_equal(said, "made /s directory\n"
			    "made /s/accounts directory\n"
			    "made /s/key key\n");
	assert_int_equal(mode_of("s"), 0700);
	assert_int_equal(mode_of("s/accounts"), 0700);
	assert_int_equal(mode_of("s/key"), geteuid() == 0 ? 0400 : 0600);
	a = run_read("s/key", &n);
	assert_int_equal(n, 32);
	assert_int_equal(create(plan), 0);
	assert_string_equal(said, "");
	b = run_read("s/key", &n);
	assert_memory_equal(a, b, 32);
	store = store_open(&home);
	free(a);
	free(b);
}

static void init_mends_modes(void **state)
{
	struct mb_store_plan plan = {0};
	struct mb_record r = {0};

	(void)state;
	assert_int_equal(create(plan), 1);
	store = store_open(&home);
	store_fill(&r, OWNER, 1);
	store_put(store, &r);
	mb_record_clear(&r);
	chmod(run_path("s"), 0777);
	chmod(run_path("s/key"), 0644);
	chmod(store_file(OWNER, "rec"), 0666);
	plan.check = true;
	assert_int_equal(create(plan), 1);
	assert_int_equal(mode_of("s/key"), 0644);
	plan.check = false;
	assert_int_equal(create(plan), 1);
	assert_non_null(strstr(said, "mended /s mode 0700\n"));
	assert_int_equal(mode_of("s"), 0700);
	assert_int_equal(mode_of("s/key") & 077, 0);
	assert_int_equal(create(plan), 0);
}

static void damaged_key_is_never_replaced(void **state)
{
	char *bytes;
	size_t n;

	(void)state;
	assert_int_equal(mkdir(run_path("s"), 0700), 0);
	run_write("s/key", "short", 5);
	assert_int_equal(create((struct mb_store_plan){0}), -1);
	assert_int_equal(err.id, MB_E_KEY_BAD);
	bytes = run_read("s/key", &n);
	assert_int_equal(n, 5);
	free(bytes);
}

static void exposed_or_wrong_keys_do_not_open(void **state)
{
	static const mode_t modes[] = { 0604, 0602, 0601, 0620, 0610, 0666 };

	(void)state;
	assert_int_equal(create((struct mb_store_plan){0}), 1);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		chmod(run_path("s/key"), modes[i]);
		assert_int_equal(mb_store_open(&store, &home, &err), -1);
		assert_int_equal(err.id, MB_E_KEY_EXPOSED);
	}
	/* root may share its key with a group, a user not */
	chmod(run_path("s/key"), 0640);
	assert_int_equal(mb_store_open(&store, &home, &err),
			 geteuid() == 0 ? 0 : -1);
	mb_store_free(&store);
	chmod(run_path("s/key"), 0600);
	for (size_t n = 31; n <= 33; n += 2) {
		run_write("s/key", "0123456789abcdef0123456789abcdef0", n);
		assert_int_equal(mb_store_open(&store, &home, &err), -1);
		assert_int_equal(err.id, MB_E_KEY_BAD);
	}
	assert_int_equal(unlink(run_path("s/key")), 0);
	assert_int_equal(mkfifo(run_path("s/key"), 0600), 0);
	assert_int_equal(mb_store_open(&store, &home, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_null(store);
}

static void key_elsewhere_is_reached_by_a_link_of_roots(void **state)
{
	struct mb_store_plan plan = {0};
	char *target;

	(void)state;
	assert_int_equal(mkdir(run_path("safe"), 0700), 0);
	target = strdup(run_path("safe/host.key"));
	plan.key_target = target;
	if (geteuid() != 0) {
		assert_int_equal(create(plan), -1);
		assert_int_equal(err.id, MB_E_UNSAFE_FILE);
		free(target);
		return;
	}
	assert_int_equal(create(plan), 1);
	assert_int_equal(mode_of("safe/host.key"), 0400);
	assert_int_equal(create(plan), 0);
	plan.key_target = NULL;
	assert_int_equal(create(plan), 0);
	store = store_open(&home);
	mb_store_free(&store);
	plan.key_target = "/elsewhere/key";
	assert_int_equal(create(plan), -1);
	assert_int_equal(err.id, MB_E_EXISTS);
	chmod(run_path("safe"), 0770);
	assert_int_equal(mb_store_open(&store, &home, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	free(target);
}

static void key_in_place_is_not_replaced_by_a_link(void **state)
{
	struct mb_store_plan plan = {0};

	(void)state;
	assert_int_equal(create(plan), 1);
	plan.key_target = "/elsewhere/key";
	assert_int_equal(create(plan), -1);
	assert_int_equal(err.id, MB_E_EXISTS);
}

static void service_gets_records_and_reads_credentials(void **state)
{
	struct mb_store_plan plan = { .service_uid = SERVICE,
				      .service_gid = SERVICE };
	struct mb_secret text = {0};
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(create(plan), 1);
	assert_int_equal(mode_of("s"), 0750);
	assert_int_equal(stat(run_path("s"), &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_gid, SERVICE);
	assert_int_equal(stat(run_path("s/accounts"), &st), 0);
	assert_int_equal(st.st_uid, SERVICE);
	store = store_open(&home);
	mb_secret_set(&text, "a\n", 2);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(stat(run_path("s/credentials.conf"), &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_gid, SERVICE);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* what a tool killed as root left is given to the service user */
	run_write("s/accounts/00000000000000000000000000000000.lock", "", 0);
	run_write("s/accounts/00000000000000000000000000000001.lock", "", 0);
	assert_int_equal(link(run_path("s/key"), run_path(
		"s/accounts/00000000000000000000000000000002.lock")), 0);
	assert_int_equal(unlink(run_path("s/key")), 0);
	assert_int_equal(link(run_path(
		"s/accounts/00000000000000000000000000000002.lock"),
		run_path("s/key")), 0);
	assert_int_equal(create(plan), -1);	/* a key with two links */
	assert_int_equal(unlink(run_path(
		"s/accounts/00000000000000000000000000000002.lock")), 0);
	assert_int_equal(create(plan), 1);
	assert_int_equal(stat(run_path(
		"s/accounts/00000000000000000000000000000001.lock"), &st), 0);
	assert_int_equal(st.st_uid, SERVICE);
	assert_int_equal(create(plan), 0);
	mb_secret_clear(&text);
}

static void credentials_keep_mode_and_change_identity(void **state)
{
	struct mb_secret text = {0}, back = {0};
	char a[80], b[80];

	(void)state;
	assert_int_equal(create((struct mb_store_plan){0}), 1);
	store = store_open(&home);
	assert_int_equal(mb_store_seen(store, a, &err), 0);
	assert_string_equal(a, "none");
	mb_secret_set(&back, "x", 1);
	assert_int_equal(mb_store_credentials(store, &back, &err), 0);
	assert_int_equal(back.len, 0);
	mb_secret_set(&text, "secret text\n", 12);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(mode_of("s/credentials.conf"), 0600);
	assert_int_equal(mb_store_seen(store, a, &err), 0);
	assert_int_equal(mb_store_credentials(store, &back, &err), 0);
	assert_true(mb_secret_equal(&back, &text));
	chmod(run_path("s/credentials.conf"), 0640);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	assert_int_equal(mode_of("s/credentials.conf"), 0640);
	assert_int_equal(mb_store_seen(store, b, &err), 0);
	assert_string_not_equal(a, b);
	mb_secret_clear(&text);
	mb_secret_clear(&back);
}

static void damaged_credentials_are_refused(void **state)
{
	struct mb_secret text = {0}, back = {0};
	char *bytes;
	size_t n;

	(void)state;
	assert_int_equal(create((struct mb_store_plan){0}), 1);
	store = store_open(&home);
	run_write("s/credentials.conf", "credentials = ();\n", 18);
	chmod(run_path("s/credentials.conf"), 0600);
	mb_secret_set(&back, "kept", 4);
	assert_int_equal(mb_store_credentials(store, &back, &err), -1);
	assert_int_equal(err.id, MB_E_NOT_SEALED);
	mb_secret_set(&text, "secret text\n", 12);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	bytes = run_read("s/credentials.conf", &n);
	bytes[n - 1] ^= 1;
	run_write("s/credentials.conf", bytes, n);
	assert_int_equal(mb_store_credentials(store, &back, &err), -1);
	assert_int_equal(err.id, MB_E_SEALED_BAD);
	run_write("s/credentials.conf", bytes, n / 2);
	assert_int_equal(mb_store_credentials(store, &back, &err), -1);
	assert_int_equal(err.id, MB_E_SEALED_BAD);
	chmod(run_path("s/credentials.conf"), 0666);
	assert_int_equal(mb_store_credentials(store, &back, &err), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_string_equal(mb_secret_str(&back), "kept");
	free(bytes);
	mb_secret_clear(&text);
	mb_secret_clear(&back);
}

static int lying_sealer(void *arg, const struct mb_key *keys, size_t n,
			const struct mb_secret *text, struct mb_secret *out,
			struct mb_err *e)
{
	struct mb_secret other = {0};
	int r;

	(void)text;
	assert_string_equal(arg, "arg");
	mb_secret_set(&other, "something else\n", 15);
	r = mb_seal(keys, n, &other, out, e);
	mb_secret_clear(&other);
	return r;
}

static void what_does_not_open_again_replaces_nothing(void **state)
{
	struct mb_secret text = {0}, back = {0};
	char arg[] = "arg";

	(void)state;
	assert_int_equal(create((struct mb_store_plan){0}), 1);
	store = store_open(&home);
	mb_secret_set(&text, "old\n", 4);
	assert_int_equal(mb_store_credentials_write(store, &text, NULL, NULL,
						    &err), 0);
	mb_secret_set(&text, "new\n", 4);
	assert_int_equal(mb_store_credentials_write(store, &text,
						    lying_sealer, arg, &err),
			 -1);
	assert_int_equal(err.id, MB_E_CRYPTO);
	assert_int_equal(mb_store_credentials(store, &back, &err), 0);
	assert_string_equal(mb_secret_str(&back), "old\n");
	mb_secret_clear(&text);
	mb_secret_clear(&back);
}

static void two_shells_take_turns(void **state)
{
	struct mb_deadline d = mb_deadline_in(30);
	int a = -1, b = -1;

	(void)state;
	assert_int_equal(create((struct mb_store_plan){0}), 1);
	store = store_open(&home);
	assert_int_equal(mb_store_credentials_lock(store, &d, &a, &err), 0);
	assert_int_equal(mode_of("s/credentials.conf.lock"), 0600);
	assert_int_equal(mb_store_credentials_lock(store, &d, &b, &err), -1);
	assert_int_equal(err.id, MB_E_BUSY);
	assert_int_equal(b, -1);
	mb_store_credentials_unlock(store, &a);
	assert_int_equal(a, -1);
	assert_int_equal(mb_store_credentials_lock(store, &d, &b, &err), 0);
	mb_store_credentials_unlock(store, &b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_makes_all_and_a_second_time_nothing),
		TEST(init_mends_modes),
		TEST(damaged_key_is_never_replaced),
		TEST(exposed_or_wrong_keys_do_not_open),
		TEST(key_elsewhere_is_reached_by_a_link_of_roots),
		TEST(key_in_place_is_not_replaced_by_a_link),
		TEST(service_gets_records_and_reads_credentials),
		TEST(credentials_keep_mode_and_change_identity),
		TEST(damaged_credentials_are_refused),
		TEST(what_does_not_open_again_replaces_nothing),
		TEST(two_shells_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
