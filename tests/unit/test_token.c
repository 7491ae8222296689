/* SPDX-License-Identifier: BSD-2-Clause */
/* The refresh policy: every branch, with a fake clock, store and endpoint. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/token_internal.h"
#include "tests/fake/world.h"
#include "tests/unit/unit.h"

#define ACCOUNT "relay@example.org"
#define HOST "smtp.example.org"

static struct mb_record got;
static struct mb_token_basis basis;
static struct mb_err err;

static int setup(void **state)
{
	(void)state;
	fake_reset();
	mb_record_clear(&got);
	basis.n = -1;
	err = (struct mb_err){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mb_record_clear(&got);
	fake_clear();
	return 0;
}

static int get_with(struct mb_token_want q)
{
	struct mb_deadline d = mb_deadline_in(100);

	if (!q.account)
		q.account = ACCOUNT;
	q.deadline = &d;
	return mb_token_get(&fake_world, &q, &got, &basis, &err);
}

static int get(void)
{
	return get_with((struct mb_token_want){ .host = HOST });
}

static struct mb_record *fresh(void)
{
	return fake_enrol(ACCOUNT, 7, fake.now - 60, fake.now + 3540);
}

/* Inside the margin: valid, but to be renewed. */
static struct mb_record *soft(void)
{
	return fake_enrol(ACCOUNT, 7, fake.now - 3300, fake.now + 300);
}

static struct mb_record *hard(void)
{
	return fake_enrol(ACCOUNT, 7, fake.now - 3601, fake.now - 1);
}

static void assert_old(void)
{
	assert_string_equal(mb_secret_str(&got.access_token), "old-access");
}

static void assert_new(void)
{
	assert_string_equal(mb_secret_str(&got.access_token), "new-access");
}

static void margins_are_ten_minutes_a_tenth_or_half(void **state)
{
	(void)state;
	/* one hour: 600 s */
	assert_true(mb_token_fresh_times(0, 3600, 2999));
	assert_false(mb_token_fresh_times(0, 3600, 3000));
	/* a day: a tenth */
	assert_true(mb_token_fresh_times(0, 86400, 77759));
	assert_false(mb_token_fresh_times(0, 86400, 77760));
	/* five minutes: half */
	assert_true(mb_token_fresh_times(0, 300, 149));
	assert_false(mb_token_fresh_times(0, 300, 150));
	/* 64 bits */
	assert_true(mb_token_fresh_times(0, INT64_MAX, 5000000000));
	assert_false(mb_token_fresh_times(INT64_MIN, INT64_MAX, 0));
	assert_false(mb_token_fresh_times(10, 10, 5));
	assert_false(mb_token_fresh_times(0, 0, 0));
}

static void clock_set_back_counts_as_soft_expired(void **state)
{
	(void)state;
	assert_true(mb_token_fresh_times(1000, 4600, 700));
	assert_false(mb_token_fresh_times(1000, 4600, 699));
}

static void fresh_token_is_used_without_lock_or_request(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(got.generation, 7);
	assert_int_equal(fake.tries + fake.requests + fake.credentials_read,
			 0);
	assert_int_equal(basis.n, 1);
	assert_int_equal(basis.on[0].stamp.ino, 7);
}

static void unknown_account_is_not_enrolled(void **state)
{
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(get(), -1);
	assert_string_equal(mb_err_line(&err, line, sizeof(line)),
		ACCOUNT " is not enrolled in /fake/store; run: mailbearer "
		"enroll " ACCOUNT "; if it uses a password: mailbearer "
		"explain not-enrolled [not-enrolled]");
	assert_int_equal(mb_token_known(&fake_world, ACCOUNT, &err), 0);
	assert_int_equal(mb_token_known(&fake_world, "joe", &err), 0);
	assert_int_equal(err.id, MB_E_NOT_ENROLLED);
	fresh();
	assert_int_equal(mb_token_known(&fake_world, "Relay@Example.org",
					&err), 1);
}

