// SPDX-License-Identifier: BSD-2-Clause
// Sign in like a person would, by plain HTTP requests, where no browser is
// wanted: follow redirects, fill in the login form, agree (or deny).
//
//   NODE_EXTRA_CA_CERTS=CA node signin.mjs LOGIN consent|deny <URL
//
// The URL comes on standard input, because it carries the state.  Prints the
// last page as text.  With --stop the last hop, to the program's listener, is
// not made, and its address is printed instead.
const [login, decision, stop] = process.argv.slice(2);
let url = '';
for await (const chunk of process.stdin)
	url += chunk;
url = url.trim();

const jar = new Map();
const server = new URL(url).origin;

const request = async (to, form) => {
	const res = await fetch(to, {
		method: form ? 'POST' : 'GET',
		body: form && new URLSearchParams(form),
		headers: { cookie: [...jar].map((c) => c.join('=')).join('; ') },
		redirect: 'manual',
	});
	for (const line of res.headers.getSetCookie()) {
		const [pair] = line.split(';');
		jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
	}
	return res;
};

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
		url = new URL(res.headers.get('location'), url).href;
		continue;
	}
	const page = await res.text();
	const action = page.match(/<form[^>]*action="([^"]*)"/);
	if (new URL(url).origin !== server || !action) {
		console.log(plain(page));
		process.exit(res.ok ? 0 : 1);
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
