// dash-settings.mjs - the first password, settings in flash, the network's address on trial; and the plug that is
// pulled while they are written. SPDX-License-Identifier: Apache-2.0
import { Board, testFirmware, until } from './board.mjs';
import { Client, CROSS_ORIGIN, login, passwordOf, startBoard } from './dash.mjs';
import { consoleLines } from './updates.mjs';

const [{ name: first }, { name: second }] = login.users;
const power = (board, on) => fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });

/** Pull the plug and put it in again; resolves when the firmware answers. */
async function replug(board) {
  await power(board, false);
  await power(board, true);
  return until('the firmware', () => board.status());
}

/* --- the first start --- */

/** Nothing but the form that sets a password, and the status. */
async function closedAtFirst({ checks, board, admin, nobody }) {
  const session = (await nobody.get('session')).json;
  checks.check('first: the session says so', session.first && session.login === 'users' && session.level === 0 &&
    session.users.join() === `${first},${second}`, JSON.stringify(session));
  checks.equal('first: the page is there', (await nobody.get('/')).status, 200);
  checks.equal('first: the status is for anybody', (await nobody.get('firmware_update')).status, 200);
  for (const [method, path, body] of [['GET', 'leds'], ['GET', 'site'], ['GET', 'table'], ['POST', 'leds', '{}'], ['POST', 'restart', ''],
    ['GET', 'papers/long.txt'], ['POST', 'firmware_update?cancel=1', '']]) {
    checks.refused(`first: no ${method} ${path}`, await nobody.request(method, path, body), 403);
  }
  const update = await nobody.request('POST', '/update', new Uint8Array(2000));
  checks.equal('first: no update', update.status, 403);
  const rpc = await nobody.request('POST', '/rpc/Config.Get', '{}');
  checks.check('first: no RPC', rpc.status === 401 || rpc.status === 403, `${rpc.status} ${rpc.text}`);
  for (const way of ['events', 'webSocket']) {
    const stream = await nobody[way]();
    if (stream.messages) await stream.sees('the status', ({ firmware_update }) => firmware_update).catch(() => {});
    checks.equal(`first: ${way} have the status and no more`, Object.keys(stream.values).join(), 'firmware_update');
    await stream.close();
  }
  checks.refused('first: a short password', await admin.post('password', { user: first, password: 'short' }), 400);
  checks.refused('first: a long one', await admin.post('password', { user: first, password: 'x'.repeat(65) }), 400);
  checks.refused('first: another user', await admin.post('password', { user: second, password: passwordOf(second) }), 403);
  checks.refused('first: nobody', await admin.post('password', { user: 'root', password: 'long enough' }), 400);
  checks.refused('first: a token', await admin.post('password', { user: 'token', level: 9 }), 403);
  checks.refused('first: from another site', await admin.post('password', { user: first, password: passwordOf(first) }, CROSS_ORIGIN), 403);
  checks.refused('first: signing in', await nobody.login(first), 403);
  const set = await admin.post('password', { user: first, password: '\u00e4\u{1f600} "\\ long enough' });
  checks.check('first: the password is set, and he is signed in', set.status === 200 && !set.json.first && set.json.user === first &&
    set.json.level === 9, set.text);
  checks.refused('first: not twice', await nobody.post('password', { user: first, password: passwordOf(first) }), 401);
  checks.equal('first: in any letters', (await nobody.login(first, '\u00e4\u{1f600} "\\ long enough')).status, 200);
  checks.equal('first: changed', (await nobody.post('password', { user: first, password: passwordOf(first), old: '\u00e4\u{1f600} "\\ long enough' })).status, 200);
  checks.refused('first: who has no password does not sign in', await new Client(board.device).login(second), 401);
  await admin.login(first);
  checks.equal('first: the first user sets the others\'', (await admin.post('password', { user: second, password: passwordOf(second) })).status, 200);
}

/* --- a quiet device --- */

