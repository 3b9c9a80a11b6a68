// What holds of every page: one heading, a language, enough contrast, no scrolling sideways.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseAndConfirm, launch, person, startBroker, startDemo, startOtherSite } from './house.mjs';
import { everyPage, tourClients } from './tour.mjs';

let demo;
let site;
let broker;
let browser;
before(async () => {
  demo = await startDemo();
  site = await startOtherSite();
  broker = await startBroker({
    upstreams: ['示例科技有限公司', 'AVeryLongNameWithoutAnySpaceThatIsLongerThanAPhoneIsWide Ltd.'],
    redirect: site.callback,
    clientUri: `${site.url}/`,
    contact: 'it-help@acme.example',
    more: tourClients(site),
    client: `post_logout_redirect_uris = ["${site.after}"]`,
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  await broker?.stop();
  await site?.stop();
});

// The texts whose contrast with what lies behind them is too small (WCAG 2.2, 1.4.3).
function pale() {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    const ink = luminance(over(parse(style.color), behind));
    const paper = luminance(behind);
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${node.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return found;
}

for (const [locale, lang] of [
  ['zh-CN', 'zh-CN'],
  ['en-US', 'en'],
]) {
  test(`every page is fit to be read, on any screen, in ${lang}`, async () => {
    const guest = await person(browser, demo, { locale, origins: [...broker.origins, site.url] });
    const seen = [];
    const flaws = [];
    await everyPage({ guest, demo, broker, other: site, chooseAndConfirm }, async (name, page) => {
      seen.push(name);
      const flaw = (what) => flaws.push(`${name}: ${what}`);
      if ((await page.locator('h1').count()) !== 1) flaw('not one h1');
      if ((await page.locator('main').count()) !== 1) flaw('not one main');
      if (!(await page.title())) flaw('no title');
      // The simulator speaks both languages at once.
      const spoken = await page.locator('html').getAttribute('lang');
      if (name !== 'dingtalk' && spoken !== lang) flaw(`lang is ${spoken}`);
      if (await page.locator('[style], style, script').count()) flaw('style or script within the page');
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (overflow > 0) flaw(`${overflow}px too wide at ${width}px`);
      }
      const small = await page.locator('a.button:visible, a.way:visible, button:visible').evaluateAll(
        (all) => all.filter((one) => one.getBoundingClientRect().height < 44).length,
      );
      if (small) flaw(`${small} buttons lower than 44px`);
      for (const colorScheme of ['light', 'dark']) {
        // Without motion colours are what they are at once: half-way from one scheme to the other
        // a text may be pale, and a transition can begin after the animations were waited for.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const text of await page.evaluate(pale)) flaw(`${colorScheme}: ${text}`);
      }
    });
    await guest.context.close();
    assert.deepEqual(flaws, []);
    assert.deepEqual(guest.complaints, []);
    assert.ok(seen.length >= 20, `${seen}`);
  });
}
