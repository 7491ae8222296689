/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Postfix.  Everything of ours is on a transport of its own, so that relays
 * with passwords keep their mechanisms: master.cf gets "mailbearer" (STARTTLS)
 * or "mailbearer-tls"; main.cf says who uses it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/migrate.h"
#include "tools/out.h"
#include "tools/setup.h"
#include "tools/store_pick.h"

static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/cert.pem",
};

static bool wrapped(const struct mb_server *s)
{
	return strcmp(s->security, "starttls") != 0;
}

static int line(struct mb_secret *to, const char *left, const char *right,
		struct mb_err *e)
{
	char text[MB_SETUP_VALUE];
	int n = snprintf(text, sizeof(text), "%s %s\n", left, right);

	if (n < 0 || (size_t)n >= sizeof(text) ||
	    mb_secret_append(to, text, (size_t)n) < 0)
		return mb_fail(e, MB_E_NOMEM, left, "out of memory");
	return 0;
}

static void set_param(struct mb_setup_postfix *p, const char *name,
		      const char *value)
{
	size_t i;

	for (i = 0; i < p->nparams; i++)
		if (!strcmp(p->param[i].name, name))
			break;
	if (i == MB_SETUP_PARAMS)
		return;
	if (i == p->nparams)
		p->nparams++;
	(void)snprintf(p->param[i].name, sizeof(p->param[i].name), "%s", name);
	(void)snprintf(p->param[i].value, sizeof(p->param[i].value), "%s",
		       value);
}

/* Is there a trust anchor in main.cf already?  It is the administrator's. */
static int authority(const struct mb_setup_postfix *p, char *word,
		     size_t size, struct mb_err *e)
{
	char value[MB_POSTCONF_VALUE];
	int file = mb_postconf_get(&p->conf, "smtp_tls_CAfile", value, e);
	int dir = file < 0 ? -1 : mb_postconf_get(&p->conf, "smtp_tls_CApath",
						  value, e);
	size_t i;

	word[0] = '\0';
	if (dir < 0)
		return -1;
	for (i = 0; !file && !dir && !word[0] &&
	     i < sizeof(bundles) / sizeof(bundles[0]); i++)
		if (access(bundles[i], R_OK) == 0)
			(void)snprintf(word, size, " -o smtp_tls_CAfile=%s",
				       bundles[i]);
	return 0;
}

/* The fifth column of a line of master.cf: "y", "n", or "-", the default. */
static void chroot_of(const char *text, char *jail, size_t size)
{
	int column;

	for (column = 1; column < 5 && *text; column++) {
		text += strcspn(text, " \t");
		text += strspn(text, " \t");
	}
	if (*text)
		(void)snprintf(jail, size, "%.*s",
			       (int)strcspn(text, " \t"), text);
}

/* The service's line, with the chroot of the one that Postfix itself uses. */
static int service(struct mb_setup_postfix *p, bool wrap, struct mb_err *e)
{
	char like[MB_POSTCONF_VALUE], ca[256], jail[8] = "-";
	char text[MB_SETUP_VALUE];
	int n;

	if (p->service[wrap].used)
		return 0;
	if (mb_postconf_service(&p->conf, "smtp/unix", like, e) < 0 ||
	    authority(p, ca, sizeof(ca), e) < 0)
		return -1;
	chroot_of(like, jail, sizeof(jail));
	n = snprintf(text, sizeof(text),
		     "%s unix - - %s - - smtp"
		     " -o smtp_sasl_auth_enable=yes -o smtp_sasl_type=cyrus"
		     " -o smtp_sasl_password_maps=texthash:%s/mailbearer/passwd"
		     " -o smtp_sender_dependent_authentication=yes"
		     " -o smtp_sasl_mechanism_filter=xoauth2,oauthbearer"
		     " -o smtp_sasl_auth_cache_name="
		     " -o smtp_tls_security_level=secure%s%s",
		     wrap ? "mailbearer-tls" : "mailbearer", jail,
		     p->conf.dir, ca,
		     wrap ? " -o smtp_tls_wrappermode=yes" : "");
	if (n < 0 || (size_t)n >= sizeof(text))
		return mb_fail(e, MB_E_TOO_LARGE, p->conf.dir,
			       "the path is too long");
	memcpy(p->service[wrap].line, text, sizeof(text));
	p->service[wrap].used = true;
	return 0;
}

