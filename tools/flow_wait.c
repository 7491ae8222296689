/* SPDX-License-Identifier: BSD-2-Clause */
/* The wait of tools/flow_code.h: listener, terminal, signals and the clock in
 * one loop, and what the person is told before it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/flow_code.h"
#include "tools/out.h"
#include "tools/paste.h"
#include "tools/signals.h"

enum { SLICE_MS = 60000 };

/* Everything one wait looks at. */
struct wait {
	struct mb_flow_code *flow;
	struct mb_paste paste;
	struct mb_deadline deadline;
	struct mb_signals signals;
	bool done;
};

/* ---- what the person is told ---- */

static void say_ssh(const struct mb_flow_code *f)
{
	const char *ssh = getenv("SSH_CONNECTION");
	char host[256] = "THIS-HOST";
	int port;

	if (!f->listener || !ssh || !*ssh)
		return;
	(void)gethostname(host, sizeof(host) - 1);
	port = mb_loopback_port(f->listener);
	mb_out_note("Or let it reach this host: run on the machine with the browser, before signing in:");
	mb_out_note("  ssh -L %d:127.0.0.1:%d %s", port, port, host);
}

static void say_paste(const struct mb_flow_code *f, const struct mb_paste *p)
{
	const char *hidden = p->terminal ? " (it is not shown)" : "";

	if (p->fd < 0)
		return;
	if (!f->listener) {
		mb_out_note("When you have signed in, copy the whole address of the page the browser ends on");
		mb_out_note("(the callback URL %s is not on this host, nothing can listen there),",
			    f->redirect_uri);
		mb_out_note("and paste it here%s, then press Enter.", hidden);
		return;
	}
	mb_out_note("If the browser runs on another machine, your browser will end on a page it cannot open:");
	mb_out_note("copy the whole address of that page and paste it here%s, then press Enter.",
		    hidden);
}

/* The URL alone on a line of stdout: scripts read it there. */
static void say_url(const struct mb_flow_code *f)
{
	const char *url = mb_secret_str(&f->url);

	if (f->want->tool->json) {
		mb_out_note("%s", url);
		return;
	}
	mb_out_line(f->want->tool, "%s", url);
	(void)fflush(stdout);
}

static void say(struct mb_flow_code *f, const struct mb_paste *p)
{
	bool opened = false;
	struct mb_err why = { 0 };
	char line[MB_ERR_LINE];

	if (f->want->browser && mb_browser_available()) {
		opened = mb_browser_start(&f->browser, &f->url, &why) == 0;
		if (!opened)
			mb_out_note("%s", mb_out_error_line(f->want->tool, &why, line));
	}
	if (opened)
		mb_out_note("Sign in as %s in the browser that opens now, or at this address:",
			    f->want->owner);
	else
		mb_out_note("Open this address in a browser and sign in as %s:",
			    f->want->owner);
	say_url(f);
	say_paste(f, p);
	if (!opened)
		say_ssh(f);
	mb_out_note("Waiting (at most %lld min; ^C gives up) ...",
		    (long long)(f->want->timeout_s + 59) / 60);
}

/* ---- the wait ---- */

static int no_way(const struct mb_flow_code *f, struct mb_err *e)
{
	mb_fail(e, MB_E_NO_TERMINAL, f->want->account,
		"no terminal, no browser: nobody could sign in");
	return mb_remedy(e, f->listener ?
		"run it at a terminal; or with --no-browser: the address to sign in at is on stdout; or pass a token: --import FILE" :
		"run it at a terminal, or pass a token: --import FILE");
}

/*
 * Can an answer ever come?  A pipe as stdin proves nothing: whatever starts
 * programs without a terminal may leave one open that nobody ever writes to.
 */
static bool has_way(const struct mb_flow_code *f, const struct mb_paste *p)
{
	bool meant = f->want->unattended || f->browser.dir[0] ||
		     (f->want->browser && mb_browser_available());

	if (p->fd >= 0 && (p->terminal || meant))
		return true;
	return f->listener && meant;
}

static int too_late(const struct wait *w, struct mb_err *e)
{
	const struct mb_flow_code_want *want = w->flow->want;

	mb_fail(e, MB_E_TIMEOUT, want->account,
		"nobody signed in within %lld s; nothing saved",
		(long long)want->timeout_s);
	return mb_remedy(e, "run again: mailbearer enroll %s (--timeout S waits longer)",
			 want->account);
}

static int pasted(struct wait *w, struct mb_err *e)
{
	struct mb_secret line = { 0 };
	bool open = mb_paste_read(&w->paste);

	while (!w->done && mb_paste_line(&w->paste, &line))
		w->done = mb_flow_code_pasted(w->flow, &line);
	mb_secret_clear(&line);
	if (!w->done && !open && !has_way(w->flow, &w->paste))
		return no_way(w->flow, e);
	return 0;
}

/* One turn: 0 go on (or w->done), -1 *e. */
static int turn(struct wait *w, struct mb_err *e)
{
	struct mb_loopback *l = w->flow->listener;
	int64_t left = mb_deadline_left(&w->deadline);
	struct pollfd fds[2 + MB_LOOPBACK_FDS] = {
		{ .fd = w->signals.fd, .events = POLLIN },
		{ .fd = w->paste.fd, .events = POLLIN },
	};
	int n = 2, own = -1;

	if (left == 0)
		return too_late(w, e);
	if (left > SLICE_MS)
		left = SLICE_MS;
	if (l) {
		n += mb_loopback_fds(l, fds + n);
		own = mb_loopback_timeout(l);
	}
	if (own >= 0 && own < left)
		left = own;
	if (poll(fds, (nfds_t)n, (int)left) < 0)
		return errno == EINTR ? 0 :
		       mb_fail_errno(e, errno, "the sign-in", "wait for");
	if (fds[0].revents)
		return mb_signals_interrupted(&w->signals,
					      w->flow->want->account, e);
	if (fds[1].revents && pasted(w, e) < 0)
		return -1;
	if (l && !w->done) {
		mb_loopback_run(l);
		w->done = w->flow->code.len > 0 || w->flow->refused;
	}
	return 0;
}

int mb_flow_code_wait(struct mb_flow_code *f, struct mb_err *e)
{
	struct wait w = {
		.flow = f,
		.deadline = mb_deadline_in(f->want->timeout_s * 1000),
	};
	int ret = -1;

	/* First, so that no signal can come between a change of the terminal
	 * and its undoing. */
	if (mb_signals_catch(&w.signals, e) < 0)
		return -1;
	mb_paste_open(&w.paste, STDIN_FILENO);
	if (!has_way(f, &w.paste)) {
		no_way(f, e);
		goto out;
	}
	say(f, &w.paste);
	while (!w.done)
		if (turn(&w, e) < 0)
			goto out;
	if (f->refused) {
		*e = f->said;
		goto out;
	}
	ret = 0;
out:
	mb_browser_clear(&f->browser);
	mb_paste_close(&w.paste);
	mb_signals_release(&w.signals);
	return ret;
}
