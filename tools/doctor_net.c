/* SPDX-License-Identifier: BSD-2-Clause */
/* Token endpoints and this host's clock; with an address, its mail servers. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http.h"
#include "lib/token.h"
#include "lib/url.h"
#include "tools/doctor.h"
#include "tools/login.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/presets.h"
#include "tools/store_pick.h"

enum { WAIT_MS = 10 * 1000, CLOCK_S = 120, CLOCK_BAD_S = 300 };

/* What is tried again later elsewhere is looked into here. */
static void advise(struct mb_err *e)
{
	if (e->id == MB_E_TLS)
		(void)mb_remedy(e, "is the clock right, and are the "
				"certificates of this host up to date (package "
				"ca-certificates)? an authority of your own: "
				"mailbearer set NAME --ca-file FILE");
	else if (e->id == MB_E_NETWORK && strstr(e->cause, "resolve"))
		(void)mb_remedy(e, "look at this host's name servers "
				"(/etc/resolv.conf)");
	else if (e->id == MB_E_NETWORK || e->id == MB_E_TIMEOUT)
		(void)mb_remedy(e, "does a firewall let this host out to port "
				"443? a proxy: mailbearer set NAME --proxy "
				"URL");
}

static void tell_clock(struct mb_doctor *d, int64_t date, const char *origin)
{
	int64_t off = mb_now() - date;
	bool ahead = off > 0;

	if (!date)
		return;
	if (off < 0)
		off = -off;
	if (off <= CLOCK_S)
		mb_doctor_say(d, MB_GRADE_OK, "clock", NULL,
			      "within %lld s of %s", (long long)off, origin);
	else
		mb_doctor_say(d, off > CLOCK_BAD_S ? MB_GRADE_BROKEN :
			      MB_GRADE_WARNING, "clock",
			      "set it, and keep it: timedatectl set-ntp true",
			      "%lld s %s of %s", (long long)off,
			      ahead ? "ahead" : "behind", origin);
}

/* A GET, without any secret: whatever the answer, it has a date. */
static void endpoint(struct mb_doctor *d, const struct mb_credential *c)
{
	struct mb_http_request q = {
		.object = c->name, .credential = c->name,
		.url = c->token_endpoint, .proxy = c->proxy,
		.ca_pem = &c->ca_pem, .patience = { WAIT_MS, WAIT_MS },
	};
	struct mb_http_reply r = { 0 };
	struct mb_err e = { 0 };
	char origin[300];
	struct mb_url u;

	if (mb_url_parse(c->token_endpoint, &u) < 0)
		return;
	mb_url_origin(&u, origin, sizeof(origin));
	if (mb_http_post(&q, &r, &e) == MB_HTTP_ANSWERED) {
		mb_doctor_say(d, MB_GRADE_OK, "endpoint", NULL,
			      "%s answers (client credential %s)", origin,
			      c->name);
		tell_clock(d, r.date, origin);
	} else {
		advise(&e);
		mb_doctor_say(d, MB_GRADE_BROKEN, "endpoint", e.remedy,
			      "%s cannot be reached: %s", origin, e.cause);
	}
	mb_http_reply_clear(&r);
}

/* ---- a login, as the address ---- */

struct servers {
	size_t n;
	char url[MB_PROVIDER_SERVERS][320];
};

struct verdict {
	struct mb_err e;
};

struct trial {
	const struct mb_credfile *file;
	char address[MB_ADDRESS_MAX + 1];
	char url[320];
};

static int log_in(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	const struct trial *x = arg;
	struct verdict *v = out;
	struct mb_deadline limit = mb_deadline_in(30 * 1000);
	struct mb_token_want want = { .account = x->address,
				      .deadline = &limit };
	struct mb_login_url u;
	struct mb_token_world w;
	struct mb_login *l = NULL;
	struct mb_record r;

	memset(&r, 0, sizeof(r));
	mb_pick_world(t, &w);
	if (mb_login_url(x->url, &u, e) < 0)
		return -1;
	want.host = u.url.host;
	if (mb_token_get(&w, &want, &r, NULL, &v->e) == 0) {
		const struct mb_credential *c =
			mb_credfile_find(x->file, r.credential);
		struct mb_login_want q = {
			.url = x->url, .user = r.account,
			.token = &r.access_token, .deadline = &limit,
			.credential = r.credential,
		};

		if (c) {
			q.ca_pem = &c->ca_pem;
			q.proxy = c->proxy;
		}

		(void)mb_login_open(&l, &q, &v->e);
		mb_login_close(&l);
	}
	mb_record_clear(&r);
	return 0;
}

static void mail_server(struct mb_doctor *d, const char *url)
{
	struct trial x;
	struct verdict v;
	struct mb_err e = { 0 };

	memset(&v, 0, sizeof(v));
	x.file = &d->file;
	(void)snprintf(x.address, sizeof(x.address), "%s", d->address);
	(void)snprintf(x.url, sizeof(x.url), "%s", url);
	if (mb_owner_run(d->tool, log_in, &x, &v, sizeof(v), &e) < 0)
		v.e = e;
	if (v.e.id == MB_E_NONE)
		mb_doctor_say(d, MB_GRADE_OK, "login", NULL, "%s at %s",
			      d->address, url);
	else
		mb_doctor_error(d, MB_GRADE_BROKEN, "login", &v.e);
}

static void mail_servers(struct mb_doctor *d)
{
	struct mb_providers presets = { 0 };
	const struct mb_provider *p;
	struct mb_err e = { 0 };
	char url[320];
	size_t i;

	if (!d->address[0])
		return;
	if (mb_presets_load(d->tool, &presets, &e) < 0) {
		mb_doctor_error(d, MB_GRADE_BROKEN, "providers", &e);
		return;
	}
	p = mb_provider_find(&presets, d->address);
	for (i = 0; p && i < p->nservers; i++) {
		const struct mb_server *s = &p->servers[i];
		bool later = !strcmp(s->security, "starttls");

		(void)snprintf(url, sizeof(url), "%s%s%s://%s:%d",
			       s->protocol, strcmp(s->protocol, "pop") ? "" :
			       "3", later ? "" : "s", s->host, s->port);
		mail_server(d, url);
	}
	mb_providers_clear(&presets);
}

void mb_doctor_net(struct mb_doctor *d)
{
	size_t i, k;

	for (i = 0; i < d->file.ncredentials; i++) {
		const struct mb_credential *c = &d->file.credentials[i];

		for (k = 0; k < i; k++)
			if (!strcmp(d->file.credentials[k].token_endpoint,
				    c->token_endpoint))
				break;
		if (k == i && c->token_endpoint[0])
			endpoint(d, c);
	}
	mail_servers(d);
}
