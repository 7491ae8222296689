# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
# The walks of doc/WALKS.md, each gone twice: the second time every command ends
# with 0 and no file of the store or of the mail programs changes.
#   MB_LONG   set: the tenant has 400 mailboxes instead of 40
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin walks
REASON=$NO_POSTFIX
is_root || REASON="needs root"
[ -n "$REASON" ] || command -v postfix >/dev/null || REASON="no Postfix here"
if [ -n "$REASON" ]; then
	skip "the walks" "$REASON"
	tap_end
	exit
fi
KEEPS_SECRET='e2e+secret%of&strict:~/=?'
SYSTEM="$STAGE/etc/mailbearer $STAGE/var/lib/mailbearer"
mkdir -p "$STAGE/etc" "$STAGE/var/lib" "$STAGE/run/mailbearer"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
# As RuntimeDirectory= of the service makes it.
chown postfix "$STAGE/run/mailbearer"

not() {
	! "$@"
}

# listing PATH...: everything there, with owners, modes, inodes, times, sums.
# The status file is written anew by each `refresh --due`; that is its use, and
# moves the times of the directory it is in.
listing() {
	find "$@" ! -name status.json \( -type d -exec test -e '{}/status.json' \; \
		-printf '%p %y %m %u %g %i\n' -o \
		-printf '%p %y %m %u %g %i %s %T@ %C@ %l\n' \) | sort
	find "$@" -type f ! -name status.json -exec sha256sum {} + | sort -k 2
}

# walk NAME FUNCTION PATH...: gone twice; of the second time FUNCTION's commands
# must all succeed, say that nothing was changed, and change nothing in PATH.
walk() {
	name=$1 steps=$2
	shift 2
	TIME=first
	need "$name" "$steps"
	listing "$@" >"$RUN/$steps.before"
	asked=$(control /count)
	TIME=second
	check "$name, the second time" "$steps"
	listing "$@" >"$RUN/$steps.after"
	check "changes no file" same "$RUN/$steps.before" "$RUN/$steps.after"
	equal "and asks the provider for nothing" "$asked" "$(control /count)"
}

same() {
	[ -s "$1" ] && diff "$1" "$2"
}

# step COMMAND...: one that changes something; "unchanged" the second time.
step() {
	mb "$@" >"$RUN/step.out" 2>"$RUN/step.err" || {
		echo "exit $?: $*"
		cat "$RUN/step.out" "$RUN/step.err"
		return 1
	}
	[ "$TIME" = first ] || grep -qw unchanged "$RUN/step.out" \
		"$RUN/step.err" || {
		echo "does not say unchanged: $*"
		cat "$RUN/step.out" "$RUN/step.err"
		return 1
	}
}

# quietly COMMAND...: one of which success is enough.
quietly() {
	mb "$@" >"$RUN/step.out" 2>"$RUN/step.err" ||
		{ cat "$RUN/step.out" "$RUN/step.err"; return 1; }
}

# signs_in ADDRESS: the same command both times; its owner is asked the first.
signs_in() {
	if [ "$TIME" = first ]; then
		enrolled "$1" --if-needed
	else
		step enroll "$1" --if-needed --no-browser
	fi
}

# message SUBJECT SENDER
message() {
	submit "$1" "$2" "$USER_NAME" && await 20 arrived "$1" && return
	tail -n 12 "$MAILLOG"
	return 1
}

# same_token ADDRESS ADDRESS
same_token() {
	[ "$(mb token "$1")" = "$(mb token "$2")" ]
}

# ---- Postfix, three sender domains, a shared mailbox ----

SENDERS="sales@one.test info@two.test relay@three.test"
# credentials_file FILE: as configuration management would leave it
credentials_file() {
	printf '%s' "$KEEPS_SECRET" >"$RUN/oidc/secret"
	printf '%s' 'e2e+secret%of&app:~/=?' >"$RUN/oidc/secret.tenant"
	cat >"$1" <<EOF
credentials = (
  {
    name = "relay";
    provider = "custom";
    client_id = "strict";
    client_secret_file = "$RUN/oidc/secret";
    auth_method = "client_secret_post";
    authorization_endpoint = "$ISSUER/auth";
    token_endpoint = "$ISSUER/token";
    revocation_endpoint = "$ISSUER/token/revocation";
    callback_url = "http://127.0.0.1/";
    scope = "openid email offline_access mail";
    hosts = ( "localhost" );
    ca = "$(cat "$CA")";
  }
);
EOF
	chmod 600 "$1"
}

