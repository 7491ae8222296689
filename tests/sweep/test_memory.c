/* SPDX-License-Identifier: BSD-2-Clause */
/* Every allocation of ours failing in turn: an error that says so or success,
 * nothing leaked, nothing lost. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "lib/clock.h"
#include "lib/credfile.h"
#include "lib/seal.h"
#include "lib/seal_cms.h"
#include "tests/fake/fake.h"
#include "tests/sweep/bed.h"
#include "tests/sweep/faults.h"
#include "tests/unit/data.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { MOST = 4000 };

struct sweep {
	const char *name;
	void (*before)(void);
	int (*run)(struct mb_err *e);
	void (*after)(int ret);		/* unarmed */
};

static void nothing(void)
{
}

static void indifferent(int ret)
{
	(void)ret;
}

static int mistakes;

/* Go on: one run shows all that there is to mend. */
__attribute__((format(printf, 3, 4)))
static void wrong(const struct sweep *s, long n, const char *what, ...)
{
	char line[512];
	va_list list;

	va_start(list, what);
	(void)vsnprintf(line, sizeof(line), what, list);
	va_end(list);
	print_error("# %s: %s, number %ld, failed: %s\n", s->name,
		    faults_name(), n, line);
	mistakes++;
}

/* How many allocations there were to fail; with lasting, every one after it
 * fails, too. */
static long sweep_with(const struct sweep *s, bool lasting)
{
	struct mb_err e;
	long n, blocks;
	int ret;

	mistakes = 0;
	for (n = 1; n < MOST; n++) {
		s->before();
		e = (struct mb_err){0};
		faults_arm(FAULT_MEMORY, n, ENOMEM);
		if (lasting)
			faults_last();
		ret = s->run(&e);
		faults_disarm();
		s->after(ret);
		blocks = faults_blocks();
		if (blocks != 0)
			wrong(s, n, "%ld blocks are left", blocks);
		if (ret < 0 && (e.id != MB_E_NOMEM || !faults_struck()))
			wrong(s, n, "\"%s: %s\" is said", e.object, e.cause);
		if (!faults_struck())
			break;
	}
	assert_in_range(n, 2, MOST - 1);
	assert_int_equal(mistakes, 0);
	return n - 1;
}

static long sweep(const struct sweep *s)
{
	return sweep_with(s, false) + sweep_with(s, true);
}

static void said(const struct sweep *s)
{
	long n = sweep(s);

	print_message("# %s: %ld allocations failed\n", s->name, n);
}

/* ---- pure parts ---- */

static struct mb_secret text, sealed, out;
static struct mb_record record;


static int format_and_parse(struct mb_err *e)
{
	struct mb_secret formatted = {0};
	struct mb_record copy = {0};
	int ret = mb_record_format(&record, &formatted, e);

	if (ret == 0)
		ret = mb_record_parse(&copy, formatted.data, formatted.len,
				      "record", e);
	if (ret == 0)
		ret = mb_record_copy(&copy, &record, e);
	mb_record_clear(&copy);
	mb_secret_clear(&formatted);
	return ret;
}

static void a_record_is_written_and_read(void **state)
{
	static const struct sweep s = { "record", nothing, format_and_parse,
					indifferent };

	(void)state;
	store_fill(&record, OWNER, 5);
	assert_int_equal(mb_secret_append_str(&record.extra, "later 1\n"), 0);
	said(&s);
	mb_record_clear(&record);
}

static int seal_and_unseal(struct mb_err *e)
{
	struct mb_key key = {{0}, ""};
	int ret = mb_key_identify(&key, e);

	if (ret == 0)
		ret = mb_seal(&key, 1, &text, &sealed, e);
	if (ret == 0 && mb_unseal(&key, sealed.data, sealed.len, false, "it",
				  &out, e) != MB_UNSEAL_OK)
		ret = -1;
	mb_secret_clear(&sealed);
	mb_secret_clear(&out);
	return ret;
}

static void sealing_and_opening(void **state)
{
	static const struct sweep s = { "seal", nothing, seal_and_unseal,
					indifferent };

	(void)state;
	assert_int_equal(mb_secret_append_str(&text, "a secret"), 0);
	said(&s);
	mb_secret_clear(&text);
}

static struct mb_secret recovery;

static int seal_with_recovery(struct mb_err *e)
{
	struct mb_key key = {{0}, ""};
	int ret = mb_key_identify(&key, e);

	if (ret == 0)
		ret = mb_seal_cms(&key, 1, &recovery, &text, &sealed, e);
	mb_secret_clear(&sealed);
	return ret;
}

static void sealing_with_a_recovery_key(void **state)
{
	static const struct sweep s = { "seal for recovery", nothing,
					seal_with_recovery, indifferent };
	char *pem = test_data("recovery.crt", NULL);

	(void)state;
	assert_int_equal(mb_secret_append_str(&recovery, pem), 0);
	assert_int_equal(mb_secret_append_str(&text, "a secret"), 0);
	said(&s);
	free(pem);
	mb_secret_clear(&recovery);
	mb_secret_clear(&text);
}

