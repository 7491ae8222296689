# SPDX-License-Identifier: BSD-2-Clause
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/unit/tap
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	srcdir='$(srcdir)'; export srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir;

# make check-long: the tests named in TESTS_LONG, with MB_LONG=1.  A program in
# it is in TESTS too, where it does less; a script may be in it alone.  All of
# them together end within 60 minutes on 2 cores (make -j2 check-long).
check-long: $(BUILT_SOURCES)
	MB_LONG=1; export MB_LONG; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(TESTS_LONG)'
.PHONY: check-long

# Test variants of modules, plugin and tool are built into tests/stage with this
# instead of libpaths.la: tests/stage/engine.la, http.la, mailbearer and
# tests/stage/sasl2/libmailbearer.la (alone there: SASL_PATH points at it).
check_LTLIBRARIES += libtestpaths.la
libtestpaths_la_SOURCES = %D%/paths.c
libtestpaths_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DMB_TEST_BUILDDIR='"$(abs_top_builddir)"' \
	-DMB_TEST_SRCDIR='"$(abs_top_srcdir)"'
$(libtestpaths_la_OBJECTS): lib/build-id.h

# Modules that are not installed need an -rpath to be built as such.
check_LTLIBRARIES += tests/stage/engine.la
tests_stage_engine_la_SOURCES =
tests_stage_engine_la_LIBADD = libtestpaths.la $(ENGINE_LIBS)
tests_stage_engine_la_LDFLAGS = $(lib_engine_la_LDFLAGS) \
	-rpath $(abs_top_builddir)/tests/nowhere

# Unit tests: one program per unit, NAME_SOURCES and NAME_LDADD below.
UNIT_LIBS = $(CMOCKA_LIBS)
noinst_HEADERS += tests/unit/unit.h
EXTRA_DIST += tests/unit/tap
EXTRA_DIST += tests/data/addresses.txt \
	tests/data/sealed-record.hex tests/data/sealed-two-keys.hex \
	tests/data/sealed-recovery.hex tests/data/recovery.crt \
	tests/data/recovery.key tests/data/rsa.crt \
	tests/data/record.txt
if HAVE_CMOCKA

check_PROGRAMS += tests/unit/test_err
TESTS += tests/unit/test_err
tests_unit_test_err_SOURCES = tests/unit/test_err.c
tests_unit_test_err_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_escape
TESTS += tests/unit/test_escape
tests_unit_test_escape_SOURCES = tests/unit/test_escape.c
tests_unit_test_escape_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_secret
TESTS += tests/unit/test_secret
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_clock
TESTS += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_clock_LDADD = libbase.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_address
TESTS += tests/unit/test_address
tests_unit_test_address_SOURCES = tests/unit/test_address.c \
	tests/unit/data.h tests/unit/data.c
tests_unit_test_address_LDADD = $(ENGINE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_seal
TESTS += tests/unit/test_seal
tests_unit_test_seal_SOURCES = tests/unit/test_seal.c \
	tests/unit/data.h tests/unit/data.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_seal_LDADD = $(ENGINE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_seal_cms
TESTS += tests/unit/test_seal_cms
tests_unit_test_seal_cms_SOURCES = tests/unit/test_seal_cms.c \
	tests/unit/data.h tests/unit/data.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_seal_cms_LDADD = $(SEALCMS_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_rules
TESTS += tests/unit/test_rules
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c
tests_unit_test_rules_LDADD = $(ENGINE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_record
TESTS += tests/unit/test_record
tests_unit_test_record_SOURCES = tests/unit/test_record.c \
	tests/unit/data.h tests/unit/data.c
tests_unit_test_record_LDADD = $(ENGINE_LIBS) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_pkce
TESTS += tests/unit/test_pkce
tests_unit_test_pkce_SOURCES = tests/unit/test_pkce.c
tests_unit_test_pkce_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_redirect
TESTS += tests/unit/test_redirect
tests_unit_test_redirect_SOURCES = tests/unit/test_redirect.c
tests_unit_test_redirect_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_doctor
TESTS += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c
tests_unit_test_doctor_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_caught
TESTS += tests/unit/test_caught
tests_unit_test_caught_SOURCES = tests/unit/test_caught.c
tests_unit_test_caught_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_migrate
TESTS += tests/unit/test_migrate
tests_unit_test_migrate_SOURCES = tests/unit/test_migrate.c
tests_unit_test_migrate_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_mx
TESTS += tests/unit/test_mx
tests_unit_test_mx_SOURCES = tests/unit/test_mx.c \
	tests/fake/dns.h tests/fake/dns.c
tests_unit_test_mx_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_page
TESTS += tests/unit/test_page
tests_unit_test_page_SOURCES = tests/unit/test_page.c
tests_unit_test_page_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_idtoken
TESTS += tests/unit/test_idtoken
tests_unit_test_idtoken_SOURCES = tests/unit/test_idtoken.c
tests_unit_test_idtoken_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_loopback
TESTS += tests/unit/test_loopback
tests_unit_test_loopback_SOURCES = tests/unit/test_loopback.c
tests_unit_test_loopback_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_paste
TESTS += tests/unit/test_paste
tests_unit_test_paste_SOURCES = tests/unit/test_paste.c
tests_unit_test_paste_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_opts
TESTS += tests/unit/test_opts
tests_unit_test_opts_SOURCES = tests/unit/test_opts.c
tests_unit_test_opts_CFLAGS = $(TOOLS_CFLAGS)
tests_unit_test_opts_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_import
TESTS += tests/unit/test_import
tests_unit_test_import_SOURCES = tests/unit/test_import.c
tests_unit_test_import_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_callback
TESTS += tests/unit/test_callback
tests_unit_test_callback_SOURCES = tests/unit/test_callback.c
tests_unit_test_callback_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)
endif
