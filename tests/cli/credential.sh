#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# add, set, rename, apply, edit, list, show, remove of client credentials.
. "${srcdir:-.}/tests/cli/tap.sh"

id=1234567890-abc.apps.googleusercontent.com
secret_file secret GOCSPX-MARKER-client-secret-1
secret_file secret2 GOCSPX-MARKER-client-secret-2
run init

# plain: the decrypted file in $T/plain.
plain() {
	openssl cms -decrypt -binary -inform DER -in "$S/credentials.conf" \
		-out "$T/opened" -secretkey \
		"$(od -An -v -tx1 "$S/key" | tr -d ' \n')" 2>"$T/err"
	# The first line is the seal's own (doc/FORMAT.md).
	sed 1d "$T/opened" >"$T/plain"
}

# ---- add ----

run add work --provider google </dev/null
exits "add without a terminal and without a client id: 2" 2
says "it says what to pass" \
	"work: there is no terminal to ask at, and these are missing: --client-id, --client-secret-file (or --public); pass them as options [no-terminal]"
run add work --client-id x --public </dev/null
in_err "there is no default provider" "these are missing: --provider"
run add work --provider nosuch --client-id x --public
exits "an unknown provider: 3" 3
says "an unknown provider leads to the list" \
	"provider nosuch is not known; run: mailbearer provider list; any other provider is --provider custom [no-provider]"
run add UPPER --provider google --client-id x --public
exits "a bad name: 2" 2
in_err "a bad name has an id" "[bad-name]"
run add a@gmail.com --provider google
says "an account is enrolled, not added" \
	"a@gmail.com: a word with @ is an account, and add makes a client credential; run: mailbearer enroll a@gmail.com [usage]"
run add work --provider google --client-id "$id" \
	--client-secret-file "$T/nosuch"
exits "a secret file that does not exist: 1" 1
: >"$T/empty"
run add work --provider google --client-id "$id" \
	--client-secret-file "$T/empty"
in_err "an empty secret is refused" "is empty"
run add work --provider custom --client-id x --public \
	--authorization-endpoint http://idp.example.test/auth \
	--token-endpoint https://idp.example.test/token
in_err "an endpoint that is not https is refused" "[bad-endpoint]"
ok "until now nothing was written" test ! -e "$S/credentials.conf"

run add work --provider google --client-id "$id" \
	--client-secret-file "$T/secret" --check
exits "add --check exits 0" 0
ends "add --check says what it would do" "would add work"
ok "add --check writes nothing" test ! -e "$S/credentials.conf"
run add work --provider google --client-id "$id" \
	--client-secret-file "$T/secret"
exits "add exits 0" 0
ends "add says what it did" "added work"
in_out "add prints the redirect URI to register" \
	"redirect URI to register: http"
in_err "add says what comes next" "next: mailbearer --store $S enroll ADDRESS"
in_err "add names the store" "store: $S (directory)"
cp "$S/credentials.conf" "$T/sealed"
run add work --provider google --client-id "$id" \
	--client-secret-file "$T/secret"
exits "the same add again exits 0" 0
ends "the same add again is unchanged" unchanged
ok "and does not write" cmp "$T/sealed" "$S/credentials.conf"
run add work --provider google --client-id "$id" </dev/null
ends "a secret that is not given again counts as the same" unchanged
run --json add work --provider google --client-id "$id" \
	--client-secret-file - <"$T/secret"
is "a secret comes by stdin, too; unchanged in JSON" false "$(json changed)"
ok "JSON names the redirect URI" test -n "$(json redirect_uri)"
run add work --provider google --client-id "2$id" --scope more \
	--client-secret-file "$T/secret"
exits "an add that differs: 1" 1
says "an add that differs names the fields" \
	"client credential work exists with another client_id, scope; run: mailbearer --store $S set work ..., or add it with --replace [exists]"
run add work --provider google --client-id "2$id" \
	--client-secret-file "$T/secret" --replace
ends "add --replace overwrites" "added work"
printf 'GOCSPX-MARKER-crlf\r\n' >"$T/crlf"
run add second --provider google --client-id "$id" \
	--client-secret-file "$T/crlf"
plain
ok "one newline behind a secret is dropped" \
	grep -q '"GOCSPX-MARKER-crlf"' "$T/plain"
