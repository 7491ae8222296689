/* SPDX-License-Identifier: BSD-2-Clause */
/* The few things we have to know about an absolute URL (RFC 3986).  Pure. */
#ifndef MB_LIB_URL_H
#define MB_LIB_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { MB_URL_HOST_MAX = 255 };

struct mb_url {
	char scheme[16];			/* lower case */
	char host[MB_URL_HOST_MAX + 1];		/* lower case, no brackets */
	unsigned int port;			/* 0: the scheme's own */
	bool brackets;				/* host is an IPv6 literal */
	bool userinfo;				/* has "user@" */
	bool query;
	bool fragment;
	size_t path;				/* offset of path, or of the end */
};

/* Take url apart.  Refused: no scheme or host, blanks, control bytes, bytes
 * above 0x7e, backslashes, a port out of range, a host with anything but
 * letters, digits, ".", "-" and "_" (in brackets: and ":").  0 and *u, or -1. */
int mb_url_parse(const char *url, struct mb_url *u);

/* 127.0.0.0/8, ::1 or localhost: traffic that never leaves this host. */
bool mb_url_is_loopback(const struct mb_url *u);

/* "https://host:port", port only if it is not the scheme's own; cut to size. */
void mb_url_origin(const struct mb_url *u, char *buf, size_t size);

#endif
