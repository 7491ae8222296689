/* SPDX-License-Identifier: BSD-2-Clause */
/* Make text from outside fit for a terminal or a log line (pure). */
#ifndef MB_LIB_ESCAPE_H
#define MB_LIB_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy n bytes of src to dst (size bytes, always NUL-terminated).  Control
 * characters, DEL, C1 controls, line and paragraph separators, bytes that are
 * not UTF-8 and bidirectional controls become \xNN of each byte; a text that
 * does not fit ends in "...".  Returns the length written.
 */
size_t mb_escape(char *dst, size_t size, const char *src, size_t n);

/* Nothing but visible ASCII (0x21 to 0x7e) in these n bytes? */
bool mb_visible(const char *text, size_t n);

/* Columns a UTF-8 text takes on a terminal (wide and combining characters
 * counted right); no locale is used. */
size_t mb_columns(const char *text);

/* Length (1 to 4) of the UTF-8 character src begins with, and the character;
 * 0 if the n bytes do not begin with one (RFC 3629: no surrogates, shortest
 * form only). */
size_t mb_utf8_next(const char *src, size_t n, uint32_t *c);

/* U+061C, U+200E/F, U+202A-E, U+2066-9: they reorder what a person reads. */
bool mb_utf8_is_bidi(uint32_t c);

#endif
