// dash-access.mjs - who may do what, by REST; guessed passwords, other sites' pages, crowds.
// SPDX-License-Identifier: Apache-2.0
import { until } from './board.mjs';
import { Client, CROSS_ORIGIN, everything, passwordOf, rawRequest, startBoard } from './dash.mjs';

const description = everything;
const { api, users } = description;

/* --- levels --- */

/** One request of each kind to each endpoint: [what, read or write level, method, path, body]. All but restart: it would. */
function requests() {
  const list = [];
  const add = (name, ...request) => list.push({ name, level: description[request[0] === 'GET' ? 'readLevel' : 'writeLevel'](name), request });
  for (const [name, { type, does, upload }] of Object.entries(api)) {
    if (type === 'local') continue;
    add(name, 'GET', name);
    if (type === 'data') add(name, 'POST', name, '{}');
    if (type === 'array') add(name, 'POST', `${name}/0`, '{}');
    if (type === 'array') add(name, 'GET', `${name}/0`);
    if (type === 'action' && !does) add(name, 'POST', name, '{"wrong":1}');
    if (type === 'file') (upload === false ? ['GET'] : ['GET', 'PUT', 'DELETE']).forEach((method) => add(name, method, `${name}/level.txt`, method === 'PUT' ? 'x' : undefined));
    if (type === 'custom') add(name, 'POST', name, 'x');
    if (type === 'ota') add(name, 'POST', `${name}?check=1&size=4`, 'text');
  }
  list.find(({ name }) => name === 'firmware_update').level = 0; // its status is for anybody
  return list;
}

async function allLevels({ checks, board }) {
  for (const { name: user, level } of [...users, { name: 'nobody', level: 0 }]) {
    const client = new Client(board.device);
    if (level > 0) await client.login(user);
    const wrong = [];
    for (const { level: needed, request } of requests()) {
      const { status, text } = await client.request(...request);
      const refusal = level > 0 ? 403 : 401;
      const isRight = level >= needed ? status !== 401 && status !== 403 : status === refusal && /"remedy"/.test(text);
      if (!isRight) wrong.push(`${request.join(' ')} needs ${needed}: ${status} ${text.slice(0, 80)}`);
    }
    checks.check(`levels: ${user} of level ${level} does what that allows, of ${requests().length} requests`, !wrong.length, wrong.join('; '));
    if (level < 9) {
      checks.refused(`levels: ${user} does not restart it`, await client.post('restart'), level > 0 ? 403 : 401);
      checks.refused(`levels: ${user} does not set admin's password`, await client.post('password', { user: 'admin', password: 'long enough' }), level > 0 ? 403 : 401);
      checks.refused(`levels: ${user} makes no token`, await client.post('password', { user: 'token', level: 9 }), level > 0 ? 403 : 401);
      const rpc = await client.request('POST', '/rpc/Config.Set', { 'site.place': 'elsewhere' });
      checks.check(`levels: ${user} does not write settings by RPC`, /-310|-2\d\d|401|403/.test(`${rpc.status} ${rpc.text}`) && rpc.status !== 200, `${rpc.status} ${rpc.text}`);
    }
    if (level < 7) {
      const update = await client.request('POST', '/update', new Uint8Array(2000));
      checks.equal(`levels: ${user} does not update`, update.status, level > 0 ? 403 : 401);
    }
  }
}

/* --- sessions --- */

