/* SPDX-License-Identifier: BSD-2-Clause */
/* conf/providers.conf itself, and files that are wrong. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/credfile.h"
#include "lib/paths.h"
#include "lib/provider.h"

static struct mb_providers all;

static int load(void **state)
{
	struct mb_err e = {0};

	(void)state;
	if (mb_providers_load(&all, mb_path_providers, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	mb_providers_clear(&all);
	return 0;
}

static void every_promised_provider_is_there(void **state)
{
	static const char *const names[] = { "google", "microsoft",
		"microsoft-us", "microsoft-dod", "microsoft-china", "yahoo",
		"aol", "fastmail", "yandex", "mail.ru", "comcast", "custom" };

	(void)state;
	assert_int_equal(all.n, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < all.n; i++)
		if (!mb_provider_find(&all, names[i]))
			fail_msg("%s", names[i]);
}

static void an_address_finds_its_provider(void **state)
{
	(void)state;
	assert_string_equal(mb_provider_find(&all, "a@gmail.com")->name,
			    "google");
	assert_string_equal(mb_provider_find(&all, "a@GMail.com")->name,
			    "google");
	assert_string_equal(mb_provider_find(&all, "\"a@b\"@outlook.com")->name,
			    "microsoft");
	assert_string_equal(mb_provider_find(&all, "hotmail.com")->name,
			    "microsoft");
	assert_null(mb_provider_find(&all, "a@example.org"));
	assert_null(mb_provider_find(&all, "a@google"));
	assert_null(mb_provider_find(&all, "a@"));
	assert_null(mb_provider_find(&all, ""));
	assert_null(mb_provider_find(&all, "mail.com"));
}

/* Name, client id and secret are enough for a known provider. */
static void a_filled_credential_passes_the_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < all.n; i++) {
		const struct mb_provider *p = &all.list[i];
		struct mb_credential c = {0};
		struct mb_err e = {0};

		if (strcmp(p->name, "custom") == 0)
			continue;
		snprintf(c.name, sizeof(c.name), "x");
		snprintf(c.client_id, sizeof(c.client_id), "id");
		if (mb_provider_fill(p, "contoso.com", &c, &e) < 0 ||
		    mb_credential_check(&c, &e) < 0)
			fail_msg("%s: %s %s", p->name, e.object, e.cause);
		assert_string_equal(c.provider, p->name);
		assert_true(c.scope[0] && c.callback_url[0] && c.hosts[0] &&
			    c.authorization_endpoint[0]);
		assert_true(p->nsteps > 0 && p->nservers > 0 && p->title[0]);
		mb_credential_clear(&c);
	}
}

static void fill_keeps_what_was_given(void **state)
{
	const struct mb_provider *p = mb_provider_find(&all, "google");
	struct mb_credential c = {0};
	struct mb_err e = {0};

	(void)state;
	snprintf(c.scope, sizeof(c.scope), "mine");
	snprintf(c.hosts, sizeof(c.hosts), "mx.org");
	c.token_lifetime = 5;
	assert_int_equal(mb_provider_fill(p, NULL, &c, &e), 0);
	assert_string_equal(c.scope, "mine");
	assert_string_equal(c.hosts, "mx.org");
	assert_int_equal(c.token_lifetime, 5);
	assert_string_equal(c.token_endpoint,
			    "https://oauth2.googleapis.com/token");
	assert_string_equal(c.authorization_extra,
			    "access_type=offline&prompt=consent");
}

static void microsoft_needs_a_tenant(void **state)
{
	const struct mb_provider *p = mb_provider_find(&all, "microsoft");
	struct mb_credential c = {0};
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_provider_fill(p, NULL, &c, &e), -1);
	assert_int_equal(e.id, MB_E_CONFIG_VALUE);
	assert_non_null(strstr(e.remedy, "--tenant"));
	assert_int_equal(mb_provider_fill(p, "a/b", &c, &e), -1);
	assert_int_equal(mb_provider_fill(p, "contoso.com", &c, &e), 0);
	assert_string_equal(c.token_endpoint, "https://login.microsoftonline."
			    "com/contoso.com/oauth2/v2.0/token");
	assert_string_equal(c.tenant, "contoso.com");
	assert_string_equal(c.callback_url, "http://localhost/");
}

