// A person signs in to the sample application of `dingpass demo`.

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

// Runs `act` as a person with a browser of their own, in which nothing may be complained of.
async function as(options, act) {
  const guest = await person(browser, demo, options);
  try {
    await act(guest.page, guest);
    assert.deepEqual(guest.complaints, []);
  } finally {
    await guest.context.close();
  }
}

async function signIn(page, userid) {
  await page.goto(demo.app);
  await page.locator('#sign-in').click();
  await chooseAndConfirm(page, userid);
  await page.waitForURL(`${demo.app}/`);
}

async function claims(page) {
  const rows = await page.locator('#userinfo > div').allInnerTexts();
  return Object.fromEntries(rows.map((row) => row.split('\n').filter(Boolean)));
}

// OIDC Core section 3.1, as a person sees it.
test('a person chooses themselves, agrees, and the application shows verified claims', () =>
  as({}, async (page) => {
    await signIn(page, 'lisi');
    assert.equal(await page.locator('#name').innerText(), '李四');
    const told = await claims(page);
    assert.equal(told.dingtalk_userid, 'lisi');
    assert.equal(told.email, 'lisi@xinghe.example');
    assert.ok(told.sub);
    assert.ok((await page.locator('#id-token').innerText()).includes(told.sub));
  }));

// Single sign-on.
test('the second sign-in is silent: DingTalk is not asked again', () =>
  as({}, async (page, { context }) => {
    await signIn(page, 'zhangsan');
    const { sub } = await claims(page);
    await page.locator('#forget').click();
    await page.locator('#sign-in').waitFor();
    const asked = [];
    context.on('request', (request) => {
      if (request.url().startsWith(demo.sim)) asked.push(request.url());
    });
    await page.locator('#sign-in').click();
    await page.locator('#name').waitFor();
    assert.equal((await claims(page)).sub, sub);
    assert.deepEqual(asked, []);
  }));

// OIDC Core section 3.1.2.1: prompt=login asks, whatever session there is.
test('"sign in again" passes through DingTalk, and may be somebody else', () =>
  as({}, async (page) => {
    await signIn(page, 'zhangsan');
    await page.locator('#again').click();
    await chooseAndConfirm(page, 'lina');
    await page.waitForURL(`${demo.app}/`);
    assert.equal(await page.locator('#name').innerText(), '李娜');
  }));

// CONTRIBUTING.md, Decisions: what the person refused is told on a page in between.
test('who refuses gets a page, and can use another account from there', () =>
  as({}, async (page) => {
    await page.goto(demo.app);
    await page.locator('#sign-in').click();
    await page.locator('#deny').click();
    await page.waitForURL(`${demo.issuer}/**`);
    assert.equal(await page.locator('h1').count(), 1);
    await page.locator('#retry').click();
    await chooseAndConfirm(page, 'wangwu');
    await page.waitForURL(`${demo.app}/`);
    assert.equal(await page.locator('#name').innerText(), '王五');
  }));

// RFC 6749 section 4.1.2.1
test('who refuses and goes back brings access_denied to the application', () =>
  as({}, async (page) => {
    await page.goto(demo.app);
    await page.locator('#sign-in').click();
    await page.locator('#deny').click();
    await page.locator('#back').click();
    await page.waitForURL(`${demo.app}/**`);
    assert.match(await page.locator('#reason').innerText(), /^access_denied/);
  }));

// WCAG 2.1.1: nothing needs a mouse.
test('the keyboard alone signs in, refuses and tries again', () =>
  as({}, async (page) => {
    const tabTo = async (selector) => {
      for (let pressed = 0; pressed < 20; pressed += 1) {
        if (await page.locator(selector).evaluateAll((all) => all.includes(document.activeElement))) return;
        await page.keyboard.press('Tab');
      }
      assert.fail(`Tab does not reach ${selector}`);
    };
    const outlined = () =>
      page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      });
    await page.goto(demo.app);
    await tabTo('#sign-in');
    assert.ok(await outlined(), 'the focus is seen');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.sim}/**`);
    await tabTo('#deny');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.issuer}/**`);
    await tabTo('#retry');
    assert.ok(await outlined(), 'the focus is seen');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.sim}/**`);
    await tabTo('input[name="userid"]');
    await page.keyboard.press('ArrowDown');
    await tabTo('#confirm');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.app}/`);
    assert.equal(await page.locator('#name').innerText(), '李四');
  }));

// No page of ours runs anything.
test('everything works without script', () =>
  as({ javaScriptEnabled: false }, async (page) => {
    await signIn(page, 'zhangsan');
    assert.equal(await page.locator('#name').innerText(), '张三');
    await page.locator('#again').click();
    await page.locator('#deny').click();
    await page.locator('#retry').click();
    await chooseAndConfirm(page, 'lisi');
    await page.waitForURL(`${demo.app}/`);
    assert.equal(await page.locator('#name').innerText(), '李四');
  }));

// The browser's language; what an application asks for by ui_locales stands above it.
for (const [locale, lang, word] of [
  ['zh-CN', 'zh-CN', /您取消了登录/],
  ['en-GB', 'en', /You cancelled the sign-in/],
]) {
  test(`a browser that prefers ${locale} gets its language everywhere`, () =>
    as({ locale }, async (page) => {
      const speaks = async () => assert.equal(await page.locator('html').getAttribute('lang'), lang);
      await page.goto(demo.app);
      await speaks();
      await page.locator('#sign-in').click();
      await page.locator('#deny').click();
      await page.waitForURL(`${demo.issuer}/**`);
      await speaks();
      assert.match(await page.locator('h1').innerText(), word);
      await page.goto(`${demo.issuer}/`);
      await speaks();
      await page.goto(`${demo.issuer}/nowhere`);
      await speaks();
    }));
}

// CONTRIBUTING.md, Decisions: each flow has a cookie of its own.
test('two tabs sign in side by side', () =>
  as({}, async (first, { context }) => {
    const second = await context.newPage();
    for (const page of [first, second]) {
      await page.goto(demo.app);
      await page.locator('#sign-in').click();
      await page.locator('#confirm').waitFor();
    }
    // The one that began first ends first: its cookies are the older ones.
    for (const page of [first, second]) {
      await chooseAndConfirm(page, 'zhangsan');
      await page.waitForURL(`${demo.app}/`);
      assert.equal(await page.locator('#name').innerText(), '张三');
    }
  }));

// CONTRIBUTING.md, Decisions: a double submit makes one code.
test('who goes back in the history and agrees again is told that the sign-in is complete', () =>
  as({}, async (page) => {
    await signIn(page, 'zhangsan');
    await page.goBack();
    await page.waitForURL(`${demo.sim}/**`);
    await page.locator('#confirm').click();
    await page.waitForURL(`${demo.issuer}/**`);
    assert.match(await page.locator('h1').innerText(), /complete/);
    const back = page.locator('#back');
    assert.equal(await back.getAttribute('href'), `${demo.app}/`);
    await back.click();
    assert.equal(await page.locator('#name').innerText(), '张三');
  }));
