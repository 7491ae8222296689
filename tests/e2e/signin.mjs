// SPDX-License-Identifier: BSD-2-Clause
// Sign in like a person would, by plain HTTP requests, where no browser is
// wanted: follow redirects, fill in the login form, agree (or deny).
//
//   NODE_EXTRA_CA_CERTS=CA node signin.mjs LOGIN consent|deny <URL
//
// The URL comes on standard input, because it carries the state.  Prints the
// last page as text.  With --stop the last hop, to the program's listener, is
// not made, and its address is printed instead.
import * as http from 'node:http';
import * as https from 'node:https';

const [login, decision, stop] = process.argv.slice(2);
let url = '';
for await (const chunk of process.stdin)
	url += chunk;
url = url.trim();

const jar = new Map();
const server = new URL(url).origin;

// Not fetch(): Debian's nodejs 18 hands out no list of cookies there.
const request = (to, form) => new Promise((done, fail) => {
	const { request: open } = to.startsWith('https:') ? https : http;
	const headers = { cookie: [...jar].map((c) => c.join('=')).join('; ') };
	if (form)
		headers['content-type'] = 'application/x-www-form-urlencoded';
	const req = open(to, { method: form ? 'POST' : 'GET', headers }, (res) => {
		let page = '';
		for (const line of res.headers['set-cookie'] ?? []) {
			const [pair] = line.split(';');
			jar.set(pair.slice(0, pair.indexOf('=')),
				pair.slice(pair.indexOf('=') + 1));
		}
		res.setEncoding('utf8');
		res.on('data', (chunk) => { page += chunk; });
		res.on('error', fail);
		res.on('end', () => done({ page, status: res.statusCode,
			location: res.headers.location }));
	});
	req.on('error', fail);
	req.end(form && new URLSearchParams(form).toString());
});

const plain = (html) => html.replace(/<(style|script)[^]*?<\/\1>/g, '')
	.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();

let form;
for (let hop = 0; hop < 20; hop += 1) {
	if (stop && new URL(url).origin !== server) {
		console.log(url);
		process.exit(0);
	}
	const res = await request(url, form);
	form = undefined;
	if (res.status >= 300 && res.status < 400) {
		url = new URL(res.location, url).href;
		continue;
	}
	const { page } = res;
	const action = page.match(/<form[^>]*action="([^"]*)"/);
	if (new URL(url).origin !== server || !action) {
		console.log(plain(page));
		process.exit(res.status === 200 ? 0 : 1);
	}
	const here = url;
	url = new URL(action[1], here).href;
	if (/name="password"/.test(page))
		form = { prompt: 'login', login, password: 'any' };
	else if (decision === 'deny')
		url = new URL(page.match(/href="([^"]*\/abort)"/)[1], here).href;
	else
		form = { prompt: 'consent' };
}
console.error('signin: too many redirects');
process.exit(1);
