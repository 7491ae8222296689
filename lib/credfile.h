/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials file, decrypted: libconfig text <-> client credentials,
 * account rules and settings, and changes that keep the administrator's text
 * and comments.  Pure (text in, text out); uses libconfig, so it is part of
 * the http module, tool and helper, never of the engine.
 */
#ifndef MB_LIB_CREDFILE_H
#define MB_LIB_CREDFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/secret.h"

enum { MB_CREDFILE_MAX = 4 * 1024 * 1024 };
#define MB_CREDFILE_HEADER "# mailbearer-credentials 1\n"
#define MB_CREDFILE_OBJECT "credentials.conf"

struct mb_rule {
	char user[MB_ADDRESS_MAX + 1];	/* "a@x.org", "*@x.org", "*" */
	char credential[MB_NAME_MAX + 1];
	char grant[33];
};

struct mb_credfile {
	struct mb_credential *credentials;
	size_t ncredentials;
	struct mb_rule *rules;
	size_t nrules;
	int64_t deadline;		/* settings.deadline, seconds, default 30 */
	struct mb_secret recovery_pem;	/* recovery certificates, PEM, one after the other */
	char **secret_files;		/* mb_credfile_parse_apply() only: one per
					 * credential, NULL if it names none */
};

/* Parse and check.  Refused with the line named: a wrong first line, @include
 * (found by a scan before libconfig sees the text), more than
 * MB_CREDFILE_MAX bytes, NUL bytes, unknown members, duplicate names, wrong
 * types, endpoints that are not https (http for loopback alone), bad names.
 * `object` names the file in errors.  cf is replaced on success only. */
int mb_credfile_parse(struct mb_credfile *cf, const struct mb_secret *text,
		      const char *object, struct mb_err *e);

/*
 * The same for what `apply` reads: the first line may be missing, and a
 * credential may have client_secret_file = "PATH" instead of client_secret.
 * Such a credential is not checked yet: read the file, set auth_method unless
 * it was given, then mb_credential_check().
 */
int mb_credfile_parse_apply(struct mb_credfile *cf,
			    const struct mb_secret *text, const char *object,
			    struct mb_err *e);

void mb_credfile_clear(struct mb_credfile *cf);
struct mb_credential *mb_credfile_find(const struct mb_credfile *cf,
				       const char *name);

/* Read only the credential of that name; the others are parsed, not checked.
 * out (cleared first) is filled on success.  0, or -1: MB_E_NO_CREDENTIAL,
 * MB_E_CONFIG_*. */
int mb_credfile_lookup(const struct mb_secret *text, const char *object,
		       const char *name, struct mb_credential *out,
		       struct mb_err *e);

/* Check one credential's values (used by parse, add and set). */
int mb_credential_check(const struct mb_credential *c, struct mb_err *e);

/* The method that goes with what it has (secret, key), unless one is named. */
enum mb_auth_method mb_credential_auth(const struct mb_credential *c);

/* Digest of every field that matters at the token endpoint, hex. */
int mb_credential_digest(const struct mb_credential *c, char digest[65],
			 struct mb_err *e);

/* Names (static) of the members in which a and b differ, as the file spells
 * them, at most max of them; returns how many there are. */
enum { MB_CREDENTIAL_MEMBERS = 32 };
size_t mb_credential_diff(const struct mb_credential *a,
			  const struct mb_credential *b, const char **names,
			  size_t max);

/*
 * Changes by splicing: what is not touched stays verbatim, comments included.
 * The result is parsed again and compared with what it should be; if it
 * differs: MB_E_USE_EDIT and text is unchanged.
 */
int mb_credfile_new_text(struct mb_secret *text, struct mb_err *e);
int mb_credfile_add(struct mb_secret *text, const struct mb_credential *c,
		    struct mb_err *e);
/* Several in one go: the text is parsed once, not n times. */
int mb_credfile_add_all(struct mb_secret *text,
			const struct mb_credential *const *list, size_t n,
			struct mb_err *e);
int mb_credfile_replace(struct mb_secret *text, const char *name,
			const struct mb_credential *c, struct mb_err *e);
int mb_credfile_remove(struct mb_secret *text, const char *name,
		       struct mb_err *e);
/* The whole list of account rules anew (apply). */
int mb_credfile_set_rules(struct mb_secret *text, const struct mb_rule *rules,
			  size_t n, struct mb_err *e);
/* pem: certificates one after the other; empty: none. */
int mb_credfile_set_recovery(struct mb_secret *text,
			     const struct mb_secret *pem, struct mb_err *e);

#endif
