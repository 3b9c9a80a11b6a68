// openid-client 6 (npm), which refuses what the specs don't allow: a server-side application,
// one that authenticates by a key, and a machine.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as client from 'openid-client';
import { APP, Guest, ISSUER, KEY, PERSON, SECRET, WRONG_SECRET, formOf } from './guest.mjs';

const CALLBACK = `${APP}/callback`;
// The library refuses http, also on loopback, unless it is told.
const options = { execute: [client.allowInsecureRequests] };

const discover = (id, authentication) => client.discovery(new URL(ISSUER), id, {}, authentication, options);

// Sends a guest through the authorization endpoint; the answer's address and its checks.
async function authorize(config, guest, more = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  if (!String(more?.prompt).includes('consent')) {
    const { url } = await guest.visit(address, { stop: CALLBACK });
    return { url, checks };
  }
  const question = formOf(await guest.visit(address));
  const form = { ...question.fields, decision: 'allow' };
  const { url } = await guest.visit(question.action, { stop: CALLBACK, method: 'POST', form });
  return { url, checks };
}

async function signIn(config, guest, more) {
  const { url, checks } = await authorize(config, guest, more);
  return client.authorizationCodeGrant(config, url, checks);
}

const refusal = (error, status) => (thrown) => {
  assert.equal(thrown.error, error, thrown.stack);
  if (status) assert.equal(thrown.status, status);
  return true;
};

let config;
before(async () => {
  config = await discover('app', client.ClientSecretBasic(SECRET));
});

test('the metadata is accepted and promises what the library can use', () => {
  const metadata = config.serverMetadata();
  assert.equal(metadata.issuer, ISSUER);
  assert.equal(metadata.supportsPKCE(), true);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  for (const grant of ['authorization_code', 'refresh_token', 'client_credentials']) {
    assert.ok(metadata.grant_types_supported.includes(grant), grant);
  }
  for (const method of ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']) {
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes(method), method);
  }
});

test('a person signs in, and userinfo is about the same person', async () => {
  const tokens = await signIn(config, new Guest());
  const claims = tokens.claims();
  assert.equal(claims.iss, ISSUER);
  assert.equal(claims.aud, 'app');
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.partialDeepStrictEqual?.(userinfo, PERSON);
  assert.equal(userinfo.name, PERSON.name);
  assert.equal(userinfo.email, PERSON.email);
});

test('the secret is accepted in the body too', async () => {
  const tokens = await signIn(await discover('app', client.ClientSecretPost(SECRET)), new Guest());
  assert.ok(tokens.claims().sub);
});

test('the library\'s checks of an ID Token by its signature hold', async () => {
  const strict = await discover('app', client.ClientSecretBasic(SECRET));
  client.enableNonRepudiationChecks(strict);
  const tokens = await signIn(strict, new Guest());
  assert.ok(tokens.claims().sub);
});

for (const alg of ['ES256', 'PS256', 'EdDSA']) {
  test(`ID Tokens are signed by ${alg} where the application asks for it`, async () => {
    const metadata = { id_token_signed_response_alg: alg };
    const authentication = client.ClientSecretBasic(SECRET);
    const strict = await client.discovery(new URL(ISSUER), alg.toLowerCase(), metadata, authentication, options);
    client.enableNonRepudiationChecks(strict);
    const tokens = await signIn(strict, new Guest());
    assert.equal(JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url')).alg, alg);
    const later = await client.refreshTokenGrant(strict, tokens.refresh_token);
    assert.equal(later.claims().sub, tokens.claims().sub);
    const other = await client.discovery(new URL(ISSUER), 'app', metadata, authentication, options);
    await assert.rejects(signIn(other, new Guest()), ({ cause }) => /"alg"/.test(cause.message));
  });
}

test('an answer by form_post is accepted', async () => {
  const guest = new Guest();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const page = await guest.visit(
    client.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      response_mode: 'form_post',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    }),
  );
  const { action, fields } = formOf(page);
  assert.equal(action.href, CALLBACK);
  const answer = new Request(CALLBACK, { method: 'POST', body: new URLSearchParams(fields) });
  const tokens = await client.authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState });
  assert.ok(tokens.claims().sub);
});

