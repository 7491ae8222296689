/* SPDX-License-Identifier: BSD-2-Clause */
/* From the credentials file to the table of lib/rules.h. */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/credfile.h"
#include "lib/rules_make.h"

struct row {
	char user[MB_ADDRESS_MAX + 1];
	const char *credential;
};

static int by_user(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->user, y->user);
}

static int by_name(const void *a, const void *b)
{
	const struct mb_credential *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* What a shared token rests on: another scope, and it is another token. */
int mb_rules_origin(const struct mb_credential *c, char *hex)
{
	unsigned char md[32];
	char text[MB_NAME_MAX + sizeof(c->scope) + 64];
	int n = snprintf(text, sizeof(text), "%s\n%s\n%s\n", c->name,
			 mb_grant_kind(c->grant)->name, c->scope);

	if (n < 0 || (size_t)n >= sizeof(text) ||
	    EVP_Digest(text, (size_t)n, md, NULL, EVP_sha256(), NULL) != 1)
		return -1;
	for (size_t i = 0; i < sizeof(md); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", md[i]);
	return 0;
}

static int put_credential(const struct mb_credential *c, struct mb_secret *out,
			  struct mb_err *e)
{
	const struct mb_grant_kind *kind = mb_grant_kind(c->grant);
	char origin[65], digest[65];

	if (mb_credential_digest(c, digest, e) < 0)
		return -1;
	if (mb_rules_origin(c, origin) < 0)
		return mb_fail(e, MB_E_CRYPTO, c->name,
			       "SHA-256 is not available");
	if (mb_secret_append_str(out, c->name) < 0 ||
	    mb_secret_append_str(out, " ") < 0 ||
	    mb_secret_append_str(out, kind->name) < 0 ||
	    mb_secret_append_str(out, " ") < 0 ||
	    mb_secret_append_str(out, origin) < 0 ||
	    mb_secret_append_str(out, kind->per_address ? " 1 " : " 0 ") < 0 ||
	    mb_secret_append_str(out, digest) < 0 ||
	    mb_secret_append_str(out, " ") < 0 ||
	    mb_secret_append_str(out, c->hosts[0] ? c->hosts : "*") < 0 ||
	    mb_secret_append_str(out, "\n") < 0)
		return mb_fail(e, MB_E_NOMEM, c->name, "out of memory");
	return 0;
}

static int put_credentials(const struct mb_credfile *cf,
			   struct mb_secret *out, struct mb_err *e)
{
	const struct mb_credential **list;
	int ret = 0;
	size_t i;

	if (cf->nrules == 0)
		return 0;
	list = calloc(cf->ncredentials, sizeof(*list));
	if (!list)
		return mb_fail(e, MB_E_NOMEM, "account rules",
			       "out of memory");
	for (i = 0; i < cf->ncredentials; i++)
		list[i] = &cf->credentials[i];
	qsort(list, cf->ncredentials, sizeof(*list), by_name);
	for (i = 0; ret == 0 && i < cf->ncredentials; i++)
		ret = put_credential(list[i], out, e);
	free(list);
	return ret;
}

static int put_rules(const struct mb_credfile *cf, mb_rules_canon_fn *canon,
		     struct mb_secret *out, struct mb_err *e)
{
	struct row *rows = calloc(cf->nrules + 1, sizeof(*rows));
	int ret = -1;
	size_t i;

	if (!rows)
		return mb_fail(e, MB_E_NOMEM, "account rules",
			       "out of memory");
	for (i = 0; i < cf->nrules; i++) {
		if (canon(cf->rules[i].user, rows[i].user, e) < 0)
			goto out;
		rows[i].credential = cf->rules[i].credential;
	}
	qsort(rows, cf->nrules, sizeof(*rows), by_user);
	for (i = 0; i < cf->nrules; i++) {
		if (mb_secret_append_str(out, rows[i].user) < 0 ||
		    mb_secret_append_str(out, " ") < 0 ||
		    mb_secret_append_str(out, rows[i].credential) < 0 ||
		    mb_secret_append_str(out, "\n") < 0) {
			mb_fail(e, MB_E_NOMEM, "account rules",
				"out of memory");
			goto out;
		}
	}
	ret = 0;
out:
	free(rows);
	return ret;
}

int mb_rules_make(const struct mb_secret *text, const char *object,
		  const char *seen, mb_rules_canon_fn *canon,
		  struct mb_secret *out, struct mb_err *e)
{
	struct mb_credfile cf = {0};
	struct mb_secret table = {0};
	int ret = -1;

	if (text->len && mb_credfile_parse(&cf, text, object, e) < 0)
		goto out;
	if (mb_secret_append_str(&table, MB_RULES_HEADER "seen ") < 0 ||
	    mb_secret_append_str(&table, seen) < 0 ||
	    mb_secret_append_str(&table, "\n") < 0) {
		mb_fail(e, MB_E_NOMEM, object, "out of memory");
		goto out;
	}
	if (put_credentials(&cf, &table, e) < 0)
		goto out;
	if (mb_secret_append_str(&table, "rules\n") < 0) {
		mb_fail(e, MB_E_NOMEM, object, "out of memory");
		goto out;
	}
	if (put_rules(&cf, canon, &table, e) < 0)
		goto out;
	mb_secret_move(out, &table);
	ret = 0;
out:
	mb_credfile_clear(&cf);
	mb_secret_clear(&table);
	return ret;
}