/* What the provider takes: Microsoft 30 messages a minute and three
 * connections. */
static void pace(struct mb_setup_postfix *p, const char *transport,
		 const char *provider)
{
	char name[64];

	if (strcmp(provider, "microsoft") != 0 &&
	    strncmp(provider, "microsoft-", 10) != 0)
		return;
	(void)snprintf(name, sizeof(name), "%s_destination_rate_delay",
		       transport);
	set_param(p, name, "2s");
}

static int account(struct mb_setup_postfix *p,
		   const struct mb_setup_account *a, struct mb_err *e)
{
	char host[300], way[400], user[MB_ADDRESS_MAX + 16];
	bool wrap = wrapped(&a->relay);
	const char *transport = wrap ? "mailbearer-tls" : "mailbearer";

	(void)snprintf(host, sizeof(host), "[%s]:%d", a->relay.host,
		       a->relay.port);
	(void)snprintf(way, sizeof(way), "%s:%s", transport, host);
	(void)snprintf(user, sizeof(user), "%s:unused", a->address);
	if (service(p, wrap, e) < 0)
		return -1;
	pace(p, transport, a->provider);
	if (!p->by_sender) {
		set_param(p, "default_transport", way);
		return line(&p->passwd, host, user, e);
	}
	return line(&p->passwd, a->address, user, e) < 0 ||
	       line(&p->senders, a->address, way, e) < 0 ? -1 : 0;
}

/* Ours in front of what is there: the first map that knows the sender wins. */
static int senders_map(struct mb_setup_postfix *p, struct mb_err *e)
{
	static const char name[] = "sender_dependent_default_transport_maps";
	char there[MB_POSTCONF_VALUE];
	char ours[PATH_MAX + 40], both[MB_SETUP_VALUE];
	int n;

	(void)snprintf(ours, sizeof(ours), "texthash:%s/mailbearer/senders",
		       p->conf.dir);
	if (mb_postconf_get(&p->conf, name, there, e) < 0)
		return -1;
	if (strstr(there, ours)) {
		set_param(p, name, there);
		return 0;
	}
	n = snprintf(both, sizeof(both), "%s%s%s", ours, there[0] ? ", " : "",
		     there);
	if (n < 0 || (size_t)n >= sizeof(both))
		return mb_fail(e, MB_E_TOO_LARGE, name, "is too long");
	set_param(p, name, both);
	return 0;
}

/* While another plugin is installed: ours alone is found. */
static int trial(struct mb_setup_postfix *p, struct mb_err *e)
{
	static const char name[] = "import_environment";
	char there[MB_POSTCONF_VALUE], dir[PATH_MAX], both[MB_SETUP_VALUE];
	int n;

	mb_migrate_only(dir);
	if (mb_postconf_get(&p->conf, name, there, e) < 0)
		return -1;
	if (strstr(there, dir)) {
		set_param(p, name, there);
		return 0;
	}
	/* The last SASL_PATH counts; unset, it is Postfix's default. */
	n = snprintf(both, sizeof(both), "%s SASL_PATH=%s", there[0] ? there :
		     "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ XAUTHORITY "
		     "DISPLAY LANG=C", dir);
	if (n < 0 || (size_t)n >= sizeof(both))
		return mb_fail(e, MB_E_TOO_LARGE, name, "is too long");
	set_param(p, name, both);
	return 0;
}

static int plan(struct mb_setup *s, struct mb_setup_postfix *p,
		struct mb_err *e)
{
	size_t i;

