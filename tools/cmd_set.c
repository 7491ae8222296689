/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/credfile.h"
#include "tools/presets.h"
#include "tools/change.h"
#include "tools/fields.h"
#include "tools/out.h"
#include "tools/prove.h"
#include "tools/store_pick.h"
#include "tools/tty.h"
#include "tools/verbs.h"

static const struct mb_opt options[] = {
	{ "for", "LIST", "the provider's scope for these of imap,smtp,pop3", 0 },
	{ "no-verify", NULL, "do not try a new secret with one refresh", 0 },
	{ "no-host", "HOST", "take a mail server off the list", MB_OPT_MANY },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, MB_OPT_FIELDS },
};

/* Files and answers come before the lock: nobody waits for a person.  Without
 * any option, on a terminal: a new secret, the usual errand. */
static int read_values(struct mb_tool *t, struct mb_credential *given,
		       struct mb_err *e)
{
	if (mb_fields_given(&t->opts) || mb_opts_has(&t->opts, "no-host") ||
	    mb_opts_has(&t->opts, "for"))
		return mb_fields_from_options(&t->opts, given, e);
	if (!mb_tty_present())
		return mb_opts_usage(&t->opts, e, "nothing to set is given");
	return mb_tty_ask_secret("New client secret (not shown)",
				 &given->client_secret, e);
}

/* Moving to another tenant moves the preset's endpoints along. */
static int follow_tenant(const struct mb_providers *p,
			 const struct mb_opts *o,
			 const struct mb_credential *old,
			 struct mb_credential *c, struct mb_err *e)
{
	const struct mb_provider *preset = mb_provider_find(p, c->provider);
	bool provider = strcmp(old->provider, c->provider) != 0;

	if (provider && !preset) {
		(void)mb_fail(e, MB_E_NO_PROVIDER, c->provider,
			      " is not a known provider");
		return mb_remedy(e, "run: mailbearer provider list");
	}
	if (!preset || (!provider && !strcmp(old->tenant, c->tenant)))
		return 0;
	if (!mb_opts_has(o, "authorization-endpoint"))
		c->authorization_endpoint[0] = 0;
	if (!mb_opts_has(o, "token-endpoint"))
		c->token_endpoint[0] = 0;
	if (!mb_opts_has(o, "device-endpoint"))
		c->device_endpoint[0] = 0;
	if (!mb_opts_has(o, "revocation-endpoint"))
		c->revocation_endpoint[0] = 0;
	if (!mb_opts_has(o, "issuer"))
		c->issuer[0] = 0;
	if (provider && !mb_opts_has(o, "scope"))
		c->scope[0] = 0;
	if (provider && !mb_opts_has(o, "host"))
		c->hosts[0] = 0;
	return mb_provider_fill(preset, NULL, c, e);
}

static bool has_word(const char *words, const char *word, size_t len)
{
	size_t n;

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == len && strncasecmp(words, word, n) == 0)
			return true;
	}
	return false;
}

/* Append those words of src that dst has not got, nor any --no-host. */
static int add_words(const struct mb_opts *o, char *dst, size_t size,
		     const char *src, struct mb_err *e)
{
	size_t n, used = strlen(dst), i;

	for (; *src; src += n + (src[n] == ' ')) {
		const char *no;
		bool skip;

		n = strcspn(src, " ");
		skip = has_word(dst, src, n);
		for (i = 0; (no = mb_opts_nth(o, "no-host", i)); i++)
			skip = skip || has_word(no, src, n);
		if (skip)
			continue;
		if (n + 2 > size - used)
			return mb_opts_usage(o, e, "--host: too many");
		used += (size_t)snprintf(dst + used, size - used, "%s%.*s",
					 used ? " " : "", (int)n, src);
	}
	return 0;
}

/* --host adds to the list: the remedy for host-not-listed must not take the
 * provider's own servers off it. */
