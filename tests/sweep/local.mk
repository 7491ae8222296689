# SPDX-License-Identifier: BSD-2-Clause
# Every allocation and every write of ours failing in turn.
fault_wraps = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray,--wrap=strdup,--wrap=strndup,--wrap=free \
	-Wl,--wrap=mmap,--wrap=munmap \
	-Wl,--wrap=pwrite,--wrap=write,--wrap=fsync,--wrap=ftruncate \
	-Wl,--wrap=posix_fallocate,--wrap=renameat,--wrap=linkat \
	-Wl,--wrap=unlinkat,--wrap=fchmod,--wrap=fchown,--wrap=close \
	-Wl,--wrap=openat,--wrap=open,--wrap=fcntl

# What starts a program, and talks to it.
process_wraps = -Wl,--wrap=syscall,--wrap=socketpair,--wrap=pipe2 \
	-Wl,--wrap=dup2,--wrap=execve,--wrap=send,--wrap=recv \
	-Wl,--wrap=poll,--wrap=waitpid

if HAVE_CMOCKA
sweep_sources = %D%/faults.h %D%/faults.c %D%/bed.h %D%/bed.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c \
	tests/unit/data.h tests/unit/data.c

check_PROGRAMS += %D%/test_memory
TESTS += %D%/test_memory
%C%_test_memory_SOURCES = %D%/test_memory.c $(sweep_sources)
%C%_test_memory_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps)
%C%_test_memory_LDADD = libfake.la $(HTTP_LIBS) $(SEALCMS_LIBS) \
	libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += %D%/test_files
TESTS += %D%/test_files
%C%_test_files_SOURCES = %D%/test_files.c $(sweep_sources)
%C%_test_files_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps)
%C%_test_files_LDADD = $(SEALCMS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += %D%/test_clock
TESTS += %D%/test_clock
%C%_test_clock_SOURCES = %D%/test_clock.c $(sweep_sources)
%C%_test_clock_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps)
%C%_test_clock_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += %D%/test_disks
TESTS += %D%/test_disks
%C%_test_disks_SOURCES = %D%/test_disks.c $(sweep_sources)
%C%_test_disks_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps)
%C%_test_disks_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += %D%/test_login
TESTS += %D%/test_login
%C%_test_login_SOURCES = %D%/test_login.c plugin/plugin.c \
	tests/host/client.h tests/host/client.c $(sweep_sources)
%C%_test_login_CFLAGS = $(libmech_la_CFLAGS)
%C%_test_login_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps) \
	-Wl,--wrap=mb_load_engine,--wrap=mb_engine_http,--wrap=mb_helper_ask
%C%_test_login_LDADD = libmech.la $(ENGINE_LIBS) $(SASL_LIBS) \
	libtestpaths.la $(UNIT_LIBS)

# The programs' own main, by another name.
check_LTLIBRARIES += libhelpermain.la
libhelpermain_la_SOURCES = lib/helper_main.c
libhelpermain_la_CPPFLAGS = $(AM_CPPFLAGS) -Dmain=helper_main
libhelpermain_la_CFLAGS = $(AM_CFLAGS) -include tests/sweep/mains.h

process_sources = %D%/faults.h %D%/faults.c %D%/faults_process.c \
	tests/host/bed.h tests/host/bed.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c

check_PROGRAMS += %D%/test_spawn
TESTS += %D%/test_spawn
%C%_test_spawn_SOURCES = %D%/test_spawn.c $(process_sources)
%C%_test_spawn_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps) $(process_wraps)
%C%_test_spawn_LDADD = $(ENGINE_LIBS) libtestpaths.la libfake.la $(UNIT_LIBS)

check_PROGRAMS += %D%/test_helper
TESTS += %D%/test_helper
TESTS_LONG += %D%/test_helper
%C%_test_helper_SOURCES = %D%/test_helper.c %D%/mains.h $(process_sources)
%C%_test_helper_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps) $(process_wraps) \
	-Wl,--wrap=mb_spawn,--wrap=mb_sleep_ms
%C%_test_helper_LDADD = libhelpermain.la $(HELPER_LIBS) libtestpaths.la \
	libfake.la $(UNIT_LIBS)

check_LTLIBRARIES += libtoolmain.la
libtoolmain_la_SOURCES = tools/main.c
libtoolmain_la_CPPFLAGS = $(AM_CPPFLAGS) -Dmain=tool_main
libtoolmain_la_CFLAGS = $(TOOLS_CFLAGS) -include tests/sweep/mains.h

check_PROGRAMS += %D%/test_verbs
TESTS += %D%/test_verbs
TESTS_LONG += %D%/test_verbs
%C%_test_verbs_SOURCES = %D%/test_verbs.c %D%/mains.h \
	%D%/faults.h %D%/faults.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c \
	tests/unit/data.h tests/unit/data.c
%C%_test_verbs_LDFLAGS = $(AM_LDFLAGS) $(fault_wraps)
%C%_test_verbs_LDADD = libtoolmain.la $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)
endif
