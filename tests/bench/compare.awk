# SPDX-License-Identifier: BSD-2-Clause
# compare.awk BASELINE NOW: TAP; an object may cost 3 % more in each row.  What
# is judged is the object: functions are inlined into each other at will.
BEGIN {
	FS = "\t"
	slack = 20	# instructions: a path of another length
}
/^#/ { next }
{
	what = $1 ": " $2
	here = FILENAME == ARGV[1]
	if (here)
		before[what] += $4
	else
		now[what] += $4
	if (!(what in known)) {
		known[what] = 1
		order[++n] = what
	}
	f = what SUBSEP $3
	if (!(f in grown)) {
		grown[f] = 0
		functions[what] = functions[what] "\n" $3
	}
	grown[f] += here ? -$4 : $4
}
function growth(what, name) {
	return name == "" ? 0 : grown[what SUBSEP name]
}
# The five that grew most.
function tell(what, names, count, i, j, best) {
	count = split(functions[what], names, "\n")
	for (j = 0; j < 5; j++) {
		best = 1
		for (i = 2; i <= count; i++)
			if (growth(what, names[i]) > growth(what, names[best]))
				best = i
		if (best == 1)
			return
		printf "# %s() +%d\n", names[best], growth(what, names[best])
		names[best] = ""
	}
}
END {
	for (i = 1; i <= n; i++) {
		what = order[i]
		bad = now[what] > before[what] * 1.03 + slack
		failed += bad
		printf "%sok %d - %s: %d instructions, were %d\n",
			bad ? "not " : "", i, what, now[what], before[what]
		if (bad) {
			tell(what)
			print "# worth it? make bench-baseline, and say why"
		} else if (now[what] < before[what] * 0.97 - slack)
			print "# better: make bench-baseline keeps it so"
	}
	print "1.." n
	exit failed > 0
}
