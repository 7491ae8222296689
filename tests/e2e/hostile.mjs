// SPDX-License-Identifier: BSD-2-Clause
// A server that offers every way to log in and writes down what it is told.
//
//   node hostile.mjs DIR PORT imap|smtp LOG
import * as fs from 'node:fs';
import * as tls from 'node:tls';

const [dir, port, protocol, log] = process.argv.slice(2);
const capability = 'CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN';

const imap = (line) => {
	const [tag, verb] = line.split(' ');
	switch ((verb ?? '').toUpperCase()) {
	case 'CAPABILITY':
		return `* ${capability}\r\n${tag} OK\r\n`;
	case 'LOGOUT':
		return `* BYE\r\n${tag} OK\r\n`;
	default:
		return `${tag} NO no\r\n`;
	}
};
const smtp = (line) => {
	switch (line.slice(0, 4).toUpperCase()) {
	case 'EHLO':
		return '250-hostile.test\r\n250 AUTH XOAUTH2 OAUTHBEARER PLAIN\r\n';
	case 'QUIT':
		return '221 bye\r\n';
	default:
		return '535 5.7.8 no\r\n';
	}
};
const reply = protocol === 'imap' ? imap : smtp;

tls.createServer({
	cert: fs.readFileSync(`${dir}/server.crt`),
	key: fs.readFileSync(`${dir}/server.key`),
}, (socket) => {
	fs.appendFileSync(log, 'connected\n');
	socket.on('error', () => {});
	socket.write(protocol === 'imap' ?
		`* OK [${capability}] hostile\r\n` : '220 hostile.test ESMTP\r\n');
	let rest = '';
	socket.on('data', (chunk) => {
		rest += chunk.toString('latin1');
		for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
			const line = rest.slice(0, at);
			rest = rest.slice(at + 2);
			fs.appendFileSync(log, `${line}\n`);
			socket.write(reply(line));
		}
	});
}).listen(Number(port), '127.0.0.1', () => fs.appendFileSync(log, ''));
