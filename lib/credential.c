/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/credential.h"

#include <string.h>

#include "lib/secret.h"

void mb_credential_clear(struct mb_credential *c)
{
	mb_secret_clear(&c->client_secret);
	mb_secret_clear(&c->ca_pem);
	mb_wipe(c, sizeof(*c));
}

int mb_credential_copy(struct mb_credential *dst,
		       const struct mb_credential *src, struct mb_err *e)
{
	struct mb_secret secret = {0};
	struct mb_secret ca = {0};
	int ret = -1;

	if (mb_secret_set(&secret, src->client_secret.data,
			  src->client_secret.len) < 0 ||
	    mb_secret_set(&ca, src->ca_pem.data, src->ca_pem.len) < 0) {
		mb_fail(e, MB_E_NOMEM, src->name, "out of memory");
		goto out;
	}
	mb_credential_clear(dst);
	*dst = *src;
	/* The shallow copy shared both blocks with src: replace, not free. */
	dst->client_secret = secret;
	dst->ca_pem = ca;
	secret = (struct mb_secret){0};
	ca = (struct mb_secret){0};
	ret = 0;
out:
	mb_secret_clear(&secret);
	mb_secret_clear(&ca);
	return ret;
}
