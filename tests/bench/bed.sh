# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# What make bench and the comparison with the baseline share; sourced.
# Everything lies in $W and goes with it.

B=${top_builddir:-.}
HERE=${srcdir:-.}/tests/bench
LOGIN=$B/tests/bench/login
FLOOR=$B/tests/bench/floor
STOCK=$B/tests/bench/stock
PACE=$B/tests/bench/pace
TOOL=$B/tests/stage/mailbearer
OURS=$B/tests/stage/sasl2
HOST=smtp.example.org
OWN='^(libmailbearer[.]so|engine[.]so|http[.]so|mailbearer|mailbearer-full|mailbearer-refresh)$'
LC_ALL=C.UTF-8
export LC_ALL
unset MAILBEARER_HOME MAILBEARER_PRELOAD XDG_CONFIG_HOME XDG_DATA_HOME \
	XDG_STATE_HOME CREDENTIALS_DIRECTORY

# Not $TMPDIR: our own path checks cost by the length of the path.
bed_begin() {
	W=$(mktemp -d /tmp/mailbearer-bench.XXXXXX) || exit 1
	pids=
	trap bed_end EXIT
	trap 'exit 130' HUP INT TERM
	mkdir "$W/plain" "$W/empty" "$W/home" "$W/cg"
	ln -s "$(cd "$B" && pwd)/tests/bench/.libs/empty.so" "$W/empty/"
	HOME=$W/home
	export HOME
	for dir in "$(pkg-config --variable=libdir libsasl2 2>/dev/null)" \
		/usr/lib/*-linux-* /usr/lib64 /usr/lib; do
		[ -e "$dir/sasl2/libplain.so" ] || continue
		ln -s "$dir/sasl2/libplain.so" "$W/plain/"
		break
	done
}

bed_end() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$W"
}

# store NAME [UID GID]: a store in $W/NAME without accounts.
store() {
	mkdir -m 700 "$W/$1"
	store_name=$1
	shift
	"$STOCK" "$W/$store_name" store "$@"
}

# enrol STORE FIRST LAST [ADDRESS [TOKEN-LENGTH]]: with a fresh token.
enrol() {
	"$STOCK" "$W/$1" accounts "$2" "$3" "${4:-user%d@example.org}" \
		"${5:-1500}" -10 86390
}

# expire STORE [TOKEN-LENGTH]: the first account's token has come to its end.
expire() {
	"$STOCK" "$W/$1" accounts 1 1 user%d@example.org "${2:-1500}" \
		-4000 -400
}

# endpoint OPTION... ANSWER: a token endpoint; its port in $port.
endpoint() {
	: >"$W/port"
	"$B/tests/fake/tokend" "$@" </dev/null >>"$W/port" 2>"$W/tokend.err" &
	endpoint_pid=$!
	pids="$pids $endpoint_pid"
	tries=0
	while [ ! -s "$W/port" ] && [ $tries -lt 100 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	port=$(head -n 1 "$W/port")
}

endpoint_end() {
	kill "$endpoint_pid"
	wait "$endpoint_pid" 2>/dev/null
}

# counted NAME COMMAND...: run it under callgrind; what it and its children
# executed is in $W/cg/NAME.PID.  $COUNT_IN: only inside these functions.
counted() {
	counted_name=$1
	shift
	rm -f "$W/cg/$counted_name".*
	toggles=
	for f in ${COUNT_IN:-}; do
		toggles="$toggles --toggle-collect=$f"
	done
	# shellcheck disable=SC2086 # words wanted
	${AS:-} valgrind --tool=callgrind --trace-children=yes $toggles \
		--callgrind-out-file="$W/cg/$counted_name.%p" "$@" \
		>"$W/counted.out" 2>"$W/counted.err" </dev/null && return
	echo "failed under callgrind: $*" >&2
	grep -v '^==' "$W/counted.err" >&2
	return 1
}

# split NAME [PROGRAM]: OBJECT FUNCTION INSTRUCTIONS of what counted did, or of
# the process that ended as PROGRAM; of two, the longer one: the other was
# forked from it, and what its parent did before is counted with it.
split() {
	for f in "$W/cg/$1".*; do
		grep -q "^cmd: *[^ ]*/${2:-[^ ]*}\( \|$\)" "$f" &&
			echo "$(sed -n 's/^summary: //p' "$f") $f"
	done | sort -n | tail -n 1 | while read -r _ f; do
		awk -f "$HERE/split.awk" "$f"
	done
}

# total NAME [PROGRAM]; own NAME [PROGRAM]: instructions, in all, and in what
# we have written.
total() {
	split "$@" | awk '{ n += $3 } END { printf "%.0f\n", n }'
}
own() {
	split "$@" | awk -v own="$OWN" '$1 ~ own { n += $3 }
		END { printf "%.0f\n", n }'
}

# allocations NAME COMMAND...: how often it asked for memory.
allocations() {
	allocations_name=$1
	shift
	valgrind --tool=memcheck --leak-check=no --log-file="$W/cg/heap" "$@" \
		>/dev/null </dev/null || return
	sed -n 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' "$W/cg/heap" |
		tr -d , >"$W/allocations.$allocations_name"
	[ -s "$W/allocations.$allocations_name" ]
}

# logins NAME COUNT ACCOUNT: so many authentications through $SASL_PATH.
logins() {
	counted "$1" "$LOGIN" -n "$2" XOAUTH2 "$3" "$HOST"
}