static void soft_expired_token_is_refreshed_once(void **state)
{
	(void)state;
	soft();
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
	assert_string_equal(fake.sent, "old-refresh");
	assert_int_equal(got.generation, 8);
	assert_int_equal(got.obtained_at, fake.now);
	assert_int_equal(got.refreshed_at, fake.now);
	assert_int_equal(got.expires_at, fake.now + 3600);
	assert_string_equal(mb_secret_str(&fake_find(ACCOUNT)->refresh_token),
			    "new-refresh");
	assert_int_equal(basis.n, 1);
	assert_int_equal(basis.on[0].stamp.ino, 8);
	assert_int_equal(get(), 0);
	assert_int_equal(fake.requests, 1);
}

static void nobody_waits_while_the_old_token_is_valid(void **state)
{
	(void)state;
	soft();
	fake.busy = 1000;
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(fake.tries, 1);
	assert_int_equal(fake.requests, 0);
}

static void refresh_keeps_old_token_when_reply_omits_it(void **state)
{
	(void)state;
	hard();
	fake.refresh_token = NULL;
	assert_int_equal(get(), 0);
	assert_new();
	assert_string_equal(mb_secret_str(&fake_find(ACCOUNT)->refresh_token),
			    "old-refresh");
}

static void refresh_token_of_a_failed_reply_is_kept(void **state)
{
	(void)state;
	hard();
	fake.outcome = MB_OUT_TRANSIENT;
	fake.error = MB_E_REPLY_BAD;
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_REPLY_BAD);
	assert_string_equal(mb_secret_str(&fake_find(ACCOUNT)->refresh_token),
			    "new-refresh");
}

static void refresh_token_survives_an_unusable_access_token(void **state)
{
	(void)state;
	hard();
	fake.access_token = "two words";
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_BAD_TOKEN);
	assert_string_equal(mb_secret_str(&fake_find(ACCOUNT)->refresh_token),
			    "new-refresh");
}

static void another_process_refreshed(struct fake *f)
{
	struct mb_record *r = fake_find(ACCOUNT);

	r->generation++;
	r->obtained_at = f->now;
	r->expires_at = f->now + 3600;
	mb_secret_set(&r->access_token, "theirs", 6);
}

static void lost_race_uses_the_winners_token(void **state)
{
	(void)state;
	hard();
	fake.busy = 2;
	fake.meanwhile = another_process_refreshed;
	assert_int_equal(get(), 0);
	assert_string_equal(mb_secret_str(&got.access_token), "theirs");
	assert_int_equal(fake.requests, 0);
	assert_int_equal(fake.tries, 2);
}

static void lock_then_look_again(void **state)
{
	(void)state;
	hard();
	/* It is released without a new token: then it is our turn. */
	fake.busy = 1;
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
}

static void busy_lock_ends_at_the_callers_deadline(void **state)
{
	(void)state;
	hard();
	fake.busy = 1000000;
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_TIMEOUT);
	assert_true(fake.tries >= 3);
	assert_int_equal(fake.requests, 0);
}

/* How long, in ms, while another process holds the lock for good. */
static int64_t waits_by(int64_t deadline, bool by_settings)
{
	struct mb_deadline d = mb_deadline_in(MB_WAIT_S * 1000);
	struct mb_token_want q = { .account = ACCOUNT, .host = HOST,
				   .deadline = &d,
				   .by_settings = by_settings };
	int64_t begin = mb_mono_ms();

	d.end_ms = by_settings ? d.end_ms : begin + 50;
	hard()->deadline = deadline;
	fake.busy = 1000000;
	assert_int_equal(mb_token_get(&fake_world, &q, &got, &basis, &err), -1);
	assert_int_equal(err.id, MB_E_TIMEOUT);
	return mb_mono_ms() - begin;
}

static void settings_say_how_long_a_mail_program_waits(void **state)
{
	int64_t took = waits_by(1, true);

	(void)state;
	assert_true(took >= 900 && took < 20000);
}

static void who_has_a_deadline_keeps_it(void **state)
{
	(void)state;
	assert_true(waits_by(600, false) < 20000);
}

static void settings_are_kept_in_the_record(void **state)
{
	struct mb_found f = { .c.deadline = 45 };
	struct mb_record *r = fresh();

	(void)state;
	mb_token_apply(r, &f);
	assert_int_equal(r->deadline, 45);
	f.c.deadline = MB_WAIT_S;
	mb_token_apply(r, &f);
	assert_int_equal(r->deadline, 0);
}

