# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# The rows of make bench's table, one function for each part; sourced by run.

# stats: median, 10th and 90th percentile of the numbers on stdin.
stats() {
	sort -n | awk '{ v[NR] = $1 } END { if (NR)
		print v[int((NR + 1) / 2)], v[int((NR - 1) / 10) + 1],
			v[int((NR - 1) * 9 / 10) + 1] }'
}

# quotient A B
quotient() {
	awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.3f\n", a / b }'
}

# member NAME FIELD <what login -v said
member() {
	awk -v name="$1" -v n="$2" '$1 == name { print $n }'
}

stock_up() {
	store warm && "$STOCK" "$W/warm" credentials http://127.0.0.1:9 0 &&
		enrol warm 1 200
}

rows_process() {
	progress "a program that does not authenticate"
	for r in $(seq $((ROUNDS * 5))); do
		for path in "$W/plain" "$W/plain:$W/empty" "$W/plain:$PLUGIN"; do
			SASL_PATH=$path "$LOGIN" -v none nobody |
				tr '\n' ' '
		done
		echo
	done | awk '{ print $14 - $2, $16 - $4 - 1, $18 - $6, $8 - $2, $12 - $6 }' \
		>"$W/init"
	empty() { cut -d' ' -f"$1" "$W/init" | stats | cut -d' ' -f1; }
	cut -d' ' -f1 "$W/init" | stats | put init.us "$(empty 4)"
	put init.libraries 0 <<-END
	$(cut -d' ' -f2 "$W/init" | stats)
	END
	cut -d' ' -f3 "$W/init" | stats | put init.rss "$(empty 5)"
	MAILBEARER_HOME=$W/warm
	export MAILBEARER_HOME
	progress "a process with one authentication"
	"$PACE" "$ROUNDS" env SASL_PATH="$W/plain:$PLUGIN" "$LOGIN" XOAUTH2 "$ACCOUNT" "$HOST" \
		-- env SASL_PATH="$W/plain" "$LOGIN" PLAIN "$ACCOUNT" \
		-- env SASL_PATH="$W/plain:$PLUGIN" "$LOGIN-tls" XOAUTH2 "$ACCOUNT" "$HOST" \
		-- env SASL_PATH="$W/plain" "$LOGIN-tls" PLAIN "$ACCOUNT" \
		>"$W/process" || return
	line() { sed -n "$1p" "$W/process" | cut -d' ' -f1-3; }
	line 1 | put process.ms "$(line 2 | cut -d' ' -f1)"
	{ line 3; line 4; } | awk '{ v[NR] = $1 } END { print v[1] - v[2] }' |
		put tls.ms 0
	for mech in PLAIN XOAUTH2; do
		for r in 1 2 3 4 5; do
			SASL_PATH=$W/plain:$PLUGIN "$LOGIN" -v $mech "$ACCOUNT" \
				"$HOST" | member rss 2
		done | stats >"$W/rss.$mech"
	done
	put process.rss "$(cut -d' ' -f1 "$W/rss.PLAIN")" <"$W/rss.XOAUTH2"
}

# kernel TEXT NAME: a note with what login says the kernel takes.
kernel() {
	echo "$1 $(member "$2" 2 <"$W/times" | stats | cut -d' ' -f1) us"
}

rows_warm() {
	progress "warm authentications, and records from disk"
	SASL_PATH=$W/plain:$PLUGIN
	export SASL_PATH
	for r in $(seq "$ROUNDS"); do
		"$LOGIN" -n "$MANY" -v XOAUTH2,PLAIN "$ACCOUNT" "$HOST"
	done >"$W/times"
	member further.PLAIN 2 <"$W/times" | stats >"$W/plain.us"
	member further.XOAUTH2 2 <"$W/times" | stats |
		put warm.us "$(cut -d' ' -f1 "$W/plain.us")" "$(kernel \
		"two fstatat, a record and the credentials file, take" stat)"
	[ -z "$FOREIGN" ] || return 0
	for r in $(seq "$ROUNDS"); do
		"$LOGIN" -n 200 -v XOAUTH2,PLAIN user%d@example.org "$HOST"
	done >"$W/times"
	member further.XOAUTH2 2 <"$W/times" | stats |
		put disk.us "$(member further.PLAIN 2 <"$W/times" | stats |
			cut -d' ' -f1)" "$(kernel "to open, read and close a file takes" read)"
}

# difference OF-N OF-1: what each further one cost.
difference() {
	awk -v n="$1" -v one="$2" -v k="$STEPS" 'BEGIN { printf "%.0f\n", (n - one) / k }'
}

