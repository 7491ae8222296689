/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/device.h"
#include "tools/flow_device.h"
#include "tools/out.h"
#include "tools/qr.h"
#include "tools/signals.h"

enum { CONNECT_MS = 10000, REPLY_MS = 30000, SLOWER_MS = 5000,
       BACK_OFF_MAX_MS = 60000, SHOW_MS = 5000, SHOW_LINE_MS = 60000 };

struct wait {
	const struct mb_flow_device_want *want;
	struct mb_device_asker asker;
	struct mb_device device;
	struct mb_signals signals;
	struct mb_deadline end;		/* of the code, or --timeout */
	struct mb_deadline next;	/* question */
	struct mb_deadline show;	/* the time left */
	int64_t interval_ms;
	int64_t back_off_ms;		/* 0: the server is well */
	struct mb_err trouble;		/* what it was at the last question */
	bool shown;			/* on the line that is written over */
};

int mb_flow_device_check(const struct mb_credential *c,
			 const struct mb_provider *preset, const char *account,
			 struct mb_err *e)
{
	char object[MB_NAME_MAX + 32], word[256];

	snprintf(object, sizeof(object), "client credential %s", c->name);
	if (preset && !mb_provider_device_gives(preset, c->scope, word)) {
		mb_fail(e, MB_E_UNSUPPORTED, object,
			"%s does not give %s by the device flow; nothing was asked",
			preset->title, word);
		return mb_remedy(e, "leave out --device: the sign-in can be opened on another machine, and its last address pasted here: mailbearer enroll %s",
				 account);
	}
	if (c->device_endpoint[0])
		return 0;
	mb_fail(e, MB_E_CONFIG_VALUE, object, "has no device endpoint");
	return mb_remedy(e, "if the provider has one: mailbearer set %s --device-endpoint %s; else leave out --device",
			 c->name, preset && preset->device_endpoint[0] &&
			 !strchr(preset->device_endpoint, '{') ?
			 preset->device_endpoint : "URL");
}

/* ---- what the person is told ---- */

/* Address and code as text first, each alone on a line of stdout: for scripts,
 * and for whoever cannot see a QR code. */
static void say(const struct wait *w)
{
	const struct mb_tool *t = w->want->tool;
	const struct mb_device *d = &w->device;
	const char *whole = d->uri_complete[0] ? d->uri_complete : d->uri;

	mb_out_note("On any machine with a browser, sign in as %s at this address:",
		    w->want->owner);
	if (t->json)
		mb_out_note("%s", d->uri);
	mb_out_line(t, "%s", d->uri);
	(void)fflush(stdout);
	mb_out_note("and enter this code:");
	if (t->json)
		mb_out_note("%s", d->user_code);
	mb_out_line(t, "%s", d->user_code);
	(void)fflush(stdout);
	if (d->uri_complete[0])
		mb_out_note("(or open %s , which has the code in it)",
			    d->uri_complete);
	mb_out_note("Go on only if you asked for this sign-in yourself.");
	if (mb_qr_wanted(t))
		mb_qr_draw(whole);
}

/* On a terminal one line that is written over; else a line each minute. */
static void show_left(struct wait *w)
{
	int64_t left = (mb_deadline_left(&w->end) + 999) / 1000;

	if (mb_deadline_left(&w->show) > 0)
		return;
	if (isatty(STDERR_FILENO)) {
		(void)fprintf(stderr, "\rWaiting, %2lld:%02lld left (^C gives up) ... ",
			      (long long)(left / 60), (long long)(left % 60));
		w->show = mb_deadline_in(SHOW_MS);
		w->shown = true;
		return;
	}
	mb_out_note("Waiting, %lld min left ...", (long long)(left + 59) / 60);
	w->show = mb_deadline_in(SHOW_LINE_MS);
}

static void end_line(struct wait *w)
{
	if (w->shown)
		(void)fputc('\n', stderr);
	w->shown = false;
}

/* ---- the wait ---- */

