#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `help VERB` and the manual page's section say the same, in both directions;
# the first screen says what to type next, by state, to root and to others.
. "${srcdir:-.}/tests/cli/tap.sh"
page=${srcdir:-.}/man/mailbearer.1
records=${top_builddir:-.}/tests/cli/records

# section VERB: its lines of the page.
section() {
	awk -v verb="$1" '/^\.S[sh] / { on = $2 == verb } on' "$page"
}
# Options that the section's synopsis or list names.
page_options() {
	section "$1" | awk '/^\.(Op|It|Fl|Cm) / {
		for (i = 1; i < NF; i++)
			if (($i == ".Fl" || $i == "Fl") &&
			    $(i + 1) ~ /^-[a-z]/) {
				name = substr($(i + 1), 2)
				gsub(/[\\&]/, "", name)
				print name
			}
	}' | sort -u
}
help_options() {
	sed -n 's/^  --\([a-z-]*\).*/\1/p' "$T/out" | sort -u
}
# Operands in the synopsis; an option's argument is none.
page_operands() {
	section "$1" | awk '
	!/^\./ { exit }
	!/^\.(Cm|Op|Ar|Fl) / { next }
	{
		sub(/^\./, "")
		gsub(/Fl -[a-z-]+ Ar [A-Z]+(\[,[A-Z]+\])?/, "")
		for (i = 2; i <= NF; i++)
			if ($i ~ /^[A-Z][A-Z]*$/)
				print $i
	}' | sort -u | paste -s -d ' ' -
}
help_operands() {
	sed -n '1s/^usage: mailbearer [a-z]*//p' "$T/out" |
		sed 's/--[a-z-]* [A-Z]*//g' |
		tr -c 'A-Z\n' ' ' | tr -s ' ' '\n' | grep . | sort -u |
		paste -s -d ' ' -
}

run_bare help
verbs=$(sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' "$T/out")
ok "there are verbs" test "$(echo "$verbs" | wc -l)" -gt 20
for verb in $verbs; do
	run_bare help "$verb"
	page_options "$verb" >"$T/page"
	# "any field that add takes" stands for each of them.
	if [ "$verb" = set ]; then
		page_options add >>"$T/page"
		help_options >"$T/wanted"
		is "set: its help has no option that the page lacks" "" \
			"$(sort -u "$T/page" | comm -13 - "$T/wanted")"
		page_options set >"$T/page"
		is "set: nor the page one that its help lacks" "" \
			"$(comm -23 "$T/page" "$T/wanted")"
	else
		is "$verb: the same options" "$(cat "$T/page")" \
			"$(help_options)"
	fi
	is "$verb: the same operands" "$(page_operands "$verb")" \
		"$(help_operands)"
done

# The page's own verbs: none is left over.
is "no section of a verb that is none" "" "$(
	awk '/^\.Sh / { on = $2 == "VERBS" } on && /^\.Ss / { print $2 }' \
		"$page" | while read -r name; do
		echo "$verbs" | grep -qx "$name" || echo "$name"
	done)"

# ---- the first screen, by state ----

screen() {
	run
	is "$1" "$2" "$(grep '^Next: ' "$T/out")"
	is "and exits 0" 0 "$status"
}
NEXT="mailbearer --store $S"
run_bare
in_out "no store: enroll is an answer" "  mailbearer enroll you@gmail.com"
in_out "and init" "  sudo mailbearer init"
run
in_out "a store that was named and is none: init" "init"
run init
screen "a key and nothing else: add" "Next: $NEXT add NAME --provider PROVIDER"
secret_file secret MARKER-client-secret-value-1
answers keep
endpoint "@$T/answers"
add_custom cred
screen "a client credential: enroll" "Next: $NEXT enroll ADDRESS"
rec() {
	who=$1
	shift
	"$records" "$S" 1 "$who" credential=cred access_token=MARKER-a \
		refresh_token=MARKER-refresh-0 enrolled_at=now-9000 \
		refreshed_at=now-60 obtained_at=now-60 expires_at=now+3540 \
		"$@" || exit 99
}
rec a@x.org
screen "all is well: nothing" ""
rec b@x.org error_class=config error_id=secret-expired error_text=expired
screen "an account that nobody's sign-in heals: doctor" \
	"Next: $NEXT doctor b@x.org"
rec c@x.org error_class=token error_id=sign-in-needed error_text=refused
screen "one that needs a sign-in comes first" "Next: $NEXT enroll c@x.org"

# ---- and to somebody else ----

nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
if [ "$(id -u)" -eq 0 ] && $nobody test -x "$TOOL" 2>/dev/null; then
	$nobody env HOME=/nonexistent "$TOOL" >"$T/out" 2>"$T/err" </dev/null
	is "somebody without privileges: exits 0" 0 $?
	in_out "what to type first" "  mailbearer enroll you@gmail.com"
	chmod 755 "$T"
	$nobody env HOME=/nonexistent "$TOOL" --store "$S" >"$T/out" \
		2>"$T/err" </dev/null
	is "a store that is not theirs: exits 0" 0 $?
	ok "says so" grep -q '\[[a-z-]*\]$' "$T/out"
	ok "and names no account" sh -c '! grep -q "x\.org" "$1"' sh "$T/out"
else
	skip "as somebody without privileges" "needs root, a tree others can read"
fi

done_testing
