# SPDX-License-Identifier: BSD-2-Clause
# The tool is main.c and libtools.la, linked four times: as mailbearer, which has
# the quick verbs, and mailbearer-full, which has all of them; both with the
# installed paths, and with the build tree's for the tests.
noinst_LTLIBRARIES += libtools.la
bin_PROGRAMS += mailbearer
pkglibexec_PROGRAMS += mailbearer-full
check_PROGRAMS += tests/stage/mailbearer tests/stage/mailbearer-full

TOOLS_SOURCES = \
	%D%/accounts.c \
	%D%/accounts.h \
	%D%/adding.c \
	%D%/adding.h \
	%D%/caught.c %D%/caught.h \
	%D%/change.c \
	%D%/change.h \
	%D%/clientfile.c %D%/clientfile.h %D%/clientfile_ini.c \
	%D%/clientfile_pizauth.c \
	%D%/cmd_add.c \
	%D%/cmd_apply.c \
	%D%/cmd_completion.c \
	%D%/binary.c %D%/binary.h %D%/capture.c %D%/capture.h \
	%D%/rivals.c %D%/rivals.h \
	%D%/migrate.c %D%/migrate.h %D%/migrate_read.c \
	%D%/cmd_doctor.c %D%/doctor.h %D%/doctor_accounts.c \
	%D%/doctor_host.c %D%/doctor_net.c %D%/doctor_postfix.c \
	%D%/doctor_report.c %D%/doctor_store.c \
	%D%/cmd_edit.c \
	%D%/cmd_explain.c \
	%D%/explain.c %D%/explain.h %D%/explain_say.c \
	%D%/cmd_test.c %D%/probe.c %D%/probe.h \
	%D%/login_url.c %D%/login_words.c %D%/login_words.h \
	%D%/cmd_help.c \
	%D%/cmd_init.c \
	%D%/cmd_list.c \
	%D%/cmd_provider.c \
	%D%/cmd_refresh.c \
	%D%/cmd_rekey.c \
	%D%/cmd_remove.c \
	%D%/cmd_rename.c \
	%D%/cmd_retire.c \
	%D%/bundle.c %D%/bundle.h %D%/cmd_export.c %D%/cmd_import.c \
	%D%/import_store.c %D%/import_store.h \
	%D%/cmd_revoke.c \
	%D%/cmd_set.c \
	%D%/cmd_setup.c \
	%D%/cmd_show.c \
	%D%/cmd_token.c \
	%D%/cmd_tunnel.c \
	%D%/cmd_version.c \
	%D%/completion.c %D%/completion.h %D%/completion_zsh.c \
	%D%/converge.c \
	%D%/converge.h \
	%D%/expiry.c %D%/expiry.h \
	%D%/due.c %D%/due.h %D%/due_list.c %D%/due_tell.c \
	%D%/pool.c %D%/pool.h \
	%D%/status.c %D%/status.h %D%/status_file.h %D%/status_known.c \
	%D%/ends.c %D%/ends.h \
	%D%/hooks.c %D%/hooks.h %D%/watch.c %D%/watch.h \
	%D%/cmd_status.c %D%/status_report.c %D%/status_report.h \
	%D%/editor.c \
	%D%/ending.c \
	%D%/ending.h \
	%D%/editor.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/keyfile.c %D%/keyfile.h %D%/rule.c %D%/rule.h \
	%D%/enroll_app.c \
	%D%/help.c \
	%D%/help.h \
	%D%/init.h \
	%D%/input.c \
	%D%/input.h \
	%D%/mx.c %D%/mx.h \
	%D%/login.c \
	%D%/login.h \
	%D%/opts.c \
	%D%/opts.h \
	%D%/out.c \
	%D%/out.h \
	%D%/owner.c \
	%D%/owner.h \
	%D%/postconf.c \
	%D%/postconf.h \
	%D%/discover.c \
	%D%/discover.h \
	%D%/presets.c \
	%D%/presets.h \
	%D%/peer.c \
	%D%/peer.h \
	%D%/prove.c \
	%D%/prove.h \
	%D%/records.c \
	%D%/records.h \
	%D%/recovery.c \
	%D%/recovery.h \
	%D%/relay.c \
	%D%/relay.h \
	%D%/scratch.c \
	%D%/scratch.h \
	%D%/setup.h \
	%D%/setup_apply.c \
	%D%/setup_clients.c \
	%D%/setup_find.c \
	%D%/setup_postfix.c \
	%D%/setup_text.c \
	%D%/store_pick.c \
	%D%/store_pick.h \
	%D%/table.c \
	%D%/table.h \
	%D%/tool.h \
	%D%/tty.c \
	%D%/tty.h \
	%D%/tunnel.c \
	%D%/tunnel.h \
	%D%/verbs.c \
	%D%/verbs_find.c \
	%D%/verbs.h \
	%D%/wanted.c \
	%D%/wanted.h

