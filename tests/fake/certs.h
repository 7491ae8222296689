/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates made on the spot, so that none in the tree can expire. */
#ifndef MB_TESTS_FAKE_CERTS_H
#define MB_TESTS_FAKE_CERTS_H

#include <stdbool.h>

struct fake_cert {
	char cert[64];		/* paths of PEM files in the directory given */
	char key[64];
	char pem[4096];		/* the certificate itself */
};

/* A CA of its own, and a server certificate of it for that name, which ended
 * yesterday if expired.  dir: where the files go; name: "localhost", or another.
 * ca is the CA's certificate (PEM).  0 or -1. */
int fake_certs_make(const char *dir, const char *name, bool expired,
		    struct fake_cert *server, char ca[4096]);

#endif
