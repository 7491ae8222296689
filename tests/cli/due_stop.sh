#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# refresh --due that is stopped, or loses a worker: what was asked for is kept.
. "${srcdir:-.}/tests/cli/tap.sh"

RECORDS=${top_builddir:-.}/tests/cli/records
secret_file secret MARKER-client-secret-value-1
answers slow=300:keep
: >"$T/log"
endpoint --log "$T/log" "@$T/answers"
run init
add_custom cred

posts() {
	grep -c . "$T/log"
}

# due ADDRESS: eight of them
due() {
	"$RECORDS" "$S" 8 "$1" credential=cred access_token=MARKER-a \
		refresh_token=MARKER-refresh-0 enrolled_at=now-9000 \
		refreshed_at=now-9000 obtained_at=now-9000 \
		expires_at=now-5400 || exit 99
}

# start ARG...: a run, until its first requests are under way
start() {
	: >"$T/log"
	"$TOOL" --store "$S" refresh --due "$@" >"$T/out" 2>"$T/err" &
	running=$!
	pids="$pids $running"
	tries=0
	while [ "$(posts)" -lt 2 ] && [ $tries -lt 200 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
}

finish() {
	wait "$running" 2>/dev/null
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}

refreshed() {
	grep -c ': refreshed' "$T/out"
}

# Under nohup(1) the tool goes on, as it should.
signals="TERM:143 HUP:129"
if grep -q '^SigIgn:.*[13579bdf]$' /proc/self/status; then
	signals=TERM:143
	skip "SIGHUP ends the run" "SIGHUP is ignored here"
fi
for signal in $signals; do
	which=SIG${signal%:*}
	due "$which@x.org"
	start --jobs 2
	kill -"${signal%:*}" "$running"
	finish
	exits "$which ends the run by that signal" "${signal#*:}"
	asked=$(posts)
	ok "$which: not all were asked for ($asked)" test "$asked" -lt 8
	is "$which: every answer was kept" "$asked" "$(refreshed)"
	ok "$which: the status file was written" \
		grep -q "1-$which@x.org" "$S/status.json"
	answers keep
	run refresh --due
	is "$which: the next run does the rest" $((8 - asked)) "$(refreshed)"
	answers slow=300:keep
done

# Killed while its request is under way.
due kill@x.org
start --jobs 2
worker=$(cat "/proc/$running/task/$running/children" 2>/dev/null)
worker=${worker%% *}
if [ -n "$worker" ]; then
	kill -9 "$worker"
	finish
	exits "a worker that is killed: 1" 1
	in_err "it is said" "the process at work on it ended with signal 9"
	is "the others are done by those that are left" 7 "$(refreshed)"
	answers keep
	run refresh --due
	exits "the next run: 0" 0
else
	finish
	skip "a worker that is killed" "the kernel does not list children"
fi

# The parent is killed: its workers end by themselves.
answers slow=300:keep
due dead@x.org
start --jobs 2
kill -9 "$running"
finish
sleep 0.8
before=$(posts)
sleep 0.5
is "workers without a parent ask for nothing more" "$before" "$(posts)"
ok "and had one account each" test "$before" -le 4
answers keep
run refresh --due
exits "the next run: 0" 0
run refresh --due
is "nothing is due then" "" "$(cat "$T/out" "$T/err")"
done_testing
