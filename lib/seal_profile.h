/* SPDX-License-Identifier: BSD-2-Clause */
/* The fixed parts of the sealed container, for its writer and its reader
 * (doc/FORMAT.md). */
#ifndef MB_LIB_SEAL_PROFILE_H
#define MB_LIB_SEAL_PROFILE_H

#include <stddef.h>

enum {
	MB_CEK_LEN = 32,	/* content key */
	MB_WRAPPED_LEN = 40,	/* the same, wrapped (RFC 3394) */
	MB_NONCE_LEN = 12,
	MB_TAG_LEN = 16,
	MB_LINE_LEN = 85,	/* "# recipients sha256 HEX\n" */
};

#define MB_LINE_START "# recipients sha256 "

/* id-ct-authEnvelopedData (RFC 5083 section 2) */
static const unsigned char mb_oid_enveloped[] = {
	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17,
};
/* id-data (RFC 5652 section 4) */
static const unsigned char mb_oid_data[] = {
	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
};
/* id-aes256-GCM (RFC 5084 section 3.2) */
static const unsigned char mb_oid_gcm[] = {
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e,
};
/* id-aes256-wrap (RFC 3565 section 2.3.2) */
static const unsigned char mb_oid_wrap[] = {
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d,
};
/* AuthEnvelopedData is version 0, KEKRecipientInfo version 4, the tag's
 * length is 16: contents of an INTEGER each. */
static const unsigned char mb_int_enveloped = 0;
static const unsigned char mb_int_kek = 4;
static const unsigned char mb_int_icvlen = MB_TAG_LEN;

#endif
