# SPDX-License-Identifier: BSD-2-Clause
# The tool from outside: what it prints, how it ends, what it leaves behind.
cli_tests = \
	%D%/completion.sh \
	%D%/help.sh \
	%D%/grammar.sh \
	%D%/json.sh \
	%D%/hooks.sh \
	%D%/setup.sh \
	%D%/status.sh \
	%D%/store.sh \
	%D%/caught.sh \
	%D%/clock.sh \
	%D%/credential.sh \
	%D%/wrong_key.sh \
	%D%/unreached.sh \
	%D%/add_from.sh \
	%D%/account.sh \
	%D%/explain.sh \
	%D%/together.sh \
	%D%/terminal.sh \
	%D%/root.sh \
	%D%/killed.sh \
	%D%/killed_refresh.sh \
	%D%/memory.sh

dist_check_SCRIPTS += $(cli_tests)
TESTS += $(cli_tests)
EXTRA_DIST += %D%/tap.sh %D%/damage.sh

check_PROGRAMS += %D%/pty
%C%_pty_SOURCES = %D%/pty.c

# Is an answer what --json promises?
check_PROGRAMS += %D%/isjson
%C%_isjson_SOURCES = %D%/isjson.c
%C%_isjson_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_isjson_LDADD = $(JANSSON_LIBS)

# Kills a program at a system call, or looks what it leaves in its memory.
check_PROGRAMS += %D%/trace
%C%_trace_SOURCES = %D%/trace.c
TESTS_LONG += %D%/killed.sh %D%/killed_refresh.sh
