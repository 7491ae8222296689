/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "lib/record.h"
#include "tests/unit/data.h"
#include "tests/unit/unit.h"

#define HEAD "mailbearer-record 1\n"
#define LEAST HEAD "account a@x.org\ngeneration 1\n"

static struct mb_record r;

static int clear(void **state)
{
	(void)state;
	mb_record_clear(&r);
	return 0;
}

static int parse(const char *text, size_t n, struct mb_err *e)
{
	return mb_record_parse(&r, text, n, "ID.rec", e);
}

/* Refused, and what was in r is still there. */
static void refuses_bytes(const char *text, size_t n)
{
	struct mb_err e = {0};

	assert_int_equal(parse(LEAST "scope kept\n", sizeof(LEAST) + 10, NULL),
			 0);
	assert_int_equal(parse(text, n, &e), -1);
	assert_int_equal(e.id, MB_E_RECORD_BAD);
	assert_string_equal(e.object, "ID.rec");
	assert_string_equal(r.scope, "kept");
}

static void refuses(const char *text)
{
	refuses_bytes(text, strlen(text));
}

static void accepts(const char *text)
{
	assert_int_equal(parse(text, strlen(text), NULL), 0);
}

static void formats_as(const char *want)
{
	struct mb_secret out = {0};

	assert_int_equal(mb_record_format(&r, &out, NULL), 0);
	assert_int_equal(out.len, strlen(want));
	assert_string_equal(mb_secret_str(&out), want);
	mb_secret_clear(&out);
}

/* tests/data/record.txt has every member of this version. */
static void committed_record_is_read_member_by_member(void **state)
{
	size_t n;
	char *text = test_data("record.txt", &n);

	(void)state;
	assert_int_equal(parse(text, n, NULL), 0);
	assert_string_equal(r.account, "Relay@Contoso.com");
	assert_string_equal(r.token_of, "owner@contoso.com");
	assert_string_equal(r.credential, "m365");
	assert_int_equal(strlen(r.credential_digest), 64);
	assert_string_equal(r.credentials_seen, "1764000000000000000.812.77");
	assert_string_equal(r.hosts, "*.office365.com *.outlook.com");
	assert_int_equal(r.generation, 42);
	assert_int_equal(r.deadline, 45);
	assert_true(r.obtained_at == 1764000000);
	assert_true(r.expires_at == 1764003599);
	assert_true(r.enrolled_at == 1763000000);
	assert_true(r.refreshed_at == 1764000000);
	assert_string_equal(mb_secret_str(&r.access_token), "EwBAA8l6BAAU~+/=");
	assert_string_equal(mb_secret_str(&r.refresh_token), "M.C512_BAY.0.U");
	assert_string_equal(r.scope, "https://outlook.office.com/SMTP.Send");
	assert_string_equal(r.token_type, "Bearer");
	assert_int_equal(r.refused_generation, 41);
	assert_string_equal(r.error_class, "transient");
	assert_string_equal(r.error_id, "provider-busy");
	assert_string_equal(r.error_text, "HTTP 503 \342\200\224 try later");
	assert_true(r.next_attempt == 1764000300);
	assert_int_equal(r.attempts, 3);
	assert_string_equal(mb_secret_str(&r.extra),
			    "future_member of a later version\n");
	formats_as(text);
	free(text);
}

static void least_record_has_account_and_generation(void **state)
{
	(void)state;
	accepts(LEAST);
	assert_int_equal(r.generation, 1);
	assert_int_equal(r.expires_at, 0);
	assert_null(r.access_token.data);
	formats_as(LEAST);
	refuses(HEAD);
	refuses(HEAD "account a@x.org\n");
	refuses(HEAD "generation 1\n");
	refuses(HEAD "account a@x.org\ngeneration -1\n");
	accepts(HEAD "account a@x.org\ngeneration 0\n");
	formats_as(HEAD "account a@x.org\ngeneration 0\n");
}

