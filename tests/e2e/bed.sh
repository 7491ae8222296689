# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# The servers of the end-to-end suites, on loopback: OAuth2 server, Dovecot,
# Postfix.  Sourced after tap.sh.  Needs from the caller:
#   E2E     this directory          STAGE   prefix of the staged installation
#   NODE    node_modules and, beside them, *.mjs    RUN     own temporary directory

HERE=127.0.0.1
USER_NAME=user@example.test

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# suite_begin NAME: a directory of its own, and nothing left running at the end.
suite_begin() {
	RUN=$RUNS/$1
	mkdir -p "$RUN" && chmod 755 "$RUN" || exit
	trap end_all EXIT
	trap 'exit 130' HUP INT TERM
	unset MAILBEARER_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME \
		DISPLAY WAYLAND_DISPLAY BROWSER
	PATH=$PATH:/usr/sbin:/sbin
	# Whatever appears in a process list or environment is looked through.
	node "$NODE/sampler.mjs" "$RUN/processes" </dev/null >"$RUN/sampler.log" 2>&1 &
	track $!
	bed_ports && bed_tls && bed_oidc || {
		tap_result "not ok" "the OAuth2 server starts"
		cat "$RUN/tls.log" "$RUN/oidc/log"
		tap_end
		exit 1
	}
}

# Can somebody without privileges reach what was built?
if is_root && setpriv --reuid=65534 --regid=65534 --clear-groups \
	test -r "$STAGE/lib/sasl2/libmailbearer.so" 2>/dev/null; then
	OTHER_UID=65534
else
	OTHER_UID=$(id -u)
fi

# A command in front that gives up privileges, if root runs this.
AS_USER=env
[ "$OTHER_UID" -eq "$(id -u)" ] ||
	AS_USER="setpriv --reuid=$OTHER_UID --regid=$OTHER_UID --clear-groups --no-new-privs env"

bed_ports() {
	# shellcheck disable=SC2046 # words wanted
	set -- $(node "$NODE/freeports.mjs" 9)
	OIDC_PORT=$1 CONTROL_PORT=$2 IMAP_PORT=$3 SUBMIT_PORT=$4
	INJECT_PORT=$5 RECEIVE_PORT=$6 HOSTILE_PORT=$7 SPARE_PORT=$8
	POP3_PORT=$9
	ISSUER=https://localhost:$OIDC_PORT
}

# An own authority, and a certificate for localhost.
bed_tls() {
	mkdir -p "$RUN/oidc"
	( cd "$RUN/oidc" || exit
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ca.key -out ca.crt -days 2 -subj "/CN=mailbearer test CA" \
		-addext keyUsage=critical,keyCertSign,cRLSign &&
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout server.key -out server.csr -subj /CN=localhost &&
	echo 'subjectAltName=DNS:localhost,DNS:mail.bed.test,IP:127.0.0.1' >server.ext &&
	openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
		-CAcreateserial -days 2 -extfile server.ext -out server.crt &&
	# Keys of an app that signs in with an assertion.
	openssl req -x509 -newkey rsa:2048 -nodes -keyout app.key -out app.crt \
		-days 2 -subj /CN=app &&
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout appec.key -out appec.crt -days 2 -subj /CN=app
	) >"$RUN/tls.log" 2>&1 || return
	CA=$RUN/ca.crt
	cp "$RUN/oidc/ca.crt" "$CA"
	chmod 644 "$CA"
	SPKI=$(openssl x509 -in "$RUN/oidc/server.crt" -noout -pubkey |
		openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | openssl base64)
}

bed_oidc() {
	chmod 700 "$RUN/oidc"
	node "$NODE/oidc.mjs" "$RUN/oidc" "$OIDC_PORT" "$CONTROL_PORT" \
		</dev/null >"$RUN/oidc/log" 2>&1 &
	track $!
	await 20 test -e "$RUN/oidc/ready"
}

# control PATH: the OAuth2 server's knobs and counters.
control() {
	curl -sS --max-time 10 "http://$HERE:$CONTROL_PORT$1"
}

refreshes() {
	control "/count?grant=refresh_token&status=200"
}

# sign_in LOGIN consent|deny [--stop] <URL
sign_in() {
	NODE_EXTRA_CA_CERTS=$CA timeout 60 node "$NODE/signin.mjs" "$@"
}

# The tool; $AS is a command in front, as words: "$AS_USER HOME=DIR".
AS=env
mb() {
	$AS timeout 100 "$STAGE/bin/mailbearer" "$@"
}