postfix_walk() {
	step init --service-user postfix &&
	step apply "$RUN/oidc/credentials" || return
	for sender in $SENDERS; do
		signs_in "$sender" || return
	done
	step enroll office@one.test --as sales@one.test --if-needed || return
	# shellcheck disable=SC2086 # words wanted
	step setup postfix $SENDERS office@one.test \
		--smtp "smtp://localhost:$SUBMIT_PORT" --config-dir "$PF" --apply &&
	quietly refresh --due &&
	quietly list
}

need "Dovecot starts" bed_dovecot
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2"
need "Postfix starts" bed_postfix
for name in smtp_sasl_auth_enable smtp_sasl_password_maps relayhost \
	smtp_sender_dependent_authentication smtp_sasl_mechanism_filter \
	smtp_tls_security_level; do
	postconf -c "$PF" -X "$name"
done
postconf -c "$PF" -e relayhost='[localhost]:9'
cp "$PF/main.cf" "$RUN/main.cf.before"
cp "$PF/master.cf" "$RUN/master.cf.before"
credentials_file "$RUN/oidc/credentials"
# shellcheck disable=SC2086 # words wanted
walk "Postfix with three sender domains" postfix_walk $SYSTEM "$PF"
postfix_reload
for sender in $SENDERS; do
	check "mail of $sender arrives" message "by-${sender%@*}" "$sender"
done
check "the shared mailbox has its owner's token" \
	same_token office@one.test sales@one.test
quietly refresh --due --json
check "the status file is where a monitor reads it" \
	has "$STAGE/run/mailbearer/status.json" sales@one.test
# Tokens that were used since are no change either.
listing "$PF" >"$RUN/mailed.before"
TIME=second
check "after mail was sent, once more" postfix_walk
listing "$PF" >"$RUN/mailed.after"
check "Postfix is as it was" same "$RUN/mailed.before" "$RUN/mailed.after"

# ---- the account's later life, on the same host ----

revoked_walk() {
	if [ "$TIME" = first ]; then
		control '/kill?kind=RefreshToken' >/dev/null
		mb refresh --all --force >"$RUN/dead.out" 2>&1
		[ $? -eq 4 ] && has "$RUN/dead.out" '[sign-in-needed]' &&
			has "$RUN/dead.out" 'mailbearer enroll relay@three.test' ||
			return
	fi
	for sender in $SENDERS; do
		signs_in "$sender" || return
	done
}
# shellcheck disable=SC2086 # words wanted
walk "a sign-in that ended is told, and made again" revoked_walk $SYSTEM
postfix_reload
check "mail goes again" message revived relay@three.test

ROTATED='the+next%secret&of:this/client=?'
new_secret() {
	printf '%s\n' "$ROTATED" >"$RUN/oidc/secret"
	step set relay --client-secret-file "$RUN/oidc/secret"
}
rotated_walk() {
	if [ "$TIME" = first ]; then
		control "/secret?client=strict&value=$(printf %s "$ROTATED" |
			sed 's/%/%25/g; s/+/%2B/g; s/&/%26/g; s/=/%3D/g; s/?/%3F/g')" \
			>/dev/null
		mb refresh relay@three.test --force >"$RUN/secret.out" 2>&1
		[ $? -eq 4 ] && has "$RUN/secret.out" '[secret-wrong]' &&
			has "$RUN/secret.out" 'mailbearer set relay --client-secret-file' ||
			return
	fi
	new_secret && step apply "$RUN/oidc/credentials"
}
# shellcheck disable=SC2086 # words wanted
walk "a client secret that was rotated" rotated_walk $SYSTEM
check "sign-ins are kept: a token comes" quietly refresh relay@three.test --force

# ---- a tenant where nobody signs in ----

BOXES=${MB_LONG:+400}
BOXES=${BOXES:-40}
tenant_walk() {
	step add tenant --provider custom --client-id app \
		--client-secret-file "$RUN/oidc/secret.tenant" \
		--grant client_credentials --auth-method client_secret_post \
		--token-endpoint "$ISSUER/token" --scope mail \
		--host localhost --ca-file "$CA" &&
	step enroll '*@tenant.test' --credential tenant &&
	i=0 || return
	while [ "$i" -lt "$BOXES" ]; do
		i=$((i + 1))
		mb token "box$i@tenant.test" || return
	done >"$RUN/oidc/tokens"
	[ "$(wc -l <"$RUN/oidc/tokens")" -eq "$BOXES" ] &&
	[ "$(sort -u "$RUN/oidc/tokens" | wc -l)" -eq 1 ]
}
before=$(control "/count?grant=client_credentials&status=200")
# shellcheck disable=SC2086 # words wanted
walk "a tenant with $BOXES mailboxes and one rule" tenant_walk $SYSTEM
equal "all of them by one request" 1 \
	"$(($(control "/count?grant=client_credentials&status=200") - before))"

