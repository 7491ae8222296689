#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rekey and rekey --finish, killed before each of their system calls (MB_LONG=1;
# else before some of them), the processes they start included: programs go on,
# with the keys that they have, and the same command again ends it.
. "${srcdir:-.}/tests/cli/tap.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP needs root: the tool is not dumpable"
	exit 0
fi
TRACE=${top_builddir:-.}/tests/cli/trace
ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
stride=61
[ -z "${MB_LONG:-}" ] || stride=1

secret_file secret MARKER-client-secret-value-1
endpoint keep
if id nobody >/dev/null 2>&1; then
	chmod 711 "$T"
	run init --service-user nobody
else
	run init
fi
add_custom cred
enrolled a@x.org cred
enrolled b@x.org cred "$(($(date +%s) + 3000))"
run rekey --recovery-cert "${srcdir:-.}/tests/data/recovery.crt"
cp -a "$S" "$T/before"
cp "$S/key" "$T/key.0"
run rekey
exits "rekey, to begin with" 0
cp -a "$S" "$T/between"
cp "$S/key" "$T/key.1"

# A program that read its keys when $T/$1 was there.
program() {
	rm -rf "$T/program"
	mkdir -m 700 "$T/program"
	cp "$T/$1" "$T/program/key"
	cp -p "$S/credentials.conf" "$T/program/"
	[ ! -e "$S/rekey.pending" ] || : >"$T/program/rekey.pending"
	ln -s "$S/accounts" "$T/program/accounts"
	shift
	"$TOOL" --store "$T/program" "$@" >"$T/out" 2>"$T/err"
}

# sweep NAME TEMPLATE KEYS COMMAND...: then a program with KEYS works, writes,
# and COMMAND and what follows it end well; at the end only one key counts.
sweep() {
	name=$1
	template=$2
	keys=$3
	shift 3
	n=1
	trials=0
	stuck=0
	: >"$T/stuck"
	while :; do
		rm -rf "$S"
		cp -a "$T/$template" "$S"
		call=$("$TRACE" killall "$S" "$n" "$TOOL" --store "$S" "$@" \
			2>"$T/err" </dev/null)
		ended=$?
		[ $ended -eq 0 ] || break
		trials=$((trials + 1))
		step=
		program "$keys" refresh a@x.org --force ||
			step="a program with the keys of before"
		[ "$step" ] || quiet refresh b@x.org --force
		[ "$step" ] || [ "$status" -eq 0 ] || step="a program of now"
		for again in "$1" "$1 --finish" "$1 --finish"; do
			[ -z "$step" ] || break
			# shellcheck disable=SC2086
			quiet $again
			[ "$status" -eq 0 ] || step=$again
		done
		[ "$step" ] || quiet refresh a@x.org --force
		[ "$step" ] || [ "$status" -eq 0 ] || step="a@x.org afterwards"
		[ "$step" ] || quiet show b@x.org
		[ "$step" ] || [ "$status" -eq 0 ] || step="b@x.org afterwards"
		[ "$step" ] || {
			[ "$(wc -c <"$S/key")" -eq 32 ] &&
				[ ! -e "$S/rekey.pending" ]
		} || step="two keys or a mark are left"
		if [ "$step" ]; then
			stuck=$((stuck + 1))
			echo "before call $n (number $call): $step" >>"$T/stuck"
			cat "$T/err" >>"$T/stuck"
		fi
		n=$((n + stride))
	done
	[ "$stuck" -eq 0 ] && [ "$trials" -gt 1 ] && [ $ended -eq 7 ]
	result $? "$name, killed before each call, is finished later"
	sed 's/^/# /' "$T/stuck"
	echo "# killed: $name: $trials trials, $stuck stuck"
}

sweep "rekey" before key.0 rekey
sweep "rekey --finish" between key.1 rekey --finish

done_testing
