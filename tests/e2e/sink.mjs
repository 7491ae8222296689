// SPDX-License-Identifier: BSD-2-Clause
// sink.mjs PORT FILE: an SMTP server on loopback that takes every message and
// appends it to FILE.
import { createServer } from 'node:net';
import { appendFileSync } from 'node:fs';

const [port, file] = [Number(process.argv[2]), process.argv[3]];

createServer(socket => {
	let data = false, rest = '';
	const say = text => socket.write(text + '\r\n');
	const command = line => {
		if (data) {
			data = line !== '.';
			if (data) appendFileSync(file, line + '\n');
			else say('250 2.0.0 taken');
		} else if (/^(EHLO|HELO)/i.test(line)) {
			say('250-sink\r\n250 8BITMIME');
		} else if (/^DATA/i.test(line)) {
			data = true;
			say('354 go on');
		} else if (/^QUIT/i.test(line)) {
			say('221 2.0.0 bye');
			socket.end();
		} else {
			say('250 2.0.0 ok');
		}
	};
	socket.on('error', () => {});
	socket.on('data', chunk => {
		rest += chunk.toString('latin1');
		for (let at; (at = rest.indexOf('\n')) >= 0;) {
			command(rest.slice(0, at).replace(/\r$/, ''));
			rest = rest.slice(at + 1);
		}
	});
	say('220 sink ESMTP');
}).listen(port, '127.0.0.1');
