// POST /authorize from another site: `SameSite=Lax` keeps our cookies back there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startBroker, startOtherSite } from './house.mjs';

let site;
let broker;
let browser;
before(async () => {
  site = await startOtherSite();
  broker = await startBroker({ redirect: site.callback });
  site.posts(`${broker.issuer}/authorize`, {
    client_id: 'demo',
    response_type: 'code',
    scope: 'openid profile',
    redirect_uri: site.callback,
    state: 'a state & "more" 状态',
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.stop();
  await site?.stop();
});

async function as(act) {
  const guest = await person(browser, broker, { origins: [site.url] });
  try {
    await act(guest.page, guest);
    assert.deepEqual(guest.complaints, []);
  } finally {
    await guest.context.close();
  }
}

async function arrived(page) {
  await page.waitForURL(`${site.callback}?**`);
  assert.equal(await page.locator('#state').innerText(), 'a state & "more" 状态');
  assert.ok(await page.locator('#code').innerText());
}

// OIDC Core section 3.1.2.1: GET and POST alike.
for (const [how, path] of [
  ['that a person sends', '/'],
  ['that sends itself', '/auto'],
]) {
  test(`a form ${how} from another site signs in, and then silently`, () =>
    as(async (page) => {
      const send = async () => {
        await page.goto(site.url + path);
        if (path === '/') await page.locator('#go').click();
      };
      await send();
      await chooseAndConfirm(page);
      await arrived(page);
      const requests = [];
      page.on('request', (request) => requests.push(request.url()));
      await send();
      await arrived(page);
      assert.ok(!requests.some((url) => url.startsWith(broker.sim)), 'the session was seen');
    }));
}

// The session's cookie is out of a frame's reach, and our pages don't show in one.
test('a page of another site can not frame a page of ours', () =>
  as(async (page, guest) => {
    await page.goto(`${site.url}/callback`);
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
      return new Promise((resolve) => frame.addEventListener('load', resolve));
    }, `${broker.issuer}/`);
    const framed = page.frames().find((frame) => frame !== page.mainFrame());
    assert.equal(await framed.locator('main').count(), 0);
    assert.ok(guest.complaints.some((complaint) => complaint.includes('frame')), 'Chromium says why');
    guest.complaints.length = 0;
  }));
