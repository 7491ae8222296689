// SPDX-License-Identifier: BSD-2-Clause
// Sign in with a real browser: headless Chromium, a throw-away profile.
//
//   node browser.mjs CHROMIUM PROFILEDIR SPKIHASH LOGIN consent|deny [CODE] <URL
//
// Prints the text of the page the browser ends on.  With CODE the URL is the
// server's page for devices: the code is entered there first, and the browser
// stays with the server.
import { chromium } from 'playwright-core';

const [executablePath, profile, spki, login, decision, code] = process.argv.slice(2);
let url = '';
for await (const chunk of process.stdin)
	url += chunk;
url = url.trim();
const server = new URL(url).origin;

const context = await chromium.launchPersistentContext(profile, {
	executablePath,
	headless: true,
	chromiumSandbox: process.getuid() !== 0,
	timeout: 60000,
	args: [
		// The test's own certificate, and no name but loopback's.
		`--ignore-certificate-errors-spki-list=${spki}`,
		'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
		'--no-proxy-server', '--disable-dev-shm-usage',
	],
});
context.setDefaultTimeout(30000);
let status = 0;
try {
	const page = context.pages()[0] ?? await context.newPage();
	const local = (u) => ['localhost', '127.0.0.1', '[::1]'].includes(u.hostname);
	await page.route((u) => !local(u), (route) => route.abort());
	await page.goto(url);
	if (code) {
		await page.fill('input[name=user_code]', code);
		await page.click('button[type=submit]');
		await page.click('button[autofocus]');
	}
	await page.fill('input[name=login]', login);
	await page.fill('input[name=password]', 'any');
	await page.click('button[type=submit]');
	await page.waitForSelector('input[name=prompt][value=consent]',
		{ state: 'attached' });
	if (decision === 'deny')
		await page.click('a[href*="/abort"]');
	else
		await page.click('button[type=submit]');
	if (code)
		await page.waitForURL((u) => !u.pathname.startsWith('/interaction'));
	else
		await page.waitForURL((u) => u.origin !== server);
	const lang = await page.getAttribute('html', 'lang');
	const scripts = await page.locator('script').count();
	console.log(`${await page.innerText('h1')}\n${await page.innerText('body')}`);
	console.log(`lang=${lang} scripts=${scripts} path=${new URL(page.url()).pathname}`);
} catch (err) {
	console.error(`browser: ${err.message.split('\n')[0].replace(/\?\S*/g, '?…')}`);
	status = 1;
}
await context.close();
process.exit(status);