static void an_app_has_no_tokens_of_its_own_in_every_directory(void **state)
{
	static const char *const none[] = { "common", "organizations",
					    "consumers" };
	const struct mb_provider *p = mb_provider_find(&all, "microsoft");
	struct mb_credential c = { .grant = MB_GRANT_CLIENT_CREDENTIALS };
	struct mb_err e = {0};

	(void)state;
	snprintf(c.client_id, sizeof(c.client_id),
		 "11111111-1111-1111-1111-111111111111");
	for (size_t i = 0; i < 3; i++) {
		snprintf(c.tenant, sizeof(c.tenant), "%s", none[i]);
		assert_int_equal(mb_provider_check(p, &c, &e), -1);
		assert_int_equal(e.id, MB_E_CONFIG_VALUE);
		assert_non_null(strstr(e.cause, none[i]));
	}
	snprintf(c.tenant, sizeof(c.tenant), "contoso.com");
	assert_int_equal(mb_provider_check(p, &c, &e), 0);
	c.grant = MB_GRANT_CODE;
	snprintf(c.tenant, sizeof(c.tenant), "common");
	assert_int_equal(mb_provider_check(p, &c, &e), 0);
}

static int mix_up(const char *provider, const char *id, const char *secret,
		  struct mb_err *e)
{
	struct mb_credential c = {0};
	int ret;

	snprintf(c.name, sizeof(c.name), "x");
	snprintf(c.client_id, sizeof(c.client_id), "%s", id);
	assert_int_equal(mb_secret_set(&c.client_secret, secret,
				       strlen(secret)), 0);
	ret = mb_provider_check(mb_provider_find(&all, provider), &c, e);
	mb_credential_clear(&c);
	return ret;
}

static int callback(const char *provider, const char *tenant, const char *url)
{
	struct mb_credential c = {0};
	struct mb_err e = {0};
	int ret;

	snprintf(c.name, sizeof(c.name), "x");
	snprintf(c.tenant, sizeof(c.tenant), "%s", tenant);
	snprintf(c.callback_url, sizeof(c.callback_url), "%s", url);
	ret = mb_provider_check_callback(mb_provider_find(&all, provider), &c,
					 &e);
	assert_int_equal(e.id, ret ? MB_E_BAD_ENDPOINT : MB_E_NONE);
	return ret;
}

static void a_redirect_uri_known_to_fail_is_refused(void **state)
{
	(void)state;
	assert_int_equal(callback("microsoft", "x.org", "http://[::1]/"), -1);
	assert_int_equal(callback("microsoft-us", "x", "http://[::1]:1/"), -1);
	assert_int_equal(callback("microsoft", "x.org", "http://localhost/"),
			 0);
	assert_int_equal(callback("google", "", "http://[::1]/"), 0);
	assert_int_equal(callback("microsoft", "consumers",
				  "http://localhost/?a=b"), -1);
	assert_int_equal(callback("microsoft", "common",
				  "http://localhost/?"), -1);
	assert_int_equal(callback("microsoft", "common", "http://localhost/"),
			 0);
	assert_int_equal(callback("microsoft", "organizations",
				  "http://localhost/?a=b"), 0);
	assert_int_equal(callback("microsoft", "x.org",
				  "http://localhost/?a=b"), 0);
	assert_int_equal(callback("microsoft", "", "http://localhost/?a"), 0);
}

static void the_usual_mix_ups_are_caught(void **state)
{
	static const char guid[] = "8a1d0c1e-1234-5678-9ABC-0123456789ab";
	static const char google[] = "1-x.apps.googleusercontent.com";
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mix_up("microsoft", guid, "abc~def", &e), 0);
	assert_int_equal(mix_up("microsoft", guid, "", &e), 0);
	assert_int_equal(mix_up("microsoft", guid, guid, &e), -1);
	assert_int_equal(e.id, MB_E_SECRET_WRONG);
	assert_non_null(strstr(e.cause, "Secret ID"));
	assert_int_equal(mix_up("microsoft", "abc~def", guid, &e), -1);
	assert_int_equal(mix_up("microsoft", "8a1d0c1e-1234", "", &e), -1);
	assert_int_equal(mix_up("google", google, "GOCSPX-x", &e), 0);
	assert_int_equal(mix_up("google", "GOCSPX-x", google, &e), -1);
	assert_int_equal(mix_up("google", google, google, &e), -1);
	assert_int_equal(mix_up("google", google, "", &e), -1);
	assert_int_equal(mix_up("fastmail", "id", "", &e), 0);
	assert_int_equal(mix_up("fastmail", "id", "s", &e), -1);
	assert_int_equal(mix_up("custom", "id", "s", &e), 0);
	assert_int_equal(mix_up("custom", "id", "", &e), 0);
}

static void a_step_shows_the_redirect_uri(void **state)
{
	char buf[64];

	(void)state;
	mb_provider_step("URI: {redirect_uri}.", "http://localhost/", buf,
			 sizeof(buf));
	assert_string_equal(buf, "URI: http://localhost/.");
	mb_provider_step("no {mark} here", "http://localhost/", buf,
			 sizeof(buf));
	assert_string_equal(buf, "no {mark} here");
}

