# SPDX-License-Identifier: BSD-2-Clause
# C sources, one statement per line, for the check-* scripts.  Output, tabs
# between the fields:
#
#	S FILE LINE FUNCTION CODE TEXT	a statement; CODE has "" for each
#					string literal, TEXT has it whole
#	F FILE LINE LAST NAME PARAMETERS DEPTH	a function, when it ends
#
# Comments are gone, white space is one blank.  A preprocessor line is a
# statement of its own.  It knows kernel style C, not all of C.

function reset()
{
	code = text = ""
	first = 0
}

function emit()
{
	gsub(/[ \t]+/, " ", code)
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", code)
	sub(/^ /, "", text)
	if (code != "")
		print "S\t" FILENAME "\t" first "\t" \
			(name == "" ? "-" : name) "\t" code "\t" text
	reset()
}

function add(c, t)
{
	if (first == 0 && c ~ /[^ \t]/)
		first = FNR
	code = code c
	text = text t
}

# Parameters of "... NAME(A, B (*f)(C, D), E) ": commas of the outermost pair.
function parameters(list,    i, c, level, n)
{
	n = 1
	for (i = 1; i <= length(list); i++) {
		c = substr(list, i, 1)
		if (c == "(")
			level++
		else if (c == ")")
			level--
		else if (c == "," && level == 1)
			n++
	}
	return list ~ /^\((void)?\)/ ? 0 : n
}

# A brace opens at file level: of a function, when a parameter list precedes.
function enter(    at)
{
	opened = code
	if (code !~ /\)[ \t]*$/ || code ~ /=/)
		return
	at = match(code, /[A-Za-z_][A-Za-z_0-9]*\(/)
	if (at == 0)
		return
	name = substr(code, at, RLENGTH - 1)
	if (name !~ /[a-z]/) {		# a macro that makes functions
		name = ""
		return
	}
	count = parameters(substr(code, at + RLENGTH - 1))
	begin = first
	deepest = 0
}

function leave()
{
	if (name != "")
		print "F\t" FILENAME "\t" begin "\t" FNR "\t" name "\t" count \
			"\t" deepest
	name = ""
}

FNR == 1 {
	level = paren = incomment = inmacro = 0
	name = ""
	reset()
}

{
	line = $0
	if (!incomment && (inmacro || line ~ /^[ \t]*#/)) {
		if (!inmacro)
			macro = FNR
		inmacro = line ~ /\\$/
		sub(/\\$/, "", line)
		gsub(/\/\*[^*]*\*\//, " ", line)
		if (line ~ /\/\*/) {
			sub(/\/\*.*/, "", line)
			incomment = 1
		}
		bare = line
		if (bare !~ /^[ \t]*#[ \t]*include/)
			gsub(/"([^"\\]|\\.)*"/, "\"\"", bare)
		gsub(/\t/, " ", bare)
		gsub(/\t/, " ", line)
		print "S\t" FILENAME "\t" FNR "\t" (name == "" ? "-" : name) \
			"\t" bare "\t" line
		next
	}
	add(" ", " ")
	while (line != "") {
		if (incomment) {
			at = index(line, "*/")
			if (at == 0)
				next
			line = substr(line, at + 2)
			incomment = 0
			continue
		}
		if (!match(line, /["'\/;{}()]/)) {
			add(line, line)
			next
		}
		if (RSTART > 1) {
			add(substr(line, 1, RSTART - 1),
				substr(line, 1, RSTART - 1))
			line = substr(line, RSTART)
		}
		c = substr(line, 1, 1)
		if (substr(line, 1, 2) == "/*") {
			incomment = 1
			line = substr(line, 3)
			continue
		}
		if (substr(line, 1, 2) == "//")
			next
		if (c == "\"" && match(line, /^"([^"\\]|\\.)*"/)) {
			add("\"\"", substr(line, 1, RLENGTH))
			line = substr(line, RLENGTH + 1)
			continue
		}
		if (c == "'" && match(line, /^'([^'\\]|\\.)+'/)) {
			add("''", substr(line, 1, RLENGTH))
			line = substr(line, RLENGTH + 1)
			continue
		}
		line = substr(line, 2)
		if (c == "{" && level == 0 && paren == 0)
			enter()
		if (c != "}")
			add(c, c)
		if (c == "(")
			paren++
		else if (c == ")" && paren > 0)
			paren--
		else if (c == ";" && paren == 0)
			emit()
		else if (c == "{") {
			if (++level - 1 > deepest)
				deepest = level - 1
			if (paren == 0)
				emit()
		} else if (c == "}") {
			if (paren == 0)
				emit()
			if (level > 0 && --level == 0)
				leave()
		}
	}
}
