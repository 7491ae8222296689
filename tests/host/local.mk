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

# Three libsasl2s: one for each layout, and one that nobody knows.
check_LTLIBRARIES += %D%/cyrus_long.la %D%/cyrus_short.la %D%/cyrus_odd.la
%C%_cyrus_long_la_SOURCES = %D%/cyrus.h %D%/cyrus.c
%C%_cyrus_long_la_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS) -DCYRUS_TAIL=21
%C%_cyrus_long_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)
%C%_cyrus_short_la_SOURCES = $(%C%_cyrus_long_la_SOURCES)
%C%_cyrus_short_la_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS) -DCYRUS_TAIL=13
%C%_cyrus_short_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)
%C%_cyrus_odd_la_SOURCES = $(%C%_cyrus_long_la_SOURCES)
%C%_cyrus_odd_la_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS) -DCYRUS_TAIL=17
%C%_cyrus_odd_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)

# The real engine in hosts that are scripts.
check_PROGRAMS += %D%/mkstore
%C%_mkstore_SOURCES = %D%/mkstore.c %D%/store.h %D%/store.c
%C%_mkstore_LDADD = $(ENGINE_LIBS) libtestpaths.la
check_PROGRAMS += %D%/login
%C%_login_SOURCES = %D%/login.c %D%/client.h %D%/client.c
%C%_login_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS)
%C%_login_LDADD = $(SASL_LIBS)
# The same, not linked to libsasl2 on purpose.
check_PROGRAMS += %D%/login-local
%C%_login_local_SOURCES = %D%/login.c %D%/local_sasl.c %D%/client.h %D%/client.c
%C%_login_local_CPPFLAGS = $(AM_CPPFLAGS) $(SASL_CFLAGS)
dist_check_SCRIPTS += %D%/perl.sh %D%/layouts.sh
TESTS += %D%/perl.sh %D%/layouts.sh
EXTRA_DIST += %D%/perl_bed.sh

# The real libsasl2 and the real plugin, and another layout between them.
check_LTLIBRARIES += %D%/short/libmailbearer.la %D%/odd/libmailbearer.la \
	%D%/syslogged.la
%C%_short_libmailbearer_la_SOURCES = %D%/other_abi.c
%C%_short_libmailbearer_la_CPPFLAGS = $(libtestpaths_la_CPPFLAGS) \
	$(SASL_CFLAGS) -DCYRUS_TAIL=13
%C%_short_libmailbearer_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)
%C%_odd_libmailbearer_la_SOURCES = %D%/other_abi.c
%C%_odd_libmailbearer_la_CPPFLAGS = $(libtestpaths_la_CPPFLAGS) \
	$(SASL_CFLAGS) -DCYRUS_TAIL=17
%C%_odd_libmailbearer_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)
%C%_syslogged_la_SOURCES = %D%/syslogged.c
%C%_syslogged_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)

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

check_PROGRAMS += %D%/test_local %D%/test_layout
TESTS += %D%/test_local %D%/test_layout

# Not linked to libsasl2 on purpose.
%C%_test_local_SOURCES = %D%/test_local.c %D%/local_sasl.c $(host_fixture)
%C%_test_local_CPPFLAGS = $(host_cppflags)
%C%_test_local_LDADD = libbase.la $(UNIT_LIBS)

# Exports a syslog of its own, for the plugin to call.
%C%_test_layout_SOURCES = %D%/test_layout.c $(host_fixture)
%C%_test_layout_CPPFLAGS = $(host_cppflags)
%C%_test_layout_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
%C%_test_layout_LDADD = $(host_ldadd)

# With the real engine and a store made through lib/.
check_PROGRAMS += %D%/test_store
TESTS += %D%/test_store
%C%_test_store_SOURCES = %D%/test_store.c $(host_fixture) \
	%D%/store.h %D%/store.c
%C%_test_store_CPPFLAGS = $(host_cppflags)
%C%_test_store_LDADD = $(SASL_LIBS) $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

# The refresh helper between the real engine and the real http module.
check_LTLIBRARIES += libhostpaths.la
libhostpaths_la_SOURCES = %D%/paths.c
libhostpaths_la_CPPFLAGS = $(libtestpaths_la_CPPFLAGS)
$(libhostpaths_la_OBJECTS): lib/build-id.h
bed_sources = %D%/bed.h %D%/bed.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
bed_ldadd = $(ENGINE_LIBS) libhostpaths.la libfake.la $(SSL_LIBS) $(CRYPTO_LIBS) $(UNIT_LIBS)

check_PROGRAMS += %D%/test_helper %D%/test_threads %D%/test_herd %D%/test_kill
TESTS += %D%/test_helper %D%/test_threads %D%/test_herd %D%/test_kill
TESTS_LONG += %D%/test_kill %D%/test_helper
%C%_test_helper_SOURCES = %D%/test_helper.c $(bed_sources)
%C%_test_helper_LDADD = $(bed_ldadd)
%C%_test_threads_SOURCES = %D%/test_threads.c $(bed_sources)
%C%_test_threads_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS) $(CURL_CFLAGS) -pthread
%C%_test_threads_LDADD = $(bed_ldadd) $(CURL_LIBS)
%C%_test_herd_SOURCES = %D%/test_herd.c $(bed_sources)
%C%_test_herd_CFLAGS = $(AM_CFLAGS) -pthread
%C%_test_herd_LDADD = $(bed_ldadd)
%C%_test_kill_SOURCES = %D%/test_kill.c $(bed_sources)
%C%_test_kill_LDADD = $(bed_ldadd)
endif
