// dash-live.mjs - what one browser changes, others see; buttons that are held; readers that do not read.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { until } from './board.mjs';
import { Client, everything, login, median, startBoard } from './dash.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* --- actions --- */

async function actions({ checks, admin }) {
  const state = async (name) => (await admin.get(name)).json.state;
  const started = await admin.post('water_now', { seconds: 1, zone: 2, reason: 'test' });
  checks.check('action: starts', started.status === 200 && started.json.state === 'running', started.text);
  checks.refused('action: runs already', await admin.post('water_now', {}), 409);
  await until('the action ends', async () => await state('water_now') === 'done');
  for (const bad of [{ seconds: 0 }, { seconds: '1' }, { zone: 8 }, { nonsense: 1 }, { reason: 'x'.repeat(16) }, { pressed: true }])
    checks.refused(`action: ${JSON.stringify(bad)}`, await admin.post('water_now', bad), 400);
  checks.equal('action: and has not run', await state('water_now'), 'done');
}

/** The page repeats while the button is pressed; when it has gone, the device lets go. By the board's time. */
async function held({ checks, board, admin }) {
  const now = async () => (await board.view()).time_s;
  const state = async () => (await admin.get('move_window')).json.state;
  const move = async () => (await admin.get('control')).json.window;
  await admin.post('control', { window: 0, automatic: false });
  const begin = await now();
  while (await now() - begin < 3) {
    await admin.post('move_window', { pressed: true, up: true });
    await sleep(300);
  }
  checks.equal('held: runs as long as it is repeated', await state(), 'running');
  await admin.post('move_window', { pressed: false });
  checks.check('held: ends when released', await state() !== 'running');
  const stands = await move();
  checks.check('held: it moved, and stands', stands > 20 && stands === await move(), `${stands}`);
  const pressed = await now();
  await admin.post('move_window', { pressed: true, up: false });
  const answered = await now();
  await until('the release', async () => await state() !== 'running', 20);
  const released = await now();
  checks.check('held: released when its page has gone', released - pressed >= 1.5 && released - answered < 3,
    `${(released - pressed).toFixed(2)} s`);
}

/* --- events --- */

async function begin({ checks, admin }, streams) {
  const readable = Object.keys(everything.api).filter((name) => !['local', 'file', 'custom'].includes(everything.api[name].type));
  for (const [i, stream] of streams.entries()) {
    const isSocket = stream.status === 101;
    checks.check(`live ${i}: ${isSocket ? 'a WebSocket' : 'an event stream'}`, isSocket || (stream.status === 200 &&
      stream.type.startsWith('text/event-stream')), `${stream.status} ${stream.type}`);
    await stream.sees('all endpoints', (values) => readable.every((name) => name in values));
    const strange = Object.keys(stream.values).filter((name) => !readable.includes(name));
    checks.check(`live ${i}: what GET gives, and no more`, !strange.length && Array.isArray(stream.values.zones) &&
      stream.values.water_now.state && stream.values.control.pin === '' &&
      JSON.stringify(stream.values.control) === JSON.stringify((await admin.get('control')).json), strange.join());
  }
}

/** The median of 21 from the POST that changes it to the message in another browser. */
async function delay({ checks, admin }, stream, what) {
  const delays = [];
  for (let i = 0; i < 21; i++) {
    const value = i % 2 === 0;
    await admin.post('control', { lamp: !value });
    await stream.sees('the value before', (values) => values.control.lamp === !value);
    const from = stream.messages.length, since = performance.now();
    await admin.post('control', { lamp: value });
    delays.push(await stream.sawAt('the change', from, ({ control }) => control?.lamp === value) - since);
  }
  checks.check(`live: a change is in ${what} after ${median(delays).toFixed(0)} ms`, median(delays) <= 200, delays.map(Math.round).join());
}

async function contents({ checks, admin }, streams) {
  const note = '\n\ndata: {"control":{}}\n\n<script>\u20ac\u2028';
  await admin.post('control', { note });
  await Promise.all(streams.map((stream) => stream.sees('the note', ({ control }) => control.note === note)));
  await admin.post('zones/3', { name: 'Last' });
  await Promise.all(streams.map((stream) => stream.sees('the row', ({ zones }) => zones[3].name === 'Last')));
  const from = streams.map((stream) => stream.messages.length);
  await admin.post('water_now', { seconds: 1, reason: 'told once' });
  await Promise.all(streams.map((stream) => stream.sees('it runs', ({ water_now }) => water_now.state === 'running')));
  await Promise.all(streams.map((stream) => stream.sees('it is done', ({ water_now }) => water_now.state === 'done')));
  const told = streams.map((stream, i) => stream.messages.slice(from[i]).flatMap(({ json }) => json.alarms ?? [])
    .filter(({ text }) => text === 'told once').length);
  checks.check('live: a new entry is told once', told.every((count) => count === 1), told.join());
  checks.check('live: values, rows, actions and entries, as texts', true);
}

