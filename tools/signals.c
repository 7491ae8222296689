/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tools/signals.h"

int mb_signals_catch(struct mb_signals *s, struct mb_err *e)
{
	struct sigaction hup;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	/* Under nohup it stays ignored. */
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &set, &s->before);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->fd >= 0)
		return 0;
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	return mb_fail_errno(e, errno, "signals", "wait for");
}

int mb_signals_interrupted(const struct mb_signals *s, const char *account,
			   struct mb_err *e)
{
	struct signalfd_siginfo taken;

	while (read(s->fd, &taken, sizeof(taken)) > 0)
		;
	mb_fail(e, MB_E_INTERRUPTED, account, "interrupted; nothing saved");
	return mb_remedy(e, "run again: mailbearer enroll %s", account);
}

void mb_signals_release(struct mb_signals *s)
{
	if (s->fd < 0)
		return;
	(void)close(s->fd);
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	s->fd = -1;
}
