/* SPDX-License-Identifier: BSD-2-Clause */
/* A module that stands in for a libsasl2 of one layout or another. */
#ifndef MB_TESTS_HOST_CYRUS_H
#define MB_TESTS_HOST_CYRUS_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

struct cyrus_seen {
	int logs;
	int errors;
};

const sasl_utils_t *cyrus_utils(const char *account);
const struct cyrus_seen *cyrus_seen(void);

#endif
