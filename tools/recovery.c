/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/seal_cms.h"
#include "tools/recovery.h"

int mb_recovery_seal(void *arg, const struct mb_key *key,
		     const struct mb_secret *text, struct mb_secret *out,
		     struct mb_err *e)
{
	const struct mb_secret *pem = arg;

	return mb_seal_cms(key, 1, pem, text, out, e);
}

int mb_recovery_check(const struct mb_secret *pem, const char *object,
		      struct mb_err *e)
{
	size_t n = 0;

	if (mb_seal_cms_check(pem, object, &n, e) < 0)
		return -1;
	if (n > 0)
		return 0;
	mb_fail(e, MB_E_CONFIG_VALUE, object,
		"a recovery certificate is expected: PEM, EC P-256");
	return mb_remedy(e, "run: openssl req -x509 -newkey ec -pkeyopt "
			 "ec_paramgen_curve:P-256 -keyout recovery.key -out "
			 "recovery.pem");
}
