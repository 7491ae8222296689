/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays a libsasl2 whose sasl_utils_t has the layout CYRUS_TAIL: the slot of
 * mkchal, 21 up to 2.1.28, 13 after it.  A slot that the plugin has no business
 * with ends the test. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/cyrus.h"

#define EXPORT __attribute__((visibility("default")))

enum { SLOTS = 48, GETOPT = 4, MALLOC = 5, FREE = 8 };
enum { ENCODE64 = CYRUS_TAIL + 6, ERASEBUFFER, GETPROP, SETPROP, GETCALLBACK,
       LOG, SETERROR };

static struct cyrus_seen seen;

static void trap(void)
{
	abort();
}

static int option(void *context, const char *plugin, const char *name,
		  const char **result, unsigned *len)
{
	(void)context;
	(void)plugin;
	(void)name;
	(void)result;
	(void)len;
	return -1;
}

EXPORT int sasl_encode64(const char *in, unsigned inlen, char *out,
			 unsigned outmax, unsigned *outlen);
EXPORT void sasl_erasebuffer(char *buf, unsigned len);

int sasl_encode64(const char *in, unsigned inlen, char *out, unsigned outmax,
		  unsigned *outlen)
{
	(void)in;
	(void)inlen;
	(void)out;
	(void)outmax;
	(void)outlen;
	abort();
}

void sasl_erasebuffer(char *buf, unsigned len)
{
	(void)buf;
	(void)len;
	abort();
}

static int name(void *context, int id, const char **result, unsigned *len)
{
	(void)id;
	*result = context;
	if (len)
		*len = (unsigned)strlen(*result);
	return SASL_OK;
}

static int getcallback(sasl_conn_t *conn, unsigned long id,
		       int (**proc)(void), void **context)
{
	if (id != SASL_CB_AUTHNAME)
		return SASL_FAIL;
	*proc = (int (*)(void))(void (*)(void))name;
	*context = conn;
	return SASL_OK;
}

static void note(sasl_conn_t *conn, int level, const char *fmt, ...)
{
	(void)conn;
	(void)level;
	(void)fmt;
	seen.logs++;
}

static void seterror(sasl_conn_t *conn, unsigned flags, const char *fmt, ...)
{
	(void)conn;
	if (flags == 0 && strcmp(fmt, "%s") == 0)
		seen.errors++;
}

static void put(void (**slots)(void), int at, void (*function)(void))
{
	slots[at] = function;
}

#define PUT(at, function) put(slots, (at), (void (*)(void))(function))

/* conn is the account's name, which the callback hands back. */
EXPORT const sasl_utils_t *cyrus_utils(const char *account)
{
	static void (*slots[SLOTS])(void);
	static char copy[128];
	char *conn = copy;

	for (int i = 0; i < SLOTS; i++)
		put(slots, i, trap);
	memset(slots, 0, sizeof(slots[0]));
	snprintf(copy, sizeof(copy), "%s", account);
	memcpy(&slots[1], &conn, sizeof(conn));
	PUT(GETOPT, option);
	PUT(MALLOC, malloc);
	PUT(FREE, free);
	PUT(ENCODE64, sasl_encode64);
	PUT(ERASEBUFFER, sasl_erasebuffer);
	PUT(GETCALLBACK, getcallback);
	PUT(LOG, note);
	PUT(SETERROR, seterror);
	return (const sasl_utils_t *)(const void *)slots;
}

EXPORT const struct cyrus_seen *cyrus_seen(void)
{
	return &seen;
}
