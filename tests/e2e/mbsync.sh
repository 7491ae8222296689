# SPDX-License-Identifier: BSD-2-Clause
# mbsync, run by somebody without privileges, fetches from Dovecot.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin mbsync
need "Dovecot starts" bed_dovecot

mkdir -p "$RUN/home"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home SASL_PATH=$STAGE/lib/sasl2"

# mbsync_conf NAME HOST PORT USER MECHANISM [CERTIFICATE]
mbsync_conf() {
	mkdir -p "$RUN/home/$1"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home/$1"
	cat >"$RUN/$1.conf" <<EOF
IMAPAccount bed
Host $2
Port $3
User $4
AuthMechs $5
SSLType IMAPS
CertificateFile ${6:-$CA}

IMAPStore far
Account bed

MaildirStore near
Path $RUN/home/$1/
Inbox $RUN/home/$1/INBOX

Channel bed
Far :far:
Near :near:
Create Near
SyncState *
EOF
}

# fetch NAME: run mbsync; its words are in NAME.out.
fetch() {
	$AS timeout 20 mbsync -c "$RUN/$1.conf" bed >"$RUN/oidc/raw" 2>&1
	fetch_status=$?
	# isync itself prints the whole AUTHENTICATE line when it is refused.
	sed 's/\(AUTHENTICATE [A-Z0-9]*\) [A-Za-z0-9+/=]*/\1 .../' \
		"$RUN/oidc/raw" >"$RUN/$1.out"
	cat "$RUN/$1.out"
	return "$fetch_status"
}

fetched() {
	fetch "$1" && grep -rqxF "Subject: $2" "$RUN/home/$1/INBOX"
}

# Ended by itself (no time-out), with an error.
fails_by_itself() {
	fetch "$1" >/dev/null
	[ "$fetch_status" -ne 0 ] && [ "$fetch_status" -ne 124 ]
}

# put SUBJECT: into the mailbox, behind Dovecot's back.
put() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	printf 'From: x@example.test\nSubject: %s\n\nBody.\n' "$1" >"$box/$1.bed"
	! is_root || chown -R nobody "$RUN/dovecot/home/$USER_NAME"
}

# old_token: an account whose access token is over, so that the refresh is
# waited for.
old_token() {
	control '/set?ttl=2' >/dev/null
	enrolled "$USER_NAME" || return
	control '/set?ttl=3600' >/dev/null
	sleep 2.2
}

mbsync_conf xoauth2 localhost "$IMAP_PORT" "$USER_NAME" XOAUTH2
mbsync_conf bearer localhost "$IMAP_PORT" "$USER_NAME" OAUTHBEARER
mbsync_conf any localhost "$IMAP_PORT" "$USER_NAME" '*'

need "a store and a client credential are made" mb --user init
need "credential" add_credential bed strict
need "enrolled" enrolled "$USER_NAME"
put one
check "mbsync fetches by XOAUTH2" fetched xoauth2 one
check "mbsync fetches by OAUTHBEARER" fetched bearer one
check "mbsync picks a mechanism by itself" fetched any one
equal "a fresh token is not refreshed" 0 "$(refreshes)"

check "another sign-in replaces the tokens" old_token
put two
check "mbsync fetches with a token that the plugin refreshed (XOAUTH2)" \
	fetched xoauth2 two
equal "with exactly one request" 1 "$(refreshes)"
check "and the next run uses it as it is" fetched bearer two
equal "without another request" 1 "$(refreshes)"

check "another sign-in replaces the tokens again" old_token
put three
check "mbsync fetches with a token that the plugin refreshed (OAUTHBEARER)" \
	fetched bearer three
equal "with exactly one more request" 2 "$(refreshes)"

# Refused by the server: the reason is shown, and the next run refreshes once.
control '/kill?kind=AccessToken' >/dev/null
check "a refused token ends mbsync with an error, not with a hang" \
	fails_by_itself xoauth2
check "and with the server's own words" has "$RUN/xoauth2.out" \
	"Authentication failed."
put four
check "the next run refreshes and fetches" fetched xoauth2 four
equal "with exactly one more request, now 3" 3 "$(refreshes)"
# A refresh after a refusal is not repeated for a while; a sign-in ends that.
check "another sign-in" enrolled "$USER_NAME"
control '/kill?kind=AccessToken' >/dev/null
check "refused under OAUTHBEARER: an error, no hang" fails_by_itself bearer
put five
check "the next run fetches by OAUTHBEARER" fetched bearer five

# A long token.
control '/set?pad=2957' >/dev/null
check "a token of 3000 characters" enrolled "$USER_NAME"
put six
check "mbsync fetches with it" fetched xoauth2 six
check "and by OAUTHBEARER" fetched bearer six
control '/set?pad=0' >/dev/null

# Eight at once with an old token: one request, and the grant survives.
check "an old token" old_token
before=$(refreshes)
stampede() {
	pids=
	for i in 1 2 3 4 5 6 7 8; do
		mbsync_conf "s$i" localhost "$IMAP_PORT" "$USER_NAME" XOAUTH2
		$AS timeout 30 mbsync -c "$RUN/s$i.conf" bed >"$RUN/s$i.out" 2>&1 &
		pids="$pids $!"
	done
	bad=0
	for pid in $pids; do
		wait "$pid" || bad=1
	done
	[ "$bad" -eq 0 ] || cat "$RUN"/s?.out
	return "$bad"
}
check "eight mbsync at once with an old token" stampede
equal "make one request in all" 1 "$(($(refreshes) - before))"

# A server that the client credential does not name.
node "$NODE/hostile.mjs" "$RUN/oidc" "$HOSTILE_PORT" imap "$RUN/hostile.log" \
	</dev/null >"$RUN/hostile.err" 2>&1 &
track $!
await 10 test -e "$RUN/hostile.log"
cp "$RUN/oidc/server.crt" "$RUN/hostile.crt"
mbsync_conf hostile "$HERE" "$HOSTILE_PORT" "$USER_NAME" '*' "$RUN/hostile.crt"
check "mbsync fails at a server that is not listed" fails_by_itself hostile
check "which was really asked" has "$RUN/hostile.log" connected
check "and got no authentication at all" lacks "$RUN/hostile.log" AUTH
check "the message names the host" has "$RUN/hostile.out" "$HERE"
check "and the remedy" has "$RUN/hostile.out" "--host $HERE"

# An account that is not enrolled.
mbsync_conf stranger localhost "$IMAP_PORT" stranger@example.test XOAUTH2
check "mbsync fails for an account that is not enrolled" fails_by_itself stranger
check "and says so" has "$RUN/stranger.out" "stranger@example.test is not enrolled"
tap_end
