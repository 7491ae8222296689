/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/credconf.h"
#include "lib/fsio.h"
#include "tools/ends.h"
#include "tools/hooks.h"

enum { FILE_MAX = 64 * 1024, WAIT_MS = 30000, POLL_MS = 20,
       COMMAND_MAX = 4096, ENV_MAX = 12, VALUE_MAX = 1200 };

#define FILE_NAME "hooks.conf"

/* ---- the file ---- */

static const char *const events[] = { "needs-sign-in", "expires",
				      "recovered" };

static const struct mb_member hook_members[] = {
	{ "on", MB_MEMBER_WORDS, offsetof(struct mb_hook, on),
	  sizeof(((struct mb_hook *)0)->on), NULL, 0 },
	{ "command", MB_MEMBER_LINES, offsetof(struct mb_hook, command),
	  COMMAND_MAX, NULL, 0 },
};

static const struct mb_member top_members[] = {
	{ "days", MB_MEMBER_INT, offsetof(struct mb_hooks, days), 0, NULL, 0 },
	{ "remind_days", MB_MEMBER_INT, offsetof(struct mb_hooks, remind_days),
	  0, NULL, 0 },
	{ "hooks", MB_MEMBER_OTHER, 0, 0, NULL, 0 },
};

static bool is_event(const char *word, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strlen(events[i]) == n && !strncmp(word, events[i], n))
			return true;
	return false;
}

static int check_hook(const struct mb_credconf *c, const config_setting_t *s,
		      const struct mb_hook *h, struct mb_err *e)
{
	const char *p = h->on;
	size_t n;

	for (p += strspn(p, " "); *p; p += n, p += strspn(p, " ")) {
		n = strcspn(p, " ");
		if (!is_event(p, n))
			return mb_credconf_refuse(c, s, e, "\"on\" takes "
				"\"needs-sign-in\", \"expires\" and "
				"\"recovered\"");
	}
	if (!h->command.len || h->command.data[0] != '/')
		return mb_credconf_refuse(c, s, e, "\"command\" is a list that "
					  "begins with a program's whole path");
	return 0;
}

static int read_hooks(const struct mb_credconf *c, struct mb_hooks *h,
		      struct mb_err *e)
{
	const config_setting_t *list, *s;
	int i, n;

	if (mb_credconf_list(c, "hooks", &list, e) < 0)
		return -1;
	n = list ? config_setting_length(list) : 0;
	if (n > MB_HOOKS_MAX)
		return mb_credconf_refuse(c, list, e, "more than %d hooks",
					  MB_HOOKS_MAX);
	for (i = 0; i < n; i++) {
		s = config_setting_get_elem(list, (unsigned int)i);
		if (mb_credconf_read(c, s, hook_members, 2, &h->list[h->n++],
				     e) < 0 ||
		    check_hook(c, s, &h->list[i], e) < 0)
			return -1;
	}
	return 0;
}

static int parse(const struct mb_secret *text, const char *object,
		 struct mb_hooks *h, struct mb_err *e)
{
	struct mb_credconf c;
	int ret;

	if (mb_credconf_open(&c, text, object, "correct it", e) < 0)
		return -1;
	ret = mb_credconf_read(&c, config_root_setting(&c.config), top_members,
			       3, h, e);
	if (ret == 0)
		ret = read_hooks(&c, h, e);
	mb_credconf_close(&c);
	return ret;
}

/* Who may write it decides what is run: root, or whose store it is. */
static int trusted(const struct mb_tool *t, const struct mb_file *f,
		   const char *path, struct mb_err *e)
{
	bool own = t->home.kind != MB_HOME_SYSTEM && f->st.st_uid == geteuid();

	if ((f->st.st_uid == 0 || own) && !(f->st.st_mode & 022))
		return 0;
	(void)mb_fail(e, MB_E_UNSAFE_FILE, path, "others could write it, so "
		      "nothing in it is run");
	return mb_remedy(e, "run: chown %s %s && chmod 644 %s",
			 t->home.kind == MB_HOME_SYSTEM ? "root" : "YOU", path,
			 path);
}

int mb_hooks_load(const struct mb_tool *t, struct mb_hooks *h,
		  struct mb_err *e)
{
	struct mb_hooks new = { .days = MB_ENDS_DAYS, .remind_days = 1 };
	struct mb_file f = { .fd = -1 };
	struct mb_dir dir = { .fd = -1 };
	struct mb_secret text = { 0 };
	char path[PATH_MAX];
	int ret;