async function sessions({ checks, board, admin }) {
  const client = new Client(board.device);
  const { headers, json } = await client.login('gardener');
  const cookie = headers.get('set-cookie');
  checks.check('session: HttpOnly, SameSite=Strict', /HttpOnly/.test(cookie) && /SameSite=Strict/.test(cookie), cookie);
  checks.check('session: 128 random bits', /^flota=[0-9a-f]{32};/.test(cookie), cookie);
  checks.check('session: who it is', json.user === 'gardener' && json.level === 5 && json.first === false, JSON.stringify(json));
  const again = new Client(board.device);
  await again.login('gardener');
  checks.check('session: each login has its own', again.cookie !== client.cookie);
  const old = client.cookie;
  await client.post('logout');
  client.cookie = old;
  checks.refused('session: used after logout', await client.post('control', {}), 401);
  checks.equal('session: the other one goes on', (await again.post('control', {})).status, 200);
  await admin.post('password', { user: 'gardener', password: 'another long one' });
  checks.refused('session: ends with a new password', await again.post('control', {}), 401);
  checks.refused('session: the old password', await again.login('gardener'), 401);
  await again.login('gardener', 'another long one');
  checks.refused('session: a new password needs the old one', await again.post('password', { user: 'gardener', password: passwordOf('gardener') }), 401);
  checks.refused('session: the right old one', await again.post('password', { user: 'gardener', password: passwordOf('gardener'), old: 'a wrong one' }), 401);
  const own = await again.post('password', { user: 'gardener', password: passwordOf('gardener'), old: 'another long one' });
  checks.check('session: goes on after its own new password', own.status === 200 && own.json.user === 'gardener' &&
    (await again.post('control', {})).status === 200, own.text);
  for (const wrong of ['flota=', 'flota=0', `flota=${'0'.repeat(32)}`, `flota=${'f'.repeat(33)}`, 'flota=; flota=x', '='.repeat(300), 'x'.repeat(1500),
    again.cookie.toUpperCase(), again.cookie.slice(0, -1), `${again.cookie}0`, `x${again.cookie}`])
    checks.refused(`session: cookie ${wrong.slice(0, 20)}`, await new Client(board.device).get('control', { cookie: wrong }), 401);
  const among = await new Client(board.device).get('control', { cookie: `a=b; flota=zz; ${again.cookie}; c` });
  checks.equal('session: among other cookies', among.status, 200);
  checks.equal('session: a cookie longer than a head', (await new Client(board.device).get('control', { cookie: `flota=${'f'.repeat(5000)}` })).status, 431);
}

/** For scripts: shown once, of the level that it was made with, and gone when it is taken back. */
async function tokens({ checks, board, admin }) {
  const { json, text } = await admin.post('password', { user: 'token', level: 5 });
  checks.check('token: made', /^[0-9a-f]{32}$/.test(json?.token) && json.level === 5, text);
  const script = new Client(board.device), bearer = { authorization: `Bearer ${json.token}` };
  checks.equal('token: writes', (await script.post('control', {}, bearer)).status, 200);
  checks.refused('token: not beyond its level', await script.post('site', {}, bearer), 403);
  checks.refused('token: another one', await script.post('control', {}, { authorization: `Bearer ${'0'.repeat(32)}` }), 401);
  await admin.post('password', { user: 'token', level: 0 });
  checks.refused('token: taken back', await script.post('control', {}, bearer), 401);
}

async function oddLogins({ checks, board }) {
  const client = new Client(board.device);
  for (const [what, body, status] of [['no user', { password: 'x' }, 400], ['no password', { user: 'admin' }, 400], ['a list', [], 400],
    ['a number', { user: 1, password: 'x' }, 400], ['a zero inside', '{"user":"admin\\u0000","password":"x"}', 400],
    ['an unknown user', { user: 'root', password: 'x' }, 401], ['no name', { user: '', password: '' }, 401], ['no JSON', 'user=admin', 400],
    ['deep', '['.repeat(600), 400], ['a long password', { user: 'admin', password: 'x'.repeat(2000) }, 413], ['no UTF-8', new Uint8Array([123, 255, 125]), 400]])
    checks.refused(`login: ${what}`, await client.post('login', body), status);
  checks.equal('login: nobody is signed in', (await client.get('session')).json.user, null);
}

/** A thousand wrong passwords: few are looked at; nobody else waits; and the right one counts when the pause is over. */
async function guessed({ checks, board }) {
  const user = users[1].name, seen = {};
  const before = await board.view();
  const guess = async (count) => {
    const client = new Client(board.device);
    for (let i = 0; i < count; i++) {
      const { status, headers } = await client.login(user, `wrong ${i}`);
      seen[status] = (seen[status] ?? 0) + 1;
      if (status === 429) seen.retry = headers.get('retry-after');
    }
  };
  await Promise.all([guess(500), guess(500)]);
  checks.check('guessed: a thousand wrong ones, most without being looked at', seen[401] >= 4 && seen[401] < 20 &&
    seen[401] + seen[429] === 1000 && seen.retry > 0, JSON.stringify(seen));
  checks.equal('guessed: nothing was written to flash', (await board.view()).flash.programs, before.flash.programs);
  checks.equal('guessed: another user is not held up', (await new Client(board.device).login(users[0].name)).status, 200);
  const reply = await until('the pause is over', async () => {
    const answer = await new Client(board.device).login(user);
    return answer.status === 200 && answer;
  }, 90);
  checks.equal('guessed: then the right one counts', reply.json.user, user);
}

