/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "plugin/host.h"

/* More at once than a log wants. */
enum { TROUBLE_MAX = 8 };

/*
 * Programs look at no code but NOMECH; Postfix's deferral shows its name, so
 * each is the one whose text misleads least.  TRYAGAIN is avoided: its text is
 * "transient failure (e.g., weak key)".
 */
static const int codes[] = {
	[MB_KIND_FAILED] = SASL_FAIL,
	[MB_KIND_USAGE] = SASL_BADPARAM,
	[MB_KIND_NOT_FOUND] = SASL_NOUSER,
	[MB_KIND_PERSON] = SASL_EXPIRED,
	[MB_KIND_CONFIG] = SASL_CONFIGERR,
	[MB_KIND_DENIED] = SASL_NOAUTHZ,
	[MB_KIND_TEMPORARY] = SASL_UNAVAIL,
	[MB_KIND_NOMEM] = SASL_NOMEM,
};

void mb_host_tell(const struct mb_host *h, const struct mb_err *e)
{
	char line[MB_ERR_LINE];

	mb_abi_seterror(h, mb_err_line(e, line, sizeof(line)));
}

int mb_host_fail(const struct mb_host *h, const struct mb_err *e)
{
	mb_host_tell(h, e);
	return codes[mb_message(e->id)->kind];
}

void mb_host_log_trouble(const struct mb_host *h,
			 const struct mb_engine *engine)
{
	char line[MB_ERR_LINE];
	struct mb_err e;

	for (int i = 0; i < TROUBLE_MAX && engine->trouble(&e) > 0; i++)
		mb_abi_log(h, SASL_LOG_WARN,
			   mb_err_line(&e, line, sizeof(line)));
}