# add_credential NAME CLIENT [OPTION...]: a client credential of the server.
add_credential() {
	credential=$1 client=$2
	shift 2
	case $client in
	strict) set -- --client-secret-file - --auth-method client_secret_post "$@" ;;
	lenient) set -- --client-secret-file - --auth-method client_secret_basic "$@" ;;
	public) set -- --public "$@" ;;
	esac
	# The server's secrets, as in oidc.mjs.
	printf 'e2e+secret%%of&%s:~/=?\n' "$client" |
		mb add "$credential" --provider custom --client-id "$client" \
			--authorization-endpoint "$ISSUER/auth" \
			--token-endpoint "$ISSUER/token" \
			--callback-url http://127.0.0.1/ \
			--scope "openid email offline_access mail" \
			--host localhost --ca-file "$CA" "$@"
}

# enrol HOW ADDRESS LOGIN DECISION [OPTION...]: start the tool, let somebody
# sign in as LOGIN by HOW (sign_in or browse), wait for the tool to end.
# Leaves its status in $STATUS, its words in enrol.out, the page in enrol.page.
enrol() {
	how=$1 address=$2 login=$3 decision=$4
	shift 4
	: >"$RUN/enrol.err"
	: >"$RUN/enrol.out"
	mb enroll "$address" --no-browser "$@" </dev/null \
		>"$RUN/enrol.out" 2>"$RUN/enrol.err" &
	enrol_pid=$!
	if await 10 enrol_url; then
		enrol_url | "$how" "$login" "$decision" >"$RUN/enrol.page" 2>&1
	fi
	wait "$enrol_pid"
	STATUS=$?
	cat "$RUN/enrol.err" >>"$RUN/enrol.out"
}

enrol_url() {
	grep -ho "$ISSUER/auth?[^ ]*" "$RUN/enrol.err" "$RUN/enrol.out" | head -n 1 | grep .
}

# enrolled ADDRESS [OPTION...]: enrol without fuss.
enrolled() {
	address=$1
	shift
	enrol sign_in "$address" "$address" consent "$@"
	[ "$STATUS" -eq 0 ] || { cat "$RUN/enrol.out"; return 1; }
}

browse() {
	profile=$(mktemp -d "$RUN/profile.XXXXXX") || return
	timeout 100 node "$NODE/browser.mjs" "$(command -v chromium)" \
		"$profile" "$SPKI" "$1" "$2"
}

bed_dovecot() {
	mkdir -p "$RUN/dovecot/home"
	if is_root; then
		owner=nobody
		chown nobody "$RUN/dovecot/home"
		users="default_internal_user = dovecot
default_login_user = dovenull"
	else
		owner=$(id -un)
		users="default_internal_user = $owner
default_internal_group = $(id -gn)
default_login_user = $owner
service anvil { 
  chroot =
}
service imap-login {
  chroot =
}
service submission-login {
  chroot =
}
service pop3-login {
  chroot =
}"
	fi
	cat >"$RUN/dovecot/oauth2.conf" <<EOF
introspection_mode = post
introspection_url = https://resource:introspection-only@localhost:$OIDC_PORT/token/introspection
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file = $CA
EOF
	cat >"$RUN/dovecot/conf" <<EOF
$users
base_dir = $RUN/dovecot/run
state_dir = $RUN/dovecot/state
log_path = $RUN/dovecot/log
protocols = imap submission lmtp pop3
listen = $HERE
hostname = submission.bed.test
ssl = required
ssl_cert = <$RUN/oidc/server.crt
ssl_key = <$RUN/oidc/server.key
auth_mechanisms = xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $RUN/dovecot/oauth2.conf
}
userdb {
  driver = static
  args = uid=$owner gid=$(id -gn "$owner") home=$RUN/dovecot/home/%u allow_all_users=yes
}
submission_relay_host = $HERE
submission_relay_port = $RECEIVE_PORT
submission_relay_trusted = no
# Failed logins would otherwise be delayed by up to 15 seconds.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $IMAP_PORT
    ssl = yes
  }
}
service submission-login {
  inet_listener submission {
    port = $SUBMIT_PORT
  }
}
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
  inet_listener pop3s {
    port = $POP3_PORT
    ssl = yes
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service stats {
  chroot =
}
EOF
	( ulimit -n 4096 2>/dev/null
	dovecot -c "$RUN/dovecot/conf" </dev/null >"$RUN/dovecot/start.log" 2>&1
	) || { cat "$RUN/dovecot/start.log"; return 1; }
	# Written a moment after the program has gone to the background.
	await 10 test -s "$RUN/dovecot/run/master.pid" || return
	track "$(cat "$RUN/dovecot/run/master.pid")"
	await 10 listening "$IMAP_PORT"
}

