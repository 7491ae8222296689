/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/keypair.h"
#include "tools/input.h"
#include "tools/keyfile.h"

static int wrong(struct mb_err *e, const char *name, const char *cause)
{
	mb_fail(e, MB_E_CONFIG_VALUE, name, "%s; nothing changed", cause);
	return mb_remedy(e, "give a private key in PEM form, or the JSON file "
			 "of a Google service account");
}

/* ---- PEM ---- */

/* The block from -----BEGIN ...LABEL----- to its end; NULL: there is none. */
static const char *block(const char *text, const char *label, size_t *n)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	const char *p = text, *last, *eol;

	while ((p = strstr(p, begin)) != NULL) {
		eol = p + strcspn(p, "\n");
		last = strstr(p, label);
		if (last && last < eol)
			break;
		p = eol;
	}
	if (!p)
		return NULL;
	last = strstr(p, end);
	if (!last)
		return NULL;
	*n = (size_t)(last - p) + strcspn(last, "\r\n");
	return p;
}

static int set_block(struct mb_secret *out, const char *text, size_t n)
{
	struct mb_secret new = {0};

	if (mb_secret_append(&new, text, n) < 0 ||
	    mb_secret_append_str(&new, "\n") < 0) {
		mb_secret_clear(&new);
		return -1;
	}
	mb_secret_move(out, &new);
	return 0;
}

static int parse_pem(const struct mb_secret *text, const char *name,
		     struct mb_credential *c, struct mb_err *e)
{
	const char *key, *certificate, *s = mb_secret_str(text);
	struct mb_credential probe = {0};
	const char *member, *what;
	size_t n = 0, m = 0;
	int ret = -1;

	key = block(s, "PRIVATE KEY-----", &n);
	certificate = block(s, "BEGIN CERTIFICATE-----", &m);
	if (!key)
		return wrong(e, name, certificate ? "has a certificate, but "
			     "no private key" : "has no private key");
	if (n >= MB_KEY_PEM_MAX || m >= MB_KEY_PEM_MAX)
		return wrong(e, name, "is too long for a key");
	if (set_block(&probe.private_key, key, n) < 0 ||
	    (certificate && !c->certificate.len &&
	     set_block(&probe.certificate, certificate, m) < 0)) {
		mb_fail(e, MB_E_NOMEM, name, "out of memory");
		goto out;
	}
	what = mb_keypair_trouble(&probe, &member);
	if (what) {
		mb_fail(e, MB_E_CONFIG_VALUE, name, "its %s %s; nothing "
			"changed", member, what);
		mb_remedy(e, "give another file");
		goto out;
	}
	mb_secret_move(&c->private_key, &probe.private_key);
	if (probe.certificate.len)
		mb_secret_move(&c->certificate, &probe.certificate);
	ret = 0;
out:
	mb_credential_clear(&probe);
	return ret;
}

/* ---- Google's JSON ---- */

static const char *member(const json_t *root, const char *name)
{
	const char *s = json_string_value(json_object_get(root, name));

	return s && *s ? s : NULL;
}

static int take(char *dst, size_t size, const char *value)
{
	if (dst[0] || !value)
		return 0;
	return (size_t)snprintf(dst, size, "%s", value) < size ? 0 : -1;
}

static int other_type(const json_t *root, const char *name, struct mb_err *e)
{
	const char *type = member(root, "type");

	if (json_object_get(root, "installed") || json_object_get(root, "web"))
		return wrong(e, name, "is the client_secret.json of an OAuth "
			     "client, not the key of a service account");
	if (!type)
		return wrong(e, name, "has no \"type\": it is not the key "
			     "file of a service account");
	mb_fail(e, MB_E_CONFIG_VALUE, name, "is of type \"%.40s\", not "
		"\"service_account\"; nothing changed", type);
	return mb_remedy(e, "make a key (JSON) for the service account in the "
			 "Google console");
}

static int take_json(const json_t *root, const char *name,
		     struct mb_credential *c, struct mb_err *e)
{
	const char *pem = member(root, "private_key");
	struct mb_credential new = {0};
	struct mb_secret text = {0};
	int ret = -1;

	if (!member(root, "type") ||
	    strcmp(member(root, "type"), "service_account") != 0)
		return other_type(root, name, e);
	if (!pem || !member(root, "client_email"))
		return wrong(e, name, !pem ? "has no \"private_key\"" :
			     "has no \"client_email\"");
	if (mb_secret_set(&text, pem, strlen(pem)) < 0 ||
	    mb_credential_copy(&new, c, e) < 0) {
		mb_fail(e, MB_E_NOMEM, name, "out of memory");
		goto out;
	}
	if (take(new.client_id, sizeof(new.client_id),
		 member(root, "client_email")) < 0 ||
	    take(new.key_id, sizeof(new.key_id),
		 member(root, "private_key_id")) < 0 ||
	    take(new.token_endpoint, sizeof(new.token_endpoint),
		 member(root, "token_uri")) < 0) {
		wrong(e, name, "has a member that is too long");
		goto out;
	}
	if (new.grant == MB_GRANT_CODE)
		new.grant = MB_GRANT_JWT_BEARER;
	if (parse_pem(&text, name, &new, e) < 0)
		goto out;
	mb_credential_clear(c);
	*c = new;
	new = (struct mb_credential){0};
	ret = 0;
out:
	mb_secret_clear(&text);
	mb_credential_clear(&new);
	return ret;
}

static int parse_json(const struct mb_secret *text, const char *name,
		      struct mb_credential *c, struct mb_err *e)
{
	json_error_t where;
	json_t *root = mb_json_read(text, JSON_REJECT_DUPLICATES, &where);
	char line[80];
	int ret;

	if (!root) {
		(void)snprintf(line, sizeof(line), " line %d: not valid JSON",
			       where.line);
		return wrong(e, name, line);
	}
	ret = take_json(root, name, c, e);
	json_decref(root);
	return ret;
}

int mb_keyfile_parse(const struct mb_secret *text, const char *name,
		     struct mb_credential *c, struct mb_err *e)
{
	const char *s = mb_secret_str(text);

	if (memchr(s, '\0', text->len))
		return wrong(e, name, "is no text (DER?)");
	s += strspn(s, " \t\r\n");
	return *s == '{' ? parse_json(text, name, c, e) :
			   parse_pem(text, name, c, e);
}

int mb_keyfile_read(const char *file, struct mb_credential *c,
		    struct mb_err *e)
{
	struct mb_secret text = {0};
	int ret = mb_input_file(file, MB_KEYFILE_MAX, &text, e);

	if (ret == 0)
		ret = mb_keyfile_parse(&text, strcmp(file, "-") ? file :
				       "stdin", c, e);
	mb_secret_clear(&text);
	return ret;
}
