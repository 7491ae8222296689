/* SPDX-License-Identifier: BSD-2-Clause */
/* many FORMAT FIRST COUNT HOST: one login for each of COUNT accounts, as a mail
 * program's process does it; prints how many tokens came, and the last. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engine.h"

static char last[4096];

static int keep(void *arg, const char *user, const char *token, size_t len,
		struct mb_err *e)
{
	unsigned long *n = arg;

	(void)user;
	(void)e;
	if (len == 0 || len >= sizeof(last))
		return -1;
	memcpy(last, token, len);
	last[len] = '\0';
	++*n;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long first, count, good = 0;
	char account[600], line[MB_ERR_LINE];
	struct mb_err e = {0};
	int64_t generation;

	if (argc != 5)
		return 2;
	first = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	for (unsigned long i = first; i < first + count; i++) {
		struct mb_deadline d = mb_deadline_in(30000);
		struct mb_engine_want want = { .account = account,
			.host = argv[4], .deadline = &d };

		snprintf(account, sizeof(account), "u%lu%s", i, argv[1]);
		if (mailbearer_engine.knows(account, &e) != 1 ||
		    mailbearer_engine.token(&want, keep, &good, &generation,
					    &e) < 0) {
			fprintf(stderr, "%s: %s\n", account,
				mb_err_line(&e, line, sizeof(line)));
			break;
		}
	}
	printf("%lu %s\n", good, last);
	mailbearer_engine.close();
	return good == count ? 0 : 1;
}