printf 'two\nlines\n' >"$T/lines"
run set second --client-secret-file "$T/lines"
in_err "a secret of two lines is refused" "more than one line"
run add open --provider custom --client-id x --public \
	--authorization-endpoint https://idp.example.test/auth \
	--token-endpoint https://idp.example.test/token \
	--callback-url http://localhost/ --scope mail
exits "a public client of a custom provider" 0
in_err "a credential without hosts is remarked upon" \
	"tokens of open may go to any mail server"

# ---- list, show ----

run list credentials
in_out "list credentials shows them" "work"
in_out "list credentials shows a public client" "public"
run --json list credentials
in_out "list credentials in JSON" '"name": "open"'
run show work
in_out "show redacts the secret: first four, length, hash" "GOCS… (29 characters, sha256 "
not_in_out "show does not print it" GOCSPX
quiet show work --secrets
in_out "show --secrets does" GOCSPX-MARKER-client-secret-1
quiet --json show work --secrets
is "show --secrets in JSON" GOCSPX-MARKER-client-secret-1 \
	"$(json client_secret)"
run show nosuch
exits "show of what is not there: 3" 3
says "show of what is not there" \
	"client credential nosuch does not exist in $S; run: mailbearer --store $S list credentials [no-credential]"
run list rules
exits "list rules exits 0" 0
run list nonsense
exits "list of something else: 2" 2

# ---- set ----

run set work --scope "a b" --host one.example.test --host two.example.test
ends "set says what it did" "changed work"
run show work
in_out "set changes a field" "scope                    a b"
in_out "set --host adds to the list" "one.example.test two.example.test"
run set work --no-host ONE.example.test --host three.example.test
run show work
in_out "set --no-host takes off it" "two.example.test three.example.test"
not_in_out "set --no-host takes the right one off" "one.example.test"
run set work --host two.example.test
ends "set --host of one that is there is unchanged" unchanged
run set work --scope "a b"
ends "set to the same is unchanged" unchanged
run set work --scope other --check
ends "set --check says what it would do" "would change work"
run show work
in_out "set --check changes nothing" "scope                    a b"
run set work --client-secret-file - <"$T/secret2"
in_err "a new secret without an account is not tried" "was not tried"
run set nosuch --scope x
exits "set of what is not there: 3" 3
run set work </dev/null
exits "set without a field: 2" 2
run set work --token-endpoint http://idp.example.test/
in_err "set checks like add" "[bad-endpoint]"

# ---- comments stay ----

cat >"$T/editor" <<'END'
#!/bin/sh
case $MODE in
comment)
	sed '2i # a remark of mine' "$1" >"$1.tmp" && mv "$1.tmp" "$1" ;;
spoil) echo 'credentials = (' >>"$1" ;;
include) echo '@include "/etc/passwd"' >>"$1" ;;
look) cp "$1" "$T/looked"; echo "$1" >"$T/where"
	stat -c %a "$1" >"$T/mode"; stat -c %a "$(dirname "$1")" >>"$T/mode" ;;
meanwhile)
	"$TOOL" --store "$S" set open --scope meanwhile 2>/dev/null >&2
	sed '2i # my edit' "$1" >"$1.tmp" && mv "$1.tmp" "$1" ;;
fail) exit 3 ;;
fifo) rm "$1" && mkfifo "$1" ;;
drop) printf '# mailbearer-credentials 1\n' >"$1" ;;
esac
END
chmod 755 "$T/editor"
EDITOR=$T/editor
export EDITOR T TOOL S MODE
if memory_fs; then
	MODE=look run edit </dev/null
	exits "edit without a change exits 0" 0
	ends "edit without a change is unchanged" unchanged
	plain
	ok "the editor sees the decrypted text" cmp "$T/plain" "$T/looked"
	is "file and directory are private" "600
