# SPDX-License-Identifier: BSD-2-Clause
# mailbearer tunnel and the programs that it serves: IMAP, SMTP and POP3 at
# Dovecot, with TLS and the login done.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin tunnel
need "Dovecot starts" bed_dovecot

mkdir -p "$RUN/home"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home"
IMAPS=imaps://localhost:$IMAP_PORT
SMTP=smtp://localhost:$SUBMIT_PORT
POP3S=pop3s://localhost:$POP3_PORT

# put SUBJECT...: into the mailbox, behind Dovecot's back.
put() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	for subject; do
		printf 'From: x@example.test\nSubject: %s\n\nBody.\n' \
			"$subject" >"$box/$subject.bed"
	done
	! is_root || chown -R nobody "$RUN/dovecot/home/$USER_NAME"
}

# A receiving server for what the submission service hands on.
node "$NODE/sink.mjs" "$RECEIVE_PORT" "$RUN/received" </dev/null \
	>"$RUN/sink.log" 2>&1 &
track $!

# talk URL [OPTION...] <lines: what the tunnel says is in talk.out.
talk() {
	url=$1
	shift
	sed 's/$/\r/' >"$RUN/talk.in"
	mb tunnel "$url" --user "$USER_NAME" "$@" <"$RUN/talk.in" \
		>"$RUN/talk.raw" 2>"$RUN/talk.err"
	talk_status=$?
	tr -d '\r' <"$RUN/talk.raw" >"$RUN/talk.out"
	cat "$RUN/talk.err"
	return "$talk_status"
}

# line PATTERN [FILE]
line() {
	grep -q -- "$1" "${2:-$RUN/talk.out}" ||
		{ cat "$RUN/talk.out" "$RUN/talk.err"; return 1; }
}

imap_session() {
	printf 'a NOOP\nb LOGOUT\n' | talk "$IMAPS" "$@"
}

need "a store" mb --user init
need "a client credential" add_credential bed strict
need "an account" enrolled "$USER_NAME"

# IMAP
check "a session with the IMAP server" imap_session
check "the greeting says that the login is done" \
	line '^\* PREAUTH \[CAPABILITY IMAP4rev1 .*\]'
check "it is the first line" \
	sh -c 'head -n 1 "$1" | grep -q "^\* PREAUTH"' sh "$RUN/talk.out"
check "no login is offered" lacks "$RUN/talk.out" AUTH=
check "commands reach the server" line '^a OK'
check "and its goodbye comes back" line '^\* BYE'
check "up to the last reply" line '^b OK'
equal "nothing is said on stderr" "" "$(cat "$RUN/talk.err")"
check "by OAUTHBEARER" imap_session --mechanism oauthbearer
check "by XOAUTH2" imap_session --mechanism xoauth2

# A program that hangs up without a word.
hang_up() {
	: | talk "$IMAPS" && line PREAUTH
}
check "a program that hangs up ends the session" hang_up
half_closed() {
	printf 'a CAPABILITY\n' | talk "$IMAPS" && line '^a OK'
}
check "one that only stops talking gets its answer" half_closed

# 1 000 messages in a row.
many() {
	# shellcheck disable=SC2046 # a thousand words
	put $(seq -f 'm%g' 1 1000)
	printf 'a SELECT INBOX\nb FETCH 1:* BODY.PEEK[]\nc LOGOUT\n' |
		talk "$IMAPS" &&
	[ "$(grep -c '^Subject: m[0-9]*$' "$RUN/talk.out")" -eq 1000 ] &&
	line '^c OK'
}
check "1000 messages in a row" many

# 20 MB, and a line of 100 KB.
large() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	{
		printf 'From: x@example.test\nSubject: large\n\n'
		head -c 15000000 /dev/urandom | base64
		head -c 100000 /dev/zero | tr '\0' x
		echo
	} >"$box/large.bed"
	! is_root || chown nobody "$box/large.bed"
	printf 'a SELECT INBOX\nb UID SEARCH SUBJECT large\nc FETCH * BODY.PEEK[TEXT]\nd LOGOUT\n' |
		talk "$IMAPS" || return
	sed '1,/^$/d' "$box/large.bed" 2>/dev/null |
		cat >"$RUN/large.want"
	[ -s "$RUN/large.want" ] ||
		sed '1,/^$/d' "$RUN/dovecot/home/$USER_NAME/Maildir/cur/large.bed"* \
			>"$RUN/large.want"
	grep -xE '[A-Za-z0-9+/=]{76}|x{100000}' "$RUN/talk.out" | cksum \
		>"$RUN/large.got"
	grep -xE '[A-Za-z0-9+/=]{76}|x{100000}' "$RUN/large.want" | cksum |
		cmp - "$RUN/large.got"
}
check "20 MB and a line of 100 KB arrive as they are" large

