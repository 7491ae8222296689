#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Ten thousand mailboxes behind one rule cost one request; ten thousand rules
# cost little; an unknown account costs no helper for each login.
# shellcheck source=tests/cli/enroll_bed.sh disable=SC1091
. "${srcdir:?}/tests/cli/enroll_bed.sh"
. "${srcdir:?}/tests/cli/damage.sh"
many=$top_builddir/tests/cli/many
MAILBEARER_HOME=$RUN/store
export MAILBEARER_HOME

answers grant
printf 'MARKER-secret' >"$RUN/secret"
run add app --provider custom --client-id cid --grant client_credentials \
	--client-secret-file "$RUN/secret" --scope all --host 127.0.0.1 \
	--token-endpoint "http://127.0.0.1:$port/token"
equal "the app: added" 0 "$status"
cat >"$RUN/rules" <<END
credentials = ( { name = "app"; provider = "custom"; client_id = "cid";
  grant = "client_credentials"; client_secret = "MARKER-secret"; scope = "all";
  hosts = ( "127.0.0.1" ); token_endpoint = "http://127.0.0.1:$port/token"; } );
accounts = ( { user = "*@contoso.com"; credential = "app"; } );
END
run apply "$RUN/rules"
equal "the rule: applied" 0 "$status"

# A hundred processes, a hundred mailboxes each, none with a token yet.
i=0
pids=
while [ $i -lt 100 ]; do
	"$many" @contoso.com $((i * 100)) 100 127.0.0.1 >"$RUN/many.$i" 2>&1 &
	pids="$pids $!"
	i=$((i + 1))
done
for pid in $pids; do
	wait "$pid"
done
equal "100 processes got 100 tokens each" 100 \
	"$(cat "$RUN"/many.* | grep -c '^100 MARKER-access-1$')"
equal "10 000 mailboxes made one request" 1 "$(posts)"
equal "and one record" 1 "$(find "$RUN/store" -name '*.rec' | wc -l)"
equal "one process, 10 000 mailboxes" "10000 MARKER-access-1" \
	"$("$many" @contoso.com 0 10000 127.0.0.1 2>&1)"
equal "without another request" 1 "$(posts)"
equal "no token goes to another server" "0 " \
	"$("$many" @contoso.com 1 1 evil.example 2>/dev/null)"

# Ten thousand rules, each for one address.
{
	sed '$d' "$RUN/rules"
	echo 'accounts = ('
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "{ user = \"u%d@big.org\"; credential = \"app\"; },\n", i }'
	echo '{ user = "*"; credential = "app"; } );'
} >"$RUN/rules.big"
run apply "$RUN/rules.big"
equal "10 000 rules: applied" 0 "$status"
equal "10 000 rules: each found" "10000 MARKER-access-1" \
	"$("$many" @big.org 0 10000 127.0.0.1 2>&1)"
equal "10 000 rules: the token is still the same" 1 "$(posts)"

# No rule any more: an unknown account, again and again.
run apply "$RUN/rules" --prune
"$many" @nowhere.org 0 1 127.0.0.1 >/dev/null 2>&1
stat -c %Y.%i "$RUN/store/accounts/rules" >"$RUN/before"
"$many" @nowhere.org 0 1 127.0.0.1 >"$out" 2>"$err"
check "an account without a rule is not enrolled" has "$err" "is not enrolled in"
stat -c %Y.%i "$RUN/store/accounts/rules" >"$RUN/after"
equal "and the table is not made again for it" "$(cat "$RUN/before")" \
	"$(cat "$RUN/after")"
printf 'damaged' >"$RUN/store/accounts/rules"
equal "a damaged table is made anew" "1 MARKER-access-1" \
	"$("$many" @contoso.com 5 1 127.0.0.1 2>&1)"

# A credentials file that nobody can read: each login says so, by itself.
run enroll u1@x.org --credential app
cp "$RUN/store/credentials.conf" "$RUN/saved"
trace=$top_builddir/tests/cli/trace
# (A leak sanitizer refuses to work for a traced program.)
helpers() {
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
		"$trace" ended "$many" "$1" 1 1 127.0.0.1 2>"$err" |
		grep -c '^mailbearer-ref'
}
if [ "$(id -u)" -eq 0 ]; then
	cat "$RUN/saved" >"$RUN/store/credentials.conf"
	equal "a file that was touched is looked into by a helper" 1 "$(helpers @x.org)"
	damage "$RUN/store/credentials.conf" 120
	for domain in x.org contoso.com nowhere.org; do
		equal "a damaged credentials file starts no helper ($domain)" 0 \
			"$(helpers "@$domain")"
		equal "and is named ($domain)" \
			"u1@$domain: $RUN/store/credentials.conf is damaged, or not a sealed file; restore it from a backup [sealed-bad]" \
			"$(cat "$err")"
	done
	cp "$RUN/saved" "$RUN/store/credentials.conf"
	equal "with the file back all is well" "1 MARKER-access-1" \
		"$("$many" @contoso.com 5 1 127.0.0.1 2>&1)"
else
	skip "helpers are counted" "needs root: a helper is not dumpable"
fi
tap_end
