/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant "command": an external program prints the token.  For processes of our
 * own alone (tool, timer, refresh helper), after they became the records'
 * owner; a mail program never runs anything.
 */
#ifndef MB_LIB_COMMAND_H
#define MB_LIB_COMMAND_H

#include <stdint.h>

#include "lib/credential.h"
#include "lib/err.h"
#include "lib/grant.h"

enum { MB_COMMAND_OUTPUT_MAX = 64 * 1024,
       MB_COMMAND_LIFETIME = 300,	/* seconds, when it names no expiry */
       MB_COMMAND_ARGS_MAX = 64 };

/*
 * Run the credential's command for an account: no shell, standard input and
 * error from and to nowhere, other descriptors closed, directory "/", an
 * environment of PATH, HOME, USER, LANG and MAILBEARER_ACCOUNT alone;
 * "{account}" in an argument stands for the address; one that begins with "-"
 * is refused where an argument would begin with it.  Killed with what it
 * started after timeout_ms.  Always MB_OUT_GRANTED, MB_OUT_TRANSIENT or
 * MB_OUT_CONFIG.
 */
enum mb_outcome mb_command_grant(const struct mb_credential *c,
				 const char *account, int64_t timeout_ms,
				 struct mb_grant *out, struct mb_err *e);

/* What it printed: one line with the token, or a JSON object with access_token
 * and perhaps expires_in.  out is filled on success.  Pure.  0 or -1. */
int mb_command_parse(const struct mb_secret *output,
		     const struct mb_credential *c, int64_t now,
		     struct mb_grant *out, struct mb_err *e);

/* The same program as a process.  *status is waitpid()'s; 0, or -1 and what
 * happened in *e (object: the program). */
int mb_command_run(char *const argv[], char *const envp[], int64_t timeout_ms,
		   struct mb_secret *output, int *status, struct mb_err *e);

#endif
