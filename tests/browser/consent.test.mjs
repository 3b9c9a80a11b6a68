// The question for consent in a real browser, across origins: Chromium holds the redirect
// that follows a form against form-action, which would silently kill "Allow".

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startBroker, startOtherSite } from './house.mjs';

let site;
let broker;
let browser;
before(async () => {
  site = await startOtherSite();
  broker = await startBroker({
    redirect: site.callback,
    client: `consent = "ask"\nlogo_uri = "${site.url}/logo.svg"\npolicy_uri = "${site.url}/privacy"`,
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.stop();
  await site?.stop();
});

const request = (more = {}) =>
  `${broker.issuer}/authorize?${new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: site.callback,
    state: 'a-state',
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

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';
  for (const mode of ['query', 'form_post']) {
    const arrived = async (page, member) => {
      if (mode === 'form_post' && !javaScriptEnabled) await page.locator('#go').click();
      await page.waitForURL(`${site.callback}**`);
      assert.equal(await page.locator('#method').innerText(), mode === 'query' ? 'GET' : 'POST');
      assert.equal(await page.locator('#state').innerText(), 'a-state');
      assert.ok(await page.locator(`#${member}`).innerText());
    };
    const asked = () => request({ response_mode: mode, prompt: 'consent' });

    test(`"Allow" leads to the application by ${mode}, ${how}`, () =>
      as({ javaScriptEnabled }, async (page) => {
        await page.goto(asked());
        await chooseAndConfirm(page);
        await page.locator('#allow').click();
        await arrived(page, 'code');
      }));

    test(`"Refuse" leads to the application by ${mode}, ${how}`, () =>
      as({ javaScriptEnabled }, async (page) => {
        await page.goto(asked());
        await chooseAndConfirm(page);
        await page.locator('#refuse').click();
        await arrived(page, 'error');
        assert.equal(await page.locator('#error').innerText(), 'access_denied');
      }));
  }
}

// OIDC Registration section 2: the picture comes from the client's own address.
test('the logo is shown, and the person and the values are', () =>
  as({}, async (page) => {
    await page.goto(request({ prompt: 'consent' }));
    await chooseAndConfirm(page, 'lisi');
    await page.locator('#allow').waitFor();
    const logo = page.locator('.logo img');
    await logo.evaluate((image) => image.decode());
    assert.ok(await logo.evaluate((image) => image.naturalWidth > 0));
    assert.match(await page.locator('main').innerText(), /李四/);
  }));

test('another account can be used from the question', () =>
  as({}, async (page) => {
    await page.goto(request({ prompt: 'consent' }));
    await chooseAndConfirm(page);
    await page.locator('#other').click();
    await chooseAndConfirm(page, 'lina');
    await page.locator('#allow').waitFor();
    assert.match(await page.locator('main').innerText(), /李娜/);
    await page.locator('#allow').click();
    await page.waitForURL(`${site.callback}?**`);
  }));

test('what was agreed to is listed, and taken back by one button', () =>
  as({}, async (page) => {
    await page.goto(`${broker.issuer}/applications`);
    assert.match(await page.locator('main').innerText(), /not signed in/);
    await page.goto(request({ prompt: 'consent' }));
    await chooseAndConfirm(page, 'wangwu');
    await page.locator('#allow').click();
    await page.waitForURL(`${site.callback}?**`);
    await page.goto(`${broker.issuer}/`);
    await page.getByRole('link', { name: 'Your applications' }).click();
    assert.match(await page.locator('main').innerText(), /Expenses & Travel/);
    await page.getByRole('button').click();
    await page.waitForURL(`${broker.issuer}/applications`);
    assert.equal(await page.getByRole('button').count(), 0);
    await page.goto(request());
    await page.locator('#allow').waitFor();
  }));
