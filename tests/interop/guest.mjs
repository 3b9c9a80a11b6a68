// A person's browser as far as redirects and cookies go, and where the application is.

import { request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

export const ISSUER = process.env.INTEROP_ISSUER;
export const APP = process.env.INTEROP_APP;
export const PORT = Number(process.env.INTEROP_PORT);
export const SECRET = process.env.INTEROP_SECRET;
export const KEY = JSON.parse(process.env.INTEROP_KEY ?? 'null');
export const WRONG_SECRET = 'not-this-one-but-as-long-as-the-right-one';

// The first of the simulator's people, who signs in without a page.
export const PERSON = { name: '张三', email: 'zhangsan@xinghe.example', preferred_username: 'zhangsan' };

// What a person reads on a page.
const wordsOf = ({ body }) => body.replace(/^[^]*<main/, '<main').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();

export class Guest {
  // By host and name: as in browsers, ports share cookies.
  #jar = new Map();

  #keep(url, response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const has = (test) => attributes.some((attribute) => test.test(attribute));
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
      const key = `${url.hostname} ${path} ${name}`;
      const gone = has(/^max-age=(0|-\d+)$/i) || attributes.some((a) => /^expires=/i.test(a) && Date.parse(a.slice(8)) < Date.now());
      if (gone) this.#jar.delete(key);
      else this.#jar.set(key, { host: url.hostname, path, pair });
    }
  }

  #cookies(url) {
    return [...this.#jar.values()]
      .filter(({ host, path }) => host === url.hostname && url.pathname.startsWith(path))
      .map(({ pair }) => pair)
      .join('; ');
  }

  // One request as of a page that is opened, its redirect not followed. Not by `fetch`, which
  // says that a script asks: some applications answer that by a plain 401.
  async request(address, { method = 'GET', form } = {}) {
    const url = new URL(address);
    const body = form && String(new URLSearchParams(form));
    const answer = await new Promise((resolve, reject) => {
      const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      const cookie = this.#cookies(url);
      if (cookie) headers.cookie = cookie;
      if (body) headers['content-type'] = 'application/x-www-form-urlencoded';
      send(url, { method, headers }, resolve).once('error', reject).end(body);
    });
    const headers = new Headers();
    for (let at = 0; at < answer.rawHeaders.length; at += 2) headers.append(answer.rawHeaders[at], answer.rawHeaders[at + 1]);
    const response = new Response(await buffer(answer), { status: answer.statusCode, headers });
    this.#keep(url, response);
    return response;
  }

  // Follows redirects to the page at their end; or up to `stop`, which is not asked for, and
  // where they have to lead.
  async visit(address, { stop, ...options } = {}) {
    let url = new URL(address);
    let response = await this.request(url, options);
    for (let hops = 0; hops < 20; hops += 1) {
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || !location) {
        const page = { url, status: response.status, body: await response.text() };
        if (stop) throw new Error(`${url.pathname} answers ${page.status} in place of a way to ${stop}: ${wordsOf(page)}`);
        return page;
      }
      url = new URL(location, url);
      if (stop && url.href.startsWith(stop)) return { url };
      response = await this.request(url);
    }
    throw new Error(`more than 20 redirects, at last to ${url.origin}${url.pathname}`);
  }
}

// The form on a page: where it goes, and what stands in it.
export function formOf({ url, body }) {
  const attribute = (tag, name) =>
    new RegExp(`\\s${name}="([^"]*)"`)
      .exec(tag)?.[1]
      .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(parseInt(code, hex ? 16 : 10)))
      .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const form = /<form[^>]*>/.exec(body);
  if (!form) throw new Error(`there is no form at ${url.pathname}:\n${body}`);
  const fields = {};
  for (const [tag] of body.matchAll(/<(?:input|button)\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name) fields[name] ??= attribute(tag, 'value') ?? '';
  }
  return { action: new URL(attribute(form[0], 'action') ?? '', url), fields };
}
