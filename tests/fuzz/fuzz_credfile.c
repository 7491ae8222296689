/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials file, decrypted, and what apply reads.  Input: the text.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/cred.h"
#include "tests/fuzz/fuzz.h"

static void check_credential(const struct mb_credfile *cf, size_t i,
			     const struct mb_secret *text)
{
	const struct mb_credential *c = &cf->credentials[i];
	struct mb_credential *found = calloc(1, sizeof(*found));
	char digest[65] = "";

	fuzz_check(found && mb_credential_check(c, NULL) == 0);
	fuzz_check(mb_credfile_find(cf, c->name) == c);
	fuzz_check(mb_credfile_lookup(text, "f", c->name, found, NULL) == 0);
	fuzz_check(fuzz_cred_same(c, found));
	fuzz_check(mb_credential_digest(c, digest, NULL) == 0);
	fuzz_check(strlen(digest) == 64);
	mb_credential_clear(found);
	free(found);
}

static void check_rules(const struct mb_credfile *cf)
{
	for (size_t i = 0; i < cf->nrules; i++) {
		fuzz_check(mb_credfile_find(cf, cf->rules[i].credential));
		fuzz_check(cf->rules[i].user[0] && cf->rules[i].grant[0]);
	}
	fuzz_check(cf->deadline >= 1 && cf->deadline <= 600);
}

/* A text of our own with the same in it says the same. */
static void check_rewritten(const struct mb_credfile *cf)
{
	struct mb_secret text = { 0 };
	struct mb_credfile again = { 0 };
	struct mb_err e = { 0 };

	fuzz_check(mb_credfile_new_text(&text, &e) == 0);
	for (size_t i = 0; i < cf->ncredentials; i++)
		fuzz_check(mb_credfile_add(&text, &cf->credentials[i],
					   &e) == 0);
	fuzz_check(mb_credfile_set_rules(&text, cf->rules, cf->nrules,
					 &e) == 0);
	fuzz_check(mb_credfile_parse(&again, &text, "f", &e) == 0);
	fuzz_check(again.ncredentials == cf->ncredentials);
	for (size_t i = 0; i < cf->ncredentials; i++)
		fuzz_check(fuzz_cred_same(&cf->credentials[i],
					  &again.credentials[i]));
	fuzz_check(again.nrules == cf->nrules);
	mb_credfile_clear(&again);
	mb_secret_clear(&text);
}

static void read_apply(const struct mb_secret *text,
		       const struct mb_credfile *strict)
{
	struct mb_credfile cf = { 0 };
	struct mb_err e = { 0 };

	if (mb_credfile_parse_apply(&cf, text, "f", &e) == 0) {
		fuzz_check(!strict || fuzz_credfile_same(strict, &cf));
		for (size_t i = 0; i < cf.ncredentials; i++)
			fuzz_check(!cf.secret_files[i] ||
				   cf.credentials[i].client_secret.len == 0);
		check_rules(&cf);
	} else {
		fuzz_check(!strict);
		fuzz_check_err(&e);
	}
	mb_credfile_clear(&cf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	struct mb_credfile cf = { .deadline = 77 };
	struct mb_secret text = { 0 };
	struct mb_err e = { 0 };
	bool good;

	fuzz_rest(&in, &text);
	fuzz_no_files(true);
	good = mb_credfile_parse(&cf, &text, "credentials.conf", &e) == 0;
	if (good) {
		fuzz_check(e.id == MB_E_NONE);
		for (size_t i = 0; i < cf.ncredentials; i++)
			check_credential(&cf, i, &text);
		check_rules(&cf);
		check_rewritten(&cf);
	} else {
		fuzz_check_err(&e);
		fuzz_check(cf.deadline == 77 && !cf.credentials);
	}
	read_apply(&text, good ? &cf : NULL);
	fuzz_no_files(false);
	mb_credfile_clear(&cf);
	mb_secret_clear(&text);
	return 0;
}
