/* SPDX-License-Identifier: BSD-2-Clause */
/* A libsasl2 that a program loads itself, with its symbols kept to itself, as
 * scripting languages do. */
#include "config.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <sasl/sasl.h>

/* client.c meets these in place of libsasl2's own. */
static void *library;

static void (*find(const char *name))(void)
{
	void (*f)(void);
	void *p;

	if (!library)
		library = dlopen("libsasl2.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		library = dlopen("libsasl2.so.3", RTLD_NOW | RTLD_LOCAL);
	p = library ? dlsym(library, name) : NULL;
	if (!p)
		abort();
	memcpy(&f, &p, sizeof(p));
	return f;
}

#define FIND(name) ((__typeof__(&name))find(#name))

int sasl_client_init(const sasl_callback_t *cb)
{
	return FIND(sasl_client_init)(cb);
}

int sasl_client_new(const char *service, const char *server, const char *local,
		    const char *remote, const sasl_callback_t *cb,
		    unsigned flags, sasl_conn_t **conn)
{
	return FIND(sasl_client_new)(service, server, local, remote, cb, flags,
				     conn);
}

int sasl_client_start(sasl_conn_t *conn, const char *list,
		      sasl_interact_t **need, const char **out, unsigned *len,
		      const char **mech)
{
	return FIND(sasl_client_start)(conn, list, need, out, len, mech);
}

int sasl_client_step(sasl_conn_t *conn, const char *in, unsigned inlen,
		     sasl_interact_t **need, const char **out, unsigned *len)
{
	return FIND(sasl_client_step)(conn, in, inlen, need, out, len);
}

int sasl_setprop(sasl_conn_t *conn, int what, const void *value)
{
	return FIND(sasl_setprop)(conn, what, value);
}

const char *sasl_errdetail(sasl_conn_t *conn)
{
	return FIND(sasl_errdetail)(conn);
}

void sasl_dispose(sasl_conn_t **conn)
{
	FIND(sasl_dispose)(conn);
}

void sasl_done(void)
{
	FIND(sasl_done)();
}
