# SPDX-License-Identifier: BSD-2-Clause
# Secrets of all suites, looked for in everything that the suites produced:
# logs, outputs, sealed files, core files, command lines, environments.
. "$E2E/tap.sh"
RUN=$RUNS/leaks
mkdir -p "$RUN/oidc"
cat "$RUNS"/*/oidc/issued >"$RUN/oidc/issued"

scan() {
	node "$NODE/leakscan.mjs" "$RUN/oidc/issued" "$@"
}

# The scan itself can find: a SASL response, as a log would show it.
planted() {
	secret=$(tail -n 1 "$RUN/oidc/issued")
	mkdir -p "$RUN/planted"
	printf 'user=x\001auth=Bearer %s\001\001' "$secret" |
		openssl base64 -A >"$RUN/planted/file"
	! scan "$RUN/planted" && rm -rf "$RUN/planted"
}

check "a planted secret is found" planted
check "there are secrets to look for" test "$(wc -l <"$RUN/oidc/issued")" -gt 20
check "no secret in anything the runs produced" scan "$RUNS" "$STAGE/etc" \
	"$STAGE/var" "${E2E%/tests/e2e}"/build/*.tap
say "$(scan "$RUNS" | tail -n 1)"
tap_end
