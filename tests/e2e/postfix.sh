# SPDX-License-Identifier: BSD-2-Clause
# Postfix as the client, in Debian's chroot and without it, store of the system.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin postfix
REASON=$NO_POSTFIX
is_root || REASON="needs root"
[ -n "$REASON" ] || command -v postfix >/dev/null || REASON="no Postfix here"
if [ -n "$REASON" ]; then
	skip "Postfix sends in its chroot and without it" "$REASON"
	tap_end
	exit
fi

records=$STAGE/var/lib/mailbearer/accounts
mkdir -p "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
need "init for postfix" mb init --service-user postfix
need "credential" add_credential relay strict
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2"
need "Dovecot starts" bed_dovecot
need "Postfix starts" bed_postfix

# sent SUBJECT [SENDER [RECIPIENT...]]: submit it, and it arrives.
sent() {
	submit "$@" && await 20 arrived "$1" "$(($# > 2 ? $# - 2 : 1))" && return
	tail -n 12 "$MAILLOG"
	return 1
}

# old_token: over, as if the last sign-in's access token had aged.
old_token() {
	control '/set?ttl=2' >/dev/null
	enrolled "${1:-$USER_NAME}" || return
	control '/set?ttl=3600' >/dev/null
	sleep 2.2
}

deferred_soon() {
	await 15 deferred "$1" && return
	tail -n 12 "$MAILLOG"
	return 1
}

# What lies in the jail, except Postfix's own queue and Debian's etc.
jail() {
	find "$SPOOL" \( -path "$SPOOL/etc" -o -name '[0-9A-F]*' -type f \
		-o -type s -o -path "$SPOOL/pid" -o -path "$SPOOL/[a-z]*/[0-9A-F]" \) \
		-prune -o -print | sort
}

twenty() {
	set --
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		set -- "$@" "box$i@example.test"
	done
	sent "$round-twenty" "$USER_NAME" "$@"
}

# Everything that must hold in the chroot and outside alike.
round() {
	round=$1
	jail >"$RUN/jail.before"
	need "$round: enrolled" enrolled "$USER_NAME"
	before=$(refreshes)
	check "$round: Postfix sends by XOAUTH2 with a fresh token" sent "$round-fresh"
	equal "$round: without a request" "$before" "$(refreshes)"

	check "$round: the access token ages" old_token
	check "$round: Postfix sends with a token that the plugin refreshed" \
		sent "$round-refreshed"
	equal "$round: by one request" 1 "$(($(refreshes) - before))"
	check "$round: the refreshed token serves the next message" \
		sent "$round-again"
	equal "$round: without another request" 1 "$(($(refreshes) - before))"
	equal "$round: the record is still postfix's" "" \
		"$(find "$records" -type f ! -user postfix)"

	check "$round: the access token ages again" old_token
	check "$round: twenty deliveries at once with it" twenty
	equal "$round: make one request" 2 "$(($(refreshes) - before))"

	# Refused: the server's own reason, then one refresh.
	: >"$MAILLOG"
	control '/kill?kind=AccessToken' >/dev/null
	check "$round: a message with a token that the server refuses" \
		submit "$round-refused"
	check "$round: is deferred with the server's own reason in the mail log" \
		deferred_soon "said: 535 5.7.8 Authentication failed"
	check "$round: the next attempt" postfix_flush
	check "$round: arrives" await 15 arrived "$round-refused"
	equal "$round: after exactly one refresh" 3 "$(($(refreshes) - before))"

	: >"$MAILLOG"
	check "$round: a message of an account that is not enrolled" \
		submit "$round-stranger" stranger@example.test
	check "$round: is deferred" deferred_soon "cannot authenticate"
	check "$round: and the mail log says why" has "$MAILLOG" \
		"stranger@example.test is not enrolled"
	check "$round: that mail is taken away" postsuper -c "$PF" -d ALL

	jail >"$RUN/jail.after"
	equal "$round: nothing came into the jail" "" \
		"$(diff "$RUN/jail.before" "$RUN/jail.after" | grep '^>')"
}

smtp_is_jailed() {
	await 10 smtp_pid
	jail_root=$(readlink "/proc/$(smtp_pid)/root")
	test "$jail_root" "$1" "$(readlink -f "$SPOOL")"
}

smtp_pid() {
	for p in $(cat "/proc/$POSTFIX_PID/task/$POSTFIX_PID/children"); do
		if [ "$(cat "/proc/$p/comm" 2>/dev/null)" = smtp ]; then
			echo "$p"
			return 0
		fi
	done
	return 1
}

round chroot
check "that was in the jail" smtp_is_jailed =

# OAUTHBEARER, and an account enrolled while smtp processes run: no reload.
check "smtp processes are there" smtp_pid
check "a further account is enrolled" enrolled late@example.test
check "and Postfix sends for it without a reload" sent late late@example.test

node "$NODE/hostile.mjs" "$RUN/oidc" "$HOSTILE_PORT" smtp "$RUN/hostile.log" \
	</dev/null >"$RUN/hostile.err" 2>&1 &
track $!
await 10 test -e "$RUN/hostile.log"
: >"$MAILLOG"
check "a message to a server that is not listed" \
	submit hostile "$USER_NAME" x@hostile.test
check "is deferred" deferred_soon "cannot authenticate"
check "the mail log names the host" grep -q "relay.*$HERE\|$HERE.*relay" "$MAILLOG"
check "that server was asked" has "$RUN/hostile.log" EHLO
check "and got no authentication at all" lacks "$RUN/hostile.log" AUTH
check "that mail is taken away" postsuper -c "$PF" -d ALL

postconf -c "$PF" -e smtp_sasl_mechanism_filter=oauthbearer
postfix_master n
check "Postfix takes the new settings" postfix_reload
sleep 1
round open
check "that was outside of the jail" smtp_is_jailed !=
check "it was OAUTHBEARER" has "$RUN/dovecot/log" "method=OAUTHBEARER"
check "and XOAUTH2 before" has "$RUN/dovecot/log" "method=XOAUTH2"
tap_end
