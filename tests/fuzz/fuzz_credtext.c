/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes spliced into a credentials file of any form.  Input: one byte (what
 * to do), six lines (name to look for, name, client id, client secret, scope,
 * host), then the text.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/cred.h"
#include "tests/fuzz/fuzz.h"

enum op { ADD, REPLACE, REMOVE, RULES, RECOVERY, OPS };

static const char pem[] = "-----BEGIN CERTIFICATE-----\nMIIB\n"
			  "-----END CERTIFICATE-----\n";

static void take_credential(struct mb_credential *c, struct fuzz_in *in)
{
	char *line[5];

	for (size_t i = 0; i < 5; i++)
		line[i] = fuzz_line(in);
	(void)snprintf(c->name, sizeof(c->name), "%s", line[0]);
	(void)snprintf(c->client_id, sizeof(c->client_id), "%s", line[1]);
	fuzz_check(mb_secret_append_str(&c->client_secret, line[2]) == 0);
	(void)snprintf(c->scope, sizeof(c->scope), "%s", line[3]);
	(void)snprintf(c->hosts, sizeof(c->hosts), "%s", line[4]);
	(void)snprintf(c->provider, sizeof(c->provider), "custom");
	(void)snprintf(c->token_endpoint, sizeof(c->token_endpoint),
		       "https://i.example/token");
	c->auth_method = c->client_secret.len ? MB_AUTH_BASIC : MB_AUTH_NONE;
	for (size_t i = 0; i < 5; i++)
		free(line[i]);
}

/* Are a's bytes all in b, in the same order? */
static bool is_within(const struct mb_secret *a, const struct mb_secret *b)
{
	size_t at = 0;

	for (size_t i = 0; i < b->len && at < a->len; i++)
		at += b->data[i] == a->data[at];
	return at == a->len;
}

static int change(enum op op, struct mb_secret *text, const char *name,
		  const struct mb_credential *c, struct mb_err *e)
{
	struct mb_rule rule = { .user = "*@x.org", .grant = "refresh_token" };
	struct mb_secret certificate = { 0 };
	int ret = -1;

	switch (op) {
	case ADD:
		return mb_credfile_add(text, c, e);
	case REPLACE:
		return mb_credfile_replace(text, name, c, e);
	case REMOVE:
		return mb_credfile_remove(text, name, e);
	case RULES:
		(void)snprintf(rule.credential, sizeof(rule.credential), "%s",
			       name);
		return mb_credfile_set_rules(text, &rule, *name != '\0', e);
	case RECOVERY:
		fuzz_check(mb_secret_append_str(&certificate,
						*name ? pem : "") == 0);
		ret = mb_credfile_set_recovery(text, &certificate, e);
		mb_secret_clear(&certificate);
		return ret;
	case OPS:
		break;
	}
	return ret;
}

/* What should have become of old; old is changed. */
static void expect(enum op op, struct mb_credfile *old, const char *name,
		   const struct mb_credential *c, const struct mb_credfile *now)
{
	size_t at = 0, skip = op == REMOVE ? 1 : 0;

	for (size_t i = 0; i < old->ncredentials; i++) {
		const struct mb_credential *was = &old->credentials[i];
		bool named = strcmp(was->name, name) == 0;

		if (op == REMOVE && named)
			continue;
		fuzz_check(at < now->ncredentials);
		fuzz_check(fuzz_cred_same(&now->credentials[at++],
					  op == REPLACE && named ? c : was));
	}
	fuzz_check(at + skip == old->ncredentials);
	if (op == ADD)
		fuzz_check(fuzz_cred_same(&now->credentials[at++], c));
	fuzz_check(at == now->ncredentials);
	fuzz_check(old->deadline == now->deadline);
	if (op == RULES)
		fuzz_check(now->nrules == (*name != '\0'));
	else
		fuzz_check(old->nrules == now->nrules);
	if (op != RECOVERY)
		fuzz_check(mb_secret_equal(&old->recovery_pem,
					   &now->recovery_pem));
}

static void try_it(enum op op, const char *name, const struct mb_credential *c,
		   struct mb_secret *text)
{
	struct mb_credfile old = { 0 }, now = { 0 };
	struct mb_secret before = { 0 };
	struct mb_err e = { 0 };
	bool known = mb_credfile_parse(&old, text, "f", NULL) == 0;

	fuzz_check(mb_secret_set(&before, text->data, text->len) == 0);
	if (change(op, text, name, c, &e) == 0) {
		fuzz_check(e.id == MB_E_NONE);
		fuzz_check(mb_credfile_parse(&now, text, "f", NULL) == 0);
		if (known)	/* what was broken may have been replaced */
			expect(op, &old, name, c, &now);
		if (op == ADD)
			fuzz_check(is_within(&before, text));
		if (op == REMOVE)
			fuzz_check(is_within(text, &before));
	} else {
		fuzz_check_err(&e);
		fuzz_check(mb_secret_equal(&before, text));
	}
	mb_credfile_clear(&old);
	mb_credfile_clear(&now);
	mb_secret_clear(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	enum op op = fuzz_byte(&in) % OPS;
	char *name = fuzz_line(&in);
	struct mb_credential *c = calloc(1, sizeof(*c));
	struct mb_secret text = { 0 };

	fuzz_check(c);
	take_credential(c, &in);
	fuzz_rest(&in, &text);
	fuzz_no_files(true);
	try_it(op, name, c, &text);
	fuzz_no_files(false);
	mb_credential_clear(c);
	free(c);
	free(name);
	mb_secret_clear(&text);
	return 0;
}
