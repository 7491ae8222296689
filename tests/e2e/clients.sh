# SPDX-License-Identifier: BSD-2-Clause
# The mail programs themselves, each configured with exactly what `mailbearer
# setup` prints, and told to trust the test's authority besides: they fetch from
# Dovecot and send through it.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin clients
need "Dovecot starts" bed_dovecot

H=$RUN/home
mkdir -p "$H"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$H"
AS="$AS_USER HOME=$H USER=nobody SHELL=/bin/sh TERM=screen"
AS="$AS TMUX_TMPDIR=$H SASL_PATH=$STAGE/lib/sasl2"
SERVERS="--imap imaps://localhost:$IMAP_PORT --pop pop3s://localhost:$POP3_PORT
	--smtp smtp://localhost:$SUBMIT_PORT"

# A receiving server for what the submission service hands on.
node "$NODE/sink.mjs" "$RECEIVE_PORT" "$RUN/received" </dev/null \
	>"$RUN/sink.log" 2>&1 &
track $!

# put SUBJECT: into the mailbox, behind Dovecot's back.
put() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	printf 'From: x@example.test\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s@bed.test>\n\nBody.\n' \
		"$USER_NAME" "$1" "$(date -R)" "$1" >"$box/$1.bed"
	! is_root || chown -R nobody "$RUN/dovecot/home/$USER_NAME"
}

# lines CLIENT: what setup prints for it.
lines() {
	# shellcheck disable=SC2086 # words wanted
	mb setup "$1" "$USER_NAME" $SERVERS >"$RUN/$1.lines" 2>"$RUN/$1.notes" ||
		{ cat "$RUN/$1.notes"; return 1; }
}

# config CLIENT FILE [SED-SCRIPT]: those lines as its file.
config() {
	lines "$1" || return
	mkdir -p "$(dirname "$2")"
	sed "${3:-}" "$RUN/$1.lines" >"$2" || return
	chmod 600 "$2"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$2"
}

# run COMMAND...: as the user, with an end.
run() {
	$AS timeout -k 2 20 "$@" </dev/null
}

# as_printed CLIENT SED-SCRIPT: lines that are a command, run by the shell.
as_printed() {
	lines "$1" || return
	sed "$2" "$RUN/$1.lines" >"$RUN/$1.sh"
	run env CURL_CA_BUNDLE="$CA" sh "$RUN/$1.sh"
}

# maildir DIR: several programs want it to be there.
maildir() {
	$AS mkdir -p "$1/cur" "$1/new" "$1/tmp"
}

# in_box DIR SUBJECT
in_box() {
	grep -rqxF "Subject: $2" "$1"
}

# received SUBJECT: at the server behind the submission service.
received() {
	await 5 has "$RUN/received" "Subject: $1"
}

message() {
	printf 'From: %s\nTo: x@elsewhere.test\nSubject: %s\n\nBody.\n' \
		"$USER_NAME" "$1"
}

# A second refusal shortly after the first is not answered by one more token, so
# each begins with a sign-in of its own.
revoke() {
	enrolled "$USER_NAME" >/dev/null || return
	control '/kill?kind=AccessToken' >/dev/null
}

fails() {
	! "$@"
}

# client NAME [PROGRAM]: is it there?
client() {
	NAME=$1
	command -v "${2:-$1}" >/dev/null && return
	skip "$1" "not installed"
	return 1
}

need "a store" mb --user init
need "a client credential" add_credential bed strict
need "an account" enrolled "$USER_NAME"

# ---- programs with the plugin ----

fetch_mbsync() {
	put "$1"
	run mbsync -a && in_box "$H/Mail/$USER_NAME/INBOX" "$1"
}
if client mbsync; then
	$AS mkdir -p "$H/Mail/$USER_NAME"
	check "mbsync: the lines" config mbsync "$H/.mbsyncrc" \
		"/^User/aCertificateFile $CA"
	check "mbsync fetches" fetch_mbsync mbsync-one
	revoke
	# isync itself ends at the first refusal.
	run mbsync -a >/dev/null 2>&1
	check "mbsync, after a token was revoked" fetch_mbsync mbsync-two
fi

MH=
for dir in /usr/bin/mh /usr/lib64/nmh/bin /usr/bin; do
	[ -n "$MH" ] || [ ! -x "$dir/inc" ] || [ ! -x "$dir/mhpath" ] || MH=$dir
