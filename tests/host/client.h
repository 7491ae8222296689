/* SPDX-License-Identifier: BSD-2-Clause */
/* A small mail program around the real libsasl2: names by callback functions
 * or by prompts, with or without a place for prompts, everything logged. */
#ifndef MB_TESTS_HOST_CLIENT_H
#define MB_TESTS_HOST_CLIENT_H

#include <stdbool.h>

#include <sasl/sasl.h>

struct client {
	/* what the program is like; set before client_start */
	const char *mech;	/* what its server offers */
	const char *server;	/* serverFQDN */
	const char *remote;	/* "address;port", or NULL */
	const char *authname;
	const char *user;	/* NULL: no such callback */
	bool prompts;		/* no functions: the library has to ask */
	bool no_place;		/* prompt_need is NULL */
	bool no_initial;	/* the first step comes with the challenge */
	/* what came of it */
	sasl_conn_t *conn;
	sasl_callback_t callbacks[4];
	const char *out;
	unsigned outlen;
	const char *chosen;
	int asked;		/* prompts answered */
	bool asked_password;
};

/* Log lines of libsasl2 since client_init, one after the other. */
extern char client_log[16384];

/* sasl_client_init with a log callback, plugins from dir; and sasl_done. */
int client_init(const char *dir);
void client_done(void);

/* The defaults: XOAUTH2 at imap.example.test as functions. */
struct client client_with(const char *authname);

/* New connection and first step; the code of the last call. */
int client_start(struct client *c);
/* One more step, with what the server said (NULL allowed). */
int client_step(struct client *c, const char *serverin, unsigned len);
int client_hear(struct client *c, const char *text);
void client_end(struct client *c);

/* sasl_errdetail. */
const char *client_detail(const struct client *c);

#endif
