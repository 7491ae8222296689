// SPDX-License-Identifier: BSD-2-Clause
// The OAuth2 server of the end-to-end tests: npm's oidc-provider, with TLS,
// plus a control port through which a test turns its knobs and reads counters.
//
//   node oidc.mjs DIR PORT CONTROLPORT
//
// DIR holds server.crt and server.key; DIR/ready appears when both ports
// listen, DIR/issued gets every secret ever handed out or sent in (one a
// line), so that a test can look for them where they must not be.
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { jwtVerify } from 'jose';
import Provider from 'oidc-provider';

const [dir, port, control] = process.argv.slice(2);
const issuer = `https://localhost:${port}`;
const loopback = ['http://127.0.0.1/', 'http://localhost/', 'http://[::1]/'];

// Knobs, all settable by GET /set?name=value on the control port.
const knob = {
	ttl: 3600,	// seconds an access token lives
	pad: 0,		// characters added to an access token's usual 43
	fail: 0,	// answer token requests with this HTTP status
	delay: 0,	// milliseconds before a token request is answered
};
const requests = [];	// every request at the token endpoint

const app = (id, more) => ({
	client_id: id,
	application_type: 'native',
	redirect_uris: loopback,
	grant_types: ['authorization_code', 'refresh_token',
		'urn:ietf:params:oauth:grant-type:device_code'],
	response_types: ['code'],
	...more,
});
// Secrets with every character that form encoding must change.
const secrets = {
	strict: 'e2e+secret%of&strict:~/=?',
	lenient: 'e2e+secret%of&lenient:~/=?',
	resource: 'introspection-only',
	app: 'e2e+secret%of&app:~/=?',
};
// Whose mailbox an app-only token opens: Dovecot wants a name in each.
const mailbox = 'user@example.test';
const appKeys = ['app', 'appec'].map((name) => ({
	...crypto.createPublicKey(fs.readFileSync(`${dir}/${name}.crt`))
		.export({ format: 'jwk' }),
	use: 'sig', kid: name,
}));
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const rotating = new Set(['strict', 'public']);

const provider = new Provider(issuer, {
	clients: [
		app('strict', { client_secret: secrets.strict,
			token_endpoint_auth_method: 'client_secret_post' }),
		app('lenient', { client_secret: secrets.lenient,
			token_endpoint_auth_method: 'client_secret_basic' }),
		app('public', { token_endpoint_auth_method: 'none' }),
		app('app', { client_secret: secrets.app,
			token_endpoint_auth_method: 'client_secret_post',
			redirect_uris: [], response_types: [],
			grant_types: ['client_credentials'] }),
		app('keyapp', { token_endpoint_auth_method: 'private_key_jwt',
			jwks: { keys: appKeys },
			redirect_uris: [], response_types: [],
			grant_types: ['client_credentials'] }),
		app('service', { token_endpoint_auth_method: 'none' }),
		{ client_id: 'resource', client_secret: secrets.resource,
			redirect_uris: [], response_types: [], grant_types: [] },
	],
	scopes: ['openid', 'offline_access', 'email', 'mail'],
	claims: { openid: ['sub'], email: ['email'] },
	conformIdTokenClaims: false,
	pkce: { methods: ['S256'], required: () => true },
	features: {
		devInteractions: { enabled: true },
		clientCredentials: { enabled: true },
		deviceFlow: { enabled: true },
		introspection: { enabled: true,
			allowedPolicy: (ctx, client) => client.clientId === 'resource' },
		revocation: { enabled: true },
	},
	ttl: {
		AccessToken: () => knob.ttl,
		DeviceCode: 60,
		Grant: 86400, IdToken: 3600, Interaction: 600, Session: 3600,
		RefreshToken: 86400,
	},
	issueRefreshToken: (ctx, client) =>
		client.grantTypeAllowed('refresh_token'),
	rotateRefreshToken: (ctx) =>
		rotating.has(ctx.oidc.entities.Client.clientId),
	extraTokenClaims: (ctx, token) => ({
		username: token.accountId ?? mailbox }),
	findAccount: (ctx, id) => ({
		accountId: id, claims: () => ({ sub: id, email: id }) }),
	cookies: { keys: ['end-to-end'] },
	renderError: (ctx, out) => { ctx.type = 'text'; ctx.body = JSON.stringify(out); },
});

const remember = (...values) => {
	const lines = values.filter((v) => typeof v === 'string' && v.length > 7);
	if (lines.length)
		fs.appendFileSync(`${dir}/issued`, `${lines.join('\n')}\n`);
};
remember(secrets.strict, secrets.lenient, secrets.app);

provider.on('server_error', (ctx, err) => console.error(err));

// Tokens are opaque: a token's identifier is its value.
const alive = new Map();
provider.on('access_token.saved', (t) => alive.set(t.jti, t));
provider.on('client_credentials.saved', (t) => alive.set(t.jti, t));
provider.on('refresh_token.saved', (t) => alive.set(t.jti, t));
provider.on('authorization_code.saved', (t) => remember(t.jti));
provider.on('device_code.saved', (t) => remember(t.jti));

