# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Postfix delivers to tests/bench/sink, by XOAUTH2 and by PLAIN, with and
# without connection reuse; for make bench, sourced by run.

# Four transports, alike but for these two things; no reload between runs.
TRANSPORTS="plain-reuse xoauth2-reuse plain-single xoauth2-single"

postfix_config() {
	PF=$W/pf
	SPOOL=$W/spool
	mkdir -p "$PF" "$SPOOL/etc" "$W/pfdata"
	chown postfix "$W/pfdata"
	chmod 711 "$W"
	for f in localtime services resolv.conf hosts host.conf nsswitch.conf; do
		cp "/etc/$f" "$SPOOL/etc/" 2>/dev/null
	done
	inject_port=$("$B/tests/bench/sink" </dev/null)
	echo "[localhost]:$sink_port user1@example.org:secret" >"$PF/passwd"
	for t in $TRANSPORTS; do
		echo "$t.test $t:[localhost]:$sink_port"
	done >"$PF/transport"
	cat >"$PF/main.cf" <<-END
	compatibility_level = 3.6
	queue_directory = $SPOOL
	data_directory = $W/pfdata
	maillog_file = $W/maillog
	maillog_file_prefixes = $W
	myhostname = client.bench.test
	mydestination =
	inet_interfaces = loopback-only
	inet_protocols = ipv4
	alias_maps =
	alias_database =
	local_recipient_maps =
	mynetworks = 127.0.0.0/8
	smtpd_relay_restrictions = permit_mynetworks, reject
	smtpd_client_connection_count_limit = 0
	smtp_host_lookup = native
	disable_dns_lookups = yes
	smtputf8_enable = no
	transport_maps = texthash:$PF/transport
	initial_destination_concurrency = 10
	default_destination_concurrency_limit = 10
	smtp_sasl_auth_enable = yes
	smtp_sasl_password_maps = texthash:$PF/passwd
	smtp_sasl_security_options = noanonymous
	smtp_tls_security_level = none
	notify_classes =
	import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C SASL_PATH=$W/plain:$PLUGIN MAILBEARER_HOME=$W/relay
	END
	{
		echo "127.0.0.1:$inject_port inet n - n - - smtpd"
		for t in $TRANSPORTS; do
			reuse=no
			[ "${t#*-}" = single ] || reuse=yes
			echo "$t unix - - y - - smtp"
			echo "  -o smtp_sasl_mechanism_filter=${t%-*}"
			echo "  -o smtp_connection_cache_on_demand=$reuse"
		done
		cat <<-END
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		error unix - - n - - error
		retry unix - - n - - error
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		proxymap unix - - n - - proxymap
		postlog unix-dgram n - n - 1 postlogd
		END
	} >"$PF/master.cf"
}

postfix_up() {
	store relay "$(id -u postfix)" "$(id -g postfix)" &&
	"$STOCK" "$W/relay" credentials http://127.0.0.1:9 0 && enrol relay 1 1 ||
		return
	mkfifo "$W/sink.in"
	"$B/tests/bench/sink" <"$W/sink.in" >"$W/sink.out" &
	sink=$!
	pids="$pids $sink"
	exec 9>"$W/sink.in"
	while [ ! -s "$W/sink.out" ]; do
		sleep 0.05
	done
	sink_port=$(cat "$W/sink.out")
	postfix_config
	postfix -c "$PF" start >"$W/postfix.out" 2>&1 9>&- || {
		cat "$W/postfix.out" "$W/maillog" >&2
		return 1
	}
	sleep 1
	pids="$pids $(tr -d ' ' <"$SPOOL/pid/master.pid")"
}

# sunk: what the sink has counted, in $messages, $authentications.
sunk() {
	lines=$(wc -l <"$W/sink.out")
	kill -USR1 "$sink" || return
	while [ "$(wc -l <"$W/sink.out")" -eq "$lines" ]; do
		sleep 0.01
	done
	# shellcheck disable=SC2046 # words wanted
	set -- $(tail -n 1 "$W/sink.out")
	messages=$1 authentications=$2
}

# deliver TRANSPORT N: milliseconds in $took, authentications in $auths.
deliver() {
	sunk || return
	before=$messages auths_before=$authentications
	begin=$(date +%s%3N)
	smtp-source -c -m "$2" -s 4 -l 1000 -f user1@example.org \
		-t "box@$1.test" "127.0.0.1:$inject_port" >/dev/null || return
	deadline=$(($(date +%s) + 300))
	while sunk && [ $((messages - before)) -lt "$2" ]; do
		if [ "$(date +%s)" -gt "$deadline" ] ||
		   grep -m 3 'status=deferred\|fatal:' "$W/maillog" >&2; then
			echo "$1: $((messages - before)) of $2 messages came" >&2
			return 1
		fi
		sleep 0.02
	done
	took=$(($(date +%s%3N) - begin))
	auths=$((authentications - auths_before))
}

# compared HOW: XOAUTH2's time in units of PLAIN's; how far PLAIN's own lie apart.
compared() {
	sort -n "$W/plain-$1.ms" | awk '{ v[NR] = $1 }
		END { printf "%.3f\n", v[NR] / v[1] }' >"$W/spread"
	middle=$(stats <"$W/plain-$1.ms" | cut -d' ' -f1)
	stats <"$W/xoauth2-$1.ms" | awk -v m="$middle" '{
		printf "%.3f %.3f %.3f\n", $1 / m, $2 / m, $3 / m }' |
		put "postfix.$1" 1 "spread $(cat "$W/spread")"
}

rows_postfix() {
	for want in postfix smtp-source; do
		command -v $want >/dev/null && continue
		leave_out "no $want here" postfix
		return 0
	done
	if [ "$(id -u)" -ne 0 ]; then
		leave_out "needs root" postfix
		return 0
	fi
	if [ "$MESSAGES" -eq 0 ]; then
		leave_out "no messages wanted" postfix
		return 0
	fi
	progress "Postfix starts"
	postfix_up || return
	for t in $TRANSPORTS; do
		deliver "$t" 50 || return
	done
	for round in $(seq "$POSTFIX_ROUNDS"); do
		for t in $TRANSPORTS; do
			progress "Postfix, $t, $MESSAGES messages ($round of $POSTFIX_ROUNDS)"
			deliver "$t" "$MESSAGES" || return
			echo "$took" >>"$W/$t.ms"
			echo "$auths" >>"$W/$t.auths"
		done
	done
	postfix -c "$PF" stop >/dev/null 2>&1
	compared reuse
	compared single
	quotient "$(stats <"$W/xoauth2-reuse.auths" | cut -d' ' -f1)" "$MESSAGES" |
		put postfix.auths "$(quotient "$(stats <"$W/plain-reuse.auths" |
			cut -d' ' -f1)" "$MESSAGES")"
	[ -z "$VALGRIND" ] || awk -F '\t' '$1 == "warm.own" { print $2 }' "$W/results" |
		put postfix.instr - "one warm authentication; $MESSAGES messages, $POSTFIX_ROUNDS times"
}
