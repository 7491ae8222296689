# SPDX-License-Identifier: BSD-2-Clause
# libmech.la: everything but the entry point, so that tests link the very
# objects that are installed.  "exec" in pluginexecdir matters: the hook below
# must run after the module was installed.

noinst_LTLIBRARIES += libmech.la

PLUGIN_SOURCES = \
	%D%/abi.h %D%/abi.c %D%/host.h %D%/host.c %D%/load.h %D%/load.c \
	%D%/mech.h %D%/mech.c %D%/prompt.h %D%/prompt.c %D%/names.h %D%/names.c

libmech_la_SOURCES = $(PLUGIN_SOURCES)
libmech_la_CFLAGS = $(AM_CFLAGS) $(SASL_CFLAGS)
libmech_la_LIBADD = libwire.la

pluginexecdir = $(saslplugindir)
pluginexec_LTLIBRARIES = %D%/libmailbearer.la

mb_plugin_ldflags = $(mb_module_ldflags) \
	-export-symbols-regex '^sasl_client_plug_init$$'

%C%_libmailbearer_la_SOURCES = %D%/plugin.h %D%/plugin.c
%C%_libmailbearer_la_CFLAGS = $(libmech_la_CFLAGS)
%C%_libmailbearer_la_LDFLAGS = $(mb_plugin_ldflags)
%C%_libmailbearer_la_LIBADD = libmech.la libhome.la libbase.la libpaths.la

# A directory that holds nothing but our plugin: SASL_PATH=DIR tries it while
# another one for the same mechanism is installed.
#
# With a .la beside it libsasl2 would pass over the .so; nobody links to the
# other modules. Without its .la libtool does not uninstall a module.
mb_installed = '$(DESTDIR)$(pluginexecdir)'/libmailbearer \
	'$(DESTDIR)$(pkglibdir)'/engine '$(DESTDIR)$(pkglibdir)'/http

install-exec-hook:
	for module in $(mb_installed); do rm -f "$$module.la"; done
	$(MKDIR_P) '$(DESTDIR)$(pkglibdir)/sasl2'
	rm -f '$(DESTDIR)$(pkglibdir)/sasl2/libmailbearer.so'
	$(LN_S) '$(pluginexecdir)/libmailbearer.so' \
		'$(DESTDIR)$(pkglibdir)/sasl2/libmailbearer.so'

uninstall-hook:
	rm -f '$(DESTDIR)$(pkglibdir)/sasl2/libmailbearer.so'
	-rmdir '$(DESTDIR)$(pkglibdir)/sasl2'
	for module in $(mb_installed); do rm -f "$$module.so"; done
