/* SPDX-License-Identifier: BSD-2-Clause */
/* The accounts' states, and what ends soon. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/accounts.h"
#include "tools/doctor.h"
#include "tools/owner.h"
#include "tools/store_pick.h"

enum { SHOWN = 20, DAY = 86400, SOON_DAYS = 30 };

struct seen {
	size_t n, bad, shown;
	char summary[200];
	struct {
		char address[MB_ADDRESS_MAX + 1];
		char word[40];
		char cause[MB_ERR_CAUSE];
		char remedy[MB_ERR_REMEDY];
		bool person;
	} list[SHOWN];
};

static int look(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	const char *only = arg;
	struct mb_accounts a = { 0 };
	struct seen *s = out;
	size_t i;

	if (mb_accounts_read(t, &a, e) < 0)
		return -1;
	s->n = a.n;
	(void)mb_accounts_summary(&a, s->summary);
	for (i = 0; i < a.n; i++) {
		const struct mb_account *one = &a.list[i];

		if ((only[0] && strcmp(only, one->address) != 0) ||
		    one->state == MB_STATE_OK)
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
	return 0;
}

/* "YYYY-MM-DD" as the last day it works; 0 if it is no date. */
static int64_t day(const char *date)
{
	struct tm tm = { 0 };
	int y, m, dd;
	char *end;

	y = (int)strtol(date, &end, 10);
	if (*end != '-')
		return 0;
	m = (int)strtol(end + 1, &end, 10);
	if (*end != '-')
		return 0;
	dd = (int)strtol(end + 1, &end, 10);
	tm.tm_year = y - 1900;
	tm.tm_mon = m - 1;
	tm.tm_mday = dd;
	return (int64_t)timegm(&tm);
}

/* Client secrets end, and then every account of theirs stops at once. */
static void secrets(struct mb_doctor *d)
{
	size_t i;

	for (i = 0; i < d->file.ncredentials; i++) {
		const struct mb_credential *c = &d->file.credentials[i];
		int64_t end = c->client_secret_expires[0] ?
			      day(c->client_secret_expires) : 0;
		int64_t days = (end - mb_now()) / DAY;
		char remedy[MB_ERR_REMEDY];

		if (!end || days > SOON_DAYS)
			continue;
		(void)snprintf(remedy, sizeof(remedy), "make a new one in the "
			       "provider's console, then: %s set %s "
			       "--client-secret-file - --secret-expires DATE",
			       mb_pick_command(d->tool), c->name);
		mb_doctor_say(d, days < 0 ? MB_GRADE_BROKEN : MB_GRADE_WARNING,
			      "secret", remedy, "the client secret of %s %s on "
			      "%s", c->name, days < 0 ? "ended" : "ends",
			      c->client_secret_expires);
	}
}

void mb_doctor_accounts(struct mb_doctor *d)
{
	char only[MB_ADDRESS_MAX + 1];
	struct mb_err e = { 0 };
	struct seen *s = calloc(1, sizeof(*s));
	size_t i;

	if (!s)
		return;
	(void)snprintf(only, sizeof(only), "%s", d->address ? d->address : "");
	if (mb_owner_run(d->tool, look, only, s, sizeof(*s), &e) < 0) {
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
	if (!s->n)
		mb_doctor_say(d, MB_GRADE_NOTE, "accounts",
			      "run: mailbearer enroll ADDRESS",
			      "nobody is enrolled yet");
	else if (!s->bad)
		mb_doctor_say(d, MB_GRADE_OK, "accounts", NULL, "%s",
			      s->summary);
	secrets(d);
	free(s);
}