static const struct mb_provider *named(const char *name)
{
	return mb_provider_find(&all, name);
}

static void scopes_go_by_protocol(void **state)
{
	char scope[MB_PROVIDER_SCOPE];
	struct mb_err e = {0};

	(void)state;
	assert_int_equal(mb_provider_scope(named("microsoft"), NULL, scope,
					   &e), 0);
	assert_string_equal(scope,
		"https://outlook.office.com/IMAP.AccessAsUser.All "
		"https://outlook.office.com/SMTP.Send "
		"offline_access openid email profile");
	assert_int_equal(mb_provider_scope(named("microsoft"), "pop3,SMTP",
					   scope, &e), 0);
	assert_string_equal(scope,
		"https://outlook.office.com/POP.AccessAsUser.All "
		"https://outlook.office.com/SMTP.Send "
		"offline_access openid email profile");
	/* One scope for all of it is named once. */
	assert_int_equal(mb_provider_scope(named("google"), "imap,smtp,pop",
					   scope, &e), 0);
	assert_string_equal(scope, "https://mail.google.com/ openid email");
	assert_int_equal(mb_provider_scope(named("custom"), "imap", scope,
					   &e), 0);
	assert_string_equal(scope, "");
	snprintf(scope, sizeof(scope), "untouched");
	assert_int_equal(mb_provider_scope(named("google"), "imap,nntp", scope,
					   &e), -1);
	assert_int_equal(e.id, MB_E_USAGE);
	assert_non_null(strstr(e.cause, "\"nntp\""));
	assert_int_equal(mb_provider_scope(named("google"), ",imap", scope,
					   &e), -1);
	assert_int_equal(mb_provider_scope(named("yandex"), "pop3", scope,
					   &e), -1);
	assert_non_null(strstr(e.cause, "Yandex Mail gives no access by pop3"));
	assert_string_equal(scope, "untouched");
}

static void google_gives_no_mail_scope_to_devices(void **state)
{
	char word[256] = "";

	(void)state;
	assert_true(named("google")->device_endpoint[0]);
	assert_false(mb_provider_device_gives(named("google"),
		"openid email https://mail.google.com/", word));
	assert_string_equal(word, "https://mail.google.com/");
	assert_true(mb_provider_device_gives(named("google"), "openid  email",
					     word));
	assert_true(mb_provider_device_gives(named("microsoft"),
		"https://outlook.office.com/SMTP.Send", word));
}

