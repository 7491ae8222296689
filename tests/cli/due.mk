# SPDX-License-Identifier: BSD-2-Clause
# refresh --due and what runs it.
check_PROGRAMS += %D%/records
%C%_records_SOURCES = %D%/records.c
%C%_records_LDADD = $(ENGINE_LIBS) libtestpaths.la
TESTS += %D%/due.sh %D%/due_stop.sh %D%/due_service.sh
dist_check_SCRIPTS += %D%/due.sh %D%/due_stop.sh %D%/due_service.sh

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_pool
TESTS += tests/unit/test_pool
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c
tests_unit_test_pool_CFLAGS = $(TOOLS_CFLAGS)
tests_unit_test_pool_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_due
TESTS += tests/unit/test_due
tests_unit_test_due_SOURCES = tests/unit/test_due.c
tests_unit_test_due_CFLAGS = $(TOOLS_CFLAGS)
tests_unit_test_due_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_status
TESTS += tests/unit/test_status
tests_unit_test_status_SOURCES = tests/unit/test_status.c
tests_unit_test_status_CFLAGS = $(TOOLS_CFLAGS)
tests_unit_test_status_LDADD = $(TOOLS_LIBS) libtestpaths.la $(UNIT_LIBS)
endif
