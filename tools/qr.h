/* SPDX-License-Identifier: BSD-2-Clause */
/* A QR code for a telephone's camera, in half blocks on a UTF-8 terminal. */
#ifndef MB_TOOLS_QR_H
#define MB_TOOLS_QR_H

#include <stdbool.h>

#include "tools/tool.h"

/* Is stderr a terminal that can show one (UTF-8, not "dumb"), and is none
 * refused by --no-qr?  False as well where the program was built without. */
bool mb_qr_wanted(const struct mb_tool *t);

/* Draw it on stderr; nothing if the text does not fit into the window. */
void mb_qr_draw(const char *text);

/* Does a locale of that environment use UTF-8?  LC_ALL, LC_CTYPE, LANG: the
 * first that is set counts; each may be NULL. */
bool mb_qr_utf8(const char *lc_all, const char *lc_ctype, const char *lang);

#endif
