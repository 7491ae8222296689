/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>

#include "lib/err.h"
#include "tests/unit/unit.h"

static char line[MB_ERR_LINE];

static void every_id_has_a_name_of_its_own(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < MB_E_COUNT; i++) {
		const char *name = mb_message((enum mb_id)i)->name;

		assert_non_null(name);
		assert_true(strlen(name) >= 2 && strlen(name) <= 32);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(name));
		for (j = 0; j < i; j++)
			assert_string_not_equal(
				name, mb_message((enum mb_id)j)->name);
	}
}

static void known_rows_are_what_scripts_know(void **state)
{
	(void)state;
	assert_string_equal(mb_message(MB_E_NO_STORE)->name, "no-store");
	assert_int_equal(mb_message(MB_E_NO_STORE)->kind, MB_KIND_NOT_FOUND);
	assert_string_equal(mb_message(MB_E_SIGN_IN_NEEDED)->name,
			    "sign-in-needed");
	assert_int_equal(mb_message(MB_E_SIGN_IN_NEEDED)->kind,
			 MB_KIND_PERSON);
	assert_int_equal(mb_message(MB_E_SIGN_IN_NEEDED)->turn, MB_TURN_OWNER);
	assert_int_equal(mb_message(MB_E_SECRET_EXPIRED)->kind,
			 MB_KIND_CONFIG);
	assert_int_equal(mb_message(MB_E_HOST_NOT_LISTED)->kind,
			 MB_KIND_DENIED);
	assert_int_equal(mb_message(MB_E_NETWORK)->kind, MB_KIND_TEMPORARY);
	assert_int_equal(mb_message(MB_E_NOMEM)->kind, MB_KIND_NOMEM);
	assert_string_equal(mb_message(MB_E_NOMEM)->name, "no-memory");
}

static void id_out_of_range_is_internal(void **state)
{
	(void)state;
	assert_string_equal(mb_message(MB_E_COUNT)->name, "internal");
	assert_string_equal(mb_message((enum mb_id)4711)->name, "internal");
}

static void line_is_object_cause_remedy_id(void **state)
{
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_fail(&e, MB_E_WRONG_ACCOUNT, "signed in as b@x.org",
				 "wanted %s", "relay@x.org"), -1);
	assert_int_equal(mb_remedy(&e, "use --as %s", "b@x.org"), -1);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "signed in as b@x.org: wanted relay@x.org; "
			    "use --as b@x.org [wrong-account]");
}

static void blank_in_front_of_the_cause_joins_it(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_NOT_ENROLLED, "a@x.org", " is not enrolled");
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "a@x.org is not enrolled [not-enrolled]");
}

static void no_object_needs_no_colon(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_USAGE, NULL, "what?");
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "what? [usage]");
}

static void no_error_is_an_empty_line(void **state)
{
	struct mb_err e = {0};

	(void)state;
	assert_string_equal(mb_err_line(&e, line, sizeof(line)), "");
	mb_fail(&e, MB_E_IO, "x", "y");
	mb_err_clear(&e);
	assert_int_equal(e.id, MB_E_NONE);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)), "");
}

static void new_failure_forgets_the_old_remedy(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_IO, "x", "y");
	mb_remedy(&e, "z");
	mb_fail(&e, MB_E_TLS, "p", "q");
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "p: q [tls]");
}

static void own_texts_may_be_arguments(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_IO, "inner", "cause");
	mb_fail(&e, MB_E_NETWORK, e.object, "outer (%s)", e.cause);
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "inner: outer (cause) [network]");
}

static void what_cannot_be_printed_is_escaped(void **state)
{
	struct mb_err e = {0};

	(void)state;
	mb_fail(&e, MB_E_REPLY_BAD, "a\nb", "%s", "c\033[2Jd");
	mb_remedy(&e, "%s", "\r");
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "a\\x0Ab: c\\x1B[2Jd; \\x0D [reply-bad]");
}

static void null_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(mb_fail(NULL, MB_E_IO, "x", "y"), -1);
	assert_int_equal(mb_remedy(NULL, "x"), -1);
	assert_int_equal(mb_fail_errno(NULL, EIO, "x", "read"), -1);
	mb_err_clear(NULL);
	assert_string_equal(mb_err_line(NULL, line, sizeof(line)), "");
}

static void over_long_texts_are_cut_with_dots(void **state)
{
	struct mb_err e = {0};
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	mb_fail(&e, MB_E_IO, text, "%s", text);
	mb_remedy(&e, "%s", text);
	assert_int_equal(strlen(e.object), MB_ERR_OBJECT - 1);
	assert_int_equal(strlen(e.cause), MB_ERR_CAUSE - 1);
	assert_int_equal(strlen(e.remedy), MB_ERR_REMEDY - 1);
	assert_string_equal(e.cause + MB_ERR_CAUSE - 4, "...");
	mb_err_line(&e, line, sizeof(line));
	assert_string_equal(line + strlen(line) - 8, "... [io]");
}

