// More than one way to sign in, by `dingpass serve` and `dingpass sim`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startBroker, startOtherSite } from './house.mjs';

let site;
let broker;
let browser;
before(async () => {
  site = await startOtherSite();
  broker = await startBroker({ upstreams: ['示例科技', 'Acme <Trading> & Co'], redirect: site.callback });
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
    scope: 'openid',
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

test('with two upstreams a person chooses, and the names are shown as they are written', () =>
  as({}, async (page) => {
    await page.goto(request());
    assert.deepEqual(await page.locator('.way').allInnerTexts(), ['钉\n示例科技', '钉\nAcme <Trading> & Co']);
    assert.match(await page.locator('main').innerText(), /Expenses & Travel/);
    await page.getByRole('link', { name: 'Acme <Trading> & Co' }).click();
    await chooseAndConfirm(page);
    await page.waitForURL(`${site.callback}?**`);
    assert.equal(await page.locator('#state').innerText(), 'a-state');
    assert.equal(await page.locator('#iss').innerText(), broker.issuer);
    assert.ok(await page.locator('#code').innerText());
  }));

test('the choice works by keyboard and without script', () =>
  as({ javaScriptEnabled: false }, async (page) => {
    await page.goto(request());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#confirm').click();
    await page.waitForURL(`${site.callback}?**`);
  }));

// "Use another account" may mean another organisation: the choice is offered again.
test('who refuses at one upstream can go on with the other', () =>
  as({}, async (page) => {
    await page.goto(request());
    await page.locator('.way').first().click();
    await page.locator('#deny').click();
    await page.locator('#retry').click();
    assert.equal(await page.locator('.way').count(), 2);
    await page.locator('.way').last().click();
    await chooseAndConfirm(page, 'lisi');
    await page.waitForURL(`${site.callback}?**`);
    assert.ok(await page.locator('#code').innerText());
  }));

// OIDC Core section 3.1.2.1: ui_locales
test('the language that the application asks for stands above the browser\'s', () =>
  as({ locale: 'en-US' }, async (page) => {
    await page.goto(request({ ui_locales: 'zh-CN' }));
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  }));
