# SPDX-License-Identifier: BSD-2-Clause
# Against programs that nobody here wrote; run by ./bootstrap check and demo.
EXTRA_DIST += .ci/run %D%/packages.sh %D%/tap.sh %D%/bed.sh %D%/demo.sh \
	%D%/enroll.sh %D%/device.sh %D%/login.sh %D%/mbsync.sh %D%/postfix.sh %D%/trouble.sh %D%/leaks.sh \
	%D%/grants.sh %D%/tunnel.sh %D%/setup.sh %D%/migrate.sh %D%/syslog.sh %D%/rival.c %D%/clients.sh %D%/mta.sh %D%/doctor.sh \
	%D%/walks.sh %D%/sink.mjs \
	%D%/freeports.mjs %D%/oidc.mjs %D%/signin.mjs %D%/browser.mjs \
	%D%/sampler.mjs %D%/leakscan.mjs %D%/hostile.mjs \
	%D%/package.json %D%/package-lock.json

# The walks of doc/WALKS.md, as long as they are.
dist_check_SCRIPTS += %D%/walks_long.sh
TESTS_LONG += %D%/walks_long.sh
