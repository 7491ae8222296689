# SPDX-License-Identifier: BSD-2-Clause
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	srcdir='$(srcdir)'; export srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir;

# Test variants of modules, plugin and tool are built into tests/stage with this
# instead of libpaths.la: tests/stage/engine.la, http.la, mailbearer and
# tests/stage/sasl2/libmailbearer.la (alone there: SASL_PATH points at it).
check_LTLIBRARIES += libtestpaths.la
libtestpaths_la_SOURCES = %D%/paths.c
libtestpaths_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DMB_TEST_BUILDDIR='"$(abs_top_builddir)"' \
	-DMB_TEST_SRCDIR='"$(abs_top_srcdir)"'
$(libtestpaths_la_OBJECTS): lib/build-id.h

# Unit tests: one program per unit, NAME_SOURCES and NAME_LDADD below.
UNIT_LIBS = $(CMOCKA_LIBS)
if HAVE_CMOCKA
endif
