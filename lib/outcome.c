/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/outcome.h"

#include <string.h>

/* Whatever else: a wrong guess must not cost an account. */
static const struct mb_code unknown = {
	.from = MB_CODE_ERROR,
	.outcome = MB_OUT_TRANSIENT,
	.id = MB_E_PROVIDER_BUSY,
	.advice = MB_ADVICE_WAIT,
};

const struct mb_code *mb_outcome_of_error(const char *error,
					  const char *subtype)
{
	for (size_t i = 0; i < mb_codes_n; i++) {
		const struct mb_code *c = &mb_codes[i];

		if (c->from == MB_CODE_ERROR && strcmp(c->name, error) == 0 &&
		    (!c->second || strcmp(c->second, subtype) == 0))
			return c;
	}
	return &unknown;
}

const struct mb_code *mb_outcome_of_code(long code)
{
	for (size_t i = 0; i < mb_codes_n; i++)
		if (mb_codes[i].from == MB_CODE_ENTRA &&
		    mb_codes[i].number == code)
			return &mb_codes[i];
	return NULL;
}

/* RFC 9110 section 15.6, RFC 6585 section 4. */
bool mb_outcome_status_is_transient(long status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status <= 599);
}
