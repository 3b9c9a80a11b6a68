// dingpass as a child process on a free port: what every test outside of cargo stands on.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.DINGPASS ?? path.join(root, 'target/debug/dingpass');

// Longer than anything takes on the busiest machine.
export const PATIENCE = 120_000;

// A port that is free, from below the range that the system gives out by itself, so that
// nobody is given it before the child takes it.
let next = 10_000 + (process.pid % 20_000);
export function freePort() {
  next = next < 30_000 ? next + 1 : 10_000;
  const port = next;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(freePort()));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}

// Starts dingpass; resolves when a line with `words` has come.
export function start(args, words) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  let said = '';
  const started = new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      if (said.includes(words)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`dingpass ${args[0]} ended (${code}): ${said}`)));
    setTimeout(() => reject(new Error(`dingpass ${args[0]} did not start: ${said}`)), PATIENCE).unref();
  });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  process.once('exit', () => child.kill('SIGKILL'));
  return started.then(
    () => ({ stop, said: () => said }),
    async (error) => {
      await stop();
      throw error;
    },
  );
}

// The switches of a simulated DingTalk.
export class Switches {
  constructor(url) {
    this.url = url;
  }

  async call(method, name, body) {
    const answer = await fetch(`${this.url}/_sim/${name}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${name}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  fault(where, kind) {
    return this.call('POST', 'faults', { path: where, kind });
  }

  heal() {
    return this.call('DELETE', 'faults');
  }
}
