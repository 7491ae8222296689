# SPDX-License-Identifier: BSD-2-Clause
# markdown.awk ROWS RESULTS: the table of README.md, only rows that have a limit
# or another plugin's figure, and what is installed, with the reason where one is over.
FNR == 1 {
	for (file = 1; ARGV[file] != FILENAME; file++)
		;
	FS = file > 1 ? "	" : "|"
	$0 = $0
}
/^#/ { next }
file == 1 { id[++n] = $1; what[n] = $2; unit[n] = $3; limit[n] = $4; today[n] = $5; reference[n] = $6; why[n] = $7 }
file == 2 { value[$1] = $2; floor[$1] = $5; note[$1] = $6 }

function show(v, u) {
	if (v == "" || v == "-")
		return ""
	if (u == "instr")
		return v >= 1e6 ? sprintf("%.1f M", v / 1e6) :
			v >= 1e4 ? sprintf("%.0f k", v / 1e3) : sprintf("%d", v)
	if (u == "KiB")
		return v >= 1024 ? sprintf("%.1f MiB", v / 1024) : sprintf("%d KiB", v)
	if (u == "count")
		return sprintf("%d", v)
	if (u == "ratio")
		return sprintf("%.2f", v)
	return sprintf(v >= 100 ? "%.0f %s" : v >= 10 ? "%.1f %s" : "%.2f %s", v, u)
}
# The limit on this machine.
function most(i) {
	return limit[i] == "spread" ? substr(note[id[i]], 8) :
		reference[i] && floor[id[i]] > 0 ?
		limit[i] * floor[id[i]] / reference[i] : limit[i]
}
function reason(i, k) {
	k = id[i]
	if (most(i) == "" || value[k] + 0 <= most(i) + 0)
		return ""
	return "over: " (limit[i] == "spread" ? "beyond PLAIN\047s own spread" : why[i]) \
		(note[k] != "" && note[k] !~ /^spread / ? " (" note[k] ")" : "")
}
BEGIN { FS = "|" }
END {
	print "| | mailbearer | floor | at most | sasl-xoauth2 | |\n|---|---|---|---|---|---|"
	for (i = 1; i <= n; i++) {
		k = id[i]
		if (k == "=") {
			head = what[i]
			continue
		}
		if ((limit[i] == "" && today[i] == "" && k !~ /^(size|relocs)/) ||
			value[k] !~ /[0-9]/)
			continue
		if (head != "")
			printf "| *%s* | | | | | |\n", head
		head = ""
		printf "| %s | %s | %s | %s | %s | %s |\n", what[i],
			show(value[k], unit[i]), show(floor[k], unit[i]),
			limit[i] == "spread" ?
			sprintf("%.2f, PLAIN's own spread", most(i)) :
			show(most(i), unit[i]), show(today[i], unit[i]), reason(i)
	}
}
