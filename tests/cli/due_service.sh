#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What runs refresh --due: systemd's units and the line for cron, as they are
# installed, and the run itself as systemd and cron would start it.
. "${srcdir:-.}/tests/cli/tap.sh"

conf=${top_builddir:-.}/conf
unit=$conf/systemd/mailbearer-refresh.service
user_unit=$conf/systemd/user/mailbearer-refresh.service
status=0
: >"$T/out"
: >"$T/err"

# line FILE LINE
line() {
	ok "$(basename "$1" .service): $2" grep -qxF -- "$2" "$1"
}

ok "nothing is left to be filled in" test -z \
	"$(cat "$conf"/systemd/*.service "$conf"/systemd/*.timer \
		"$conf"/systemd/user/*.service "$conf"/systemd/user/*.timer \
		"$conf/mailbearer.cron" | grep '@[a-z_]*@')"
for setting in Type=oneshot KillMode=control-group ProtectSystem=strict \
	NoNewPrivileges=yes CapabilityBoundingSet= LimitCORE=0 \
	SystemCallErrorNumber=EPERM; do
	line "$unit" "$setting"
done
# systemd makes the directory of the status file below /run alone.
rundir=$(sed -n 's/^rundir = //p' "${top_builddir:-.}/Makefile")
case $rundir in
/run/*|/var/run/*)
	line "$unit" "RuntimeDirectory=${rundir#/*run/}"
	line "$unit" RuntimeDirectoryPreserve=yes
	ok "the status file's directory is not named twice" \
		test -z "$(grep '^ReadWritePaths=-' "$unit")" ;;
*)
	line "$unit" "ReadWritePaths=-$rundir"
	ok "a directory elsewhere is not systemd's" \
		test -z "$(grep '^RuntimeDirectory' "$unit")" ;;
esac
for setting in Type=oneshot KillMode=control-group NoNewPrivileges=yes \
	LimitCORE=0; do
	line "$user_unit" "$setting"
done
state=$(sed -n 's/^LoadCredential=key:\(.*\)\/key$/\1/p' "$unit")
ok "the key is handed over" test -n "$state"
line "$unit" "ReadWritePaths=$state/accounts"
ok "the service is somebody's" grep -q '^User=[a-z_]' "$unit"
ok "a reply that is late is waited for" test \
	"$(sed -n 's/^TimeoutStopSec=//p' "$unit")" -gt 90
ok "the system's run" grep -qx \
	'ExecStart=/.*/mailbearer --system refresh --due' "$unit"
ok "a user's run" grep -qx 'ExecStart=/.*/mailbearer --user refresh --due' \
	"$user_unit"
for timer in "$conf/systemd/mailbearer-refresh.timer" \
	"$conf/systemd/user/mailbearer-refresh.timer"; do
	for setting in 'OnCalendar=\*:0/5' Persistent=yes \
		'RandomizedDelaySec=..*' WantedBy=timers.target; do
		ok "timer: $setting" grep -qx "$setting" "$timer"
	done
done
ok "cron: as root, which the tool gives up; stderr is mailed" grep -qx \
	'\*/5 \* \* \* \* root /.* --system refresh --due >/dev/null' \
	"$conf/mailbearer.cron"

verify() {
	mkdir "$T/units" &&
		for file in "$unit" "$conf/systemd/mailbearer-refresh.timer"; do
			sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|
				/^Documentation=/d
				s/^User=.*/User=root/' "$file" \
				>"$T/units/$(basename "$file")" || return
		done
	said=$(systemd-analyze verify "$T"/units/* 2>&1) && [ -z "$said" ]
	is "systemd has nothing to say" "0 " "$? $said"
}
if command -v systemd-analyze >/dev/null 2>&1; then
	verify
else
	skip "systemd has nothing to say" "no systemd-analyze"
fi

# ---- as they would be started ----

if [ "$(id -u)" -ne 0 ] || ! id nobody >/dev/null 2>&1 ||
	! command -v setpriv >/dev/null 2>&1; then
	skip "as the service user" "needs root, setpriv and the user nobody"
	done_testing
fi
secret_file secret MARKER-client-secret-value-1
answers keep
: >"$T/log"
endpoint --log "$T/log" "@$T/answers"
chmod 711 "$T"
run init --service-user nobody
chmod 755 "$S"
add_custom cred
due() {
	"${top_builddir:-.}/tests/cli/records" "$S" 1 "$1" credential=cred \
		access_token=MARKER-a refresh_token=MARKER-refresh-0 \
		enrolled_at=now-9000 obtained_at=now-9000 expires_at=now-5400 ||
		exit 99
}
group=$(id -g nobody)

# As root: it must not stay root.
due a@x.org
run refresh --due
exits "as root: 0" 0
in_out "as root: refreshed" "a@x.org: refreshed"
is "as root: nothing is left to root" "" "$(find "$S/accounts" -user root)"
is "as root: the status file is the service user's" "nobody 644" \
	"$(stat -c '%U %a' "$S/accounts/status.json")"

# As systemd starts it: the user, no capabilities, a copy of the key.
service() {
	install -d -m 500 -o nobody -g "$group" "$T/credentials"
	install -m 400 -o nobody -g "$group" "$S/key" "$T/credentials/key"
	setpriv --reuid=nobody --regid="$group" --clear-groups --no-new-privs \
		--bounding-set=-all --inh-caps=-all env -i \
		CREDENTIALS_DIRECTORY="$T/credentials" \
		"$TOOL" --store "$S" refresh --due >"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}
if ! setpriv --reuid=nobody --regid="$group" --clear-groups test -x "$TOOL"
then
	skip "as the service user" "nobody may not run what was built"
	done_testing
fi
due b@x.org
service
exits "as the service user: 0" 0
in_out "as the service user: refreshed" "b@x.org: refreshed"
is "and the record is still its own" "" "$(find "$S/accounts" ! -user nobody)"
answers error=invalid_grant
due b@x.org
service
exits "as the service user: newly dead: 1" 1
service
exits "as the service user: known: 0" 0
run refresh --due
exits "root knows it, too: 0" 0
rm -r "$T/credentials/key"
setpriv --reuid=nobody --regid="$group" --clear-groups \
	"$TOOL" --store "$S" refresh --due >"$T/out" 2>"$T/err"
status=$?
exits "without the key: 1" 1
in_err "it says what it may not read" "$S/key: "
# Nowhere to write.
answers keep
due c@x.org
: >"$T/log"
chmod 500 "$S/accounts"
install -m 400 -o nobody -g "$group" "$S/key" "$T/credentials/key"
service
exits "a directory of records that cannot be written: 1" 1
is "nothing is asked for what cannot be stored" 0 "$(grep -c . "$T/log")"
done_testing
