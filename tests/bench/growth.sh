# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# How costs grow, for make bench; sourced by run.  $W/growth has lines
# SERIES X Y, which growth.awk prints and judges.

# grows SERIES X Y
grows() {
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$W/growth"
}

# further ACCOUNT [COUNT]: microseconds of the plugin, and KiB of the process.
further() {
	for r in 1 2 3 4 5; do
		"$LOGIN" -n "${2:-1001}" -v XOAUTH2 "$1" "$HOST"
	done >"$W/further"
	us=$(member further.XOAUTH2 2 <"$W/further" | stats | cut -d' ' -f1)
	kib=$(member rss 2 <"$W/further" | stats | cut -d' ' -f1)
}

# pace_of COMMAND...: $wall in ms, $cpu in ms, $kib.
pace_of() {
	"$PACE" "$REPEAT" "$@" >"$W/pace" || return
	# shellcheck disable=SC2046 # words wanted
	set -- $(cat "$W/pace")
	wall=$1 wall_lo=$2 wall_hi=$3 cpu=$4 kib=$5
}

# enrol_due STORE COUNT: accounts whose tokens have come to their end.
enrol_due() {
	"$STOCK" "$W/$1" accounts 1 "$2" 'u%d@example.org' 1000 -4000 -400
}

growth_accounts() {
	endpoint grant
	for n in $ACCOUNTS; do
		progress "$n accounts"
		store many && "$STOCK" "$W/many" credentials "http://127.0.0.1:$port" 0 &&
			enrol many 1 "$n" 'u%d@example.org' 1000 || return
		MAILBEARER_HOME=$W/many
		further u1@example.org || return
		grows "accounts: warm authentication, us" "$n" "$us"
		[ "$n" -ne 1 ] || one_warm=$us one_rss=$kib
		many_warm=$us many_rss=$kib
		further u%d@example.org "$((n < 200 ? n : 200))"
		# With one account there is no other: the first one's time.
		[ -n "$us" ] || us=$(member first.XOAUTH2 2 <"$W/further" | stats | cut -d' ' -f1)
		[ "$n" -eq 1 ] || grows "accounts: record from disk, us" "$n" "$us"
		[ "$n" -ne 10 ] || few_disk=$us
		many_disk=$us
		REPEAT=5 pace_of "$TOOL" refresh u1@example.org --force || return
		grows "accounts: mailbearer refresh of one, processor ms" "$n" "$cpu"
		"$PACE" $((n > 1000 ? 3 : 5)) "$TOOL" list -- \
			"$FLOOR" read "$W/many/accounts" >"$W/pace" || return
		read -r wall wall_lo wall_hi cpu kib <"$W/pace"
		list_floor=$(sed -n 2p "$W/pace" | cut -d' ' -f1)
		grows "accounts: list, ms" "$n" "$wall"
		grows "accounts: list, KiB" "$n" "$kib"
		list="$wall $wall_lo $wall_hi" list_kib=$kib list_cpu=$cpu
		REPEAT=$((n > 1000 ? 1 : 3)) pace_of "$TOOL" refresh --due || return
		grows "accounts: refresh --due with nothing due, ms" "$n" "$wall"
		grows "accounts: refresh --due with nothing due, KiB" "$n" "$kib"
		# All of them have to be refreshed, one request each.
		if [ "$n" -le 100 ]; then
			enrol_due many "$n" || return
			REPEAT=1 pace_of "$TOOL" refresh --due || return
			grows "accounts: refresh --due with all due, processor ms" \
				"$n" "$cpu"
		fi
		rm -rf "$W/many"
	done
	endpoint_end
	[ "$n" -eq 100000 ] || return 0
	quotient "$many_warm" "$one_warm" | put accounts.warm 1
	quotient "$many_disk" "$few_disk" | put accounts.disk 1
	quotient "$many_rss" "$one_rss" | put accounts.rss 1
	echo "$list" | awk '{ print $1 / 1000, $2 / 1000, $3 / 1000 }' |
		put list.s "$(awk -v ms="$list_floor" 'BEGIN { print ms / 1000 }')" \
		"of it processor time: ${list_cpu%.*} ms; floor: to open, read and close the files"
	echo "$list_kib" | put list.rss -
}

growth_processes() {
	for n in $PROCESSES; do
		progress "$n processes at one expired token"
		herd "$n" 100 >"$W/herd.out" || return
		grows "processes: requests for one expired token" "$n" \
			"$(cut -d' ' -f1 "$W/herd.out")"
		grows "processes: last has its token, server 100 ms, ms" "$n" \
			"$(cut -d' ' -f2 "$W/herd.out")"
		enrol herd 1 1
		MAILBEARER_HOME=$W/herd "$LOGIN" -j "$n" XOAUTH2 user1@example.org \
			"$HOST" | member last 2 | awk '{ print $1 / 1000 }' \
			>"$W/herd.out"
		grows "processes: the same with a fresh token, ms" \
			"$n" "$(cat "$W/herd.out")"
	done
}

growth_tokens() {
	store tokens || return
	endpoint grant
	"$STOCK" "$W/tokens" credentials "http://127.0.0.1:$port" 0 || return
	MAILBEARER_HOME=$W/tokens
	for n in $TOKENS; do
		progress "a token of $n bytes"
		enrol tokens 1 100 user%d@example.org "$n" || return
		further user1@example.org
		grows "token length: warm authentication, us" "$n" "$us"
		further user%d@example.org 100
		grows "token length: record from disk, us" "$n" "$us"
		REPEAT=5 pace_of "$TOOL" refresh user1@example.org --force || return
		grows "token length: mailbearer refresh, processor ms" "$n" "$cpu"
		REPEAT=5 pace_of "$TOOL" refresh --due || return
		grows "token length: refresh --due, 100 not due, processor ms" \
			"$n" "$cpu"
	done
	endpoint_end
}

growth_rules() {
	store rules || return
	endpoint grant
	MAILBEARER_HOME=$W/rules
	for n in $RULES; do
		progress "$n rules"
		"$STOCK" "$W/rules" credentials "http://127.0.0.1:$port" "$n" &&
			enrol rules 1 1 || return
		further user1@example.org
		grows "rules: warm authentication, us" "$n" "$us"
		REPEAT=5 pace_of "$TOOL" refresh user1@example.org --force || return
		grows "rules: mailbearer refresh, processor ms" "$n" "$cpu"
		REPEAT=3 pace_of "$TOOL" refresh --due || return
		grows "rules: refresh --due with nothing due, processor ms" "$n" "$cpu"
	done
	endpoint_end
}
