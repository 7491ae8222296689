/* SPDX-License-Identifier: BSD-2-Clause */
/* No lock is held while a person edits; what changed meanwhile is compared. */
#include "config.h"

#include <signal.h>
#include <stdio.h>

#include "tools/change.h"
#include "tools/converge.h"
#include "tools/editor.h"
#include "tools/out.h"
#include "tools/scratch.h"
#include "tools/store_pick.h"
#include "tools/tty.h"
#include "tools/verbs.h"

/* Until what was written can be parsed, or the person gives up. */
static int edit_until_good(struct mb_tool *t, const struct mb_scratch *s,
			   struct mb_secret *text, struct mb_credfile *file,
			   struct mb_err *e)
{
	char line[MB_ERR_LINE];

	for (;;) {
		if (mb_editor_run(s->path, e) < 0 ||
		    mb_scratch_read(s, text, e) < 0)
			return -1;
		if (mb_credfile_parse(file, text, mb_change_path(t), e) == 0)
			return 0;
		if (!mb_tty_present())
			return -1;
		mb_out_note("%s", mb_err_line(e, line, sizeof(line)));
		if (mb_tty_confirm("Edit again?", e) <= 0)
			return -1;
		mb_err_clear(e);
	}
}

static int meanwhile(const struct mb_tool *t, const struct mb_scratch *s,
		     struct mb_err *e)
{
	(void)mb_fail(e, MB_E_BUSY, mb_change_path(t), "changed meanwhile; "
		      "your text is kept in %s", s->path);
	return mb_remedy(e, "run: %s apply %s, then delete it",
			 mb_pick_command(t), s->path);
}

static int read_first(struct mb_tool *t, struct mb_secret *text,
		      struct mb_err *e)
{
	if (mb_store_credentials(t->store, text, e) < 0)
		return -1;
	return text->len ? 0 : mb_credfile_new_text(text, e);
}

/* 1 saved, 0 nothing to save, -1.  *keep: the edit must not be lost. */
static int save(struct mb_tool *t, const struct mb_secret *was,
		struct mb_secret *text, const struct mb_credfile *file,
		bool *keep, struct mb_err *e)
{
	struct mb_change c = { .lock = -1 };
	int ret = -1;

	if (mb_secret_equal(was, text))
		return 0;
	if (mb_change_begin(t, &c, false, e) < 0)
		goto out;
	if (!mb_secret_equal(was, &c.before)) {
		*keep = true;
		goto out;
	}
	if (mb_converge_dropped(t, &c.file, file, e) < 0)
		goto out;
	mb_secret_move(&c.text, text);
	if (mb_change_commit(t, &c, e) < 0)
		goto out;
	mb_converge_report(t, &c.file, file);
	ret = 1;
out:
	mb_change_end(t, &c);
	return ret;
}

static int edit(struct mb_tool *t, struct mb_err *e)
{
	struct mb_secret was = { 0 }, text = { 0 };
	struct mb_scratch scratch = { "", "" };
	struct mb_credfile file = { 0 };
	bool keep = false;
	int ret = -1;

	if (read_first(t, &was, e) < 0 ||
	    mb_scratch_make(&scratch, &was, e) < 0 ||
	    edit_until_good(t, &scratch, &text, &file, e) < 0 ||
	    save(t, &was, &text, &file, &keep, e) < 0)
		goto out;
	mb_out_outcome(t, "saved %s", mb_change_path(t));
	ret = 0;
out:
	if (keep)
		ret = meanwhile(t, &scratch, e);
	else
		mb_scratch_destroy(&scratch);
	mb_secret_clear(&was);
	mb_secret_clear(&text);
	mb_credfile_clear(&file);
	return ret;
}

/* A signal that would end the program waits until the text is wiped (while the
 * editor runs and at questions it is let in, and handled there). */
static int run(struct mb_tool *t, struct mb_err *e)
{
	sigset_t deadly, before;
	int ret;

	if (t->opts.noperands)
		return mb_opts_usage(&t->opts, e, "it takes no words");
	if (!mb_editor_chosen() && !mb_tty_present()) {
		(void)mb_fail(e, MB_E_NO_TERMINAL, "edit",
			      "there is no terminal, and neither VISUAL nor "
			      "EDITOR names an editor");
		return mb_remedy(e, "set EDITOR, or use: %s apply FILE",
				 mb_pick_command(t));
	}
	if (mb_pick_store(t, MB_PICK_CREDENTIALS, e) < 0)
		return -1;
	(void)sigemptyset(&deadly);
	(void)sigaddset(&deadly, SIGHUP);
	(void)sigaddset(&deadly, SIGINT);
	(void)sigaddset(&deadly, SIGQUIT);
	(void)sigaddset(&deadly, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &deadly, &before);
	ret = edit(t, e);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

const struct mb_verb mb_verb_edit = {
	.name = "edit",
	.operands = "",
	.summary = "edit the credentials file in your editor",
	.more = "The decrypted text lies in memory only, and is checked before "
		"it is saved; on any\n"
		"error the old file stays.\n",
	.run = run,
};