# SMTP
smtp_session() {
	printf '%s\n' "EHLO client.bed.test" "MAIL FROM:<$USER_NAME>" \
		"RCPT TO:<x@elsewhere.test>" DATA "Subject: tunnelled" "" \
		"Body." . QUIT | talk "$SMTP" "$@"
}
check "a session with the submission server (STARTTLS)" smtp_session
check "the greeting" line '^220 localhost'
check "its extensions are passed on" line '^250-8BITMIME'
check "AUTH is not offered" lacks "$RUN/talk.out" AUTH
check "nor STARTTLS" lacks "$RUN/talk.out" STARTTLS
check "the reply to EHLO has its last line" line '^250 [A-Z]'
check "the message is taken" line '^250 2.0.0'
check "and was handed on" await 5 has "$RUN/received" "Subject: tunnelled"
check "with a goodbye" line '^221'

# A program that is cut off in the middle of a message: nothing is sent.
torn() {
	printf '%s\n' "EHLO client.bed.test" "MAIL FROM:<$USER_NAME>" \
		"RCPT TO:<x@elsewhere.test>" DATA "Subject: torn" "" "Body." |
		talk "$SMTP"
	line '^354' && sleep 0.5 && lacks "$RUN/received" "Subject: torn"
}
check "a message that is cut off is not sent" torn

