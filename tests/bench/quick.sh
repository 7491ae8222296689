#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make bench comes to its end and measures every row it can; no time is judged.
B=${top_builddir:-.}
OUT=$(mktemp -d "${TMPDIR:-/tmp}/mailbearer-quick.XXXXXX") || exit 99
trap 'rm -rf "$OUT"' EXIT
n=0

# result STATUS NAME
result() {
	n=$((n + 1))
	[ "$1" -eq 0 ] && echo "ok $n - $2" && return
	echo "not ok $n - $2"
	failed=yes
	sed 's/^/# /' "$OUT/said"
}

failed=
sh "${srcdir:-.}/tests/bench/run" --quick --no-callgrind --out "$OUT/bench" \
	>"$OUT/said" 2>&1 </dev/null
result $? "make bench ends well"
! grep -E 'failed|not measured' "$OUT/bench/results.tsv"
result $? "every row is measured, or left out with a reason"
for id in init.us process.ms warm.us disk.us token.ms refresh.cpu herd.requests \
	size.engine.so; do
	awk -F '\t' -v id=$id '$1 == id && $2 ~ /^[-0-9.]+$/ { found = 1 }
		END { exit !found }' "$OUT/bench/results.tsv"
	result $? "$id is a number"
done
awk -F '\t' '$1 == "herd.requests" { exit $2 != 1 }' "$OUT/bench/results.tsv"
result $? "100 processes sent one request"
grep -q '^100 processes at one expired token' "$OUT/bench/table.txt"
result $? "the table is printed"
node -e 'const b = JSON.parse(require("fs").readFileSync(process.argv[1]));
	process.exit(b.schema === 1 && b.rows.length > 30 &&
		b.growth.length > 10 ? 0 : 1)' "$OUT/bench/bench.json"
result $? "bench.json is JSON"
grep -q '</svg>' "$OUT/bench/accounts.svg"
result $? "accounts.svg is a picture"
echo "1..$n"
[ -z "$failed" ]
