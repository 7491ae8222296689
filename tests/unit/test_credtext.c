/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of the credentials text: what is not touched stays verbatim. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "lib/credfile.h"
#include "lib/credtext.h"

#define HEAD MB_CREDFILE_HEADER

static void set(struct mb_secret *s, const char *text)
{
	assert_int_equal(mb_secret_set(s, text, strlen(text)), 0);
}

/* assert_int_equal(call, 0) that says why not. */
#define WORKS(call) do { \
	if ((call) < 0) \
		fail_msg("%s: %s", e.object, e.cause); \
} while (0)

static void good(struct mb_credential *c, const char *name)
{
	mb_credential_clear(c);
	snprintf(c->name, sizeof(c->name), "%s", name);
	snprintf(c->provider, sizeof(c->provider), "custom");
	snprintf(c->client_id, sizeof(c->client_id), "id");
	snprintf(c->token_endpoint, sizeof(c->token_endpoint),
		 "https://x.org/t");
}

#define GROUP(name) \
	"  {\n    name = \"" name "\";\n    provider = \"custom\";\n" \
	"    client_id = \"id\";\n    token_endpoint = \"https://x.org/t\";\n" \
	"  }"

static void added(const char *before, const char *after)
{
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	good(&c, "new");
	set(&s, before);
	if (mb_credfile_add(&s, &c, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	assert_string_equal(s.data, after);
	mb_secret_clear(&s);
}

static void add_puts_the_group_before_the_closing_bracket(void **state)
{
	(void)state;
	added("", HEAD "\ncredentials = (\n" GROUP("new") "\n);\n");
	added(HEAD "credentials = (\n);\n",
	      HEAD "credentials = (\n" GROUP("new") "\n);\n");
	added(HEAD "credentials = ();\n",
	      HEAD "credentials = (\n" GROUP("new") "\n);\n");
	added(HEAD "credentials = (\n" GROUP("a") "\n);\n",
	      HEAD "credentials = (\n" GROUP("a") ",\n" GROUP("new") "\n);\n");
	added(HEAD "credentials = (\n" GROUP("a") " );\n",
	      HEAD "credentials = (\n" GROUP("a") ", \n" GROUP("new")
	      "\n);\n");
	/* No list at all, no line end: behind everything. */
	added(HEAD "settings = { deadline = 5; };",
	      HEAD "settings = { deadline = 5; };\n\ncredentials = (\n"
	      GROUP("new") "\n);\n");
}

static void add_keeps_comments_where_they_belong(void **state)
{
	(void)state;
	added(HEAD "# one ) {\ncredentials = ( // two )\n" GROUP("a")
	      "  # of a, }\n  /* last ) */\n  ); # end\n"
	      "settings = { deadline = 31; }; # tail\n",
	      HEAD "# one ) {\ncredentials = ( // two )\n" GROUP("a")
	      ",  # of a, }\n  /* last ) */\n" GROUP("new") "\n  ); # end\n"
	      "settings = { deadline = 31; }; # tail\n");
}

static void every_member_survives_add_and_parse(void **state)
{
	struct mb_credential c = {0};
	struct mb_credfile cf = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "full");
	set(&c.client_secret, "q\" b\\ \\x41 \xc3\xa9 # // /* */ ( ; \\");
	c.auth_method = MB_AUTH_BASIC;
	snprintf(c.tenant, sizeof(c.tenant), "consumers");
	snprintf(c.hosts, sizeof(c.hosts), "*.x.org mx.org *");
	snprintf(c.scope, sizeof(c.scope), "https://mail.google.com/ b");
	snprintf(c.authorization_extra, sizeof(c.authorization_extra),
		 "a=b&c=d");
	c.rotates = true;
	c.token_lifetime = 300000000;
	set(&c.ca_pem, "-----BEGIN CERTIFICATE-----\nMII=\n"
		       "-----END CERTIFICATE-----\n");
	WORKS(mb_credfile_add(&s, &c, &e));
	WORKS(mb_credfile_parse(&cf, &s, "f", &e));
	assert_int_equal(mb_credential_diff(&cf.credentials[0], &c, NULL, 0),
			 0);
	mb_credfile_clear(&cf);
	mb_credential_clear(&c);
	mb_secret_clear(&s);
}

static void add_of_a_name_that_exists_changes_nothing(void **state)
{
	static const char text[] = HEAD "credentials = (\n" GROUP("a") "\n);\n";
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "a");
	set(&s, text);
	assert_int_equal(mb_credfile_add(&s, &c, &e), -1);
	assert_int_equal(e.id, MB_E_EXISTS);
	assert_string_equal(s.data, text);
	c.client_id[0] = '\0';
	snprintf(c.name, sizeof(c.name), "b");
	assert_int_equal(mb_credfile_add(&s, &c, &e), -1);
	assert_string_equal(s.data, text);
	mb_secret_clear(&s);
}

