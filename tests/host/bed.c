/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/host/bed.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store_admin.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

struct bed bed;

static void write_credentials(bool rotates)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_secret text = {0};
	char buf[1024];

	snprintf(buf, sizeof(buf), "# mailbearer-credentials 1\n"
		 "credentials = ( { name = \"work\"; provider = \"custom\";\n"
		 "client_id = \"bed\"; authorization_endpoint = "
		 "\"http://127.0.0.1:%d/authorize\";\n"
		 "token_endpoint = \"http://127.0.0.1:%d/token\";\n"
		 "callback_url = \"http://localhost/\"; scope = \"mail\";\n"
		 "hosts = ( \"*.example.org\" ); rotates = %s; } );\n",
		 bed.server.port, bed.server.port, rotates ? "true" : "false");
	mb_secret_set(&text, buf, strlen(buf));
	if (mb_store_credentials_write(s, &text, NULL, NULL, &bed.e) < 0)
		fail_msg("%s: %s", bed.e.object, bed.e.cause);
	mb_secret_clear(&text);
	mb_store_free(&s);
}

bool bed_mapped(const char *name)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[600];
	bool yes = false;

	assert_non_null(f);
	while (!yes && fgets(line, sizeof(line), f))
		yes = strstr(line, name) != NULL;
	fclose(f);
	return yes;
}

/* The token on record, as the endpoint knows it, with other times. */
static void put(int64_t obtained_at, int64_t expires_at, bool forgive)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_record r = {0};

	if (mb_store_read(s, store_id(BED_ACCOUNT), &r, NULL, NULL) <= 0) {
		store_fill(&r, BED_ACCOUNT, 1);
		mb_secret_set(&r.access_token, "access-0", 8);
		mb_secret_set(&r.refresh_token, "refresh-0", 9);
	}
	r.generation++;
	if (forgive) {
		r.error_class[0] = '\0';
		r.next_attempt = 0;
	}
	r.obtained_at = mb_now() + obtained_at;
	r.expires_at = mb_now() + expires_at;
	mb_store_seen(s, r.credentials_seen, NULL);
	store_put(s, &r);
	mb_record_clear(&r);
	mb_store_free(&s);
	bed.asked = fake_tokend_count(&bed.server);
}

void bed_expire(void)
{
	put(-4000, -400, false);
}

void bed_forgive(void)
{
	put(-4000, -400, true);
}

void bed_due(void)
{
	put(-3500, 100, false);
}

void bed_make(const char *answer, bool rotates)
{
	bed_make_for((uid_t)-1, answer, rotates);
}

void bed_make_for(uid_t service, const char *answer, bool rotates)
{
	const char *const args[] = { answer, NULL };

	bed = (struct bed){0};
	mailbearer_engine.close();
	if (fake_tokend_start(&bed.server, args) < 0)
		fail_msg("tests/fake/tokend cannot be started");
	store_make(&bed.home, service);
	setenv("MAILBEARER_HOME", run_path("s"), 1);
	write_credentials(rotates);
	bed_expire();
}

void bed_clean(void)
{
	bed_wait_unlocked();
	mailbearer_engine.close();
	fake_tokend_stop(&bed.server);
	run_clean();
}

static int emit(void *arg, const char *user, const char *token, size_t len,
		struct mb_err *e)
{
	(void)arg;
	(void)user;
	(void)e;
	snprintf(bed.token, sizeof(bed.token), "%.*s", (int)len, token);
	return 0;
}

int bed_get(int64_t ms)
{
	struct mb_deadline d = mb_deadline_in(ms);
	struct mb_engine_want want = { .account = BED_ACCOUNT,
				       .host = BED_HOST, .deadline = &d };
	int64_t generation;

	bed.token[0] = '\0';
	bed.e = (struct mb_err){0};
	return mailbearer_engine.token(&want, emit, NULL, &generation,
				       &bed.e);
}

long bed_requests(void)
{
	return fake_tokend_count(&bed.server) - bed.asked;
}

void bed_record(struct mb_record *r)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_err e = {0};

	if (mb_store_read(s, store_id(BED_ACCOUNT), r, NULL, &e) <= 0)
		fail_msg("%s: %s", e.object, e.cause);
	mb_store_free(&s);
}

void bed_wait_unlocked(void)
{
	struct mb_store *s = store_open(&bed.home);
	struct mb_record_lock l = { .lock_fd = -1, .new_fd = -1 };
	bool adopted;

	while (mb_store_trylock(s, store_id(BED_ACCOUNT), &l, NULL) == 0)
		mb_sleep_ms(2, NULL);
	/* What a dead writer left counts. */
	if (mb_store_reserve(s, &l, &adopted, NULL) == 0)
		mb_store_abandon(s, &l);
	mb_store_unlock(s, &l);
	mb_store_free(&s);
}

bool bed_alive(void)
{
	bed_wait_unlocked();
	bed_expire();
	return bed_get(20000) == 0 && bed_requests() == 1;
}

long bed_serial(void)
{
	struct mb_record r = {0};
	const char *dash;
	long n;

	bed_record(&r);
	dash = strrchr(mb_secret_str(&r.refresh_token), '-');
	n = dash ? strtol(dash + 1, NULL, 10) : -1;
	mb_record_clear(&r);
	return n;
}

int bed_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   256 + WTERMSIG(status);
}
