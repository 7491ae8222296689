/* SPDX-License-Identifier: BSD-2-Clause */
/* Every write, fsync, rename and the like failing in turn, and with each of
 * the errors that disks have: no half record, no lost account, and no request
 * whose answer could not be kept. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/store_admin.h"
#include "tests/sweep/bed.h"
#include "tests/sweep/faults.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { MOST = 400 };

static const int errors[] = { ENOSPC, EIO, EROFS, EDQUOT, EACCES };

struct sweep {
	const char *name;
	void (*before)(void);
	int (*run)(struct mb_err *e);
	void (*after)(int ret, const struct mb_err *e);	/* unarmed */
};

static int mistakes;
static int error_now;
static long number_now;

/* Go on: one run shows all that there is to mend. */
__attribute__((format(printf, 1, 2)))
static void wrong(const char *what, ...)
{
	char line[512];
	va_list list;

	va_start(list, what);
	(void)vsnprintf(line, sizeof(line), what, list);
	va_end(list);
	print_error("# %s, number %ld, failed (%s): %s\n", faults_name(),
		    number_now, strerror(error_now), line);
	mistakes++;
}

static void sweep_one(const struct sweep *s, int error)
{
	struct mb_err e;
	long n;
	int ret;

	error_now = error;
	for (n = 1; n < MOST; n++) {
		number_now = n;
		s->before();
		e = (struct mb_err){0};
		faults_arm(FAULT_FILE, n, error);
		faults_watch(&bed.requests);
		ret = s->run(&e);
		faults_disarm();
		if (ret < 0 && !faults_struck())
			wrong("%s fails without a reason: %s: %s", s->name,
			      e.object, e.cause);
		s->after(ret, &e);
		if (!faults_struck())
			break;
	}
	assert_in_range(n, 2, MOST - 1);
}

static void swept(const struct sweep *s)
{
	mistakes = 0;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		sweep_one(s, errors[i]);
	bed_report(s->name);
	assert_int_equal(mistakes, 0);
}

/* ---- refresh ---- */

static int64_t left;
static long reading;		/* calls until the record is read */
static struct mb_record got;

static void enrolled(void)
{
	bed_enrol(left);
}

static int get(struct mb_err *e)
{
	return bed_token(&got, false, e);
}

static void check_record(void)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_record now = {0};
	struct mb_err e = {0};
	const char *token;

	if (mb_store_read(s, store_id(OWNER), &now, NULL, &e) != 1) {
		wrong("the record cannot be read: %s: %s", e.object, e.cause);
	} else {
		token = mb_secret_str(&now.refresh_token);
		if (strcmp(token, "r-0") != 0 && strcmp(token, bed.good) != 0)
			wrong("the record has %s, the server wants %s", token,
			      bed.good);
	}
	mb_record_clear(&now);
	mb_store_free(&s);
}

static void survived(void)
{
	bed.trials++;
	bed.total_requests += bed.requests;
	check_record();
	if (!bed_alive()) {
		bed.lost++;
		wrong("the account is lost");
	}
}

static void refreshed(int ret, const struct mb_err *e)
{
	bool tolerable = strcmp(faults_name(), "close") == 0;

	if (bed.requests > 1)
		wrong("%d requests", bed.requests);
	/* What failed before the request forbids it. */
	if (faults_struck() && faults_watched() == 0 && bed.requests > 0 &&
	    !tolerable && !bed.keeps)
		wrong("a request was sent");
	if (bed.requests > 0 &&
	    (ret < 0 || strcmp(mb_secret_str(&got.access_token), "new-1")))
		wrong("the new token is not used: %s: %s", e->object,
		      e->cause);
	if (ret < 0 && left > 0 && number_now > reading)
		wrong("a valid token is not used: %s: %s", e->object,
		      e->cause);
	bed.failed += ret < 0;
	mb_record_clear(&got);
	survived();
}

static void an_expired_token_is_refreshed(void **state)
{
	static const struct sweep s = { "write: refresh of an expired token",
					enrolled, get, refreshed };

	(void)state;
	left = -1;
	swept(&s);
}

static void a_token_is_refreshed_ahead(void **state)
{
	static const struct sweep s = { "write: refresh ahead of time",
					enrolled, get, refreshed };
	struct mb_err e = {0};

	(void)state;
	left = 3000;
	enrolled();
	faults_arm(FAULT_FILE, 0, 0);
	assert_int_equal(get(&e), 0);
	reading = faults_disarm() - 2;	/* two directories are closed */
	mb_record_clear(&got);
	left = 300;
	swept(&s);
}

static void a_provider_that_does_not_rotate_needs_no_disk(void **state)
{
	static const struct sweep s = { "write: refresh without rotation",
					enrolled, get, refreshed };

	(void)state;
	left = -1;
	bed.keeps = true;
	swept(&s);
	bed.keeps = false;
}

/* ---- what a writer that could not finish left behind ---- */

static void leave_new(void)
{
	struct mb_err e = {0};

	bed_enrol(-1);
	faults_arm(FAULT_RENAME, -1, EIO);
	assert_int_equal(get(&e), 0);
	faults_disarm();
	mb_record_clear(&got);
	assert_int_equal(bed.requests, 1);
	assert_int_equal(bed.notes, 1);
	assert_int_equal(bed.noted.id, MB_E_IO);
	if (access(store_file(OWNER, "new"), F_OK) < 0)
		wrong("no ID.new is left");
}

