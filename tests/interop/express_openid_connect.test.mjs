// express-openid-connect (npm): an Express application whose sessions end when the provider
// says so on the back channel.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import library from 'express-openid-connect';
import { PATIENCE } from '../browser/processes.mjs';
import { APP, Guest, ISSUER, PERSON, PORT, SECRET, WRONG_SECRET, formOf } from './guest.mjs';

// What the library remembers of sessions that were ended on the back channel.
const ended = new Map();
const store = {
  get: (id, done) => done(null, ended.get(id)),
  set: (id, session, done) => done(null, ended.set(id, session)),
  destroy: (id, done) => done(null, ended.delete(id)),
};

const application = (clientSecret) =>
  library.auth({
    issuerBaseURL: ISSUER,
    baseURL: APP,
    clientID: 'app',
    clientSecret,
    clientAuthMethod: 'client_secret_basic',
    secret: 'what-the-library-seals-its-own-cookies-with',
    authRequired: false,
    idpLogout: true,
    backchannelLogout: { store },
    routes: { postLogoutRedirect: '/signed-out' },
    authorizationParams: { response_type: 'code', scope: 'openid profile email', response_mode: 'query' },
  });

let signsIn;
let server;
before(async () => {
  const app = express();
  app.use((request, response, next) => signsIn(request, response, next));
  app.get('/', (request, response) => response.json({ claims: request.oidc.user ?? null }));
  app.get('/userinfo', async (request, response) => response.json(await request.oidc.fetchUserInfo()));
  app.get('/refresh', async (request, response) => {
    const before = request.oidc.accessToken.access_token;
    const { access_token } = await request.oidc.accessToken.refresh();
    response.json({ isNew: access_token !== before });
  });
  app.use((error, request, response, _next) => {
    response.status(error.status ?? 500).json({ error: error.error, message: error.message });
  });
  server = app.listen(PORT, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
beforeEach(() => {
  signsIn = application(SECRET);
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function json(guest, path) {
  const response = await guest.request(`${APP}${path}`);
  const body = await response.text();
  assert.equal(response.status, 200, body);
  return JSON.parse(body);
}

async function signIn(guest) {
  const { url, body } = await guest.visit(`${APP}/login`);
  assert.equal(url.href, `${APP}/`, body);
  return JSON.parse(body).claims;
}

test('a person signs in and is known by the ID Token, and by userinfo on demand', async () => {
  const guest = new Guest();
  const claims = await signIn(guest);
  assert.equal(claims.name, PERSON.name);
  assert.equal(claims.email, PERSON.email);
  assert.equal((await json(guest, '/userinfo')).sub, claims.sub);
});

test('a refresh gives a token that opens userinfo', async () => {
  const guest = new Guest();
  const claims = await signIn(guest);
  assert.deepEqual(await json(guest, '/refresh'), { isNew: true });
  assert.equal((await json(guest, '/userinfo')).sub, claims.sub);
});

test('a person signs out at the provider too', async () => {
  const guest = new Guest();
  await signIn(guest);
  const { url } = await guest.visit(`${APP}/logout`, { stop: `${APP}/signed-out` });
  assert.equal(url.href, `${APP}/signed-out`);
  assert.deepEqual(await json(guest, '/'), { claims: null });
});

// OpenID Connect Back-Channel Logout 1.0. Without a hint the person is asked.
test('a sign-out elsewhere ends the application\'s session by the back channel', async () => {
  const guest = new Guest();
  await signIn(guest);
  const { end_session_endpoint: endpoint } = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
  assert.ok(endpoint, 'no end_session_endpoint');
  const { action, fields } = formOf(await guest.visit(endpoint));
  await guest.visit(action, { method: 'POST', form: fields });
  for (const until = Date.now() + PATIENCE; (await json(guest, '/')).claims; await pause(50)) {
    assert.ok(Date.now() < until, 'the session was not ended');
  }
});

// RFC 6749 section 5.2: invalid_client comes with 401 and a challenge, which the library tells
// in place of the code.
test('a wrong secret is told to the operator as a refused authentication', async () => {
  signsIn = application(WRONG_SECRET);
  const { url, status, body } = await new Guest().visit(`${APP}/login`);
  assert.equal(`${url.origin}${url.pathname}`, `${APP}/callback`);
  assert.equal(status, 400, body);
  assert.equal(JSON.parse(body).error, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', body);
});