# ---- backup, a new host, a second host ----

certificate() { # NAME
	[ -e "$RUN/oidc/$1.pem" ] || openssl req -x509 -newkey ec \
		-pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
		-keyout "$RUN/oidc/$1.key" -out "$RUN/oidc/$1.pem" 2>/dev/null
}

backup_walk() {
	certificate recovery &&
	step init --recovery-cert "$RUN/oidc/recovery.pem" || return
	if [ "$TIME" = first ]; then
		mkdir "$RUN/backup" &&
		cp -a "$STAGE/etc/mailbearer" "$RUN/backup/etc" &&
		cp -a "$STAGE/var/lib/mailbearer" "$RUN/backup/lib" || return
		# shellcheck disable=SC2086 # words wanted
		rm -rf $SYSTEM
		# As somebody would who forgets about owners.
		cp -r "$RUN/backup/etc" "$STAGE/etc/mailbearer" &&
		cp -r "$RUN/backup/lib" "$STAGE/var/lib/mailbearer" || return
		quietly init || return
	fi
	step init &&
	quietly token sales@one.test
}
# shellcheck disable=SC2086 # words wanted
walk "a backup, put back with the key" backup_walk $SYSTEM
# Postfix must not go on with the directories that are gone.
postfix_reload
check "mail of a restored account arrives" message restored sales@one.test

without_key_walk() {
	as_before=$AS
	AS="env MAILBEARER_HOME=$RUN/nokey"
	step init --service-user postfix &&
	step import "$RUN/backup/etc/credentials.conf" \
		--recovery-key "$RUN/oidc/recovery.key"
	status=$?
	AS=$as_before
	return "$status"
}
mkdir "$RUN/nokey"
walk "a backup without the key, by the recovery key" without_key_walk "$RUN/nokey"

new_host() {
	as_before=$AS
	AS="env MAILBEARER_HOME=$RUN/newhost"
	step init --service-user postfix &&
	step import "$RUN/store.cms" --recovery-key "$RUN/oidc/newhost.key" &&
	quietly refresh --all
	status=$?
	AS=$as_before
	return "$status"
}
move_walk() {
	certificate newhost &&
	step retire || return
	[ -e "$RUN/store.cms" ] ||
		quietly export "$RUN/store.cms" --to "$RUN/oidc/newhost.pem" ||
		return
	new_host
}
mkdir "$RUN/newhost"
# shellcheck disable=SC2086 # words wanted
walk "a new host" move_walk $SYSTEM "$RUN/newhost"
check "the old one asks for nothing any more" \
	not quietly refresh sales@one.test --force
check "and says why" has "$RUN/step.err" "[retired]"
AS="env MAILBEARER_HOME=$RUN/newhost"
check "the new one does" quietly refresh sales@one.test --force
AS=env

# A second host has sign-ins of its own.
second_host_walk() {
	as_before=$AS
	AS="env MAILBEARER_HOME=$RUN/second"
	step init --service-user postfix &&
	step apply "$RUN/oidc/credentials" &&
	signs_in info@two.test
	status=$?
	AS=$as_before
	return "$status"
}
mkdir "$RUN/second"
walk "a second host" second_host_walk "$RUN/second"
both() {
	for host in second newhost; do
		AS="env MAILBEARER_HOME=$RUN/$host"
		quietly refresh info@two.test --force || return
	done
	AS=env
}
check "both hosts refresh the same mailbox" both
AS=env

# ---- the end ----

uninstall_walk() {
	for address in office@one.test $SENDERS; do
		# An account that is gone already is none to end.
		mb show "$address" >"$RUN/show.out" 2>&1 || {
			[ $? -eq 3 ] && continue
			cat "$RUN/show.out"
			return 1
		}
		case $address in
		office@*) quietly remove "$address" --yes || return ;;
		*) quietly revoke "$address" --yes || return ;;
		esac
	done
	# shellcheck disable=SC2086 # words wanted
	step setup postfix $SENDERS --smtp "smtp://localhost:$SUBMIT_PORT" \
		--config-dir "$PF" --undo &&
	rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
}
need "the host is in use again" quietly retire --undo
# Its own sign-ins have moved, so it gets new ones.
TIME=first
for sender in $SENDERS; do
	enrolled "$sender" >"$RUN/again.out" 2>&1 || cat "$RUN/again.out"
