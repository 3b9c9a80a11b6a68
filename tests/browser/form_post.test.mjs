// OAuth 2.0 Form Post Response Mode in a real browser, across origins: the broker is on
// 127.0.0.1, the application on localhost.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startBroker, startOtherSite } from './house.mjs';

let site;
let broker;
let browser;
before(async () => {
  site = await startOtherSite();
  broker = await startBroker({ redirect: site.callback });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.stop();
  await site?.stop();
});

const STATE = 'a state & "more" <状态>';

const request = (more = {}) =>
  `${broker.issuer}/authorize?${new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'openid profile',
    redirect_uri: site.callback,
    state: STATE,
    ...more,
  })}`;

async function as(options, act) {
  const guest = await person(browser, broker, { origins: [site.url], ...options });
  try {
    await act(guest.page, guest);
    assert.deepEqual(guest.complaints, []);
  } finally {
    await guest.context.close();
  }
}

async function arrived(page, member) {
  await page.waitForURL(site.callback);
  assert.equal(await page.locator('#method').innerText(), 'POST');
  assert.equal(await page.locator('#state').innerText(), STATE);
  assert.equal(await page.locator('#iss').innerText(), broker.issuer);
  // A client may want to know which site the form comes from.
  assert.equal(await page.locator('#origin').innerText(), broker.issuer);
  assert.ok(await page.locator(`#${member}`).innerText());
}

// Section 2: by itself, after a sign-in and then silently; nothing stands in the URL.
test('an answer posts itself, with and without a session', () =>
  as({}, async (page) => {
    await page.goto(request());
    await chooseAndConfirm(page);
    await arrived(page, 'code');
    await page.goto(request({ prompt: 'none' })).catch(() => {});
    await arrived(page, 'code');
  }));

test('an error posts itself', () =>
  as({}, async (page) => {
    await page.goto(request({ prompt: 'none' })).catch(() => {});
    await arrived(page, 'error');
    assert.equal(await page.locator('#error').innerText(), 'login_required');
  }));

test('without script a button posts it', () =>
  as({ javaScriptEnabled: false }, async (page) => {
    await page.goto(request());
    await chooseAndConfirm(page);
    await page.waitForURL(`${broker.issuer}/**`);
    await page.locator('#go').click();
    await arrived(page, 'code');
  }));

// The way back from a page in between is a form, too.
test('who refuses and goes back brings the error in a body', () =>
  as({}, async (page) => {
    await page.goto(request());
    await page.locator('#deny').click();
    await page.waitForURL(`${broker.issuer}/**`);
    await page.locator('#back').click();
    await page.waitForURL(site.callback);
    assert.equal(await page.locator('#error').innerText(), 'access_denied');
  }));
