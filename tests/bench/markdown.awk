# SPDX-License-Identifier: BSD-2-Clause
# markdown.awk ROWS RESULTS: the table of README.md, only rows that have a limit
# or another plugin's figure.
FNR == 1 {
	for (file = 1; ARGV[file] != FILENAME; file++)
		;
	FS = file > 1 ? "	" : "|"
	$0 = $0
}
/^#/ { next }
file == 1 { id[++n] = $1; what[n] = $2; unit[n] = $3; limit[n] = $4; today[n] = $5; reference[n] = $6 }
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
BEGIN { FS = "|" }
END {
	print "| | mailbearer | floor | at most | sasl-xoauth2 |\n|---|---|---|---|---|"
	for (i = 1; i <= n; i++) {
		k = id[i]
		if (k == "=") {
			head = what[i]
			continue
		}
		if ((limit[i] == "" && today[i] == "") || value[k] !~ /[0-9]/)
			continue
		if (head != "")
			printf "| *%s* | | | | |\n", head
		head = ""
		printf "| %s | %s | %s | %s | %s |\n", what[i],
			show(value[k], unit[i]), show(floor[k], unit[i]),
			limit[i] == "spread" ?
			sprintf("%.2f, PLAIN's own spread", substr(note[k], 8)) :
			show(reference[i] && floor[k] > 0 ?
			limit[i] * floor[k] / reference[i] : limit[i], unit[i]),
			show(today[i], unit[i])
	}
}