# bed_postfix: an instance of its own, Debian's layout: smtp in the chroot.
# $INJECT_PORT takes mail; the relay is Dovecot's submission; what that hands
# on comes in at $RECEIVE_PORT and goes to the mailbox by LMTP.
# $SMTP_ENV: further environment for the daemons, "NAME=VALUE ...".
bed_postfix() {
	PF=$RUN/postfix
	SPOOL=$RUN/spool
	MAILLOG=$RUN/postfix.log
	mkdir -p "$PF" "$SPOOL" "$RUN/pfdata"
	chown postfix "$RUN/pfdata"
	: >"$MAILLOG"
	# By sender first, then by server.  The password is never used.
	for who in "$USER_NAME" late@example.test stranger@example.test; do
		echo "$who $who:unused"
	done >"$PF/passwd"
	echo "hostile.test hostile:[$HERE]:$HOSTILE_PORT" >"$PF/transport"
	cat >"$PF/main.cf" <<EOF
compatibility_level = 3.7
queue_directory = $SPOOL
data_directory = $RUN/pfdata
maillog_file = $MAILLOG
maillog_file_prefixes = $RUN
myhostname = client.bed.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
disable_dns_lookups = yes
smtputf8_enable = no
transport_maps = texthash:$PF/transport
initial_destination_concurrency = 20
smtp_destination_recipient_limit = 1
relayhost = [localhost]:$SUBMIT_PORT
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:$PF/passwd
smtp_sender_dependent_authentication = yes
smtp_sasl_mechanism_filter = xoauth2
smtp_tls_security_level = secure
smtp_tls_CAfile = $CA
notify_classes =
# Tests flush by hand.
minimal_backoff_time = 3600s
queue_run_delay = 3600s
smtp_destination_concurrency_failed_cohort_limit = 0
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C $SMTP_ENV
EOF
	postfix_master y
	# What Debian's configure-instance.sh copies at each start.
	mkdir -p "$SPOOL/etc"
	for f in localtime services resolv.conf hosts host.conf nsswitch.conf; do
		cp "/etc/$f" "$SPOOL/etc/" 2>/dev/null
	done
	postfix -c "$PF" start >"$RUN/postfix.start" 2>&1 ||
		{ cat "$RUN/postfix.start" "$MAILLOG"; return 1; }
	await 10 test -s "$SPOOL/pid/master.pid" || return
	POSTFIX_PID=$(sed 's/ //g' "$SPOOL/pid/master.pid")
	track "$POSTFIX_PID"
	await 10 listening "$INJECT_PORT"
}

# postfix_master y|n: with or without the chroot for smtp.
postfix_master() {
	cat >"$PF/master.cf" <<EOF
$HERE:$INJECT_PORT inet n - n - - smtpd
$HERE:$RECEIVE_PORT inet n - n - - smtpd
  -o syslog_name=postfix/receive
  -o content_filter=lmtp:unix:$RUN/dovecot/run/lmtp
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - $1 - - smtp
hostile unix - - $1 - - smtp
  -o smtp_tls_wrappermode=yes -o smtp_tls_security_level=encrypt
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
EOF
}

postfix_reload() {
	postfix -c "$PF" reload >"$RUN/postfix.start" 2>&1
}

postfix_flush() {
	postqueue -c "$PF" -f
}

# submit SUBJECT [SENDER [RECIPIENT...]]: hand a message to Postfix.
submit() {
	subject=$1 sender=${2:-$USER_NAME}
	shift "$(($# > 1 ? 2 : 1))"
	[ $# -gt 0 ] || set -- "$USER_NAME"
	printf 'From: %s\nTo: %s\nSubject: %s\nMessage-ID: <%s.%s@bed.test>\n\n%s\n' \
		"$sender" "$1" "$subject" "$subject" "$$" "Body of $subject." \
		>"$RUN/message"
	for rcpt; do
		shift
		set -- "$@" --mail-rcpt "$rcpt"
	done
	curl -sS --max-time 20 --mail-from "$sender" "$@" \
		--upload-file "$RUN/message" \
		"smtp://$HERE:$INJECT_PORT/client.bed.test"
}

# arrived SUBJECT [N]: is it in the mailboxes (N times)?
arrived() {
	[ "$(grep -rlsxF --exclude='dovecot*' "Subject: $1" \
		"$RUN/dovecot/home" | wc -l)" -eq "${2:-1}" ]
}

# deferred TEXT: has the mail log a deferral that says so?
deferred() {
	grep -F status=deferred "$MAILLOG" | grep -qF -- "$1"
}
