/* SPDX-License-Identifier: BSD-2-Clause */
/* import: take over a store that was exported. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/seal_cert.h"
#include "tools/bundle.h"
#include "tools/change.h"
#include "tools/import_store.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/store_pick.h"
#include "tools/tty.h"
#include "tools/verbs.h"

enum { PASSPHRASE_MAX = 1024 };

struct importing {
	struct mb_tool *t;
	const char *file;		/* for messages */
	struct mb_opened opened;
	struct mb_secret original;	/* the credentials file in it */
	struct mb_credfile from;
	struct mb_bundle bundle;
};

static bool option(const struct importing *x, const char *name)
{
	return mb_opts_has(&x->t->opts, name);
}

static int passphrase(void *arg, struct mb_secret *out, struct mb_err *e)
{
	struct importing *x = arg;
	const char *file = mb_opts_get(&x->t->opts, "passphrase-file");

	if (file)
		return mb_input_secret(file, PASSPHRASE_MAX, out, e);
	if (mb_tty_present())
		return mb_tty_ask_secret("Passphrase of the recovery key", out,
					 e);
	(void)mb_fail(e, MB_E_NO_TERMINAL, "--recovery-key", "the key has a "
		      "passphrase, and there is no terminal to ask at");
	return mb_remedy(e, "pass --passphrase-file FILE");
}

