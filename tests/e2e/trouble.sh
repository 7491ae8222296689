# SPDX-License-Identifier: BSD-2-Clause
# Full disk, read-only disk, a token endpoint that is down, a dead sign-in:
# mail goes as long as the token in hand is valid, and nothing is lost.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin trouble
REASON=$NO_POSTFIX
is_root || REASON="needs root"
[ -n "$REASON" ] || command -v postfix >/dev/null || REASON="no Postfix here"
STORE=$RUN/store
mkdir "$STORE"
if [ -z "$REASON" ] &&
   ! mount -t tmpfs -o size=1m,mode=755 tmpfs "$STORE" 2>"$RUN/mount.err"; then
	REASON="cannot mount a small file system: $(cat "$RUN/mount.err")"
fi
if [ -n "$REASON" ]; then
	skip "mail goes although the disk is full or read-only" "$REASON"
	tap_end
	exit
fi
trap 'end_all; umount "$STORE" 2>/dev/null || umount -l "$STORE"' EXIT

MAILBEARER_HOME=$STORE
export MAILBEARER_HOME
need "init" mb init --service-user postfix
need "credential" add_credential relay strict
SMTP_ENV="SASL_PATH=$STAGE/lib/sasl2 MAILBEARER_HOME=$STORE"
need "Dovecot starts" bed_dovecot
need "Postfix starts" bed_postfix

# soft_expired SECONDS: half the lifetime is over, the token is still valid.
soft_expired() {
	control "/set?ttl=$1" >/dev/null
	enrolled "$USER_NAME" || return
	control '/set?ttl=3600' >/dev/null
	sleep "$(($1 / 2)).2"
}

sent() {
	submit "$@" && await 20 arrived "$1" && return
	tail -n 12 "$MAILLOG"
	return 1
}

fill() {
	dd if=/dev/zero of="$STORE/filler" bs=4k count=10000 2>"$RUN/dd.err"
	! echo more >>"$STORE/filler.more"
}

check "a token past its soft expiry, and" soft_expired 14
check "the disk fills up" fill
before=$(control /count)
check "full disk: mail goes with the token in hand" sent full
equal "full disk: no token request was sent" "$before" "$(control /count)"
check "full disk: the mail log says so" grep -qi "no space left" "$MAILLOG"
rm -f "$STORE/filler" "$STORE/filler.more"
check "space again: mail goes" sent space
equal "space again: after one refresh" 1 "$(($(control /count) - before))"

check "a token past its soft expiry, and then" soft_expired 14
check "the disk becomes read-only" mount -o remount,ro "$STORE"
before=$(control /count)
check "read-only: mail goes with the token in hand" sent readonly
equal "read-only: no token request was sent" "$before" "$(control /count)"
check "writable again" mount -o remount,rw "$STORE"
check "writable again: mail goes" sent writable
equal "writable again: after one refresh" 1 "$(($(control /count) - before))"

check "a token past its soft expiry" soft_expired 14
control '/set?fail=503' >/dev/null
check "token endpoint down: mail goes with the token in hand" sent down
control '/set?fail=0' >/dev/null

# The owner's sign-in is dead: said once, and not asked again and again.
check "a token that is over" soft_expired 2
sleep 1.2
control '/kill?kind=RefreshToken' >/dev/null
: >"$MAILLOG"
before=$(control /count)
check "dead sign-in: a message is taken" submit dead
check "dead sign-in: it is deferred" await 15 deferred "cannot authenticate"
check "dead sign-in: the mail log says what to do" \
	has "$MAILLOG" "mailbearer enroll $USER_NAME"
for i in 1 2 3; do
	submit "dead$i"
done
sleep 1
equal "dead sign-in: the server was asked once" 1 \
	"$(($(control /count) - before))"
check "dead sign-in: signed in again" enrolled "$USER_NAME"
check "and the waiting mail" postfix_flush
check "arrives" await 15 arrived dead
tap_end
