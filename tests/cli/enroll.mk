# SPDX-License-Identifier: BSD-2-Clause
# The verb enroll, against tokend; visit is the browser's last hop.
check_PROGRAMS += tests/fake/visit tests/fake/dnsd
tests_fake_dnsd_SOURCES = tests/fake/dnsd.c tests/fake/dns.h tests/fake/dns.c
tests_fake_visit_SOURCES = tests/fake/visit.c
TESTS += %D%/enroll.sh %D%/enroll_paste.sh %D%/enroll_import.sh %D%/grants.sh \
	%D%/enroll_browser.sh %D%/enroll_device.sh %D%/enroll_mx.sh \
	%D%/discovery.sh
dist_check_SCRIPTS += %D%/enroll.sh %D%/enroll_paste.sh %D%/enroll_import.sh %D%/grants.sh \
	%D%/enroll_browser.sh %D%/enroll_device.sh %D%/enroll_mx.sh \
	%D%/discovery.sh
EXTRA_DIST += %D%/enroll_bed.sh

# Account rules: many mailboxes, one token.
check_PROGRAMS += %D%/many
%C%_many_SOURCES = %D%/many.c
%C%_many_LDADD = $(ENGINE_LIBS) libtestpaths.la
TESTS += %D%/rules.sh
dist_check_SCRIPTS += %D%/rules.sh
