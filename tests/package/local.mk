# SPDX-License-Identifier: BSD-2-Clause
# The packages themselves: minutes, root and a mirror, so in check-long alone.
dist_check_SCRIPTS += %D%/deb.sh %D%/rpm.sh %D%/contrib.sh
EXTRA_DIST += %D%/mapped.c %D%/relay.sh
TESTS_LONG += %D%/deb.sh %D%/rpm.sh
TESTS += %D%/contrib.sh

EXTRA_DIST += contrib/mailbearer.spec contrib/selinux/mailbearer.fc \
	contrib/selinux/mailbearer.if contrib/selinux/mailbearer.te \
	contrib/docker/Dockerfile contrib/docker/relay.sh

EXTRA_DIST += debian/changelog debian/control debian/copyright \
	debian/libsasl2-modules-mailbearer.install \
	debian/mailbearer.README.Debian debian/mailbearer.examples \
	debian/mailbearer.install \
	debian/mailbearer.postrm debian/mailbearer.tmpfiles debian/rules \
	debian/source/format debian/watch debian/tests/control \
	debian/tests/endpoint.pl debian/tests/login.pl debian/tests/smoke
