/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the mail of a domain goes: to suggest its provider where the domain says
 * nothing.  Nothing but a suggestion may rest on it: DNS is not authenticated.
 */
#ifndef MB_TOOLS_MX_H
#define MB_TOOLS_MX_H

#include <netinet/in.h>
#include <stddef.h>

enum { MB_MX_HOSTS = 16, MB_MX_HOST = 256, MB_MX_SECONDS = 5 };

/* Mail exchangers, the preferred one first; names of letters, digits, ".", "-"
 * and "_", without the dot at the end. */
struct mb_mx {
	char host[MB_MX_HOSTS][MB_MX_HOST];
	size_t n;
};

/*
 * Read a DNS message (RFC 1035 section 4).  Names that no host has, and the ""
 * of a domain without mail (RFC 7505), are left out; of more than MB_MX_HOSTS
 * the first ones count.  0, or -1: it is damaged or no answer; *mx is then as it
 * was.
 */
int mb_mx_read(const unsigned char *message, size_t n, struct mb_mx *mx);

/*
 * Ask for the mail exchangers of a domain (ASCII), by a process of its own that
 * is ended after MB_MX_SECONDS whatever the resolver does.  server: NULL, those
 * of the system (the tests have one of their own; glibc alone can do that).
 * 0 and *mx, maybe empty; -1: there was no answer, or it is damaged.
 */
int mb_mx_find(const char *domain, const struct sockaddr_in *server,
	       struct mb_mx *mx);

#endif
