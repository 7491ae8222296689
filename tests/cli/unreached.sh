#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A token endpoint whose name server is silent, or to which there is no way:
# nobody waits for it who has a token, the others not for long, and the account
# lives.  In a network of this script's own, which has nothing but loopback.
if [ -z "$MB_NET_INSIDE" ]; then
	as=-mn
	[ "$(id -u)" -eq 0 ] || as=-rmn
	if ! unshare "$as" true 2>/dev/null; then
		echo "1..0 # SKIP no name spaces for this user"
		exit 0
	fi
	MB_NET_INSIDE=1
	export MB_NET_INSIDE
	exec unshare "$as" sh "$0"
fi
. "${srcdir:-.}/tests/cli/tap.sh"

echo "nameserver 127.0.0.1" >"$T/resolv.conf"
if ! ip link set lo up 2>/dev/null ||
   ! mount --bind "$T/resolv.conf" /etc/resolv.conf 2>/dev/null; then
	skip "endpoints out of reach" "no network of one's own can be set up"
	done_testing
	exit
fi
"${top_builddir:-.}/tests/fake/dnsd" >"$T/ready" &
pids="$pids $!"
tries=100
until grep -q ready "$T/ready" || [ "$tries" -eq 0 ]; do
	sleep 0.1
	tries=$((tries - 1))
done

# within SECONDS NAME: since $began.
within() {
	took=$(($(date +%s) - began))
	ok "$2 (here: $took s)" test "$took" -le "$1"
}

secret_file secret MARKER-secret
run init
answers keep
endpoint "@$T/answers"
add_custom far
run set far --token-endpoint https://tokens.example.test/token --no-verify
now=$(date +%s)

enrolled a@x.org far $((now + 60))
began=$(date +%s)
quiet token a@x.org
exits "a silent name server: the token at hand is used" 0
within 3 "at once"

enrolled b@x.org far 1
began=$(date +%s)
run token b@x.org
exits "a silent name server, no token: a temporary failure" 5
within 15 "before a mail program gives up"
in_err "it is said whom it cannot find" tokens.example.test

run set far --token-endpoint https://192.0.2.1/token --no-verify
enrolled c@x.org far 1
began=$(date +%s)
run token c@x.org
exits "no way to the server: a temporary failure" 5
within 3 "at once"
in_err "it is said" 192.0.2.1

run set far --token-endpoint "http://127.0.0.1:$port/token" --no-verify
for who in a b c; do
	run refresh $who@x.org --force
	exits "$who@x.org lives" 0
done
done_testing
