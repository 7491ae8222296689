/* SPDX-License-Identifier: BSD-2-Clause */
/* A client credential as others write it down: Google's client_secret.json,
 * sasl-xoauth2's configuration, email-oauth2-proxy's, pizauth's. */
#ifndef MB_TOOLS_CLIENTFILE_H
#define MB_TOOLS_CLIENTFILE_H

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/provider.h"
#include "lib/secret.h"

enum { MB_CLIENTFILE_MAX = 256 * 1024, MB_CLIENTFILE_ACCOUNTS = 1024 };

struct mb_clientfile {
	struct mb_credential c;		/* what the file says, name empty */
	char accounts[MB_CLIENTFILE_ACCOUNTS];	/* ", "-separated, or "" */
	bool secret_sealed;		/* there is one, but not to be read */
};

/*
 * Read text.  section: of a file with several clients the account whose client
 * is meant; NULL: there must be one alone.  name: the file's, for errors; other
 * kinds of files are refused with what they are.  f is replaced on success
 * only.  0, or -1.
 */
int mb_clientfile_parse(struct mb_clientfile *f, const struct mb_secret *text,
			const char *name, const char *section,
			struct mb_err *e);

/* The same from FILE, or stdin for "-". */
int mb_clientfile_read(struct mb_clientfile *f, const char *file,
		       const char *section, struct mb_err *e);

/* Name the provider whose endpoints those are, unless `provider` says it
 * (NULL: not); what a known one has itself is taken from there. */
void mb_clientfile_settle(struct mb_clientfile *f, const struct mb_providers *p,
			  const char *provider);

void mb_clientfile_clear(struct mb_clientfile *f);

/* For files with a client for each account: the first one is moved to f, of
 * the others *clients counts those that differ.  In the end there must be one
 * alone: 0, or -1. */
void mb_clientfile_add(struct mb_clientfile *f, struct mb_clientfile *one,
		       const char *account, unsigned int *clients);
int mb_clientfile_alone(const struct mb_clientfile *f, unsigned int clients,
			const char *name, const char *section,
			struct mb_err *e);

/* pizauth's blocks; used by mb_clientfile_parse(). */
int mb_clientfile_pizauth(struct mb_clientfile *f,
			  const struct mb_secret *text, const char *name,
			  const char *section, struct mb_err *e);

/* email-oauth2-proxy's sections; used by mb_clientfile_parse(). */
int mb_clientfile_ini(struct mb_clientfile *f, const struct mb_secret *text,
		      const char *name, const char *section, struct mb_err *e);

#endif