/* ---- the credentials file ---- */

#define WORK "credentials = (\n" \
	"  { name = \"work\"; provider = \"custom\"; client_id = \"id\";\n" \
	"    client_secret = \"s\"; auth_method = \"client_secret_post\";\n" \
	"    hosts = ( \"*.example.org\" );\n" \
	"    token_endpoint = \"https://x.org/token\"; } );\n" \
	"accounts = ( { user = \"*@x.org\"; credential = \"work\";\n" \
	"  grant = \"authorization_code\"; } );\n" \
	"settings = { deadline = 20; };\n"

static void credentials_text(void)
{
	mb_secret_clear(&text);
	assert_int_equal(mb_secret_append_str(&text, MB_CREDFILE_HEADER WORK),
			 0);
}

static int parse(struct mb_err *e)
{
	struct mb_credfile cf = {0};
	struct mb_credential c = {0};
	char digest[65];
	int ret = mb_credfile_parse(&cf, &text, "credentials.conf", e);

	if (ret == 0)
		ret = mb_credential_copy(&c, &cf.credentials[0], e);
	if (ret == 0)
		ret = mb_credfile_lookup(&text, "credentials.conf", "work",
					 &c, e);
	if (ret == 0)
		ret = mb_credential_digest(&c, digest, e);
	mb_credential_clear(&c);
	mb_credfile_clear(&cf);
	return ret;
}

static void the_credentials_file_is_read(void **state)
{
	static const struct sweep s = { "credentials file, read",
					credentials_text, parse, indifferent };

	(void)state;
	said(&s);
}

static struct mb_credential home;

static int change(struct mb_err *e)
{
	struct mb_rule rule = { .user = "*@y.org", .credential = "home",
				.grant = "authorization_code" };

	if (mb_credfile_add(&text, &home, e) < 0 ||
	    mb_credfile_replace(&text, "home", &home, e) < 0 ||
	    mb_credfile_set_rules(&text, &rule, 1, e) < 0 ||
	    mb_credfile_set_recovery(&text, &recovery, e) < 0)
		return -1;
	return mb_credfile_remove(&text, "work", e);
}

