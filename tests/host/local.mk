# SPDX-License-Identifier: BSD-2-Clause
# The plugin in the real libsasl2.

# For the real engine, and for the tests of the whole path: SASL_PATH of a mail
# program that is to load what was just built.
check_LTLIBRARIES += tests/stage/sasl2/libmailbearer.la
tests_stage_sasl2_libmailbearer_la_SOURCES = plugin/plugin.h plugin/plugin.c
tests_stage_sasl2_libmailbearer_la_CFLAGS = $(libmech_la_CFLAGS)
tests_stage_sasl2_libmailbearer_la_LDFLAGS = $(mb_plugin_ldflags) \
	$(mb_test_module)
tests_stage_sasl2_libmailbearer_la_LIBADD = libmech.la libhome.la libbase.la libtestpaths.la
check_DATA += tests/stage/sasl2/libmailbearer.so
CLEANFILES += tests/stage/sasl2/libmailbearer.so
tests/stage/sasl2/libmailbearer.so: tests/stage/sasl2/libmailbearer.la
	$(AM_V_GEN)ln -sf .libs/libmailbearer.so $@

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_wire
TESTS += tests/unit/test_wire
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c
tests_unit_test_wire_LDADD = libmech.la libhome.la libbase.la libtestpaths.la $(UNIT_LIBS)

host_fixture = %D%/client.h %D%/client.c %D%/fixture.h %D%/fixture.c
host_cppflags = $(libtestpaths_la_CPPFLAGS) $(SASL_CFLAGS)
host_ldadd = libbase.la $(SASL_LIBS) $(UNIT_LIBS)

check_PROGRAMS += %D%/test_exchange %D%/test_refusal %D%/test_process
TESTS += %D%/test_exchange %D%/test_refusal %D%/test_process

%C%_test_exchange_SOURCES = %D%/test_exchange.c $(host_fixture)
%C%_test_exchange_CPPFLAGS = $(host_cppflags)
%C%_test_exchange_LDADD = $(host_ldadd)

%C%_test_refusal_SOURCES = %D%/test_refusal.c $(host_fixture)
%C%_test_refusal_CPPFLAGS = $(host_cppflags)
%C%_test_refusal_LDADD = $(host_ldadd)

%C%_test_process_SOURCES = %D%/test_process.c $(host_fixture)
%C%_test_process_CPPFLAGS = $(host_cppflags)
%C%_test_process_LDADD = $(host_ldadd)
endif