static void small_buffer_keeps_the_id(void **state)
{
	struct mb_err e = {0};
	char small[24];

	(void)state;
	mb_fail(&e, MB_E_IO, "object", "a cause of some length");
	assert_string_equal(mb_err_line(&e, small, sizeof(small)),
			    "object: a cause... [io]");
	assert_string_equal(mb_err_line(&e, small, 1), "");
	assert_string_equal(mb_err_line(&e, small, 0), "");
	assert_string_equal(mb_err_line(&e, small, 4), "...");
}

static void errno_picks_the_id(void **state)
{
	static const struct {
		int errnum;
		enum mb_id id;
	} rows[] = {
		{ ENOSPC, MB_E_DISK_FULL }, { EDQUOT, MB_E_DISK_FULL },
		{ EROFS, MB_E_READ_ONLY }, { EACCES, MB_E_NOT_PERMITTED },
		{ EPERM, MB_E_NOT_PERMITTED }, { ENOMEM, MB_E_NOMEM },
		{ ENOENT, MB_E_IO }, { EIO, MB_E_IO }, { 99999, MB_E_IO },
	};
	struct mb_err e = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(mb_fail_errno(&e, rows[i].errnum, "f", "open"),
				 -1);
		assert_int_equal(e.id, rows[i].id);
	}
	mb_fail_errno(&e, ENOSPC, "/x/y", "write");
	assert_string_equal(mb_err_line(&e, line, sizeof(line)),
			    "/x/y: cannot write: No space left on device; "
			    "make room on that file system [disk-full]");
}

static void errno_survives(void **state)
{
	struct mb_err e = {0};

	(void)state;
	errno = EXDEV;
	mb_fail(&e, MB_E_IO, "x", "y");
	mb_remedy(&e, "z");
	assert_int_equal(errno, EXDEV);
}

static void commands(const char *remedy, const char *expected)
{
	struct mb_err e = {0};

	mb_fail(&e, MB_E_IO, "x", "y");
	mb_remedy(&e, "%s", remedy);
	mb_err_command(&e, "mailbearer --store /d");
	assert_string_equal(e.remedy, expected);
}

static void remedies_name_the_store_they_are_for(void **state)
{
	struct mb_err e = {0};
	char small[sizeof("sudo mailbearer set a")] = "mailbearer set a";

	(void)state;
	commands("run: mailbearer set a, then: mailbearer enroll b",
		 "run: mailbearer --store /d set a, then: mailbearer --store /d "
		 "enroll b");
	commands("mailbearer show m", "mailbearer --store /d show m");
	/* those that say it, and those that need none */
	commands("sudo mailbearer enroll a", "sudo mailbearer enroll a");
	commands("mailbearer --user enroll a", "mailbearer --user enroll a");
	commands("mailbearer explain x", "mailbearer explain x");
	commands("mailbearer provider show p", "mailbearer provider show p");
	commands("run: mailbearer init", "run: mailbearer init");
	/* no command at all */
	commands("mailbearer", "mailbearer");
	commands("libmailbearer set x", "libmailbearer set x");
	commands("mailbearer 7", "mailbearer 7");
	commands("", "");
	mb_fail(&e, MB_E_IO, "x", "y");
	mb_remedy(&e, "run: mailbearer set a");
	mb_err_command(&e, "");
	assert_string_equal(e.remedy, "run: mailbearer set a");
	mb_err_command(&e, "mailbearer");
	assert_string_equal(e.remedy, "run: mailbearer set a");
	mb_err_command(&e, "sudo mailbearer");
	assert_string_equal(e.remedy, "run: sudo mailbearer set a");
	mb_err_command(&e, "sudo mailbearer");
	assert_string_equal(e.remedy, "run: sudo mailbearer set a");
	/* one byte short: as it was */
	assert_false(mb_err_put_command(small, sizeof(small) - 1,
					"sudo mailbearer"));
	assert_string_equal(small, "mailbearer set a");
	assert_true(mb_err_put_command(small, sizeof(small),
				       "sudo mailbearer"));
	assert_string_equal(small, "sudo mailbearer set a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remedies_name_the_store_they_are_for),
		cmocka_unit_test(every_id_has_a_name_of_its_own),
		cmocka_unit_test(known_rows_are_what_scripts_know),
		cmocka_unit_test(id_out_of_range_is_internal),
		cmocka_unit_test(line_is_object_cause_remedy_id),
		cmocka_unit_test(blank_in_front_of_the_cause_joins_it),
		cmocka_unit_test(no_object_needs_no_colon),
		cmocka_unit_test(no_error_is_an_empty_line),
		cmocka_unit_test(new_failure_forgets_the_old_remedy),
		cmocka_unit_test(own_texts_may_be_arguments),
		cmocka_unit_test(what_cannot_be_printed_is_escaped),
		cmocka_unit_test(null_is_accepted),
		cmocka_unit_test(over_long_texts_are_cut_with_dots),
		cmocka_unit_test(small_buffer_keeps_the_id),
		cmocka_unit_test(errno_picks_the_id),
		cmocka_unit_test(errno_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