export async function access(checks) {
  const device = { checks, ...await startBoard(description) };
  const before = await device.board.status();
  for (const part of [allLevels, sessions, tokens, oddLogins, guessed]) await part(device);
  checks.equal('access: nothing restarted', (await device.board.status()).boot_id, before.boot_id);
  await device.board.stop();
}

/* --- other sites --- */

async function otherSites({ checks, board, admin }) {
  const host = new URL(board.device).host;
  const own = await admin.post('control', {}, { origin: `http://${host}` });
  checks.equal('another site: the device\'s own page', own.status, 200);
  for (const origin of [CROSS_ORIGIN.origin, 'null', `https://${host}`, `http://${host}0`, `http://${host}.evil.example`, 'http://', `http://evil@${host}`])
    checks.refused(`another site: ${origin.replace(host, 'HOST')}`, await admin.post('control', {}, { origin }), 403);
  const writes = [...description.named('data'), ...description.named('action'), ...description.named('custom'), 'zones/0', 'login', 'logout', 'password'].map((path) => ['POST', path, '{}']);
  for (const [method, path, body] of [...writes, ['PUT', 'logs/x.txt', 'x'], ['POST', 'logs/x.txt', 'x'], ['DELETE', 'logs/x.txt', undefined],
    ['POST', 'firmware_update', 'x'], ['POST', 'firmware_update?cancel=1', ''], ['POST', '/update', 'x'], ['POST', '/rpc/Sys.Reboot', '{}']])
    checks.equal(`another site: ${method} ${path}`, (await admin.request(method, path, body, CROSS_ORIGIN)).status, 403);
  const socket = await admin.webSocket({ Origin: CROSS_ORIGIN.origin });
  checks.equal('another site: a WebSocket', socket.status, 403);
  await socket.close();
  const page = await admin.webSocket({ Origin: 'http://device' });
  checks.equal('another site: our own page\'s is none', page.status, 101);
  await page.close();
  checks.equal('another site: still signed in', (await admin.get('session')).json.user, 'admin');
}

/* --- files --- */

async function files({ checks, admin }) {
  const text = '<script>alert(1)</script>\r\n\u20ac'.repeat(40);
  const size = Buffer.byteLength(text);
  const put = await admin.request('PUT', 'logs/notes.txt', text);
  checks.check('files: stored', put.status === 200 && put.json.name === 'notes.txt' && put.json.size === size, put.text);
  const back = await admin.get('logs/notes.txt');
  checks.equal('files: and read', back.text, text);
  checks.check('files: no browser runs it', /nosniff/.test(back.headers.get('x-content-type-options')) &&
    !/html|svg|xml|script/.test(back.headers.get('content-type')), [...back.headers].join());
  checks.check('files: listed', (await admin.get('logs')).json.some((file) => file.name === 'notes.txt' && file.size === size));
  for (const name of ['../notes.txt', '..%2fnotes.txt', '.notes', 'a/b', 'x'.repeat(32), 'a%00b', 'caf%C3%A9', '%2e%2e', '', '.', '..', 'a b',
    'a%20b', 'a;b', 'a\\b', '<b>', 'con:', '~', '$HOME', '"']) {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const reply = await rawRequest(admin, method, `/api/logs/${name}`, method === 'PUT' ? 'x' : '');
      if (reply.status < 400 || reply.status >= 500) checks.check(`files: ${method} of a file named ${name}`, false, reply.text.slice(0, 200));
    }
    checks.check(`files: none named "${name.slice(0, 16)}"`, (await admin.get('logs')).json.length === 1);
  }
  const { size_max: most } = api.logs;
  checks.refused('files: larger than it takes', await admin.request('PUT', 'logs/large.bin', new Uint8Array(most + 1)), 413);
  const chunked = await admin.raw('PUT /api/logs/large.bin HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked',
    `${(most + 1).toString(16)}\r\n${'x'.repeat(most + 1)}\r\n0\r\n\r\n`);
  chunked.hear();
  await chunked.over;
  checks.check('files: larger, and hides it', /^HTTP\/1.1 (413 Content Too Large|507 Insufficient Storage)\r\n/.test(chunked.text), chunked.text.slice(0, 200));
  const lost = await admin.raw('PUT /api/logs/notes.txt HTTP/1.1\r\nContent-Length: 2000', 'y'.repeat(1000));
  await until('it arrives', async () => (await admin.request('PUT', 'logs/other.txt', 'x')).status === 503, 5);
  lost.resetAndDestroy();
  await until('the lost one is forgotten', async () => (await admin.request('PUT', 'logs/other.txt', 'x')).status === 200, 20);
  checks.equal('files: of an upload that broke off the old file stays', (await admin.get('logs/notes.txt')).text, text);
  checks.check('files: and nothing else', JSON.stringify((await admin.get('logs')).json.map(({ name }) => name).sort()) === '["notes.txt","other.txt"]');
  for (const name of ['notes.txt', 'other.txt']) checks.equal(`files: ${name} deleted`, (await admin.request('DELETE', `logs/${name}`)).status, 200);
  checks.refused('files: gone', await admin.get('logs/notes.txt'), 404);
  checks.refused('files: deleted twice', await admin.request('DELETE', 'logs/notes.txt'), 404);
  const filled = [];
  while (filled.length < 40 && filled.at(-1) !== 507) filled.push((await admin.request('PUT', `logs/${filled.length}.txt`, 'x'.repeat(1000))).status);
  checks.check(`files: full after ${filled.length - 1}`, filled.length > 2 && filled.at(-1) === 507 && filled.slice(0, -1).every((status) => status === 200), filled.join());
  checks.equal('files: what was stored is there', (await admin.get('logs/0.txt')).text.length, 1000);
  for (const { name } of (await admin.get('logs')).json) await admin.request('DELETE', `logs/${name}`);
  checks.refused('files: a list that takes none', await admin.request('PUT', 'reports/x.txt', 'x'), 405);
  const year = await admin.get('reports/year.csv');
  checks.check('files: a long one that the application makes', year.text.length === 32000 &&
    year.text.split('\n').slice(0, -1).every((line, i) => line.trim() === `${i};${i * i % 97}`), `${year.text.length}`);
}

