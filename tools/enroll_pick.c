/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/presets.h"
#include "lib/provider.h"
#include "tools/adding.h"
#include "tools/caught.h"
#include "tools/enroll.h"
#include "tools/init.h"
#include "tools/out.h"
#include "tools/store_pick.h"
#include "tools/tty.h"

enum { LIST_MAX = 400 };

void mb_enroll_end(struct mb_enroll *n, int ret)
{
	if (ret == 0 && n->tool->changed && n->caught &&
	    !mb_opts_has(&n->tool->opts, "check")) {
		mb_caught_tell(n->tool, n->caught);
		n->caught = NULL;
	}
	mb_credfile_clear(&n->credentials);
	mb_record_clear(&n->old);
	mb_grant_clear(&n->grant);
	free(n->caught);
	n->caught = NULL;
}

/* May things be made on the way? */
static bool may_make(const struct mb_enroll *n)
{
	return mb_tty_present() && !mb_opts_has(&n->tool->opts, "check");
}

static int open_store(struct mb_enroll *n, struct mb_err *e)
{
	struct mb_tool *t = n->tool;

	if (mb_pick_store(t, MB_PICK_RECORDS, e) == 0)
		return 0;
	if (e->id != MB_E_NO_STORE || n->was_root ||
	    t->home_kind == MB_HOME_SYSTEM || !may_make(n))
		return -1;
	mb_err_clear(e);
	mb_out_note("No store yet: making one of your own.");
	return mb_init_store(t, e) < 0 ? -1 :
	       mb_pick_store(t, MB_PICK_RECORDS, e);
}

/* A sign-in would be of no use here. */
static int check_retired(const struct mb_enroll *n, struct mb_err *e)
{
	if (!mb_store_retired(n->tool->store))
		return 0;
	mb_fail(e, MB_E_RETIRED, n->account, "this host is retired");
	return mb_remedy(e, "enrol it on the host that took over; to go on "
			 "here: %s retire --undo", mb_pick_command(n->tool));
}

static int read_credentials(struct mb_enroll *n, struct mb_err *e)
{
	struct mb_store *s = n->tool->store;
	struct mb_secret text = { 0 };
	int ret = -1;

	if (mb_store_seen(s, n->seen, e) < 0 ||
	    mb_store_credentials(s, &text, e) < 0)
		goto out;
	if (text.len > 0 &&
	    mb_credfile_parse(&n->credentials, &text, mb_store_label(s), e) < 0)
		goto out;
	ret = 0;
out:
	mb_secret_clear(&text);
	return ret;
}

static int no_credential(const struct mb_enroll *n, struct mb_err *e)
{
	mb_fail(e, MB_E_NO_CREDENTIAL, n->account,
		"there is no client credential (app registration) to enrol it with");
	return mb_remedy(e, "run: %s add NAME --provider P --client-id ID --client-secret-file F (see: mailbearer provider list)",
			 mb_pick_command(n->tool));
}

int mb_enroll_open(struct mb_enroll *n, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1], name[MB_NAME_MAX + 1];

	n->was_root = geteuid() == 0;
	if (mb_address_canon(n->account, canonical, e) < 0 ||
	    mb_address_record_id(canonical, n->id, e) < 0 ||
	    mb_address_canon(n->owner, canonical, e) < 0)
		return -1;
	if (open_store(n, e) < 0 || check_retired(n, e) < 0 ||
	    read_credentials(n, e) < 0)
		return -1;
	if (n->credentials.ncredentials == 0) {
		if (!may_make(n))
			return no_credential(n, e);
		mb_out_note("No client credential (app registration) yet: adding one.");
		if (mb_adding_for_address(n->tool, n->owner, name, e) < 0 ||
		    read_credentials(n, e) < 0)
			return -1;
	}
	/* Not for each of many. */
	if (!mb_opts_has(&n->tool->opts, "from"))
		n->caught = mb_caught_find(n->tool);
	if (mb_pick_drop(n->tool, e) < 0)
		return -1;
	return mb_store_read(n->tool->store, n->id, &n->old, NULL, e) < 0 ?
	       -1 : 0;
}

int mb_enroll_read(struct mb_enroll *n, const char *address,
		   struct mb_record *r, struct mb_err *e)
{
	char canonical[MB_ADDRESS_MAX + 1], id[MB_RECORD_ID_LEN + 1];

	if (mb_address_canon(address, canonical, e) < 0 ||
	    mb_address_record_id(canonical, id, e) < 0)
		return -1;
	return mb_store_read(n->tool->store, id, r, NULL, e);
}

/* ---- which one ---- */

static void list_names(const struct mb_enroll *n, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n->credentials.ncredentials; i++) {
		int len = snprintf(buf + used, size - used, "%s%s",
				   i ? ", " : "",
				   n->credentials.credentials[i].name);

		if (len < 0 || (size_t)len >= size - used)
			break;
		used += (size_t)len;
	}
}

