/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/json.h"

json_t *mb_json_read(const struct mb_secret *text, size_t flags,
		     json_error_t *where)
{
	const char *data = text->data ? text->data : "";
	json_t *j = json_loadb(data, text->len, flags, where);

	return j ? j : json_loadb(data, text->len, flags, where);
}
