/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "plugin/names.h"

#include "lib/address.h"

/* Both names through canon_user, as libsasl2 demands before the first OK. */
static int canon(const struct mb_host *h, const sasl_client_params_t *params,
		 const struct mb_names *n, sasl_out_params_t *oparams)
{
	unsigned flags = SASL_CU_AUTHID;
	int r;

	if (n->authzid_len == 0)
		flags |= SASL_CU_AUTHZID;
	r = params->canon_user(h->utils->conn, n->authid, n->authid_len, flags,
			       oparams);
	if (r == SASL_OK && n->authzid_len > 0)
		r = params->canon_user(h->utils->conn, n->authzid,
				       n->authzid_len, SASL_CU_AUTHZID,
				       oparams);
	return r;
}

static int bad_name(struct mb_err *e, const char *cause)
{
	mb_fail(e, MB_E_BAD_ADDRESS, "user name", "%s", cause);
	mb_remedy(e, "correct the mail program's user name");
	return SASL_FAIL;
}

int mb_names_take(const struct mb_host *h, const sasl_client_params_t *params,
		  const struct mb_names *n, sasl_out_params_t *oparams,
		  struct mb_err *e)
{
	if (n->authid_len == 0)
		return bad_name(e, " is empty");
	if (n->authid_len > MB_ADDRESS_MAX || n->authzid_len > MB_ADDRESS_MAX)
		return bad_name(e, " is too long");
	if (canon(h, params, n, oparams) != SASL_OK)
		return bad_name(e, "not accepted by the SASL library");
	/* The program's own canonicalisation may have made it longer. */
	if (oparams->alen > MB_ADDRESS_MAX)
		return bad_name(e, " is too long");
	return SASL_OK;
}
