/* SPDX-License-Identifier: BSD-2-Clause */
/* rekey: another host key, or other recovery certificates. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/store_admin.h"
#include "tools/change.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/records.h"
#include "tools/recovery.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

static bool checking(const struct mb_tool *t)
{
	return mb_opts_has(&t->opts, "check");
}

/* ---- the token records, by a child that is their owner ---- */

struct tally {
	size_t n;		/* records that can be read */
	size_t sealed;		/* were written */
	size_t old;		/* were for the old key alone */
	size_t unread;
	size_t unsafe;		/* of these: not looked into */
	char first[MB_ADDRESS_MAX + 1];	/* of those for the old key */
	struct mb_err failed;	/* something that another try may cure */
};

struct pass {
	struct mb_tool *t;
	struct tally *tally;
	bool look;		/* change nothing */
};

/* Nothing that a new key makes worse: said, and left alone. */
static bool hopeless(const struct mb_err *e)
{
	return e->id == MB_E_SEALED_BAD || e->id == MB_E_NOT_SEALED ||
	       e->id == MB_E_RECORD_BAD || e->id == MB_E_KEY_CHANGED ||
	       e->id == MB_E_UNSAFE_FILE;
}

static int unread(struct pass *p, const struct mb_err *why)
{
	char line[MB_ERR_LINE];

	if (!hopeless(why)) {
		p->tally->failed = *why;
		return -1;
	}
	p->tally->unread++;
	p->tally->unsafe += why->id == MB_E_UNSAFE_FILE;
	mb_out_note("note: %s", mb_err_line(why, line, sizeof(line)));
	return 0;
}

static int visit(void *arg, const char *id)
{
	char account[MB_ADDRESS_MAX + 1];
	struct pass *p = arg;
	struct mb_err why = { 0 };
	enum mb_sealed how;
	int r;

	r = mb_store_record_sealed(p->t->store, id, &how, account, &why);
	if (r < 0)
		return unread(p, &why);
	if (r == 0)
		return 0;
	p->tally->n++;
	if (how == MB_SEALED_OLD && p->tally->old++ == 0)
		memcpy(p->tally->first, account, sizeof(account));
	if (p->look)
		return 0;
	r = mb_records_reseal(p->t, id, &why);
	if (r < 0)
		return unread(p, &why);
	p->tally->sealed += r > 0;
	return 0;
}

/* What a writer that died at a first enrolment has left: ID.new alone.  It
 * becomes the record, and is sealed like one. */
static int visit_new(void *arg, const char *id)
{
	struct pass *p = arg;
	struct mb_err why = { 0 };
	struct mb_stamp stamp;

	if (mb_store_stamp(p->t->store, id, &stamp, NULL) != 0 ||
	    mb_records_reseal(p->t, id, &why) >= 0)
		return 0;
	return unread(p, &why);
}

static int visit_all(struct mb_tool *t, void *arg, void *out,
		     struct mb_err *e)
{
	struct pass p = { t, out, *(const bool *)arg };

	if ((p.look || mb_store_each_new(t->store, visit_new, &p, e) == 0) &&
	    mb_store_each(t->store, visit, &p, e) == 0)
		return 0;
	if (e && p.tally->failed.id != MB_E_NONE)
		*e = p.tally->failed;
	return -1;
}

static int records(struct mb_tool *t, bool look, struct tally *tally,
		   struct mb_err *e)
{
	memset(tally, 0, sizeof(*tally));
	if (mb_owner_run(t, visit_all, &look, tally, sizeof(*tally), e) < 0)
		return -1;
	t->changed = t->changed || tally->sealed > 0;
	return 0;
}

static void say_records(struct mb_tool *t, const struct tally *tally)
{
	mb_out_set_str(t, "key", t->home.key_path);
	mb_out_set_int(t, "accounts", (int64_t)tally->n);
	mb_out_set_int(t, "sealed", (int64_t)tally->sealed);
	mb_out_set_int(t, "unreadable", (int64_t)tally->unread);
}

