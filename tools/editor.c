/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/editor.h"

/* The keyboard's signals are the editor's business; these two come from
 * outside and are passed on. */
static const int passed_on[] = { SIGHUP, SIGTERM };
static const int left_to_it[] = { SIGINT, SIGQUIT };
enum { NPASSED = 2 };

static volatile sig_atomic_t editor_pid, got_signal;

static void pass_on(int sig)
{
	got_signal = sig;
	if (editor_pid > 0)
		(void)kill((pid_t)editor_pid, sig);
}

struct handlers {
	struct sigaction passed[NPASSED], left[NPASSED];
	sigset_t mask;
};

static void take_signals(struct handlers *old)
{
	struct sigaction pass = { .sa_handler = pass_on };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;
	int i;

	editor_pid = 0;
	got_signal = 0;
	for (i = 0; i < NPASSED; i++) {
		(void)sigaction(passed_on[i], &pass, &old->passed[i]);
		(void)sigaction(left_to_it[i], &ignore, &old->left[i]);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, &old->mask);
}

static void give_signals(const struct handlers *old)
{
	int i;

	(void)sigprocmask(SIG_SETMASK, &old->mask, NULL);
	for (i = 0; i < NPASSED; i++) {
		(void)sigaction(passed_on[i], &old->passed[i], NULL);
		(void)sigaction(left_to_it[i], &old->left[i], NULL);
	}
}

static const char *chosen(void)
{
	const char *editor = getenv("VISUAL");

	if (!editor || !*editor)
		editor = getenv("EDITOR");
	return editor && *editor ? editor : NULL;
}

bool mb_editor_chosen(void)
{
	return chosen() != NULL;
}

static const char *editor_or_vi(void)
{
	const char *editor = chosen();

	return editor ? editor : "vi";
}

/* $EDITOR is a shell command by custom: "emacs -nw". */
static void become_editor(const char *path, const struct handlers *old)
{
	char script[4200];
	sigset_t none;

	give_signals(old);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (snprintf(script, sizeof(script), "%s \"$1\"", editor_or_vi()) >=
	    (int)sizeof(script))
		_exit(127);
	(void)execl("/bin/sh", "sh", "-c", script, "sh", path, (char *)NULL);
	_exit(127);
}

static int outcome(int status, struct mb_err *e)
{
	if (got_signal) {
		(void)mb_fail(e, MB_E_INTERRUPTED, "edit",
			      "interrupted; nothing was changed");
		return mb_remedy(e, "run: mailbearer edit");
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		(void)mb_fail(e, MB_E_UNSUPPORTED, "edit",
			      "the editor %s could not be started", editor_or_vi());
	else
		(void)mb_fail(e, MB_E_INTERRUPTED, "edit",
			      "the editor failed; nothing was changed");
	return mb_remedy(e, "set EDITOR, then: mailbearer edit");
}

int mb_editor_run(const char *path, struct mb_err *e)
{
	struct handlers old;
	int status = 0;
	pid_t pid;

	take_signals(&old);
	pid = fork();
	if (pid == 0)
		become_editor(path, &old);
	if (pid < 0) {
		give_signals(&old);
		return mb_fail_errno(e, errno, "edit", "fork");
	}
	editor_pid = pid;
	/* One that came before the line above. */
	if (got_signal)
		(void)kill(pid, got_signal);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	editor_pid = 0;
	give_signals(&old);
	return outcome(status, e);
}