# A server that dies: held open, and told.
children() { # NAME: of Dovecot
	pgrep -P "$(cat "$RUN/dovecot/run/master.pid")" "$1"
}
cut_off() { # URL PROCESS PATTERN COMMANDS...
	url=$1 process=$2 pattern=$3
	shift 3
	rm -f "$RUN/hold"
	mkfifo "$RUN/hold"
	mb tunnel "$url" --user "$USER_NAME" <"$RUN/hold" >"$RUN/talk.out" \
		2>"$RUN/talk.err" &
	tunnel_pid=$!
	exec 9>"$RUN/hold"
	[ $# -eq 0 ] || printf '%s\r\n' "$@" >&9
	await 5 line "$pattern"
	# shellcheck disable=SC2046 # several
	kill -9 $(children "$process")
	await 5 gone "$tunnel_pid"
	exec 9>&-
	wait "$tunnel_pid"
	[ $? -eq 5 ] && line '\[network\]' "$RUN/talk.err"
}
check "an IMAP server that dies: 5" cut_off "$IMAPS" imap-login \
	'^\* PREAUTH'
check "also after a command" cut_off "$IMAPS" imap-login '^a OK' "a NOOP"
check "an SMTP server that dies in the middle of a message: 5" \
	cut_off "$SMTP" submission '^354' "EHLO client.bed.test" \
	"MAIL FROM:<$USER_NAME>" "RCPT TO:<x@elsewhere.test>" DATA \
	"Subject: torn" ""
check "and nothing of it is sent" lacks "$RUN/received" "Subject: torn"
check "a POP3 server that dies: 5" cut_off "$POP3S" pop3-login '^+OK 1' STAT

# Lines that are longer than any buffer of ours, from the program.
upward() {
	{
		printf 'a SEARCH SUBJECT "'
		head -c 102400 /dev/zero | tr '\0' x
		printf '"\nb APPEND INBOX {102417+}\nSubject: big\n\n'
		head -c 102399 /dev/zero | tr '\0' y
		printf '\n\nc LOGOUT\n'
	} | talk "$IMAPS" && line '^a BAD' && line '^b OK' && line '^c OK'
}
check "lines of 100 KB reach the server" upward

# POP3
put pop
pop_session() {
	printf '%s\n' CAPA "USER whoever" "PASS whatever" STAT QUIT |
		talk "$POP3S"
}
check "a session with the POP3 server" pop_session
check "USER and PASS say nothing and are accepted" \
	sh -c '[ "$(grep -c "the login is done" "$1")" -eq 2 ]' sh "$RUN/talk.out"
check "commands reach the server" line '^+OK [0-9]* [0-9]*$'
check "no SASL is offered" lacks "$RUN/talk.out" SASL

# A token that the server refuses is renewed once.
control '/kill?kind=AccessToken' >/dev/null
before=$(refreshes)
check "a refused token is renewed" imap_session
check "and the session goes on" line '^b OK'
equal "with one request" 1 "$(($(refreshes) - before))"

# What does not work is told in the program's own language.
fails() {
	! "$@" && line "$pattern"
}
pattern='^\* BYE \[AUTHENTICATIONFAILED\] .*stranger@example.test is not enrolled'
stranger() {
	printf 'a LOGOUT\n' | mb tunnel "$IMAPS" --user stranger@example.test \
		>"$RUN/talk.out" 2>"$RUN/talk.err"
}
check "an account that is not enrolled" fails stranger
check "is told on stderr as well" line 'not-enrolled' "$RUN/talk.err"
pattern='^\* BYE .*is not among the hosts of client credential bed'
elsewhere() {
	printf 'a LOGOUT\n' | talk "imaps://127.0.0.1:$IMAP_PORT"
}
check "a host that is not listed gets no token" fails elsewhere
pattern='^421 4.7.0 .*\[network\]'
nobody_there() {
	printf 'EHLO x\nQUIT\n' | talk "smtps://localhost:$SPARE_PORT"
}
check "nobody listens" fails nobody_there
pattern='^-ERR \[SYS/TEMP\] '
no_tls() {
	printf 'QUIT\n' | talk "pop3s://localhost:$RECEIVE_PORT"
}
check "a server without TLS gets nothing" fails no_tls
check "not a byte of the token" lacks "$RUN/received" auth=Bearer

# Wrong words.
usage() {
	mb "$@" </dev/null >"$RUN/talk.out" 2>"$RUN/talk.err"
	[ $? -eq 2 ] || { cat "$RUN/talk.err"; return 1; }
}
check "a URL of another kind" usage tunnel "https://localhost/" --user "$USER_NAME"
check "a path in the URL" usage tunnel "$IMAPS/INBOX" --user "$USER_NAME"
check "no --user" usage tunnel "$IMAPS"
check "another mechanism" usage tunnel "$IMAPS" --user "$USER_NAME" \
	--mechanism plain

# As a service on a UNIX socket: who may connect is the peer's uid.
if command -v socat >/dev/null; then
	# serve LISTEN NAME [OPTION...]: with the socket as the tunnel's stdin.
	serve() {
		listen=$1 name=$2
		shift 2
		printf '#!/bin/sh\nexec "%s" tunnel "%s" --user "%s" %s\n' \
			"$STAGE/bin/mailbearer" "$IMAPS" "$USER_NAME" "$*" \
			>"$RUN/serve.$name"
		chmod 755 "$RUN/serve.$name"
		$AS socat "$listen" "EXEC:$RUN/serve.$name,nofork" \
			</dev/null >"$RUN/socat.log" 2>&1 &
		track $!
	}
	serve_unix() { # NAME [OPTION...]
		name=$1
		shift
		serve "UNIX-LISTEN:$RUN/home/$name,fork,mode=666" "$name" "$@"
		await 5 test -S "$RUN/home/$name"
	}
	ask() { # SOCKET, as this test's user
		printf 'a NOOP\r\nb LOGOUT\r\n' |
			socat -t 10 - "UNIX-CONNECT:$RUN/home/$1" | tr -d '\r' \
			>"$RUN/talk.out"
	}
	serve_unix own
	check "a UNIX socket serves" ask own
	check "root, or its own user" line '^b OK'
	serve "TCP-LISTEN:$SPARE_PORT,bind=127.0.0.1,fork" tcp
	await 5 listening "$SPARE_PORT"
	printf 'a LOGOUT\r\n' | socat -t 10 - "TCP:127.0.0.1:$SPARE_PORT" |
		tr -d '\r' >"$RUN/talk.out"
	check "a TCP socket is refused" line 'nobody can tell who is at the other end'
	if is_root && [ "$OTHER_UID" != 0 ]; then
		stranger_asks() {
			setpriv --reuid=1 --regid=1 --clear-groups \
				socat -t 10 - "UNIX-CONNECT:$RUN/home/$1" \
				<"$RUN/talk.in" | tr -d '\r' >"$RUN/talk.out"
		}
		chmod 755 "$RUN/home"
		printf 'a NOOP\r\nb LOGOUT\r\n' >"$RUN/talk.in"
		chmod 644 "$RUN/talk.in"
		stranger_asks own
		check "another user is refused" line '^\* BYE .*user 1 may not use it'
		serve_unix open --allow 1
		stranger_asks open
		check "and served with --allow" line '^b OK'
	else
		skip "another user is refused" "needs root"
	fi
else
	skip "a UNIX socket serves by the peer's uid" "needs socat"
fi
tap_end
