// mock.mjs - a pretended device for working on the page, without firmware. For development only.
//
//     node web/mock.mjs [--port 8000] [--auth token|basic] [--rate KB_PER_SECOND] [--fail ERROR_PHASE]
//
// Serves the page of the project that "runs", takes images with an information block, and restarts into
// them. The token is "secret", so is the password of any user.
// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { buildPage } from './build.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8000' },
    auth: { type: 'string', default: 'none' },
    rate: { type: 'string', default: '300' },
    fail: { type: 'string', default: '' },
  },
});
const examples = new URL('../examples/', import.meta.url).pathname;
const pages = {};
for (const name of ['project1', 'project2'])
  pages[name] = await buildPage(`${examples}${name}/dashboard.json`);

const board = 'stm32h745i-disco';
const values = { leds: { state: false }, BCKLT: { state: true } };
let running = { name: 'project1', version: '1.0.0', build_id: '5f0c1f6a7d3b2e91' };
let bank = 1;
let boot_id = 1;
let update = { phase: 'idle' };
let off = false;

const status = () => ({
  product: 'flota-demo',
  ...running,
  bank,
  boot_id,
  board,
  slot_size: 917504,
  received: 0,
  in_flash: 0,
  verified: 0,
  size: 0,
  percent: 0,
  erases: 0,
  from: '',
  new: null,
  error: null,
  auth: options.auth,
  ...update,
});

function restart(image) {
  off = true;
  setTimeout(() => {
    running = image ?? running;
    bank = image ? 3 - bank : bank;
    boot_id++;
    update = { phase: 'idle' };
    off = false;
  }, 2500);
}

const error = (code, name, cause, remedy) => ({ code, name, cause, remedy });
const FLASH = error(
  -404,
  'FLASH_VERIFY',
  'flash read back differs from what was sent',
  'upload again; if it stays, the flash is worn out',
);
const LOST = error(
  -201,
  'TRANSFER_LOST',
  'the connection ended before the whole image had arrived',
  'upload the image again',
);
const BUSY = error(
  -301,
  'UPDATE_BUSY',
  'another update is in progress',
  'wait for its end; GET /api/firmware_update shows how far it is',
);
const DENIED = error(
  -302,
  'UNAUTHORIZED',
  'the update needs credentials, and none or wrong ones came',
  'send Authorization: Bearer TOKEN',
);

function reply(response, code, json) {
  response.writeHead(code, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(json));
}

const readBody = async (request) => Buffer.concat(await request.toArray());
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function takeImage(request, response) {
  const size = Number(request.headers['content-length']);
  update = { phase: 'checking', size, from: '192.168.0.5' };
  let open = true;
  request.once('aborted', () => (open = false));
  const image = await readBody(request).catch(() => Buffer.alloc(0));
  const text = (at) => image.toString('latin1', 0x400 + at, 0x400 + at + 32).split('\0')[0];
  const next = {
    name: text(88),
    version: text(120),
    build_id: image.toString('hex', 0x4dc, 0x4e4),
  };
  await sleep(400);
  Object.assign(update, { phase: 'receiving', new: next });
  for (const [field, phase, speed] of [
    ['in_flash', 'receiving', 1],
    ['verified', 'verifying', 6],
  ]) {
    update.phase = phase;
    for (update[field] = 0; open && update[field] < size;) {
      await sleep(50);
      update[field] = Math.min(size, update[field] + Number(options.rate) * 51.2 * speed);
    }
    if (open && options.fail !== phase) continue;
    update = { phase: 'failed', error: open ? FLASH : LOST };
    reply(response, 500, { error: update.error });
    return;
  }
  update.phase = 'restarting';
  reply(response, 200, { message: 'Update applied, finalizing' });
  await sleep(300);
  restart(next);
}

const allowed = (request) =>
  options.auth === 'none' ||
  request.headers.authorization === 'Bearer secret' ||
  (/^Basic /.test(request.headers.authorization) &&
    Buffer.from(request.headers.authorization.slice(6), 'base64').toString().endsWith(':secret'));

async function serve(request, response) {
  const name = request.url.split('?')[0].slice(5);
  if (off) return request.socket.destroy();
  if (request.url === '/')
    return response.writeHead(200, { 'Content-Type': 'text/html' }).end(pages[running.name]);
  if (request.url === '/mock/restart') return (restart(), response.end());
  if (request.method === 'POST' && !allowed(request))
    return reply(response, 401, { error: DENIED });
  if (name === 'firmware_update') {
    if (request.method === 'GET') return reply(response, 200, status());
    if (!['idle', 'failed'].includes(update.phase)) return reply(response, 409, { error: BUSY });
    return takeImage(request, response);
  }
  if (!values[name]) return response.writeHead(404).end();
  if (request.method === 'POST') Object.assign(values[name], JSON.parse(await readBody(request)));
  reply(response, 200, values[name]);
}

createServer((request, response) =>
  serve(request, response).catch((problem) => {
    console.error(problem);
    response.destroy();
  }),
).listen(Number(options.port), '127.0.0.1', () =>
  console.log(`mock: http://127.0.0.1:${options.port}`),
);
