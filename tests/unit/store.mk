# SPDX-License-Identifier: BSD-2-Clause
# Files, store and refresh policy.
if HAVE_CMOCKA

check_PROGRAMS += tests/unit/test_token
TESTS += tests/unit/test_token
tests_unit_test_token_SOURCES = tests/unit/test_token.c \
	tests/fake/world.h tests/fake/world.c
tests_unit_test_token_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_fsio
TESTS += tests/unit/test_fsio
tests_unit_test_fsio_SOURCES = tests/unit/test_fsio.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_fsio_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_lock
TESTS += tests/unit/test_lock
tests_unit_test_lock_SOURCES = tests/unit/test_lock.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_lock_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_home
TESTS += tests/unit/test_home
tests_unit_test_home_SOURCES = tests/unit/test_home.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_home_LDADD = libhome.la libbase.la libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_store_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_store_admin
TESTS += tests/unit/test_store_admin
tests_unit_test_store_admin_SOURCES = tests/unit/test_store_admin.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_store_admin_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_store_rekey
TESTS += tests/unit/test_store_rekey
tests_unit_test_store_rekey_SOURCES = tests/unit/test_store_rekey.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_store_rekey_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_stampede
TESTS += tests/unit/test_stampede
tests_unit_test_stampede_SOURCES = tests/unit/test_stampede.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_stampede_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_test_stampede_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_engine
TESTS += tests/unit/test_engine
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c \
	tests/unit/store_fixture.h tests/unit/store_fixture.c \
	tests/unit/run.h tests/unit/run.c
tests_unit_test_engine_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_test_engine_LDADD = $(ENGINE_LIBS) libtestpaths.la $(UNIT_LIBS)
endif
