# SPDX-License-Identifier: BSD-2-Clause
# The tool is main.c and libtools.la, linked twice: with the installed paths,
# and with the build tree's for the tests.
noinst_LTLIBRARIES += libtools.la
EXTRA_PROGRAMS = mailbearer tests/stage/mailbearer

TOOLS_SOURCES = \
	%D%/cmd_help.c \
	%D%/cmd_version.c \
	%D%/help.c %D%/help.h \
	%D%/opts.c %D%/opts.h \
	%D%/out.c %D%/out.h \
	%D%/store_pick.c %D%/store_pick.h \
	%D%/tool.h \
	%D%/tty.c %D%/tty.h \
	%D%/verbs.c %D%/verbs.h

# enroll
TOOLS_SOURCES += \
	%D%/browser.c %D%/browser.h %D%/callback.c %D%/callback.h \
	%D%/cmd_enroll.c %D%/enroll.h %D%/enroll_pick.c %D%/enroll_save.c \
	%D%/flow_code.c %D%/flow_code.h %D%/flow_wait.c \
	%D%/idtoken.c %D%/idtoken.h %D%/import.c %D%/import.h \
	%D%/listen.c %D%/listen.h %D%/loopback.c %D%/loopback.h \
	%D%/page.c %D%/page.h %D%/paste.c %D%/paste.h \
	%D%/pkce.c %D%/pkce.h %D%/redirect.c %D%/redirect.h

TOOLS_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(MICROHTTPD_CFLAGS)
TOOLS_LIBS = libtools.la libhttp.la libengine.la libbase.la \
	$(CURL_LIBS) $(JANSSON_LIBS) $(CONFIG_LIBS) $(SSL_LIBS) \
	$(CRYPTO_LIBS) $(MICROHTTPD_LIBS)

libtools_la_SOURCES = $(TOOLS_SOURCES)
libtools_la_CFLAGS = $(TOOLS_CFLAGS)

mailbearer_SOURCES = %D%/main.c
mailbearer_CFLAGS = $(TOOLS_CFLAGS)
mailbearer_LDADD = $(TOOLS_LIBS) libpaths.la

tests_stage_mailbearer_SOURCES = %D%/main.c
tests_stage_mailbearer_CFLAGS = $(TOOLS_CFLAGS)
tests_stage_mailbearer_LDADD = $(TOOLS_LIBS) libtestpaths.la
