/* SPDX-License-Identifier: BSD-2-Clause */
/* Mail exchangers: DNS messages as bytes, and a name server on loopback that
 * lies, hangs or answers. */
#include "config.h"

#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/fake/dns.h"
#include "tools/mx.h"

/* c.ex MX: 20 b.c.ex, 10 a.c.ex, 10 a2.x (names compressed). */
static const unsigned char good[] =
	"\x12\x34\x81\x80\0\1\0\3\0\0\0\0"
	"\1c\2ex\0\0\17\0\1"
	"\xc0\x0c\0\17\0\1\0\0\0\1\0\6\0\x14\1b\xc0\x0c"
	"\xc0\x0c\0\17\0\1\0\0\0\1\0\6\0\x0a\1a\xc0\x0c"
	"\xc0\x0c\0\17\0\1\0\0\0\1\0\10\0\x0a\2a2\1x";
enum { GOOD = sizeof(good) };	/* the string's NUL ends the last name */

/* Where the pieces of it lie. */
enum { AT_FLAGS = 2, AT_QUESTIONS = 4, AT_ANSWERS = 6, AT_OWNER = 22,
       AT_TYPE = 24, AT_CLASS = 26, AT_LENGTH = 32, AT_NAME = 36 };

static void hosts_come_in_order_of_preference(void **state)
{
	struct mb_mx mx = { 0 };

	(void)state;
	assert_int_equal(mb_mx_read(good, GOOD, &mx), 0);
	assert_int_equal(mx.n, 3);
	assert_string_equal(mx.host[0], "a.c.ex");
	assert_string_equal(mx.host[1], "a2.x");
	assert_string_equal(mx.host[2], "b.c.ex");
}

static void each_cut_of_a_message_is_refused(void **state)
{
	struct mb_mx mx = { .n = 77 };

	(void)state;
	for (size_t n = 0; n < GOOD; n++) {
		unsigned char *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memcpy(copy, good, n);
		if (mb_mx_read(copy, n, &mx) == 0)
			fail_msg("cut to %zu bytes", n);
		free(copy);
	}
	assert_int_equal(mx.n, 77);
}

static void a_wrong_byte_is_refused_or_is_another_record(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
		int ret;
		size_t n;
	} cases[] = {
		{ AT_FLAGS, 0x01, -1, 0 },		/* a question */
		{ AT_FLAGS, 0x83, -1, 0 },		/* cut off */
		{ AT_FLAGS + 1, 0x83, -1, 0 },		/* NXDOMAIN */
		{ AT_QUESTIONS + 1, 0, -1, 0 },
		{ AT_QUESTIONS, 0xff, -1, 0 },
		{ AT_ANSWERS, 0xff, -1, 0 },
		{ AT_ANSWERS + 1, 0, 0, 0 },
		{ AT_ANSWERS + 1, 1, 0, 1 },
		{ AT_OWNER + 1, AT_OWNER, -1, 0 },	/* names itself */
		{ AT_OWNER + 1, 0xff, -1, 0 },		/* outside */
		{ AT_TYPE + 1, 1, 0, 2 },		/* A */
		{ AT_CLASS + 1, 3, 0, 2 },		/* CHAOS */
		{ AT_LENGTH + 1, 5, -1, 0 },
		{ AT_LENGTH + 1, 7, -1, 0 },
		{ AT_LENGTH, 0xff, -1, 0 },
		{ AT_NAME + 3, AT_NAME, -1, 0 },	/* b.b.b.b... */
		{ AT_NAME + 1, ' ', 0, 2 },		/* no host's name */
		{ AT_NAME + 1, '\n', 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char copy[GOOD];
		struct mb_mx mx = { 0 };
		int ret;

		memcpy(copy, good, GOOD);
		copy[cases[i].at] = cases[i].byte;
		ret = mb_mx_read(copy, GOOD, &mx);
		if (ret != cases[i].ret || mx.n != cases[i].n)
			fail_msg("case %zu: %d, %zu hosts", i, ret, mx.n);
	}
}

static void of_too_many_the_preferred_ones_count(void **state)
{
	static unsigned char message[12 + 9 + 40 * 64] =
		"\1\1\x81\x80\0\1\0\x28\0\0\0\0" "\1c\2ex\0\0\17\0\1";
	struct mb_mx mx = { 0 };
	char host[32];
	size_t n = 22;

	(void)state;
	for (unsigned int i = 40; i > 0; i--) {
		(void)snprintf(host, sizeof(host), "h%u.x", i);
		n += dns_mx(message + n, i, host);
	}
	assert_int_equal(mb_mx_read(message, n, &mx), 0);
	assert_int_equal(mx.n, MB_MX_HOSTS);
	assert_string_equal(mx.host[0], "h1.x");
	assert_string_equal(mx.host[MB_MX_HOSTS - 1], "h16.x");
}