	p->service[0].name = "mailbearer/unix";
	p->service[1].name = "mailbearer-tls/unix";
	p->by_sender = s->n > 1 ||
		       mb_opts_has(&s->tool->opts, "by-sender");
	for (i = 0; i < s->n; i++) {
		const struct mb_setup_account *a = &s->accounts[i];

		if (!a->relay.host[0]) {
			(void)mb_fail(e, MB_E_USAGE, a->address,
				      "where does it submit mail?");
			return mb_remedy(e, "run: %s setup postfix %s --smtp "
					 "smtp://HOST:587",
					 mb_pick_command(s->tool), a->address);
		}
		if (account(p, a, e) < 0)
			return -1;
	}
	if (mb_opts_has(&s->tool->opts, "trial") && trial(p, e) < 0)
		return -1;
	return p->by_sender ? senders_map(p, e) : 0;
}

/* Lines of a map, one by one: they hold addresses and hosts, no secret. */
static void show_map(struct mb_tool *t, const struct mb_secret *map,
		     const char *dir, const char *name)
{
	size_t at = 0;

	if (!map->len)
		return;
	mb_setup_line(t, "%s", "");
	mb_setup_line(t, "# %s/mailbearer/%s", dir, name);
	while (at < map->len) {
		const char *p = map->data + at;
		size_t n = (size_t)((const char *)memchr(p, '\n',
							 map->len - at) - p);

		mb_setup_line(t, "%.*s", (int)n, p);
		at += n + 1;
	}
}

static void show_service(struct mb_tool *t, const char *text)
{
	const char *next = strstr(text, " -o ");

	mb_setup_line(t, "%.*s", (int)(next ? next - text :
				       (ptrdiff_t)strlen(text)), text);
	for (text = next; text; text = next) {
		next = strstr(text + 1, " -o ");
		mb_setup_line(t, "   %.*s", (int)(next ? next - text :
						  (ptrdiff_t)strlen(text)),
			      text);
	}
}

static void show(struct mb_tool *t, const struct mb_setup_postfix *p)
{
	size_t i;

	mb_setup_line(t, "# %s/master.cf", p->conf.dir);
	for (i = 0; i < 2; i++)
		if (p->service[i].used)
			show_service(t, p->service[i].line);
	mb_setup_line(t, "%s", "");
	mb_setup_line(t, "# %s/main.cf", p->conf.dir);
	for (i = 0; i < p->nparams; i++)
		mb_setup_line(t, "%s = %s", p->param[i].name, p->param[i].value);
	show_map(t, &p->passwd, p->conf.dir, "passwd");
	show_map(t, &p->senders, p->conf.dir, "senders");
	mb_out_note("to have it written, with a way back: %s setup postfix "
		    "ADDRESS ... --apply", mb_pick_command(t));
}

static void remarks(const struct mb_setup *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		mb_setup_hint(s, &s->accounts[i]);
		if (s->accounts[i].own_authority)
			mb_out_note("note: the provider of %s has an authority "
				    "of its own: smtp_tls_CAfile must name it",
				    s->accounts[i].address);
	}
}

int mb_setup_postfix(struct mb_setup *s, struct mb_err *e)
{
	struct mb_setup_postfix *p = calloc(1, sizeof(*p));
	struct mb_opts *o = &s->tool->opts;
	int ret = -1;

	if (!p)
		return mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
	if (mb_opts_has(o, "apply") && mb_opts_has(o, "undo")) {
		(void)mb_opts_usage(o, e, "--apply and --undo exclude each "
				    "other");
		goto out;
	}
	if (mb_postconf_open(&p->conf, mb_opts_get(o, "config-dir"), e) < 0)
		goto out;
	if (mb_opts_has(o, "undo")) {
		ret = mb_setup_undo(s->tool, &p->conf, e);
		goto out;
	}
	if (plan(s, p, e) < 0)
		goto out;
	if (mb_opts_has(o, "apply"))
		ret = mb_setup_apply(s->tool, p, e);
	else
		ret = 0;
	if (ret == 0 && !mb_opts_has(o, "apply"))
		show(s->tool, p);
	if (ret == 0)
		remarks(s);
out:
	mb_secret_clear(&p->passwd);
	mb_secret_clear(&p->senders);
	free(p);
	return ret;
}
