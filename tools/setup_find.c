/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose mailbox, and at which servers it lies. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credfile.h"
#include "tools/accounts.h"
#include "tools/change.h"
#include "tools/login.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/presets.h"
#include "tools/records.h"
#include "tools/setup.h"
#include "tools/store_pick.h"

/* The client credential of an account that is enrolled or has a rule, looked up
 * as the records' owner; "" if there is none. */
static int credential_of(struct mb_tool *t, void *arg, void *out,
			 struct mb_err *e)
{
	struct mb_account a = { 0 };
	struct mb_err why = { 0 };
	struct mb_rule_match m;

	if (mb_accounts_look(t, arg, &a, &why) < 0) {
		if (why.id != MB_E_NOT_ENROLLED) {
			*e = why;
			return -1;
		}
		if (mb_records_rule(t, arg, &m, NULL) > 0)
			(void)snprintf(out, MB_NAME_MAX + 1, "%s",
				       m.credential);
		return 0;
	}
	(void)snprintf(out, MB_NAME_MAX + 1, "%s", a.credential);
	mb_accounts_free(&a);
	return 0;
}

/* A server with TLS from the first byte is preferred. */
static void take_servers(struct mb_setup_account *a,
			 const struct mb_provider *p)
{
	size_t i;

	for (i = 0; i < p->nservers; i++) {
		const struct mb_server *s = &p->servers[i];
		struct mb_server *to =
			!strcmp(s->protocol, "imap") ? &a->imap :
			!strcmp(s->protocol, "smtp") ? &a->smtp : &a->pop;

		if (!to->host[0])
			*to = *s;
		if (to == &a->smtp && (!a->relay.host[0] ||
				       !strcmp(s->security, "starttls")))
			a->relay = *s;
	}
}

static int option(const struct mb_tool *t, const char *name,
		  enum mb_login_protocol protocol, struct mb_server *s,
		  struct mb_err *e)
{
	static const int ports[][2] = {
		[MB_LOGIN_IMAP] = { 143, 993 },
		[MB_LOGIN_SMTP] = { 587, 465 },
		[MB_LOGIN_POP3] = { 110, 995 },
	};
	const char *value = mb_opts_get(&t->opts, name);
	struct mb_login_url u;

	if (!value)
		return 0;
	if (mb_login_url(value, &u, e) < 0)
		return -1;
	if (u.protocol != protocol)
		return mb_opts_usage(&t->opts, e, "--%s wants a URL as %s://"
				     "HOST", name, protocol == MB_LOGIN_IMAP ?
				     "imaps" : protocol == MB_LOGIN_SMTP ?
				     "smtps" : "pop3s");
	(void)snprintf(s->host, sizeof(s->host), "%s", u.url.host);
	s->port = u.url.port ? (int)u.url.port : ports[protocol][u.tls];
	(void)snprintf(s->security, sizeof(s->security), "%s",
		       u.tls ? "tls" : "starttls");
	return 0;
}

/* The account's own client credential, if a store has it. */
static int look_up(struct mb_setup *s, struct mb_setup_account *a,
		   const struct mb_credfile *file, struct mb_err *e)
{
	char name[MB_NAME_MAX + 1] = "";
	char address[MB_ADDRESS_MAX + 1];
	const struct mb_credential *c;

	(void)snprintf(address, sizeof(address), "%s", a->address);
	if (mb_owner_run(s->tool, credential_of, address, name, sizeof(name),
			 e) < 0)
		return -1;
	a->enrolled = name[0] != '\0';
	c = a->enrolled ? mb_credfile_find(file, name) : NULL;
	if (!c)
		return 0;
	(void)snprintf(a->provider, sizeof(a->provider), "%s", c->provider);
	a->own_authority = c->ca_pem.len > 0;
	return 0;
}

