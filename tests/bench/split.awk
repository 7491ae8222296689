# SPDX-License-Identifier: BSD-2-Clause
# What callgrind counted, by object and function: OBJECT FUNCTION INSTRUCTIONS,
# each function's own, without what it calls.  gcc's suffixes for parts and
# copies of a function are taken off.

# "(3) name" defines 3, "(3)" means it.
function named(text, names, id) {
	if (text !~ /^\(/)
		return text
	id = substr(text, 1, index(text, ")"))
	if (length(text) > length(id))
		names[id] = substr(text, length(id) + 2)
	return names[id]
}

/^c?ob=/ {
	name = named(substr($0, index($0, "=") + 1), objects)
	if (/^ob=/)
		object = name
	next
}
/^c?fn=/ {
	name = named(substr($0, index($0, "=") + 1), functions)
	if (/^fn=/) {
		fn = name
		sub(/'[0-9]+$/, "", fn)
		while (sub(/\.(part|isra|constprop|cold|lto_priv)(\.[0-9]+)?$/, "", fn))
			;
	}
	next
}
# The line after is the call's whole cost.
/^calls=/ { callee = 1; next }
/^[-+*0-9]/ {
	if (!callee)
		cost[object SUBSEP fn] += $2
	callee = 0
}
END {
	for (key in cost) {
		split(key, part, SUBSEP)
		sub(/.*\//, "", part[1])
		gsub(/[[:blank:]]/, "_", part[2])
		if (cost[key])
			print part[1], part[2], cost[key]
	}
}