# enroll
TOOLS_SOURCES += \
	%D%/browser.c %D%/browser.h %D%/callback.c %D%/callback.h \
	%D%/cmd_enroll.c %D%/enroll.h %D%/enroll_pick.c %D%/enroll_save.c \
	%D%/enroll_way.c %D%/signals.c %D%/signals.h %D%/qr.c %D%/qr.h \
	%D%/enroll_begin.c %D%/enroll_many.c %D%/enroll_redeem.c \
	%D%/flow_code.c %D%/flow_code.h %D%/flow_wait.c \
	%D%/flow_device.c %D%/flow_device.h \
	%D%/idtoken.c %D%/idtoken.h %D%/import.c %D%/import.h \
	%D%/listen.c %D%/listen.h %D%/loopback.c %D%/loopback.h \
	%D%/page.c %D%/page.h %D%/paste.c %D%/paste.h \
	%D%/pkce.c %D%/pkce.h %D%/redirect.c %D%/redirect.h

TOOLS_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(MICROHTTPD_CFLAGS) $(QRENCODE_CFLAGS)
TOOLS_LIBS = libtools.la libcommand.la libsealcms.la libhttp.la libengine.la libbase.la \
	$(CURL_LIBS) $(JOSE_LIBS) $(JANSSON_LIBS) $(CONFIG_LIBS) $(SSL_LIBS) \
	$(CRYPTO_LIBS) $(MICROHTTPD_LIBS) $(QRENCODE_LIBS)

libtools_la_SOURCES = $(TOOLS_SOURCES)
libtools_la_CFLAGS = $(TOOLS_CFLAGS)
libtools_la_LIBADD = libwire.la

mailbearer_full_SOURCES = %D%/main.c
mailbearer_full_CFLAGS = $(TOOLS_CFLAGS)
mailbearer_full_LDADD = $(TOOLS_LIBS) libpaths.la

tests_stage_mailbearer_full_SOURCES = %D%/main.c
tests_stage_mailbearer_full_CFLAGS = $(TOOLS_CFLAGS)
tests_stage_mailbearer_full_LDADD = $(TOOLS_LIBS) libtestpaths.la

# No libcurl, no libmicrohttpd, and of the others what is really used.
QUICK_LIBS = libtools.la libcommand.la libsealcms.la libhttp.la libengine.la libbase.la \
	$(JANSSON_LIBS) $(CONFIG_LIBS) $(CRYPTO_LIBS)
mb_quick_ldflags = $(AM_LDFLAGS) -Wl,--as-needed

mailbearer_SOURCES = %D%/main.c %D%/verbs_quick.c
mailbearer_CFLAGS = $(TOOLS_CFLAGS)
mailbearer_LDFLAGS = $(mb_quick_ldflags)
mailbearer_LDADD = $(QUICK_LIBS) libpaths.la

tests_stage_mailbearer_SOURCES = %D%/main.c %D%/verbs_quick.c
tests_stage_mailbearer_CFLAGS = $(TOOLS_CFLAGS)
tests_stage_mailbearer_LDFLAGS = $(mb_quick_ldflags)
tests_stage_mailbearer_LDADD = $(QUICK_LIBS) libtestpaths.la