static int fill(struct mb_setup *s, struct mb_setup_account *a,
		const char *word, const struct mb_credfile *file,
		const struct mb_providers *presets, struct mb_err *e)
{
	const struct mb_provider *p;
	char canonical[MB_ADDRESS_MAX + 1];

	if (mb_rules_is_pattern(word))
		return mb_opts_usage(&s->tool->opts, e, "%s is a rule; a mail "
				     "program needs the address of a mailbox",
				     word);
	if (mb_address_canon(word, canonical, e) < 0)
		return -1;
	(void)snprintf(a->address, sizeof(a->address), "%s", word);
	if (file && look_up(s, a, file, e) < 0)
		return -1;
	p = a->provider[0] ? mb_presets_named(presets, a->provider) :
			     mb_provider_find(presets, a->address);
	if (p) {
		(void)snprintf(a->provider, sizeof(a->provider), "%s",
			       p->name);
		take_servers(a, p);
	}
	if (option(s->tool, "imap", MB_LOGIN_IMAP, &a->imap, e) < 0 ||
	    option(s->tool, "smtp", MB_LOGIN_SMTP, &a->smtp, e) < 0 ||
	    option(s->tool, "pop", MB_LOGIN_POP3, &a->pop, e) < 0)
		return -1;
	if (mb_opts_has(&s->tool->opts, "smtp"))
		a->relay = a->smtp;
	return 0;
}

/* "[host]:port" of a configuration that was there, if nothing else says it. */
static void take_known(struct mb_setup_account *a, const char *server)
{
	struct mb_server *to = &a->relay;
	size_t n = server && server[0] == '[' ? strcspn(server + 1, "]") : 0;
	long port = 587;

	if (to->host[0] || !n || n >= sizeof(to->host) || !server[n + 1])
		return;
	if (server[n + 2] == ':')
		port = strtol(server + n + 3, NULL, 10);
	if (port < 1 || port > 65535)
		return;
	(void)snprintf(to->host, sizeof(to->host), "%.*s", (int)n, server + 1);
	to->port = (int)port;
	(void)snprintf(to->security, sizeof(to->security), "%s",
		       port == 465 ? "tls" : "starttls");
}

static void list_name(struct mb_setup *s, const char *name)
{
	size_t used = strlen(s->credentials);

	(void)snprintf(s->credentials + used, sizeof(s->credentials) - used,
		       "%s%s", used ? ", " : "", name);
}

void mb_setup_hint(const struct mb_setup *s, const struct mb_setup_account *a)
{
	const char *command = mb_pick_command(s->tool);
	bool one = !strchr(s->credentials, ',');

	if (a->enrolled || s->taken_over)
		return;
	mb_out_note("note: %s is not enrolled, so no token goes out for it yet; enrol it first:",
		    a->address);
	if (!s->credentials[0])
		mb_out_note("next: %s add NAME --provider %s, then: %s enroll %s",
			    command, a->provider[0] ? a->provider : "PROVIDER",
			    command, a->address);
	else
		mb_out_note("next: %s enroll %s --credential %s%s%s%s", command,
			    a->address, one ? s->credentials : "NAME",
			    one ? "" : " (one of: ", one ? "" : s->credentials,
			    one ? "" : ")");
}

int mb_setup_find(struct mb_setup *s, struct mb_err *e)
{
	struct mb_tool *t = s->tool;
	struct mb_credfile file = { 0 };
	struct mb_providers presets = { 0 };
	struct mb_err none = { 0 };
	bool store = mb_pick_store(t, MB_PICK_LOOK, &none) == 0;
	int ret = -1;

	s->credentials[0] = '\0';
	/* Without a store the lines can be shown all the same; a store that was
	 * named, or is broken, is another matter. */
	if (!store && (none.id != MB_E_NO_STORE ||
		       t->home_kind != MB_HOME_AUTO) &&
	    none.id != MB_E_NOT_PERMITTED) {
		*e = none;
		return -1;
	}
	s->accounts = calloc(s->n, sizeof(*s->accounts));
	if (!s->accounts)
		return mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
	if ((store && mb_change_look(t, &file, e) < 0) ||
	    mb_presets_load(t, &presets, e) < 0)
		goto out;
	for (size_t i = 0; i < file.ncredentials; i++)
		list_name(s, file.credentials[i].name);
	for (size_t i = 0; i < s->n; i++)
		if (fill(s, &s->accounts[i], s->addresses[i],
			 store ? &file : NULL, &presets, e) < 0)
			goto out;
		else
			take_known(&s->accounts[i], s->servers[i]);
	ret = 0;
out:
	mb_credfile_clear(&file);
	mb_providers_clear(&presets);
	return ret;
}

void mb_setup_clear(struct mb_setup *s)
{
	free(s->accounts);
	s->accounts = NULL;
	s->n = 0;
}
