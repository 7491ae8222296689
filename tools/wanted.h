/* SPDX-License-Identifier: BSD-2-Clause */
/* The file given to apply: the grammar of the decrypted credentials file, plus
 * client_secret_file = "..." in place of client_secret. */
#ifndef MB_TOOLS_WANTED_H
#define MB_TOOLS_WANTED_H

#include "lib/credfile.h"
#include "tools/tool.h"

/* Read FILE ("-": stdin), put the secrets in, parse.  name: for messages.
 * text and file are replaced on success only. */
int mb_wanted_read(const struct mb_tool *t, const char *path, struct mb_secret *text,
		   struct mb_credfile *file, struct mb_err *e);

/* Let `text` have the top-level member `name` exactly as `from` has it; a
 * member that from does not have stays as it is. */
int mb_wanted_graft(struct mb_secret *text, const struct mb_secret *from,
		    const char *name, struct mb_err *e);

#endif
