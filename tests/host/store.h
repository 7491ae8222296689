/* SPDX-License-Identifier: BSD-2-Clause */
/* A real store in a temporary directory, made through lib/. */
#ifndef MB_TESTS_HOST_STORE_H
#define MB_TESTS_HOST_STORE_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/record.h"

/* A new store; sets MAILBEARER_HOME.  0 or -1. */
int store_make(char *dir, size_t size);
void store_remove(const char *dir);

/* Enrol the account, or give it a newer token, good for lifetime seconds at
 * the hosts (blank-separated patterns).  0 or -1. */
int store_enrol(const char *dir, const char *account, const char *token,
		const char *hosts, int64_t lifetime);

/* Make it a service user's store: records are uid's, who may look in. */
int store_give(const char *dir, uid_t uid);

/* The account's record as it lies there. */
int store_read(const char *dir, const char *account, struct mb_record *r);

/* Overwrite FILE below dir (a record if file has an '@') with text. */
int store_spoil(const char *dir, const char *file, const char *text);

#endif
