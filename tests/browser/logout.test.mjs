// Signing out, as a browser does it: forms and frames across sites. The applications are on
// `localhost`, which is another site than the broker's 127.0.0.1.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, SECRET, startBroker, startDemo } from './house.mjs';

// An application that remembers what it was asked. `/front` is its front-channel address.
async function startApplication() {
  const asked = [];
  let front = (response) => response.end('<!doctype html><title>out</title>');
  const server = createServer((request, response) => {
    const at = new URL(request.url, 'http://localhost');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    asked.push(at);
    if (at.pathname === '/front') return front(response);
    response.end('<!doctype html><html lang="en"><title>app</title><link rel="icon" href="data:,"><h1 id="app">app</h1>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${server.address().port}`;
  return {
    url,
    of: (pathname) => asked.filter((at) => at.pathname === pathname),
    forget: () => asked.splice(0),
    answersFrontWith: (how) => {
      front = how;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const plain = (response) => response.end('<!doctype html><title>out</title>');

let browser;
let demo;
let one;
let two;
let broker;
before(async () => {
  one = await startApplication();
  two = await startApplication();
  broker = await startBroker({
    redirect: `${one.url}/callback`,
    client: `post_logout_redirect_uris = ["${one.url}/after"]\nfrontchannel_logout_uri = "${one.url}/front"`,
    more: `[[clients]]
client_id = "two"
client_secret = "${SECRET}"
client_name = "Two"
redirect_uris = ["${two.url}/callback"]
scope = "openid profile"
require_pkce = false
frontchannel_logout_uri = "${two.url}/front"
[[clients]]
client_id = "plain"
client_secret = "${SECRET}"
redirect_uris = ["${one.url}/callback"]
scope = "openid profile"
require_pkce = false
post_logout_redirect_uris = ["${one.url}/after"]
`,
  });
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  await broker?.stop();
  await one?.stop();
  await two?.stop();
});

// A guest with a browser of their own, in which nothing may be complained of.
async function as(options, act) {
  const house = { origins: [...broker.origins, ...demo.origins, one.url, two.url] };
  const guest = await person(browser, house, options);
  for (const app of [one, two]) {
    app.forget();
    app.answersFrontWith(plain);
  }
  try {
    await act(guest.page, guest);
    assert.deepEqual(guest.complaints, []);
  } finally {
    await guest.context.close();
  }
}

// Signs in with a client; returns the ID Token. The second client finds the session.
async function signIn(page, id = 'demo', app = one) {
  const redirect = `${app.url}/callback`;
  const query = new URLSearchParams({
    client_id: id,
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: redirect,
  });
  await page.goto(`${broker.issuer}/authorize?${query}`);
  if (!page.url().startsWith(redirect)) {
    await chooseAndConfirm(page);
    await page.waitForURL(`${redirect}*`);
  }
  const answer = await fetch(`${broker.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(page.url()).searchParams.get('code'),
      redirect_uri: redirect,
    }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).id_token;
}

const logout = (parameters) => `${broker.issuer}/logout?${new URLSearchParams(parameters)}`;

async function isSignedIn(page) {
  const query = new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    redirect_uri: `${one.url}/callback`,
  });
  await page.goto(`${broker.issuer}/authorize?${query}`);
  return new URL(page.url()).searchParams.has('code');
}

// RP-Initiated Logout section 3. `form-action` covers the redirect after the form.
test('the confirm page signs out and leads across sites to the application', () =>
  as({}, async (page) => {
    await signIn(page, 'plain');
    const request = { client_id: 'plain', post_logout_redirect_uri: `${one.url}/after`, state: 's' };
    await page.goto(logout(request));
    assert.equal(await isSignedIn(page), true);
    await page.goto(logout(request));
    await page.locator('#sign-out').click();
    await page.waitForURL(`${one.url}/after?state=s`);
    assert.equal(await isSignedIn(page), false);
  }));

// Front-Channel Logout section 3, across sites.
test('each application is told in a frame, and the browser goes on as soon as all have answered', () =>
  as({}, async (page) => {
    const hint = await signIn(page);
    await signIn(page, 'two', two);
    // The page's clock stands: what leads on is the answers, and not its five seconds.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1_000);
    await page.goto(logout({ id_token_hint: hint, post_logout_redirect_uri: `${one.url}/after`, state: 's' }));
    await page.waitForURL(`${one.url}/after?state=s`);
    const { sid } = JSON.parse(Buffer.from(hint.split('.')[1], 'base64url'));
    for (const app of [one, two]) {
      const [told, ...more] = app.of('/front');
      assert.equal(more.length, 0);
      assert.equal(told.searchParams.get('iss'), broker.issuer);
      assert.equal(told.searchParams.get('sid'), sid);
    }
    // The page is not in the history: going back does not sign out again.
    assert.equal(await isSignedIn(page), false);
  }));

// The wait is bounded.
test('an application that hangs holds nobody up for longer than five seconds', () =>
  as({}, async (page) => {
    const hint = await signIn(page);
    one.answersFrontWith(() => {});
    const begun = Date.now();
    await page.goto(logout({ id_token_hint: hint, post_logout_redirect_uri: `${one.url}/after` }), { waitUntil: 'commit' });
    await page.locator('#back').waitFor();
    await page.waitForURL(`${one.url}/after`);
    const taken = Date.now() - begun;
    assert.ok(taken >= 4_500, `${taken} ms`);
  }));

test('without script the browser goes on after the same time', () =>
  as({ javaScriptEnabled: false }, async (page) => {
    const hint = await signIn(page);
    await page.goto(logout({ id_token_hint: hint, post_logout_redirect_uri: `${one.url}/after` }));
    await page.waitForURL(`${one.url}/after`);
    assert.equal(one.of('/front').length, 1);
  }));

// A frame must not take the page over.
test('a frame can neither move the page nor be shown as the broker', () =>
  as({}, async (page, guest) => {
    const hint = await signIn(page);
    one.answersFrontWith((response) => {
      response.end('<!doctype html><title>x</title><script>try { top.location = "/stolen"; } catch {}</script>');
    });
    await page.goto(logout({ id_token_hint: hint }));
    await page.locator('h1', { hasText: 'You are signed out' }).waitFor();
    assert.equal(one.of('/front').length, 1);
    assert.equal(one.of('/stolen').length, 0);
    assert.ok(page.url().startsWith(broker.issuer));
    // Chromium says on the console that it forbade that.
    const forbidden = guest.complaints.splice(0);
    assert.ok(forbidden.every((it) => /navigat|sandbox/i.test(it)), `${forbidden}`);
  }));

// Login and logout CSRF: SameSite=Lax, the sealed form, the Origin.
test('a form of another site ends no session', () =>
  as({}, async (page) => {
    await signIn(page);
    for (const where of ['/logout', '/logout/confirm']) {
      await page.goto(`${one.url}/`);
      await page.evaluate((action) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = action;
        form.append(Object.assign(document.createElement('input'), { name: 'confirm', value: 'x' }));
        document.body.append(form);
        form.submit();
      }, `${broker.issuer}${where}`);
      await page.waitForURL(`${broker.issuer}/logout**`);
      await page.locator('h1').waitFor();
      assert.equal(await isSignedIn(page), true, where);
    }
  }));

// The sample application: by its button, and told by the back channel.
test('the sample application signs out, and the next sign-in passes through DingTalk', () =>
  as({}, async (page) => {
    const toApplication = async () => {
      await page.goto(demo.app);
      await page.locator('#sign-in').click();
      await chooseAndConfirm(page);
      await page.waitForURL(`${demo.app}/`);
      await page.locator('#name').waitFor();
    };
    await toApplication();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${demo.app}/`);
    await page.locator('#sign-in').waitFor();
    // chooseAndConfirm waits for DingTalk's page.
    await toApplication();
    await page.goto(`${demo.issuer}/logout`);
    await page.locator('#sign-out').click();
    await page.locator('h1', { hasText: 'You are signed out' }).waitFor();
    for (let tries = 0; ; tries += 1) {
      await page.goto(demo.app);
      if (await page.locator('#sign-in').count()) break;
      assert.ok(tries < 100, 'the application was not told');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }));
