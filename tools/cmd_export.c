/* SPDX-License-Identifier: BSD-2-Clause */
/* export: the whole store in one file, sealed for a certificate. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/seal_cert.h"
#include "tools/bundle.h"
#include "tools/input.h"
#include "tools/out.h"
#include "tools/owner.h"
#include "tools/records.h"
#include "tools/store_pick.h"
#include "tools/verbs.h"

struct tally {
	size_t accounts, unread;
};

struct exporting {
	struct mb_tool *t;
	const char *file;
	const char *cert;
	char fresh[PATH_MAX];	/* FILE.XXXXXX, "" for stdout */
	int fd;
	struct mb_secret pem;
	struct mb_seal_cert *seal;
	struct tally *tally;
};

static int put(struct exporting *x, const char *name,
	       const struct mb_secret *text, struct mb_err *e)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%s %zu\n", name, text->len);

	if (mb_seal_cert_write(x->seal, line, (size_t)n, e) < 0 ||
	    mb_seal_cert_write(x->seal, text->data, text->len, e) < 0)
		return -1;
	return mb_seal_cert_write(x->seal, "\n", 1, e);
}

/* Under its lock: a refresh that runs is waited for, and its token exported. */
static int put_record(void *arg, struct mb_record *r, struct mb_err *e)
{
	struct exporting *x = arg;
	struct mb_secret text = { 0 };
	int ret = mb_record_format(r, &text, e);

	if (ret == 0)
		ret = put(x, MB_BUNDLE_ACCOUNT, &text, e);
	if (ret == 0)
		x->tally->accounts++;
	mb_secret_clear(&text);
	return ret;
}

static int visit(void *arg, const char *id)
{
	struct exporting *x = arg;
	struct mb_err why = { 0 };
	char line[MB_ERR_LINE];

	if (mb_records_end(x->t, id, put_record, x, &why) >= 0)
		return 0;
	x->tally->unread++;
	mb_out_note("%s", mb_err_line(&why, line, sizeof(line)));
	return 0;
}

/* In a child that is the records' owner; fd was opened by the caller. */
static int write_all(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	struct exporting *x = arg;
	struct mb_secret text = { 0 };
	char end[64];
	int ret = -1;

	x->tally = out;
	if (mb_seal_cert_start(&x->seal, &x->pem, x->cert, e) < 0 ||
	    mb_seal_cert_write(x->seal, MB_BUNDLE_HEADER,
			       sizeof(MB_BUNDLE_HEADER) - 1, e) < 0 ||
	    mb_store_credentials(t->store, &text, e) < 0 ||
	    (text.len && put(x, MB_BUNDLE_CREDENTIALS, &text, e) < 0) ||
	    mb_store_each(t->store, visit, x, e) != 0)
		goto out;
	(void)snprintf(end, sizeof(end), "end %zu\n", x->tally->accounts);
	if (mb_seal_cert_write(x->seal, end, strlen(end), e) < 0 ||
	    mb_seal_cert_finish(x->seal, x->fd, x->file, e) < 0)
		goto out;
	if (x->fresh[0] && fsync(x->fd) < 0)
		(void)mb_fail_errno(e, errno, x->file, "fsync");
	else
		ret = 0;
out:
	mb_seal_cert_free(&x->seal);
	mb_secret_clear(&text);
	return ret;
}

static int count_one(void *arg, const char *id)
{
	(void)id;
	((struct tally *)arg)->accounts++;
	return 0;
}

static int count(struct mb_tool *t, void *arg, void *out, struct mb_err *e)
{
	(void)arg;
	return mb_store_each(t->store, count_one, out, e);
}