700" "$(cat "$T/mode")"
	ok "nothing is left of it" test ! -e "$(dirname "$(cat "$T/where")")"
	MODE=comment run edit </dev/null
	exits "edit exits 0" 0
	ends "edit says what it did" "saved $S/credentials.conf"
	plain
	ok "edit keeps the text verbatim" grep -q '^# a remark of mine$' \
		"$T/plain"
	cp "$S/credentials.conf" "$T/sealed"
	for MODE in spoil include fail; do
		run edit </dev/null
		ok "edit: $MODE fails" test "$status" -ne 0
		ok "edit: $MODE leaves the old file" \
			cmp "$T/sealed" "$S/credentials.conf"
	done
	MODE=fifo timeout 20 "$TOOL" --store "$S" edit </dev/null \
		>"$T/out" 2>"$T/err"
	status=$?
	exits "edit does not wait for a FIFO the editor left: 1" 1
	in_err "edit says what the editor left" "no regular file"
	ok "edit: a FIFO leaves the old file" \
		cmp "$T/sealed" "$S/credentials.conf"
	EDITOR=$T/no-such-editor run edit </dev/null
	in_err "an editor that is not there is named" "no-such-editor"
	MODE=meanwhile
	run edit </dev/null
	exits "a change by another shell meanwhile: 5" 5
	in_err "is said" "changed meanwhile; your text is kept in /"
	kept=$(sed -n 's/.*is kept in \([^;]*\);.*/\1/p' "$T/err")
	ok "the edit is kept there" grep -q '^# my edit$' "$kept"
	case $kept in
	*/mailbearer-??????/credentials.conf) rm -r "$(dirname "$kept")" ;;
	esac
	run show open
	in_out "and the other's change stands" meanwhile
	run set work --scope spliced
	run add third --provider google --client-id "$id" \
		--client-secret-file "$T/secret"
	run remove third
	plain
	ok "add, set and remove keep comments" \
		grep -q '^# a remark of mine$' "$T/plain"
else
	skip "edit" "no file system in memory"
fi
unset MODE

# ---- many ----
"$TOOL" --store "$T/many" init >"$T/out" 2>"$T/err"
{
	printf '# mailbearer-credentials 1\ncredentials = (\n'
	awk 'BEGIN { for (i = 0; i < 10000; i++) printf "%s{ name = \"c%d\"; " \
		"provider = \"custom\"; client_id = \"c\"; " \
		"authorization_endpoint = \"https://x.org/a\"; " \
		"token_endpoint = \"https://x.org/t\"; " \
		"callback_url = \"http://127.0.0.1/\"; scope = \"m\"; }\n",
		i ? ", " : "  ", i }'
	printf ');\n'
} >"$T/many.conf"
printf '# mailbearer-credentials 1\n# mine\ncredentials = (\n%s\n);\n' \
	"$(sed -n '3s/c0/other/p' "$T/many.conf")" |
	"$TOOL" --store "$T/many" apply - >"$T/out" 2>"$T/err"
timeout 30 "$TOOL" --store "$T/many" apply "$T/many.conf" \
	>"$T/out" 2>"$T/err"
status=$?
exits "10 000 client credentials join those that are there in seconds" 0
is "every one of them is added" 10000 "$(grep -c '^added c' "$T/out")"
"$TOOL" --store "$T/many" show other >"$T/out" 2>"$T/err"
status=$?
exits "the one that was there stays" 0

# ---- rename, remove ----

run rename open opened
exits "rename exits 0" 0
ends "rename says what it did" "renamed open to opened (0 accounts)"
run rename open opened
ends "rename again is unchanged" unchanged
run rename nosuch other
exits "rename of what is not there: 3" 3
run rename opened work
exits "rename onto another: 1" 1
run remove opened --check
ends "remove --check says what it would do" "would remove opened"
run remove opened
ends "remove says what it did" "removed opened"
run remove opened
exits "remove of what is not there: 3" 3

# ---- apply ----

S=$T/applied
run init
cat >"$T/file" <<END
# what my configuration management says
credentials = (
  { name = "one"; provider = "custom"; client_id = "id-one";
    client_secret_file = "$T/secret";
    authorization_endpoint = "https://idp.example.test/auth";
    token_endpoint = "https://idp.example.test/token";
    callback_url = "http://localhost/"; scope = "mail";
    hosts = ( "mail.example.test" ); },
  { name = "two"; provider = "custom"; client_id = "id-two";
    authorization_endpoint = "https://idp.example.test/auth";
    token_endpoint = "https://idp.example.test/token";
    callback_url = "http://localhost/"; scope = "mail";
    hosts = ( "mail.example.test" ); }
);
END
run apply "$T/file" --check
exits "apply --check exits 0" 0
in_out "apply --check says what it would do" "would be added one"
ok "apply --check writes nothing" test ! -e "$S/credentials.conf"
run apply "$T/file"
exits "apply exits 0" 0
in_out "apply says what it did" "added two"
quiet show one --secrets
in_out "apply reads client_secret_file" GOCSPX-MARKER-client-secret-1
run apply - <"$T/file"
exits "apply again, from stdin, exits 0" 0
ends "apply again is unchanged" unchanged
run add three --provider google --client-id "$id" \
	--client-secret-file "$T/secret"
