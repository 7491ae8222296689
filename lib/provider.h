/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Providers as data: conf/providers.conf, read by the tool alone.  What a
 * credential needs of it is copied in when the credential is made, so the
 * plugin never reads that file.  Uses libconfig.
 */
#ifndef MB_LIB_PROVIDER_H
#define MB_LIB_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"

enum { MB_PROVIDER_SERVERS = 6, MB_PROVIDER_STEPS = 24 };

enum mb_need { MB_NEED_NO, MB_NEED_OPTIONAL, MB_NEED_YES };

struct mb_server {
	char protocol[8];	/* "imap", "pop", "smtp" */
	char host[256];
	int port;
	char security[12];	/* "tls" or "starttls" */
};

struct mb_provider {
	char name[MB_PROVIDER_MAX + 1];
	char title[128];
	char authorization_endpoint[MB_URL_MAX + 1];	/* may have {tenant} */
	char token_endpoint[MB_URL_MAX + 1];
	char revocation_endpoint[MB_URL_MAX + 1];
	char issuer[MB_URL_MAX + 1];
	char scope[2049];
	char app_scope[513];		/* where nobody signs in; "": scope */
	char hosts[2049];		/* blank-separated patterns */
	char callback_url[MB_URL_MAX + 1];	/* default; "" ask */
	char authorization_extra[513];
	char domains[1025];		/* blank-separated mail domains */
	int tenant;			/* enum mb_need */
	int secret;			/* enum mb_need */
	bool pkce;
	bool rotates;
	int64_t token_lifetime;
	bool client_id_guid;		/* it is a GUID, and so no secret is one */
	char client_id_suffix[128];	/* what it ends in, or "" */
	struct mb_server servers[MB_PROVIDER_SERVERS];
	size_t nservers;
	char *steps[MB_PROVIDER_STEPS];	/* console steps; see mb_provider_step() */
	size_t nsteps;
};

struct mb_providers {
	struct mb_provider *list;
	size_t n;
};

/* Read the file.  p is replaced on success only; errors name file and line. */
int mb_providers_load(struct mb_providers *p, const char *path,
		      struct mb_err *e);
void mb_providers_clear(struct mb_providers *p);

/* By name ("google") or by an address's or bare mail domain ("a@gmail.com",
 * "gmail.com"); NULL if there is none. */
const struct mb_provider *mb_provider_find(const struct mb_providers *p,
					   const char *word);

/*
 * Fill what is empty in c from the preset: provider, endpoints (with tenant put
 * in), issuer, scope, hosts, callback_url, authorization_extra, rotation and
 * token lifetime, tenant.  tenant NULL or "": c->tenant.
 * 0, or -1 with MB_E_CONFIG_VALUE (a tenant is needed and was not given).
 */
int mb_provider_fill(const struct mb_provider *p, const char *tenant,
		     struct mb_credential *c, struct mb_err *e);

/* Does what was given look like what this provider hands out?  Catches the
 * usual mix-ups before the first request.  0, or -1 with MB_E_CONFIG_VALUE or
 * MB_E_SECRET_WRONG. */
int mb_provider_check(const struct mb_provider *p,
		      const struct mb_credential *c, struct mb_err *e);

/* One console step with {redirect_uri} put in; buf is cut to size. */
void mb_provider_step(const char *step, const char *redirect_uri, char *buf,
		      size_t size);

#endif
