#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# enroll opens the browser, but never for root: run by root, this test goes on
# as nobody, with copies that nobody can read wherever the build tree lies.
: "${top_builddir:?}" "${srcdir:?}"

as_nobody() {
	COPY=$(mktemp -d "${TMPDIR:-/tmp}/mb-browser-XXXXXX") || exit 1
	export COPY
	mkdir -p "$COPY/tests/stage" "$COPY/tests/fake" "$COPY/tests/cli" \
		"$COPY/tests/e2e"
	cp "$top_builddir/tests/stage/mailbearer" "$COPY/tests/stage/"
	cp "$top_builddir/tests/fake/tokend" "$top_builddir/tests/fake/visit" \
		"$COPY/tests/fake/"
	cp "$srcdir"/tests/cli/enroll_b*.sh "$COPY/tests/cli/"
	cp "$srcdir/tests/e2e/tap.sh" "$COPY/tests/e2e/"
	chmod -R a+rX "$COPY"
	chown 65534:65534 "$COPY"
	HOME=$COPY TMPDIR=$COPY top_builddir=$COPY srcdir=$COPY \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh "$COPY/tests/cli/enroll_browser.sh"
	status=$?
	rm -rf "$COPY"
	exit "$status"
}

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null 2>&1; then
	as_nobody
fi
# shellcheck source=tests/cli/enroll_bed.sh
. "$srcdir/tests/cli/enroll_bed.sh"
if [ "$(id -u)" -eq 0 ]; then
	skip "the browser is started with a file" "root, and no setpriv"
	tap_end
	exit
fi

credential bed --callback-url http://127.0.0.1/done --scope mail || exit 1
mkdir "$RUN/bin"
cat >"$RUN/bin/browse" <<'S'
#!/bin/sh
printf '%s\n' "$*" >"$SEEN.args"
file=${1#file://}
stat -c '%a' "$file" "$(dirname "$file")" >"$SEEN.modes"
cp "$file" "$SEEN.page"
: >"$SEEN"
S
chmod +x "$RUN/bin/browse"
SEEN=$RUN/seen DISPLAY=:99 BROWSER=$RUN/bin/browse XDG_RUNTIME_DIR=$RUN
export SEEN DISPLAY BROWSER XDG_RUNTIME_DIR
begin f@x.org --credential bed
check "the browser is started with a file" await 5 test -e "$SEEN"
equal "the file is private, and so is its directory" "600
700" "$(cat "$SEEN.modes")"
check "the file leads to the address" has "$SEEN.page" \
	"$(printf %s "$url" | sed 's/&/\&amp;/g')"
check "the process list shows no state" lacks "$SEEN.args" "$mark"
visit "$back?code=c&state=$mark" >/dev/null
finish
check "file and directory are removed" \
	test ! -e "$(sed 's,^file://,,; s,/[^/]*$,,' "$SEEN.args")"
tap_end
