#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The walks of doc/WALKS.md at full length, for make check-long: an installation
# of its own below the build directory, the OAuth2 server from the npm registry
# (MB_NODE: where it is already). Needs root, Postfix, Dovecot, mbsync, mutt,
# msmtp and a network.
set -u
src=$(cd "${srcdir:-.}" && pwd -P)

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}
[ -n "${MB_LONG:-}" ] || skip_all "only in make check-long"
[ "$(id -u)" -eq 0 ] || skip_all "needs root"
PATH=$PATH:/usr/sbin:/sbin
for tool in node npm postfix dovecot mbsync mutt msmtp; do
	command -v "$tool" >/dev/null || skip_all "needs $tool"
done
[ ! -e "$src/config.status" ] || skip_all "the source directory is configured"

T=$(mktemp -d "${TMPDIR:-/tmp}/mailbearer-walks.XXXXXX") || exit 99
chmod 755 "$T"
build=$(cd "${top_builddir:-.}" && pwd -P)
trap 'rm -rf "$T"' EXIT
trap 'exit 99' HUP INT TERM

prepare() {
	mkdir -p "$T/b" "$T/runs" "$T/node" &&
	cp "$src"/tests/e2e/*.mjs "$T/node/" || return
	if [ -n "${MB_NODE:-}" ]; then
		ln -s "$MB_NODE/node_modules" "$T/node/node_modules"
	else
		cp "$src/tests/e2e/package.json" \
			"$src/tests/e2e/package-lock.json" "$T/node/" &&
		npm ci --prefix "$T/node" --ignore-scripts --no-audit --no-fund
	fi || return
	cd "$T/b" &&
	"$src/configure" --prefix="$T/stage" CFLAGS="-O1" \
		--with-saslplugindir="$T/stage/lib/sasl2" \
		--with-confdir="$T/stage/etc/mailbearer" \
		--with-statedir="$T/stage/var/lib/mailbearer" \
		--with-rundir="$T/stage/run/mailbearer" &&
	make && make install
}
prepare >"$build/walks-prepare.log" 2>&1 </dev/null || {
	tail -n 20 "$build/walks-prepare.log" | sed 's/^/# /'
	echo "not ok 1 - an installation of its own"
	echo "1..1"
	exit 1
}
export MB_LONG
cd "$src" || exit 99
E2E=$src/tests/e2e STAGE=$T/stage NODE=$T/node RUNS=$T/runs NO_POSTFIX= \
	sh tests/e2e/walks.sh </dev/null
