/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/page.h"

static const char *entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

static int add(struct mb_secret *out, const char *html)
{
	return mb_secret_append_str(out, html);
}

static int add_text(struct mb_secret *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "&<>\"'");

		if (mb_secret_append(out, text, n) < 0)
			return -1;
		text += n;
		if (*text && add(out, entity(*text++)) < 0)
			return -1;
	}
	return 0;
}

static int add_element(struct mb_secret *out, const char *tag,
		       const char *text)
{
	char open[16], close[16];

	if (!text || !*text)
		return 0;
	snprintf(open, sizeof(open), "<%s>", tag);
	snprintf(close, sizeof(close), "</%s>\n", tag);
	if (add(out, open) < 0 || add_text(out, text) < 0)
		return -1;
	return add(out, close);
}

static int add_head(struct mb_secret *out, const char *title)
{
	if (add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n") < 0)
		return -1;
	return add_element(out, "title", title);
}

static int finish(struct mb_secret *out, struct mb_secret *page, int failed,
		  struct mb_err *e)
{
	if (failed) {
		mb_secret_clear(page);
		return mb_fail(e, MB_E_NOMEM, "the browser's page",
			       "out of memory");
	}
	mb_secret_move(out, page);
	return 0;
}

int mb_page_result(struct mb_secret *out, const char *heading,
		   const char *text, const char *remedy, struct mb_err *e)
{
	struct mb_secret page = { 0 };
	int failed = add_head(&page, heading) < 0 ||
		     add(&page, "</head>\n<body>\n<main>\n") < 0 ||
		     add_element(&page, "h1", heading) < 0 ||
		     add_element(&page, "p", text) < 0 ||
		     add_element(&page, "p", remedy) < 0 ||
		     add(&page, "</main>\n</body>\n</html>\n") < 0;

	return finish(out, &page, failed, e);
}

int mb_page_error(struct mb_secret *out, const char *heading,
		  const struct mb_err *cause, struct mb_err *e)
{
	char text[MB_ERR_OBJECT + MB_ERR_CAUSE + 8];
	char remedy[MB_ERR_REMEDY + 32] = "";

	snprintf(text, sizeof(text), "%s%s%s", cause->object,
		 cause->cause[0] == ' ' ? "" : ": ", cause->cause);
	if (cause->remedy[0])
		snprintf(remedy, sizeof(remedy), "What to do: %s",
			 cause->remedy);
	return mb_page_result(out, heading, text, remedy, e);
}

int mb_page_forward(struct mb_secret *out, const struct mb_secret *url,
		    struct mb_err *e)
{
	const char *to = mb_secret_str(url);
	struct mb_secret page = { 0 };
	int failed = add_head(&page, "Signing in") < 0 ||
		     add(&page, "<meta name=\"referrer\" content=\"no-referrer\">\n"
			 "<meta http-equiv=\"refresh\" content=\"0; url=") < 0 ||
		     add_text(&page, to) < 0 ||
		     add(&page, "\">\n</head>\n<body>\n<main>\n"
			 "<h1>Signing in</h1>\n<p><a href=\"") < 0 ||
		     add_text(&page, to) < 0 ||
		     add(&page, "\">Continue to the sign-in page</a></p>\n"
			 "</main>\n</body>\n</html>\n") < 0;

	return finish(out, &page, failed, e);
}
