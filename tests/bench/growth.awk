# SPDX-License-Identifier: BSD-2-Clause
# SERIES X Y lines as a table for each X; the steepest part of each series as
# an exponent: 1 is linear, 0 does not grow.
BEGIN { FS = "\t" }
{
	if (!($1 in n))
		order[++series] = $1
	x[$1, ++n[$1]] = $2
	y[$1, n[$1]] = $3
	at[$1, $2] = $3
}
# Between the half where it costs most, so that noise at the start is not it.
function exponent(s, a, b) {
	b = n[s]
	a = int((b + 1) / 2)
	if (a == b || y[s, a] <= 0 || y[s, b] <= 0)
		return 0
	return log(y[s, b] / y[s, a]) / log(x[s, b] / x[s, a])
}
function show(v) {
	return v >= 100 || v == int(v) ? sprintf("%.0f", v) : sprintf("%.2f", v)
}
END {
	for (i = 1; i <= series; i++) {
		s = order[i]
		head = substr(s, 1, index(s, ":") - 1)
		if (head != last) {
			first = s
			printf "\n%-52s", "Growth with " head
			for (j = 1; j <= n[s]; j++)
				printf " %8s", x[s, j]
			printf "  exponent\n"
		}
		last = head
		printf "  %-50s", substr(s, index(s, ":") + 2)
		for (j = 1; j <= n[first]; j++)
			printf " %8s", (s, x[first, j]) in at ?
				show(at[s, x[first, j]]) : "-"
		e = exponent(s)
		printf "  %8.2f%s\n", e, (e > 1.1 ? " worse than linear" : "")
	}
}
