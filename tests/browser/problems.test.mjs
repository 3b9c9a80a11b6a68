// What a person sees when something is wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startDemo } from './house.mjs';

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function as(options, act) {
  const guest = await person(browser, demo, options);
  try {
    await act(guest.page, guest);
    assert.deepEqual(guest.complaints, []);
  } finally {
    await demo.switches.heal();
    await guest.context.close();
  }
}

// CONTRIBUTING.md, Decisions: a failed attempt leaves the flow open.
test('while DingTalk is down there is a page, and its retry completes the sign-in later', () =>
  as({}, async (page) => {
    await page.goto(demo.app);
    await page.locator('#sign-in').click();
    await page.locator('#confirm').waitFor();
    await demo.switches.fault('/v1.0/*', 'server_error');
    await chooseAndConfirm(page);
    await page.waitForURL(`${demo.issuer}/**`);
    assert.match(await page.locator('h1').innerText(), /DingTalk is not answering/);
    await demo.switches.heal();
    await page.locator('#retry').click();
    await chooseAndConfirm(page);
    await page.waitForURL(`${demo.app}/`);
    assert.equal(await page.locator('#name').innerText(), '张三');
  }));

// The reference leads an administrator to the log; a missing permission is shown at once.
test('a missing permission is named, with the details open', () =>
  as({}, async (page) => {
    const permission = 'apps/dingsimapp/permissions/Contact.User.Read';
    await demo.switches.call('DELETE', permission);
    try {
      await page.goto(demo.app);
      await page.locator('#sign-in').click();
      await chooseAndConfirm(page);
      await page.waitForURL(`${demo.issuer}/**`);
      await page.getByText('Contact.User.Read', { exact: true }).waitFor({ state: 'visible' });
    } finally {
      await demo.switches.call('PUT', permission);
    }
  }));

// CONTRIBUTING.md, Old attacks: whoever has left can still sign in at DingTalk, and must not here.
test('who is not a member is told so, and the application learns nothing', () =>
  as({}, async (page) => {
    await page.goto(demo.app);
    await page.locator('#sign-in').click();
    await chooseAndConfirm(page, 'zhaoliu');
    await page.waitForURL(`${demo.issuer}/**`);
    assert.match(await page.locator('h1').innerText(), /not a member/);
    await page.goto(demo.app);
    await page.locator('#sign-in').waitFor();
  }));

// RFC 6749 section 4.1.2.1: who is not known is never redirected.
test('an unknown client gets a page of ours that leads nowhere else', () =>
  as({}, async (page) => {
    const elsewhere = 'https://elsewhere.example/callback';
    const query = new URLSearchParams({ client_id: '<b>nobody</b>', response_type: 'code', redirect_uri: elsewhere });
    const answer = await page.goto(`${demo.issuer}/authorize?${query}`);
    assert.equal(answer.status(), 400);
    assert.match(await page.locator('h1').innerText(), /Unknown application/);
    const html = await page.content();
    assert.ok(!html.includes('nobody') && !html.includes('elsewhere.example'), 'nothing of the request is shown');
    await page.locator('#start').click();
    assert.equal(page.url(), `${demo.issuer}/`);
  }));

// Login CSRF: an answer that this browser did not ask for.
test('a callback that another browser asked for is refused on a page', () =>
  as({}, async (victim) => {
    const attacker = await person(browser, demo);
    try {
      await attacker.context.route(`${demo.issuer}/callback/**`, (route) => route.abort());
      await attacker.page.goto(demo.app);
      await attacker.page.locator('#sign-in').click();
      const [callback] = await Promise.all([
        attacker.page.waitForRequest((request) => request.url().startsWith(`${demo.issuer}/callback/`)),
        chooseAndConfirm(attacker.page),
      ]);
      const answer = await victim.goto(callback.url());
      assert.equal(answer.status(), 400);
      assert.match(await victim.locator('h1').innerText(), /no longer valid/);
      const cookies = await victim.context().cookies(demo.issuer);
      assert.ok(!cookies.some(({ name }) => name.includes('session')), 'nobody is signed in');
    } finally {
      await attacker.context.close();
    }
  }));
