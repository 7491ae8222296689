# SPDX-License-Identifier: BSD-2-Clause
# An engine that says what a test tells it, and a plugin that loads it.  Modules
# that are not installed need an -rpath to be built as such.
mb_test_module = -rpath $(abs_top_builddir)/tests/nowhere

check_LTLIBRARIES += libfakepaths.la %D%/engine.la %D%/sasl2/libmailbearer.la
libfakepaths_la_SOURCES = %D%/paths.c
libfakepaths_la_CPPFLAGS = $(libtestpaths_la_CPPFLAGS)
$(libfakepaths_la_OBJECTS): lib/build-id.h

%C%_engine_la_SOURCES = %D%/engine.h %D%/engine.c
%C%_engine_la_LDFLAGS = $(mb_module_ldflags) $(mb_test_module)
%C%_engine_la_LIBADD = libbase.la libfakepaths.la

%C%_sasl2_libmailbearer_la_SOURCES = plugin/plugin.h plugin/plugin.c
%C%_sasl2_libmailbearer_la_CFLAGS = $(libmech_la_CFLAGS)
%C%_sasl2_libmailbearer_la_LDFLAGS = $(mb_plugin_ldflags) $(mb_test_module)
%C%_sasl2_libmailbearer_la_LIBADD = libmech.la libhome.la libbase.la libfakepaths.la

# libsasl2 reads the .la, and looks for what it names in the same directory.
check_DATA += %D%/sasl2/libmailbearer.so
CLEANFILES += %D%/sasl2/libmailbearer.so
%D%/sasl2/libmailbearer.so: %D%/sasl2/libmailbearer.la
	$(AM_V_GEN)ln -sf .libs/libmailbearer.so $@
