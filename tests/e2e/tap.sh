# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# TAP and process helpers for the end-to-end suites; sourced.
#
# A suite: `. tap.sh`, cases, `tap_end`.  Everything it makes lies in $RUN,
# processes it starts are noted by `track PID` and ended by their own pid.

TAP_COUNT=0
TAP_FAILED=0

say() {
	printf '# %s\n' "$*"
}

# tap_result ok|"not ok" NAME
tap_result() {
	TAP_COUNT=$((TAP_COUNT + 1))
	[ "$1" = ok ] || TAP_FAILED=$((TAP_FAILED + 1))
	printf '%s %d - %s\n' "$1" "$TAP_COUNT" "$2"
}

# check NAME COMMAND...: passes when the command succeeds; its output is shown
# only when it fails.
check() {
	tap_name=$1
	shift
	if "$@" >"$RUN/check.out" 2>&1; then
		tap_result ok "$tap_name"
	else
		tap_result "not ok" "$tap_name"
		say "command: $*"
		sed 's/^/# /' "$RUN/check.out" | tail -n 30
		return 1
	fi
}

# need NAME COMMAND...: like check, but without it the rest makes no sense.
need() {
	check "$@" && return
	say "the rest of this suite is not run"
	tap_end
	exit 1
}

# equal NAME WANTED GOT
equal() {
	if [ "$2" = "$3" ]; then
		tap_result ok "$1"
	else
		tap_result "not ok" "$1"
		say "wanted: $2"
		say "got:    $3"
	fi
}

# skip NAME REASON
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	printf 'ok %d - %s # SKIP %s\n' "$TAP_COUNT" "$1" "$2"
}

tap_end() {
	printf '1..%d\n' "$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ]
}

# has FILE TEXT: does the file hold that text?  Shows the file's end if not.
has() {
	grep -qF -- "$2" "$1" || {
		echo "not in $1: $2"
		tail -n 25 "$1"
		return 1
	}
}

# lacks FILE TEXT
lacks() {
	! grep -F -- "$2" "$1"
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
	tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

track() {
	echo "$1" >>"$RUN/pids"
}

# A zombie whose parent is this shell is gone, too.
alive() {
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) || return 1
	[ -n "$state" ] && [ "$state" != Z ]
}

gone() {
	! alive "$1"
}

# end PID: TERM, then KILL after five seconds.
end() {
	kill "$1" 2>/dev/null || return 0
	await 5 gone "$1" || kill -9 "$1" 2>/dev/null || :
}

end_all() {
	[ -f "$RUN/pids" ] || return 0
	# Servers were started first and are ended last.
	sed '1!G;h;$!d' "$RUN/pids" >"$RUN/pids.back"
	while read -r pid; do
		end "$pid"
	done <"$RUN/pids.back"
	rm -f "$RUN/pids" "$RUN/pids.back"
}

# listening PORT, without connecting: servers would log it.
listening() {
	grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A" \
		/proc/net/tcp
}