static void removed(const char *name, const char *before, const char *after)
{
	struct mb_secret s = {0};
	struct mb_err e = {0};

	set(&s, before);
	if (mb_credfile_remove(&s, name, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	assert_string_equal(s.data, after);
	mb_secret_clear(&s);
}

static void remove_takes_the_group_and_one_comma(void **state)
{
	(void)state;
	removed("a", HEAD "credentials = (\n" GROUP("a") "\n);\n",
		HEAD "credentials = (\n);\n");
	removed("a", HEAD "credentials = (\n" GROUP("a") ",\n" GROUP("b")
		"\n);\n", HEAD "credentials = (\n" GROUP("b") "\n);\n");
	removed("b", HEAD "credentials = (\n" GROUP("a") ",\n" GROUP("b")
		"\n);\n", HEAD "credentials = (\n" GROUP("a") "\n);\n");
	removed("b", HEAD "credentials = (\n" GROUP("a") ",\n" GROUP("b")
		",\n" GROUP("c") "\n);\n", HEAD "credentials = (\n" GROUP("a")
		",\n" GROUP("c") "\n);\n");
}

static void remove_keeps_comments_around_the_group(void **state)
{
	(void)state;
	removed("b", HEAD "credentials = (\n" GROUP("a") ", # of a\n  # of b\n"
		GROUP("b") " # too\n);\n",
		HEAD "credentials = (\n" GROUP("a") " # of a\n  # of b\n  "
		" # too\n);\n");
	removed("a", HEAD "credentials = (\n  # of a\n" GROUP("a")
		" /* , */ , # of b\n" GROUP("b") "\n);\n",
		HEAD "credentials = (\n  # of a\n   /* , */  # of b\n"
		GROUP("b") "\n);\n");
}

static void remove_of_what_a_rule_uses_is_refused(void **state)
{
	static const char text[] = HEAD "credentials = (\n" GROUP("a") "\n);\n"
		"accounts = ( { user = \"*\"; credential = \"a\"; "
		"grant = \"authorization_code\"; } );\n";
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	set(&s, text);
	assert_int_equal(mb_credfile_remove(&s, "a", &e), -1);
	assert_int_equal(e.id, MB_E_IN_USE);
	assert_int_equal(mb_credfile_remove(&s, "b", &e), -1);
	assert_int_equal(e.id, MB_E_NO_CREDENTIAL);
	assert_string_equal(s.data, text);
	mb_secret_clear(&s);
}

static void replace_touches_only_what_differs(void **state)
{
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "a");
	snprintf(c.client_id, sizeof(c.client_id), "other");
	snprintf(c.scope, sizeof(c.scope), "s");
	set(&s, HEAD "credentials = ( { # one\n"
	    "\tname : \"a\"; # two\n\tprovider=\"custom\"; // three\n"
	    "\tclient_id = /* four */ \"i\" \"d\"; # five\n"
	    "\ttenant = \"gone\";\n"
	    "\ttoken_endpoint = \"https://x.org/t\" # six\n} );\n");
	WORKS(mb_credfile_replace(&s, "a", &c, &e));
	assert_string_equal(s.data, HEAD "credentials = ( { # one\n"
	    "\tname : \"a\";\n    scope = \"s\"; # two\n"
	    "\tprovider=\"custom\"; // three\n"
	    "\tclient_id = /* four */ \"other\"; # five\n"
	    "\ttoken_endpoint = \"https://x.org/t\" # six\n} );\n");
	mb_secret_clear(&s);
}

static void replace_puts_a_missing_terminator(void **state)
{
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "b");
	snprintf(c.scope, sizeof(c.scope), "s");
	set(&s, HEAD "credentials = ( { name = \"a\" provider = \"custom\" "
	    "client_id = \"id\" token_endpoint = \"https://x.org/t\" } );\n");
	if (mb_credfile_replace(&s, "a", &c, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	assert_string_equal(s.data, HEAD "credentials = ( { name = \"b\";\n"
	    "    scope = \"s\"; provider = \"custom\" "
	    "client_id = \"id\" token_endpoint = \"https://x.org/t\" } );\n");
	assert_int_equal(mb_credfile_replace(&s, "a", &c, &e), -1);
	assert_int_equal(e.id, MB_E_NO_CREDENTIAL);
	mb_secret_clear(&s);
}

static void replace_with_a_name_that_exists_is_refused(void **state)
{
	static const char text[] = HEAD "credentials = (\n" GROUP("a") ",\n"
				   GROUP("b") "\n);\n";
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "b");
	set(&s, text);
	assert_int_equal(mb_credfile_replace(&s, "a", &c, &e), -1);
	assert_int_equal(e.id, MB_E_EXISTS);
	assert_string_equal(s.data, text);
	mb_secret_clear(&s);
}

static void secret_can_come_and_go(void **state)
{
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c, "a");
	set(&c.client_secret, "x");
	c.auth_method = MB_AUTH_BASIC;
	WORKS(mb_credfile_add(&s, &c, &e));
	assert_non_null(strstr(s.data, "client_secret_basic"));
	mb_secret_clear(&c.client_secret);
	c.auth_method = MB_AUTH_NONE;
	WORKS(mb_credfile_replace(&s, "a", &c, &e));
	assert_string_equal(s.data, HEAD "\ncredentials = (\n" GROUP("a")
			    "\n);\n");
	set(&c.client_secret, "y");
	c.auth_method = MB_AUTH_POST;
	WORKS(mb_credfile_replace(&s, "a", &c, &e));
	assert_non_null(strstr(s.data, "client_secret = \"y\";"));
	assert_null(strstr(s.data, "auth_method"));
	mb_credential_clear(&c);
	mb_secret_clear(&s);
}

