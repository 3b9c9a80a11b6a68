// mod_auth_openidc in an Apache of our own, from Debian's packages: a reverse proxy that signs
// people in on behalf of the application behind it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE, freePort } from '../browser/processes.mjs';
import { APP, Guest, ISSUER, PERSON, PORT, SECRET, WRONG_SECRET } from './guest.mjs';

const binary = process.env.APACHE ?? '/usr/sbin/apache2';
const modules = process.env.APACHE_MODULES ?? '/usr/lib/apache2/modules';
// Root starts it as nobody.
const nobody = process.getuid() === 0 ? 65534 : undefined;
const CALLBACK = `${APP}/protected/callback`;

function configuration({ folder, backend, secret }) {
  const names = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http', 'auth_openidc'];
  return `ServerRoot "${folder}"
ServerName 127.0.0.1
Listen 127.0.0.1:${PORT}
PidFile "${folder}/pid"
DefaultRuntimeDir "${folder}"
ErrorLog "${folder}/error.log"
LogLevel info auth_openidc:debug
${names.map((name) => `LoadModule ${name}_module "${modules}/mod_${name}.so"`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
OIDCProviderMetadataURL "${ISSUER}/.well-known/openid-configuration"
OIDCClientID app
OIDCClientSecret "${secret}"
OIDCRedirectURI "${CALLBACK}"
OIDCCryptoPassphrase "what-the-module-seals-its-own-cookies-with"
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim sub
OIDCPassRefreshToken On
OIDCPassIDTokenAs claims serialized
ProxyPass / "http://127.0.0.1:${backend}/"
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>
`;
}

// The application behind: says what it was told about who asks.
let backend;
before(async () => {
  backend = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path: request.url, headers: request.headers }));
  });
  const port = await freePort();
  await new Promise((resolve) => backend.listen(port, '127.0.0.1', resolve));
});
after(() => {
  backend.close();
  backend.closeAllConnections();
});

const answers = () =>
  new Promise((resolve) => {
    const socket = connect(PORT, '127.0.0.1', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });

let apache;
async function startApache(secret = SECRET) {
  const folder = mkdtempSync(path.join(tmpdir(), 'dingpass-apache-'));
  const file = path.join(folder, 'apache.conf');
  writeFileSync(file, configuration({ folder, backend: backend.address().port, secret }));
  if (nobody) for (const place of [folder, file]) chownSync(place, nobody, nobody);
  const child = spawn(binary, ['-DFOREGROUND', '-f', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    uid: nobody,
    gid: nobody,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = () => child.kill('SIGTERM');
  process.once('exit', kill);
  apache = {
    log: () => readFileSync(path.join(folder, 'error.log'), 'utf8'),
    async stop() {
      kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const until = Date.now() + PATIENCE; !(await answers()); await pause(20)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`Apache did not start:\n${apache.log()}`);
  }
}
afterEach(() => apache.stop());

// Opens a protected page; what the application behind was told.
async function open(guest, page = '/protected/page') {
  const { url, status, body } = await guest.visit(`${APP}${page}`);
  assert.equal(url.href, `${APP}${page}`, `${body}\n${apache.log()}`);
  assert.equal(status, 200, `${body}\n${apache.log()}`);
  return JSON.parse(body).headers;
}

// Whether the module still knows the guest, or sends them to sign in.
async function isSignedIn(guest) {
  const response = await guest.request(`${APP}/protected/page`);
  return response.status === 200;
}

test('a person signs in, and the application behind is told their claims', async () => {
  await startApache();
  const headers = await open(new Guest());
  const text = (name) => Buffer.from(headers[name] ?? '', 'latin1').toString('utf8');
  assert.equal(text('oidc_claim_iss'), ISSUER);
  assert.equal(text('oidc_claim_name'), PERSON.name);
  assert.equal(text('oidc_claim_email'), PERSON.email);
  assert.equal(text('oidc_claim_preferred_username'), PERSON.preferred_username);
});

test('the module refreshes the access token when it is asked', async () => {
  await startApache();
  const guest = new Guest();
  const before = await open(guest);
  assert.ok(before.oidc_refresh_token, 'no refresh_token');
  const address = new URL(CALLBACK);
  address.search = new URLSearchParams({ refresh: `${APP}/protected/page`, access_token: before.oidc_access_token });
  const { url, body } = await guest.visit(address);
  assert.equal(url.href, `${APP}/protected/page`, `${body}\n${apache.log()}`);
  const after = JSON.parse(body).headers;
  assert.notEqual(after.oidc_access_token, before.oidc_access_token);
  const answer = await fetch(`${ISSUER}/userinfo`, { headers: { authorization: `Bearer ${after.oidc_access_token}` } });
  assert.equal(answer.status, 200);
});

test('a sign-out at the module is one at the provider', async () => {
  await startApache();
  const guest = new Guest();
  const { oidc_id_token: hint } = await open(guest);
  assert.ok(hint);
  const address = new URL(CALLBACK);
  address.search = new URLSearchParams({ logout: `${APP}/signed-out` });
  const { url, body } = await guest.visit(address);
  assert.equal(url.href, `${APP}/signed-out`, `${body}\n${apache.log()}`);
  assert.equal(await isSignedIn(guest), false);
  const silent = new URL(`${ISSUER}/authorize`);
  silent.search = new URLSearchParams({
    client_id: 'app',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const { url: answer } = await guest.visit(silent, { stop: CALLBACK });
  assert.equal(answer.searchParams.get('error'), 'login_required');
});

// OpenID Connect Back-Channel Logout 1.0
test('a sign-out elsewhere ends the module\'s session by the back channel', async () => {
  await startApache();
  const guest = new Guest();
  const { oidc_id_token: hint } = await open(guest);
  const metadata = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
  assert.ok(metadata.end_session_endpoint, 'no end_session_endpoint');
  const address = new URL(metadata.end_session_endpoint);
  address.search = new URLSearchParams({ id_token_hint: hint });
  await guest.visit(address);
  for (const until = Date.now() + PATIENCE; await isSignedIn(guest); await pause(50)) {
    assert.ok(Date.now() < until, `still signed in:\n${apache.log()}`);
  }
});

test('a wrong secret is told to the operator as invalid_client', async () => {
  await startApache(WRONG_SECRET);
  const { url, body } = await new Guest().visit(`${APP}/protected/page`);
  assert.equal(`${url.origin}${url.pathname}`, CALLBACK);
  // The module's own page.
  assert.match(body, /<html/);
  assert.match(apache.log(), /invalid_client/);
});
