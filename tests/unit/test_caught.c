/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"
#include "tools/caught.h"
#include "tools/postconf.h"

typedef void reader(struct mb_caught *c, const char *file, const char *text,
		    size_t n);

/* "LINE USER, LINE USER" of what is caught. */
static void expect(reader *read, const char *text, const char *wanted)
{
	struct mb_caught *c = calloc(1, sizeof(*c));
	char got[600] = "";
	size_t i, n = 0;

	assert_non_null(c);
	read(c, "file", text, strlen(text));
	for (i = 0; i < c->n; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%zu %s",
				      i ? ", " : "", c->list[i].line,
				      c->list[i].user);
	assert_string_equal(got, wanted);
	free(c);
}

static void account_without_mechanisms_is_caught(void **state)
{
	(void)state;
	expect(mb_caught_mbsync, "IMAPAccount work\nHost h\nUser me@x.org\n",
	       "3 me@x.org");
	expect(mb_caught_mbsync, "imapstore w\n  USER  \"me@x.org\" # mine\n"
	       "Pass \"User no\"", "2 me@x.org");
	expect(mb_caught_mbsync, "IMAPAccount a\nUser a@x\n# User b@x\n"
	       "AuthMechs LOGIN * PLAIN\n", "2 a@x");
	expect(mb_caught_mbsync, "IMAPAccount a\nUser a@x\nIMAPAccount b\n"
	       "User b@x\nAuthMechs PLAIN\n\nIMAPAccount c\nUser c\n",
	       "2 a@x, 8 c");
}

static void account_that_names_mechanisms_is_not_caught(void **state)
{
	(void)state;
	expect(mb_caught_mbsync, "IMAPAccount a\nUser a@x\nAuthMechs PLAIN\n",
	       "");
	expect(mb_caught_mbsync, "IMAPAccount a\nAuthMechs PLAIN LOGIN\n"
	       "# a comment is no end\nUser a@x\n", "");
	expect(mb_caught_mbsync, "IMAPAccount a\nUser a@x\nAuthMechs XOAUTH2\n",
	       "");
	expect(mb_caught_mbsync, "IMAPAccount a\nUser a@x\n"
	       "Tunnel \"ssh h imapd\"\n", "");
	expect(mb_caught_mbsync, "IMAPAccount a\nUserCmd \"echo a\"\n", "");
	expect(mb_caught_mbsync, "", "");
	expect(mb_caught_mbsync, "User", "");
}

static void line_longer_than_any_address_harms_nobody(void **state)
{
	char text[MB_ADDRESS_MAX + 64];
	struct mb_caught *c = calloc(1, sizeof(*c));

	(void)state;
	assert_non_null(c);
	memset(text, 'a', sizeof(text));
	memcpy(text, "User ", 5);
	mb_caught_mbsync(c, "file", text, sizeof(text));
	assert_int_equal(c->n, 1);
	assert_int_equal(strlen(c->list[0].user), MB_ADDRESS_MAX);
	mb_caught_map(c, "file", text, sizeof(text));
	assert_int_equal(c->n, 1);
	free(c);
}

static void no_more_are_named_than_there_is_room_for(void **state)
{
	struct mb_caught *c = calloc(1, sizeof(*c));
	char text[64];
	int i;

	(void)state;
	assert_non_null(c);
	for (i = 0; i < 2 * MB_CAUGHT_MAX; i++) {
		(void)snprintf(text, sizeof(text), "k u%d@x:p\n", i / 2);
		mb_caught_map(c, "file", text, strlen(text));
	}
	assert_int_equal(c->n, MB_CAUGHT_MAX);
	(void)snprintf(text, sizeof(text), "k last@x:p\n");
	mb_caught_map(c, "file", text, strlen(text));
	assert_int_equal(c->n, MB_CAUGHT_MAX);
	free(c);
}

static void password_in_a_map_is_caught_and_a_token_file_is_not(void **state)
{
	(void)state;
	expect(mb_caught_map, "# c\n[h]:587 me@x.org:pass:word\n"
	       "a@x.org\ta@x.org:/etc/tokens/a\nb@x.org b:x\n x y:z\nnone\n",
	       "2 me@x.org, 4 b");
}

static void filter_that_names_nothing_of_ours_lets_it_through(void **state)
{
	(void)state;
	assert_int_equal(mb_postconf_filter(""), MB_FILTER_ANY);
	assert_int_equal(mb_postconf_filter(" "), MB_FILTER_ANY);
	assert_int_equal(mb_postconf_filter("!gssapi, static:rest"),
			 MB_FILTER_ANY);
	assert_int_equal(mb_postconf_filter("!xoauth2, static:rest"),
			 MB_FILTER_ANY);
	assert_int_equal(mb_postconf_filter("!XOAUTH2 !oauthbearer static:all"),
			 MB_FILTER_NONE);
	assert_int_equal(mb_postconf_filter("plain,login"), MB_FILTER_NONE);
	assert_int_equal(mb_postconf_filter("!plain"), MB_FILTER_NONE);
	assert_int_equal(mb_postconf_filter("plain,xoauth2"), MB_FILTER_NAMED);
	assert_int_equal(mb_postconf_filter("!xoauth2,xoauth2"),
			 MB_FILTER_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account_without_mechanisms_is_caught),
		cmocka_unit_test(account_that_names_mechanisms_is_not_caught),
		cmocka_unit_test(line_longer_than_any_address_harms_nobody),
		cmocka_unit_test(no_more_are_named_than_there_is_room_for),
		cmocka_unit_test(password_in_a_map_is_caught_and_a_token_file_is_not),
		cmocka_unit_test(filter_that_names_nothing_of_ours_lets_it_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