static int open_file(struct importing *x, struct mb_err *e)
{
	const char *key = mb_opts_get(&x->t->opts, "recovery-key");
	const char *operand = x->t->opts.operands[0];
	struct mb_seal_cert_key owner = { .name = key, .arg = x,
					  .passphrase = passphrase };
	int fd = STDIN_FILENO, ret = -1;

	x->file = strcmp(operand, "-") ? operand : "stdin";
	if (!key)
		return mb_opts_usage(&x->t->opts, e, "--recovery-key KEY is "
				     "missing");
	if (mb_input_file(key, MB_INPUT_PEM_MAX, &owner.pem, e) < 0)
		goto out;
	if (strcmp(operand, "-"))
		fd = open(operand, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		(void)mb_fail_errno(e, errno, operand, "open");
	else
		ret = mb_seal_cert_open(&x->opened, fd, x->file, &owner, e);
	if (fd > STDIN_FILENO)
		(void)close(fd);
out:
	mb_secret_clear(&owner.pem);
	return ret;
}

static int take_credentials(void *arg, const struct mb_bundle_part *part,
			    struct mb_err *e)
{
	struct importing *x = arg;

	if (!part->credentials)
		return 0;
	if (mb_secret_set(&x->original, part->text, part->len) < 0)
		return mb_fail(e, MB_E_NOMEM, x->file, "out of memory");
	return 0;
}

/* A credentials file that was sealed for a recovery certificate will do, too:
 * it begins with the line that covers its recipients. */
static int read_parts(struct importing *x, struct mb_err *e)
{
	static const char line[] = "# recipients sha256 ";
	const char *p = x->opened.data;
	size_t n = x->opened.len, skip;
	const char *end;

	x->bundle = (struct mb_bundle){ p, n, x->file, 0 };
	if (n > sizeof(line) && memcmp(p, line, sizeof(line) - 1) == 0) {
		end = memchr(p, '\n', n);
		skip = end ? (size_t)(end - p) + 1 : n;
		if (mb_secret_set(&x->original, p + skip, n - skip) < 0)
			return mb_fail(e, MB_E_NOMEM, x->file,
				       "out of memory");
	} else if (mb_bundle_each(&x->bundle, take_credentials, x, e) < 0) {
		return -1;
	}
	if (!x->original.len && mb_credfile_new_text(&x->original, e) < 0)
		return -1;
	return mb_credfile_parse(&x->from, &x->original, x->file, e);
}

struct round {
	struct importing *x;
	struct mb_import_tally *tally;
};

static int one(void *arg, const struct mb_bundle_part *part, struct mb_err *e)
{
	struct round *r = arg;

	if (part->credentials)
		return 0;
	return mb_import_record(r->x->t, part->text, part->len,
				r->tally, e) < 0 ? -1 : 0;
}

/* In a child that is the records' owner. */
static int put_records(struct mb_tool *t, void *arg, void *out,
		       struct mb_err *e)
{
	struct importing *x = arg;
	struct round r = { x, out };

	(void)t;
	return mb_bundle_each(&x->bundle, one, &r, e);
}

static void say(struct importing *x, const struct mb_import_tally *n)
{
	struct mb_tool *t = x->t;

	t->changed = t->changed || n->added || n->replaced;
	mb_out_set_int(t, "accounts", (int64_t)x->bundle.naccounts);
	mb_out_set_int(t, "added", (int64_t)n->added);
	mb_out_set_int(t, "replaced", (int64_t)n->replaced);
	mb_out_set_int(t, "newer_here", (int64_t)n->newer);
	mb_out_outcome(t, "%s %zu client credential%s and %zu of %zu account%s "
		       "(%zu newer here)", option(x, "check") ?
		       "would import" : "imported", x->from.ncredentials,
		       x->from.ncredentials == 1 ? "" : "s",
		       n->added + n->replaced, x->bundle.naccounts,
		       x->bundle.naccounts == 1 ? "" : "s", n->newer);
	if (!t->changed || option(x, "check"))
		return;
	if (x->bundle.naccounts == 0)
		mb_out_note("next, for each account: %s enroll ADDRESS",
			    mb_pick_command(t));
	else
		mb_out_note("Only one host may refresh an account: is the other "
			    "one retired? next: %s refresh --all",
			    mb_pick_command(t));
}

/* Credentials first: a record without its credential is of no use. */
static int import(struct importing *x, struct mb_err *e)
{
	struct mb_import_tally tally = { 0 };
	struct mb_change c = { .lock = -1 };
	int ret = -1;

	if (open_file(x, e) < 0 || read_parts(x, e) < 0 ||
	    mb_pick_store(x->t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	if (mb_change_begin(x->t, &c, false, e) < 0 ||
	    mb_import_credentials(&c.text, &c.file, &x->original, &x->from,
				  option(x, "replace"), e) < 0 ||
	    mb_change_commit(x->t, &c, e) < 0)
		goto out;
	if (mb_bundle_is(x->opened.data, x->opened.len) &&
	    mb_owner_run(x->t, put_records, x, &tally, sizeof(tally), e) < 0) {
		(void)mb_remedy(e, "when that is mended, the same again goes "
				"on from there");
		goto out;
	}
	say(x, &tally);
	ret = 0;
out:
	mb_change_end(x->t, &c);
	return ret;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct importing x = { .t = t };
	int ret;

	if (mb_opts_operands(&t->opts, 1, 1, "FILE", e) < 0)
		return -1;
	ret = import(&x, e);
	mb_opened_clear(&x.opened);
	mb_secret_clear(&x.original);
	mb_credfile_clear(&x.from);
	return ret;
}

static const struct mb_opt options[] = {
	{ "recovery-key", "KEY", "private key of the certificate it is sealed "
	  "for (PEM)", 0 },
	{ "passphrase-file", "FILE", "passphrase of that key (-: stdin)", 0 },
	{ "replace", NULL, "overwrite what is here and differs, or is newer",
	  0 },
	{ "check", NULL, "write nothing, say what would change", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_import = {
	.name = "import",
	.operands = "FILE|-",
	.summary = "take over an exported store, or a recovered credentials "
		   "file",
	.opts = options,
	.more =
"What is here stays: a sign-in that is newer, a client credential that differs.\n"
"Whoever has the certificate can make such a file: import only what you know the\n"
"origin of. Tokens of other programs: enroll ADDRESS --import FILE.\n",
	.run = run,
};
