#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# hooks.conf: programs that refresh --due runs when an account needs its owner,
# ends soon, or is well again.
. "${srcdir:-.}/tests/cli/tap.sh"
records=${top_builddir:-.}/tests/cli/records

secret_file secret MARKER-client-secret-value-1
answers keep
endpoint "@$T/answers"
run init
add_custom cred
rec() {
	who=$1
	shift
	"$records" "$S" 1 "$who" credential=cred access_token=MARKER-a \
		refresh_token=MARKER-refresh-0 enrolled_at=now-9000 \
		refreshed_at=now-60 obtained_at=now-60 expires_at=now+3540 \
		"$@" || exit 99
}
chmod 711 "$T"
mkdir -m 777 "$T/said"
cat >"$T/hook" <<END
#!/bin/sh
{
	printf '%s|' "\$#" "\$@" "\$MAILBEARER_EVENT" "\$MAILBEARER_ACCOUNT" \\
		"\$MAILBEARER_STATE" "\$MAILBEARER_ERROR"
	cat
} >>"$T/said/events"
env >"$T/said/env"
ls /proc/self/fd >"$T/said/fds"
id -u >"$T/said/uid"
END
chmod 755 "$T/hook"
hooks() {
	printf '%s\n' "$@" >"$S/hooks.conf"
	chmod 644 "$S/hooks.conf"
}
said() {
	cat "$T/said/events" 2>/dev/null
	rm -f "$T/said/events"
}
hooks 'days = 7; remind_days = 2;' \
	"hooks = ( { command = ( \"$T/hook\", \"a b\", \"\$(oops) ; *\" ); } );"

rec well@x.org
run refresh --due
exits "all is well: 0" 0
is "and no hook is run" "" "$(said)"

rec dead@x.org error_class=token error_id=sign-in-needed \
	"error_text=refresh token refused"
MARKER_ENV=MARKER-environment run refresh --due
is "an account that needs its owner: arguments word for word, no shell" \
	'2|a b|$(oops) ; *|needs-sign-in|dead@x.org|needs sign-in|sign-in-needed|dead@x.org: needs sign-in: refresh token refused' \
	"$(said)"
ok "an environment of its own" sh -c "! grep -vE \
	'^(PATH|LC_ALL|MAILBEARER_[A-Z_]*|PWD|OLDPWD|SHLVL|_)=' '$T/said/env'"
ok "with no secret in it" sh -c "! grep MARKER '$T/said/env'"
is "no descriptors of ours" "0 1 2 3" \
	"$(sort -n "$T/said/fds" | paste -s -d ' ' -)"
is "as the records' owner" "$(stat -c %u "$S/accounts")" "$(cat "$T/said/uid")"
run refresh --due
is "once" "" "$(said)"
# remembered SECONDS: as if it was told so long ago.
remembered() {
	sed -i "/dead@x.org/s/\"watch_told\": [0-9]*/\"watch_told\": $(($(date +%s) - $1))/" \
		"$S/status.json"
}
remembered 169200
run refresh --due
is "not again within two days" "" "$(said)"
remembered 173000
run refresh --due
in_said=$(said)
ok "after two days it reminds" test -n "$in_said"
run refresh --due
is "and once again" "" "$(said)"

rec dead@x.org error_class= error_id= error_text=
run refresh --due
is "recovered" \
	'2|a b|$(oops) ; *|recovered|dead@x.org|ok||dead@x.org: works again' \
	"$(said)"

in_days() {
	date -u -d "@$(($(date +%s) + $1 * 86400))" +%Y-%m-%d
}
run set cred --no-verify --secret-expires "$(in_days 9)"
run refresh --due
is "nine days are no news" "" "$(said)"
run set cred --no-verify --secret-expires "$(in_days 6)"
run refresh --due
is "six days are, once for all accounts of the client credential" \
	'2|a b|$(oops) ; *|expires|dead@x.org|ok|' \
	"$(said | sed 's/|dead@x.org: its client secret ends in [56] days; client credential cred$/|/; s/||$/|/')"
run set cred --no-verify --secret-expires ""
run refresh --due
ok "and recovered" test "$(said | grep -c recovered)" -ge 1

# ---- what is wanted ----

hooks "hooks = ( { on = ( \"recovered\" ); command = ( \"$T/hook\" ); } );"
rec dead@x.org error_class=token error_id=sign-in-needed error_text=refused
run refresh --due
is "another event: not wanted" "" "$(said)"
rec dead@x.org error_class= error_id= error_text=
run refresh --due
ok "the one that is" test -n "$(said)"

# ---- what is wrong ----

hooks "hooks = ( { command = ( \"/bin/false\" ); } );"
rec dead@x.org error_class=token error_id=sign-in-needed error_text=refused
run refresh --due
exits "a hook that fails: 1" 1
in_err "is said" "/bin/false: the hook ended with status 1"
ok "it is tried again after an hour" sh -c "
	told=\$(sed -n '/dead@x.org/s/.*\"watch_told\": \\([0-9]*\\).*/\\1/p' \
		'$S/status.json')
	test \"\$told\" -lt \$((\$(date +%s) - 80000))"
hooks "hooks = ( { command = ( \"false\" ); } );"
run refresh --due
exits "no whole path: 1" 1
in_err "is said, with the line" "hooks.conf"
hooks 'hooks = ( { on = ( "nonsense" ); command = ( "/bin/true" ); } );'
run refresh --due
exits "an event that does not exist: 1" 1
hooks 'hook = 1;'
run refresh --due
exits "a member that does not exist: 1" 1
hooks "hooks = ( { command = ( \"$T/hook\" ); } );"
chmod 666 "$S/hooks.conf"
rec dead@x.org error_class= error_id= error_text=
run refresh --due
exits "a file that others may write: 1" 1
in_err "is said" "others could write it"
is "and nothing in it is run" "" "$(said)"
rm "$S/hooks.conf"
run refresh --due
exits "no file: 0" 0
done_testing
