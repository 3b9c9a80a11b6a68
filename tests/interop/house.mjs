// `node house.mjs SUITE COMMAND...`: runs a command beside a broker of its own, which knows
// the suite's clients, and a simulated DingTalk that vouches for its first person at once.
// The command learns from the environment where everything is:
//
//     INTEROP_ISSUER   the broker
//     INTEROP_APP      the origin at which the application has to listen, on 127.0.0.1
//     INTEROP_PORT     its port
//     INTEROP_SECRET   the application's secret
//     INTEROP_KEY      the private JWK of the client that authenticates by a key

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, start } from '../browser/processes.mjs';
import { PRIVATE_KEY, SECRET, clientsOf } from './clients.mjs';

// A JSON value as TOML.
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([name, member]) => `${name} = ${toml(member)}`).join(', ')} }`;
}

function configuration({ issuer, listen, sim, clients }) {
  const lines = [
    `issuer = ${toml(issuer)}`,
    `http = { listen = ${toml(listen)} }`,
    'store = { url = "redb:dingpass.redb" }',
    // The applications' back-channel addresses are on this machine.
    'outbound = { allowed_addresses = ["127.0.0.0/8"] }',
    '[[upstream]]',
    'id = "acme"',
    'kind = "dingtalk"',
    'client_id = "dingsimapp"',
    'client_secret = "dingsimsecret"',
    'corp_id = "dingsimcorp"',
    ...['login', 'api', 'oapi'].map((host) => `${host}_base_url = ${toml(sim)}`),
  ];
  for (const client of clients) {
    lines.push('[[clients]]', ...Object.entries(client).map(([name, member]) => `${name} = ${toml(member)}`));
  }
  return `${lines.join('\n')}\n`;
}

async function run(suite, command) {
  const [broker, simulator, application] = [await freePort(), await freePort(), await freePort()];
  const listen = `127.0.0.1:${broker}`;
  const app = `http://127.0.0.1:${application}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'dingpass-interop-'));
  const file = path.join(folder, 'dingpass.toml');
  const place = { issuer: `http://${listen}`, listen, sim: `http://127.0.0.1:${simulator}` };
  writeFileSync(file, configuration({ ...place, clients: clientsOf(suite, app) }), { mode: 0o600 });
  const running = [];
  try {
    running.push(
      await start(['sim', '--listen', `127.0.0.1:${simulator}`, '--auto-login', 'first'], 'listens on'),
      await start(['serve', '--config', file], 'dingpass is serving'),
    );
    const child = spawn(command[0], command.slice(1), {
      stdio: 'inherit',
      env: {
        ...process.env,
        INTEROP_ISSUER: place.issuer,
        INTEROP_APP: app,
        INTEROP_PORT: String(application),
        INTEROP_SECRET: SECRET,
        INTEROP_KEY: JSON.stringify(PRIVATE_KEY),
      },
    });
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => resolve(status ?? 1));
    });
    if (code !== 0) console.log(`what the broker said beside ${suite}:\n${running[1].said()}`);
    return code;
  } finally {
    for (const one of running) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [suite, ...command] = process.argv.slice(2);
process.exitCode = await run(suite, command).catch((error) => {
  console.error(error.message);
  return 1;
});
