/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef HAVE_QRENCODE
#include <qrencode.h>
#endif

#include "tools/qr.h"

/* Modules of light around it: 4 by the standard, 2 do on a screen. */
enum { QUIET = 2, COLUMNS = 80 };

bool mb_qr_utf8(const char *lc_all, const char *lc_ctype, const char *lang)
{
	const char *name = lc_all && *lc_all ? lc_all :
			   lc_ctype && *lc_ctype ? lc_ctype : lang;
	const char *dot = name ? strchr(name, '.') : NULL;

	return dot && (strncasecmp(dot + 1, "UTF-8", 5) == 0 ||
		       strncasecmp(dot + 1, "UTF8", 4) == 0);
}

bool mb_qr_wanted(const struct mb_tool *t)
{
	const char *term = getenv("TERM");

#ifndef HAVE_QRENCODE
	return false;
#endif
	return !mb_opts_has(&t->opts, "no-qr") && isatty(STDERR_FILENO) &&
	       term && strcmp(term, "dumb") != 0 &&
	       mb_qr_utf8(getenv("LC_ALL"), getenv("LC_CTYPE"),
			  getenv("LANG"));
}

#ifdef HAVE_QRENCODE
static bool dark(const QRcode *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
	       (qr->data[y * qr->width + x] & 1);
}

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ?
	       w.ws_col : COLUMNS;
}

/* Two rows of modules a line.  Dark is the background: most terminals are dark,
 * and cameras read the other ones as well. */
static void draw_line(const QRcode *qr, int y)
{
	static const char *const blocks[] = {
		"\342\226\210",		/* both light */
		"\342\226\200",		/* light above */
		"\342\226\204",		/* light below */
		" ",
	};

	for (int x = -QUIET; x < qr->width + QUIET; x++)
		(void)fputs(blocks[2 * dark(qr, x, y) + dark(qr, x, y + 1)],
			    stderr);
	(void)fputc('\n', stderr);
}
#endif

void mb_qr_draw(const char *text)
{
#ifdef HAVE_QRENCODE
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	for (int y = -QUIET; qr && qr->width + 2 * QUIET <= columns() &&
	     y < qr->width + QUIET; y += 2)
		draw_line(qr, y);
	QRcode_free(qr);
#else
	(void)text;
#endif
}