done
walk "uninstalling" uninstall_walk "$PF"
check "Postfix's main.cf is as it was before all" \
	cmp "$PF/main.cf" "$RUN/main.cf.before"
check "and its master.cf" cmp "$PF/master.cf" "$RUN/master.cf.before"
postfix_reload

# ---- somebody's laptop, and a server without a browser ----

H=$RUN/home
SERVERS="--imap imaps://localhost:$IMAP_PORT --smtp smtp://localhost:$SUBMIT_PORT"

# as_somebody DIR: the tool and mail programs, without privileges.
as_somebody() {
	mkdir -p "$1"
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$1"
	AS="$AS_USER HOME=$1 USER=nobody SASL_PATH=$STAGE/lib/sasl2"
}

put() {
	box=$RUN/dovecot/home/$USER_NAME/Maildir/new
	mkdir -p "$box"
	printf 'From: x@example.test\nSubject: %s\n\nBody.\n' "$1" >"$box/$1.bed"
	chown -R nobody "$RUN/dovecot/home/$USER_NAME"
}

# config CLIENT FILE SED-SCRIPT: what setup prints, in the program's own file;
# a file that has it already is left alone.
config() {
	# shellcheck disable=SC2086 # words wanted
	quietly setup "$1" "$USER_NAME" $SERVERS || return
	sed "$3" "$RUN/step.out" >"$RUN/$1.conf"
	cmp -s "$RUN/$1.conf" "$2" && return
	cat "$RUN/$1.conf" >"$2" && chmod 600 "$2" || return
	[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$2"
}

# by_letter: where there is no browser and no terminal, the address goes to the
# owner and the answer comes back.
by_letter() {
	mb enroll "$USER_NAME" --begin >"$RUN/begin.out" 2>"$RUN/begin.err" ||
		{ cat "$RUN/begin.err"; return 1; }
	sign_in "$USER_NAME" consent --stop <"$RUN/begin.out" 2>&1 |
		grep '^http://127.0.0.1/?' >"$RUN/oidc/answer"
	mb enroll --finish - <"$RUN/oidc/answer" >"$RUN/finish.out" 2>&1 ||
		{ cat "$RUN/finish.out"; return 1; }
}

user_walk() {
	if [ "$TIME" = first ]; then
		mb --user init
	else
		step --user init
	fi &&
	printf '%s' "$ROTATED" | step add bed --client-secret-file - \
		--provider custom --client-id strict \
		--auth-method client_secret_post \
		--authorization-endpoint "$ISSUER/auth" \
		--token-endpoint "$ISSUER/token" \
		--callback-url http://127.0.0.1/ \
		--scope "openid email offline_access mail" \
		--host localhost --ca-file "$CA" || return
	if [ "$TIME" = first ] && [ "$HOW" = letter ]; then
		by_letter
	else
		signs_in "$USER_NAME"
	fi &&
	config mbsync "$AT/.mbsyncrc" "/^User/aCertificateFile $CA" &&
	config mutt "$AT/.muttrc" "\$aset ssl_ca_certificates_file=\"$CA\"" &&
	config msmtp "$AT/.msmtprc" "/^tls on/atls_trust_file $CA" &&
	quietly refresh --due
}

fetches() {
	put "$1"
	$AS mkdir -p "$AT/Mail/$USER_NAME"
	$AS timeout 20 mbsync -c "$AT/.mbsyncrc" -a </dev/null >"$RUN/mbsync.out" 2>&1 &&
		grep -rqxF "Subject: $1" "$AT/Mail" ||
		{ tail -n 5 "$RUN/mbsync.out"; return 1; }
}
sends() { # SUBJECT COMMAND...
	subject=$1
	shift
	printf 'From: %s\nTo: %s\nSubject: %s\n\nBody.\n' "$USER_NAME" \
		"$USER_NAME" "$subject" >"$RUN/message"
	$AS timeout 20 "$@" <"$RUN/message" && await 10 arrived "$subject"
}
mutt_sends() {
	sends "$1" mutt -F "$AT/.muttrc" -s "$1" "$USER_NAME"
}

somebody() { # NAME HOW
	AT=$H/$1 HOW=$2
	mkdir -p "$H"
	as_somebody "$AT"
	walk "mbsync, mutt and msmtp: a $1" user_walk "$AT"
	check "mbsync fetches" fetches "$1-mbsync"
	check "mutt sends" mutt_sends "$1-mutt"
	check "msmtp sends" sends "$1-msmtp" msmtp -C "$AT/.msmtprc" \
		-a "$USER_NAME" "$USER_NAME"
}
somebody laptop browser
somebody server letter
tap_end
