// openid-client 5 (npm), used as NocoBase's plugin uses it and by the book: no PKCE and no
// nonce there, a time limit of 3.5 seconds, no clock tolerance.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Issuer, generators } from 'openid-client-5';
import { APP, Guest, ISSUER, KEY, PERSON, SECRET, WRONG_SECRET, formOf } from './guest.mjs';

const CALLBACK = `${APP}/callback`;
const NOCOBASE = {
  nickname: '三哥',
  username: PERSON.preferred_username,
  name: PERSON.name,
  email: PERSON.email,
  phone: '13900001001',
};

let issuer;
before(async () => {
  issuer = await Issuer.discover(ISSUER);
});

const application = (more = {}) =>
  new issuer.Client({
    client_id: 'app',
    client_secret: SECRET,
    redirect_uris: [CALLBACK],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
    ...more,
  });

// Sends a guest through the authorization endpoint; what came back to the application.
async function authorize(client, guest, more = {}) {
  const address = client.authorizationUrl({ scope: 'openid profile email', ...more });
  const { url } = await guest.visit(address, { stop: CALLBACK });
  return client.callbackParams(url.href);
}

// The parameters of a request with PKCE, and the proof for later.
function challenge() {
  const code_verifier = generators.codeVerifier();
  const code_challenge = generators.codeChallenge(code_verifier);
  return [code_verifier, { code_challenge, code_challenge_method: 'S256' }];
}

async function signIn(client, guest, more) {
  const [code_verifier, request] = challenge();
  const parameters = await authorize(client, guest, { ...request, ...more });
  return client.callback(CALLBACK, parameters, { code_verifier });
}

const refusal = (error, status) => (thrown) => {
  assert.equal(thrown.error, error, thrown.stack);
  if (status) assert.equal(thrown.response.statusCode, status);
  return true;
};

// The state is encoded by the plugin before the library encodes it again, and the callback's
// path has a colon. The plugin passes on no checks.
test('NocoBase\'s plugin signs a person in, its state untouched, by each way to ask userinfo', async () => {
  const callback = `${APP}/api/oidc:redirect`;
  const client = application({ client_id: 'nocobase', redirect_uris: [callback] });
  const state = encodeURIComponent('token=Zf3kQ9b1xV7sLmA&name=dingtalk&app=main&redirect=/admin/x');
  const request = client.authorizationUrl({ scope: 'openid email profile phone', state });
  const { url } = await new Guest().visit(request, { stop: callback });
  const { code, iss, state: back } = client.callbackParams(url.href);
  assert.equal(back, state);
  const tokens = await client.callback(callback, { code, iss }, {}, { exchangeBody: {} });
  for (const options of [{}, { method: 'POST' }, { method: 'POST', via: 'body' }]) {
    const userinfo = await client.userinfo(tokens.access_token, options);
    assert.equal(userinfo.sub, tokens.claims().sub);
    const { nickname, username, name, email, phone } = userinfo;
    assert.deepEqual({ nickname, username, name, email, phone }, NOCOBASE);
  }
});

// A fork of the plugin sends its address bar and no hint: the person is asked first.
test('NocoBase\'s fork signs a person out after a question, and gets its query back', async () => {
  const callback = `${APP}/api/oidc:redirect`;
  const client = application({ client_id: 'nocobase', redirect_uris: [callback] });
  const guest = new Guest();
  await guest.visit(client.authorizationUrl({ scope: 'openid' }), { stop: callback });
  const back = `${APP}/signin?redirect=%2Fadmin%2Fx`;
  const address = new URL(issuer.metadata.end_session_endpoint);
  address.search = new URLSearchParams({ client_id: 'nocobase', post_logout_redirect_uri: back });
  const { action, fields } = formOf(await guest.visit(address));
  const { url } = await guest.visit(action, { method: 'POST', form: fields, stop: APP });
  assert.equal(url.href, back);
});

test('a person signs in with PKCE, nonce, state and max_age checked', async () => {
  const client = application({ default_max_age: 3600, require_auth_time: true });
  const [code_verifier, request] = challenge();
  const [state, nonce] = [generators.state(), generators.nonce()];
  const parameters = await authorize(client, new Guest(), {
    ...request,
    state,
    nonce,
    max_age: 3600,
  });
  const checks = { code_verifier, state, nonce, max_age: 3600, response_type: 'code' };
  const tokens = await client.callback(CALLBACK, parameters, checks);
  assert.equal(tokens.claims().nonce, nonce);
});

test('an issuer written as the metadata\'s address is found too', async () => {
  const found = await Issuer.discover(`${ISSUER}/.well-known/openid-configuration`);
  assert.equal(found.issuer, ISSUER);
  assert.equal((await Issuer.discover(`${ISSUER}/.well-known/oauth-authorization-server`)).issuer, ISSUER);
});

test('a client authenticates by a signed assertion', async () => {
  const { client_secret: _, ...members } = application({
    client_id: 'by-key',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
  }).metadata;
  const client = new issuer.Client(members, { keys: [{ ...KEY, kid: 'one', alg: 'ES256', use: 'sig' }] });
  const tokens = await signIn(client, new Guest());
  assert.equal(tokens.claims().aud, 'by-key');
});

test('a refresh gives tokens that work, about the same sign-in', async () => {
  const client = application();
  const tokens = await signIn(client, new Guest());
  // Compares subject, nonce and the rest with the ID Token before.
  const later = await client.refresh(tokens);
  assert.notEqual(later.access_token, tokens.access_token);
  assert.equal(later.claims().auth_time, tokens.claims().auth_time);
  assert.equal((await client.userinfo(later)).email, PERSON.email);
});

test('a machine gets a token for itself, and introspection tells when it was revoked', async () => {
  const client = new issuer.Client({ client_id: 'machine', client_secret: SECRET });
  const { access_token } = await client.grant({ grant_type: 'client_credentials' });
  assert.equal((await client.introspect(access_token)).active, true);
  await client.revoke(access_token);
  assert.deepEqual(await client.introspect(access_token), { active: false });
});

test('a person signs out, comes back with the state, and is not signed in silently', async () => {
  const client = application();
  const guest = new Guest();
  const tokens = await signIn(client, guest);
  const address = client.endSessionUrl({
    id_token_hint: tokens,
    post_logout_redirect_uri: `${APP}/signed-out`,
    state: 'away',
  });
  const { url } = await guest.visit(address, { stop: APP });
  assert.equal(url.href, `${APP}/signed-out?state=away`);
  await assert.rejects(signIn(client, guest, { prompt: 'none' }), refusal('login_required'));
  await assert.rejects(client.refresh(tokens.refresh_token), refusal('invalid_grant', 400));
  await assert.rejects(client.userinfo(tokens), refusal('invalid_token', 401));
});

// RFC 6749 section 5.2
test('a wrong secret is invalid_client, and the code stays good for the right one', async () => {
  const [code_verifier, more] = challenge();
  const parameters = await authorize(application(), new Guest(), more);
  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post']) {
    const wrong = application({ client_secret: WRONG_SECRET, token_endpoint_auth_method });
    await assert.rejects(wrong.callback(CALLBACK, parameters, { code_verifier }), refusal('invalid_client', 401));
  }
  assert.ok((await application().callback(CALLBACK, parameters, { code_verifier })).claims().sub);
});
