/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/address.h"
#include "lib/clock.h"
#include "lib/secret.h"
#include "plugin/host.h"
#include "plugin/load.h"
#include "plugin/mech.h"
#include "plugin/names.h"
#include "plugin/prompt.h"

/* One SASL step; Postfix and others wait in it.  settings.deadline may say
 * otherwise, once the engine has read it. */
enum { STEP_MS = MB_WAIT_S * 1000 };

/* Steps after the response: a server that goes on and on is cut off. */
enum { LATER_MAX = 16 };

/* So much of the token in a server's text is not shown any more. */
enum { TELLTALE = 16 };

enum state { START, ASKED, ASKED_PASSWORD, SENT, REFUSED };

struct conn {
	const struct mb_mech *mech;
	const struct mb_engine *engine;
	enum state state;
	int later;
	bool by_password;		/* it is the token */
	int64_t generation;
	size_t token_at;		/* in the response */
	size_t token_len;
	size_t response_len;
	char account[MB_ADDRESS_MAX + 1];
	/* Built here and nowhere else: a login has one allocation and no copy
	 * of the token but this.  What is not used is never touched. */
	char response[MB_WIRE_MAX];
};

/* All but the response. */
enum { CONN_HEAD = offsetof(struct conn, account) };

/* What a step needs while the engine calls back with the token. */
struct job {
	struct conn *c;
	const sasl_client_params_t *params;
	const sasl_out_params_t *names;
};

static struct mb_host host_of(const struct mb_mech *mech,
			      const sasl_client_params_t *params)
{
	return (struct mb_host){.abi = mech->abi, .utils = params->utils};
}

/* false: the account is the program's own affair, with a password perhaps. */
static bool ours(const struct mb_engine *engine, const struct mb_host *h,
		 struct mb_err *e)
{
	const char *account = mb_prompt_authid(h);

	/* A broken store (-1) is reported by the step. */
	return !account || engine->knows(account, e) != 0;
}

/* There was a store at init, or libsasl2 would not know this mechanism. */
static void say_if_lost(struct mb_err *e)
{
	const char *program = program_invocation_short_name;

	if (e->id != MB_E_NO_STORE)
		return;
	mb_fail(e, MB_E_NO_STORE, program,
		"the store that was there when it started is out of reach");
	mb_remedy(e, "if it enters a jail, set MAILBEARER_PRELOAD=%s in its "
		  "environment and restart it", program);
}

static int not_ours(const struct mb_host *h, struct mb_err *e)
{
	say_if_lost(e);
	if (e->id != MB_E_NONE)
		mb_host_tell(h, e);
	return SASL_NOMECH;
}

int mb_mech_new(void *glob_context, sasl_client_params_t *params,
		void **conn_context)
{
	const struct mb_mech *mech = glob_context;
	struct mb_host h = host_of(mech, params);
	const struct mb_engine *engine;
	struct conn *c;
	struct mb_err e;

	/* Clearing all of it would cost each login. */
	e.id = MB_E_NONE;
	engine = mb_load_engine(&e);
	if (!engine)
		return mb_host_fail(&h, &e);
	if (!ours(engine, &h, &e))
		return not_ours(&h, &e);
	c = malloc(sizeof(*c));
	if (!c) {
		mb_fail(&e, MB_E_NOMEM, "mailbearer", "no memory to start");
		return mb_host_fail(&h, &e);
	}
	memset(c, 0, CONN_HEAD);
	c->mech = mech;
	c->engine = engine;
	c->account[0] = '\0';
	c->response[0] = '\0';
	*conn_context = c;
	return SASL_OK;
}

static void wipe_response(struct conn *c)
{
	mb_wipe(c->response, c->response_len);
	c->response_len = 0;
	c->token_len = 0;
}

void mb_mech_dispose(void *conn_context, const sasl_utils_t *utils)
{
	struct conn *c = conn_context;

	(void)utils;
	if (!c)
		return;
	wipe_response(c);
	free(c);
}

