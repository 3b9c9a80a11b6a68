// What the browser tests stand on: dingpass as child processes on free ports, and Chromium.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE, Switches, freePort, start } from './processes.mjs';

export { PATIENCE };

export const SECRET = 'a-secret-of-at-least-32-characters!!';

// `dingpass demo` on free ports.
export async function startDemo() {
  const [broker, app, sim] = [await freePort(), await freePort(), await freePort()];
  const demo = await start(
    ['demo', '--port', broker, '--app-port', app, '--sim-port', sim].map(String),
    'Ctrl-C',
  );
  const url = (port) => `http://127.0.0.1:${port}`;
  return {
    app: url(app),
    issuer: url(broker),
    sim: url(sim),
    origins: [url(app), url(broker), url(sim)],
    switches: new Switches(url(sim)),
    stop: demo.stop,
  };
}

// `dingpass sim` and `dingpass serve` with as many upstreams as there are names, and one
// client. `contact` goes into the pages; `client` and `more` are further lines of TOML.
export async function startBroker({ upstreams = ['Acme'], redirect, clientUri, contact, client = '', more = '' }) {
  const [broker, sim] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${broker}`;
  const simUrl = `http://127.0.0.1:${sim}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'dingpass-browser-'));
  const file = path.join(folder, 'dingpass.toml');
  const ways = upstreams.map(
    (name, index) => `
[[upstream]]
id = "way-${index + 1}"
kind = "dingtalk"
name = ${JSON.stringify(name)}
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "${simUrl}"
api_base_url = "${simUrl}"
oapi_base_url = "${simUrl}"
`,
  );
  writeFileSync(
    file,
    `issuer = "${issuer}"
[http]
listen = "127.0.0.1:${broker}"
[store]
url = "redb:dingpass.redb"
[keys]
directory = "keys"
${contact ? `[pages]\ncontact = ${JSON.stringify(contact)}` : ''}
${ways.join('')}
[[clients]]
client_id = "demo"
client_secret = "${SECRET}"
client_name = "Expenses & Travel"
${clientUri ? `client_uri = "${clientUri}"` : ''}
redirect_uris = ["${redirect}"]
scope = "openid profile"
require_pkce = false
${client}
${more}
`,
  );
  const running = [];
  const stop = async () => {
    for (const one of running) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    running.push(await start(['sim', '--listen', `127.0.0.1:${sim}`], 'listens on'));
    running.push(await start(['serve', '--config', file], 'dingpass is serving'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { issuer, sim: simUrl, origins: [issuer, simUrl], switches: new Switches(simUrl), stop };
}

// A small application: a form at `/` that posts to the broker, by itself under `/auto`; and
// the answer at `/callback`, whether it comes in a query or in a body. Its address is on `localhost`, which is another site than
// 127.0.0.1, so that cookies of the broker don't come with its posts.
export async function startOtherSite() {
  let action = '';
  let fields = {};
  const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const server = createServer(async (request, response) => {
    const at = new URL(request.url, 'http://localhost');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const head = '<!doctype html><html lang="en"><title>other site</title><link rel="icon" href="data:,">';
    if (at.pathname === '/logo.svg') {
      response.setHeader('content-type', 'image/svg+xml');
      response.end('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#c33"/></svg>');
      return;
    }
    if (at.pathname.endsWith('.svg')) {
      response.end('no picture');
      return;
    }
    if (at.pathname === '/callback') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const rows = [...at.searchParams, ['method', request.method], ['origin', request.headers.origin ?? ''], ...new URLSearchParams(body)].map(([name, value]) => `<p id="${escape(name)}">${escape(value)}</p>`);
      response.end(`${head}<h1>back</h1>${rows.join('')}`);
      return;
    }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
    );
    const submit = at.pathname === '/auto' ? '<script>document.forms[0].submit()</script>' : '';
    response.end(
      `${head}<form method="post" action="${escape(action)}">${inputs.join('')}<button id="go">go</button></form>${submit}`,
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${server.address().port}`;
  return {
    url,
    callback: `${url}/callback`,
    after: `${url}/after`,
    posts(toAction, withFields) {
      action = toAction;
      fields = withFields;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

// The Chromium of this machine.
export function launch() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('there is no Chromium; CHROMIUM names one');
  return chromium.launch({
    executablePath,
    timeout: PATIENCE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// Chromium may fetch a page's icon when the next page is there already, whose policy then
// forbids it. Only an icon of another origin than the page's can be such a one.
function isLateIcon(message) {
  const icon = /'(https?:[^']+\/(?:sample|favicon)\.svg)'/.exec(message.text())?.[1];
  const at = / at (\S+)$/.exec(message.text())?.[1] ?? message.location().url;
  return icon !== undefined && at.startsWith('http') && new URL(icon).origin !== new URL(at).origin;
}

// A person's browser: a context of its own, watched. `complaints` collects what must not be:
// errors on the console, violations of a content security policy, requests to other origins.
export async function person(browser, house, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE);
  const complaints = [];
  const origins = [...house.origins, ...(options.origins ?? [])];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violated: ${event.violatedDirective} by '${event.blockedURI}' at ${location.origin}`);
    });
  });
  context.on('request', (request) => {
    const url = request.url();
    if (url.startsWith('data:') || origins.includes(new URL(url).origin)) return;
    complaints.push(`a request to ${url}`);
  });
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // A page with a status of 400 or above is noted by Chromium itself.
    const isPage = message.location().url === message.page()?.url();
    if (isPage && message.text().startsWith('Failed to load resource: the server responded')) return;
    if (isLateIcon(message)) return;
    complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => complaints.push(`error: ${error.error()}`));
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A navigation that another one replaced; and what a policy forbids is on the console.
    if (why !== 'net::ERR_ABORTED' && why !== 'csp') complaints.push(`failed: ${request.url()} ${why}`);
  });
  const page = await context.newPage();
  return { context, page, complaints };
}

// Chooses somebody on the simulated DingTalk's page and agrees.
export async function chooseAndConfirm(page, userid = 'zhangsan') {
  await page.locator(`input[name="userid"][value="${userid}"]`).check();
  await page.locator('#confirm').click();
}