static void leftover_of_a_dead_writer_is_adopted(void **state)
{
	struct mb_record *r = hard();

	(void)state;
	assert_int_equal(mb_record_copy(&fake.left, r, NULL), 0);
	fake.left.generation = 8;
	fake.left.obtained_at = fake.now - 10;
	fake.left.expires_at = fake.now + 3590;
	mb_secret_set(&fake.left.access_token, "adopted", 7);
	assert_int_equal(get(), 0);
	assert_string_equal(mb_secret_str(&got.access_token), "adopted");
	assert_int_equal(fake.requests, 0);
	assert_int_equal(basis.on[0].stamp.ino, 8);
}

static void stale_leftover_is_adopted_and_refreshed(void **state)
{
	struct mb_record *r = hard();

	(void)state;
	assert_int_equal(mb_record_copy(&fake.left, r, NULL), 0);
	fake.left.generation = 8;
	mb_secret_set(&fake.left.refresh_token, "rotated", 7);
	assert_int_equal(get(), 0);
	assert_new();
	assert_string_equal(fake.sent, "rotated");
	assert_int_equal(fake.requests, 1);
	assert_int_equal(got.generation, 9);
}

static void full_disk_sends_no_request(void **state)
{
	(void)state;
	hard();
	fake.reserve_error = MB_E_DISK_FULL;
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_DISK_FULL);
	assert_int_equal(fake.requests, 0);
}

static void full_disk_leaves_the_valid_token_in_use(void **state)
{
	(void)state;
	soft();
	fake.reserve_error = MB_E_DISK_FULL;
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(fake.requests, 0);
	assert_int_equal(fake.notes, 1);
	assert_int_equal(fake.noted.id, MB_E_DISK_FULL);
}

static void unwritable_store_with_a_provider_that_does_not_rotate(
	void **state)
{
	(void)state;
	hard();
	fake.rotates = false;
	fake.reserve_error = MB_E_READ_ONLY;
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.committed, 0);
	assert_int_equal(fake.noted.id, MB_E_READ_ONLY);
	assert_int_equal(basis.n, 1);	/* so the process may keep it */

	fake.requests = 0;
	fake.reserve_error = 0;
	fake.lock_error = MB_E_NOT_PERMITTED;
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
	assert_int_equal(fake.noted.id, MB_E_NOT_PERMITTED);
}

static void unlockable_store_uses_the_token_while_valid(void **state)
{
	(void)state;
	soft();
	fake.rotates = false;
	fake.lock_error = MB_E_NO_LOCK;
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(fake.requests, 0);
	assert_int_equal(fake.noted.id, MB_E_NO_LOCK);
}

static void unlockable_store_with_a_rotating_provider_fails(void **state)
{
	(void)state;
	hard();
	fake.lock_error = MB_E_UNSAFE_FILE;
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_UNSAFE_FILE);
	assert_int_equal(fake.requests, 0);
}

/* A host that cannot lock starts a helper all the same: a provider that does
 * not rotate can be asked. */
static void helper_without_a_lock_says_why(void **state)
{
	struct mb_token_task task = { .what = MB_TASK_REFRESH,
				      .account = ACCOUNT };
	struct mb_token_answer answer = {0};

	(void)state;
	hard();
	fake.lock_error = MB_E_READ_ONLY;
	mb_token_do(&fake_world, &task, NULL, &answer);
	assert_int_equal(answer.ret, -1);
	assert_int_equal(answer.e.id, MB_E_READ_ONLY);
	assert_int_equal(fake.requests, 0);
	mb_record_clear(&answer.r);
	fake.rotates = false;
	mb_token_do(&fake_world, &task, NULL, &answer);
	assert_int_equal(answer.ret, 0);
	assert_false(answer.saved);
	assert_int_equal(fake.requests, 1);
	mb_record_clear(&answer.r);
}

static void token_that_could_not_be_saved_is_used(void **state)
{
	(void)state;
	hard();
	fake.commit_error = MB_E_IO;
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.noted.id, MB_E_IO);
	assert_int_equal(fake.requests, 1);
	/* and what was written of it is left for the next process */
	assert_int_equal(fake.kept, 1);
}

