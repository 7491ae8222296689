#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# mailbearer refresh, killed: before each of its system calls (MB_LONG=1; else
# before some of them), at random, and with many accounts at once.  The endpoint
# takes each refresh token once, so an answer that is not stored is an account
# that is dead.
. "${srcdir:-.}/tests/cli/tap.sh"

RECORDS=${top_builddir:-.}/tests/cli/records
TRACE=${top_builddir:-.}/tests/cli/trace
ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
stride=9
random=25
[ -z "${MB_LONG:-}" ] || {
	stride=1
	random=2000
}
secret_file secret MARKER-client-secret-value-1
answers rotate
: >"$T/log"
endpoint --log "$T/log" "@$T/answers"
run init
add_custom cred
enrolled a@x.org cred

posts() {
	grep -c . "$T/log"
}

# Whatever was killed is gone: one more refresh, and only one more request.
lives() {
	"$TOOL" --store "$S" token a@x.org --min-validity 100000 >"$T/token" \
		2>"$T/err"
}

# A table of trials, up to the first that loses the account.
begin() {
	trials=0
	lost=0
	before=$(posts)
}
trial() {
	trials=$((trials + 1))
	lives && return
	lost=$((lost + 1))
	sed 's/^/# /' "$T/err"
	return 1
}
end() {
	[ "$lost" -eq 0 ] && [ "$trials" -gt 5 ]
	result $? "$1: nothing is lost"
	echo "# killed: $1: $trials trials, $(($(posts) - before)) requests," \
		"$lost lost"
}

if [ "$(id -u)" -eq 0 ]; then
	begin
	n=1
	while :; do
		"$TRACE" kill "$S" "$n" "$TOOL" --store "$S" refresh a@x.org \
			--force >"$T/out" 2>"$T/err" </dev/null
		ended=$?
		[ $ended -eq 0 ] || break
		trial || break
		n=$((n + stride))
	done
	end "refresh before each call"
	is "the sweep came to the end" 7 $ended
else
	skip "refresh before each call" "needs root: the tool is not dumpable"
fi

begin
while [ "$trials" -lt "$random" ]; do
	"$TRACE" late 60000 "$TOOL" --store "$S" refresh a@x.org --force \
		>"$T/out" 2>"$T/err" </dev/null
	trial || break
done
end "refresh at random"

# --due and all its workers at once, while their requests are under way.
answers slow=300:rotate
"$RECORDS" "$S" 1 due@x.org credential=cred access_token=MARKER-a \
	refresh_token="MARKER-refresh-$(posts)" enrolled_at=now-9000 \
	refreshed_at=now-9000 obtained_at=now-9000 expires_at=now-5400 ||
	exit 99
run remove a@x.org --yes
before=$(posts)
"$TOOL" --store "$S" refresh --due --jobs 2 >"$T/out" 2>"$T/err" &
running=$!
tries=0
while [ "$(posts)" -eq "$before" ] && [ $tries -lt 200 ]; do
	tries=$((tries + 1))
	sleep 0.02
done
# shellcheck disable=SC2046
kill -9 "$running" \
	$(cat "/proc/$running/task/$running/children" 2>/dev/null) 2>/dev/null
wait "$running" 2>/dev/null
answers rotate
quiet token due@x.org
exits "refresh --due killed under way: its helper stores the answer" 0
is "and nobody asked again" $((before + 1)) "$(posts)"

done_testing
