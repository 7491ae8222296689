#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll ADDRESS at a terminal: the provider is suggested by the domain, else by
# where its mail goes.  The name server is dnsd on port 53 of a network of this
# script's own, which has nothing but loopback.
if [ -z "$MB_MX_INSIDE" ]; then
	as=-mn
	[ "$(id -u)" -eq 0 ] || as=-rmn
	if ! unshare "$as" true 2>/dev/null; then
		echo "1..0 # SKIP no name spaces for this user"
		exit 0
	fi
	MB_MX_INSIDE=1
	export MB_MX_INSIDE
	exec unshare "$as" sh "$0"
fi
. "${srcdir:-.}/tests/cli/tap.sh"
DNSD=${top_builddir:-.}/tests/fake/dnsd

echo "nameserver 127.0.0.1" >"$T/resolv.conf"
if ! ip link set lo up 2>/dev/null ||
   ! mount --bind "$T/resolv.conf" /etc/resolv.conf 2>/dev/null; then
	skip "suggestions" "no network of one's own can be set up"
	done_testing
	exit
fi

# serve [HOST...]: from now on it answers so.
serve() {
	unserve
	: >"$T/ready"
	"$DNSD" "$@" >"$T/ready" &
	dnsd=$!
	pids="$pids $dnsd"
	tries=100
	until grep -q ready "$T/ready" || [ "$tries" -eq 0 ]; do
		sleep 0.1
		tries=$((tries - 1))
	done
}
unserve() {
	[ -z "$dnsd" ] || { kill "$dnsd"; wait "$dnsd"; } 2>/dev/null
	dnsd=
}
# person ADDRESS: enrol it, and go away when asked for the provider.
person() {
	"$PTY" "Service provider" "^C" -- "$TOOL" --store "$S" enroll "$1" \
		>"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}
# suggests NAME PROVIDER
suggests() {
	in_out "$1" "Service provider (mailbearer provider list) [$2]:"
}

run init
dnsd=
serve mx.filter.example company-example.mail.protection.outlook.com
person you@company.example
exits "it asks before it goes on" 130
in_out "it says where the mail goes" \
	"company-example.mail.protection.outlook.com: Microsoft 365"
suggests "and suggests that provider" microsoft
person you@gmail.com
suggests "a known domain is not looked up" google
ok "not at all" sh -c '! grep -q "Looking up" "$1"' sh "$T/out"
quiet list credentials
ok "nothing was made meanwhile" sh -c '! grep -q microsoft "$1"' sh "$T/out"

"$TOOL" --store "$S" enroll you@company.example </dev/null >"$T/out" 2>&1
status=$?
ok "without a terminal nothing is looked up" \
	sh -c '! grep -q "Looking up" "$1"' sh "$T/out"

serve mx1.provider.example
person you@company.example
in_out "one that nobody knows is named" "mx1.provider.example: no provider"
in_out "and nothing is suggested" "Service provider (mailbearer provider list):"

serve
begin=$(date +%s)
person you@company.example
end=$(date +%s)
in_out "a name server that hangs is given up" "No answer"
ok "after seconds" test $((end - begin)) -le 9
unserve
person you@company.example
in_out "offline it goes on at once" "No answer"
done_testing