static void a_domain_without_mail_has_none(void **state)
{
	unsigned char message[64] =
		"\1\1\x81\x80\0\1\0\1\0\0\0\0" "\1c\2ex\0\0\17\0\1";
	struct mb_mx mx = { .n = 77 };

	(void)state;
	/* RFC 7505 */
	assert_int_equal(mb_mx_read(message, 22 + dns_mx(message + 22, 0, ""),
				    &mx), 0);
	assert_int_equal(mx.n, 0);
}

/* ---- a server ---- */

/* Ask a server that answers so; *ms: how long it took. */
static int look_up(const struct dns_answers *a, struct mb_mx *mx, int64_t *ms)
{
	struct sockaddr_in where;
	int fd = dns_bind(0, &where), ret;
	int64_t start;
	pid_t pid;

	assert_true(fd >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(30);
		dns_serve(fd, a);
	}
	(void)close(fd);
	start = mb_mono_ms();
	ret = mb_mx_find("company.example", &where, mx);
	*ms = mb_mono_ms() - start;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return ret;
}

static void an_answer_of_a_server_arrives(void **state)
{
	unsigned char records[300];
	struct dns_answers a = { records, 0, 1, 0 };
	struct mb_mx mx = { 0 };
	int64_t ms;

	(void)state;
	a.n = dns_mx(records, 10, "company-example.mail.protection.outlook.com");
	assert_int_equal(look_up(&a, &mx, &ms), 0);
	assert_int_equal(mx.n, 1);
	assert_string_equal(mx.host[0],
			    "company-example.mail.protection.outlook.com");
}

static void a_server_that_hangs_costs_seconds(void **state)
{
	struct mb_mx mx = { .n = 77 };
	int64_t ms;

	(void)state;
	assert_int_equal(look_up(NULL, &mx, &ms), -1);
	assert_int_equal(mx.n, 77);
	assert_in_range(ms, 500, MB_MX_SECONDS * 1000 + 4000);
}

static void a_server_that_lies_is_refused(void **state)
{
	/* The exchanger's name points to itself; a pointer behind the end;
	 * 65 535 records announced; nothing in the record. */
	static const unsigned char loop[] =
		"\xc0\x0c\0\17\0\1\0\0\0\1\0\4\0\x0a\xc0\x2f",
		outside[] = "\xc0\x0c\0\17\0\1\0\0\0\1\0\4\0\x0a\xff\xff",
		empty[] = "\xc0\x0c\0\17\0\1\0\0\0\1\0\0";
	static unsigned char huge[60000];
	const struct dns_answers lies[] = {
		{ loop, sizeof(loop) - 1, 1, 0 },
		{ outside, sizeof(outside) - 1, 1, 0 },
		{ loop, sizeof(loop) - 1, 65535, 0 },
		{ empty, sizeof(empty) - 1, 1, 0 },
		{ huge, sizeof(huge), 65535, 0 },
		{ loop, 0, 0, 3 },
	};
	struct mb_mx mx = { .n = 77 };
	int64_t ms;

	(void)state;
	memset(huge, 0xc0, sizeof(huge));
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		if (look_up(&lies[i], &mx, &ms) != -1)
			fail_msg("lie %zu", i);
		assert_int_equal(mx.n, 77);
		assert_true(ms < MB_MX_SECONDS * 1000 + 4000);
	}
}

static void what_is_no_domain_is_not_looked_up(void **state)
{
	static const char *const bad[] = { "", "localhost", ".", "a..b", ".a.b",
		"a b.c", "-a.b", "a\xc3\xbc.de", "[127.0.0.1]" };
	struct sockaddr_in where;
	struct mb_mx mx = { 0 };
	int fd = dns_bind(0, &where);
	int64_t start = mb_mono_ms();

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mb_mx_find(bad[i], &where, &mx), -1);
	assert_true(mb_mono_ms() - start < 1000);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_come_in_order_of_preference),
		cmocka_unit_test(each_cut_of_a_message_is_refused),
		cmocka_unit_test(a_wrong_byte_is_refused_or_is_another_record),
		cmocka_unit_test(of_too_many_the_preferred_ones_count),
		cmocka_unit_test(a_domain_without_mail_has_none),
#ifdef __GLIBC__
		cmocka_unit_test(an_answer_of_a_server_arrives),
		cmocka_unit_test(a_server_that_hangs_costs_seconds),
		cmocka_unit_test(a_server_that_lies_is_refused),
#endif
		cmocka_unit_test(what_is_no_domain_is_not_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
