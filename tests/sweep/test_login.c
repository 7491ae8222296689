/* SPDX-License-Identifier: BSD-2-Clause */
/* A login through libsasl2, plugin and engine, with every allocation of ours
 * failing in turn.  Both are linked in: their calls are what is counted. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

#include "lib/engine.h"
#include "lib/engine_http.h"
#include "lib/helper.h"
#include "plugin/load.h"
#include "plugin/plugin.h"
#include "tests/host/client.h"
#include "tests/sweep/bed.h"
#include "tests/sweep/faults.h"
#include "tests/unit/run.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

enum { MOST = 400 };

/* What the program is linked with in place of dlopen() and the helper. */
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wreserved-identifier"
#endif
const struct mb_engine *__wrap_mb_load_engine(struct mb_err *e);
int __wrap_mb_engine_http(const struct mb_redeem **r, struct mb_err *e);
enum mb_help __wrap_mb_helper_ask(void *ctx, const struct mb_token_task *t,
				  struct mb_record_lock *l,
				  const struct mb_deadline *d,
				  struct mb_token_answer *a,
				  struct mb_err *e);

const struct mb_engine *__wrap_mb_load_engine(struct mb_err *e)
{
	(void)e;
	return &mailbearer_engine;
}

int __wrap_mb_engine_http(const struct mb_redeem **r, struct mb_err *e)
{
	(void)e;
	*r = &bed_redeem;
	return 0;
}

enum mb_help __wrap_mb_helper_ask(void *ctx, const struct mb_token_task *t,
				  struct mb_record_lock *l,
				  const struct mb_deadline *d,
				  struct mb_token_answer *a, struct mb_err *e)
{
	(void)ctx;
	(void)t;
	(void)l;
	(void)d;
	(void)a;
	(void)e;
	return MB_HELP_NONE;
}
#pragma GCC diagnostic pop

static int login(bool refused)
{
	struct client c = client_with(OWNER);
	int r;

	c.server = "mx.example.org";
	r = client_start(&c);
	if (r == SASL_CONTINUE && refused)
		r = client_hear(&c, "{\"status\":\"401\"}") == SASL_OK ?
		    SASL_CONTINUE : SASL_FAIL;
	client_end(&c);
	return r;
}

static void sweep(const char *what, int64_t left, bool refused)
{
	long n, blocks;
	int r;

	for (n = 1; n < MOST; n++) {
		bed_enrol(left);
		client_log[0] = '\0';
		faults_arm(FAULT_MEMORY, n, ENOMEM);
		r = login(refused);
		mailbearer_engine.close();
		faults_disarm();
		blocks = faults_blocks();
		if (blocks)
			fail_msg("%s %ld: %ld blocks are left", faults_name(),
				 n, blocks);
		if (r != SASL_CONTINUE && (r != SASL_NOMEM ||
					   !strstr(client_log, "[no-memory]")))
			fail_msg("%s %ld: code %d: %s", faults_name(), n, r,
				 client_log);
		bed.trials++;
		bed.total_requests += bed.requests;
		bed.failed += r != SASL_CONTINUE;
		assert_true(bed_alive());
		if (!faults_struck())
			break;
	}
	assert_int_equal(r, SASL_CONTINUE);
	assert_in_range(n, 2, MOST - 1);
	bed_report(what);
}

static void a_login_from_the_record(void **state)
{
	(void)state;
	sweep("memory: login", 3000, false);
}

static void a_login_that_refreshes(void **state)
{
	(void)state;
	sweep("memory: login with a refresh", -1, false);
}

static void a_login_that_the_server_refuses(void **state)
{
	(void)state;
	sweep("memory: login that is refused", 3000, true);
}

static int begin(void **state)
{
	(void)state;
	bed_make();
	if (setenv("MAILBEARER_HOME", run_path("s"), 1) < 0 ||
	    client_init(run_path("none")) != SASL_OK)
		return -1;
	return sasl_client_add_plugin("mailbearer", sasl_client_plug_init) ==
	       SASL_OK ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	client_done();
	run_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_from_the_record),
		cmocka_unit_test(a_login_that_refreshes),
		cmocka_unit_test(a_login_that_the_server_refuses),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