async function eight({ checks, admin }, streams) {
  const all = [...streams];
  while (all.length < 8) all.push(await admin.events());
  checks.check('live: eight browsers', all.every(({ status }) => status === 200 || status === 101), all.map((it) => it.status).join());
  for (const ninth of [await admin.events(), await admin.webSocket()]) {
    checks.equal('live: the ninth is told', ninth.status, 503);
    await ninth.close();
  }
  checks.equal('live: and all else works for it', (await admin.get('control')).status, 200);
  const value = !(await admin.get('control')).json.lamp;
  const from = all.map((stream) => stream.messages.length), since = performance.now();
  await admin.post('control', { lamp: value });
  const delays = await Promise.all(all.map(async (stream, i) =>
    await stream.sawAt('it', from[i], ({ control }) => control?.lamp === value) - since));
  checks.check(`live: in all eight after ${median(delays).toFixed(0)} ms`, median(delays) <= 200, delays.map(Math.round).join());
  await all.pop().close();
  await until('a free place', async () => {
    const stream = await admin.events();
    const { status } = stream;
    if (status === 200) all.push(stream);
    else await stream.close();
    return status === 200;
  }, 10);
  checks.check('live: a place is free when one has gone', true);
  await Promise.all(all.map((stream) => stream.close()));
}

/** At most two WebSockets, each with the same messages. */
async function sockets({ checks, admin }) {
  const two = [await admin.webSocket(), await admin.webSocket()];
  const third = await admin.webSocket();
  checks.check('live: two as WebSockets, the third is told', two.every(({ status }) => status === 101) && third.status === 503,
    [...two, third].map(({ status }) => status).join());
  await third.close();
  await delay({ checks, admin }, two[1], 'the second WebSocket');
  await Promise.all(two.map((stream) => stream.close()));
}

/** Each sees what its level may read; a session that ends ends its streams. */
async function rights({ checks, board }) {
  const nobody = new Client(board.device), gardener = new Client(board.device);
  const open = await nobody.events();
  await open.sees('something', ({ climate, firmware_update }) => climate && firmware_update);
  checks.equal('live: nobody sees what is for anybody', Object.keys(open.values).sort().join(), 'climate,firmware_update');
  await open.close();
  for (const way of ['events', 'webSocket']) {
    await gardener.login('gardener');
    const stream = await gardener[way]();
    await stream.sees('control', ({ control }) => control);
    await gardener.post('logout');
    await until('the end of the stream', () => stream.ended, 10);
    checks.check(`live: ${way} end with their session`, true);
  }
}

export async function live(checks) {
  const device = { checks, ...await startBoard(everything) };
  const before = await device.board.status();
  await actions(device);
  await held(device);
  const streams = [await device.admin.events(), await device.admin.events(), await device.admin.webSocket()];
  await begin(device, streams);
  await delay(device, streams[1], 'a second browser');
  await contents(device, streams);
  await eight(device, streams);
  await sockets(device);
  await rights(device);
  checks.equal('live: nothing restarted', (await device.board.status()).boot_id, before.boot_id);
  await device.board.stop();
}

/* --- slow readers --- */

const LONG = createHash('sha256');
for (let i = 0; i < 65536; i++) LONG.update(`${String(i).padStart(15)}\n`);
const LONG_DIGEST = LONG.digest('hex');

/** From a change to another browser: the median of 11. */
async function changeDelay(admin, stream) {
  const times = [];
  for (let i = 0; i < 11; i++) {
    const text = `text ${i}`, from = stream.messages.length, since = performance.now();
    await admin.post('lamp', { text });
    times.push(await stream.sawAt('the text', from, ({ lamp }) => lamp?.text === text) - since);
  }
  return median(times);
}