static void rules_and_recovery_are_written_anew(void **state)
{
	static const char cert[] = "-----BEGIN CERTIFICATE-----\nMII=\n"
				   "-----END CERTIFICATE-----\n";
	struct mb_rule rule = { "*@x.org", "a", "authorization_code" };
	struct mb_secret s = {0}, pem = {0};
	struct mb_credfile cf = {0};
	struct mb_err e = {0};

	(void)state;
	set(&s, HEAD "credentials = (\n" GROUP("a") "\n);\n# tail\n");
	WORKS(mb_credfile_set_rules(&s, &rule, 1, &e));
	assert_string_equal(s.data, HEAD "credentials = (\n" GROUP("a")
		"\n);\n# tail\n\naccounts = (\n  { user = \"*@x.org\"; "
		"credential = \"a\"; grant = \"authorization_code\"; }\n);\n");
	WORKS(mb_credfile_set_rules(&s, NULL, 0, &e));
	assert_null(strstr(s.data, "accounts"));
	snprintf(rule.credential, sizeof(rule.credential), "b");
	assert_int_equal(mb_credfile_set_rules(&s, &rule, 1, &e), -1);
	set(&pem, "text before\n");
	assert_int_equal(mb_credfile_set_recovery(&s, &pem, &e), -1);
	assert_int_equal(mb_secret_append_str(&pem, cert), 0);
	assert_int_equal(mb_secret_append_str(&pem, "between\n"), 0);
	assert_int_equal(mb_secret_append_str(&pem, cert), 0);
	WORKS(mb_credfile_set_recovery(&s, &pem, &e));
	WORKS(mb_credfile_parse(&cf, &s, "f", &e));
	assert_int_equal(cf.recovery_pem.len, 2 * (sizeof(cert) - 1));
	mb_secret_clear(&pem);
	WORKS(mb_credfile_set_recovery(&s, &pem, &e));
	assert_null(strstr(s.data, "CERTIFICATE"));
	mb_credfile_clear(&cf);
	mb_secret_clear(&s);
}