static void dead_refresh_token_is_asked_about_once(void **state)
{
	char first[MB_ERR_LINE], second[MB_ERR_LINE];

	(void)state;
	hard();
	fake.outcome = MB_OUT_TOKEN_DEAD;
	fake.error = MB_E_SIGN_IN_NEEDED;
	fake.refresh_token = NULL;
	assert_int_equal(get(), -1);
	mb_err_line(&err, first, sizeof(first));
	assert_string_equal(first, ACCOUNT ": the fake refused; ask again "
			    "[sign-in-needed]");
	err = (struct mb_err){0};
	fake.now += 1000000;
	for (int i = 0; i < 100; i++)
		assert_int_equal(get(), -1);
	assert_string_equal(mb_err_line(&err, second, sizeof(second)), first);
	assert_int_equal(fake.requests, 1);
	assert_int_equal(fake.age, 3601);
	/* only a person may ask again */
	fake.outcome = MB_OUT_GRANTED;
	assert_int_equal(get_with((struct mb_token_want){ .force = true }), 0);
	assert_int_equal(fake.requests, 2);
	assert_string_equal(got.error_class, "");
}

static void refresh_tokens_age_is_unknown_rather_than_nothing(void **state)
{
	(void)state;
	hard();
	fake_find(ACCOUNT)->enrolled_at = 0;
	assert_int_equal(get(), 0);
	assert_int_equal(fake.age, -1);
	hard();
	fake_find(ACCOUNT)->enrolled_at = fake.now + 5000;
	assert_int_equal(get(), 0);
	assert_int_equal(fake.age, -1);
}

static void dead_refresh_token_leaves_the_valid_token_in_use(void **state)
{
	(void)state;
	soft();
	fake.outcome = MB_OUT_TOKEN_DEAD;
	fake.error = MB_E_SIGN_IN_NEEDED;
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(fake.notes, 1);
	assert_int_equal(get(), 0);
	assert_int_equal(fake.requests, 1);
}

static void transient_failures_back_off_from_2_s_to_5_min(void **state)
{
	static const int64_t pauses[] = { 2, 4, 8, 16, 32, 64, 128, 256, 300,
					  300 };

	(void)state;
	hard();
	fake.outcome = MB_OUT_NOT_SENT;
	fake.error = MB_E_NETWORK;
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		fake.requests = 0;
		assert_int_equal(get(), -1);
		assert_int_equal(err.id, MB_E_NETWORK);
		assert_int_equal(fake.requests, 1);
		fake.now += pauses[i] - 1;
		assert_int_equal(get(), -1);
		assert_int_equal(err.id, MB_E_NETWORK);
		assert_int_equal(fake.requests, 1);
		fake.now++;
	}
	fake.outcome = MB_OUT_GRANTED;
	assert_int_equal(get(), 0);
	assert_int_equal(got.attempts, 0);
	assert_int_equal(got.next_attempt, 0);
}

static void retry_after_is_honoured_up_to_an_hour(void **state)
{
	(void)state;
	hard();
	fake.outcome = MB_OUT_TRANSIENT;
	fake.error = MB_E_PROVIDER_BUSY;
	fake.retry_after = 120;
	assert_int_equal(get(), -1);
	assert_int_equal(fake_find(ACCOUNT)->next_attempt, fake.now + 120);
	fake.now += 120;
	fake.retry_after = 1000000;
	assert_int_equal(get(), -1);
	assert_int_equal(fake_find(ACCOUNT)->next_attempt, fake.now + 3600);
}

static void waiting_time_of_another_clock_is_void(void **state)
{
	(void)state;
	hard();
	fake.outcome = MB_OUT_TRANSIENT;
	fake.error = MB_E_NETWORK;
	assert_int_equal(get(), -1);
	fake.now -= 86400;
	fake_find(ACCOUNT)->expires_at = 0;
	fake.outcome = MB_OUT_GRANTED;
	assert_int_equal(get(), 0);
}