test('a client authenticates by a signed assertion', async () => {
  const key = await crypto.subtle.importKey('jwk', KEY, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const byKey = await discover('by-key', client.PrivateKeyJwt({ key, kid: 'one' }));
  const guest = new Guest();
  const tokens = await signIn(byKey, guest);
  assert.equal(tokens.claims().aud, 'by-key');
  const again = await client.refreshTokenGrant(byKey, tokens.refresh_token);
  assert.ok(again.access_token);
});

test('a refresh gives tokens that work, about the same sign-in', async () => {
  const tokens = await signIn(config, new Guest());
  assert.ok(tokens.refresh_token, 'no refresh_token');
  const later = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(later.access_token, tokens.access_token);
  const [before, after] = [tokens.claims(), later.claims()];
  assert.deepEqual([after.sub, after.aud, after.auth_time], [before.sub, before.aud, before.auth_time]);
  const userinfo = await client.fetchUserInfo(config, later.access_token, before.sub);
  assert.equal(userinfo.email, PERSON.email);
  const third = await client.refreshTokenGrant(config, later.refresh_token ?? tokens.refresh_token);
  assert.ok(third.access_token);
});

test('offline_access is granted when the person is asked', async () => {
  const tokens = await signIn(config, new Guest(), { scope: 'openid offline_access', prompt: 'consent' });
  assert.ok(tokens.scope === undefined || tokens.scope.split(' ').includes('offline_access'));
  assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token);
});

test('introspection tells a living token from a revoked one', async () => {
  const tokens = await signIn(config, new Guest());
  const living = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(living.active, true);
  assert.equal(living.client_id, 'app');
  assert.equal(living.sub, tokens.claims().sub);
  await client.tokenRevocation(config, tokens.access_token);
  const revoked = await client.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual(revoked, { active: false });
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, living.sub), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].parameters.error, 'invalid_token');
    return true;
  });
});

test('a revoked refresh token refreshes nothing', async () => {
  const tokens = await signIn(config, new Guest());
  await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), refusal('invalid_grant', 400));
});

test('a machine gets a token for itself', async () => {
  const machine = await discover('machine', client.ClientSecretBasic(SECRET));
  const tokens = await client.clientCredentialsGrant(machine);
  assert.equal(tokens.token_type, 'bearer');
  assert.equal(tokens.refresh_token, undefined);
  assert.equal((await client.tokenIntrospection(machine, tokens.access_token)).active, true);
});

test('a person signs out, comes back with the state, and is not signed in silently', async () => {
  const guest = new Guest();
  const tokens = await signIn(config, guest);
  const silent = await signIn(config, guest, { prompt: 'none' });
  assert.equal(silent.claims().sub, tokens.claims().sub);
  const { url } = await guest.visit(
    client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${APP}/signed-out`,
      state: 'away',
    }),
    { stop: APP },
  );
  assert.equal(url.href, `${APP}/signed-out?state=away`);
  const answer = await authorize(config, guest, { prompt: 'none' });
  await assert.rejects(client.authorizationCodeGrant(config, answer.url, answer.checks), refusal('login_required'));
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), refusal('invalid_grant', 400));
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
});

// RFC 6749 section 5.2
test('a wrong secret is invalid_client, and the code stays good for the right one', async () => {
  const { url, checks } = await authorize(config, new Guest());
  for (const method of [client.ClientSecretBasic, client.ClientSecretPost]) {
    const wrong = await discover('app', method(WRONG_SECRET));
    const thrown = await client.authorizationCodeGrant(wrong, url, checks).catch((error) => error);
    assert.equal(thrown.status, 401, thrown.stack);
    // Where the answer has a WWW-Authenticate, the library reads that alone.
    const { error } = thrown.code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' ? await thrown.response.json() : thrown;
    assert.equal(error, 'invalid_client');
  }
  assert.ok((await client.authorizationCodeGrant(config, url, checks)).claims().sub);
});

test('a code is good once, by the library\'s reading of the error too', async () => {
  const { url, checks } = await authorize(config, new Guest());
  await client.authorizationCodeGrant(config, url, checks);
  await assert.rejects(client.authorizationCodeGrant(config, url, checks), refusal('invalid_grant', 400));
});
