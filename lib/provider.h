/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Providers as data: conf/providers.conf and what overrides it, read by the
 * tool alone.  What a credential needs of it is copied in when the credential
 * is made, so the plugin never reads those files.  Uses libconfig.
 */
#ifndef MB_LIB_PROVIDER_H
#define MB_LIB_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"

enum { MB_PROVIDER_SERVERS = 6, MB_PROVIDER_STEPS = 24,
       MB_PROVIDER_SCOPE = 2049 };

enum mb_need { MB_NEED_NO, MB_NEED_OPTIONAL, MB_NEED_YES };

/* What the provider takes as redirect URI of somebody's own computer. */
enum mb_redirect_style {
	MB_STYLE_LOOPBACK,	/* http://127.0.0.1, any port (RFC 8252) */
	MB_STYLE_LOCALHOST,	/* http://localhost, any port; no [::1] */
	MB_STYLE_EXACT,		/* as registered, with its port */
	MB_STYLE_PASTE,		/* https alone: nothing can listen there */
};

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
	char device_endpoint[MB_URL_MAX + 1];	/* RFC 8628; "": there is none */
	char device_scopes[1025];	/* it gives no others; "": any */
	bool device_public;		/* it wants a client without a secret */
	char scope[MB_PROVIDER_SCOPE];	/* whatever the protocol */
	char scope_imap[MB_PROVIDER_SCOPE];
	char scope_pop[MB_PROVIDER_SCOPE];
	char scope_smtp[MB_PROVIDER_SCOPE];
	char app_scope[513];		/* where nobody signs in; "": scope */
	char app_no_tenant[257];	/* tenants that then have no tokens */
	char hosts[2049];		/* blank-separated patterns */
	char callback_url[MB_URL_MAX + 1];	/* default; "" ask */
	int redirect;			/* enum mb_redirect_style */
	bool redirect_no_ipv6;		/* it takes no [::1] */
	char redirect_no_query[257];	/* tenants whose apps may have no query
					 * in a redirect URI */
	char authorization_extra[513];
	char domains[1025];		/* blank-separated mail domains */
	char mx[513];			/* MX hosts of other domains: patterns */
	int tenant;			/* enum mb_need */
	int secret;			/* enum mb_need */
	bool pkce;
	bool iss;			/* names its issuer (RFC 9207) */
	bool rotates;
	int64_t token_lifetime;
	bool client_id_guid;		/* it is a GUID, and so no secret is one */
	char client_id_suffix[128];	/* what it ends in, or "" */
	struct mb_server servers[MB_PROVIDER_SERVERS];
	size_t nservers;
	int64_t idle_days;		/* a sign-in not used so long ends; 0: ? */
	int64_t testing_days;		/* while the app is not published; 0: - */
	char *steps[MB_PROVIDER_STEPS];	/* console steps; see mb_provider_step() */
	size_t nsteps;
	char *app_steps[MB_PROVIDER_STEPS];	/* where nobody signs in */
	size_t napp_steps;
	char *lasts[MB_PROVIDER_STEPS];	/* how long a sign-in lasts, in words */
	size_t nlasts;
};

struct mb_providers {
	struct mb_provider *list;
	size_t n;
};

/* Read the file.  p is replaced on success only; errors name file and line. */
int mb_providers_load(struct mb_providers *p, const char *path,
		      struct mb_err *e);
void mb_providers_clear(struct mb_providers *p);

/*
 * Put another file of the same grammar over p: a provider that p has gets the
 * members that are named there and keeps the rest, others are new.  0, or -1:
 * p is cleared then.
 */
int mb_providers_override(struct mb_providers *p, const char *path,
			  struct mb_err *e);

/* The same for each *.conf in a directory, by name.  A directory that is not
 * there, or that this user may not read, has none.  A file that others than
 * root and this user may write to is refused (MB_E_UNSAFE_FILE). */
int mb_providers_override_dir(struct mb_providers *p, const char *dir,
			      struct mb_err *e);

/* By name ("google") or by an address's or bare mail domain ("a@gmail.com",
 * "gmail.com"); NULL if there is none. */
const struct mb_provider *mb_provider_find(const struct mb_providers *p,
					   const char *word);

/* By the host name of an address's mail exchanger; NULL if there is none. */
const struct mb_provider *mb_provider_find_mx(const struct mb_providers *p,
					      const char *host);

/*
 * The scope for protocols, "imap,smtp,pop3" (NULL: imap and smtp).  out:
 * MB_PROVIDER_SCOPE bytes.  0, or -1 with MB_E_USAGE: an unknown protocol, or
 * one that this provider has no scope for.
 */
int mb_provider_scope(const struct mb_provider *p, const char *protocols,
		      char *out, struct mb_err *e);

/* May the device flow ask for this scope?  If not, *word (256 bytes) is the one
 * it will not give. */
bool mb_provider_device_gives(const struct mb_provider *p, const char *scope,
			      char *word);

/*
 * Fill what is empty in c from the preset: provider, endpoints (with tenant put
 * in), issuer, scope (for imap and smtp), hosts, callback_url, authorization_extra, rotation and
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

/* Will it take the callback URL?  Asked when the credential is made, and again
 * before a browser opens.  0, or -1 with MB_E_BAD_ENDPOINT. */
int mb_provider_check_callback(const struct mb_provider *p,
			       const struct mb_credential *c,
			       struct mb_err *e);

/* One console step with {redirect_uri} put in; buf is cut to size. */
void mb_provider_step(const char *step, const char *redirect_uri, char *buf,
		      size_t size);

#endif
