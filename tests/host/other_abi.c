/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the real libsasl2 and the real plugin: hands on what libsasl2 offers
 * in the layout that has mkchal in slot CYRUS_TAIL, so that any program meets
 * the plugin as if its libsasl2 were built that way.  The libsasl2 here has the
 * long layout.
 */
#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

enum { LONG_TAIL = 21, LEAST = 13,
       SLOTS = sizeof(sasl_utils_t) / sizeof(void (*)(void)), PLUGS = 4 };

__attribute__((visibility("default")))
int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount);

/* Of the one connection, or of the library, that is being served. */
struct shifted {
	void (*slots[SLOTS])(void);
};

static const sasl_client_plug_t *real;
static sasl_client_plug_t ours[PLUGS];

static const sasl_utils_t *shift(struct shifted *s, const sasl_utils_t *utils)
{
	void (*from[SLOTS])(void);

	memcpy(from, utils, sizeof(from));
	memset(s, 0, sizeof(*s));
	memcpy(s->slots, from, LEAST * sizeof(from[0]));
	memcpy(s->slots + CYRUS_TAIL, from + LONG_TAIL,
	       (SLOTS - LONG_TAIL) * sizeof(from[0]));
	return (const sasl_utils_t *)(const void *)s;
}

static int start(void *context, sasl_client_params_t *params, void **conn)
{
	sasl_client_params_t theirs = *params;
	struct shifted s;

	theirs.utils = shift(&s, params->utils);
	return real->mech_new(context, &theirs, conn);
}

static int step(void *conn, sasl_client_params_t *params, const char *in,
		unsigned inlen, sasl_interact_t **need, const char **out,
		unsigned *outlen, sasl_out_params_t *oparams)
{
	sasl_client_params_t theirs = *params;
	struct shifted s;

	theirs.utils = shift(&s, params->utils);
	return real->mech_step(conn, &theirs, in, inlen, need, out, outlen,
			       oparams);
}

static void end(void *conn, const sasl_utils_t *utils)
{
	struct shifted s;

	real->mech_dispose(conn, shift(&s, utils));
}

int sasl_client_plug_init(const sasl_utils_t *utils, int max_version,
			  int *out_version, sasl_client_plug_t **pluglist,
			  int *plugcount)
{
	static struct shifted s;
	sasl_client_plug_init_t *init;
	void *plugin = dlopen(MB_TEST_BUILDDIR
			      "/tests/stage/sasl2/libmailbearer.so",
			      RTLD_NOW | RTLD_LOCAL);
	void *p = plugin ? dlsym(plugin, "sasl_client_plug_init") : NULL;
	int i, r;

	if (!p)
		return SASL_FAIL;
	memcpy(&init, &p, sizeof(p));
	r = init(shift(&s, utils), max_version, out_version, pluglist,
		 plugcount);
	if (r != SASL_OK || *plugcount > PLUGS)
		return r == SASL_OK ? SASL_FAIL : r;
	/* The mechanisms share their functions. */
	real = *pluglist;
	for (i = 0; i < *plugcount; i++) {
		ours[i] = real[i];
		ours[i].mech_new = start;
		ours[i].mech_step = step;
		ours[i].mech_dispose = end;
	}
	*pluglist = ours;
	return r;
}
