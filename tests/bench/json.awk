# SPDX-License-Identifier: BSD-2-Clause
# json.awk ROWS RESULTS GROWTH: the same for programs.
BEGIN { FS = "|"; print "{\n  \"schema\": 1,\n  \"rows\": [" }
FNR == 1 {
	for (file = 1; ARGV[file] != FILENAME; file++)
		;
	FS = file > 1 ? "	" : "|"
	$0 = $0
}
/^[#=]/ { next }
function quoted(s) {
	gsub(/[\\"]/, "\\\\&", s)
	return "\"" s "\""
}
function number(v) {
	return v ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/ ? v + 0 : "null"
}
file == 1 { what[$1] = $2; unit[$1] = $3; limit[$1] = $4; reference[$1] = $6 }
file == 2 {
	printf "%s    { \"id\": %s, \"what\": %s, \"unit\": %s, \"value\": %s, \"p10\": %s, \"p90\": %s, \"floor\": %s, \"limit\": %s, \"note\": %s }",
		comma, quoted($1), quoted(what[$1]), quoted(unit[$1]), number($2),
		number($3), number($4), number($5), number(reference[$1] && $5 > 0 ?
		limit[$1] * $5 / reference[$1] : limit[$1]), quoted($6)
	comma = ",\n"
}
file == 3 {
	if (!growth++)
		printf "\n  ],\n  \"growth\": [\n"
	printf "%s    { \"series\": %s, \"x\": %s, \"y\": %s }",
		(growth > 1 ? ",\n" : ""), quoted($1), number($2), number($3)
}
END {
	if (!growth)
		printf "\n  ],\n  \"growth\": ["
	print "\n  ]\n}"
}