/** Others are served as if nobody was slow, as soon as what this machine keeps for the slow ones is full. */
async function othersAreServed({ checks, admin }, what) {
  const stream = await admin.events(), delays = [];
  checks.equal(`slow: ${what}: a live stream`, stream.status, 200);
  while (delays.length < 4 && !(delays.at(-1) <= 200)) delays.push(await changeDelay(admin, stream));
  await stream.close();
  checks.check(`slow: ${what}: others see a change after ${delays.at(-1).toFixed(0)} ms`, delays.at(-1) <= 200, delays.map(Math.round).join());
}

async function slowEvents(device) {
  const { checks, admin } = device;
  const sockets = [], others = await admin.events();
  while (sockets.length < 4) sockets.push(await admin.raw('GET /api/events HTTP/1.1'));
  for (let i = 0; i < 5; i++) { // more than this machine keeps for them
    await admin.post('leds', { state: true });
    await others.sees('a long table', ({ table }) => table.length === 64);
    await admin.post('leds', { state: false });
    await others.sees('a short one', ({ table }) => table.length === 1);
  }
  for (let i = 0; i < 50; i++) await admin.post('lamp', { text: `${i} of 50` });
  await othersAreServed(device, 'four that read no events');
  await admin.post('lamp', { text: 'the last' });
  sockets.forEach((socket) => socket.hear());
  await until('what they missed', () => sockets.every(({ text }) => text.includes('the last')), 30);
  const told = sockets.map(({ text }) => (text.match(/ of 50"/g) ?? []).length);
  checks.check('slow: when they read again they see the last value, few of those between', told.every((count) => count < 20), told.join());
  sockets.forEach((socket) => socket.destroy());
  await others.close();
}

async function slowArray({ checks, admin }) {
  await admin.post('leds', { state: true });
  const socket = await admin.raw('GET /api/table HTTP/1.1');
  let json; // of a hundred requests that are served meanwhile
  for (let i = 0; i < 100; i++) ({ json } = await admin.get('leds'));
  socket.hear();
  await socket.over;
  const rows = JSON.parse(socket.text.slice(socket.text.indexOf('\r\n\r\n')));
  checks.check('slow: a long list comes whole', rows.length === 64 && rows.every((row, i) => row.count === i), `${rows.length}`);
  checks.check('slow: while others were served', json.state);
  await admin.post('leds', { state: false });
}

async function slowDownloads(device) {
  const { checks, admin } = device;
  const readers = [];
  while (readers.length < 8) readers.push(await admin.raw('GET /api/papers/long.txt HTTP/1.1'));
  const ninth = await admin.get('papers/long.txt');
  checks.check('slow: the ninth download is told, or served', ninth.status === 200 || (ninth.status === 503 && ninth.json?.error?.remedy), `${ninth.status}`);
  await othersAreServed(device, 'eight that read no download');
  readers.slice(1).forEach((socket) => socket.destroy());
  readers[0].hear();
  await readers[0].over;
  const text = readers[0].text.slice(readers[0].text.indexOf('\r\n\r\n') + 4);
  checks.equal('slow: a download that was slow comes whole', createHash('sha256').update(text, 'latin1').digest('hex'), LONG_DIGEST);
  const reply = await until('a place for a download', async () => {
    const answer = await admin.get('papers/long.txt');
    return answer.status === 200 && answer;
  });
  checks.equal('slow: then a download is right', createHash('sha256').update(reply.text).digest('hex'), LONG_DIGEST);
}

/** Four that send no body hold four places: they give way. */
async function slowWriters(device) {
  const { checks, admin } = device;
  for (const [name, body] of [['lamp', { text: 'written' }], ['login', { user: 'operator', password: 'a long one for operator' }]]) {
    const sockets = [];
    while (sockets.length < 8) sockets.push(await admin.raw(`POST /api/${name} HTTP/1.1\r\nContent-Length: 40`, '{'));
    const client = name === 'login' ? new Client(admin.device) : admin;
    const since = performance.now();
    await until('a place', async () => (await client.post(name, body)).status === 200, 20);
    const waited_ms = performance.now() - since;
    checks.check(`slow: eight that never end their ${name} hold others up for ${waited_ms.toFixed(0)} ms`, waited_ms < 9000);
    sockets.forEach((socket) => socket.destroy());
  }
  await othersAreServed(device, 'after those');
}

export async function slow(checks) {
  const device = { checks, ...await startBoard(login, ['--client-buffer', '4096']) };
  const before = await device.board.status();
  for (const part of [slowEvents, slowArray, slowDownloads, slowWriters]) await part(device);
  checks.equal('slow: nothing restarted', (await device.board.status()).boot_id, before.boot_id);
  await device.board.stop();
}