async function heartbeat({ checks, admin }) {
  const streams = [await admin.events(), await admin.webSocket()];
  const beats = (stream) => stream.messages.filter(({ json }) => !Object.keys(json).length);
  await until('three heartbeats', () => streams.every((stream) => beats(stream).length >= 3), 30);
  for (const [i, stream] of streams.entries()) {
    const gaps = stream.messages.slice(1).map(({ at }, index) => at - stream.messages[index].at);
    checks.check(`heartbeat ${i}: never silent for long: ${Math.max(...gaps).toFixed(0)} ms`, Math.max(...gaps) < 5000, gaps.map(Math.round).join());
    checks.check(`heartbeat ${i}: nothing else is told`, stream.messages.length - beats(stream).length <= 2, `${stream.messages.length}`);
    await stream.close();
  }
}

/* --- settings --- */

async function restarts({ checks, board, admin }) {
  const before = await board.status();
  const values = { note: '<b>\u20ac</b>"\\', height: -400, code: 'a secret' };
  const reply = await admin.post('site', values);
  checks.check('settings: kept, the secret unseen', reply.status === 200 && reply.json.note === values.note && reply.json.code === '', reply.text);
  await admin.post('site', { code: '' });
  checks.equal('settings: restart by the action', (await admin.post('restart')).json.state, 'running');
  await until('the restart', async () => (await board.status()).boot_id !== before.boot_id);
  checks.refused('settings: sessions are gone', await admin.get('site'), 401);
  checks.equal('settings: passwords hold', (await admin.login(first)).status, 200);
  checks.equal('settings: of the others, too', (await new Client(board.device).login(second)).status, 200);
  checks.equal('settings: values hold', (await admin.get('site')).text, JSON.stringify({ ...values, code: '' }));
  const secret = await admin.request('POST', '/rpc/Config.Get', '{}');
  checks.check('settings: passwords are no setting', secret.status === 200 && !/login\.|1:32000/.test(secret.text), secret.text.slice(0, 300));
}

const netLines = async (board) => (await consoleLines(board)).map(({ text }) => text).filter((text) => /network settings/.test(text));

async function network({ checks, board, admin }) {
  const was = (await admin.get('net')).json;
  checks.equal('network: what the firmware has', was.ip, '192.168.0.10');
  for (const [what, change] of [['no address', { ip: 'here' }], ['half an address', { ip: '192.168.0' }], ['a broadcast', { ip: '255.255.255.255' }],
    ['a mask with a hole', { mask: '255.0.255.0' }], ['no gateway\'s address', { gateway: '300.1.1.1' }]]) {
    const { status } = await admin.post('net', change);
    checks.check(`network: ${what}: refused, or on trial`, status === 400 || status === 200, `${status}`);
    if (status === 200) await admin.post('net', { ip: was.ip, mask: was.mask, gateway: was.gateway });
  }
  await admin.post('net', { gateway: '192.168.0.254' });
  await replug(board);
  await until('it is confirmed', async () => (await netLines(board)).some((line) => /confirmed/.test(line)), 20);
  checks.check('network: a good change is on trial, then confirmed', (await netLines(board)).some((line) => /on trial/.test(line)));
  await replug(board);
  await admin.login(first);
  checks.equal('network: and holds', (await admin.get('net')).json.gateway, '192.168.0.254');
  checks.equal('network: settled', (await admin.get('session')).json.network, undefined);

  const lines = (await netLines(board)).length;
  await admin.post('net', { ip: '192.168.0.99' }); // where nobody finds it
  for (let i = 1; i <= 2; i++) {
    await power(board, false);
    await power(board, true);
    await until(`trial ${i}`, async () => (await netLines(board)).slice(lines).filter((line) => /on trial/.test(line)).length >= i, 30);
  }
  await replug(board);
  await admin.login(first);
  checks.equal('network: a wrong one comes back after two starts that nobody saw', (await admin.get('net')).json.ip, '192.168.0.10');
  checks.equal('network: with what was good before', (await admin.get('net')).json.gateway, '192.168.0.254');
  checks.equal('network: which the session says', (await admin.get('session')).json.network, 'rolled-back');
}

export async function settings(checks) {
  const board = await Board.start({ image: testFirmware('login') });
  const device = { checks, board, admin: new Client(board.device), nobody: new Client(board.device) };
  for (const part of [closedAtFirst, heartbeat, restarts, network]) await part(device);
  await board.stop();
}