/* --- crowds --- */

/** One of a crowd: asks again when it is told to, or is not heard in 3 s, as a browser's connection may be. */
async function insistent(send, seen) {
  for (const end = performance.now() + 30000; performance.now() < end;) {
    const reply = await send(3000).catch(({ name }) => ({ status: name }));
    seen[reply.status] = (seen[reply.status] ?? 0) + 1;
    if (reply.status === 200) return;
    if (reply.status === 503 && !reply.json?.error?.remedy) throw new Error(`503 without a word: ${reply.text}`);
  }
}

/** Fifty at once: each is served, or told to come again, and then served. */
async function crowd({ checks, admin }) {
  const kinds = {
    'read a list': (limit) => admin.request('GET', 'zones', undefined, {}, limit), 'write values': (limit) => admin.request('POST', 'control', { window: 5 }, {}, limit),
    'store a file': (limit) => admin.request('PUT', 'logs/0.txt', 'x'.repeat(900), {}, limit),
    'read a long file': (limit) => admin.request('GET', 'reports/year.csv', undefined, {}, limit),
  };
  for (const [what, send] of Object.entries(kinds)) {
    const seen = {}, since = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => insistent(send, seen)));
    const { 200: served, 503: told = 0, ...others } = seen;
    checks.check(`crowd: fifty ${what} at once: all served in ${((performance.now() - since) / 1000).toFixed(1)} s, ${told} times told to wait`,
      served === 50 && Object.keys(others).every((name) => ['TimeoutError', 'TypeError'].includes(name)), JSON.stringify(seen));
  }
  const replies = await Promise.allSettled(Array.from({ length: 50 }, () => new Client(admin.device).request('POST', 'login',
    { user: 'guest', password: passwordOf('guest') }, {}, 10000)));
  const count = (status) => replies.filter(({ value }) => value?.status === status).length;
  checks.check(`crowd: fifty sign in at once: ${count(200)} are, ${count(503)} are told to wait`, count(200) >= 4 &&
    replies.every(({ value }) => !value || [200, 503].includes(value.status)));
  checks.equal('crowd: then all is well', (await admin.get('control')).status, 200);
}

export async function visitors(checks) {
  const device = { checks, ...await startBoard(description) };
  const before = await device.board.status();
  for (const part of [otherSites, files, crowd]) await part(device);
  checks.equal('visitors: nothing restarted', (await device.board.status()).boot_id, before.boot_id);
  await device.board.stop();
}
