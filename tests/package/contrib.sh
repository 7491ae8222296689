#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What lies in contrib/ is sound, as far as this machine has the tools: SELinux's
# compiler, a shell.
set -u
src=$(cd "${srcdir:-.}" && pwd -P)
T=$(mktemp -d "${TMPDIR:-/tmp}/mailbearer-contrib.XXXXXX") || exit 99
trap 'rm -rf "$T"' EXIT
trap 'exit 99' HUP INT TERM
count=0
failed=0

ok() {
	name=$1
	shift
	count=$((count + 1))
	if "$@" >"$T/log" 2>&1 </dev/null; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		sed 's/^/#   /' "$T/log"
	fi
}
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

version=$(sed -n 's/^AC_INIT(\[mailbearer\], \[\(.*\)\])$/\1/p' \
	"$src/configure.ac")
ok "the spec is of this version" \
	grep -qx "Version: *$version" "$src/contrib/mailbearer.spec"
ok "so is Debian's changelog" \
	grep -q "^mailbearer ($version-" "$src/debian/changelog"
ok "the relay's script parses" sh -n "$src/contrib/docker/relay.sh"
ok "the relay needs accounts" sh -c \
	"! env -u ACCOUNTS PATH=/nonexistent /bin/sh \\
		'$src/contrib/docker/relay.sh' 2>'$T/err' &&
	grep -q 'name the enrolled addresses' '$T/err'"

devel=/usr/share/selinux/devel/Makefile
cp "$src"/contrib/selinux/mailbearer.?? "$T"
if [ -e $devel ] && command -v checkmodule >/dev/null &&
   command -v semodule_package >/dev/null; then
	ok "the SELinux module compiles" make -C "$T" -f $devel mailbearer.pp
	rm -f "$T/mailbearer.pp"
	echo 'allow mailbearer_t nowhere_t:file read;' >>"$T/mailbearer.te"
	ok "one with an unknown type does not" sh -c \
		"! make -C '$T' -f $devel mailbearer.pp"
else
	skip "the SELinux module compiles" "needs selinux-policy-dev"
fi
# labelled PATH TYPE: by the last line that matches, as libselinux does.
labelled() {
	awk -v path="$1" '!/^#/ && NF { if (path ~ "^" $1 "$") label = $NF }
		END { print label }' "$src/contrib/selinux/mailbearer.fc" |
		grep ":$2,"
}
while read -r path type; do
	ok "$path is $type" labelled "$path" "$type"
done <<'EOF'
/usr/bin/mailbearer mailbearer_exec_t
/usr/lib/mailbearer/mailbearer-refresh mailbearer_exec_t
/usr/lib/x86_64-linux-gnu/mailbearer/mailbearer-full mailbearer_exec_t
/etc/mailbearer/credentials.conf mailbearer_conf_t
/var/lib/mailbearer/key mailbearer_key_t
/var/lib/mailbearer/accounts/0123.rec mailbearer_var_lib_t
/run/mailbearer/status.json mailbearer_run_t
EOF
echo "1..$count"
[ "$failed" -eq 0 ]
