/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and stdin as input: secrets, certificates, configuration. */
#ifndef MB_TOOLS_INPUT_H
#define MB_TOOLS_INPUT_H

#include "lib/err.h"
#include "lib/secret.h"

enum { MB_INPUT_PEM_MAX = 512 * 1024 };

/* The whole of FILE, or of stdin if it is "-", at most max bytes; out is
 * replaced.  0 or -1. */
int mb_input_file(const char *file, size_t max, struct mb_secret *out,
		  struct mb_err *e);

/* The same for a secret: one trailing newline (or CR LF) is dropped; empty,
 * or with further control bytes: refused. */
int mb_input_secret(const char *file, size_t max, struct mb_secret *out,
		    struct mb_err *e);

/* "first 4 characters… (N characters, sha256 8 hex digits)": tells secrets
 * apart without giving them away.  buf: 80 bytes. */
const char *mb_input_redact(const struct mb_secret *s, char buf[80]);

#endif