// RFC 7523 section 2.1, as Google does it for a service account that acts for a
// mailbox: no client authentication but the assertion itself.
const serviceKey = crypto.createPublicKey(fs.readFileSync(`${dir}/app.crt`));
const serviceToken = async (text) => {
	const form = new URLSearchParams(text);
	if (form.get('grant_type') !== bearer)
		throw new Error('unsupported_grant_type');
	const { payload } = await jwtVerify(form.get('assertion'), serviceKey, {
		issuer: 'robot@project.example', audience: `${issuer}/service`,
		requiredClaims: ['sub', 'scope', 'iat', 'exp'],
	});
	const grant = new provider.Grant({ accountId: payload.sub,
		clientId: 'service' });
	grant.addOIDCScope(payload.scope);
	const token = new provider.AccessToken({ accountId: payload.sub,
		client: await provider.Client.find('service'), scope: payload.scope,
		grantId: await grant.save(), gty: bearer });
	token.extra = { username: payload.sub };
	return { access_token: await token.save(), token_type: 'Bearer',
		expires_in: knob.ttl };
};

provider.use(async (ctx, next) => {
	if (ctx.path !== '/service')
		return next();
	const parts = [];
	for await (const part of ctx.req)
		parts.push(part);
	const entry = { at: Date.now(), client: 'service', grant: bearer,
		status: 200 };
	requests.push(entry);
	try {
		ctx.body = await serviceToken(Buffer.concat(parts).toString());
		remember(ctx.body.access_token);
	} catch (err) {
		ctx.status = entry.status = 400;
		ctx.body = { error: 'invalid_grant', error_description: err.message };
	}
	return undefined;
});

provider.use(async (ctx, next) => {
	if (ctx.path !== '/token')
		return next();
	const entry = { at: Date.now(), client: '', grant: '', status: 0 };
	requests.push(entry);
	if (knob.delay)
		await new Promise((done) => { setTimeout(done, knob.delay); });
	if (knob.fail) {
		ctx.status = entry.status = knob.fail;
		ctx.body = { error: 'temporarily_unavailable' };
		return undefined;
	}
	await next();
	if (ctx.body?.access_token && knob.pad)
		ctx.body.access_token += `.${'A'.repeat(knob.pad - 1)}`;
	const p = ctx.oidc?.params ?? {};
	const b = ctx.body ?? {};
	entry.client = ctx.oidc?.client?.clientId ?? '';
	entry.grant = p.grant_type ?? '';
	entry.status = ctx.status;
	remember(p.code, p.code_verifier, p.refresh_token,
		b.access_token, b.refresh_token, b.id_token);
	return undefined;
});

// The padding of a long token is no part of its identifier.
const find = provider.AccessToken.find.bind(provider.AccessToken);
provider.AccessToken.find = (value, ...more) =>
	find(String(value).replace(/\.A*$/, ''), ...more);
const findApp = provider.ClientCredentials.find.bind(provider.ClientCredentials);
provider.ClientCredentials.find = (value, ...more) =>
	findApp(String(value).replace(/\.A*$/, ''), ...more);

const kill = async (kind) => {
	let n = 0;
	for (const [value, token] of alive) {
		if (token.kind !== kind)
			continue;
		await token.destroy();
		alive.delete(value);
		n += 1;
	}
	return n;
};

const answer = async (url) => {
	const q = url.searchParams;
	switch (url.pathname) {
	case '/set':
		for (const [name, value] of q) {
			if (!(name in knob))
				throw new Error(`no knob ${name}`);
			knob[name] = Number(value);
		}
		return knob;
	case '/count':	// token requests, by the members named
		return requests.filter((r) => [...q].every(
			([name, value]) => String(r[name]) === value)).length;
	case '/requests':
		return requests;
	case '/secret':	// another one for a client; the old one is over
		remember(q.get('value'));
		(await provider.Client.find(q.get('client'))).clientSecret =
			q.get('value');
		return true;
	case '/kill':	// AccessToken or RefreshToken
		return kill(q.get('kind'));
	default:
		throw new Error(`no ${url.pathname}`);
	}
};

const tls = {
	cert: fs.readFileSync(`${dir}/server.crt`),
	key: fs.readFileSync(`${dir}/server.key`),
};
const listen = (server, at) => new Promise((done) => {
	server.listen(Number(at), '127.0.0.1', done);
});
await listen(https.createServer(tls, provider.callback()), port);
await listen(http.createServer(async (req, res) => {
	try {
		const value = await answer(new URL(req.url, issuer));
		res.end(`${JSON.stringify(value)}\n`);
	} catch (err) {
		res.writeHead(400).end(`${err.message}\n`);
	}
}), control);
fs.writeFileSync(`${dir}/ready`, '');
