/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two layouts of sasl_utils_t.  Cyrus SASL dropped eight members from the
 * middle of the struct without changing any version number, so what follows
 * them is reached through here only, never through the header's struct.
 */
#ifndef MB_PLUGIN_ABI_H
#define MB_PLUGIN_ABI_H

#include <sasl/sasl.h>
#include <sasl/saslplug.h>

enum mb_abi {
	MB_ABI_UNKNOWN,
	MB_ABI_LONG,	/* with the MD5 members: 2.1.28 and older */
	MB_ABI_SHORT,	/* without them */
};

/* What one connection gives to talk back to its program. */
struct mb_host {
	enum mb_abi abi;
	const sasl_utils_t *utils;
};

/* Which layout has the library that these utils came from?  Compares two
 * slots with the functions the library exports under those names. */
enum mb_abi mb_abi_detect(const sasl_utils_t *utils);

/* utils->getcallback, log and seterror; the text is never a format. */
int mb_abi_getcallback(const struct mb_host *h, unsigned long id,
		       sasl_callback_ft *proc, void **context);
void mb_abi_log(const struct mb_host *h, int level, const char *text);
void mb_abi_seterror(const struct mb_host *h, const char *text);

#endif
