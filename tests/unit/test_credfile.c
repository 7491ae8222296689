/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#include "lib/credfile.h"

#define HEAD MB_CREDFILE_HEADER
#define MINIMAL \
	"name = \"a\"; provider = \"custom\"; client_id = \"id\"; " \
	"token_endpoint = \"https://x.org/token\"; "

/* libconfig 1.5 loses its string buffer at a syntax error; LeakSanitizer may
 * complain about everybody else. */
__attribute__((visibility("default")))
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

static void set(struct mb_secret *s, const char *text)
{
	assert_int_equal(mb_secret_set(s, text, strlen(text)), 0);
}

static int parse(struct mb_credfile *cf, const char *text, struct mb_err *e)
{
	struct mb_secret s = {0};
	int ret;

	set(&s, text);
	ret = mb_credfile_parse(cf, &s, "credentials.conf", e);
	mb_secret_clear(&s);
	return ret;
}

/* text is refused with that id, and the line begins like that. */
static void refused(const char *text, enum mb_id id, const char *begin)
{
	struct mb_credfile cf = { .deadline = 77 };
	struct mb_err e = {0};
	char line[MB_ERR_LINE];

	assert_int_equal(parse(&cf, text, &e), -1);
	mb_err_line(&e, line, sizeof(line));
	if (strncmp(line, begin, strlen(begin)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", line, begin);
	assert_int_equal(e.id, id);
	assert_int_equal(cf.deadline, 77);	/* untouched */
	assert_non_null(strstr(line, "mailbearer edit"));
}

static void every_member_is_read(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_err e = {0};
	const struct mb_credential *c;

	(void)state;
	assert_int_equal(parse(&cf, HEAD
		"credentials = (\n"
		"  { name = \"work\"; provider = \"microsoft\";\n"
		"    tenant = \"contoso.com\"; client_id = \"the id\";\n"
		"    client_secret = \"a+b c&d=e%41/~\xc3\xa9\\\"\\\\\";\n"
		"    auth_method = \"client_secret_basic\";\n"
		"    authorization_endpoint = \"https://l.org/a\";\n"
		"    token_endpoint = \"https://l.org/t\";\n"
		"    callback_url = \"http://localhost/\";\n"
		"    issuer = \"https://l.org\"; scope = \"s1 s2\";\n"
		"    hosts = ( \"*.office365.com\", \"mx.org\" );\n"
		"    proxy = \"http://proxy.org:3128\";\n"
		"    authorization_extra = \"a=b&c=d\"; rotates = true;\n"
		"    token_lifetime = 1800;\n"
		"    ca = \"-----BEGIN CERTIFICATE-----\\n\"\n"
		"         \"x\\n\";\n"
		"  } );\n"
		"accounts = ( { user = \"*@contoso.com\"; credential = \"work\";"
		" grant = \"authorization_code\"; } );\n"
		"settings = { deadline = 45; };\n"
		"recovery = ( \"-----BEGIN CERTIFICATE-----\\n\" \"r\\n\" );\n",
		&e), 0);
	assert_int_equal(cf.ncredentials, 1);
	c = &cf.credentials[0];
	assert_string_equal(c->name, "work");
	assert_string_equal(c->provider, "microsoft");
	assert_string_equal(c->tenant, "contoso.com");
	assert_string_equal(c->client_id, "the id");
	assert_string_equal(c->client_secret.data,
			    "a+b c&d=e%41/~\xc3\xa9\"\\");
	assert_int_equal(c->auth_method, MB_AUTH_BASIC);
	assert_string_equal(c->authorization_endpoint, "https://l.org/a");
	assert_string_equal(c->token_endpoint, "https://l.org/t");
	assert_string_equal(c->callback_url, "http://localhost/");
	assert_string_equal(c->issuer, "https://l.org");
	assert_string_equal(c->scope, "s1 s2");
	assert_string_equal(c->hosts, "*.office365.com mx.org");
	assert_string_equal(c->proxy, "http://proxy.org:3128");
	assert_string_equal(c->authorization_extra, "a=b&c=d");
	assert_true(c->rotates);
	assert_int_equal(c->token_lifetime, 1800);
	assert_string_equal(c->ca_pem.data, "-----BEGIN CERTIFICATE-----\nx\n");
	assert_int_equal(cf.nrules, 1);
	assert_string_equal(cf.rules[0].user, "*@contoso.com");
	assert_string_equal(cf.rules[0].credential, "work");
	assert_string_equal(cf.rules[0].grant, "authorization_code");
	assert_int_equal(cf.deadline, 45);
	assert_string_equal(cf.recovery_pem.data,
			    "-----BEGIN CERTIFICATE-----\nr\n");
	mb_credfile_clear(&cf);
}

static void what_is_left_out_has_a_default(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(parse(&cf, HEAD, &e), 0);
	assert_int_equal(cf.ncredentials, 0);
	assert_int_equal(cf.deadline, 30);
	assert_int_equal(parse(&cf, "", &e), 0);
	assert_int_equal(parse(&cf, HEAD "credentials = ( { " MINIMAL "} );",
			       &e), 0);
	assert_int_equal(cf.credentials[0].auth_method, MB_AUTH_NONE);
	assert_int_equal(parse(&cf, HEAD "credentials = ( { " MINIMAL
			       "client_secret = \"s\"; } );", &e), 0);
	assert_int_equal(cf.credentials[0].auth_method, MB_AUTH_POST);
	assert_int_equal(parse(&cf, HEAD "credentials = ( { " MINIMAL
			       "client_secret = \"\"; } );", &e), 0);
	assert_int_equal(cf.credentials[0].auth_method, MB_AUTH_NONE);
	mb_credfile_clear(&cf);
}

static void a_wrong_first_line_is_refused(void **state)
{
	(void)state;
	refused("credentials = ();\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 1: ");
	refused("# mailbearer-credentials 2\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 1: ");
	refused("# mailbearer-credentials 1", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 1: ");
}

static void include_is_refused_wherever_libconfig_would_follow_it(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_err e = {0};

	(void)state;
	refused(HEAD "\n@include \"/etc/passwd\"\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 3: @include");
	refused(HEAD "  @include \"/etc/passwd\"\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 2: @include");
	refused(HEAD "/* \" */ @include \"/etc/passwd\"\n",
		MB_E_CONFIG_SYNTAX, "credentials.conf line 2: @include");
	/* In a comment or a string it is text. */
	assert_int_equal(parse(&cf, HEAD "# @include \"x\"\n/*\n@include "
			       "\"x\" */\n", &e), 0);
	assert_int_equal(parse(&cf, HEAD "credentials = ( { " MINIMAL
			       "scope = \"a\n@include\"; } );", &e), -1);
	assert_non_null(strstr(e.cause, "scope"));
	mb_credfile_clear(&cf);
}

static void syntax_errors_name_the_line(void **state)
{
	(void)state;
	refused(HEAD "\ncredentials = (\n  { name \"a\" } );\n",
		MB_E_CONFIG_SYNTAX, "credentials.conf line 4: ");
	refused(HEAD "credentials = ( {\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 3: a bracket");
	refused(HEAD "x = \"abc\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 2: a string");
	refused(HEAD "/* abc\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 2: a string or comment");
	refused(HEAD "x = ((((((((((((1))))))))))));\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 2: nested");
	refused(HEAD "x = \"a\\x00b\";\n", MB_E_CONFIG_SYNTAX,
		"credentials.conf line 2: a string contains");
}

/* libconfig compares each member of a group with each: 60 000 took half a
 * minute. */
static void a_group_with_very_many_members_is_refused(void **state)
{
	static char text[1 << 20];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s\n", HEAD);

	(void)state;
	for (int i = 0; i < 60000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "a%d=1;", i);
	refused(text, MB_E_CONFIG_SYNTAX,
		"credentials.conf line 3: too many members");
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = HEAD "# a\0b\n";
	struct mb_credfile cf = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_secret_set(&s, text, sizeof(text) - 1), 0);
	assert_int_equal(mb_credfile_parse(&cf, &s, "f", &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_SYNTAX);
	mb_secret_clear(&s);
}

static void unknown_and_misused_members_are_named(void **state)
{
	(void)state;
	refused(HEAD "credentals = ();\n", MB_E_CONFIG_VALUE,
		"credentials.conf line 2: there is no member \"credentals\"");
	refused(HEAD "credentials = ( { " MINIMAL "\nsecret = \"x\"; } );",
		MB_E_CONFIG_VALUE,
		"credentials.conf line 3: there is no member \"secret\"");
	refused(HEAD "credentials = ( { " MINIMAL
		"\nclient_secret_file = \"x\"; } );", MB_E_CONFIG_VALUE,
		"credentials.conf line 3: there is no member");
	refused(HEAD "credentials = ( {\nname = 7; } );", MB_E_CONFIG_VALUE,
		"credentials.conf line 3: \"name\" is not a \"string\"");
	refused(HEAD "credentials = ( { " MINIMAL "\nhosts = \"a\"; } );",
		MB_E_CONFIG_VALUE, "credentials.conf line 3: \"hosts\"");
	refused(HEAD "credentials = ( { " MINIMAL "\nrotates = 1; } );",
		MB_E_CONFIG_VALUE, "credentials.conf line 3: \"rotates\"");
	refused(HEAD "credentials = ( { " MINIMAL
		"\nauth_method = \"tls\"; } );", MB_E_CONFIG_VALUE,
		"credentials.conf line 3: \"auth_method\"");
	refused(HEAD "credentials = { };", MB_E_CONFIG_VALUE,
		"credentials.conf line 2: \"credentials\" is not a list");
	refused(HEAD "settings = { deadline = 0; };", MB_E_CONFIG_VALUE,
		"credentials.conf line 2: \"deadline\"");
	refused(HEAD "credentials = ( { name = \"a\"; name = \"b\"; } );",
		MB_E_CONFIG_SYNTAX, "credentials.conf line 2: ");
}

static void two_of_one_name_are_refused(void **state)
{
	(void)state;
	refused(HEAD "credentials = ( { " MINIMAL "}, { " MINIMAL "} );",
		MB_E_EXISTS,
		"credentials.conf: two client credentials are named a");
}

static void a_rule_needs_its_credential(void **state)
{
	(void)state;
	refused(HEAD "credentials = ( { " MINIMAL "} );\n"
		"accounts = ( { user = \"*\"; credential = \"b\"; "
		"grant = \"authorization_code\"; } );", MB_E_CONFIG_VALUE,
		"credentials.conf line 3: there is no client credential");
	refused(HEAD "credentials = ( { " MINIMAL "} );\n"
		"accounts = ( { user = \"joe\"; credential = \"a\"; "
		"grant = \"authorization_code\"; } );", MB_E_CONFIG_VALUE,
		"credentials.conf line 3: \"user\"");
}

/* A credential that passes, to be spoiled. */
static void good(struct mb_credential *c)
{
	mb_credential_clear(c);
	snprintf(c->name, sizeof(c->name), "a");
	snprintf(c->provider, sizeof(c->provider), "custom");
	snprintf(c->client_id, sizeof(c->client_id), "id");
	snprintf(c->token_endpoint, sizeof(c->token_endpoint),
		 "https://x.org/token");
}

static void endpoint(const char *url, int expected)
{
	struct mb_credential c = {0};
	struct mb_err e = {0};

	good(&c);
	snprintf(c.token_endpoint, sizeof(c.token_endpoint), "%s", url);
	if (mb_credential_check(&c, &e) != expected)
		fail_msg("%s: %s", url, e.cause);
	if (expected < 0)
		assert_int_equal(e.id, MB_E_BAD_ENDPOINT);
}

static void endpoints_are_https_or_loopback(void **state)
{
	(void)state;
	endpoint("https://x.org/token", 0);
	endpoint("https://x.org:8443/token?p=1", 0);
	endpoint("HTTPS://X.org/token", 0);
	endpoint("https://[2001:db8::1]/token", 0);
	endpoint("http://127.0.0.1:8080/token", 0);
	endpoint("http://127.1.2.3/token", 0);
	endpoint("http://[::1]:8080/token", 0);
	endpoint("http://localhost/token", 0);
	endpoint("http://x.org/token", -1);
	endpoint("http://127.0.0.1.x.org/token", -1);
	endpoint("http://localhost.x.org/token", -1);
	endpoint("http://localhost@x.org/token", -1);
	endpoint("https://user@x.org/token", -1);
	endpoint("https://user:pw@x.org/token", -1);
	endpoint("https://x.org/token#frag", -1);
	endpoint("https://x.org/tok en", -1);
	endpoint("https://x.org/tok\ten", -1);
	endpoint("https://x.org\\@y.org/", -1);
	endpoint("https:///token", -1);
	endpoint("https://x.org:0/", -1);
	endpoint("https://x.org:65536/", -1);
	endpoint("https://x.org:/", -1);
	endpoint("https://login.org/{tenant}/token", -1);
	endpoint("ftp://127.0.0.1/token", -1);
	endpoint("file:///etc/passwd", -1);
	endpoint("x.org/token", -1);
	endpoint("", -1);
}

#define SPOIL(what) do { \
	struct mb_credential c = {0}; \
	struct mb_err e = {0}; \
	good(&c); \
	what; \
	assert_int_equal(mb_credential_check(&c, &e), -1); \
	mb_credential_clear(&c); \
} while (0)
#define PUT(member, text) snprintf(c.member, sizeof(c.member), "%s", text)

static void a_bad_value_is_refused(void **state)
{
	(void)state;
	SPOIL(PUT(name, ""));
	SPOIL(PUT(name, "A"));
	SPOIL(PUT(name, "a@b"));
	SPOIL(PUT(provider, ""));
	SPOIL(PUT(client_id, ""));
	SPOIL(PUT(client_id, "a\nb"));
	SPOIL(PUT(tenant, "a/b"));
	SPOIL(PUT(scope, "a\x01"));
	SPOIL(PUT(scope, "a\"b"));
	SPOIL(PUT(provider, "google"));		/* and no hosts */
	SPOIL(PUT(hosts, "a b "));
	SPOIL(PUT(hosts, "a  b"));
	SPOIL(PUT(hosts, "*x.org"));
	SPOIL(PUT(hosts, "a/b"));
	SPOIL(PUT(callback_url, "http://x.org/"));
	SPOIL(PUT(issuer, "http://x.org/"));
	SPOIL(PUT(proxy, "x.org:3128"));
	SPOIL(PUT(proxy, "http://u:p@x.org:3128"));
	SPOIL(PUT(proxy, "ftp://x.org:3128"));
	SPOIL(PUT(authorization_extra, "a=b#c"));
	SPOIL(PUT(authorization_extra, "a=b c"));
	SPOIL(c.auth_method = MB_AUTH_POST);
	SPOIL(c.token_lifetime = -1);
	SPOIL(set(&c.client_secret, "s"));	/* but auth_method none */
	SPOIL(set(&c.client_secret, "s\n"); c.auth_method = MB_AUTH_POST);
	SPOIL(set(&c.ca_pem, "not PEM"));
	SPOIL(set(&c.ca_pem, "-----BEGIN CERTIFICATE-----\n"
			     "-----BEGIN PRIVATE KEY-----\n"));
}

static void no_secret_gets_into_an_error(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_err e = {0};
	char line[MB_ERR_LINE];

	(void)state;
	assert_int_equal(parse(&cf, HEAD "credentials = ( { " MINIMAL
		"client_secret = \"marker-5133\\n\"; } );", &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "marker"));
	assert_int_equal(parse(&cf, HEAD "credentials = ( { "
		"client_secret = \"marker-5133\" marker; } );", &e), -1);
	assert_null(strstr(mb_err_line(&e, line, sizeof(line)), "marker-"));
}

static void lookup_reads_one_and_says_which_is_missing(void **state)
{
	struct mb_credential c = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	set(&s, HEAD "credentials = ( { name = \"broken\"; }, { " MINIMAL
		"} );\nsettings = { deadline = 45; };");
	assert_int_equal(mb_credfile_lookup(&s, "f", "a", &c, &e), 0);
	assert_string_equal(c.client_id, "id");
	assert_int_equal(c.deadline, 45);
	assert_int_equal(mb_credfile_lookup(&s, "f", "b", &c, &e), -1);
	assert_int_equal(e.id, MB_E_NO_CREDENTIAL);
	assert_string_equal(e.object, "client credential b");
	assert_int_equal(mb_credfile_lookup(&s, "f", "broken", &c, &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_VALUE);
	mb_credential_clear(&c);
	mb_secret_clear(&s);
}

static void apply_may_name_a_file_for_the_secret(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};

	(void)state;
	set(&s, "credentials = ( { " MINIMAL
		"client_secret_file = \"/root/s\"; } );");
	assert_int_equal(mb_credfile_parse_apply(&cf, &s, "f", &e), 0);
	assert_string_equal(cf.secret_files[0], "/root/s");
	set(&s, "credentials = ( { " MINIMAL "client_secret = \"x\"; "
		"client_secret_file = \"/root/s\"; } );");
	assert_int_equal(mb_credfile_parse_apply(&cf, &s, "f", &e), -1);
	mb_credfile_clear(&cf);
	mb_secret_clear(&s);
}

static void digest(const struct mb_credential *c, char hex[65])
{
	struct mb_err e = {0};

	assert_int_equal(mb_credential_digest(c, hex, &e), 0);
	assert_int_equal(strlen(hex), 64);
}

#define CHANGES(yes, what) do { \
	char other[65]; \
	good(&c); \
	what; \
	digest(&c, other); \
	assert_int_equal(strcmp(first, other) != 0, yes); \
} while (0)

static void digest_covers_what_the_token_endpoint_sees(void **state)
{
	struct mb_credential c = {0};
	char first[65];

	(void)state;
	good(&c);
	digest(&c, first);
	/* Committed: a change would void every stored outcome. */
	assert_string_equal(first, "895c41ccc6283c6af5599daabd6b9ed9"
				   "546cca15a1ef5dbb18f0b9650c112438");
	CHANGES(1, PUT(client_id, "id2"));
	CHANGES(1, PUT(token_endpoint, "https://x.org/token2"));
	CHANGES(1, PUT(scope, "s"));
	CHANGES(1, PUT(proxy, "http://p.org:1"));
	CHANGES(1, set(&c.client_secret, "s"));
	CHANGES(1, set(&c.ca_pem, "s"));
	CHANGES(1, c.auth_method = MB_AUTH_BASIC);
	CHANGES(0, PUT(hosts, "mx.org"));
	CHANGES(0, PUT(name, "b"));
	CHANGES(0, PUT(callback_url, "http://127.0.0.1/"));
	mb_credential_clear(&c);
}

static void a_copy_is_deep(void **state)
{
	struct mb_credential c = {0}, d = {0};
	struct mb_err e = {0};

	(void)state;
	good(&c);
	set(&c.client_secret, "secret");
	assert_int_equal(mb_credential_copy(&d, &c, &e), 0);
	assert_int_equal(mb_credential_diff(&c, &d, NULL, 0), 0);
	assert_ptr_not_equal(c.client_secret.data, d.client_secret.data);
	mb_credential_clear(&c);
	assert_string_equal(d.client_secret.data, "secret");
	mb_credential_clear(&d);
}

/* 10 000 of them within seconds; quadratic would be minutes. */
static void ten_thousand_credentials_parse(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_secret s = {0};
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
	assert_int_equal(mb_credfile_parse(&cf, &s, "f", &e), 0);
	assert_int_equal(cf.ncredentials, 10000);
	assert_string_equal(mb_credfile_find(&cf, "c9999")->name, "c9999");
	mb_credfile_clear(&cf);
	mb_secret_clear(&s);
}

static void more_than_four_mebibytes_are_refused(void **state)
{
	struct mb_credfile cf = {0};
	struct mb_secret s = {0};
	struct mb_err e = {0};
	static char line[1024];

	(void)state;
	memset(line, ' ', sizeof(line));
	line[0] = '#';
	line[sizeof(line) - 1] = '\n';
	set(&s, HEAD);
	while (s.len + sizeof(line) <= MB_CREDFILE_MAX)
		assert_int_equal(mb_secret_append(&s, line, sizeof(line)), 0);
	assert_int_equal(mb_secret_append(&s, line + s.len % 1024,
					  MB_CREDFILE_MAX - s.len), 0);
	assert_int_equal(s.len, MB_CREDFILE_MAX);
	assert_int_equal(mb_credfile_parse(&cf, &s, "f", &e), 0);
	assert_int_equal(mb_secret_append(&s, "\n", 1), 0);
	assert_int_equal(mb_credfile_parse(&cf, &s, "f", &e), -1);
	assert_int_equal(e.id, MB_E_TOO_LARGE);
	mb_credfile_clear(&cf);
	mb_secret_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_is_read),
		cmocka_unit_test(what_is_left_out_has_a_default),
		cmocka_unit_test(a_wrong_first_line_is_refused),
		cmocka_unit_test(
			include_is_refused_wherever_libconfig_would_follow_it),
		cmocka_unit_test(syntax_errors_name_the_line),
		cmocka_unit_test(a_group_with_very_many_members_is_refused),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(unknown_and_misused_members_are_named),
		cmocka_unit_test(two_of_one_name_are_refused),
		cmocka_unit_test(a_rule_needs_its_credential),
		cmocka_unit_test(endpoints_are_https_or_loopback),
		cmocka_unit_test(a_bad_value_is_refused),
		cmocka_unit_test(no_secret_gets_into_an_error),
		cmocka_unit_test(lookup_reads_one_and_says_which_is_missing),
		cmocka_unit_test(apply_may_name_a_file_for_the_secret),
		cmocka_unit_test(digest_covers_what_the_token_endpoint_sees),
		cmocka_unit_test(a_copy_is_deep),
		cmocka_unit_test(ten_thousand_credentials_parse),
		cmocka_unit_test(more_than_four_mebibytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