done
mh() {
	program=$1
	shift
	run env SSL_CERT_FILE="$CA" "$MH/$program" "$@"
}
fetch_nmh() {
	put "$1"
	mh inc && in_box "$H/Mail/inbox" "$1"
}
send_nmh() {
	message "$1" >"$H/draft"
	chmod 666 "$H/draft"
	mh send "$H/draft" && received "$1"
}
if client nmh "${MH:-none}/inc"; then
	$AS mkdir -p "$H/Mail/inbox"
	check "nmh: the lines" lines nmh
	{
		echo "Path: Mail"
		sed '/^#/d; /^machine/d' "$RUN/nmh.lines"
	} >"$H/.mh_profile"
	sed -n '/^machine/p' "$RUN/nmh.lines" >"$H/.netrc"
	chmod 600 "$H/.netrc"
	[ "$OTHER_UID" = "$(id -u)" ] ||
		chown "$OTHER_UID" "$H/.netrc" "$H/.mh_profile"
	check "nmh fetches" fetch_nmh nmh-one
	check "nmh sends" send_nmh nmh-two
	# It takes the server's explanation for a failure and hangs up, so that
	# the plugin never hears of it.
	revoke
	check "a revoked token is refused" fails mh inc
	check "mailbearer refresh" mb refresh "$USER_NAME" --force
	check "nmh, after that" fetch_nmh nmh-three
fi

# ---- programs with a token command ----

# screen_shows TEXT
screen_shows() {
	$AS tmux -L "$NAME" capture-pane -p >"$RUN/screen" 2>&1
	grep -qF -- "$1" "$RUN/screen" || { cat "$RUN/screen"; return 1; }
}
# read_in_tmux SUBJECT COMMAND...: until the subject is on the screen.
read_in_tmux() {
	subject=$1
	shift
	put "$subject"
	$AS tmux -L "$NAME" -f /dev/null new-session -d -x 100 -y 30 "$@" || return
	# It greets new users first, and begins with a menu.
	if [ "$NAME" = alpine ]; then
		await 10 screen_shows "press \"E\""
		$AS tmux -L alpine send-keys E
	fi
	await 15 screen_shows "$subject"
	shown=$?
	screen_shows "$subject"
	$AS tmux -L "$NAME" send-keys q
	await 3 ended || $AS tmux -L "$NAME" kill-server
	return "$shown"
}
ended() {
	! $AS tmux -L "$NAME" has-session
}
send_mutt() {
	run sh -c 'echo Body. | "$1" -F "$2" -s "$3" x@elsewhere.test' sh \
		"$NAME" "$H/.$NAME-rc" "$1" && received "$1"
}
for mutt in mutt neomutt; do
	client "$mutt" || continue
	check "$mutt: the lines" config "$mutt" "$H/.$mutt-rc" \
		"\$aset ssl_ca_certificates_file=\"$CA\""
	if command -v tmux >/dev/null; then
		check "$mutt reads" read_in_tmux "$mutt-one" \
			"$mutt -F $H/.$mutt-rc"
	else
		skip "$mutt reads" "tmux is not installed"
	fi
	check "$mutt sends" send_mutt "$mutt-two"
done

aerc_lines() {
	config aerc "$H/.config/aerc/accounts.conf" || return
	[ "$OTHER_UID" = "$(id -u)" ] || chown -R "$OTHER_UID" "$H/.config"
}
# A second aerc hands the message to the first; the editor leaves it as it is,
# and aerc asks whether to send it.
send_aerc() {
	aerc="env SSL_CERT_FILE=$CA EDITOR=true XDG_RUNTIME_DIR=$H aerc"
	$AS tmux -L aerc -f /dev/null new-session -d -x 100 -y 30 "$aerc" || return
	await 10 test -S "$H/aerc.sock"
	run $aerc "mailto:x@elsewhere.test?subject=$1&body=Body."
	await 10 screen_shows "Send this email?"
	$AS tmux -L aerc send-keys y
	received "$1"
	sent=$?
	screen_shows "$1"
	$AS tmux -L aerc kill-server
	return "$sent"
}
if client aerc && client aerc tmux; then
	check "aerc: the lines" aerc_lines
	check "aerc reads" read_in_tmux aerc-one \
		"env SSL_CERT_FILE=$CA aerc"
	check "aerc sends" send_aerc aerc-two
fi