void mb_mech_free(void *glob_context, const sasl_utils_t *utils)
{
	(void)glob_context;
	(void)utils;
	mb_load_close();
}

static int emit(void *arg, const char *user, const char *token,
		size_t token_len, struct mb_err *e)
{
	const struct job *job = arg;
	const sasl_out_params_t *n = job->names;
	struct conn *c = job->c;
	struct mb_wire w = {
		.mech = c->mech->wire,
		.user = strcmp(n->user, n->authid) == 0 ? user : n->user,
		.host = job->params->serverFQDN,
		.port = mb_wire_port(job->params->ipremoteport),
		.token = token, .token_len = token_len,
	};

	c->by_password = !token;
	if (!token)
		return 0;
	if (mb_wire_response(&w, c->response, sizeof(c->response),
			     &c->response_len, e) < 0)
		return -1;
	c->token_len = token_len;
	c->token_at = c->response_len - token_len - 2;
	return 0;
}

/* The prompts are given back whatever came of them. */
static int names(struct conn *c, const struct mb_host *h,
		 const sasl_client_params_t *params,
		 sasl_interact_t **prompt_need, sasl_out_params_t *oparams,
		 struct mb_err *e)
{
	struct mb_names n = {0};
	bool asked = c->state == ASKED;
	int r = mb_prompt_names(h, prompt_need, asked, &n, e);

	if (r == SASL_INTERACT) {
		c->state = ASKED;
		return r;
	}
	if (r == SASL_OK)
		r = mb_names_take(h, params, &n, oparams, e);
	if (asked)
		mb_prompt_free(h, prompt_need);
	c->state = START;
	return r;
}

static int token(struct conn *c, const sasl_client_params_t *params,
		 const sasl_out_params_t *oparams, struct mb_err *e)
{
	struct mb_deadline deadline = mb_deadline_in(STEP_MS);
	struct job job = {.c = c, .params = params, .names = oparams};
	/* Without a name of the server no list of hosts can match. */
	struct mb_engine_want want = {
		.account = c->account,
		.host = params->serverFQDN ? params->serverFQDN : "",
		.deadline = &deadline,
	};

	memcpy(c->account, oparams->authid, oparams->alen);
	c->account[oparams->alen] = '\0';
	return c->engine->token(&want, emit, &job, &c->generation, e);
}

/* By a rule the program's password is the token: asked for only then. */
static int password(struct conn *c, const struct mb_host *h,
		    const sasl_client_params_t *params,
		    sasl_interact_t **prompt_need,
		    const sasl_out_params_t *oparams, struct mb_err *e)
{
	struct job job = {.c = c, .params = params, .names = oparams};
	bool asked = c->state == ASKED_PASSWORD;
	const char *text;
	size_t len;
	int r = mb_prompt_password(h, prompt_need, asked, &text, &len, e);

	if (r == SASL_INTERACT) {
		c->state = ASKED_PASSWORD;
		return r;
	}
	if (r == SASL_OK &&
	    emit(&job, oparams->authid, text, len, e) < 0)
		r = SASL_FAIL;
	if (asked)
		mb_prompt_free(h, prompt_need);
	return r;
}

/* Names, then the token.  SASL_OK, SASL_INTERACT, or what failed and *e. */
static int prepare(struct conn *c, const struct mb_host *h,
		   const sasl_client_params_t *params,
		   sasl_interact_t **prompt_need, sasl_out_params_t *oparams,
		   struct mb_err *e)
{
	int r = SASL_OK;

	if (c->state != ASKED_PASSWORD) {
		r = names(c, h, params, prompt_need, oparams, e);
		if (r == SASL_OK && token(c, params, oparams, e) < 0)
			r = SASL_FAIL;
	}
	if (r == SASL_OK && c->by_password)
		r = password(c, h, params, prompt_need, oparams, e);
	return r;
}

/*
 * OK where the program cannot prompt (nmh fails a login that the server
 * accepted otherwise), CONTINUE where it can (mbsync hangs on a refusal
 * otherwise); doneflag unset, so that the server's refusal can be seen.
 */
