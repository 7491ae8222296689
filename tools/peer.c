/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/peer.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A user's name, or a number of digits alone. */
static int user_id(const char *text, uid_t *uid, const struct mb_opts *o,
		   struct mb_err *e)
{
	const struct passwd *pw = getpwnam(text);
	char *end;
	unsigned long n;

	if (pw) {
		*uid = pw->pw_uid;
		return 0;
	}
	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno ||
	    n >= (uid_t)-1)
		return mb_opts_usage(o, e, "--allow: there is no user %s",
				     text);
	*uid = (uid_t)n;
	return 0;
}

/* 1, 0, -1.  Every name is looked up, so that a wrong one is told early. */
static int allowed(uid_t peer, const struct mb_opts *o, struct mb_err *e)
{
	bool found = peer == geteuid() || peer == getuid() || peer == 0;
	const char *name;
	size_t i;

	for (i = 0; (name = mb_opts_nth(o, "allow", i)) != NULL; i++) {
		uid_t uid = (uid_t)-1;

		if (user_id(name, &uid, o, e) < 0)
			return -1;
		found = found || uid == peer;
	}
	return found;
}

int mb_peer_check(int fd, const struct mb_opts *o, struct mb_err *e)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(a);
	struct ucred c = { .uid = (uid_t)-1 };
	struct stat st;
	int ok;

	if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		return allowed(geteuid(), o, e) < 0 ? -1 : 0;
	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0 ||
	    a.ss_family != AF_UNIX) {
		(void)mb_fail(e, MB_E_NOT_PERMITTED, "tunnel", "is connected "
			      "to the network: nobody can tell who is at the "
			      "other end");
		return mb_remedy(e, "use a UNIX socket, or a command");
	}
	len = sizeof(c);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
		return mb_fail_errno(e, errno, "tunnel", "ask for the peer");
	ok = allowed(c.uid, o, e);
	if (ok < 0)
		return -1;
	if (ok)
		return 0;
	(void)mb_fail(e, MB_E_NOT_PERMITTED, "tunnel",
		      "user %lu may not use it", (unsigned long)c.uid);
	return mb_remedy(e, "if that user should: --allow %lu",
			 (unsigned long)c.uid);
}