static void a_mail_exchanger_finds_its_provider(void **state)
{
	static const struct {
		const char *host, *name;
	} cases[] = {
		{ "aspmx.l.google.com", "google" },
		{ "ALT1.ASPMX.L.GOOGLE.COM.", "google" },
		{ "contoso-com.mail.protection.outlook.com", "microsoft" },
		{ "x.mail.protection.office365.us", "microsoft-us" },
		{ "in1-smtp.messagingengine.com", "fastmail" },
		{ "google.com", NULL },
		{ "notgoogle.com", NULL },
		{ ".google.com.evil.example", NULL },
		{ "", NULL },
		{ ".", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mb_provider *p =
			mb_provider_find_mx(&all, cases[i].host);

		if (p != (cases[i].name ? named(cases[i].name) : NULL))
			fail_msg("%s: %s", cases[i].host, p ? p->name : "-");
	}
}

/* ---- what the administrator says instead ---- */

struct dir {
	char path[64];
	char file[2][80];
};

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static void make(struct dir *d, const char *first, const char *second)
{
	snprintf(d->path, sizeof(d->path), "/tmp/mb-providers.d-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	snprintf(d->file[0], sizeof(d->file[0]), "%s/10-own.conf", d->path);
	snprintf(d->file[1], sizeof(d->file[1]), "%s/20-more.conf", d->path);
	put(d->file[0], first);
	put(d->file[1], second);
}

static void discard(const struct dir *d)
{
	unlink(d->file[0]);
	unlink(d->file[1]);
	rmdir(d->path);
}

static void later_files_stand_over_earlier_ones(void **state)
{
	const struct mb_provider *g;
	struct mb_providers p = {0};
	struct mb_err e = {0};
	struct dir d;

	(void)state;
	make(&d, "providers = ( { name = \"google\"; title = \"Ours\";\n"
		 " steps = ( \"one\" ); scope_smtp = \"s\"; },\n"
		 " { name = \"own\"; domains = ( \"own.example\" ); } );\n",
	     "providers = ( { name = \"google\"; title = \"Later\"; } );\n");
	assert_int_equal(mb_providers_load(&p, mb_path_providers, &e), 0);
	if (mb_providers_override_dir(&p, d.path, &e) < 0)
		fail_msg("%s: %s", e.object, e.cause);
	g = mb_provider_find(&p, "google");
	assert_string_equal(g->title, "Later");
	assert_string_equal(g->scope_smtp, "s");
	assert_int_equal(g->nsteps, 1);
	assert_string_equal(g->steps[0], "one");
	assert_int_equal(g->nservers, 4);
	assert_string_equal(g->token_endpoint,
			    "https://oauth2.googleapis.com/token");
	assert_string_equal(mb_provider_find(&p, "a@own.example")->name,
			    "own");
	assert_int_equal(p.n, all.n + 1);
	discard(&d);
	assert_int_equal(mb_providers_override_dir(&p, d.path, &e), 0);
	assert_int_equal(p.n, all.n + 1);
	mb_providers_clear(&p);
}

static void an_error_in_an_override_names_file_and_line(void **state)
{
	struct mb_providers p = {0};
	struct mb_err e = {0};
	struct dir d;

	(void)state;
	make(&d, "", "\n\n\n\n\n\n\n\n\n\nproviders = ( { name = \"x\";\n"
		 "  tokenendpoint = \"https://x.example/\"; } );\n");
	assert_int_equal(mb_providers_load(&p, mb_path_providers, &e), 0);
	assert_int_equal(mb_providers_override_dir(&p, d.path, &e), -1);
	assert_string_equal(e.object, d.file[1]);
	assert_non_null(strstr(e.cause, " line 12: there is no member "
			       "\"tokenendpoint\""));
	assert_null(p.list);
	put(d.file[1], "providers = ( { name = \"x\"; } );\n");
	chmod(d.file[1], 0666);
	assert_int_equal(mb_providers_load(&p, mb_path_providers, &e), 0);
	assert_int_equal(mb_providers_override_dir(&p, d.path, &e), -1);
	assert_int_equal(e.id, MB_E_UNSAFE_FILE);
	discard(&d);
}

static void wrong(const char *text, const char *cause)
{
	char path[] = "/tmp/mb-providers-XXXXXX";
	struct mb_providers p = {0};
	struct mb_err e = {0};
	int fd = mkstemp(path);
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ret = mb_providers_load(&p, path, &e);
	unlink(path);
	assert_int_equal(ret, -1);
	assert_string_equal(e.object, path);
	if (!strstr(e.cause, cause))
		fail_msg("\"%s\" does not say \"%s\"", e.cause, cause);
	assert_null(p.list);
}

static void errors_name_file_and_line(void **state)
{
	struct mb_providers p = {0};
	struct mb_err e = {0};

	(void)state;
	wrong("providers = (\n{ name = \"a\";\n colour = 1; } );\n",
	      " line 3: there is no member \"colour\"");
	wrong("providers = (\n{ title = \"a\"; } );\n", " line 2: ");
	wrong("providers = (\n{ name = \"a\"; }, { name = \"a\"; } );\n",
	      " line 2: two providers are named a");
	wrong("\n@include \"x\"\n", " line 2: @include");
	wrong("providers = (\n", " line 2: ");
	wrong("providers = ( { name = \"a\"; steps = ( \"x\", 7 ); } );\n",
	      " line 1: one of the steps");
	wrong("providers = ( { name = \"a\"; servers = ( { host = \"h\"; } );"
	      " } );\n", " line 1: a server");
	assert_int_equal(mb_providers_load(&p, "/nonexistent/x", &e), -1);
	assert_string_equal(e.object, "/nonexistent/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_promised_provider_is_there),
		cmocka_unit_test(an_address_finds_its_provider),
		cmocka_unit_test(a_filled_credential_passes_the_check),
		cmocka_unit_test(fill_keeps_what_was_given),
		cmocka_unit_test(microsoft_needs_a_tenant),
		cmocka_unit_test(
			an_app_has_no_tokens_of_its_own_in_every_directory),
		cmocka_unit_test(a_redirect_uri_known_to_fail_is_refused),
		cmocka_unit_test(the_usual_mix_ups_are_caught),
		cmocka_unit_test(a_step_shows_the_redirect_uri),
		cmocka_unit_test(errors_name_file_and_line),
		cmocka_unit_test(scopes_go_by_protocol),
		cmocka_unit_test(google_gives_no_mail_scope_to_devices),
		cmocka_unit_test(a_mail_exchanger_finds_its_provider),
		cmocka_unit_test(later_files_stand_over_earlier_ones),
		cmocka_unit_test(an_error_in_an_override_names_file_and_line),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
