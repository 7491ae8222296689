/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/host/client.h"

char client_log[16384];

static int on_log(void *context, int level, const char *message)
{
	size_t used = strlen(client_log), n = strlen(message);

	(void)context;
	(void)level;
	if (n + 2 <= sizeof(client_log) - used) {
		memcpy(client_log + used, message, n);
		memcpy(client_log + used + n, "\n", 2);
	}
	return SASL_OK;
}

/* Through the one type that every function may be cast to. */
#define PROC(function) ((int (*)(void))(void (*)(void))(function))

int client_init(const char *dir)
{
	static sasl_callback_t callbacks[2];

	callbacks[0] = (sasl_callback_t){SASL_CB_LOG, PROC(on_log), NULL};
	callbacks[1] = (sasl_callback_t){SASL_CB_LIST_END, NULL, NULL};
	client_log[0] = '\0';
	if (setenv("SASL_PATH", dir, 1) < 0)
		return SASL_FAIL;
	return sasl_client_init(callbacks);
}

void client_done(void)
{
	sasl_done();
}

static int on_name(void *context, int id, const char **result, unsigned *len)
{
	const struct client *c = context;

	*result = id == SASL_CB_USER ? c->user : c->authname;
	if (len)
		*len = *result ? (unsigned)strlen(*result) : 0;
	return *result ? SASL_OK : SASL_FAIL;
}

struct client client_with(const char *authname)
{
	return (struct client){.mech = "XOAUTH2", .authname = authname,
			       .server = "imap.example.test"};
}

static void set_callbacks(struct client *c)
{
	sasl_callback_t *cb = c->callbacks;
	int (*proc)(void) = c->prompts ? NULL : PROC(on_name);

	*cb++ = (sasl_callback_t){SASL_CB_AUTHNAME, proc, c};
	if (c->user)
		*cb++ = (sasl_callback_t){SASL_CB_USER, proc, c};
	*cb = (sasl_callback_t){SASL_CB_LIST_END, NULL, NULL};
}

/* As mutt does: the length counts the NUL. */
static void answer(struct client *c, sasl_interact_t *p)
{
	for (; p->id != SASL_CB_LIST_END; p++) {
		c->asked++;
		c->asked_password |= p->id == SASL_CB_PASS;
		p->result = p->id == SASL_CB_USER ? c->user : c->authname;
		p->len = p->result ? (unsigned)strlen(p->result) + 1 : 0;
	}
}

int client_step(struct client *c, const char *serverin, unsigned len)
{
	sasl_interact_t *prompts = NULL;
	int r;

	do {
		c->out = NULL;
		c->outlen = 0;
		r = sasl_client_step(c->conn, serverin, len,
				     c->no_place ? NULL : &prompts, &c->out,
				     &c->outlen);
		if (r == SASL_INTERACT)
			answer(c, prompts);
	} while (r == SASL_INTERACT && c->asked < 20);
	return r;
}

int client_hear(struct client *c, const char *text)
{
	return client_step(c, text, (unsigned)strlen(text));
}

int client_start(struct client *c)
{
	sasl_security_properties_t secure = {
		.security_flags = SASL_SEC_NOPLAINTEXT | SASL_SEC_NOANONYMOUS,
	};
	sasl_interact_t *prompts = NULL;
	int r;

	set_callbacks(c);
	r = sasl_client_new("imap", c->server, NULL, c->remote, c->callbacks,
			    0, &c->conn);
	if (r != SASL_OK)
		return r;
	(void)sasl_setprop(c->conn, SASL_SEC_PROPS, &secure);
	do {
		c->out = NULL;
		c->outlen = 0;
		r = sasl_client_start(c->conn, c->mech,
				      c->no_place ? NULL : &prompts,
				      c->no_initial ? NULL : &c->out,
				      c->no_initial ? NULL : &c->outlen,
				      &c->chosen);
		if (r == SASL_INTERACT)
			answer(c, prompts);
	} while (r == SASL_INTERACT && c->asked < 20);
	return r;
}

void client_end(struct client *c)
{
	if (c->conn)
		sasl_dispose(&c->conn);
}

const char *client_detail(const struct client *c)
{
	return c->conn ? sasl_errdetail(c->conn) : "";
}
