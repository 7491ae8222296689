/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/fuzz/cred.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static bool no_files;

void fuzz_no_files(bool forbidden)
{
	no_files = forbidden;
}

/* Stands in front of libc's, for libconfig too. */
FILE *fopen(const char *path, const char *mode)
	__attribute__((visibility("default")));

FILE *fopen(const char *path, const char *mode)
{
	union {
		void *object;
		FILE *(*open)(const char *path, const char *mode);
	} next;

	/* libFuzzer writes what it found. */
	fuzz_check(!no_files || mode[0] != 'r');
	next.object = dlsym(RTLD_NEXT, "fopen");
	return next.open(path, mode);
}

bool fuzz_cred_same(const struct mb_credential *a,
		    const struct mb_credential *b)
{
	return mb_credential_diff(a, b, NULL, 0) == 0;
}

static bool same_rule(const struct mb_rule *a, const struct mb_rule *b)
{
	return strcmp(a->user, b->user) == 0 &&
	       strcmp(a->credential, b->credential) == 0 &&
	       strcmp(a->grant, b->grant) == 0;
}

bool fuzz_credfile_same(const struct mb_credfile *a,
			const struct mb_credfile *b)
{
	if (a->ncredentials != b->ncredentials || a->nrules != b->nrules ||
	    a->deadline != b->deadline ||
	    !mb_secret_equal(&a->recovery_pem, &b->recovery_pem))
		return false;
	for (size_t i = 0; i < a->ncredentials; i++)
		if (!fuzz_cred_same(&a->credentials[i], &b->credentials[i]))
			return false;
	for (size_t i = 0; i < a->nrules; i++)
		if (!same_rule(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}
