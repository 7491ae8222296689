/* SPDX-License-Identifier: BSD-2-Clause */
/* test: log in as an account where its mail programs would. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/credfile.h"
#include "lib/token.h"
#include "tools/change.h"
#include "tools/login.h"
#include "tools/out.h"
#include "tools/presets.h"
#include "tools/probe.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

enum { LOGIN_MS = 60 * 1000 };

struct test {
	struct mb_tool *tool;
	const char *account;
	const char *mechanism;
	struct mb_token_world world;
	struct mb_credfile file;
	struct mb_record record;
	char urls[MB_PROVIDER_SERVERS][MB_PROBE_URL];
	json_t *logins;		/* with --json */
	unsigned int seen;	/* bit i: exit status i occurred */
};

static void report(struct test *x, const char *url, const struct mb_err *e)
{
	json_t *one = json_pack("{s:s, s:b}", "url", url, "ok", e == NULL);

	if (e) {
		mb_out_error(x->tool, e);
		x->seen |= 1u << mb_out_status(e);
		(void)json_object_set_new(one, "error",
					  mb_out_error_json(x->tool, e));
	} else {
		mb_out_line(x->tool, "%s: logged in as %s", url, x->account);
	}
	if (x->tool->json)
		(void)json_array_append(x->logins, one);
	json_decref(one);
	(void)fflush(stdout);
}

static int probe(struct test *x, const char *url,
		 const struct mb_credential *c, const struct mb_deadline *d,
		 struct mb_err *e)
{
	struct mb_probe p = {
		.url = url,
		.user = x->record.account,
		.token = &x->record.access_token,
		.credential = c,
		.mechanism = x->mechanism,
		.deadline = d,
	};

	return mb_probe_server(&p, e);
}

/* As a mail program with the plugin would: no token for a host that is not
 * listed, and one that is refused is renewed once. */
static int log_in(struct test *x, const char *url, struct mb_err *e)
{
	struct mb_deadline d = mb_deadline_in(LOGIN_MS);
	struct mb_login_url u;
	struct mb_token_want want = { .account = x->account, .deadline = &d };
	const struct mb_credential *c;
	struct mb_err renewed = { 0 };

	if (mb_login_url(url, &u, e) < 0)
		return -1;
	want.host = u.url.host;
	if (mb_token_get(&x->world, &want, &x->record, NULL, e) < 0) {
		mb_records_which(x->tool, x->account, e);
		return -1;
	}
	c = mb_credfile_find(&x->file, x->record.credential);
	if (!c)
		return mb_change_unknown(x->tool, x->record.credential, e);
	if (probe(x, url, c, &d, e) == 0)
		return 0;
	if (!mb_probe_refused(e))
		return -1;
	want.not_generation = x->record.generation;
	mb_token_refused(&x->world, x->account, want.not_generation);
	if (mb_token_get(&x->world, &want, &x->record, NULL, &renewed) < 0 ||
	    x->record.generation == want.not_generation)
		return -1;
	mb_err_clear(e);
	return probe(x, url, c, &d, e);
}

static void one(struct test *x, const char *url)
{
	struct mb_err e = { 0 };

	report(x, url, log_in(x, url, &e) < 0 ? &e : NULL);
}

/* ---- which servers ---- */

static int no_servers(const struct test *x, struct mb_err *e)
{
	(void)mb_fail(e, MB_E_USAGE, x->account,
		      "its provider's mail servers are not known here");
	return mb_remedy(e, "name them: %s test %s imaps://HOST "
			 "smtp://HOST:587", mb_pick_command(x->tool),
			 x->account);
}

/* Those of the provider's file; how many, or -1. */
static int find_servers(struct test *x, struct mb_err *e)
{
	struct mb_token_want want = { .account = x->account };
	struct mb_deadline d = mb_deadline_in(LOGIN_MS);
	const struct mb_provider *preset;
	const struct mb_credential *c;
	struct mb_providers all = { 0 };
	size_t n = 0;

	want.deadline = &d;
	if (mb_token_get(&x->world, &want, &x->record, NULL, e) < 0) {
		mb_records_which(x->tool, x->account, e);
		return -1;
	}
	c = mb_credfile_find(&x->file, x->record.credential);
	if (!c)
		return mb_change_unknown(x->tool, x->record.credential, e);
	if (mb_presets_load(x->tool, &all, e) < 0)
		return -1;
	preset = mb_presets_named(&all, c->provider);
	if (preset)
		n = mb_probe_urls(preset, c, x->urls);
	mb_providers_clear(&all);
	return n ? (int)n : no_servers(x, e);
}

static int all(struct test *x, struct mb_err *e)
{
	const struct mb_opts *o = &x->tool->opts;
	int n;

	if (mb_pick_store(x->tool, MB_PICK_LOOK, e) < 0 ||
	    mb_change_look(x->tool, &x->file, e) < 0 ||
	    mb_pick_drop(x->tool, e) < 0)
		return -1;
	mb_pick_world(x->tool, &x->world);
	for (size_t i = 1; i < o->noperands; i++)
		one(x, o->operands[i]);
	if (o->noperands > 1)
		return 0;
	n = find_servers(x, e);
	for (int i = 0; i < n; i++)
		one(x, x->urls[i]);
	return n < 0 ? -1 : 0;
}

static int mechanism(struct test *x, struct mb_err *e)
{
	const char *word = mb_opts_get(&x->tool->opts, "mechanism");

	if (word && !strcasecmp(word, "xoauth2"))
		x->mechanism = "XOAUTH2";
	else if (word && !strcasecmp(word, "oauthbearer"))
		x->mechanism = "OAUTHBEARER";
	else if (word)
		return mb_opts_usage(&x->tool->opts, e,
				     "--mechanism is xoauth2 or oauthbearer");
	return 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct test *x;
	struct mb_login_url u;
	int ret = -1;

	if (mb_opts_operands(&t->opts, 1, 0, "ADDRESS", e) < 0)
		return -1;
	/* A typing error is not worth half a test. */
	for (size_t i = 1; i < t->opts.noperands; i++)
		if (mb_login_url(t->opts.operands[i], &u, e) < 0)
			return -1;
	x = calloc(1, sizeof(*x));
	if (!x)
		return mb_fail(e, MB_E_NOMEM, "test", "out of memory");
	x->tool = t;
	x->account = t->opts.operands[0];
	x->logins = t->json ? json_array() : NULL;
	if (mechanism(x, e) == 0 && all(x, e) == 0) {
		mb_out_set_str(t, "account", x->account);
		mb_out_set(t, "logins", json_incref(x->logins));
		ret = mb_out_worst(x->seen);
	}
	json_decref(x->logins);
	mb_record_clear(&x->record);
	mb_credfile_clear(&x->file);
	free(x);
	return ret;
}

static const struct mb_opt options[] = {
	{ "mechanism", "MECH", "xoauth2 or oauthbearer; else what the server "
	  "offers", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_test = {
	.name = "test",
	.operands = "ADDRESS [URL ...]",
	.summary = "log in to the mail servers as an account, send nothing",
	.opts = options,
	.more = "Without a URL the servers of the account's provider are "
		"tried, as far as its\nscope goes. URL is imaps://HOST, "
		"smtp://HOST:587, pop3s://HOST and so on, TLS\nbeing used in "
		"any case.\n",
	.run = run,
};