send_msmtp() {
	message "$1" >"$RUN/message"
	$AS timeout 20 msmtp -a "$USER_NAME" x@elsewhere.test <"$RUN/message" &&
		received "$1"
}
if client msmtp; then
	check "msmtp: the lines" config msmtp "$H/.msmtprc" \
		"/^tls on/atls_trust_file $CA"
	check "msmtp sends" send_msmtp msmtp-one
	# It has no way to say that a token was refused.
	revoke
	send_msmtp msmtp-lost >"$RUN/msmtp.out" 2>&1
	check "a refused token is shown" has "$RUN/msmtp.out" "authentication failed"
	check "mailbearer refresh" mb refresh "$USER_NAME" --force
	check "msmtp sends again" send_msmtp msmtp-two
fi

send_git() {
	message "$1" >"$H/patch"
	chmod 644 "$H/patch"
	run env GIT_COMMITTER_NAME=U GIT_COMMITTER_EMAIL="$USER_NAME" \
		GIT_AUTHOR_NAME=U GIT_AUTHOR_EMAIL="$USER_NAME" \
		git send-email --quiet --confirm=never --to x@elsewhere.test \
		"$H/patch" && received "$1"
}
if client git-send-email git && client git-send-email msmtp; then
	if $AS git send-email -h 2>&1 | grep -q smtp; then
		check "git: the commands, as printed" as_printed git ''
		check "git send-email sends, by msmtp" send_git git-one
	else
		skip "git send-email sends" "git-email is not installed"
	fi
fi

fetch_mpop() {
	put "$1"
	run mpop "$USER_NAME" && in_box "$H/Mail/INBOX" "$1"
}
if client mpop; then
	maildir "$H/Mail/INBOX"
	check "mpop: the lines" config mpop "$H/.mpoprc" \
		"/^tls on/atls_trust_file $CA"
	check "mpop fetches" fetch_mpop mpop-one
fi

fetch_getmail() {
	put "$1"
	run getmail && in_box "$H/Mail/INBOX" "$1"
}
if client getmail; then
	maildir "$H/Mail/INBOX"
	check "getmail: the lines" config getmail "$H/.config/getmail/getmailrc" \
		"/^type = SimpleIMAP/aca_certs = $CA"
	[ "$OTHER_UID" = "$(id -u)" ] || chown -R "$OTHER_UID" "$H/.config"
	if [ "$OTHER_UID" -eq 0 ]; then
		skip "getmail fetches" "it delivers nothing as root"
	else
		check "getmail fetches" fetch_getmail getmail-one
	fi
fi

fetch_offlineimap() {
	put "$1"
	run offlineimap -o -u basic && in_box "$H/Mail/$USER_NAME" "$1"
}
if client offlineimap; then
	rm -rf "$H/Mail/$USER_NAME"
	check "offlineimap: the lines" config offlineimap "$H/.offlineimaprc" \
		"s|OS-DEFAULT|$CA|"
	check "offlineimap fetches" fetch_offlineimap offlineimap-one
fi

both_curl() {
	put "$1"
	message "$1" >"$RUN/message"
	as_printed curl "s|RECIPIENT|x@elsewhere.test|; s|MESSAGE|$RUN/message|" \
		>"$RUN/curl.out" || return
	has "$RUN/curl.out" "Subject: $1" && received "$1"
}
if client curl; then
	check "curl fetches and sends" both_curl curl-one
fi

# ---- programs with the tunnel ----

fetch_fetchmail() {
	put "$1"
	run fetchmail --mda "cat >>$H/Mail/fetched" && has "$H/Mail/fetched" "$1"
}
if client fetchmail; then
	check "fetchmail: the lines" config fetchmail "$H/.fetchmailrc"
	check "fetchmail fetches" fetch_fetchmail fetchmail-one
	revoke
	check "fetchmail, after a token was revoked" \
		fetch_fetchmail fetchmail-two
fi

# setup prints the script as well, behind "#   ".
alpine_lines() {
	config alpine "$H/.pinerc" || return
	$AS mkdir -p "$H/bin" || return
	sed -n 's/^#   //p' "$RUN/alpine.lines" >"$H/bin/mail-tunnel"
	chmod 755 "$H/bin/mail-tunnel"
}
if client alpine && client alpine tmux; then
	check "alpine: the lines" alpine_lines
	check "alpine reads" read_in_tmux alpine-one "alpine -i -p $H/.pinerc"
fi

send_swaks() {
	as_printed swaks "s|RECIPIENT|x@elsewhere.test --header Subject:\\\\ $1|" &&
		received "$1"
}
if client swaks; then
	check "swaks sends" send_swaks swaks-one
	revoke
	check "swaks, after a token was revoked" send_swaks swaks-two
fi
tap_end
