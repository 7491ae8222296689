/* SPDX-License-Identifier: BSD-2-Clause */
/* A name server on loopback that answers every question the same way. */
#ifndef MB_TESTS_FAKE_DNS_H
#define MB_TESTS_FAKE_DNS_H

#include <netinet/in.h>
#include <stddef.h>

struct dns_answers {
	const unsigned char *records;	/* as they stand behind the question */
	size_t n;
	unsigned int count;		/* what the head says of them */
	unsigned int flags;		/* besides QR and RD */
};

/* "mx preference host" and so on as one record with its name compressed;
 * its length.  out: 300 bytes. */
size_t dns_mx(unsigned char *out, unsigned int preference, const char *host);

/* A UDP socket bound to 127.0.0.1; port 0: any, and it is put into *where. */
int dns_bind(unsigned int port, struct sockaddr_in *where);

/* Answer for ever; a NULL: take the question and be silent. */
void dns_serve(int fd, const struct dns_answers *a) __attribute__((noreturn));

#endif