static int too_late(const struct wait *w, struct mb_err *e)
{
	const char *account = w->want->account;

	if (w->trouble.id) {
		*e = w->trouble;
		return -1;
	}
	mb_fail(e, MB_E_TIMEOUT, account,
		"nobody signed in in time; nothing saved");
	return mb_remedy(e, "run again: mailbearer enroll %s --device",
			 account);
}

/* RFC 8628 section 3.5: 5 s more for good when asked to; where the server does
 * not answer, twice as long each time. */
static void pause_for(struct wait *w, enum mb_device_answer answer)
{
	if (answer == MB_DEVICE_SLOW_DOWN)
		w->interval_ms += SLOWER_MS;
	if (answer != MB_DEVICE_LATER) {
		w->back_off_ms = 0;
		mb_err_clear(&w->trouble);
	} else {
		w->back_off_ms = 2 * (w->back_off_ms ? w->back_off_ms :
				      w->interval_ms);
		if (w->back_off_ms > BACK_OFF_MAX_MS)
			w->back_off_ms = BACK_OFF_MAX_MS;
	}
	w->next = mb_deadline_in(w->back_off_ms ? w->back_off_ms :
				 w->interval_ms);
}

/* 1 tokens, 0 go on, -1. */
static int ask(struct wait *w, struct mb_grant *out, struct mb_err *e)
{
	enum mb_device_answer answer;

	mb_err_clear(e);
	answer = mb_device_ask(&w->asker, &w->device, out, e);
	if (answer == MB_DEVICE_ANSWERED)
		return 1;
	if (answer == MB_DEVICE_DENIED || answer == MB_DEVICE_EXPIRED)
		return -1;
	if (answer == MB_DEVICE_LATER)
		w->trouble = *e;
	mb_err_clear(e);
	pause_for(w, answer);
	return 0;
}

/* One turn: 1 tokens, 0 go on, -1. */
static int turn(struct wait *w, struct mb_grant *out, struct mb_err *e)
{
	struct pollfd fd = { .fd = w->signals.fd, .events = POLLIN };
	int64_t left = mb_deadline_left(&w->next);
	int64_t end = mb_deadline_left(&w->end);

	if (end == 0)
		return too_late(w, e);
	show_left(w);
	if (mb_deadline_left(&w->show) < left)
		left = mb_deadline_left(&w->show);
	if (end < left)
		left = end;
	if (poll(&fd, 1, (int)left) < 0 && errno != EINTR)
		return mb_fail_errno(e, errno, "the sign-in", "wait for");
	if (fd.revents)
		return mb_signals_interrupted(&w->signals, w->want->account,
					      e);
	return mb_deadline_left(&w->next) == 0 ? ask(w, out, e) : 0;
}

static int begin(struct wait *w, struct mb_err *e)
{
	int64_t limit = w->want->timeout_s;

	if (mb_device_begin(&w->asker, &w->device, e) < 0)
		return -1;
	if (!limit || w->device.expires_in < limit)
		limit = w->device.expires_in;
	w->end = mb_deadline_in(limit * 1000);
	w->interval_ms = w->device.interval * 1000;
	w->next = mb_deadline_in(w->interval_ms);
	w->show = mb_deadline_in(0);
	say(w);
	return 0;
}

int mb_flow_device(const struct mb_flow_device_want *want, struct mb_grant *out,
		   struct mb_err *e)
{
	struct wait w = {
		.want = want,
		.asker = { .credential = want->credential,
			   .account = want->account,
			   .patience = { CONNECT_MS, REPLY_MS } },
	};
	int ret;

	if (mb_signals_catch(&w.signals, e) < 0)
		return -1;
	w.asker.cancel_fd = w.signals.fd;
	ret = begin(&w, e);
	while (ret == 0)
		ret = turn(&w, out, e);
	end_line(&w);
	if (ret < 0 && e->id == MB_E_INTERRUPTED)
		mb_signals_interrupted(&w.signals, want->account, e);
	mb_device_clear(&w.device);
	mb_signals_release(&w.signals);
	return ret > 0 ? 0 : -1;
}
