# SPDX-License-Identifier: BSD-2-Clause
# libbase: libc only; plugin, engine, http module and tool all contain it.
# libengine: libcrypto.  libhttp: libcurl, jansson, libconfig.

noinst_LTLIBRARIES += libcommand.la libwire.la libbase.la libhome.la libengine.la libhttp.la libpaths.la \
	libsealcms.la

BASE_SOURCES = \
	%D%/err.h %D%/err.c %D%/escape.h %D%/escape.c %D%/columns.c \
	%D%/secret.h %D%/secret.c %D%/clock.h %D%/clock.c

ENGINE_SOURCES = \
	%D%/crypto.h %D%/crypto.c %D%/unicode.h %D%/unicode.c \
	%D%/address.h %D%/address.c \
	%D%/der.h %D%/der.c %D%/seal_profile.h %D%/seal.h %D%/seal.c %D%/unseal.c \
	%D%/record.h %D%/record_members.h %D%/record.c %D%/record_format.c

# The store, the refresh policy, and what the plugin asks of both.
HOME_SOURCES = %D%/home.h %D%/home.c
ENGINE_SOURCES += \
	%D%/fsio.h %D%/fsio.c %D%/lock.h %D%/lock.c %D%/vault.h %D%/vault.c \
	%D%/store.h %D%/store_internal.h %D%/store.c %D%/store_key.c \
	%D%/store_record.c %D%/store_write.c %D%/store_cred.c \
	%D%/store_admin.h %D%/store_admin.c %D%/store_rekey.c \
	%D%/store_mark.c \
	%D%/token.h %D%/token_internal.h %D%/token.c %D%/token_judge.c \
	%D%/token_job.h %D%/token_renew.c %D%/token_task.c \
	%D%/spawn.h %D%/spawn.c %D%/helper.h %D%/helper.c \
	%D%/token_credential.c %D%/token_write.c \
	%D%/rules.h %D%/rules.c %D%/token_rules.c %D%/store_rules.c \
	%D%/refresh.h %D%/refresh.c \
	%D%/engine.h %D%/engine.c %D%/engine_cache.h %D%/engine_cache.c \
	%D%/engine_http.h %D%/engine_http.c \
	%D%/engine_trouble.h %D%/engine_trouble.c

HTTP_SOURCES = \
	%D%/url.h %D%/url.c %D%/form.h %D%/form.c \
	%D%/credtext.h %D%/credtext.c %D%/credtext_edit.c \
	%D%/credconf.h %D%/credconf.c %D%/credmember.h %D%/credmember.c \
	%D%/keypair.h %D%/keypair.c %D%/assertion.h %D%/assertion.c \
	%D%/credfile_rules.c %D%/credcheck.c %D%/credfile.h %D%/credfile.c \
	%D%/credfile_edit.h %D%/credfile_edit.c %D%/credfile_add.c \
	%D%/credfile_change.c %D%/credfile_lists.c \
	%D%/outcome.h %D%/outcome.c %D%/oauth.h %D%/oauth.c \
	%D%/oauth_reply.c %D%/oauth_error.h %D%/oauth_error.c \
	%D%/oauth_device.h %D%/oauth_device.c %D%/device.h %D%/device.c \
	%D%/discovery.h %D%/discovery.c \
	%D%/http.h %D%/http.c %D%/http_error.h %D%/http_error.c \
	%D%/rules_make.h %D%/rules_make.c \
	%D%/json.h %D%/json.c %D%/ca.h %D%/ca.c %D%/redeem.h %D%/redeem.c \
	%D%/revoke.h %D%/revoke.c \
	%D%/provider.h %D%/provider.c %D%/provider_fill.c \
	%D%/provider_find.c %D%/provider_dir.c

# The words for refusals: for the engine and for the http module.
noinst_LTLIBRARIES += libcodes.la
CODES_SOURCES = %D%/codes.h %D%/codes.def %D%/codes.c
libcodes_la_SOURCES = $(CODES_SOURCES)

# Values that engine and http module hand each other.
BASE_SOURCES += \
	%D%/grant_types.h %D%/grant_types.c \
	%D%/credential.h %D%/credential.c %D%/grant.h %D%/grant.c