/* --- the plug --- */

/**
 * Pull the plug while a request is served: as it programs this flash word, which stays torn, or after some of the
 * board's time. Resolves to {isAnswered, words}: how many were begun.
 */
async function cut(client, board, path, body, { word, seconds }) {
  const start = await board.view();
  if (word) await fetch(`${board.page}/api/power?on=0&words=${word}`, { method: 'POST' });
  const text = JSON.stringify(body);
  const socket = await client.raw(`POST /api/${path} HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(text)}`, text);
  socket.hear();
  await until('the cut', async () => {
    const { powered, time_s } = await board.view();
    return !powered || / 200 /.test(socket.text) || time_s - start.time_s >= (seconds ?? 20);
  });
  await power(board, false);
  const { flash } = await board.view();
  const isAnswered = /^HTTP\/1.1 200 /.test(socket.text);
  socket.destroy();
  await power(board, true);
  await until('the firmware', () => board.status());
  return { isAnswered, words: flash.programs - start.flash.programs };
}

const POINTS = [{ seconds: 0.2 }, ...[1, 2, 3, 4, 6, 8, 12].map((word) => ({ word }))];

async function cutFirst(checks, points) {
  for (const at of points) {
    const board = await Board.start({ image: testFirmware('login') });
    const client = new Client(board.device);
    const { isAnswered, words } = await cut(client, board, 'password', { user: first, password: passwordOf(first) }, at);
    const { first: isFirst } = (await client.get('session')).json;
    const reply = isFirst ? await client.post('password', { user: first, password: passwordOf(first) }) : await client.login(first);
    checks.check(`cut at the first password, ${JSON.stringify(at)}, ${words} words: ${isFirst ? 'none' : 'set'}, and he signs in`,
      reply.json?.user === first && reply.json.level === 9 && !(isAnswered && isFirst), reply.text);
    await board.stop();
  }
}

async function cutPassword(checks, board, admin) {
  let password = passwordOf(first);
  for (const [i, at] of POINTS.entries()) {
    const next = `password ${i} of the test`;
    await admin.login(first, password);
    const { isAnswered, words } = await cut(admin, board, 'password', { user: first, password: next, old: password }, at);
    const isOld = (await admin.login(first, password)).status === 200;
    const isNew = (await new Client(board.device).login(first, next)).status === 200;
    checks.check(`cut at a password, ${JSON.stringify(at)}, ${words} words: ${isNew ? 'new' : 'old'}`, isOld !== isNew && !(isAnswered && isOld),
      `old ${isOld}, new ${isNew}, answered ${isAnswered}`);
    checks.equal('and the other user signs in', (await new Client(board.device).login(second)).status, 200);
    if (isNew) password = next;
  }
  await admin.login(first, password);
}

async function cutSettings(checks, board, admin) {
  let value = { note: 'before all', height: 0 };
  await admin.post('site', { ...value, code: '' });
  for (const [i, at] of POINTS.entries()) {
    const next = { note: `${'n'.repeat(40)}${i}`, height: i + 1 };
    const { isAnswered, words } = await cut(admin, board, 'site', next, at);
    await admin.login(first);
    const { note, height } = (await admin.get('site')).json;
    const isOld = note === value.note && height === value.height, isNew = note === next.note && height === next.height;
    checks.check(`cut at settings, ${JSON.stringify(at)}, ${words} words: ${isNew ? 'new' : 'old'}`, (isOld || isNew) && !(isAnswered && isOld), `${note} ${height}`);
    const again = await admin.post('site', next);
    checks.check('and they can be set', again.status === 200 && again.json.height === next.height, again.text);
    value = next;
  }
}

async function withBoard(checks, part) {
  const { board, admin } = await startBoard(login);
  await part(checks, board, admin);
  await board.stop();
}

/** At the points of the plug: nobody is ever locked out, and what is kept is old or new as a whole. */
export const plugs = {
  'plug-first': (checks) => cutFirst(checks, POINTS.filter(({ word }) => [undefined, 1, 4, 8].includes(word))),
  'plug-password': (checks) => withBoard(checks, cutPassword),
  'plug-settings': (checks) => withBoard(checks, cutSettings),
};