static int open_file(struct exporting *x, struct mb_err *e)
{
	if (!strcmp(x->file, "-")) {
		x->fd = STDOUT_FILENO;
		if (x->t->json || isatty(STDOUT_FILENO))
			return mb_opts_usage(&x->t->opts, e, "-: stdout has "
					     "to be a file or a pipe, without "
					     "--json");
		return 0;
	}
	if (access(x->file, F_OK) == 0) {
		(void)mb_fail(e, MB_E_EXISTS, x->file, " exists already");
		return mb_remedy(e, "name another file");
	}
	if (snprintf(x->fresh, sizeof(x->fresh), "%s.XXXXXX", x->file) >=
	    (int)sizeof(x->fresh))
		return mb_fail(e, MB_E_IO, x->file, "path is too long");
	/* A name of nobody's: FILE.new may be somebody's file. */
	x->fd = mkostemp(x->fresh, O_CLOEXEC);
	if (x->fd < 0)
		return mb_fail_errno(e, errno, x->file, "create");
	return 0;
}

static int do_export(struct exporting *x, struct tally *tally,
		     struct mb_err *e)
{
	int ret;

	if (open_file(x, e) < 0)
		return -1;
	ret = mb_owner_run(x->t, write_all, x, tally, sizeof(*tally), e);
	if (!x->fresh[0])
		return ret;
	(void)close(x->fd);
	if (ret == 0 && renameat2(AT_FDCWD, x->fresh, AT_FDCWD, x->file,
				  RENAME_NOREPLACE) < 0 &&
	    (errno == EEXIST || rename(x->fresh, x->file) < 0))
		ret = mb_fail_errno(e, errno, x->file, "rename to");
	if (ret < 0)
		(void)unlink(x->fresh);
	return ret;
}

static int export(struct exporting *x, struct mb_err *e)
{
	bool check = mb_opts_has(&x->t->opts, "check");
	struct tally tally = { 0, 0 };
	struct mb_tool *t = x->t;
	int ret;

	if (mb_input_file(x->cert, MB_INPUT_PEM_MAX, &x->pem, e) < 0 ||
	    mb_seal_cert_start(&x->seal, &x->pem, x->cert, e) < 0)
		return -1;
	mb_seal_cert_free(&x->seal);
	if (mb_pick_store(t, MB_PICK_RECORDS, e) < 0)
		return -1;
	ret = check ? mb_owner_run(t, count, NULL, &tally, sizeof(tally), e) :
		      do_export(x, &tally, e);
	if (ret < 0)
		return -1;
	mb_out_set_str(t, "file", x->file);
	mb_out_set_int(t, "accounts", (int64_t)tally.accounts);
	mb_out_set_int(t, "unreadable", (int64_t)tally.unread);
	if (x->fresh[0] || check)
		mb_out_line(t, "%s %zu account%s and the client credentials to "
			    "%s", check ? "would export" : "exported",
			    tally.accounts, tally.accounts == 1 ? "" : "s",
			    x->file);
	if (!check && !mb_store_retired(t->store))
		mb_out_note("If it is for a move: %s retire, here, before the "
			    "other host refreshes.", mb_pick_command(t));
	return tally.unread ? MB_EXIT_FAILED : 0;
}

static int run(struct mb_tool *t, struct mb_err *e)
{
	struct exporting x = { .t = t, .fd = -1 };
	int ret;

	if (mb_opts_operands(&t->opts, 1, 1, "FILE", e) < 0)
		return -1;
	x.file = t->opts.operands[0];
	x.cert = mb_opts_get(&t->opts, "to");
	if (!x.cert)
		return mb_opts_usage(&t->opts, e, "--to CERT is missing");
	ret = export(&x, e);
	mb_secret_clear(&x.pem);
	return ret;
}

static const struct mb_opt options[] = {
	{ "to", "CERT", "certificate of who may open it (PEM, EC P-256)", 0 },
	{ "check", NULL, "write nothing, say what would be exported", 0 },
	{ NULL, NULL, NULL, 0 },
};

const struct mb_verb mb_verb_export = {
	.name = "export",
	.operands = "FILE|-",
	.summary = "the whole store in one file, sealed for a certificate",
	.opts = options,
	.more =
"Client credentials, rules and every account with its tokens. openssl cms -decrypt\n"
"opens it with the certificate's key; mailbearer import takes it over.\n",
	.run = run,
};
