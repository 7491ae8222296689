/* SPDX-License-Identifier: BSD-2-Clause */
/* Both layouts of sasl_utils_t, and one that nobody knows: the plugin works or
 * stays out of the way, it never calls through the wrong slot. */
#include "config.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/host/cyrus.h"
#include "tests/host/fixture.h"

#define PLUGIN FAKE_PLUGIN_DIR "/libmailbearer.so"
#define HOST MB_TEST_BUILDDIR "/tests/host/.libs/"
#define EXPORT __attribute__((visibility("default")))

typedef const sasl_utils_t *utils_fn(const char *account);
typedef const struct cyrus_seen *seen_fn(void);

static char said[512];
static int lines;

/* In place of the C library's, fortified or not: what the plugin logs. */
EXPORT void __syslog_chk(int priority, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
EXPORT void syslog(int priority, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	lines++;
}

void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	(void)flag;
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	lines++;
}

static void *get(void *module, const char *name)
{
	void *p = dlsym(module, name);

	assert_non_null(p);
	return p;
}

struct host {
	const sasl_utils_t *utils;
	const struct cyrus_seen *seen;
	sasl_client_plug_t *plugs;
	int count;
};

static struct host load(const char *library, const char *account)
{
	void *cyrus = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	void *plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
	sasl_client_plug_init_t *init;
	struct host h = {.count = -1};
	utils_fn *utils;
	seen_fn *seen;
	int version = 0;
	void *p;

	assert_non_null(cyrus);
	assert_non_null(plugin);
	p = get(cyrus, "cyrus_utils");
	memcpy(&utils, &p, sizeof(p));
	p = get(cyrus, "cyrus_seen");
	memcpy(&seen, &p, sizeof(p));
	p = get(plugin, "sasl_client_plug_init");
	memcpy(&init, &p, sizeof(p));
	h.utils = utils(account);
	h.seen = seen();
	lines = 0;
	assert_int_equal(init(h.utils, SASL_CLIENT_PLUG_VERSION, &version,
			      &h.plugs, &h.count), SASL_OK);
	assert_int_equal(version, SASL_CLIENT_PLUG_VERSION);
	return h;
}

static int canon(sasl_conn_t *conn, const char *in, unsigned len,
		 unsigned flags, sasl_out_params_t *oparams)
{
	static char name[128];

	(void)conn;
	(void)flags;
	snprintf(name, sizeof(name), "%.*s", (int)len, in);
	oparams->user = oparams->authid = name;
	oparams->ulen = oparams->alen = len;
	return SASL_OK;
}

static void login_and_refusal(const char *library, const char *account)
{
	struct host h = load(library, account);
	sasl_client_params_t params = {
		.utils = h.utils, .serverFQDN = "imap.example.test",
		.canon_user = canon,
	};
	sasl_out_params_t oparams = {0};
	const char *out = NULL;
	void *conn = NULL;
	unsigned n = 0;

	assert_int_equal(h.count, 2);
	assert_string_equal(h.plugs[0].mech_name, "XOAUTH2");
	assert_string_equal(h.plugs[1].mech_name, "OAUTHBEARER");
	fake->trouble = 1;
	assert_int_equal(h.plugs[0].mech_new(h.plugs[0].glob_context, &params,
					     &conn), SASL_OK);
	assert_int_equal(h.plugs[0].mech_step(conn, &params, NULL, 0, NULL,
					      &out, &n, &oparams), SASL_OK);
	assert_int_equal(n, strlen(XOAUTH2));
	assert_memory_equal(out, XOAUTH2, n);
	assert_int_equal(h.seen->logs, 1);
	assert_int_equal(h.seen->errors, 0);
	assert_int_equal(h.plugs[0].mech_step(conn, &params, "no", 2, NULL,
					      &out, &n, &oparams), SASL_OK);
	assert_int_equal(h.seen->errors, 1);
	h.plugs[0].mech_dispose(conn, h.utils);
	assert_int_equal(lines, 0);
}

static void the_long_layout_works(void **state)
{
	(void)state;
	login_and_refusal(HOST "cyrus_long.so", ACCOUNT);
}

static void the_short_layout_works(void **state)
{
	(void)state;
	login_and_refusal(HOST "cyrus_short.so", ACCOUNT);
}

static void an_unknown_layout_gets_nothing_but_one_line(void **state)
{
	struct host h = load(HOST "cyrus_odd.so", ACCOUNT);

	(void)state;
	assert_int_equal(h.count, 0);
	assert_null(h.plugs);
	assert_int_equal(lines, 1);
	assert_in(said, "mailbearer: ");
	assert_in(said, "unknown layout");
}

static void an_unknown_layout_is_not_mentioned_to_strangers(void **state)
{
	struct host h;

	(void)state;
	assert_int_equal(setenv("MAILBEARER_HOME", "/nonexistent", 1), 0);
	h = load(HOST "cyrus_odd.so", ACCOUNT);
	assert_int_equal(h.count, 0);
	assert_int_equal(lines, 0);
	assert_int_equal(setenv("MAILBEARER_HOME", fixture_store, 1), 0);
}

static void an_older_interface_is_refused(void **state)
{
	void *plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
	sasl_client_plug_init_t *init;
	sasl_client_plug_t *plugs;
	int version, count;
	void *p;

	(void)state;
	assert_non_null(plugin);
	p = get(plugin, "sasl_client_plug_init");
	memcpy(&init, &p, sizeof(p));
	assert_int_equal(init(NULL, SASL_CLIENT_PLUG_VERSION - 1, &version,
			      &plugs, &count), SASL_BADVERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_long_layout_works),
		TEST(the_short_layout_works),
		TEST(an_unknown_layout_gets_nothing_but_one_line),
		TEST(an_unknown_layout_is_not_mentioned_to_strangers),
		TEST(an_older_interface_is_refused),
	};

	return cmocka_run_group_tests(tests, fixture_start, fixture_end);
}
