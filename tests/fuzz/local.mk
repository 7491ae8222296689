# SPDX-License-Identifier: BSD-2-Clause
# Fuzz harnesses.  Each replays its committed corpus in make check; configured
# with --enable-fuzz they are libFuzzer programs, and make fuzz runs them.
check_LTLIBRARIES += libfuzz.la libfuzzreplay.la
libfuzz_la_SOURCES = %D%/fuzz.h %D%/fuzz.c
libfuzzreplay_la_SOURCES = %D%/replay_main.c

fuzz_programs = \
	%D%/fuzz_address \
	%D%/fuzz_bundle \
	%D%/fuzz_command \
	%D%/fuzz_credfile \
	%D%/fuzz_credtext \
	%D%/fuzz_device \
	%D%/fuzz_discovery \
	%D%/fuzz_escape \
	%D%/fuzz_idtoken \
	%D%/fuzz_import \
	%D%/fuzz_keyfile \
	%D%/fuzz_loopback \
	%D%/fuzz_mx \
	%D%/fuzz_opts \
	%D%/fuzz_paste \
	%D%/fuzz_providers \
	%D%/fuzz_record \
	%D%/fuzz_redirect \
	%D%/fuzz_reply \
	%D%/fuzz_tunnel \
	%D%/fuzz_unseal \
	%D%/fuzz_url \
	%D%/fuzz_wire

EXTRA_DIST += %D%/corpus %D%/dict

if ENABLE_FUZZ
EXTRA_PROGRAMS += $(fuzz_programs)
fuzz_main = libfuzz.la
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_ready = :
else
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
fuzz_main = libfuzz.la libfuzzreplay.la
fuzz_ldflags = $(AM_LDFLAGS)
fuzz_ready = { echo 'configure with CC=clang --enable-fuzz'; exit 1; }
endif

fuzz_tools_libs = $(fuzz_main) $(TOOLS_LIBS) libtestpaths.la
fuzz_cred_sources = %D%/cred.h %D%/cred.c

%C%_fuzz_address_SOURCES = %D%/fuzz_address.c
%C%_fuzz_address_LDADD = $(fuzz_main) $(ENGINE_LIBS)
%C%_fuzz_address_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_credfile_SOURCES = %D%/fuzz_credfile.c $(fuzz_cred_sources)
%C%_fuzz_credfile_LDADD = $(fuzz_main) $(HTTP_LIBS)
%C%_fuzz_credfile_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_credfile_CFLAGS = $(AM_CFLAGS) $(CONFIG_CFLAGS)

%C%_fuzz_credtext_SOURCES = %D%/fuzz_credtext.c $(fuzz_cred_sources)
%C%_fuzz_credtext_LDADD = $(fuzz_main) $(HTTP_LIBS)
%C%_fuzz_credtext_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_credtext_CFLAGS = $(AM_CFLAGS) $(CONFIG_CFLAGS)

%C%_fuzz_escape_SOURCES = %D%/fuzz_escape.c
%C%_fuzz_escape_LDADD = $(fuzz_tools_libs)
%C%_fuzz_escape_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_idtoken_SOURCES = %D%/fuzz_idtoken.c
%C%_fuzz_idtoken_LDADD = $(fuzz_tools_libs)
%C%_fuzz_idtoken_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_import_SOURCES = %D%/fuzz_import.c
%C%_fuzz_import_LDADD = $(fuzz_tools_libs)
%C%_fuzz_import_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_loopback_SOURCES = %D%/fuzz_loopback.c
%C%_fuzz_loopback_LDADD = $(fuzz_tools_libs)
%C%_fuzz_loopback_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_opts_SOURCES = %D%/fuzz_opts.c
%C%_fuzz_opts_LDADD = $(fuzz_tools_libs)
%C%_fuzz_opts_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_opts_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

%C%_fuzz_paste_SOURCES = %D%/fuzz_paste.c
%C%_fuzz_paste_LDADD = $(fuzz_tools_libs)
%C%_fuzz_paste_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_providers_SOURCES = %D%/fuzz_providers.c
%C%_fuzz_providers_LDADD = $(fuzz_main) $(HTTP_LIBS)
%C%_fuzz_providers_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_record_SOURCES = %D%/fuzz_record.c
%C%_fuzz_record_LDADD = $(fuzz_main) $(ENGINE_LIBS)
%C%_fuzz_record_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_redirect_SOURCES = %D%/fuzz_redirect.c
%C%_fuzz_redirect_LDADD = $(fuzz_tools_libs)
%C%_fuzz_redirect_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_reply_SOURCES = %D%/fuzz_reply.c
%C%_fuzz_reply_LDADD = $(fuzz_main) $(HTTP_LIBS) $(ENGINE_LIBS)
%C%_fuzz_reply_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_reply_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