static void adopted(int ret, const struct mb_err *e)
{
	(void)e;
	bed.failed += ret < 0;
	mb_record_clear(&got);
	survived();
}

static void a_token_that_could_not_be_put_in_place_is_adopted(void **state)
{
	static const struct sweep s = { "write: adopting ID.new", leave_new,
					get, adopted };
	struct mb_err e = {0};

	(void)state;
	error_now = EIO;
	number_now = 0;
	mistakes = 0;
	leave_new();
	if (get(&e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	assert_string_equal(mb_secret_str(&got.access_token), "new-1");
	assert_int_equal(bed.requests, 1);
	assert_int_equal(mistakes, 0);
	swept(&s);
}

/* ---- other writers ---- */

static struct mb_record fresh;

static int enrol(struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(1000);
	struct mb_store *s = NULL;
	struct mb_token_world w;
	int ret;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	w = bed_world(s);
	ret = mb_token_enrol(&w, &fresh, &d, e);
	mb_store_free(&s);
	return ret;
}

static void old_or_new(int ret, const struct mb_err *e)
{
	struct mb_record now = {0};
	struct mb_err why = {0};

	(void)e;
	bed.trials++;
	bed.failed += ret < 0;
	if (bed_token(&now, false, &why) < 0)
		wrong("no token: %s: %s", why.object, why.cause);
	else if (strcmp(mb_secret_str(&now.refresh_token),
			ret == 0 ? "refresh" : "r-0") != 0)
		wrong("ret %d, and the record has %s", ret,
		      mb_secret_str(&now.refresh_token));
	mb_record_clear(&now);
}

static void an_account_is_enrolled_again(void **state)
{
	static const struct sweep s = { "write: enrolment", enrolled, enrol,
					old_or_new };

	(void)state;
	left = 3000;
	store_fill(&fresh, OWNER, 1);
	swept(&s);
	mb_record_clear(&fresh);
}

static int refuse(struct mb_err *e)
{
	struct mb_store *s = NULL;
	struct mb_token_world w;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	w = bed_world(s);
	mb_token_refused(&w, OWNER, 5);
	mb_store_free(&s);
	return 0;
}

static void a_refusal_is_noted(void **state)
{
	static const struct sweep s = { "write: refusal by a server",
					enrolled, refuse, adopted };

	(void)state;
	left = 3000;
	swept(&s);
}

static int take_away(struct mb_err *e)
{
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	struct mb_store *s = NULL;
	int ret = -1;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	if (mb_store_trylock(s, store_id(OWNER), &l, e) > 0)
		ret = mb_store_remove(s, &l, e);
	mb_store_unlock(s, &l);
	mb_store_free(&s);
	return ret < 0 ? -1 : 0;
}

/* All of it or nothing: never a refresh token in ID.new alone. */
static void gone_or_there(int ret, const struct mb_err *e)
{
	bool rec = access(store_file(OWNER, "rec"), F_OK) == 0;
	struct mb_err again = {0};

	(void)e;
	bed.trials++;
	bed.failed += ret < 0;
	if (!rec && access(store_file(OWNER, "new"), F_OK) == 0)
		wrong("ID.new alone is left");
	if (ret == 0 && rec)
		wrong("it is still there");
	if (take_away(&again) < 0)
		wrong("cannot be removed any more: %s", again.cause);
}

static void an_account_is_removed(void **state)
{
	static const struct sweep s = { "write: removal", leave_new,
					take_away, gone_or_there };

	(void)state;
	swept(&s);
}

/* ---- the credentials file ---- */

static int write_credentials(const char *text, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(1000);
	struct mb_secret t = { (char *)(uintptr_t)text, strlen(text), 0 };
	struct mb_store *s = NULL;
	int lock = -1, ret = -1;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	if (mb_store_credentials_lock(s, &d, &lock, e) == 0)
		ret = mb_store_credentials_write(s, &t, NULL, NULL, e);
	mb_store_credentials_unlock(s, &lock);
	mb_store_free(&s);
	return ret;
}

static void old_credentials(void)
{
	struct mb_err e = {0};

	if (write_credentials("old", &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
}

static int new_credentials(struct mb_err *e)
{
	return write_credentials("new", e);
}

static void whole_credentials(int ret, const struct mb_err *e)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_secret text = {0};
	struct mb_err why = {0};

	(void)e;
	bed.trials++;
	bed.failed += ret < 0;
	if (mb_store_credentials(s, &text, &why) < 0)
		wrong("%s: %s", why.object, why.cause);
	else if (strcmp(mb_secret_str(&text), "new") != 0 &&
		 (ret == 0 || strcmp(mb_secret_str(&text), "old") != 0))
		wrong("ret %d, and it says %s", ret, mb_secret_str(&text));
	mb_secret_clear(&text);
	mb_store_free(&s);
}

static void the_credentials_file_is_old_or_new(void **state)
{
	static const struct sweep s = { "write: credentials file",
					old_credentials, new_credentials,
					whole_credentials };

	(void)state;
	swept(&s);
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
		cmocka_unit_test(an_expired_token_is_refreshed),
		cmocka_unit_test(a_token_is_refreshed_ahead),
		cmocka_unit_test(a_provider_that_does_not_rotate_needs_no_disk),
		cmocka_unit_test(
			a_token_that_could_not_be_put_in_place_is_adopted),
		cmocka_unit_test(an_account_is_enrolled_again),
		cmocka_unit_test(a_refusal_is_noted),
		cmocka_unit_test(an_account_is_removed),
		cmocka_unit_test(the_credentials_file_is_old_or_new),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
