/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between token policy (engine, libcrypto only) and everything that
 * needs libcurl, jansson and libconfig (http module).  The engine loads the
 * module from its fixed path; tool and helper link it and hand it in.
 */
#ifndef MB_LIB_REDEEM_H
#define MB_LIB_REDEEM_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/grant.h"
#include "lib/rules_make.h"
#include "lib/secret.h"

enum { MB_REDEEM_ABI = 2 };

/* Grant "command" (lib/command.h): a program of ours runs another one. */
typedef enum mb_outcome mb_redeem_command(const struct mb_credential *c,
					  const char *account,
					  int64_t timeout_ms,
					  struct mb_grant *out,
					  struct mb_err *e);

struct mb_redeem {
	uint32_t abi;		/* MB_REDEEM_ABI */
	const char *build_id;	/* must equal the caller's mb_build_id */

	/* Once, before the process jails itself, or not at all: sets up
	 * libcurl and parses the system's CA certificates. */
	int (*prepare)(struct mb_err *e);

	/* Find a credential by name in the decrypted credentials text and
	 * compute its digest (hex SHA-256 of every field that matters at the
	 * token endpoint; hosts are not part of it).  out is cleared first.
	 * 0, or -1: MB_E_NO_CREDENTIAL, MB_E_CONFIG_*. */
	int (*find)(const struct mb_secret *text, const char *name,
		    struct mb_credential *out, char digest[65],
		    struct mb_err *e);

	/* Refresh token grant (RFC 6749 section 6).  One POST, no retry.
	 * On GRANTED *out is filled; else *e says what happened, ready for the
	 * account's owner: object `account` (or the client credential, where
	 * that is what has to change), cause, remedy; out->retry_after may be
	 * set.
	 *
	 * Whatever the outcome: a non-empty out->refresh_token is the server's
	 * new one and has to be committed, even if nothing else of the reply
	 * was usable (TRANSIENT, MB_E_REPLY_BAD), because the server will
	 * refuse the old one from now on.
	 * age_s: seconds since the owner signed in (for the message); below 0:
	 * not known. */
	enum mb_outcome (*refresh)(const struct mb_credential *c,
				   const char *account, int64_t age_s,
				   const struct mb_secret *refresh_token,
				   const struct mb_patience *p,
				   struct mb_grant *out, struct mb_err *e);

	/* A token where nobody signs in (c->grant; not "command"): one POST,
	 * no retry.  No refresh token comes.  Outcomes GRANTED,
	 * TRANSIENT, NOT_SENT, CONFIG; the rest as refresh(). */
	enum mb_outcome (*obtain)(const struct mb_credential *c,
				  const char *account,
				  const struct mb_patience *p,
				  struct mb_grant *out, struct mb_err *e);

	/* mb_rules_make() with the credentials file's usual name. */
	int (*rules)(const struct mb_secret *text, const char *seen,
		     mb_rules_canon_fn *canon, struct mb_secret *out,
		     struct mb_err *e);
};

/*
 * Authorization code grant (RFC 6749 section 4.1.3, RFC 7636 section 4.5): the
 * second half of a sign-in, for the tool, which links the module statically.
 * redirect_uri: exactly as in the authorization request.  Results as refresh();
 * a reply without a refresh token is GRANTED (the caller decides).
 */
enum mb_outcome mb_redeem_code(const struct mb_credential *c,
			       const char *account,
			       const struct mb_secret *code,
			       const struct mb_secret *verifier,
			       const char *redirect_uri,
			       const struct mb_patience *p,
			       struct mb_grant *out, struct mb_err *e);

/* The http module's one exported symbol is a `const struct mb_redeem
 * mailbearer_http`; statically linked programs use it by name. */
extern const struct mb_redeem mailbearer_http;

#endif
