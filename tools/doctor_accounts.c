/* SPDX-License-Identifier: BSD-2-Clause */
/* The accounts' states, and what ends soon. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token.h"
#include "tools/accounts.h"
#include "tools/caught.h"
#include "tools/doctor.h"
#include "tools/expiry.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/store_pick.h"

enum { SHOWN = 20 };

struct seen {
	size_t n, named, bad, shown;
	char summary[200];
	struct {
		char address[MB_ADDRESS_MAX + 1];
		char word[40];
		char cause[MB_ERR_CAUSE];
		char remedy[MB_ERR_REMEDY];
		bool person;
	} list[SHOWN];
};

static bool same(const char *canonical, const char *address)
{
	char other[MB_ADDRESS_MAX + 1];
	struct mb_err e = { 0 };

	return mb_address_canon(address, other, &e) == 0 &&
	       !strcmp(canonical, other);
}

static int look(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	const char *only = arg;
	struct mb_accounts a = { 0 };
	struct mb_token_world w;
	struct seen *s = out;
	size_t i;

	if (mb_accounts_read(t, &a, e) < 0)
		return -1;
	s->n = a.n;
	(void)mb_accounts_summary(&a, s->summary);
	for (i = 0; i < a.n; i++) {
		const struct mb_account *one = &a.list[i];

		if (only[0] && !same(only, one->address))
			continue;
		s->named++;
		if (one->state == MB_STATE_OK)
			continue;
		s->bad++;
		if (s->shown == SHOWN)
			continue;
		(void)snprintf(s->list[s->shown].address,
			       sizeof(s->list[0].address), "%s", one->address);
		(void)snprintf(s->list[s->shown].word,
			       sizeof(s->list[0].word), "%s",
			       mb_accounts_word(one->state));
		(void)snprintf(s->list[s->shown].cause,
			       sizeof(s->list[0].cause), "%s",
			       one->cause ? one->cause : "");
		(void)snprintf(s->list[s->shown].remedy,
			       sizeof(s->list[0].remedy), "%s",
			       one->remedy ? one->remedy : "");
		s->list[s->shown++].person =
			mb_accounts_needs_person(one->state);
	}
	mb_accounts_clear(&a);
	mb_pick_world(t, &w);
	if (only[0] && !s->named && mb_token_known(&w, only, NULL) > 0)
		s->named++;	/* by a rule, with a shared token or none yet */
	return 0;
}

/* Client secrets and certificates end, and then every account of theirs stops
 * at once. */
static void endings(struct mb_doctor *d)
{
	int64_t now = mb_now();
	size_t i;

	for (i = 0; i < d->file.ncredentials; i++) {
		const struct mb_credential *c = &d->file.credentials[i];
		bool secret = c->client_secret_expires[0] != '\0';
		int64_t at = mb_expiry_at(c);
		char remedy[MB_ERR_REMEDY], span[40];

		if (!mb_expiry_soon(at, now))
			continue;
		(void)snprintf(remedy, sizeof(remedy), "make a new one in the "
			       "provider's console, then: %s set %s %s",
			       mb_pick_command(d->tool), c->name, secret ?
			       "--client-secret-file - --secret-expires DATE" :
			       "--key-file FILE --certificate-file FILE");
		mb_doctor_say(d, at <= now ? MB_GRADE_BROKEN :
			      MB_GRADE_WARNING, "secret", remedy,
			      "client credential %s: its %s %s %s", c->name,
			      secret ? "client secret" : "certificate",
			      at > now ? "expires" : "expired",
			      mb_out_span(at, now, span));
	}
}

/* Who uses a password, and would be asked for a token. */
static void caught(struct mb_doctor *d)
{
	struct mb_caught *c = mb_caught_find(d->tool);
	size_t i;

	if (!c)
		return;
	(void)mb_caught_unknown(d->tool, c);
	for (i = 0; i < c->n; i++) {
		const struct mb_caught_account *a = &c->list[i];

		mb_doctor_say(d, MB_GRADE_WARNING, "passwords",
			      mb_caught_remedy(a), "%s line %zu: %s is not "
			      "enrolled, and where its server offers XOAUTH2, "
			      "%s tries it", a->file, a->line,
			      d->report ? "mailbox@..." : a->user, a->program);
	}
	free(c);
}

void mb_doctor_accounts(struct mb_doctor *d)
{
	struct mb_err e = { 0 };
	struct seen *s = calloc(1, sizeof(*s));
	char remedy[MB_ERR_LINE + PATH_MAX];
	size_t i;

	if (!s)
		return;
	if (mb_owner_run(d->tool, look, d->address, s, sizeof(*s), &e) < 0) {
		mb_doctor_error(d, MB_GRADE_BROKEN, "accounts", &e);
		free(s);
		return;
	}
	for (i = 0; i < s->shown; i++)
		mb_doctor_say(d, s->list[i].person ? MB_GRADE_BROKEN :
			      MB_GRADE_WARNING, "account", s->list[i].remedy,
			      "%s: %s%s%s", s->list[i].address,
			      s->list[i].word, s->list[i].cause[0] ? ": " : "",
			      s->list[i].cause);
	if (s->bad > s->shown)
		mb_doctor_say(d, MB_GRADE_BROKEN, "accounts",
			      "run: mailbearer list accounts",
			      "and %zu more", s->bad - s->shown);
	(void)snprintf(remedy, sizeof(remedy), "run: %s enroll %s",
		       mb_pick_command(d->tool),
		       d->address[0] ? d->address : "ADDRESS");
	if (!s->n && !s->named)
		mb_doctor_say(d, MB_GRADE_NOTE, "accounts", remedy,
			      "nobody is enrolled yet");
	else if (d->address[0] && !s->named)
		mb_doctor_say(d, MB_GRADE_BROKEN, "account", remedy,
			      "%s is not enrolled", d->address);
	else if (!s->bad)
		mb_doctor_say(d, MB_GRADE_OK, "accounts", NULL, "%s",
			      s->summary);
	endings(d);
	caught(d);
	free(s);
}
