// Auth.js (@auth/core, npm), with its routes under /auth as in any framework, refreshing and
// signing out as its guides say.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Auth } from '@auth/core';
import { getToken } from '@auth/core/jwt';
import { APP, Guest, ISSUER, KEY, PERSON, PORT, SECRET, WRONG_SECRET } from './guest.mjs';

const secret = 'what-auth-js-seals-its-own-cookies-with';
const clientSecret = { value: SECRET };
// Whether the application takes its access token for expired.
let isExpired = false;
let complaints = [];

let metadata;
let key;

// The guide "refresh token rotation".
async function refresh(token) {
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'app',
      client_secret: SECRET,
      grant_type: 'refresh_token',
      refresh_token: token.refresh_token,
    }),
  });
  const answer = await response.json();
  if (!response.ok) return { ...token, error: answer.error };
  return { ...token, access_token: answer.access_token, refresh_token: answer.refresh_token ?? token.refresh_token };
}

const provider = { name: 'dingpass', type: 'oidc', issuer: ISSUER, checks: ['pkce', 'state', 'nonce'] };

const settings = () => ({
  basePath: '/auth',
  secret,
  trustHost: true,
  providers: [
    { ...provider, id: 'dingpass', clientId: 'app', clientSecret: clientSecret.value },
    {
      ...provider,
      id: 'by-key',
      clientId: 'by-key',
      client: { token_endpoint_auth_method: 'private_key_jwt' },
      token: { clientPrivateKey: { key, kid: 'one' } },
    },
  ],
  callbacks: {
    jwt({ token, account }) {
      if (account) {
        const { access_token, refresh_token, id_token } = account;
        return { ...token, access_token, refresh_token, id_token };
      }
      return isExpired ? refresh(token) : token;
    },
    session: ({ session, token }) => ({ ...session, access_token: token.access_token, error: token.error }),
  },
  logger: { error: (error) => complaints.push(error), warn: () => {}, debug: () => {} },
});

// The guide's sign-out: from the application's session to the provider's.
async function signOut(request) {
  const token = await getToken({ req: request, secret });
  const address = new URL(metadata.end_session_endpoint);
  address.search = new URLSearchParams({
    id_token_hint: token.id_token,
    post_logout_redirect_uri: `${APP}/signed-out`,
  });
  return Response.redirect(address, 303);
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/auth/')) return Auth(request, settings());
  if (pathname === '/sign-out') return signOut(request);
  return new Response(`the application's ${pathname}`);
}

let server;
before(async () => {
  metadata = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
  key = await crypto.subtle.importKey('jwk', KEY, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = request.method === 'POST' ? Buffer.concat(chunks) : undefined;
    const { method, headers } = request;
    const answered = await answer(new Request(new URL(request.url, APP), { method, headers, body })).catch(
      (error) => new Response(error.stack, { status: 500 }),
    );
    response.writeHead(answered.status, [...answered.headers].flat());
    response.end(Buffer.from(await answered.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(PORT, '127.0.0.1', resolve));
});
after(() => {
  server.close();
  server.closeAllConnections();
});

const json = async (guest, path) => (await guest.request(`${APP}${path}`)).json();

// Presses the button of Auth.js's own page; where the guest ends.
async function signIn(guest, id = 'dingpass') {
  const { csrfToken } = await json(guest, '/auth/csrf');
  const form = { csrfToken, callbackUrl: `${APP}/home` };
  return guest.visit(`${APP}/auth/signin/${id}`, { method: 'POST', form });
}

test('a person signs in, and the session has name, mail address and picture', async () => {
  const guest = new Guest();
  const { url } = await signIn(guest);
  assert.equal(url.href, `${APP}/home`, String(complaints[0]?.cause?.err ?? complaints[0]));
  const { user } = await json(guest, '/auth/session');
  assert.equal(user.name, PERSON.name);
  assert.equal(user.email, PERSON.email);
  assert.match(user.image, /^https:/);
});

// RFC 7523 section 3: the library names both the issuer and the token endpoint as audience.
test('a client authenticates by a signed assertion', async () => {
  const guest = new Guest();
  complaints = [];
  const { url } = await signIn(guest, 'by-key');
  assert.equal(url.href, `${APP}/home`, complaints[0]?.cause?.err?.stack);
  assert.equal((await json(guest, '/auth/session')).user.name, PERSON.name);
});

test('the session is kept alive by a refresh, and its token opens userinfo', async () => {
  const guest = new Guest();
  await signIn(guest);
  const before = await json(guest, '/auth/session');
  isExpired = true;
  const after = await json(guest, '/auth/session').finally(() => (isExpired = false));
  assert.equal(after.error, undefined);
  assert.notEqual(after.access_token, before.access_token);
  const headers = { authorization: `Bearer ${after.access_token}` };
  const userinfo = await (await fetch(metadata.userinfo_endpoint, { headers })).json();
  assert.equal(userinfo.email, PERSON.email);
});

test('a person signs out at the provider too', async () => {
  const guest = new Guest();
  await signIn(guest);
  const { url, body } = await guest.visit(`${APP}/sign-out`);
  assert.equal(url.href, `${APP}/signed-out`, body);
  isExpired = true;
  const session = await json(guest, '/auth/session').finally(() => (isExpired = false));
  assert.equal(session.error, 'invalid_grant');
});

test('a wrong secret is told to the operator as invalid_client', async () => {
  complaints = [];
  clientSecret.value = WRONG_SECRET;
  const { url } = await signIn(new Guest()).finally(() => (clientSecret.value = SECRET));
  assert.equal(url.pathname, '/auth/error');
  const [{ cause }] = complaints;
  // The answer has a WWW-Authenticate, which the library reads first.
  assert.equal(cause.err.code, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', cause.err.stack);
  assert.equal(cause.err.status, 401);
  assert.equal((await cause.err.response.json()).error, 'invalid_client');
});
