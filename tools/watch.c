/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "tools/ends.h"
#include "tools/expiry.h"
#include "tools/out.h"
#include "tools/presets.h"
#include "tools/status.h"
#include "tools/status_file.h"
#include "tools/status_report.h"
#include "tools/watch.h"

enum { DAY = 86400, RETRY_S = 3600, HOOKS_MS = 300000, SHARED_MAX = 16,
       LINE_SIZE = 1000 };

#define PERSON "needs-sign-in"
#define EXPIRES "expires"
#define RECOVERED "recovered"

/* What the last file remembered, in the order of the addresses, as the
 * accounts are. */
struct before {
	FILE *in;
	char *line;
	size_t room;
	char account[MB_ADDRESS_MAX + 40];
	char watch[24];
	int64_t told;
};

struct watch {
	struct mb_tool *t;
	const struct mb_hooks *hooks;
	const struct mb_credfile *file;
	struct mb_providers providers;
	struct mb_deadline d;
	int64_t now;
	/* Of these client credentials it was told already. */
	const char *shared[SHARED_MAX];
	size_t nshared;
	bool bad;
};

/* ---- the last file ---- */

static void before_open(struct before *b, const struct mb_dir *dir)
{
	struct mb_file f;

	if (dir->fd < 0 || mb_fsio_file(dir, MB_STATUS_NAME, O_RDONLY,
					geteuid(), &f, NULL) <= 0)
		return;
	b->in = fdopen(f.fd, "r");
	if (!b->in)
		(void)close(f.fd);
}

/* The next account that there is something to remember of. */
static bool before_next(struct before *b)
{
	json_t *one;

	while (b->in && getline(&b->line, &b->room, b->in) >= 0) {
		if (!strstr(b->line, "\"watch\": \"") ||
		    strstr(b->line, "\"watch\": \"\""))
			continue;
		one = json_loads(b->line, JSON_DISABLE_EOF_CHECK, NULL);
		(void)snprintf(b->account, sizeof(b->account), "%s",
			       mb_status_text(one, "account"));
		(void)snprintf(b->watch, sizeof(b->watch), "%s",
			       mb_status_text(one, "watch"));
		b->told = mb_status_number(one, "watch_told");
		json_decref(one);
		return true;
	}
	return false;
}

static void before_close(struct before *b)
{
	free(b->line);
	if (b->in)
		(void)fclose(b->in);
}

/* ---- telling ---- */

/* What all accounts of a client credential share is told once in a run. */
static bool told_of_credential(struct watch *w, const struct mb_account *a,
			       const struct mb_end *end)
{
	size_t i;

	if (a->state != MB_STATE_CONFIG && end->what[0] != 'c')
		return false;
	for (i = 0; i < w->nshared; i++)
		if (!strcmp(w->shared[i], a->credential))
			return true;
	if (w->nshared < SHARED_MAX)
		w->shared[w->nshared++] = a->credential;
	return false;
}

static void make_line(char *line, size_t size, const struct mb_account *a,
		      const char *event, const struct mb_end *end, int64_t now)
{
	char span[40], cause[600];

	(void)mb_escape(cause, sizeof(cause), a->cause, strlen(a->cause));
	if (!strcmp(event, RECOVERED))
		(void)snprintf(line, size, "%s: works again", a->address);
	else if (!strcmp(event, EXPIRES))
		(void)snprintf(line, size, "%s: its %s ends %s%s%s", a->address,
			       end->what, mb_out_span(end->at, now, span),
			       end->what[0] == 'c' ? "; client credential " :
			       "", end->what[0] == 'c' ? a->credential : "");
	else
		(void)snprintf(line, size, "%s: %s%s%s", a->address,
			       mb_accounts_word(a->state), *cause ? ": " : "",
			       cause);
}

/* false: a hook did not end well. */
static bool tell(struct watch *w, const struct mb_account *a,
		 const char *event, const struct mb_end *end, bool change)
{
	char line[LINE_SIZE];
	struct mb_hook_event ev = {
		.event = event, .account = a->address,
		.credential = a->credential,
		.state = mb_accounts_word(a->state), .error = a->error_id,
		.line = line, .ends_at = end->at,
	};
	struct mb_err e = { 0 };

	make_line(line, sizeof(line), a, event, end, w->now);
	if (change)
		syslog(strcmp(event, RECOVERED) ? LOG_WARNING : LOG_NOTICE,
		       "%s", line);
	if (mb_hooks_run(w->hooks, &ev, &e) == 0)
		return true;
	mb_out_error(w->t, &e);
	w->bad = true;
	return false;
}

static void look(struct watch *w, struct mb_account *a, const char *was,
		 int64_t told)
{
	const struct mb_credential *c = mb_credfile_find(w->file,
							 a->credential);
	struct mb_end end = mb_ends_first(a, c, c ?
		mb_presets_named(&w->providers, c->provider) : NULL,
		c ? mb_expiry_at(c) : 0);
	int64_t remind_s = w->hooks->remind_days * DAY;
	const char *is = "";
	bool change;

	if (mb_accounts_needs_person(a->state))
		is = PERSON;
	else if (end.at && end.at - w->now < w->hooks->days * DAY)
		is = EXPIRES;
	change = strcmp(is, was) != 0;
	a->watch = is;
	a->watch_told = told;
	if (!change && (!*is || !remind_s || w->now - told < remind_s))
		return;
	if (mb_deadline_left(&w->d) == 0) {
		/* The next run finds the same change again. */
		a->watch = !strcmp(was, PERSON) ? PERSON :
			   !strcmp(was, EXPIRES) ? EXPIRES : "";
		return;
	}
	a->watch_told = w->now;
	if (!told_of_credential(w, a, &end) &&
	    !tell(w, a, *is ? is : RECOVERED, &end, change) && remind_s)
		a->watch_told = w->now - remind_s + RETRY_S;
}

bool mb_watch_run(struct mb_tool *t, const struct mb_dir *dir,
		  const struct mb_hooks *hooks, struct mb_accounts *a,
		  const struct mb_credfile *file)
{
	struct watch w = {
		.t = t, .hooks = hooks, .file = file, .now = mb_now(),
		.d = mb_deadline_in(HOOKS_MS),
	};
	struct before b = { .in = NULL };
	struct mb_err ignored = { 0 };
	bool more, known;
	size_t i;

	(void)mb_presets_load(t, &w.providers, &ignored);
	openlog("mailbearer", LOG_PID, LOG_MAIL);
	before_open(&b, dir);
	more = before_next(&b);
	for (i = 0; i < a->n; i++) {
		while (more && strcmp(b.account, a->list[i].address) < 0)
			more = before_next(&b);
		known = more && !strcmp(b.account, a->list[i].address);
		if (!a->list[i].gone && !a->list[i].token_of[0])
			look(&w, &a->list[i], known ? b.watch : "",
			     known ? b.told : 0);
	}
	before_close(&b);
	closelog();
	mb_providers_clear(&w.providers);
	return !w.bad;
}