sed 's/id-two/id-2/' "$T/file" >"$T/file2"
run --json apply "$T/file2"
is "apply changes what differs" true "$(json changed)"
run show two
in_out "apply changed it" id-2
run list credentials
in_out "apply without --prune leaves others" three
run apply "$T/file2" --prune
in_out "apply --prune removes others" "removed three"
run apply "$T/file2" --prune
ends "apply --prune again is unchanged" unchanged
sed 's/id-two/id-3/; s/provider = "custom"; client_id = "id-one"/colour = "red"/' \
	"$T/file" >"$T/bad"
cp "$S/credentials.conf" "$T/sealed"
run apply "$T/bad"
exits "apply of a bad file: 4" 4
in_err "apply of a bad file names file and line" "$T/bad"
ok "apply of a bad file changes nothing" cmp "$T/sealed" "$S/credentials.conf"
sed "s|$T/secret|$T/nosuch|" "$T/file" >"$T/bad"
run apply "$T/bad"
exits "apply with a secret file that is not there: 1" 1
run apply "$S/credentials.conf"
in_err "apply of a sealed file says so" "this is a sealed file"

# ---- provider ----

run provider list
in_out "provider list knows google" google
run list providers
in_out "list providers is the same" google
run provider show google
in_out "provider show prints the redirect URI" "redirect URI"
in_out "provider show says how to go on" \
	"next: mailbearer add NAME --provider google"
run provider show microsoft --callback-url https://example.test/back
in_out "provider show prints the redirect URI one will use" \
	https://example.test/back
run --json provider show microsoft
in_out "provider show in JSON has the steps" '"steps": ['
run provider show nosuch
exits "an unknown provider: 3" 3

# What a file does not say comes from the provider's preset.
cat >"$T/few.conf" <<'END'
credentials = (
  { name = "few"; provider = "microsoft"; tenant = "contoso.com"; # short
    client_id = "8a1d0c1e-1234-5678-9abc-0123456789ab" }
);
END
run apply "$T/few.conf"
exits "apply fills in what the preset has" 0
quiet show few
in_out "the token endpoint" \
	"https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
in_out "the scope for imap and smtp" "https://outlook.office.com/SMTP.Send"
in_out "the mail servers" "*.office365.com"
run apply "$T/few.conf"
in_out "once more: unchanged" unchanged
run apply --prune "$T/few.conf"
exits "--prune takes such a file, too" 0
sed 's/tenant = "contoso.com";//' "$T/few.conf" >"$T/tenant.conf"
run apply "$T/tenant.conf"
in_err "what a preset cannot know has to be there" "needs a tenant"

# ---- the only client credential is another provider's ----

S=$T/only
run init
run add m365 --provider microsoft --tenant contoso.com --public \
	--client-id 11111111-2222-3333-4444-555555555555
run enroll you@gmail.com --no-browser
exits "a Gmail address is not sent to Microsoft to sign in: 3" 3
in_err "whose it is, is said, and what to add" \
	"is a mailbox of google, and the only client credential, m365, is for microsoft; run: mailbearer"
# ---- redirect URIs that a provider does not take ----
guid=8a1d0c1e-1234-5678-9abc-0123456789ab
run add v6 --provider microsoft --tenant x.org --client-id $guid --public \
	--callback-url 'http://[::1]/'
exits "a redirect URI that the provider does not take: 4" 4
says "is refused when it is added" \
	"client credential v6: Microsoft 365, Outlook.com takes no redirect URI with [::1]; register http://localhost/, then: mailbearer --store $S set v6 --callback-url http://localhost/ [bad-endpoint]"
cat >"$T/apply" <<END
credentials = (
  { name = "query"; provider = "microsoft"; tenant = "consumers";
    client_id = "$guid"; callback_url = "http://localhost/?a=b"; }
);
END
run apply "$T/apply"
for how in "" --begin; do
	# shellcheck disable=SC2086
	run enroll p@outlook.com --credential query --no-browser $how
	says "and before a browser opens ${how:-(no --begin)}" \
		"client credential query: Microsoft 365, Outlook.com takes no \"?\" in a redirect URI of this tenant's apps; register http://localhost/, then: mailbearer --store $S set query --callback-url http://localhost/ [bad-endpoint]"
	not_in_out "no address to sign in at is printed" http
done

done_testing
