/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapped ACCOUNT SERVER FILE: load the plugins as a mail program does, make
 * FILE, and log in when it is gone.  Prints the result and its detail.  For a
 * package that is replaced meanwhile.
 */
#include <sasl/sasl.h>
#include <stdio.h>
#include <unistd.h>

static int name(void *context, int id, const char **result, unsigned *len)
{
	(void)id;
	*result = context;
	if (len)
		*len = 0;
	return SASL_OK;
}

int main(int argc, char **argv)
{
	const char *out = NULL, *mech = NULL;
	sasl_callback_t callbacks[] = {
		{ SASL_CB_AUTHNAME, (int (*)(void))name, argv[1] },
		{ SASL_CB_USER, (int (*)(void))name, argv[1] },
		{ SASL_CB_LIST_END, NULL, NULL },
	};
	sasl_conn_t *conn;
	unsigned n = 0;
	FILE *f;
	int r;

	if (argc != 4 || sasl_client_init(callbacks) != SASL_OK ||
	    sasl_client_new("imap", argv[2], NULL, NULL, NULL, 0,
			    &conn) != SASL_OK)
		return 2;
	f = fopen(argv[3], "w");
	if (!f)
		return 2;
	(void)fclose(f);
	while (access(argv[3], F_OK) == 0)
		(void)usleep(100000);
	r = sasl_client_start(conn, "XOAUTH2", NULL, &out, &n, &mech);
	(void)printf("%d %s\n", r, r < 0 ? sasl_errdetail(conn) : "");
	return 0;
}