static void other_first_line_is_refused(void **state)
{
	(void)state;
	refuses("");
	refuses("\n");
	refuses("mailbearer-record 1");
	refuses("mailbearer-record 2\naccount a@x.org\ngeneration 1\n");
	refuses("mailbearer-record 10\naccount a@x.org\ngeneration 1\n");
	refuses("# mailbearer-credentials 1\naccount a\ngeneration 1\n");
	refuses("account a@x.org\ngeneration 1\n");
	refuses("\357\273\277" LEAST);
}

static void lines_of_another_form_are_refused(void **state)
{
	(void)state;
	refuses(LEAST "\n");
	refuses(LEAST "scope\n");
	refuses(LEAST "scope \n");
	refuses(LEAST " scope x\n");
	refuses(LEAST "Scope x\n");
	refuses(LEAST "scope\tx\n");
	refuses(LEAST "scope=x\n");
	refuses(LEAST "# comment\n");
	refuses(LEAST "future \n");
	refuses(LEAST "scope x\r\n");
	refuses(LEAST "scope x");
	refuses_bytes(LEAST "scope a\000b\n", sizeof(LEAST) - 1 + 10);
	refuses_bytes(LEAST "future a\000b\n", sizeof(LEAST) - 1 + 11);
	refuses_bytes(LEAST "\000", sizeof(LEAST));
}

static void order_does_not_matter(void **state)
{
	(void)state;
	accepts(HEAD "generation 7\nscope x\naccount b@x.org\nhosts *\n");
	formats_as(HEAD "account b@x.org\nhosts *\ngeneration 7\nscope x\n");
}

static void member_given_twice_is_refused(void **state)
{
	(void)state;
	refuses(LEAST "generation 1\n");
	refuses(LEAST "account a@x.org\n");
	refuses(LEAST "future 1\nother 2\nfuture 1\n");
	accepts(LEAST "future 1\nfuture_2 1\nfutur 1\n");
}

static void control_bytes_in_values_are_refused(void **state)
{
	char text[] = LEAST "scope a?b\n";
	char *at = strchr(text, '?');
	int c;

	(void)state;
	for (c = 1; c < 0x20; c++) {
		*at = (char)c;
		refuses(text);
	}
	*at = 0x7f;
	refuses(text);
	*at = ' ';
	accepts(text);
	assert_string_equal(r.scope, "a b");
}

static void numbers_have_64_bits_and_one_spelling(void **state)
{
	static const char *const bad[] = {
		"", "-", "+1", " 1", "1 ", "01", "00", "-0", "1.0", "1e3",
		"0x10", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999999", "abc", "1a",
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), LEAST "expires_at %s\n",
			       bad[i]);
		refuses(text);
	}
	accepts(LEAST "expires_at 9223372036854775807\nattempts 0\n"
		"next_attempt -9223372036854775808\n");
	assert_true(r.expires_at == INT64_MAX);
	assert_true(r.next_attempt == INT64_MIN);
	formats_as(LEAST "expires_at 9223372036854775807\n"
		   "next_attempt -9223372036854775808\n");
}

/* LEAST, a member and a value of n bytes. */
static char *long_member(const char *name, size_t n, size_t *len)
{
	size_t head = strlen(LEAST) + strlen(name) + 1;
	char *text = malloc(head + n + 2);

	assert_non_null(text);
	(void)snprintf(text, head + 1, LEAST "%s ", name);
	memset(text + head, 'x', n);
	memcpy(text + head + n, "\n", 2);
	*len = head + n + 1;
	return text;
}

static void every_value_has_a_limit(void **state)
{
	static const struct {
		const char *name;
		size_t limit;
	} rows[] = {
		{ "token_of", MB_ADDRESS_MAX }, { "credential", MB_NAME_MAX },
		{ "credential_digest", 64 }, { "credentials_seen", 79 },
		{ "hosts", MB_HOSTS_MAX }, { "access_token", MB_TOKEN_MAX },
		{ "refresh_token", MB_TOKEN_MAX }, { "scope", MB_SCOPE_MAX },
		{ "token_type", 32 }, { "error_class", 32 },
		{ "error_id", 32 }, { "error_text", MB_ERROR_TEXT_MAX },
	};
	struct mb_secret out = {0};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = long_member(rows[i].name, rows[i].limit, &n);

		assert_int_equal(parse(text, n, NULL), 0);
		assert_int_equal(mb_record_format(&r, &out, NULL), 0);
		assert_int_equal(out.len, n);
		free(text);
		text = long_member(rows[i].name, rows[i].limit + 1, &n);
		refuses_bytes(text, n);
		free(text);
	}
	mb_secret_clear(&out);
}

