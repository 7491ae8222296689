#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Questions at a terminal.
. "${srcdir:-.}/tests/cli/tap.sh"

run init

# person [EXPECT ANSWER]... -- WORDS: the tool at a terminal of its own.
person() {
	"$PTY" "$@" >"$T/out" 2>"$T/err"
	status=$?
	cat "$T/out" "$T/err" >>"$T/all"
}

person "Client id" 1-a.apps.googleusercontent.com \
	"Client secret" 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 \
	-- "$TOOL" --store "$S" add work --provider google
exits "add asks for what is missing" 0
in_out "add says first how the app is registered" \
	"\"APIs & Services\", \"Library\": enable the Gmail API."
ok "the secret is not echoed" sh -c '! grep -q MARKER "$1"' sh "$T/out"
quiet show work --secrets
in_out "the secret arrived" 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

person "Client id" x.apps.googleusercontent.com "Client secret" "^C" \
	-- "$TOOL" --store "$S" add other --provider google
exits "an interrupt at the secret ends it" 130
person "Client id" x.apps.googleusercontent.com "Client secret" "^D" \
	-- "$TOOL" --store "$S" add other --provider google
exits "so does an end of file" 1
in_out "which is said" "[interrupted]"
person "Service provider" custom "Client id" cid \
	"Authorization endpoint" https://idp.example.test/auth \
	"Token endpoint" https://idp.example.test/token \
	-- sh -c '"$1" --store "$2" add asked --public --scope mail --callback-url http://localhost/' \
	sh "$TOOL" "$S"
exits "add asks for all of a custom provider" 0
person "New client secret" GOCSPX-MARKER-second-secret \
	-- "$TOOL" --store "$S" set work
exits "set without options asks for a new secret" 0
quiet show work --secrets
in_out "which is stored" GOCSPX-MARKER-second-secret

printf '{"refresh_token":"MARKER-r"}' >"$T/import.json"
run enroll a@x.org --credential asked --import "$T/import.json"
person "Remove a@x.org" n -- "$TOOL" --store "$S" remove a@x.org
in_out "remove asks, and no is no" unchanged
person "Remove a@x.org" "" -- "$TOOL" --store "$S" remove a@x.org
in_out "an empty answer is no" unchanged
person "Remove a@x.org" y -- "$TOOL" --store "$S" remove a@x.org
in_out "yes is yes" "removed a@x.org"

if memory_fs; then
	cat >"$T/editor" <<'END'
#!/bin/sh
dirname "$1" >"$T/where"
if [ -e "$T/spoilt" ]; then
	sed '$d' "$1" >"$1.tmp" && mv "$1.tmp" "$1"
else
	echo 'rubbish' >>"$1"
	: >"$T/spoilt"
fi
END
	chmod 755 "$T/editor"
	EDITOR=$T/editor
	export EDITOR T
	person "Edit again?" y -- "$TOOL" --store "$S" edit
	exits "edit offers to edit again" 0
	in_out "having said what is wrong" "[config-syntax]"
	in_out "and then all is well" unchanged
	rm "$T/spoilt"
	person "Edit again?" "^C" -- "$TOOL" --store "$S" edit
	exits "an interrupt there ends it" 130
	ok "and nothing is left of the text" test ! -e "$(cat "$T/where")"
else
	skip "edit" "no file system in memory"
fi

done_testing