static void configuration_error_is_void_when_the_digest_differs(void **state)
{
	(void)state;
	hard();
	fake.outcome = MB_OUT_CONFIG;
	fake.error = MB_E_SECRET_WRONG;
	assert_int_equal(get(), -1);
	assert_int_equal(get(), -1);
	assert_int_equal(fake.requests, 1);
	assert_int_equal(err.id, MB_E_SECRET_WRONG);
	assert_string_equal(err.object, "client credential work");
	/* another file, the same definition */
	memcpy(fake.seen, "1.2.4", 6);
	assert_int_equal(get(), -1);
	assert_int_equal(fake.requests, 1);
	/* a new secret */
	memcpy(fake.seen, "1.2.5", 6);
	memcpy(fake.digest, "d2", 3);
	fake.outcome = MB_OUT_GRANTED;
	assert_int_equal(get(), 0);
	assert_new();
	assert_string_equal(got.credential_digest, "d2");
}

static void new_configuration_does_not_revive_a_dead_token(void **state)
{
	struct mb_record *r = hard();

	(void)state;
	snprintf(r->error_class, sizeof(r->error_class), "token");
	snprintf(r->error_id, sizeof(r->error_id), "sign-in-needed");
	memcpy(fake.seen, "1.2.5", 6);
	memcpy(fake.digest, "d2", 3);
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_SIGN_IN_NEEDED);
	assert_int_equal(fake.requests, 0);
}

static void refused_token_is_refreshed_exactly_once(void **state)
{
	(void)state;
	fresh();
	mb_token_refused(&fake_world, ACCOUNT, 7);
	assert_int_equal(fake_find(ACCOUNT)->generation, 8);
	assert_int_equal(fake_find(ACCOUNT)->refused_generation, 8);
	mb_token_refused(&fake_world, ACCOUNT, 7);
	mb_token_refused(&fake_world, ACCOUNT, 8);
	assert_int_equal(fake_find(ACCOUNT)->generation, 8);
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
	assert_int_equal(get(), 0);
	assert_int_equal(fake.requests, 1);
	/* The server refuses the new one too: no loop. */
	for (int i = 0; i < 5; i++) {
		mb_token_refused(&fake_world, ACCOUNT, got.generation);
		assert_int_equal(get(), 0);
	}
	assert_int_equal(fake.requests, 1);
	fake.now += 300;
	assert_int_equal(get(), 0);
	assert_int_equal(fake.requests, 2);
}

static void refused_generation_that_is_gone_is_left_alone(void **state)
{
	(void)state;
	fresh();
	mb_token_refused(&fake_world, ACCOUNT, 6);
	mb_token_refused(&fake_world, "nobody@example.org", 7);
	assert_int_equal(fake_find(ACCOUNT)->generation, 7);
	assert_int_equal(fake.committed, 0);
}

static void refusal_that_could_not_be_recorded_still_counts(void **state)
{
	struct mb_token_want q = { .host = HOST, .not_generation = 7 };

	(void)state;
	fresh();
	assert_int_equal(get_with(q), 0);
	assert_new();
	assert_int_equal(get_with(q), 0);
	assert_int_equal(fake.requests, 1);
}

/* A host that remembers each refusal itself, as the engine's cache does. */
static void server_that_refuses_every_token_gets_one_refresh_only(void **state)
{
	struct mb_token_want q = { .host = HOST };

	(void)state;
	fresh();
	for (int i = 0; i < 8; i++) {
		assert_int_equal(get_with(q), 0);
		q.not_generation = got.generation;
		mb_token_refused(&fake_world, ACCOUNT, got.generation);
	}
	assert_int_equal(fake.requests, 1);
	fake.now += 300;
	assert_int_equal(get_with(q), 0);
	assert_int_equal(fake.requests, 2);
}