static int merge_hosts(const struct mb_opts *o,
		       const struct mb_credential *old,
		       const struct mb_credential *given,
		       struct mb_credential *c, struct mb_err *e)
{
	char hosts[sizeof(c->hosts)] = "";

	if (!mb_opts_has(o, "host") && !mb_opts_has(o, "no-host"))
		return 0;
	if (add_words(o, hosts, sizeof(hosts), old->hosts, e) < 0 ||
	    add_words(o, hosts, sizeof(hosts), given->hosts, e) < 0)
		return -1;
	/* No host at all would mean any host. */
	if (!hosts[0] && old->hosts[0])
		return mb_opts_usage(o, e, "--no-host: the last mail server "
				     "stays, name another one first");
	memcpy(c->hosts, hosts, sizeof(hosts));
	return 0;
}

static int write_it(struct mb_tool *t, struct mb_change *change,
		    const struct mb_credential *old,
		    const struct mb_credential *c, struct mb_err *e)
{
	bool secret = c->client_secret.len &&
		      !mb_secret_equal(&old->client_secret, &c->client_secret);
	char names[300];

	if (!mb_fields_differ(old, c, names, sizeof(names)))
		return 0;
	if (mb_credfile_replace(&change->text, c->name, c, e) < 0 ||
	    mb_change_commit(t, change, e) < 0)
		return -1;
	if (secret && !mb_opts_has(&t->opts, "no-verify") &&
	    !mb_opts_has(&t->opts, "check"))
		return mb_prove_secret(t, change, c->name, e);
	return 0;
}

/* Everything that happens under the lock. */
static int change_it(struct mb_tool *t, const struct mb_providers *p,
		     const char *name, const struct mb_credential *given,
		     struct mb_err *e)
{
	struct mb_change change = { .lock = -1 };
	const struct mb_credential *old;
	struct mb_credential c = { 0 };
	int ret = -1;

	if (mb_change_begin(t, &change, false, e) < 0)
		goto out;
	old = mb_credfile_find(&change.file, name);
	if (!old) {
		(void)mb_change_unknown(t, name, e);
		goto out;
	}
	if (mb_credential_copy(&c, old, e) < 0 ||
	    mb_fields_apply(&t->opts, given, &c, e) < 0 ||
	    merge_hosts(&t->opts, old, given, &c, e) < 0 ||
	    follow_tenant(p, &t->opts, old, &c, e) < 0 ||
	    mb_presets_scope(t, mb_presets_named(p, c.provider), &c, e) < 0)
		goto out;
	mb_fields_settle_method(&c);
	if (mb_fields_check(p, &c, e) == 0)
		ret = write_it(t, &change, old, &c, e);
out:
	mb_change_end(t, &change);
	mb_credential_clear(&c);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct mb_credential given = { 0 };
	struct mb_providers p = { 0 };
	const char *name;
	int ret = -1;

	if (mb_opts_operands(&t->opts, 1, 1, "NAME", e) < 0 ||
	    mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	name = t->opts.operands[0];
	if (mb_presets_load(t, &p, e) < 0 ||
	    read_values(t, &given, e) < 0 ||
	    change_it(t, &p, name, &given, e) < 0)
		goto out;
	mb_out_set_str(t, "credential", name);
	mb_out_outcome(t, "%s %s", mb_opts_has(&t->opts, "check") ?
		       "would change" : "changed", name);
	ret = 0;
out:
	mb_credential_clear(&given);
	mb_providers_clear(&p);
	return ret;
}

const struct mb_verb mb_verb_set = {
	.name = "set",
	.operands = "NAME",
	.summary = "change fields of a client credential",
	.opts = options,
	.more = "--host adds to the list of mail servers, --no-host takes "
		"off it.\n"
		"A new secret is tried with one ordinary refresh of one of its "
		"accounts; if the\n"
		"provider refuses it, the old one comes back. Without options, "
		"on a terminal: asks\n"
		"for a new secret.\n",
	.run = run,
};
