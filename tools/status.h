/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The status file (doc/FORMAT.md): the state of every account without any
 * secret, for monitoring, written by each `refresh --due`.
 */
#ifndef MB_TOOLS_STATUS_H
#define MB_TOOLS_STATUS_H

#include <stdio.h>

#include "lib/credfile.h"
#include "lib/fsio.h"
#include "tools/accounts.h"

/* As root, before it becomes the records' owner: make the directory below
 * /run, as the timer's unit would.  Best effort. */
void mb_status_prepare(const struct mb_tool *t);

/*
 * Where the file belongs: the first of these that this process can write to.
 * System store: /run/mailbearer; others: the directory that holds the records'
 * directory; all: the records' directory itself, where only its owner can
 * look.  dir is {.fd = -1}.  0, or -1.
 */
int mb_status_open(const struct mb_tool *t, struct mb_dir *dir,
		   struct mb_err *e);

/* Its text. */
void mb_status_put(FILE *f, const struct mb_tool *t,
		   const struct mb_accounts *a,
		   const struct mb_credfile *file);

/* Which accounts the file said need a person. */
struct mb_known {
	char **keys;
	size_t n, room;
};

/* From the file as it lies there; none, or one that is not ours, knows of
 * nobody.  0, or -1: out of memory. */
int mb_status_known(const struct mb_dir *dir, struct mb_known *k,
		    struct mb_err *e);
/* Was it said already, about this sign-in, or about its client credential? */
bool mb_status_is_known(const struct mb_known *k, const struct mb_account *a);
void mb_status_forget(struct mb_known *k);

/* Write it in one step, readable by all; where another process is at the same
 * just now, its file will do.  file: for the providers' names.  0, or -1. */
int mb_status_write(const struct mb_tool *t, const struct mb_dir *dir,
		    const struct mb_accounts *a,
		    const struct mb_credfile *file, struct mb_err *e);

#endif