	*h = new;
	if (mb_dir_open(&dir, t->home.conf_dir, e) < 0)
		return -1;
	(void)mb_fsio_path(&dir, FILE_NAME, path, sizeof(path));
	ret = mb_fsio_file(&dir, FILE_NAME, O_RDONLY, MB_ANY_OWNER, &f, e);
	mb_dir_close(&dir);
	if (ret <= 0)
		return ret;
	ret = trusted(t, &f, path, e);
	if (ret == 0)
		ret = mb_fsio_read(f.fd, FILE_MAX, path, &text, e);
	if (ret == 0)
		ret = parse(&text, path, &new, e);
	(void)close(f.fd);
	mb_secret_clear(&text);
	if (ret == 0)
		*h = new;
	else
		mb_hooks_clear(&new);
	return ret;
}

void mb_hooks_clear(struct mb_hooks *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		mb_secret_clear(&h->list[i].command);
	h->n = 0;
}

/* ---- running one ---- */

struct call {
	char command[COMMAND_MAX + 1];
	char *argv[MB_HOOK_ARGS + 1];
	char env[ENV_MAX][VALUE_MAX];
	char *envp[ENV_MAX + 1];
	size_t nenv;
};

static void put_env(struct call *c, const char *name, const char *value)
{
	if (c->nenv >= ENV_MAX)
		return;
	(void)snprintf(c->env[c->nenv], VALUE_MAX, "%s=%s", name, value);
	c->envp[c->nenv] = c->env[c->nenv];
	c->nenv++;
}

static void make_call(struct call *c, const struct mb_hook *h,
		      const struct mb_hook_event *ev)
{
	char number[24], *p = c->command, *end;
	size_t n = 0;

	memset(c, 0, sizeof(*c));
	(void)snprintf(c->command, sizeof(c->command), "%.*s",
		       (int)h->command.len, (const char *)h->command.data);
	while (p && n < MB_HOOK_ARGS) {
		end = strchr(p, '\n');
		if (end)
			*end++ = '\0';
		c->argv[n++] = p;
		p = end;
	}
	(void)snprintf(number, sizeof(number), "%" PRId64, ev->ends_at);
	put_env(c, "PATH", "/usr/local/bin:/usr/bin:/bin");
	put_env(c, "LC_ALL", "C.UTF-8");
	put_env(c, "MAILBEARER_EVENT", ev->event);
	put_env(c, "MAILBEARER_ACCOUNT", ev->account);
	put_env(c, "MAILBEARER_CREDENTIAL", ev->credential);
	put_env(c, "MAILBEARER_STATE", ev->state);
	put_env(c, "MAILBEARER_ERROR", ev->error);
	put_env(c, "MAILBEARER_ENDS_AT", number);
	put_env(c, "MAILBEARER_MESSAGE", ev->line);
}

/* In the child.  What it prints goes where our errors go. */
static void start(struct call *c, int in)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(2, 1) < 0 || chdir("/") < 0 ||
	    close_range(3, ~0U, 0) < 0)
		_exit(126);
	execve(c->argv[0], c->argv, c->envp);
	_exit(127);
}

/* Its wait status; one that goes on for too long is ended with all it began. */
static int wait_for(pid_t pid)
{
	struct mb_deadline d = mb_deadline_in(WAIT_MS);
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (mb_deadline_left(&d) == 0) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return status;
		}
		mb_sleep_ms(POLL_MS, &d);
	}
	return status;
}

static int run_one(const struct mb_hook *h, const struct mb_hook_event *ev,
		   struct mb_err *e)
{
	int fds[2], status;
	struct call c;
	pid_t pid;

	make_call(&c, h, ev);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return mb_fail_errno(e, errno, c.argv[0], "pipe");
	/* A line fits into a pipe, so nobody waits for whoever reads it. */
	if (write(fds[1], ev->line, strlen(ev->line)) < 0 ||
	    write(fds[1], "\n", 1) < 0)
		(void)0;
	(void)close(fds[1]);
	pid = fork();
	if (pid == 0)
		start(&c, fds[0]);
	(void)close(fds[0]);
	if (pid < 0)
		return mb_fail_errno(e, errno, c.argv[0], "start");
	status = wait_for(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	(void)mb_fail(e, MB_E_CONFIG_VALUE, c.argv[0], "the hook %s %d",
		      WIFSIGNALED(status) ? "was ended by signal" :
		      "ended with status", WIFSIGNALED(status) ?
		      WTERMSIG(status) : WEXITSTATUS(status));
	return mb_remedy(e, "look at what it says; it is tried again");
}

static bool wants(const struct mb_hook *h, const char *event)
{
	const char *p = strstr(h->on, event);
	size_t n = strlen(event);

	return !*h->on || (p && (p == h->on || p[-1] == ' ') &&
			   (p[n] == '\0' || p[n] == ' '));
}

int mb_hooks_run(const struct mb_hooks *h, const struct mb_hook_event *ev,
		 struct mb_err *e)
{
	int bad = 0;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (wants(&h->list[i], ev->event))
			bad += run_one(&h->list[i], ev, e) < 0;
	return bad;
}
