/* SPDX-License-Identifier: BSD-2-Clause */
/* login ACCOUNT SERVER: one login of a mail program, plugin from $SASL_PATH.
 * Nothing is sent anywhere.  0 if there was something to send. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/host/client.h"

int main(int argc, char **argv)
{
	struct client c = client_with(argc == 3 ? argv[1] : NULL);
	const char *dir = getenv("SASL_PATH");
	int r;

	if (argc != 3 || !dir || client_init(dir) != SASL_OK)
		return 2;
	c.server = argv[2];
	r = client_start(&c);
	if (r != SASL_CONTINUE)
		fprintf(stderr, "%s\n", client_detail(&c));
	client_end(&c);
	client_done();
	return r != SASL_CONTINUE;
}
