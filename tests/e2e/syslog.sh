# SPDX-License-Identifier: BSD-2-Clause
# refresh --due tells syslog each change of an account's state, once: at a
# /dev/log of its own, in a name space.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin syslog
if ! is_root || ! unshare -m true 2>/dev/null ||
   ! command -v socat >/dev/null; then
	skip "syslog" "needs root, name spaces and socat"
	tap_end
	exit
fi
mkdir -p "$RUN/home" "$RUN/dev"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
LOG=$RUN/devlog.out
: >"$LOG"
socat -u "UNIX-RECV:$RUN/devlog,mode=666" "OPEN:$LOG,append" \
	</dev/null >"$RUN/socat.log" 2>&1 &
track $!
need "somebody listens" await 10 test -S "$RUN/devlog"
# The host's own /dev is not touched.
cat >"$RUN/with-log" <<END
mount -t tmpfs none "$RUN/dev" || exit 125
for node in null zero full random urandom tty; do
	: >"$RUN/dev/\$node"
	mount --bind "/dev/\$node" "$RUN/dev/\$node" || exit 125
done
ln -s "$RUN/devlog" "$RUN/dev/log"
mount --rbind "$RUN/dev" /dev && exec "\$@"
END
WITH="$AS_USER HOME=$RUN/home"
AS="unshare -m sh $RUN/with-log $WITH"

need "a store" mb --user init
need "a client credential" add_credential bed strict
need "an account" enrolled "$USER_NAME"

# due WORDS: what a run tells, without time and pid.
due() {
	: >"$LOG"
	mb refresh --due >"$RUN/due.out" 2>&1
	# Datagrams: when one of ours has come, those before it have.
	$AS logger -t end end-of-run
	await 10 grep -q end-of-run "$LOG" || return
	tr -d '\n' <"$LOG" | sed 's/</\
</g' | sed -n 's/^<\([0-9]*\)>.* mailbearer\[[0-9]*\]: /\1 /p'
}
tells() {
	said=$(due)
	printf '%s\n' "$said" | grep -qx -- "$1" &&
		[ "$(printf '%s\n' "$said" | wc -l)" -eq 1 ] ||
		{ echo "said: $said"; cat "$RUN/due.out"; return 1; }
}
quiet() {
	said=$(due)
	[ -z "$said" ] || { echo "said: $said"; return 1; }
}
in_days() {
	date -u -d "+$1 days" +%F
}

# mail.warning is 2 * 8 + 4, mail.notice one more.
check "an account that is well: nothing" quiet
control '/kill?kind=RefreshToken' >/dev/null
mb refresh "$USER_NAME" --force >"$RUN/refresh.out" 2>&1
check "one that needs somebody: a warning" \
	tells "20 $USER_NAME: needs sign-in: .*"
check "once" quiet
need "somebody signs in again" enrolled "$USER_NAME"
check "works again: a notice" tells "21 $USER_NAME: works again"
check "once" quiet
mb set bed --no-verify --secret-expires "$(in_days 9)" >"$RUN/set.out" 2>&1
check "a secret with nine days: nothing" quiet
mb set bed --no-verify --secret-expires "$(in_days 6)" >"$RUN/set.out" 2>&1
check "with six days: a warning" \
	tells "20 $USER_NAME: its client secret ends in [56] days; client credential bed"
check "once" quiet
check "this host's own log is left alone" test ! "$RUN/devlog" -ef /dev/log
tap_end
