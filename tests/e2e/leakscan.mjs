// SPDX-License-Identifier: BSD-2-Clause
// Look for secrets where they must not be.
//
//   node leakscan.mjs ISSUED FILE-OR-DIRECTORY...
//
// ISSUED holds a secret a line.  Each is looked for as it is, percent-encoded,
// in hex, and in base64 at all three alignments (a SASL response has it in the
// middle).  Prints the files (never the secret), then "N secrets, M files".
// The OAuth2 server's own directory is left out.
import * as fs from 'node:fs';
import * as path from 'node:path';

const [issued, ...roots] = process.argv.slice(2);
const secrets = new Set(fs.readFileSync(issued, 'utf8').split('\n')
	.filter((line) => line.length > 7));

const shapes = (secret) => {
	const bytes = Buffer.from(secret);
	const list = [secret, encodeURIComponent(secret), bytes.toString('hex')];
	for (let lead = 0; lead < 3; lead += 1) {
		// Whole groups of three bytes that are the secret's alone.
		const from = (3 - lead) % 3;
		const whole = bytes.subarray(from, from +
			Math.floor((bytes.length - from) / 3) * 3);
		list.push(whole.toString('base64').replace(/=+$/, ''));
	}
	return list.filter((s) => s.length > 7);
};
const marks = [...secrets].flatMap(shapes);

const files = function* files(at) {
	const stat = fs.lstatSync(at, { throwIfNoEntry: false });
	if (stat?.isFile())
		yield at;
	if (stat?.isDirectory() && path.basename(at) !== 'oidc' &&
	    !path.basename(at).startsWith('profile.')) {
		for (const name of fs.readdirSync(at))
			yield* files(path.join(at, name));
	}
};

let looked = 0;
let found = 0;
for (const root of roots) {
	for (const file of files(root)) {
		let text;
		try {
			text = fs.readFileSync(file, 'latin1');
		} catch (err) {
			if (err.code === 'ENOENT')
				continue;
			throw err;
		}
		looked += 1;
		if (marks.some((m) => text.includes(m))) {
			console.log(`secret in ${file}`);
			found += 1;
		}
	}
}
console.log(`${secrets.size} secrets, ${looked} files`);
process.exit(found ? 1 : 0);
