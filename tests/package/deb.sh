#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The Debian packages: built without a network in a clean root, looked at by
# lintian, installed into another clean root, used there, upgraded under a
# running program, removed, purged. Needs root and a Debian mirror (what apt on
# this machine uses); takes several minutes. KEEP=1 keeps the roots.
set -u
src=$(cd "${srcdir:-.}" && pwd -P)
build=${top_builddir:-.}
count=0
failed=0

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}
[ -n "${MB_LONG:-}" ] || skip_all "only in make check-long"
[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for tool in debootstrap apt-get unshare ip; do
	command -v $tool >/dev/null 2>&1 || skip_all "needs $tool"
done
unshare -n true 2>/dev/null || skip_all "needs name spaces"

T=$(mktemp -d "${TMPDIR:-/var/tmp}/mailbearer-deb.XXXXXX") || exit 99
chmod 755 "$T"
log=$T/log
: >"$log"

cleanup() {
	for at in "$T"/*/dev/pts "$T"/*/proc; do
		umount "$at" 2>/dev/null
	done
	[ -n "${KEEP:-}" ] && echo "# kept: $T" || rm -rf --one-file-system "$T"
}
trap cleanup EXIT
trap 'exit 99' HUP INT TERM

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		tail -n "${3:-25}" "$log" | sed 's/^/#   /'
	fi
}

# ok NAME COMMAND...: what it says goes to the log.
ok() {
	name=$1
	shift
	echo "== $name" >>"$log"
	"$@" >>"$log" 2>&1 </dev/null
	result $? "$name"
}

# need NAME COMMAND...: nothing after it makes sense without it.
need() {
	before=$failed
	ok "$@"
	[ "$failed" -eq "$before" ] || {
		echo "1..$count"
		exit 1
	}
}

# The mirrors, as apt on this machine has them.
targets() {
	# shellcheck disable=SC2016 # apt's own
	apt-get indextargets --format \
		'$(SITE) $(RELEASE) $(COMPONENT) $(SIGNED_BY)' \
		'Created-By: Packages' | sort -u
}
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
site=$(targets | awk -v s="$suite" '$2 == s && $3 == "main" { print $1; exit }')
[ -n "$site" ] || skip_all "apt has no mirror of this release"
proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
[ -z "$proxy" ] || export http_proxy="$proxy"

root_dir() {
	mkdir "$T/$1" && cp -a "$T/base/." "$T/$1/" &&
		mount -t proc proc "$T/$1/proc" &&
		mount -t devpts -o ptmxmode=666 devpts "$T/$1/dev/pts" &&
		ln -sf pts/ptmx "$T/$1/dev/ptmx"
}

# in_root ROOT COMMAND...; alone_in_root: without a network but loopback.
in_root() {
	chroot "$T/$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		HOME=/root DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy=$http_proxy} sh -euc "$2"
}
alone_in_root() {
	unshare -n sh -c 'ip link set lo up && "$@"' sh \
		chroot "$T/$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C.UTF-8 HOME=/root sh -euc "$2"
}
APT='apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0'

make_base() {
	debootstrap --variant=minbase --include=ca-certificates \
		"$suite" "$T/base" "$site" &&
	targets | while read -r from release part key; do
		case $release in
		"$suite"*) echo "deb $from $release $part" ;;
		esac
	done >"$T/base/etc/apt/sources.list" &&
	printf '#!/bin/sh\nexit 101\n' >"$T/base/usr/sbin/policy-rc.d" &&
	chmod 755 "$T/base/usr/sbin/policy-rc.d" &&
	cp /etc/resolv.conf /etc/hosts "$T/base/etc/"
}