static void whole_record_has_a_limit(void **state)
{
	size_t n, room = MB_RECORD_MAX - strlen(LEAST) - strlen("future \n");
	char *text = long_member("future", room, &n);

	(void)state;
	assert_int_equal(n, MB_RECORD_MAX);
	assert_int_equal(parse(text, n, NULL), 0);
	formats_as(text);
	free(text);
	text = long_member("future", room + 1, &n);
	refuses_bytes(text, n);
	free(text);
}

static void largest_known_values_fit_together(void **state)
{
	struct mb_secret out = {0};
	struct mb_err e = {0};
	char token[MB_TOKEN_MAX];

	(void)state;
	memset(token, 't', sizeof(token));
	accepts(LEAST);
	memset(r.account, 'a', MB_ADDRESS_MAX);
	memset(r.token_of, 'a', MB_ADDRESS_MAX);
	memset(r.hosts, 'h', MB_HOSTS_MAX);
	memset(r.scope, 's', MB_SCOPE_MAX);
	memset(r.error_text, 'e', MB_ERROR_TEXT_MAX);
	mb_secret_set(&r.access_token, token, sizeof(token));
	mb_secret_set(&r.refresh_token, token, sizeof(token));
	assert_int_equal(mb_record_format(&r, &out, NULL), 0);
	assert_int_equal(parse(out.data, out.len, NULL), 0);
	/* unknown members are what can be too much */
	mb_secret_append_str(&r.extra, "future ");
	mb_secret_append(&r.extra, token, sizeof(token));
	mb_secret_append_str(&r.extra, "\nfurther ");
	mb_secret_append(&r.extra, token, sizeof(token));
	mb_secret_append_str(&r.extra, "\n");
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	mb_secret_clear(&out);
}

static void tokens_hold_visible_ascii_only(void **state)
{
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		char byte = (char)c;

		assert_int_equal(mb_token_valid(&byte, 1),
				 c >= 0x21 && c <= 0x7e);
	}
	/* wherever it stands, and whatever its neighbours are */
	for (c = 0; c < 256 * 24; c++) {
		char bytes[24];

		memset(bytes, c / 24 % 2 ? '~' : '!', sizeof(bytes));
		bytes[c % 24] = (char)(c / 24);
		assert_int_equal(mb_token_valid(bytes, sizeof(bytes)),
				 c / 24 >= 0x21 && c / 24 <= 0x7e);
		assert_int_equal(mb_token_valid(bytes, 19),
				 c % 24 >= 19 ||
				 (c / 24 >= 0x21 && c / 24 <= 0x7e));
	}
	assert_false(mb_token_valid("", 0));
	refuses(LEAST "access_token a b\n");
	refuses(LEAST "refresh_token \303\274\n");
	refuses(LEAST "access_token a\001\n");
}

static void unknown_members_are_kept_verbatim(void **state)
{
	(void)state;
	accepts(HEAD "future_1   blanks  \naccount a@x.org\n"
		"zz9 \303\274=\"x\"\ngeneration 1\n");
	formats_as(LEAST "future_1   blanks  \nzz9 \303\274=\"x\"\n");
}

static void unknown_members_are_limited(void **state)
{
	char text[4096] = LEAST, name[70];
	int i;

	(void)state;
	for (i = 0; i < 64; i++) {
		(void)snprintf(name, sizeof(name), "future%d x\n", i);
		memcpy(text + strlen(text), name, strlen(name) + 1);
	}
	accepts(text);
	memcpy(text + strlen(text), "one_more x\n", 12);
	refuses(text);
	memset(name, 'n', 64);
	memcpy(name + 64, " x\n", 4);
	memcpy(text, LEAST, sizeof(LEAST));
	memcpy(text + strlen(text), name, strlen(name) + 1);
	accepts(text);
	memset(name, 'n', 65);
	memcpy(name + 65, " x\n", 4);
	memcpy(text, LEAST, sizeof(LEAST));
	memcpy(text + strlen(text), name, strlen(name) + 1);
	refuses(text);
}