/* One credential in 10 000 changed thrice: seconds if it were quadratic. */
static void changes_among_ten_thousand_are_quick(void **state)
{
	struct mb_secret s = {0};
	struct mb_credential c = {0};
	struct mb_err e = {0};
	char one[300];

	(void)state;
	set(&s, HEAD "credentials = (\n");
	for (int i = 0; i < 10000; i++) {
		snprintf(one, sizeof(one), "%s{ name = \"c%d\"; provider = "
			 "\"custom\"; client_id = \"id\"; token_endpoint = "
			 "\"https://x.org/t\"; }\n", i ? ", " : "", i);
		assert_int_equal(mb_secret_append_str(&s, one), 0);
	}
	assert_int_equal(mb_secret_append_str(&s, ");\n"), 0);
	good(&c, "new");
	WORKS(mb_credfile_add(&s, &c, &e));
	good(&c, "c9999");
	snprintf(c.scope, sizeof(c.scope), "s");
	WORKS(mb_credfile_replace(&s, "c9999", &c, &e));
	WORKS(mb_credfile_remove(&s, "c5000", &e));
	assert_int_equal(mb_credfile_lookup(&s, "f", "c5000", &c, &e), -1);
	WORKS(mb_credfile_lookup(&s, "f", "c9999", &c, &e));
	assert_string_equal(c.scope, "s");
	mb_credential_clear(&c);
	mb_secret_clear(&s);
}

static void members_and_elements_are_found(void **state)
{
	struct mb_secret s = {0};
	struct mb_credtext_member m[2];
	struct mb_credtext_element el;
	struct mb_span all;
	size_t n;

	(void)state;
	set(&s, "(1, \"a\" \"b\" /* , */ , { x = (1, 2); },)");
	all.begin = 0;
	all.end = s.len;
	assert_int_equal(mb_credtext_element(&s, &all, 1, &el), 0);
	assert_int_equal(el.span.begin, 4);
	assert_int_equal(el.span.end, 11);
	assert_int_equal(el.comma_before, 2);
	assert_int_equal(el.comma_after, 20);
	assert_int_equal(mb_credtext_element(&s, &all, SIZE_MAX, &el), 0);
	assert_int_equal(s.data[el.span.begin], '{');
	assert_int_equal(el.comma_after, s.len - 2);
	assert_int_equal(mb_credtext_element(&s, &all, 3, &el), -1);
	assert_int_equal(mb_credtext_members(&s, &el.span, m, 2, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(m[0].name, "x");
	set(&s, "a = 1; b = 2, c : 3");
	assert_int_equal(mb_credtext_members(&s, NULL, m, 2, &n), -1);
	set(&s, "a = 1; b =");
	assert_int_equal(mb_credtext_members(&s, NULL, m, 2, &n), -1);
	set(&s, "()");
	all.end = 2;
	assert_int_equal(mb_credtext_element(&s, &all, SIZE_MAX, &el), -1);
	mb_secret_clear(&s);
}

static void splices_that_overlap_are_refused(void **state)
{
	struct mb_secret s = {0}, out = {0};
	struct mb_splice change[2] = { { { 2, 4 }, NULL }, { { 3, 5 }, NULL } };

	(void)state;
	set(&s, "0123456789");
	assert_int_equal(mb_credtext_splice(&s, change, 2, &out), -1);
	change[1].span.begin = 4;
	assert_int_equal(mb_credtext_splice(&s, change, 2, &out), 0);
	assert_string_equal(out.data, "0156789");
	change[0].span.end = 11;
	change[1].span.begin = change[1].span.end = 0;
	assert_int_equal(mb_credtext_splice(&s, change, 2, &out), -1);
	mb_secret_clear(&s);
	mb_secret_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_puts_the_group_before_the_closing_bracket),
		cmocka_unit_test(add_keeps_comments_where_they_belong),
		cmocka_unit_test(every_member_survives_add_and_parse),
		cmocka_unit_test(add_of_a_name_that_exists_changes_nothing),
		cmocka_unit_test(remove_takes_the_group_and_one_comma),
		cmocka_unit_test(remove_keeps_comments_around_the_group),
		cmocka_unit_test(remove_of_what_a_rule_uses_is_refused),
		cmocka_unit_test(replace_touches_only_what_differs),
		cmocka_unit_test(replace_puts_a_missing_terminator),
		cmocka_unit_test(replace_with_a_name_that_exists_is_refused),
		cmocka_unit_test(secret_can_come_and_go),
		cmocka_unit_test(rules_and_recovery_are_written_anew),
		cmocka_unit_test(changes_among_ten_thousand_are_quick),
		cmocka_unit_test(members_and_elements_are_found),
		cmocka_unit_test(splices_that_overlap_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