# The tarball of this source as Debian's original, unpacked, with debian/.
make_source() {
	rm -f "$build"/mailbearer-*.tar.gz
	make -C "$build" dist || return
	mkdir -p "$T/build/build"
	tarball=$(ls "$build"/mailbearer-*.tar.gz)
	version=${tarball##*/mailbearer-}
	version=${version%.tar.gz}
	mv "$tarball" "$T/build/build/mailbearer_$version.orig.tar.gz" &&
	tar -xf "$T/build/build/mailbearer_$version.orig.tar.gz" \
		-C "$T/build/build" &&
	mv "$T/build/build/mailbearer-$version" "$T/build/build/src" &&
	rm -rf "$T/build/build/src/debian" &&
	cp -a "$src/debian" "$T/build/build/src/"
}

echo "# building in $T"
need "a clean root" make_base
root_dir build || exit 99
need "a source package's tree" make_source
need "its build dependencies are complete" in_root build "
	apt-get -qq update
	$APT install build-essential fakeroot lintian
	cd /build/src && $APT build-dep ./"
chroot "$T/build" useradd -m builder
need "it builds with its tests, as a user, without a network" \
	alone_in_root build "
	chown -R builder /build
	cd /build/src
	su builder -c 'dpkg-buildpackage -us -uc'"
ok "every test of the build passed" sh -c "
	grep -hE '^# (TOTAL|FAIL|ERROR): ' '$log' | sort | uniq -c
	grep -q '^# TOTAL: *[1-9][0-9][0-9]' '$log' &&
	! grep -E '^# (FAIL|ERROR): *[1-9]' '$log'"
ok "lintian sees no error" in_root build "
	cd /build && su builder -c 'lintian --allow-root --fail-on error \
		mailbearer_*.changes'"
mkdir "$T/debs"
cp "$T"/build/build/*.deb "$T/debs/"

# The next version, of another source: its build id differs.
need "the next version builds" alone_in_root build "
	cd /build/src
	echo '/* of another build */' >>lib/paths.c
	sed -i '1s/([^)]*)/(0.1.0-2)/' debian/changelog
	su builder -c 'DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc -b'"
mkdir "$T/next"
cp "$T"/build/build/*0.1.0-2*.deb "$T/next/"

# ---- a clean root ----

root_dir clean || exit 99
mkdir "$T/clean/debs" "$T/clean/next"
cp "$T"/debs/*.deb "$T/clean/debs/"
cp "$T"/next/*.deb "$T/clean/next/"
cp -a "$src/debian/tests" "$T/clean/tests"
need "installed" in_root clean "
	apt-get -qq update
	$APT install /debs/mailbearer_*.deb \
		/debs/libsasl2-modules-mailbearer_*.deb \
		libauthen-sasl-cyrus-perl postfix"
ok "no key was made" test ! -e "$T/clean/var/lib/mailbearer/key"
multi=$(chroot "$T/clean" dpkg --print-architecture)
triplet=$(chroot "$T/build" dpkg-architecture -qDEB_HOST_MULTIARCH)
ok "the plugin lies where libsasl2 looks" \
	test -f "$T/clean/usr/lib/$triplet/sasl2/libmailbearer.so"
ok "modules and helper lie beside it" sh -c "cd '$T/clean/usr/lib/$triplet' &&
	test -f mailbearer/engine.so -a -f mailbearer/http.so -a \
		-x mailbearer/mailbearer-refresh"
ok "no libtool archive" sh -c "! find '$T/clean/usr/lib' -name '*.la' |
	grep mailbearer"
ok "the plugin's package may be there for two architectures ($multi)" sh -c "
	dpkg-deb -f '$T'/debs/libsasl2-modules-mailbearer_*.deb Multi-Arch |
	grep -qx same &&
	! dpkg-deb -c '$T'/debs/libsasl2-modules-mailbearer_*.deb |
	grep -E ' \./(usr/(bin|libexec|share/mailbearer)|etc)/'"
for file in /usr/share/mailbearer/providers.conf \
	/usr/share/man/man1/mailbearer.1.gz \
	/usr/share/man/man5/mailbearer-credentials.5.gz \
	/usr/share/man/man7/libmailbearer.7.gz \
	/usr/share/bash-completion/completions/mailbearer \
	/usr/share/zsh/vendor-completions/_mailbearer \
	/usr/share/fish/vendor_completions.d/mailbearer.fish \
	/lib/systemd/system/mailbearer-refresh.timer \
	/usr/lib/systemd/user/mailbearer-refresh.timer \
	/usr/lib/tmpfiles.d/mailbearer.conf \
	/usr/share/doc/mailbearer/examples/selinux/mailbearer.te; do
	ok "installed: $file" in_root clean "test -s $file"
done
ok "the timer is on, a user's is not" in_root clean '
	test -L /etc/systemd/system/timers.target.wants/mailbearer-refresh.timer
	test ! -e /etc/systemd/user/timers.target.wants/mailbearer-refresh.timer'
ok "used once" alone_in_root clean /tests/smoke
ok "used again" alone_in_root clean /tests/smoke
cp "$src/tests/package/relay.sh" "$T/clean/tests/"
ok "Debian's Postfix, in its chroot, sends a message through it" \
	alone_in_root clean /tests/relay.sh
ok "the store is the service user's and root's" in_root clean '
	test "$(stat -c "%U %a" /var/lib/mailbearer/accounts)" = "postfix 700"
	test "$(stat -c "%U %a" /var/lib/mailbearer/key)" = "root 400"
	test "$(stat -c "%U:%G %a" /etc/mailbearer)" = "root:postfix 750"'

# A program that has the plugin mapped while the package is replaced.
store_sum() {
	(cd "$T/clean" && find etc/mailbearer var/lib/mailbearer -type f \
		! -name '*.lock' -exec sha256sum {} + | sort -k 2)
}
store_sum >"$T/before"
cp "$src/tests/package/mapped.c" "$T/build/build/"
ok "a program that logs in later" in_root build \
	"cc -o /build/mapped /build/mapped.c -lsasl2"
cp "$T/build/build/mapped" "$T/clean/usr/local/bin/"
chroot "$T/clean" mapped smoke@example.test mail.example.test /mapped \
	>"$T/mapped.out" 2>&1 &
mapped=$!
while [ ! -e "$T/clean/mapped" ] && kill -0 $mapped 2>/dev/null; do
	sleep 0.1
done
ok "upgraded" in_root clean "$APT install /next/mailbearer_*.deb \
	/next/libsasl2-modules-mailbearer_*.deb"
rm -f "$T/clean/mapped"
wait $mapped
ok "the old plugin with the new modules says restart" \
	grep -q 'was upgraded while mapped ran; restart mapped' "$T/mapped.out"
cat "$T/mapped.out" >>"$log"
ok "as a temporary failure" grep -q '^-24 ' "$T/mapped.out"
store_sum >"$T/after"
ok "the upgrade left the store alone" cmp "$T/before" "$T/after"
ok "used after the upgrade" alone_in_root clean /tests/smoke

store_sum | sed 's/^[^ ]* //' >"$T/before"
ok "removed" in_root clean "$APT remove mailbearer libsasl2-modules-mailbearer"
ok "purged" in_root clean "$APT purge mailbearer libsasl2-modules-mailbearer"
store_sum | sed 's/^[^ ]* //' >"$T/after"
ok "purging keeps the store" cmp "$T/before" "$T/after"
ok "purging says so" sh -c "grep -q 'mailbearer: kept the store' '$log'"
ok "nothing else is left" sh -c "! find '$T/clean/usr' '$T/clean/lib' \
	'$T/clean/run' '$T/clean/etc' -name '*mailbearer*' \
	! -path '$T/clean/etc/mailbearer*' | grep ."
ok "installed again it goes on" in_root clean "
	$APT install /next/mailbearer_*.deb \
		/next/libsasl2-modules-mailbearer_*.deb"
ok "with the same store" alone_in_root clean /tests/smoke
ok "purged, and asked to delete" in_root clean "
	touch /var/lib/mailbearer/delete-on-purge
	$APT purge mailbearer libsasl2-modules-mailbearer"
ok "everything is gone" in_root clean '
	test ! -e /var/lib/mailbearer
	test ! -e /etc/mailbearer'
ok "a package that was never used leaves nothing" in_root clean "
	$APT install /next/mailbearer_*.deb \
		/next/libsasl2-modules-mailbearer_*.deb
	$APT purge mailbearer libsasl2-modules-mailbearer
	test ! -e /var/lib/mailbearer
	test ! -e /etc/mailbearer"
echo "1..$count"
[ "$failed" -eq 0 ]
