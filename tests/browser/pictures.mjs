// Takes a picture of every page, to be looked at: node pictures.mjs FOLDER [only-those-with]

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chooseAndConfirm, launch, person, startBroker, startDemo, startOtherSite } from './house.mjs';
import { everyPage, tourClients } from './tour.mjs';

const [folder = 'pictures', only = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } };
const browser = await launch();
const demo = await startDemo();
const other = await startOtherSite();
const broker = await startBroker({
  upstreams: ['示例科技有限公司', 'Acme Trading (Hong Kong) Ltd.'],
  redirect: other.callback,
  clientUri: `${other.url}/`,
  contact: 'it-help@acme.example',
  more: tourClients(other),
  client: `post_logout_redirect_uris = ["${other.after}"]`,
});
try {
  for (const locale of ['zh-CN', 'en-US']) {
    const guest = await person(browser, demo, { locale, origins: [...broker.origins, other.url] });
    await everyPage({ guest, demo, broker, other, chooseAndConfirm }, async (name, page) => {
      if (!name.includes(only)) return;
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const [size, viewport] of Object.entries(sizes)) {
          await page.setViewportSize(viewport);
          await page.screenshot({ animations: 'disabled', fullPage: true, path: path.join(folder, `${name}-${locale.slice(0, 2)}-${colorScheme}-${size}.png`) });
        }
      }
    });
    await guest.context.close();
  }
} finally {
  await browser.close();
  await demo.stop();
  await broker.stop();
  await other.stop();
}
