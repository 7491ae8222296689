/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "tools/doctor.h"

static void expect(const char *raw, const char *wanted)
{
	struct mb_credential c = { 0 };
	struct mb_credfile file = { .credentials = &c, .ncredentials = 1 };
	char text[MB_ERR_LINE];

	(void)snprintf(c.client_id, sizeof(c.client_id), "MARKER-id");
	(void)snprintf(c.token_endpoint, sizeof(c.token_endpoint),
		       "https://marker/token");
	(void)snprintf(c.proxy, sizeof(c.proxy), "http://outward:3128");
	(void)snprintf(c.hosts, sizeof(c.hosts), "mx1 relay2");
	(void)snprintf(text, sizeof(text), "%s", raw);
	mb_doctor_redact(&file, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void report_hides_mailboxes(void **state)
{
	(void)state;
	expect("a@x.org: needs sign-in", "mailbox@...: needs sign-in");
	expect("run: mailbearer enroll a@x.org", "run: mailbearer enroll "
	       "mailbox@...");
}

static void report_hides_hosts(void **state)
{
	(void)state;
	expect("https://login.marker.test:8443 answers",
	       "https://host...:8443 answers");
	expect("https://h/MARKER-path?x", "https://host...");
	expect("Could not resolve host: marker", "Could not resolve host: "
	       "host...");
	expect("mx1 and RELAY2, by outward", "host... and host..., by host...");
	expect("(imap.inside.marker.test)", "(host...)");
	expect("mx1x mx", "mx1x mx");
}

static void report_hides_this_host(void **state)
{
	char own[256] = "", text[300];

	(void)state;
	assert_int_equal(gethostname(own, sizeof(own) - 1), 0);
	(void)snprintf(text, sizeof(text), "on %s here", own);
	expect(text, "on host... here");
}

static void report_hides_client_ids(void **state)
{
	(void)state;
	expect("application 'MARKER-id' is unknown", "application "
	       "'client-id...' is unknown");
	expect("x=MARKER-id", "client-id...");
}

static void report_hides_whose_home_it_is(void **state)
{
	(void)state;
	assert_int_equal(setenv("HOME", "/srv/marker", 1), 0);
	expect("/srv/marker/.config/x (user)", "~/.config/x (user)");
	expect("/srv/marker", "~");
	expect("/srv/markers/x", "/srv/markers/x");
	expect("/home/marker/x", "~/x");
	/* With a blank in it. */
	assert_int_equal(setenv("HOME", "/srv/my marker", 1), 0);
	expect("/srv/my marker/x y", "~/x y");
}

static void report_keeps_what_helps(void **state)
{
	static const char *const texts[] = {
		"OpenSSL 3.0.22 25 Aug 2026",
		"look at openssl.cnf and the system's crypto policy",
		"systemctl enable --now mailbearer-refresh.timer",
		"/usr/lib/x86_64-linux-gnu/sasl2/libmailbearer.so",
		"smtp_tls_security_level of smtp/unix is \"may\"",
		"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(texts[i], texts[i]);
}

static void report_of_a_long_line_stays_in_bounds(void **state)
{
	char text[MB_ERR_LINE];
	struct mb_credfile file = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i + 4 < sizeof(text); i += 4)
		memcpy(text + i, "a@b ", 5);
	mb_doctor_redact(&file, text, sizeof(text));
	assert_true(strlen(text) < sizeof(text));
	assert_null(strstr(text, "a@b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_hides_mailboxes),
		cmocka_unit_test(report_hides_hosts),
		cmocka_unit_test(report_hides_this_host),
		cmocka_unit_test(report_hides_client_ids),
		cmocka_unit_test(report_hides_whose_home_it_is),
		cmocka_unit_test(report_keeps_what_helps),
		cmocka_unit_test(report_of_a_long_line_stays_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