/* The only credential of the provider that serves the address's domain. */
static const struct mb_credential *by_domain(const struct mb_enroll *n)
{
	const struct mb_credential *found = NULL;
	struct mb_providers all = { 0 };
	const struct mb_provider *p;

	if (mb_presets_load(n->tool, &all, NULL) < 0)
		return NULL;
	p = mb_provider_find(&all, n->owner);
	for (size_t i = 0; p && i < n->credentials.ncredentials; i++) {
		const struct mb_credential *c = &n->credentials.credentials[i];

		if (strcmp(c->provider, p->name) != 0)
			continue;
		if (found) {
			found = NULL;
			break;
		}
		found = c;
	}
	mb_providers_clear(&all);
	return found;
}

/* The only credential there is, for an address that is known to be elsewhere:
 * its owner would be sent to a provider that never heard of it. */
static int check_only(struct mb_enroll *n, struct mb_err *e)
{
	const struct mb_credential *c = &n->credentials.credentials[0];
	struct mb_providers all = { 0 };
	const struct mb_provider *p, *is;
	int ret = 0;

	n->credential = c;
	if (mb_presets_load(n->tool, &all, NULL) < 0)
		return 0;
	p = mb_provider_find(&all, n->owner);
	is = mb_provider_find(&all, c->provider);
	if (p && is && p != is && is->token_endpoint[0]) {
		(void)mb_fail(e, MB_E_NO_CREDENTIAL, n->owner,
			      "is a mailbox of %s, and the only client "
			      "credential, %s, is for %s", p->name, c->name,
			      c->provider);
		ret = mb_remedy(e, "run: %s add NAME --provider %s; if it is "
				"right: %s enroll %s --credential %s",
				mb_pick_command(n->tool), p->name,
				mb_pick_command(n->tool), n->account, c->name);
	}
	mb_providers_clear(&all);
	return ret;
}

/* Known to be a mailbox of a provider that none of several is for? */
static bool elsewhere(const struct mb_enroll *n, const char *names,
		      struct mb_err *e)
{
	struct mb_providers all = { 0 };
	const struct mb_provider *p;
	bool none = true;
	size_t i;

	if (mb_presets_load(n->tool, &all, NULL) < 0)
		return false;
	p = mb_provider_find(&all, n->owner);
	for (i = 0; p && i < n->credentials.ncredentials; i++)
		none = none && strcmp(n->credentials.credentials[i].provider,
				      p->name) != 0;
	if (p && none) {
		(void)mb_fail(e, MB_E_NO_CREDENTIAL, n->owner, "is a mailbox "
			      "of %s, and no client credential is for it "
			      "(there are: %s)", p->name, names);
		(void)mb_remedy(e, "run: %s add NAME --provider %s; if one of "
				"them is right: %s enroll %s --credential NAME",
				mb_pick_command(n->tool), p->name,
				mb_pick_command(n->tool), n->account);
	}
	mb_providers_clear(&all);
	return p && none;
}

int mb_enroll_credential(struct mb_enroll *n, struct mb_err *e)
{
	const char *name = mb_opts_get(&n->tool->opts, "credential");
	const struct mb_credfile *cf = &n->credentials;
	char names[LIST_MAX];

	list_names(n, names, sizeof(names));
	if (name) {
		n->credential = mb_credfile_find(cf, name);
		if (n->credential)
			return 0;
		mb_fail(e, MB_E_NO_CREDENTIAL, name,
			"there is no such client credential; there are: %s",
			names);
		return mb_remedy(e, "run: %s list credentials",
				 mb_pick_command(n->tool));
	}
	if (n->old.generation && n->old.credential[0])
		n->credential = mb_credfile_find(cf, n->old.credential);
	if (!n->credential && cf->ncredentials == 1)
		return check_only(n, e);
	if (!n->credential)
		n->credential = by_domain(n);
	if (n->credential)
		return 0;
	if (elsewhere(n, names, e))
		return -1;
	mb_fail(e, MB_E_USAGE, n->account,
		"which client credential? There are: %s", names);
	return mb_remedy(e, "run: %s enroll %s --credential NAME",
			 mb_pick_command(n->tool), n->account);
}

bool mb_enroll_healthy(const struct mb_enroll *n, const struct mb_record *r)
{
	const char *name = mb_opts_get(&n->tool->opts, "credential");
	const struct mb_credential *c;
	char digest[65];

	if (r->generation == 0 || (r->refresh_token.len == 0 && !r->grant[0]))
		return false;
	c = mb_credfile_find(&n->credentials, r->credential);
	if (!c || (name && strcmp(name, r->credential) != 0))
		return false;
	if (!r->error_class[0] || !strcmp(r->error_class, "transient"))
		return true;
	/* An error of the configuration is void once that has changed. */
	return !strcmp(r->error_class, "config") &&
	       mb_credential_digest(c, digest, NULL) == 0 &&
	       strcmp(digest, r->credential_digest) != 0;
}
