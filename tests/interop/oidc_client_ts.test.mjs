// oidc-client-ts (npm) in Chromium: a page without a server, as a public client with PKCE.
// The page is on another origin than the broker, so that all it asks for needs CORS.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PATIENCE, launch } from '../browser/house.mjs';
import { APP, ISSUER, PERSON, PORT } from './guest.mjs';

const library = readFileSync(new URL('./node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url));
const page = `<!doctype html><html lang="en"><title>a page</title><link rel="icon" href="data:,">
<script src="/library.js"></script>
<script>
  const settings = {
    authority: ${JSON.stringify(ISSUER)},
    client_id: 'page',
    redirect_uri: location.origin + '/callback',
    post_logout_redirect_uri: location.origin + '/signed-out',
    scope: 'openid profile email',
    loadUserInfo: true,
    automaticSilentRenew: false,
    revokeTokensOnSignout: true,
    userStore: new oidc.WebStorageStateStore({ store: window.localStorage }),
  };
  window.manager = new oidc.UserManager(settings);
  window.keep = (user) => user && { ...user, expired: user.expired };
  window.told = (error) => ({ name: error.name, error: error.error, message: error.message, expired: false });
</script>`;

let server;
let browser;
before(async () => {
  server = createServer((request, response) => {
    const isLibrary = request.url === '/library.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isLibrary ? library : page);
  });
  await new Promise((resolve) => server.listen(PORT, '127.0.0.1', resolve));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server.close();
  server.closeAllConnections();
});

// Opens the page in a browser of its own, in which nothing may be complained of.
async function open(act) {
  const context = await browser.newContext({ locale: 'en-US' });
  context.setDefaultTimeout(PATIENCE);
  const complaints = [];
  const asked = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  try {
    const tab = await context.newPage();
    await tab.goto(`${APP}/`);
    await act(tab, { complaints, asked });
  } finally {
    await context.close();
  }
}

// Lets the library send the page away by `act`, and waits until it is at `goal`.
async function leave(tab, act, goal) {
  const stays = new Promise((_, reject) => {
    // A page that has gone can't say how the call ended.
    tab.evaluate(act).catch((error) => /destroyed|navigation/.test(error.message) || reject(error));
  });
  await Promise.race([tab.waitForURL(goal), stays]);
}

// Signs in by a redirect there and back; the library's record of it.
async function signIn(tab) {
  const act = () => window.manager.signinRedirect({ state: { from: '/reports' }, nonce: crypto.randomUUID() });
  await leave(tab, act, `${APP}/callback?**`);
  return tab.evaluate(async () => window.keep(await window.manager.signinRedirectCallback()));
}

test('a page signs a person in, and knows them by userinfo', () =>
  open(async (tab, { complaints, asked }) => {
    const user = await signIn(tab);
    assert.equal(user.profile.iss, ISSUER);
    assert.equal(user.profile.name, PERSON.name);
    assert.equal(user.profile.email, PERSON.email);
    assert.deepEqual(user.state, { from: '/reports' });
    assert.ok(asked.includes('GET /userinfo'), asked.join('\n'));
    assert.deepEqual(complaints, []);
  }));

test('a page stays signed in by its refresh token, again and again', () =>
  open(async (tab, { complaints, asked }) => {
    const first = await signIn(tab);
    assert.ok(first.refresh_token, 'no refresh_token');
    for (let round = 0; round < 3; round += 1) {
      const before = await tab.evaluate(async () => window.keep(await window.manager.getUser()));
      const after = await tab.evaluate(async () => window.keep(await window.manager.signinSilent()));
      assert.notEqual(after.access_token, before.access_token);
      assert.notEqual(after.refresh_token, before.refresh_token);
      assert.equal(after.profile.sub, first.profile.sub);
    }
    assert.equal(asked.filter((line) => line.endsWith('/authorize')).length, 1, asked.join('\n'));
    assert.deepEqual(complaints, []);
  }));

test('two tabs that refresh at once stay signed in both', () =>
  open(async (tab, { complaints }) => {
    await signIn(tab);
    const other = await tab.context().newPage();
    await other.goto(`${APP}/`);
    // Neither goes on before both have sent the same token.
    const held = [];
    await tab.context().route('**/token', (route) => {
      held.push(route);
      if (held.length === 2) for (const one of held) one.continue();
    });
    const renew = (one) => one.evaluate(async () => window.keep(await window.manager.signinSilent()));
    const [here, there] = await Promise.all([renew(tab), renew(other)]);
    assert.equal(here.refresh_token, there.refresh_token);
    await tab.context().unroute('**/token');
    assert.ok((await renew(other)).access_token);
    assert.deepEqual(complaints, []);
  }));

test('a page signs out: its tokens are revoked, and the next sign-in is not silent', () =>
  open(async (tab, { complaints, asked }) => {
    await signIn(tab);
    await leave(tab, () => window.manager.signoutRedirect({ state: 'away' }), `${APP}/signed-out?**`);
    const { pathname } = new URL((await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json()).revocation_endpoint);
    assert.ok(asked.includes(`POST ${pathname}`), asked.join('\n'));
    const answer = await tab.evaluate(async () => (await window.manager.signoutRedirectCallback()).userState);
    assert.equal(answer, 'away');
    await leave(tab, () => window.manager.signinRedirect({ prompt: 'none' }), `${APP}/callback?**`);
    const thrown = await tab.evaluate(() => window.manager.signinRedirectCallback().then(() => null, window.told));
    assert.equal(thrown.error, 'login_required');
    assert.deepEqual(complaints, []);
  }));

// The page has to be able to read an error, too.
test('a code that is not ours is invalid_grant, and the page can read it', () =>
  open(async (tab) => {
    await leave(tab, () => window.manager.signinRedirect(), `${APP}/callback?**`);
    const thrown = await tab.evaluate(() => {
      const address = new URL(location);
      address.searchParams.set('code', 'x'.repeat(43));
      return window.manager.signinRedirectCallback(address.href).then(() => null, window.told);
    });
    assert.equal(thrown.error, 'invalid_grant', JSON.stringify(thrown));
  }));
