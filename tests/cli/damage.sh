# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# damage FILE OFFSET: another byte than the one that is there.  (A fixed one
# would be the same once in 256 runs: what is sealed is random.)  Sourced.
damage() {
	byte=$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1)
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %03o $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
