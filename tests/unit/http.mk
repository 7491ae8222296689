# SPDX-License-Identifier: BSD-2-Clause
# The http module as tests load it, the token endpoint they talk to, and the
# unit tests of what is in libhttp.la.
check_LTLIBRARIES += tests/stage/http.la
tests_stage_http_la_SOURCES =
tests_stage_http_la_LIBADD = libtestpaths.la $(HTTP_LIBS)
tests_stage_http_la_LDFLAGS = $(lib_http_la_LDFLAGS) \
	-rpath $(abs_top_builddir)/tests/nowhere

# A token endpoint that answers as it is told: see its opening comment.
check_PROGRAMS += tests/fake/tokend
tests_fake_tokend_SOURCES = tests/fake/tokend.c
tests_fake_tokend_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS) -pthread
tests_fake_tokend_LDADD = $(SSL_LIBS) $(CRYPTO_LIBS)
check_LTLIBRARIES += libfake.la
libfake_la_SOURCES = tests/fake/fake.h tests/fake/fake.c \
	tests/fake/certs.h tests/fake/certs.c
libfake_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_credfile
TESTS += tests/unit/test_credfile
tests_unit_test_credfile_SOURCES = tests/unit/test_credfile.c
tests_unit_test_credfile_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_codes
TESTS += tests/unit/test_codes
tests_unit_test_codes_SOURCES = tests/unit/test_codes.c
tests_unit_test_codes_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_credtext
TESTS += tests/unit/test_credtext
tests_unit_test_credtext_SOURCES = tests/unit/test_credtext.c
tests_unit_test_credtext_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_form
TESTS += tests/unit/test_form
tests_unit_test_form_SOURCES = tests/unit/test_form.c
tests_unit_test_form_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_oauth
TESTS += tests/unit/test_oauth
tests_unit_test_oauth_SOURCES = tests/unit/test_oauth.c
tests_unit_test_oauth_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_discovery
TESTS += tests/unit/test_discovery
tests_unit_test_discovery_SOURCES = tests/unit/test_discovery.c
tests_unit_test_discovery_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_oauth_device
TESTS += tests/unit/test_oauth_device
tests_unit_test_oauth_device_SOURCES = tests/unit/test_oauth_device.c
tests_unit_test_oauth_device_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_outcome
TESTS += tests/unit/test_outcome
tests_unit_test_outcome_SOURCES = tests/unit/test_outcome.c
tests_unit_test_outcome_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

check_PROGRAMS += tests/unit/test_provider
TESTS += tests/unit/test_provider
tests_unit_test_provider_SOURCES = tests/unit/test_provider.c
tests_unit_test_provider_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_http
TESTS += tests/unit/test_http
tests_unit_test_http_SOURCES = tests/unit/test_http.c
tests_unit_test_http_LDADD = libfake.la $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)
check_PROGRAMS += tests/unit/test_redeem
TESTS += tests/unit/test_redeem
tests_unit_test_redeem_SOURCES = tests/unit/test_redeem.c
tests_unit_test_redeem_LDADD = libfake.la $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)

# Exports a getaddrinfo of its own, for libcurl to call.
check_PROGRAMS += tests/unit/test_unreachable
TESTS += tests/unit/test_unreachable
tests_unit_test_unreachable_SOURCES = tests/unit/test_unreachable.c \
	tests/unit/data.h tests/unit/data.c
tests_unit_test_unreachable_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
tests_unit_test_unreachable_LDADD = $(HTTP_LIBS) libtestpaths.la $(UNIT_LIBS)
endif