static void what_could_not_be_read_back_is_not_written(void **state)
{
	struct mb_secret out = {0};
	struct mb_err e = {0};

	(void)state;
	mb_secret_append_str(&out, "old");
	accepts(LEAST);
	memcpy(r.scope, "x\nhosts *", 10);
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	assert_int_equal(e.id, MB_E_INTERNAL);
	accepts(LEAST);
	mb_secret_append_str(&r.access_token, "a b");
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	assert_int_equal(e.id, MB_E_BAD_TOKEN);
	accepts(LEAST);
	mb_secret_append_str(&r.extra, "hosts *\n");
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	mb_secret_set(&r.extra, "future 1", 8);
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	accepts(LEAST);
	memset(r.token_type, 'x', sizeof(r.token_type));
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	accepts(LEAST);
	r.generation = -1;
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	mb_record_clear(&r);
	assert_int_equal(mb_record_format(&r, &out, &e), -1);
	assert_string_equal(mb_secret_str(&out), "old");
	mb_secret_clear(&out);
}

static void every_truncation_is_refused_or_shorter(void **state)
{
	size_t n, i;
	char *text = test_data("record.txt", &n);

	(void)state;
	for (i = 0; i < n; i++) {
		int ret = parse(text, i, NULL);

		/* only what ends with a line can be whole */
		if (i == 0 || text[i - 1] != '\n')
			assert_int_equal(ret, -1);
	}
	free(text);
}

static void errors_name_the_line_and_no_value(void **state)
{
	static const char text[] = LEAST "access_token s3cret s3cret\n";
	char line[MB_ERR_LINE];
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &e), -1);
	mb_err_line(&e, line, sizeof(line));
	assert_string_equal(line, "ID.rec: line 4 access_token is no token; "
			    "restore it from a backup, or enrol the account "
			    "again [record-bad]");
	assert_int_equal(parse(LEAST "s3cret\n", sizeof(LEAST) + 6, &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "s3cret"));
}

static void copy_shares_nothing(void **state)
{
	struct mb_record copy = {0};
	struct mb_secret out = {0};
	size_t n;
	char *text = test_data("record.txt", &n);

	(void)state;
	assert_int_equal(parse(text, n, NULL), 0);
	assert_int_equal(mb_record_copy(&copy, &r, NULL), 0);
	assert_ptr_not_equal(copy.access_token.data, r.access_token.data);
	mb_record_clear(&r);
	assert_int_equal(mb_record_format(&copy, &out, NULL), 0);
	assert_string_equal(mb_secret_str(&out), text);
	assert_int_equal(mb_record_copy(&copy, &copy, NULL), 0);
	assert_int_equal(mb_record_format(&copy, &out, NULL), 0);
	assert_string_equal(mb_secret_str(&out), text);
	mb_record_clear(&copy);
	mb_record_clear(&copy);
	mb_secret_clear(&out);
	free(text);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(committed_record_is_read_member_by_member),
		TEST(least_record_has_account_and_generation),
		TEST(other_first_line_is_refused),
		TEST(lines_of_another_form_are_refused),
		TEST(order_does_not_matter),
		TEST(member_given_twice_is_refused),
		TEST(control_bytes_in_values_are_refused),
		TEST(numbers_have_64_bits_and_one_spelling),
		TEST(every_value_has_a_limit),
		TEST(whole_record_has_a_limit),
		TEST(largest_known_values_fit_together),
		TEST(tokens_hold_visible_ascii_only),
		TEST(unknown_members_are_kept_verbatim),
		TEST(unknown_members_are_limited),
		TEST(what_could_not_be_read_back_is_not_written),
		TEST(every_truncation_is_refused_or_shorter),
		TEST(errors_name_the_line_and_no_value),
		TEST(copy_shares_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