/* Whatever failed: the text is one of those in between, and whole. */
static void still_whole(int ret)
{
	struct mb_credfile cf = {0};
	struct mb_err e = {0};

	if (mb_credfile_parse(&cf, &text, "text", &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	assert_non_null(mb_credfile_find(&cf, ret == 0 ? "home" : "work"));
	mb_credfile_clear(&cf);
	mb_secret_clear(&text);
}

static void the_credentials_file_is_changed(void **state)
{
	static const struct sweep s = { "credentials file, changed",
					credentials_text, change,
					still_whole };
	char *pem = test_data("recovery.crt", NULL);

	(void)state;
	assert_int_equal(mb_secret_append_str(&recovery, pem), 0);
	free(pem);
	snprintf(home.name, sizeof(home.name), "home");
	snprintf(home.provider, sizeof(home.provider), "custom");
	snprintf(home.client_id, sizeof(home.client_id), "id");
	snprintf(home.token_endpoint, sizeof(home.token_endpoint),
		 "https://y.org/token");
	home.auth_method = MB_AUTH_POST;
	assert_int_equal(mb_secret_append_str(&home.client_secret, "s"), 0);
	said(&s);
	mb_credential_clear(&home);
	mb_secret_clear(&recovery);
}

/* ---- store and tokens ---- */

static int64_t left;		/* seconds of the access token */
static struct mb_record got;

static void enrolled(void)
{
	bed_enrol(left);
}

static int get(struct mb_err *e)
{
	int ret;

	ret = bed_token(&got, false, e);
	mb_record_clear(&got);
	return ret;
}

static void outlives(int ret)
{
	bed.trials++;
	bed.total_requests += bed.requests;
	bed.failed += ret < 0;
	assert_in_range(bed.requests, 0, 1);
	if (!bed_alive())
		bed.lost++;
}

static void swept(const struct sweep *s, int64_t seconds)
{
	long lost;

	left = seconds;
	(void)sweep_with(s, false);
	assert_int_equal(bed.lost, 0);
	bed_report(s->name);
	/* In process there is no memory then for what a sent request brings:
	 * one reason more for the helper. */
	(void)sweep_with(s, true);
	lost = bed.lost;
	assert_in_range(lost, 0, bed.total_requests);
	print_message("# the same, and every one after it:\n");
	bed_report(s->name);
}

static void a_fresh_token_is_read(void **state)
{
	static const struct sweep s = { "memory: token from the record",
					enrolled, get, outlives };

	(void)state;
	swept(&s, 3000);
}

static void a_token_is_refreshed_ahead(void **state)
{
	static const struct sweep s = { "memory: refresh ahead of time",
					enrolled, get, outlives };

	(void)state;
	swept(&s, 300);
}

static void an_expired_token_is_refreshed(void **state)
{
	static const struct sweep s = { "memory: refresh of an expired token",
					enrolled, get, outlives };

	(void)state;
	swept(&s, -1);
}

static int enrol(struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(1000);
	struct mb_token_world w;
	struct mb_store *s = NULL;
	int ret;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	w = bed_world(s);
	ret = mb_token_enrol(&w, &record, &d, e);
	mb_store_free(&s);
	return ret;
}

/* The endpoint takes either: a new sign-in leaves the old one alive. */
static void enrolled_or_as_before(int ret)
{
	struct mb_record now = {0};
	struct mb_err e = {0};

	assert_int_equal(bed_token(&now, false, &e), 0);
	assert_string_equal(mb_secret_str(&now.refresh_token),
			    ret == 0 ? "refresh" : "r-0");
	mb_record_clear(&now);
	bed.trials++;
	bed.failed += ret < 0;
}

static void an_account_is_enrolled_again(void **state)
{
	static const struct sweep s = { "memory: enrolment", enrolled, enrol,
					enrolled_or_as_before };

	(void)state;
	store_fill(&record, OWNER, 1);
	swept(&s, 3000);
	mb_record_clear(&record);
}

static int refuse(struct mb_err *e)
{
	struct mb_token_world w;
	struct mb_store *s = NULL;

	if (mb_store_open(&s, &bed.home, e) < 0)
		return -1;
	w = bed_world(s);
	mb_token_refused(&w, OWNER, 5);
	mb_store_free(&s);
	return 0;
}

static void a_refusal_is_noted(void **state)
{
	static const struct sweep s = { "memory: refusal by a server",
					enrolled, refuse, outlives };

	(void)state;
	swept(&s, 3000);
}

/* ---- the real request ---- */

static struct fake_tokend server;
static struct mb_credential client;
static struct mb_secret sent;
static struct mb_grant answer;
static enum mb_outcome outcome;
static long without_room;

static int request(struct mb_err *e)
{
	const struct mb_patience p = { 5000, 5000 };

	outcome = mailbearer_http.refresh(&client, OWNER, 1, &sent, &p,
					  &answer, e);
	return outcome == MB_OUT_GRANTED ? 0 : -1;
}

static void note_answer(int ret)
{
	bed.trials++;
	bed.failed += ret < 0;
	/* Sent, and no refresh token: the one of the reply is gone. */
	if (ret < 0 && outcome != MB_OUT_NOT_SENT && !answer.refresh_token.len)
		without_room++;
	mb_grant_clear(&answer);
}

static void clear_answer(void)
{
	mb_grant_clear(&answer);
}

static void a_reply_is_never_lost_for_want_of_memory(void **state)
{
	static const struct sweep s = { "memory: request and reply",
					clear_answer, request, note_answer };
	static const char *const args[] = { "keep", NULL };

	(void)state;
	assert_int_equal(fake_tokend_start(&server, args), 0);
	snprintf(client.name, sizeof(client.name), "work");
	snprintf(client.client_id, sizeof(client.client_id), "id");
	client.auth_method = MB_AUTH_BASIC;
	snprintf(client.token_endpoint, sizeof(client.token_endpoint),
		 "http://127.0.0.1:%d/token", server.port);
	assert_int_equal(mb_secret_append_str(&client.client_secret, "s"), 0);
	assert_int_equal(mb_secret_append_str(&sent, "refresh-0"), 0);
	(void)sweep_with(&s, false);
	bed.total_requests = fake_tokend_count(&server);
	bed.lost = without_room;
	fake_tokend_stop(&server);
	mb_credential_clear(&client);
	mb_secret_clear(&sent);
	bed_report(s.name);
	assert_int_equal(without_room, 0);
}

static int begin(void **state)
{
	struct mb_err e = {0};

	(void)state;
	(void)run_dir();
	/* The ciphers are fetched once. */
	faults_arm(FAULT_MEMORY, 1, ENOMEM);
	assert_int_equal(mb_seal_prepare(&e), -1);
	assert_int_equal(faults_disarm(), 1);
	assert_int_equal(e.id, MB_E_NOMEM);
	assert_int_equal(mb_seal_prepare(&e), 0);
	bed_make();
	return 0;
}

static int end(void **state)
{
	(void)state;
	mb_secret_clear(&text);
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_written_and_read),
		cmocka_unit_test(sealing_and_opening),
		cmocka_unit_test(sealing_with_a_recovery_key),
		cmocka_unit_test(the_credentials_file_is_read),
		cmocka_unit_test(the_credentials_file_is_changed),
		cmocka_unit_test(a_fresh_token_is_read),
		cmocka_unit_test(a_token_is_refreshed_ahead),
		cmocka_unit_test(an_expired_token_is_refreshed),
		cmocka_unit_test(an_account_is_enrolled_again),
		cmocka_unit_test(a_refusal_is_noted),
		cmocka_unit_test(a_reply_is_never_lost_for_want_of_memory),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, begin, end);
}