rows_counted() {
	progress "instructions (callgrind)"
	many=$((STEPS + 1))
	( unset MAILBEARER_HOME
	SASL_PATH=$W/plain counted none.plain "$LOGIN" none nobody &&
	SASL_PATH=$W/plain:$W/empty counted none.empty "$LOGIN" none nobody &&
	SASL_PATH=$W/plain:$PLUGIN counted none.ours "$LOGIN" none nobody ) || return
	echo $(($(total none.ours) - $(total none.plain))) |
		put init.instr $(($(total none.empty) - $(total none.plain)))
	SASL_PATH=$W/plain counted one.plain "$LOGIN" PLAIN "$ACCOUNT" &&
	SASL_PATH=$W/plain counted tls.plain "$LOGIN-tls" PLAIN "$ACCOUNT" &&
	logins one.ours 1 "$ACCOUNT" &&
	counted tls.ours "$LOGIN-tls" XOAUTH2 "$ACCOUNT" "$HOST" || return
	total one.ours | put process.instr "$(total one.plain)"
	echo $(($(total tls.ours) - $(total tls.plain))) | put tls.instr 0
	COUNT_IN="sasl_client_start sasl_dispose"
	for n in 1 $many; do
		counted "plain.$n" "$LOGIN" -n "$n" PLAIN "$ACCOUNT" &&
		logins "warm.$n" "$n" "$ACCOUNT" || return
		[ -n "$FOREIGN" ] || logins "disk.$n" "$n" user%d@example.org ||
			return
	done
	COUNT_IN=
	plain=$(difference "$(total "plain.$many")" "$(total plain.1)")
	difference "$(total "warm.$many")" "$(total warm.1)" | put warm.instr "$plain"
	[ -z "$FOREIGN" ] || return 0
	difference "$(own "warm.$many")" "$(own warm.1)" | put warm.own -
	difference "$(total "disk.$many")" "$(total disk.1)" | put disk.instr "$plain"
	difference "$(own "disk.$many")" "$(own disk.1)" | put disk.own -
	for n in 1 $many; do
		allocations "plain.$n" "$LOGIN" -n "$n" PLAIN "$ACCOUNT" &&
		allocations "ours.$n" "$LOGIN" -n "$n" XOAUTH2 "$ACCOUNT" "$HOST" ||
			return
	done
	each() {
		awk -v k="$STEPS" '{ v[NR] = $1 } END { print (v[1] - v[2]) / k }' \
			"$W/allocations.$1.$many" "$W/allocations.$1.1"
	}
	echo "$(each ours) $(each plain)" | awk '{ print $1 - $2 }' |
		put warm.allocs 0
}

rows_token() {
	progress "mailbearer token"
	"$PACE" "$ROUNDS" "$TOOL" token "$ACCOUNT" -- true \
		-- "$FLOOR" gcm >"$W/token" || return
	sed -n 1p "$W/token" | cut -d' ' -f1-3 |
		put token.ms "$(sed -n 2p "$W/token" | cut -d' ' -f1)" \
		"a program that opens one AES-GCM block with libcrypto, no more: $(
		sed -n 3p "$W/token" | cut -d' ' -f1) ms"
	LD_DEBUG=files "$TOOL" token "$ACCOUNT" 2>&1 >/dev/null |
		grep 'calling init: /' | sort -u >"$W/libraries"
	wc -l <"$W/libraries" | put token.libraries "$(LD_DEBUG=files \
		env true 2>&1 | grep 'calling init: /' | sort -u | wc -l)"
	grep -c libcurl "$W/libraries" | put token.curl 0
	[ -n "$VALGRIND" ] || return 0
	counted token "$TOOL" token "$ACCOUNT" && counted true env true &&
		counted gcm "$FLOOR" gcm &&
		total token | put token.instr "$(total true)" \
		"that program: $(total gcm | awk '{ printf "%.2f M", $1 / 1e6 }')"
}

# certificates: an authority of our own, and one for localhost.
certificates() {
	( cd "$W" &&
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.crt -days 2 -subj "/CN=bench CA" \
		-addext keyUsage=critical,keyCertSign,cRLSign &&
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout server.key -out server.csr -subj /CN=localhost &&
	echo 'subjectAltName=DNS:localhost' >server.ext &&
	openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
		-CAcreateserial -days 2 -extfile server.ext -out server.crt
	) >"$W/openssl.log" 2>&1
}

