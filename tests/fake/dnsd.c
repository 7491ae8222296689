/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name server for scripts: dnsd [HOST...].  Each question is answered with
 * these mail exchangers; without any it hangs.  Says "ready" when it listens on
 * 127.0.0.1 port 53, which is in a name space of the script's own.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/fake/dns.h"

int main(int argc, char **argv)
{
	static unsigned char records[4096];
	struct dns_answers a = { .records = records };
	struct sockaddr_in where;
	int fd = dns_bind(53, &where);

	if (fd < 0)
		return 1;
	for (int i = 1; i < argc && a.n + 300 < sizeof(records); i++) {
		a.n += dns_mx(records + a.n, 10 * (unsigned int)i, argv[i]);
		a.count++;
	}
	(void)puts("ready");
	(void)fflush(stdout);
	/* A script that was killed leaves nothing behind for long. */
	(void)alarm(60);
	dns_serve(fd, a.count ? &a : NULL);
}