static int first_step(struct conn *c, const sasl_client_params_t *params,
		      sasl_interact_t **prompt_need, const char **clientout,
		      unsigned *clientoutlen, sasl_out_params_t *oparams)
{
	struct mb_host h = host_of(c->mech, params);
	struct mb_err e;
	int r;

	e.id = MB_E_NONE;
	r = prepare(c, &h, params, prompt_need, oparams, &e);
	if (r == SASL_INTERACT)
		return r;
	if (r != SASL_OK) {
		say_if_lost(&e);
		return mb_host_fail(&h, &e);
	}
	mb_host_log_trouble(&h, c->engine);
	c->state = SENT;
	*clientout = c->response;
	*clientoutlen = (unsigned)c->response_len;
	return prompt_need ? SASL_CONTINUE : SASL_OK;
}

/* A hostile server may try to have the token written to the log. */
static bool repeats_token(const struct conn *c, const char *text, size_t n)
{
	const char *token_text = c->response + c->token_at;
	size_t len = c->token_len < TELLTALE ? c->token_len : TELLTALE;

	return len > 0 && memmem(text, n, token_text, len);
}

static void refused(struct conn *c, const sasl_client_params_t *params,
		    const char *text, size_t n)
{
	struct mb_host h = host_of(c->mech, params);
	struct mb_err e = {0};
	char said[192];
	bool repeats = repeats_token(c, text, n);

	c->state = REFUSED;
	c->engine->refused(c->account, c->generation);
	if (repeats)
		snprintf(said, sizeof(said), "its text repeats the token");
	else
		mb_wire_describe(text, n, said, sizeof(said));
	mb_fail(&e, MB_E_TOKEN_REFUSED, c->account,
		"%s refused the access token (%s)",
		params->serverFQDN ? params->serverFQDN : "the server", said);
	mb_remedy(&e, "the next login uses a new one; if that is refused too: "
		  "mailbearer enroll %s", c->account);
	if (!repeats)
		c->engine->explain(&e, text, n, c->account, NULL);
	mb_host_tell(&h, &e);
}

/*
 * A refusal is answered with what the RFCs ask for, and OK: only then does the
 * server's own reason reach the program and its log.  Nothing, or the
 * program's own command, comes after a success: nothing to do.
 */
static int later_step(struct conn *c, const sasl_client_params_t *params,
		      const char *serverin, unsigned serverinlen,
		      const char **clientout, unsigned *clientoutlen)
{
	struct mb_host h = host_of(c->mech, params);
	struct mb_err e = {0};
	size_t len = 0;

	if (++c->later > LATER_MAX) {
		mb_fail(&e, MB_E_TOKEN_REFUSED, c->account,
			"the server does not end the exchange");
		mb_remedy(&e, "see the server's log");
		mb_host_tell(&h, &e);
		return SASL_BADPROT;
	}
	*clientout = "";
	if (serverin && serverinlen > 0 &&
	    !mb_wire_is_echo(serverin, serverinlen)) {
		if (c->state == SENT)
			refused(c, params, serverin, serverinlen);
		*clientout = mb_wire_refusal_reply(c->mech->wire, &len);
	}
	*clientoutlen = (unsigned)len;
	wipe_response(c);
	return SASL_OK;
}

int mb_mech_step(void *conn_context, sasl_client_params_t *params,
		 const char *serverin, unsigned serverinlen,
		 sasl_interact_t **prompt_need, const char **clientout,
		 unsigned *clientoutlen, sasl_out_params_t *oparams)
{
	struct conn *c = conn_context;

	if (!c)
		return SASL_BADPARAM;
	*clientout = NULL;
	*clientoutlen = 0;
	if (c->state == START || c->state == ASKED ||
	    c->state == ASKED_PASSWORD)
		return first_step(c, params, prompt_need, clientout,
				  clientoutlen, oparams);
	return later_step(c, params, serverin, serverinlen, clientout,
			  clientoutlen);
}