libbase_la_SOURCES = $(BASE_SOURCES)
# libc only, for the plugin too: does a store exist for this process?
libhome_la_SOURCES = $(HOME_SOURCES)
libengine_la_SOURCES = $(ENGINE_SOURCES)
libengine_la_LIBADD = libhome.la libcodes.la
libengine_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
libhttp_la_SOURCES = $(HTTP_SOURCES)
libhttp_la_LIBADD = libcodes.la
libhttp_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(JOSE_CFLAGS) $(JANSSON_CFLAGS) $(CONFIG_CFLAGS) $(CRYPTO_CFLAGS) $(SSL_CFLAGS)

# Sealing with recovery recipients, through OpenSSL's CMS API: tool only.
libsealcms_la_SOURCES = %D%/seal_cms.h %D%/seal_cms.c \
	%D%/seal_cert.h %D%/seal_cert.c
libsealcms_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

# Running a program: helper and tool alone, never inside a mail program.
libcommand_la_SOURCES = %D%/command.h %D%/command.c %D%/command_run.c
libcommand_la_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

# The bytes of a login: plugin and tool.
libwire_la_SOURCES = %D%/wire.h %D%/wire.c

# Installed paths; tests/local.mk has the build tree's.
libpaths_la_SOURCES = %D%/paths.h %D%/paths.c
$(libpaths_la_OBJECTS): %D%/build-id.h

# Same sources, same id: modules of different builds must not meet.
BUILT_SOURCES += %D%/build-id.h
CLEANFILES += %D%/build-id.h
%D%/build-id.h: $(BASE_SOURCES) $(HOME_SOURCES) $(ENGINE_SOURCES) $(HTTP_SOURCES) $(CODES_SOURCES) $(PLUGIN_SOURCES) configure
	$(AM_V_GEN)$(MKDIR_P) %D% && { \
	printf '#define MB_BUILD_HASH "%s"\n' \
	  "`cd $(top_srcdir) && cat lib/*.[ch] lib/*.def plugin/*.[ch] configure 2>/dev/null | cksum | tr ' ' -`"; } >$@.tmp && \
	mv -f $@.tmp $@

SEALCMS_LIBS = libsealcms.la $(ENGINE_LIBS)
ENGINE_LIBS = libengine.la libbase.la $(CRYPTO_LIBS)
HTTP_LIBS = libhttp.la libbase.la $(CURL_LIBS) $(JOSE_LIBS) $(JANSSON_LIBS) $(CONFIG_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS)

# The modules, each one exported symbol (scripts/check-exports).
pkglib_LTLIBRARIES += %D%/engine.la %D%/http.la
%C%_engine_la_SOURCES =
%C%_engine_la_LIBADD = libpaths.la $(ENGINE_LIBS)
%C%_engine_la_LDFLAGS = $(mb_module_ldflags) \
	-export-symbols-regex '^mailbearer_engine$$'
%C%_http_la_SOURCES =
%C%_http_la_LIBADD = libpaths.la $(HTTP_LIBS)
%C%_http_la_LDFLAGS = $(mb_module_ldflags) \
	-export-symbols-regex '^mailbearer_http$$'

# The refresh helper, twice like the tool: with the installed paths, and with
# the build tree's for the tests.
pkglibexec_PROGRAMS += mailbearer-refresh
HELPER_LIBS = libcommand.la libhttp.la libengine.la libbase.la $(CURL_LIBS) \
	$(JOSE_LIBS) $(JANSSON_LIBS) $(CONFIG_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS)
mailbearer_refresh_SOURCES = %D%/helper_main.c
mailbearer_refresh_CFLAGS = $(AM_CFLAGS)
mailbearer_refresh_LDADD = $(HELPER_LIBS) libpaths.la

check_PROGRAMS += tests/stage/mailbearer-refresh
tests_stage_mailbearer_refresh_SOURCES = %D%/helper_main.c
tests_stage_mailbearer_refresh_CFLAGS = $(AM_CFLAGS)
tests_stage_mailbearer_refresh_LDADD = $(HELPER_LIBS) libtestpaths.la
