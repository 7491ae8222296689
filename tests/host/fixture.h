/* SPDX-License-Identifier: BSD-2-Clause */
/* The real libsasl2 with the plugin whose engine is the fake one, and a store
 * that lets the plugin come forward. */
#ifndef MB_TESTS_HOST_FIXTURE_H
#define MB_TESTS_HOST_FIXTURE_H

#include "tests/fake/engine.h"
#include "tests/host/client.h"
#include "tests/unit/unit.h"

#define FAKE_PLUGIN_DIR MB_TEST_BUILDDIR "/tests/fake/sasl2"
#define TOKEN "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
#define ACCOUNT "someuser@example.com"
#define XOAUTH2 "user=" ACCOUNT "\001auth=Bearer " TOKEN "\001\001"
#define CHALLENGE "{\"status\":\"401\",\"schemes\":\"bearer mac\"," \
	"\"scope\":\"https://mail.google.com/\"}\n"

extern struct fake_engine *fake;
extern char fixture_store[128];	/* MAILBEARER_HOME */

extern void (*fixture_pose)(uint32_t abi, const char *build_id);

/* Group set-up and tear-down. */
int fixture_start(void **state);
int fixture_end(void **state);

/* The fake engine knows ACCOUNT and TOKEN; nothing asked, nothing logged. */
void fixture_reset(void);
int fixture_each(void **state);

/* Exactly these bytes left for the server. */
void assert_out(const struct client *c, const char *bytes);
void assert_in(const char *text, const char *part);
void assert_not_in(const char *text, const char *part);

#define TEST(name) cmocka_unit_test_setup(name, fixture_each)

#endif