%C%_fuzz_unseal_SOURCES = %D%/fuzz_unseal.c
%C%_fuzz_unseal_LDADD = $(fuzz_main) $(ENGINE_LIBS)
%C%_fuzz_unseal_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_unseal_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

%C%_fuzz_url_SOURCES = %D%/fuzz_url.c
%C%_fuzz_url_LDADD = $(fuzz_tools_libs)
%C%_fuzz_url_LDFLAGS = $(fuzz_ldflags)
%C%_fuzz_url_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)

%C%_fuzz_bundle_SOURCES = %D%/fuzz_bundle.c
%C%_fuzz_bundle_LDADD = $(fuzz_tools_libs)
%C%_fuzz_bundle_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_device_SOURCES = %D%/fuzz_device.c
%C%_fuzz_device_LDADD = $(fuzz_main) $(HTTP_LIBS) $(ENGINE_LIBS)
%C%_fuzz_device_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_discovery_SOURCES = %D%/fuzz_discovery.c
%C%_fuzz_discovery_LDADD = $(fuzz_main) $(HTTP_LIBS)
%C%_fuzz_discovery_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_mx_SOURCES = %D%/fuzz_mx.c
%C%_fuzz_mx_LDADD = $(fuzz_tools_libs)
%C%_fuzz_mx_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_command_SOURCES = %D%/fuzz_command.c
%C%_fuzz_command_LDADD = $(fuzz_tools_libs)
%C%_fuzz_command_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_tunnel_SOURCES = %D%/fuzz_tunnel.c
%C%_fuzz_tunnel_LDADD = $(fuzz_tools_libs)
%C%_fuzz_tunnel_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_keyfile_SOURCES = %D%/fuzz_keyfile.c
%C%_fuzz_keyfile_LDADD = $(fuzz_tools_libs)
%C%_fuzz_keyfile_LDFLAGS = $(fuzz_ldflags)

%C%_fuzz_wire_SOURCES = %D%/fuzz_wire.c
%C%_fuzz_wire_LDADD = $(fuzz_main) libmech.la libbase.la
%C%_fuzz_wire_LDFLAGS = $(fuzz_ldflags)

# What libFuzzer finds goes into the first directory it is given: never into the
# committed corpus.  Each target for FUZZ_TIME seconds (60), or for FUZZ_RUNS
# executions; FUZZ_TARGETS="wire unseal": these only.
FUZZ_TIME =
FUZZ_RUNS =
FUZZ_TARGETS = address bundle command credfile credtext device discovery \
	escape idtoken import keyfile loopback mx opts paste providers record redirect reply \
	unseal url wire
FUZZ_FLAGS = -timeout=10 -rss_limit_mb=2048 -print_final_stats=1

.PHONY: fuzz
fuzz:
	@$(fuzz_ready)
	@for target in $(FUZZ_TARGETS); do \
		set -- "$$@" %D%/fuzz_$$target; \
	done; $(MAKE) $(AM_MAKEFLAGS) "$$@"
	@status=0; runs=$(FUZZ_RUNS); time=$(FUZZ_TIME); \
	: "$${time:=$${runs:+0}}" "$${time:=60}" "$${runs:=-1}"; \
	for target in $(FUZZ_TARGETS); do \
		echo "  FUZZ     $$target"; \
		$(MKDIR_P) %D%/scratch/$$target; \
		dict=$(top_srcdir)/tests/fuzz/dict/$$target.dict; \
		ASAN_OPTIONS=quarantine_size_mb=16:$$ASAN_OPTIONS \
		nice -n 19 %D%/fuzz_$$target $(FUZZ_FLAGS) \
			`test ! -e $$dict || echo -dict=$$dict` \
			-max_total_time=$$time -runs=$$runs \
			-artifact_prefix=%D%/scratch/$$target- \
			%D%/scratch/$$target \
			$(top_srcdir)/tests/fuzz/corpus/$$target || status=1; \
	done; exit $$status
