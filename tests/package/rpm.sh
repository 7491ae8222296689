#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The RPM spec: built from the tarball, and everything that is installed is in
# one of its packages. Macros of Fedora are defined where this rpm has none.
set -u
src=$(cd "${srcdir:-.}" && pwd -P)
build=${top_builddir:-.}
spec=$src/contrib/mailbearer.spec
count=0
failed=0

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		tail -n 30 "$T/log" | sed 's/^/#   /'
	fi
}
ok() {
	name=$1
	shift
	"$@" >"$T/log" 2>&1 </dev/null
	result $? "$name"
}

[ -n "${MB_LONG:-}" ] || { echo "1..0 # SKIP only in make check-long"; exit 0; }
command -v rpmbuild >/dev/null || { echo "1..0 # SKIP needs rpmbuild"; exit 0; }
T=$(mktemp -d "${TMPDIR:-/var/tmp}/mailbearer-rpm.XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT
trap 'exit 99' HUP INT TERM

version=$(sed -n 's/^AC_INIT(\[mailbearer\], \[\(.*\)\])$/\1/p' "$src/configure.ac")
ok "the spec is of this version" grep -qx "Version: *$version" "$spec"
mkdir "$T/SOURCES"
make_source() {
	make -C "$build" dist && mv "$build/mailbearer-$version.tar.gz" "$T/SOURCES/"
}
ok "a tarball" make_source
prefix=/usr/lib/systemd
ok "it builds, and nothing that is installed is left out" \
	rpmbuild -bb --nodeps --nocheck \
	--define "_topdir $T" --define "_smp_mflags -j2" \
	--define "_unpackaged_files_terminate_build 1" \
	--define "debug_package %{nil}" \
	--define "_unitdir $prefix/system" --define "_userunitdir $prefix/user" \
	--define "_tmpfilesdir /usr/lib/tmpfiles.d" \
	--define "systemd_requires %{nil}" \
	--define "systemd_post() true" --define "systemd_preun() true" \
	--define "systemd_postun() true" "$spec"
# files PACKAGE: what is in it
files() {
	rpm -qpl "$T"/RPMS/*/"$1"-"$version"-*.rpm
}
for file in /usr/bin/mailbearer /usr/share/mailbearer/providers.conf \
	/usr/share/man/man1/mailbearer.1.gz \
	/usr/share/man/man5/mailbearer-credentials.5.gz \
	$prefix/system/mailbearer-refresh.timer \
	$prefix/user/mailbearer-refresh.timer /usr/lib/tmpfiles.d/mailbearer.conf \
	/usr/share/bash-completion/completions/mailbearer; do
	ok "mailbearer: $file" sh -c "$(files mailbearer >"$T/tool"
		echo "grep -Ex '$file|${file%.gz}' '$T/tool'")"
done
libdir=$(rpm -E '%{_libdir}')
files cyrus-sasl-mailbearer >"$T/plugin"
for file in sasl2/libmailbearer.so mailbearer/engine.so mailbearer/http.so \
	mailbearer/mailbearer-refresh; do
	ok "cyrus-sasl-mailbearer: $file" grep -x "$libdir/$file" "$T/plugin"
done
ok "the plugin's package may be there for two architectures" sh -c \
	"! grep -E '^/(usr/(bin|libexec|share/mailbearer)|etc)/' '$T/plugin'"
scripts=$(rpm -qp --scripts "$T"/RPMS/*/mailbearer-"$version"-*.rpm 2>/dev/null)
ok "no key is made" sh -c "! echo '$scripts' | grep 'mailbearer init'"
if command -v rpmlint >/dev/null; then
	ok "rpmlint sees no error in the spec" rpmlint "$spec"
else
	count=$((count + 1))
	echo "ok $count - rpmlint sees no error in the spec # SKIP no rpmlint"
fi
echo "1..$count"
[ "$failed" -eq 0 ]
