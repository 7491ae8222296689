/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/refresh.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct signals {
	sigset_t old;
	bool pipe_pending;	/* before us: not ours to swallow */
};

/* From the request to the rename no signal may end the process or run a
 * handler that leaves by longjmp: the old refresh token may be dead already.
 * Faults still strike. */
static void block_signals(struct signals *s)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				      SIGABRT, SIGTRAP, SIGSYS };
	sigset_t all, pending;
	size_t i;

	(void)sigfillset(&all);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)sigdelset(&all, faults[i]);
	(void)pthread_sigmask(SIG_BLOCK, &all, &s->old);
	s->pipe_pending = sigpending(&pending) == 0 &&
			  sigismember(&pending, SIGPIPE) == 1;
}

static void restore_signals(const struct signals *s)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t pipe_only, pending;
	int saved = errno;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	if (!s->pipe_pending && sigpending(&pending) == 0 &&
	    sigismember(&pending, SIGPIPE) == 1)
		while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 &&
		       errno == EINTR)
			;
	(void)pthread_sigmask(SIG_SETMASK, &s->old, NULL);
	errno = saved;
}

static void take_text(char *dst, size_t size, const char *src)
{
	if (src[0])
		(void)snprintf(dst, size, "%s", src);
}

/* Whatever is wrong with the rest of a reply, granted or not: if a refresh
 * token came, the old one may be dead. */
static void keep_refresh_token(struct mb_record *r, struct mb_grant *g,
			       int64_t now)
{
	if (!mb_token_valid(g->refresh_token.data, g->refresh_token.len))
		return;
	mb_secret_move(&r->refresh_token, &g->refresh_token);
	r->refreshed_at = now;
}

/* A granted reply into the record. */
static int merge(const struct mb_refresh *x, struct mb_record *r,
		 struct mb_grant *g, int64_t now, struct mb_err *e)
{
	r->refreshed_at = now;
	mb_token_clear_error(r);
	if (!mb_token_valid(g->access_token.data, g->access_token.len)) {
		mb_fail(e, MB_E_BAD_TOKEN, r->account, "the provider's access "
			"token has characters or a length that no mail "
			"protocol can carry");
		return mb_remedy(e, "look at the app registration's token "
				 "format");
	}
	mb_secret_move(&r->access_token, &g->access_token);
	r->obtained_at = now;
	r->expires_at = g->expires_at;
	r->refused_generation = 0;
	take_text(r->scope, sizeof(r->scope), g->scope);
	take_text(r->token_type, sizeof(r->token_type), g->token_type);
	if (x->refusal)
		r->next_attempt = now + TOKEN_REFUSAL_PAUSE;
	return 0;
}

static const char *class_of(enum mb_outcome o)
{
	switch (o) {
	case MB_OUT_TOKEN_DEAD:
		return "token";
	case MB_OUT_CONFIG:
		return "config";
	case MB_OUT_PERSON:
		return "person";
	default:
		return "transient";
	}
}

/* Twice: a failed write may have been a passing one, and the reserved file is
 * still ours.  What is whole in it is adopted by the next process. */
static int commit(const struct mb_refresh *x, const struct mb_record *r,
		  struct mb_err *e)
{
	if (x->records->commit(x->records_ctx, x->lock, r, e) == 0 ||
	    x->records->commit(x->records_ctx, x->lock, r, e) == 0)
		return 0;
	x->records->keep(x->records_ctx, x->lock);
	return -1;
}

/* A new token: with the refresh token, or where nobody signs in, without. */
static enum mb_outcome ask(const struct mb_refresh *x, struct mb_record *r,
			   int64_t now, struct mb_grant *g, struct mb_err *e)
{
	const struct mb_redeem *redeem = x->found->redeem;
	const struct mb_credential *c = &x->found->c;
	int64_t age = -1;	/* not known: not said */

	if (c->grant == MB_GRANT_COMMAND)
		return x->command(c, r->account, x->patience.reply_ms, g, e);
	if (!mb_grant_kind(c->grant)->needs_person)
		return redeem->obtain(c, r->account, &x->patience, g, e);
	if (r->enrolled_at > 0 && now >= r->enrolled_at)
		age = now - r->enrolled_at;
	return redeem->refresh(c, r->account, age, &r->refresh_token,
			       &x->patience, g, e);
}

static enum mb_refreshed request(const struct mb_refresh *x, bool saving,
				 struct mb_record *r, struct mb_err *e)
{
	int64_t (*clock)(void) = x->now ? x->now : mb_now;
	enum mb_refreshed ret = MB_REFRESH_FAILED;
	struct mb_err why = {0};
	struct mb_grant g = {0};
	int64_t now = clock();
	enum mb_outcome o;

	o = ask(x, r, now, &g, &why);
	now = clock();
	mb_token_apply(r, x->found);
	keep_refresh_token(r, &g, now);
	if (o == MB_OUT_GRANTED && merge(x, r, &g, now, &why) == 0)
		ret = MB_REFRESH_DONE;
	else
		mb_token_put_error(r, class_of(o), &why, now, g.retry_after);
	mb_grant_clear(&g);
	mb_token_next_generation(r);
	if (ret == MB_REFRESH_FAILED && e)
		*e = why;
	if (!saving)
		return ret == MB_REFRESH_DONE ? MB_REFRESH_UNSAVED : ret;
	if (commit(x, r, &why) < 0 && ret == MB_REFRESH_DONE) {
		if (e)
			*e = why;
		return MB_REFRESH_UNSAVED;
	}
	return ret;
}

static bool can_ask(const struct mb_refresh *x, const struct mb_record *r,
		    struct mb_err *e)
{
	const struct mb_credential *c = &x->found->c;
	const struct mb_grant_kind *kind = mb_grant_kind(c->grant);

	if (!kind->keeps_token) {
		mb_fail(e, MB_E_NO_REFRESH_TOKEN, r->account, "client "
			"credential %s takes the token from the mail program's "
			"password", c->name);
		mb_remedy(e, "run: mailbearer remove %s", r->account);
		return false;
	}
	if (kind->needs_person && !r->refresh_token.len) {
		mb_fail(e, MB_E_NO_REFRESH_TOKEN, r->account,
			"no refresh token is stored");
		mb_remedy(e, "run: mailbearer enroll %s", r->account);
		return false;
	}
	if (c->grant == MB_GRANT_COMMAND && !x->command) {
		mb_fail(e, MB_E_UNSUPPORTED, r->account, "a mail program in a "
			"jail cannot run the command of client credential %s",
			c->name);
		mb_remedy(e, "let the timer do it: systemctl enable --now "
			  "mailbearer-refresh.timer");
		return false;
	}
	return true;
}

enum mb_refreshed mb_refresh_run(const struct mb_refresh *x,
				 struct mb_record *r, struct mb_err *e)
{
	bool adopted = false, saving = x->lock != NULL;
	enum mb_refreshed ret;
	struct signals s;

	if (!can_ask(x, r, e))
		return MB_REFRESH_FAILED;
	if (saving && x->records->reserve(x->records_ctx, x->lock, &adopted,
					  e) < 0) {
		if (!x->unsaved_ok)
			return MB_REFRESH_NO_ROOM;
		saving = false;
	}
	if (adopted)
		return MB_REFRESH_ADOPTED;
	block_signals(&s);
	ret = request(x, saving, r, e);
	restore_signals(&s);
	return ret;
}