/* ---- a new key ---- */

static int credentials(struct mb_tool *t, struct mb_change *c,
		       enum mb_sealed wanted, struct mb_err *e)
{
	enum mb_sealed how;
	int r = mb_store_credentials_sealed(t->store, &how, e);

	if (r <= 0 || how == wanted)
		return r < 0 ? -1 : 0;
	return mb_change_reseal(t, c, e);
}

static int would(struct mb_tool *t, const char *what)
{
	t->changed = true;
	mb_out_set_str(t, "key", t->home.key_path);
	mb_out_outcome(t, "%s", what);
	return 0;
}

static int start(struct mb_tool *t, struct mb_change *c, struct mb_err *e)
{
	struct tally tally;
	int begun;

	if (checking(t) && !mb_store_rekeying(t->store))
		return would(t, "would make a new key, and seal all for both");
	if (checking(t)) {
		if (records(t, true, &tally, e) < 0)
			return -1;
		t->changed = tally.old > 0;
		mb_out_outcome(t, "would seal %zu account%s for the new key",
			       tally.old, tally.old == 1 ? "" : "s");
		return 0;
	}
	begun = mb_store_rekey_begin(t->store, e);
	if (begun < 0)
		return -1;
	t->changed = begun > 0;
	if (credentials(t, c, MB_SEALED_BOTH, e) < 0 ||
	    records(t, false, &tally, e) < 0)
		return mb_remedy(e, "when that is mended, again: %s rekey",
				 mb_pick_command(t));
	say_records(t, &tally);
	mb_out_outcome(t, "%s: a new key; everything is sealed for it and for "
		       "the old one (%zu account%s)", t->home.key_path,
		       tally.n, tally.n == 1 ? "" : "s");
	mb_out_note("next: reload or restart the mail programs (postfix "
		    "reload), then: %s rekey --finish", mb_pick_command(t));
	return 0;
}

/* ---- the old key goes ---- */

static int still_used(struct mb_tool *t, const struct tally *seen,
		      struct mb_err *e)
{
	char who[MB_ADDRESS_MAX + 40];
	struct tally again;

	if (!checking(t) && records(t, false, &again, e) < 0)
		return -1;
	if (seen->old > 1)
		(void)snprintf(who, sizeof(who), "%s and %zu more",
			       seen->first, seen->old - 1);
	else
		(void)snprintf(who, sizeof(who), "%s", seen->first);
	(void)mb_fail(e, MB_E_BUSY, who, "written by a program that "
		      "has the old key alone; the old key stays");
	return mb_remedy(e, "reload the mail programs (postfix reload), then: "
			 "%s rekey --finish", mb_pick_command(t));
}

/* A backup's second link to a record, say: with the old key gone, it could not
 * be opened when that is mended. */
static int not_looked_into(const struct mb_tool *t, size_t n, struct mb_err *e)
{
	char what[40];

	(void)snprintf(what, sizeof(what), "%zu record%s", n,
		       n == 1 ? "" : "s");
	(void)mb_fail(e, MB_E_UNSAFE_FILE, what, "not looked into, and the old "
		      "key may be needed to open it; the old key stays");
	return mb_remedy(e, "mend or remove what is named above, then: %s rekey "
			 "--finish", mb_pick_command(t));
}

