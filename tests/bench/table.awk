# SPDX-License-Identifier: BSD-2-Clause
# table.awk ROWS SAVED RESULTS: the table for people.
BEGIN { FS = "|" }
FNR == 1 {
	for (file = 1; ARGV[file] != FILENAME; file++)
		;
	FS = file > 1 ? "	" : "|"
	$0 = $0
}
/^#/ { next }
file == 1 {
	id[++n] = $1
	what[n] = $2
	unit[n] = $3
	limit[n] = $4
	today[n] = $5
	reference[n] = $6
	why[n] = $7
}
file == 2 { saved[$1] = $2 }
file == 3 { value[$1] = $2; lo[$1] = $3; hi[$1] = $4; floor[$1] = $5; note[$1] = $6 }

function show(v, u) {
	if (v == "" || v == "-")
		return ""
	if (u == "instr")
		return v >= 1e6 ? sprintf("%.2f M", v / 1e6) :
			v >= 1e5 ? sprintf("%.0f k", v / 1e3) : sprintf("%d", v)
	if (u == "KiB")
		return v >= 1024 ? sprintf("%.1f MiB", v / 1024) : sprintf("%.0f KiB", v)
	if (u == "count")
		return sprintf("%d", v)
	if (u == "ratio")
		return sprintf("%.3f", v)
	return sprintf(v >= 100 ? "%.0f %s" : "%.2f %s", v, u)
}
# The limit on this machine.
function scaled(i) {
	return reference[i] && floor[id[i]] > 0 ?
		limit[i] * floor[id[i]] / reference[i] : limit[i]
}
function over(i, v, most) {
	most = limit[i] == "spread" ? floor_hi(id[i]) : scaled(i)
	return most != "" && v != "-" && v + 0 > most + 0
}
# Of PLAIN against itself.
function floor_hi(key) {
	return note[key] ~ /^spread / ? substr(note[key], 8) + 0 : ""
}
function row(i, k, v, u, spread, ratio, was) {
	k = id[i]
	v = value[k]
	u = unit[i]
	if (v == "-" || v == "") {
		printf "%-50s %s\n", what[i], note[k]
		return
	}
	spread = lo[k] != "-" && lo[k] != hi[k] ? show(lo[k], u) ".." show(hi[k], u) : ""
	gsub(/ [a-zA-Z]+\.\./, "..", spread)
	ratio = floor[k] + 0 > 0 ? sprintf("%.2f", v / floor[k]) : ""
	was = saved[k] + 0 > 0 ? sprintf("%.2f", v / saved[k]) : ""
	printf "%-50s %10s %20s %10s %7s %9s %9s %6s%s\n", what[i], show(v, u),
		spread, show(floor[k], u), ratio,
		limit[i] == "spread" ? "<" sprintf("%.3f", floor_hi(k)) : show(scaled(i), u),
		show(today[i], u), was, over(i, v) ? "  over" : ""
	overs += over(i, v)
	if (note[k] != "" && note[k] !~ /^spread /)
		printf "    %s\n", note[k]
	if (over(i, v) && why[i] != "")
		printf "    over: %s\n", why[i]
}
END {
	for (i = 1; i <= n; i++) {
		if (id[i] == "=") {
			printf "\n%-50s", what[i]
			printf (i > 1 ? "\n" : " %10s %20s %10s %7s %9s %9s %6s\n"),
				"ours", "10..90 %", "floor", "ratio", "at most",
				"sasl-xo2", "saved"
		} else
			row(i)
	}
	printf "\n%d over the limit\n", overs
	print "floor: PLAIN through the same program; an empty plugin for one that is not" \
		"\nused; `true` for the tool; the server's time for many processes.  at most: times with a floor in units of it, since" \
		"\nmachines differ.  saved: this run in units of the one before."
}
