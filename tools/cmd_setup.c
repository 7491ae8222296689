/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/paths.h"
#include "tools/migrate.h"
#include "tools/out.h"
#include "tools/setup.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

/* The names, for the error: "aerc, alpine, ... and postfix". */
static int unknown(struct mb_tool *t, const char *name, struct mb_err *e)
{
	const struct mb_setup_client *c;
	char names[400] = "";
	size_t n = 0;

	for (c = mb_setup_clients; c->name; c++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s, ",
				      c->name);
	(void)mb_opts_usage(&t->opts, e, "%s is not a mail program known here",
			    name);
	return mb_remedy(e, "one of: %spostfix", names);
}

/* As a mail program of this user's has to call it: with the whole path where it
 * is not in a usual place. */
static const char *command(struct mb_tool *t, char *buf, size_t size)
{
	const char *name = mb_path_tool;

	if (!strcmp(name, "/usr/bin/mailbearer") ||
	    !strcmp(name, "/usr/local/bin/mailbearer"))
		name = "mailbearer";
	if (t->home_kind == MB_HOME_DIR)
		(void)snprintf(buf, size, "%s --store %s", name, t->home_dir);
	else
		(void)snprintf(buf, size, "%s", name);
	return buf;
}

/* In an address these need quotes nowhere. */
#define PLAIN "abcdefghijklmnopqrstuvwxyz" "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789" "@.-_+="

/* What the lines alone do not do. */
static void remarks(const struct mb_setup *s, const struct mb_setup_client *c)
{
	const char *library = c->program ?
			      mb_setup_sasl_library(c->program) : NULL;
	const struct mb_setup_account *a = s->accounts;
	size_t i;

	if (!strcmp(c->name, "mbsync") && library &&
	    strcmp(library, "libsasl2") != 0)
		mb_out_note("note: the %s here is linked to %s: it cannot load "
			    "the plugin", c->program, library);
	else if (library && strcmp(c->name, "mbsync") != 0)
		mb_out_note("note: the %s here is linked to %s; these lines "
			    "work with either library", c->program, library);
	for (i = 0; i < s->n; i++) {
		mb_setup_hint(s, &a[i]);
		if (a[i].address[strspn(a[i].address, PLAIN)])
			mb_out_note("note: %s has characters that %s's file, or "
				    "a shell, takes for its own: quote them",
				    a[i].address, c->name);
		if (a[i].own_authority)
			mb_out_note("note: its provider has an authority of "
				    "its own: %s must be told to trust it, "
				    "too", c->name);
	}
}

static int postfix_run(struct mb_setup *s, struct mb_err *e)
{
	struct mb_migrate *m = NULL;
	int ret = 0;

	if (mb_opts_has(&s->tool->opts, "migrate") &&
	    !mb_opts_has(&s->tool->opts, "undo")) {
		m = calloc(1, sizeof(*m));
		ret = m ? mb_migrate(s, m, e) :
		      mb_fail(e, MB_E_NOMEM, "setup", "out of memory");
	}
	if (ret == 0)
		ret = mb_setup_find(s, e);
	else if (ret > 0)
		goto out;
	if (ret == 0)
		ret = mb_setup_postfix(s, e);
out:
	if (m)
		mb_migrate_clear(m);
	free(m);
	return ret > 0 ? 0 : ret;
}

/* Options that only Postfix has, and those that belong together. */
static int check_options(struct mb_opts *o, const char *client,
			 struct mb_err *e)
{
	static const char *const names[] = {
		"apply", "undo", "config-dir", "migrate", "trial", "from",
	};
	bool postfix = !strcmp(client, "postfix");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!postfix && mb_opts_has(o, names[i]))
			return mb_opts_usage(o, e, "--%s is for postfix; the "
				"lines of %s are printed, to be put into its "
				"file by hand", names[i], client);
	if (!mb_opts_has(o, "migrate") &&
	    (mb_opts_has(o, "trial") || mb_opts_has(o, "from")))
		return mb_opts_usage(o, e, "--trial and --from belong to "
				     "--migrate");
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	char words[2 * PATH_MAX];
	struct mb_setup s = { .tool = t };
	const struct mb_setup_client *c = NULL;
	bool migrate = mb_opts_has(&t->opts, "migrate") ||
		       mb_opts_has(&t->opts, "undo");
	bool postfix;
	int ret = -1;
	size_t i;

	if (mb_opts_operands(&t->opts, migrate ? 1 : 2, MB_SETUP_ACCOUNTS,
			     "CLIENT and ADDRESS", e) < 0)
		return -1;
	postfix = !strcmp(t->opts.operands[0], "postfix");
	if (!postfix)
		c = mb_setup_client(t->opts.operands[0]);
	if (!postfix && !c)
		return unknown(t, t->opts.operands[0], e);
	if (check_options(&t->opts, t->opts.operands[0], e) < 0)
		return -1;
	for (s.n = 0; s.n + 1 < t->opts.noperands; s.n++)
		s.addresses[s.n] = t->opts.operands[s.n + 1];
	if (s.n && mb_opts_has(&t->opts, "migrate"))
		return mb_opts_usage(&t->opts, e, "--migrate finds the "
				     "addresses itself");
	s.command = command(t, words, sizeof(words));
	if (postfix) {
		ret = postfix_run(&s, e);
		goto out;
	}
	if (c->one && s.n > 1) {
		(void)mb_opts_usage(&t->opts, e, "%s logs in to a server with "
				    "one account: name one address", c->name);
		goto out;
	}
	if (mb_setup_find(&s, e) < 0)
		goto out;
	for (i = 0; i < s.n; i++)
		if (mb_setup_print(&s, c, &s.accounts[i], e) < 0)
			goto out;
	remarks(&s, c);
	ret = 0;
out:
	mb_setup_clear(&s);
	return ret;
}

static const struct mb_opt options[] = {
	{ "imap", "URL", "where its IMAP server is, if the provider does not "
	  "say: imaps://HOST", 0 },
	{ "smtp", "URL", "where it submits mail: smtp://HOST:587, "
	  "smtps://HOST", 0 },
	{ "pop", "URL", "where its POP3 server is: pop3s://HOST", 0 },
	{ "by-sender", NULL, "postfix: only mail of these senders, also for "
	  "one address", 0 },
	{ "apply", NULL, "postfix: change its configuration", 0 },
	{ "undo", NULL, "postfix: take back what --apply did", 0 },
	{ "migrate", NULL, "postfix: take over sasl-xoauth2's accounts", 0 },
	{ "from", "FILE", "with --migrate: its configuration, if not "
	  "/etc/sasl-xoauth2.conf", 0 },
	{ "trial", NULL, "with --migrate: load our plugin alone, the other "
	  "one stays installed", 0 },
	{ "check", NULL, "postfix: with --apply or --undo, change nothing", 0 },
	{ "config-dir", "DIR", "postfix: where main.cf lies", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_setup = {
	.name = "setup",
	.operands = "CLIENT ADDRESS ...",
	.summary = "show how to configure a mail program",
	.opts = options,
	.more = "Prints lines for CLIENT's own file. Clients: aerc, alpine, "
		"curl, exim, fetchmail,\ngetmail, git, mbsync, mpop, msmtp, "
		"mutt, neomutt, nmh, offlineimap, postfix,\nsendmail, "
		"swaks.\n",
	.run = run,
};