static int finish(struct mb_tool *t, struct mb_change *c, struct mb_err *e)
{
	struct tally tally;

	if (!mb_store_rekeying(t->store)) {
		/* A mark without a key is left by a rekey that was killed. */
		if (!checking(t) && mb_store_rekey_narrow(t->store, e) < 0)
			return -1;
		mb_out_outcome(t, "unchanged");
		return 0;
	}
	if (records(t, true, &tally, e) < 0)
		return -1;
	if (tally.unsafe > 0)
		return not_looked_into(t, tally.unsafe, e);
	if (tally.old > 0)
		return still_used(t, &tally, e);
	if (checking(t))
		return would(t, "would drop the old key");
	if (mb_store_rekey_narrow(t->store, e) < 0 ||
	    credentials(t, c, MB_SEALED_NEW, e) < 0 ||
	    records(t, false, &tally, e) < 0 ||
	    (tally.unsafe == 0 && mb_store_rekey_end(t->store, e) < 0))
		return mb_remedy(e, "when that is mended, again: %s rekey "
				 "--finish", mb_pick_command(t));
	if (tally.unsafe > 0)
		return not_looked_into(t, tally.unsafe, e);
	t->changed = true;
	say_records(t, &tally);
	mb_out_outcome(t, "%s: the old key is gone (%zu account%s)",
		       t->home.key_path, tally.n, tally.n == 1 ? "" : "s");
	mb_out_note("Backups from before can be opened with the old key or a "
		    "recovery key alone: make a new one.");
	return 0;
}

/* ---- recovery certificates ---- */

static int change_recovery(struct mb_tool *t, struct mb_change *c,
			   struct mb_err *e)
{
	const char *add = mb_opts_get(&t->opts, "recovery-cert");
	const char *drop = mb_opts_get(&t->opts, "remove-recovery");
	struct mb_secret list = { 0 }, pem = { 0 };
	size_t n = 0;
	int ret = -1;

	if (mb_secret_set(&list, c->file.recovery_pem.data,
			  c->file.recovery_pem.len) < 0) {
		(void)mb_fail(e, MB_E_NOMEM, "recovery", "out of memory");
		goto out;
	}
	if (drop && !strcmp(drop, "all")) {
		mb_secret_clear(&list);
	} else if (drop &&
		   (mb_input_file(drop, MB_INPUT_PEM_MAX, &pem, e) < 0 ||
		    mb_recovery_remove(&list, &pem, drop, e) < 0)) {
		goto out;
	}
	if (add && (mb_input_file(add, MB_INPUT_PEM_MAX, &pem, e) < 0 ||
		    mb_recovery_add(&list, &pem, add, e) < 0))
		goto out;
	if (mb_recovery_count(&list, &n, e) < 0)
		goto out;
	if (!mb_secret_equal(&list, &c->file.recovery_pem) &&
	    (mb_credfile_set_recovery(&c->text, &list, e) < 0 ||
	     mb_change_commit(t, c, e) < 0))
		goto out;
	mb_out_set_int(t, "recovery_certificates", (int64_t)n);
	mb_out_outcome(t, "%s for %zu recovery certificate%s", checking(t) ?
		       "would be sealed" : "sealed", n, n == 1 ? "" : "s");
	ret = 0;
out:
	mb_secret_clear(&list);
	mb_secret_clear(&pem);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	bool last = mb_opts_has(&t->opts, "finish");
	bool recovery = mb_opts_has(&t->opts, "recovery-cert") ||
			mb_opts_has(&t->opts, "remove-recovery");
	struct mb_change c = { .lock = -1 };
	int ret = -1;

	if (t->opts.noperands)
		return mb_opts_usage(&t->opts, e, "it takes no words, only "
				     "options");
	if (last && recovery)
		return mb_opts_usage(&t->opts, e, "--finish goes alone");
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_change_begin(t, &c, false, e) == 0)
		ret = recovery ? change_recovery(t, &c, e) :
		      last ? finish(t, &c, e) : start(t, &c, e);
	mb_change_end(t, &c);
	return ret;
}

static const struct mb_opt options[] = {
	{ "finish", NULL, "drop the old key, once the programs are reloaded",
	  0 },
	{ "recovery-cert", "FILE", "no new key: certificates that can open "
	  "it too", 0 },
	{ "remove-recovery", "FILE", "no new key: without these certificates "
	  "(all: none)", 0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_rekey = {
	.name = "rekey",
	.operands = "",
	.summary = "replace the host key, or change recovery certificates",
	.opts = options,
	.more =
"Everything is sealed for the new key and the old one; programs that run go on.\n"
"Reload them, then drop the old key: rekey --finish. Whatever stops either of\n"
"them, the same command again goes on from there.\n",
	.run = run,
};