static void forced_refresh_accepts_anothers_new_token(void **state)
{
	(void)state;
	fresh();
	fake.busy = 1;
	fake.meanwhile = another_process_refreshed;
	assert_int_equal(get_with((struct mb_token_want){ .force = true }), 0);
	assert_string_equal(mb_secret_str(&got.access_token), "theirs");
	assert_int_equal(fake.requests, 0);
	fake.meanwhile = NULL;
	assert_int_equal(get_with((struct mb_token_want){ .force = true }), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
}

static void minimum_validity_is_met_by_a_refresh(void **state)
{
	struct mb_token_want q = { .min_validity = 3000 };

	(void)state;
	fake_enrol(ACCOUNT, 7, fake.now - 700, fake.now + 2900);
	assert_int_equal(get(), 0);
	assert_old();
	assert_int_equal(get_with(q), 0);
	assert_new();
	/* more than the provider grants: what it grants, without a loop */
	q.min_validity = 100000;
	assert_int_equal(get_with(q), 0);
	assert_int_equal(fake.requests, 2);
}

static void unlisted_host_gets_no_token(void **state)
{
	char line[MB_ERR_LINE];

	(void)state;
	soft();
	assert_int_equal(get_with((struct mb_token_want){
				 .host = "mail.evil.test" }), -1);
	assert_string_equal(mb_err_line(&err, line, sizeof(line)),
		"mail.evil.test is not among the hosts of client credential "
		"work; no token is sent there; if it is the provider's: "
		"mailbearer set work --host mail.evil.test "
		"[host-not-listed]");
	assert_int_equal(got.access_token.len, 0);
	assert_int_equal(fake.requests, 0);
	assert_int_equal(get_with((struct mb_token_want){ .host = "" }), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
}

static void added_host_works_at_once(void **state)
{
	struct mb_token_want q = { .host = "mail.other.test" };

	(void)state;
	fresh();
	assert_int_equal(get_with(q), -1);
	memcpy(fake.seen, "1.2.4", 6);
	snprintf(fake.hosts, sizeof(fake.hosts), "mail.other.test");
	assert_int_equal(get_with(q), 0);
	assert_int_equal(got.generation, 8);	/* on record for the others */
	assert_int_equal(fake.requests, 0);
	assert_int_equal(fake.credentials_read, 1);
	assert_int_equal(get_with(q), 0);
	assert_int_equal(fake.credentials_read, 1);
	/* and the removed one no more */
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
}

static void new_hosts_count_in_a_store_that_cannot_be_written(void **state)
{
	(void)state;
	fresh();
	memcpy(fake.seen, "1.2.4", 6);
	fake.lock_error = MB_E_READ_ONLY;
	assert_int_equal(get(), 0);
	snprintf(fake.hosts, sizeof(fake.hosts), "mail.other.test");
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
	fake.lock_error = 0;
	fake.busy = 1;
	assert_int_equal(get(), -1);
	fake.reserve_error = MB_E_DISK_FULL;
	assert_int_equal(get(), -1);
	assert_int_equal(fake_find(ACCOUNT)->generation, 7);
}

static void no_hosts_means_any(void **state)
{
	(void)state;
	fresh();
	memcpy(fake.seen, "1.2.4", 6);
	fake.hosts[0] = '\0';
	assert_int_equal(get_with((struct mb_token_want){
				 .host = "anything.test" }), 0);
	assert_string_equal(got.hosts, "*");
}

static void vanished_credential_is_named(void **state)
{
	(void)state;
	fresh();
	memcpy(fake.seen, "1.2.4", 6);
	memcpy(fake.name, "home", 5);
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
	assert_string_equal(err.object, "work");
}

static void change_of_hosts_keeps_a_refusal(void **state)
{
	struct mb_record *r = fresh();

	(void)state;
	r->refused_generation = 7;
	memcpy(fake.seen, "1.2.4", 6);
	assert_int_equal(get(), 0);
	assert_new();
	assert_int_equal(fake.requests, 1);
}

static void enrolled_anew_elsewhere(struct fake *f)
{
	struct mb_record *r = fake_find(ACCOUNT);

	another_process_refreshed(f);
	snprintf(r->hosts, sizeof(r->hosts), "other.test");
}

static void host_is_checked_again_after_waiting(void **state)
{
	(void)state;
	hard();
	fake.busy = 1;
	fake.meanwhile = enrolled_anew_elsewhere;
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_HOST_NOT_LISTED);
}

static struct mb_record *share(const char *account, const char *owner)
{
	struct mb_record *r = fake_enrol(account, 1, 0, 0);

	snprintf(r->token_of, sizeof(r->token_of), "%s", owner);
	return r;
}

static void shared_mailbox_uses_its_owners_token(void **state)
{
	(void)state;
	soft();
	share("shared@example.org", "Relay@example.org");
	assert_int_equal(get_with((struct mb_token_want){
				 .account = "shared@example.org",
				 .host = HOST }), 0);
	assert_string_equal(got.account, "shared@example.org");
	assert_new();
	assert_int_equal(fake.requests, 1);
	assert_int_equal(basis.n, 2);
	assert_int_equal(basis.on[0].stamp.ino, 1);
	assert_int_equal(basis.on[1].stamp.ino, 8);
	/* a refusal is the owner's token's */
	mb_token_refused(&fake_world, "shared@example.org", 8);
	assert_int_equal(fake_find(ACCOUNT)->refused_generation, 9);
}

static void shared_mailbox_goes_one_step_only(void **state)
{
	(void)state;
	share("b@example.org", "a@example.org");
	share("c@example.org", "b@example.org");
	assert_int_equal(get_with((struct mb_token_want){
				 .account = "c@example.org" }), -1);
	assert_int_equal(err.id, MB_E_RECORD_BAD);
	assert_int_equal(get_with((struct mb_token_want){
				 .account = "b@example.org" }), -1);
	assert_int_equal(err.id, MB_E_NOT_ENROLLED);
	assert_string_equal(err.object, "a@example.org");
}

static void no_refresh_token_is_said(void **state)
{
	struct mb_record *r = hard();

	(void)state;
	mb_secret_clear(&r->refresh_token);
	assert_int_equal(get(), -1);
	assert_int_equal(err.id, MB_E_NO_REFRESH_TOKEN);
	assert_int_equal(fake.requests + fake.reserved, 0);
}

static void patience_depends_on_jail_and_need(void **state)
{
	struct mb_token_want q = { .account = ACCOUNT, .host = HOST };
	struct mb_record *r = soft();

	(void)state;
	assert_int_equal(mb_token_get(&fake_world, &q, &got, NULL, &err), 0);
	assert_int_equal(fake.patience.connect_ms, 10000);
	assert_int_equal(fake.patience.reply_ms, 75000);
	fake_world.jailed = true;
	r->obtained_at = fake.now - 3600;
	r->expires_at = fake.now + 1;
	assert_int_equal(mb_token_get(&fake_world, &q, &got, NULL, &err), 0);
	assert_int_equal(fake.patience.connect_ms, 5000);
	assert_int_equal(fake.patience.reply_ms, 30000);
	r->expires_at = fake.now;
	assert_int_equal(mb_token_get(&fake_world, &q, &got, NULL, &err), 0);
	assert_int_equal(fake.patience.connect_ms, 10000);
	/* the caller's deadline bounds what was not sent, nothing else */
	r->expires_at = fake.now;
	assert_int_equal(get(), 0);
	assert_int_equal(fake.patience.connect_ms, 1000);
	assert_int_equal(fake.patience.reply_ms, 30000);
}

static int handled;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static void raise_both(struct fake *f)
{
	(void)f;
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(kill(getpid(), SIGPIPE), 0);
	assert_int_equal(handled, 0);
}

static void signals_wait_until_the_token_is_stored(void **state)
{
	struct sigaction act = { .sa_handler = on_signal }, term, pipe_old;
	sigset_t before, after;

	(void)state;
	sigaction(SIGTERM, &act, &term);
	sigaction(SIGPIPE, &act, &pipe_old);
	assert_int_equal(sigemptyset(&before), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	hard();
	fake.during_request = raise_both;
	assert_int_equal(get(), 0);
	assert_new();
	/* SIGTERM came through afterwards; SIGPIPE was ours and is gone. */
	assert_int_equal(handled, 1);
	assert_int_equal(sigemptyset(&after), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig < SIGRTMIN; sig++)
		assert_int_equal(sigismember(&before, sig),
				 sigismember(&after, sig));
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGPIPE, &pipe_old, NULL);
}

static void enrolment_writes_the_next_generation(void **state)
{
	struct mb_deadline d = mb_deadline_in(50);
	struct mb_record r = {0};

	(void)state;
	snprintf(r.account, sizeof(r.account), "%s", ACCOUNT);
	snprintf(r.credential, sizeof(r.credential), "work");
	assert_int_equal(mb_token_enrol(&fake_world, &r, &d, &err), 0);
	assert_string_equal(fake_find(ACCOUNT)->hosts, "*.example.org");
	assert_string_equal(fake_find(ACCOUNT)->credentials_seen, "1.2.3");
	fake_find(ACCOUNT)->generation = 41;
	assert_int_equal(mb_token_enrol(&fake_world, &r, &d, &err), 0);
	assert_int_equal(fake_find(ACCOUNT)->generation, 42);
	assert_int_equal(r.generation, 0);
	fake.busy = 1000000;
	assert_int_equal(mb_token_enrol(&fake_world, &r, &d, &err), -1);
	assert_int_equal(err.id, MB_E_BUSY);
	fake.busy = 0;
	fake.reserve_error = MB_E_DISK_FULL;
	assert_int_equal(mb_token_enrol(&fake_world, &r, &d, &err), -1);
	assert_int_equal(err.id, MB_E_DISK_FULL);
	snprintf(r.credential, sizeof(r.credential), "nowhere");
	assert_int_equal(mb_token_enrol(&fake_world, &r, &d, &err), -1);
	assert_int_equal(err.id, MB_E_NO_CREDENTIAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(margins_are_ten_minutes_a_tenth_or_half),
		TEST(clock_set_back_counts_as_soft_expired),
		TEST(fresh_token_is_used_without_lock_or_request),
		TEST(unknown_account_is_not_enrolled),
		TEST(soft_expired_token_is_refreshed_once),
		TEST(nobody_waits_while_the_old_token_is_valid),
		TEST(refresh_keeps_old_token_when_reply_omits_it),
		TEST(refresh_token_of_a_failed_reply_is_kept),
		TEST(refresh_token_survives_an_unusable_access_token),
		TEST(lost_race_uses_the_winners_token),
		TEST(lock_then_look_again),
		TEST(busy_lock_ends_at_the_callers_deadline),
		TEST(settings_say_how_long_a_mail_program_waits),
		TEST(who_has_a_deadline_keeps_it),
		TEST(settings_are_kept_in_the_record),
		TEST(leftover_of_a_dead_writer_is_adopted),
		TEST(stale_leftover_is_adopted_and_refreshed),
		TEST(full_disk_sends_no_request),
		TEST(full_disk_leaves_the_valid_token_in_use),
		TEST(unwritable_store_with_a_provider_that_does_not_rotate),
		TEST(unlockable_store_uses_the_token_while_valid),
		TEST(unlockable_store_with_a_rotating_provider_fails),
		TEST(helper_without_a_lock_says_why),
		TEST(token_that_could_not_be_saved_is_used),
		TEST(dead_refresh_token_is_asked_about_once),
		TEST(refresh_tokens_age_is_unknown_rather_than_nothing),
		TEST(dead_refresh_token_leaves_the_valid_token_in_use),
		TEST(transient_failures_back_off_from_2_s_to_5_min),
		TEST(retry_after_is_honoured_up_to_an_hour),
		TEST(waiting_time_of_another_clock_is_void),
		TEST(configuration_error_is_void_when_the_digest_differs),
		TEST(new_configuration_does_not_revive_a_dead_token),
		TEST(refused_token_is_refreshed_exactly_once),
		TEST(refused_generation_that_is_gone_is_left_alone),
		TEST(refusal_that_could_not_be_recorded_still_counts),
		TEST(server_that_refuses_every_token_gets_one_refresh_only),
		TEST(forced_refresh_accepts_anothers_new_token),
		TEST(minimum_validity_is_met_by_a_refresh),
		TEST(unlisted_host_gets_no_token),
		TEST(added_host_works_at_once),
		TEST(new_hosts_count_in_a_store_that_cannot_be_written),
		TEST(no_hosts_means_any),
		TEST(vanished_credential_is_named),
		TEST(change_of_hosts_keeps_a_refusal),
		TEST(host_is_checked_again_after_waiting),
		TEST(shared_mailbox_uses_its_owners_token),
		TEST(shared_mailbox_goes_one_step_only),
		TEST(no_refresh_token_is_said),
		TEST(patience_depends_on_jail_and_need),
		TEST(signals_wait_until_the_token_is_stored),
		TEST(enrolment_writes_the_next_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
