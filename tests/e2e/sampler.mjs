// SPDX-License-Identifier: BSD-2-Clause
// Write every command line and environment string seen in /proc to a file, each
// once, until ended.  leaks.sh looks for secrets there.
import * as fs from 'node:fs';

const out = fs.openSync(process.argv[2], 'a', 0o600);
const seen = new Set();

const look = (file) => {
	let text;
	try {
		text = fs.readFileSync(file, 'latin1');
	} catch {
		return;
	}
	if (seen.has(text))
		return;
	seen.add(text);
	fs.writeSync(out, `${text.replaceAll('\0', '\n')}\n`, null, 'latin1');
};

setInterval(() => {
	for (const pid of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(pid))
			continue;
		look(`/proc/${pid}/cmdline`);
		look(`/proc/${pid}/environ`);
	}
}, 40);