rows_refresh() {
	progress "refreshes"
	certificates || return
	store tls || return
	endpoint --cert "$W/server.crt" --key "$W/server.key" grant
	"$STOCK" "$W/tls" credentials "https://localhost:$port" 0 "$W/ca.crt" ||
		return
	MAILBEARER_HOME=$W/tls
	cat >"$W/refresh" <<-END
	#!/bin/sh
	"$STOCK" "$W/tls" accounts 1 1 user1@example.org 1500 -4000 -400
	exec "$LOGIN" XOAUTH2 user1@example.org "$HOST"
	END
	sed 's/-4000 -400/-10 86390/' "$W/refresh" >"$W/norefresh"
	"$PACE" "$ROUNDS" sh "$W/refresh" -- sh "$W/norefresh" >"$W/pace" &&
		awk '{ v[NR] = $4 } END { print v[1] - v[2] }' "$W/pace" |
		put refresh.cpu 0
	if [ -n "$VALGRIND" ]; then
		enrol tls 1 1 && logins warm 1 user1@example.org &&
		expire tls && logins refresh 1 user1@example.org &&
		counted tool "$TOOL" refresh user1@example.org --force || return
		helper=mailbearer-refresh
		echo $(($(total refresh login) + $(total refresh $helper) - \
			$(total warm))) | put refresh.instr 0
		echo $(($(own refresh login) + $(own refresh $helper) - \
			$(own warm))) | put refresh.own -
		echo $(($(total tool "mailbearer\(-full\)\{0,1\}") + $(total tool $helper))) |
			put refresh.tool 0
	fi
	refresh_by_system
	endpoint_end
	[ -n "$VALGRIND" ] && [ "$(id -u)" -eq 0 ] || return 0
	MAILBEARER_PRELOAD=login counted jail "$LOGIN" none nobody &&
		total jail | put jail.instr "$(total none.plain)"
}

# The system's certificates with our authority among them, seen by nobody else:
# as a directory that is looked up by hash, and as one file.
refresh_by_system() {
	[ -n "$VALGRIND" ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! unshare -m true 2>/dev/null ||
		[ ! -d /etc/ssl/certs ]; then
		leave_out "needs root, unshare and /etc/ssl/certs" refresh.dir \
			refresh.bundle
		return 0
	fi
	printf '%s\n' '#!/bin/sh' "mount --bind '$W/certs' /etc/ssl/certs &&" \
		'exec "$@"' >"$W/withcerts"
	"$STOCK" "$W/tls" credentials "https://localhost:$port" 0 || return
	for kind in dir bundle; do
		rm -rf "$W/certs"
		mkdir "$W/certs"
		cat /etc/ssl/certs/ca-certificates.crt "$W/ca.crt" \
			>"$W/certs/ca-certificates.crt"
		[ $kind = bundle ] || { cp -L /etc/ssl/certs/*.pem "$W/ca.crt" \
			"$W/certs/" && openssl rehash "$W/certs"; } \
			>"$W/rehash" 2>&1
		expire tls && AS="unshare -m sh $W/withcerts" logins by.$kind 1 \
			user1@example.org || return
		echo $(($(total by.$kind login) + $(total by.$kind $helper) - \
			$(total warm))) | put refresh.$kind 0
	done
}

# herd PROCESSES MS: at one expired token; "REQUESTS LAST-MS".
herd() {
	endpoint "slow=$2:grant"
	"$STOCK" "$W/herd" credentials "http://127.0.0.1:$port" 0 && expire herd ||
		return
	last=$(MAILBEARER_HOME=$W/herd "$LOGIN" -j "$1" XOAUTH2 \
		user1@example.org "$HOST" | member last 2)
	requests=$(curl -sS --max-time 10 "http://127.0.0.1:$port/count")
	endpoint_end
	awk -v r="$requests" -v us="$last" 'BEGIN { print r, us / 1000 }'
}

rows_herd() {
	progress "100 processes at one expired token"
	store herd || return
	for r in $(seq "$HERDS"); do
		herd 100 200 || return
	done >"$W/herds"
	cut -d' ' -f1 "$W/herds" | stats | put herd.requests 1
	# What so many programs need to start, with nothing to wait for.
	enrol herd 1 1
	fresh=$(MAILBEARER_HOME=$W/herd "$LOGIN" -j 100 XOAUTH2 \
		user1@example.org "$HOST" | member last 2)
	cut -d' ' -f2 "$W/herds" | stats | put herd.ms 200 \
		"with a fresh token, nothing to wait for: $((${fresh%.*} / 1000)) ms"
}

rows_size() {
	progress "what is installed"
	most=0
	for f in plugin/.libs/libmailbearer.so lib/.libs/engine.so \
		lib/.libs/http.so mailbearer-refresh mailbearer \
		mailbearer-full; do
		[ -e "$B/$f" ] || continue
		strip -o "$W/stripped" "$B/$f" || return
		wc -c <"$W/stripped" | awk '{ print $1 / 1024 }' |
			put "size.${f##*/}" -
		case $f in
		*.so) n=$(nm -D --defined-only "$B/$f" | wc -l) ;;
		*) n=0 ;;
		esac
		[ "$n" -le "$most" ] || most=$n
	done
	echo "$most" | put exports 1
	readelf -rW "$B/plugin/.libs/libmailbearer.so" | grep -c 'R_' | put relocs -
}
