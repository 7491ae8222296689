// SPDX-License-Identifier: BSD-2-Clause
// Print N free loopback ports, below the range that outgoing connections use.
import * as net from 'node:net';

const wanted = Number(process.argv[2]);
const found = new Set();

const free = (port, host) => new Promise((done) => {
	const server = net.createServer();
	server.once('error', (err) => done(err.code === 'EADDRNOTAVAIL'));
	server.listen(port, host, () => server.close(() => done(true)));
});

while (found.size < wanted) {
	const port = 10000 + Math.floor(Math.random() * 22000);
	if (await free(port, '127.0.0.1') && await free(port, '::1'))
		found.add(port);
}
console.log([...found].join(' '));
