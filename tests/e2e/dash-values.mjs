// dash-values.mjs - a dashboard's endpoints read and written: what fits comes back, what does not is refused whole.
// SPDX-License-Identifier: Apache-2.0
import { Board, firmware, until } from './board.mjs';
import { Client, everything, rawRequest, startBoard } from './dash.mjs';

const description = everything;
const { api } = description;
const isOwn = ({ config }) => !config;

/* --- values --- */

const TEXTS = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"\'\\/&<>`', '\u00e4\u00f6\u00fc\u20ac\u{1f600}\u6f22\u5b57',
  '\n\r\t\b\f\u0001\u007f\u2028\u202e\ufeff', '${leds.state}', '%s%n%x', '__proto__', '</textarea>{{1}}', '\n\ndata: {}\n\n'];

/** As many characters as fit into so many bytes. */
function shortened(text, bytes) {
  const characters = [...text];
  while (Buffer.byteLength(characters.join('')) > bytes) characters.pop();
  return characters.join('');
}

/** Values that an attribute takes. */
function goodValues({ type, options, min = -2147483648, max = 2147483647, size = 32 }) {
  if (options) return options;
  if (type === 'bool') return [true, false];
  if (type === 'string') return ['', 'x'.repeat(size - 1), ...TEXTS.map((text) => shortened(text, size - 1))];
  const middle = type === 'int' ? Math.round((min + max) / 2) : Number(((min + max) / 3).toPrecision(15)); // digits that it keeps
  return [min, max, middle];
}

/** Values that it does not take, as JSON. */
function badValues({ type, options, min, max, size = 32 }) {
  const wrong = {
    bool: ['0', '1', '"true"', 'True', 'null', '[]', '{}'],
    int: ['1.5', '"1"', 'true', 'null', '3e9', '-2147483649', '1e400', '01', '0x10', '+1', '[1]', '-'],
    double: ['"1"', 'true', 'null', '{}', '1e400', '-1e400', 'NaN', 'Infinity', '.5', '1.', '1e', '00'],
    string: ['1', 'false', 'null', '["a"]', '{"a":"b"}', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\x41"', '"\\u12"', '"a\nb"', "'a'"],
  }[type];
  const isNumber = type === 'int' || type === 'double';
  const beyond = isNumber ? [...(min === undefined ? [] : [min - 1, min - 1e-3]), ...(max === undefined ? [] : [max + 1, max + 1e-3])] : [];
  const long = type === 'string' ? [JSON.stringify('y'.repeat(size)), JSON.stringify('\u20ac'.repeat(Math.ceil(size / 3)))] : [];
  const other = options ? [type === 'int' ? `${Math.max(...options) + 1}` : JSON.stringify(`${options[0]}?`), type === 'int' ? '-1' : '""'] : [];
  return [...wrong, ...beyond.map(String), ...long, ...other];
}

const picked = (values, names) => JSON.stringify(names.map((name) => values?.[name]));

/** Write each attribute that one may write, with all of its good and bad values; read it back. Returns mistakes. */
async function roundTrip(client, path, attributes) {
  const mistakes = [];
  const names = Object.keys(attributes).filter((name) => !attributes[name].read_only); // the others change by themselves
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.read_only) {
      const { status } = await client.post(path, `{"${name}":${JSON.stringify(attribute.initial ?? 0)}}`);
      if (status !== 400) mistakes.push(`${path}.${name} is read only, but ${status}`);
      continue;
    }
    for (const value of goodValues(attribute)) {
      const { status, json } = await client.post(path, { [name]: value });
      const back = (await client.get(path)).json?.[name];
      const wanted = JSON.stringify(attribute.secret ? '' : value);
      if (status !== 200 || JSON.stringify(json?.[name]) !== wanted || JSON.stringify(back) !== wanted)
        mistakes.push(`${path}.${name} = ${JSON.stringify(value)}: ${status}, ${JSON.stringify(json)}, then ${JSON.stringify(back)}`);
    }
    const before = picked((await client.get(path)).json, names);
    for (const value of badValues(attribute)) {
      const { status, json } = await client.post(path, `{"${name}":${value}}`);
      const after = picked((await client.get(path)).json, names);
      if (status !== 400 || !json?.error?.cause || !json.error.remedy || after !== before)
        mistakes.push(`${path}.${name} = ${value}: ${status} ${JSON.stringify(json)}, ${before} then ${after}`);
    }
  }
  return mistakes;
}

async function roundTrips({ checks, admin }) {
  const check = async (path, attributes) => {
    const mistakes = await roundTrip(admin, path, attributes);
    checks.check(`${path}: every attribute takes what fits and refuses the rest`, !mistakes.length,
      `${mistakes.length}: ${mistakes.slice(0, 4).join('; ')}`);
  };
  for (const name of description.named('data', isOwn)) await check(name, api[name].attributes);
  for (const name of description.named('array')) {
    const { json } = await admin.get(name);
    checks.check(`${name}: a list of rows`, Array.isArray(json) && json.length > 1 && json.length <= api[name].rows, JSON.stringify(json));
    await check(`${name}/0`, api[name].attributes);
    checks.check(`${name}: the other rows are as they were`,
      JSON.stringify((await admin.get(name)).json.slice(1).map((row) => row.name)) === JSON.stringify(json.slice(1).map((row) => row.name)));
    for (const row of [`${json.length}`, `${api[name].rows}`, '-1', '1x', '99999999999', '0/0', ''])
      checks.refused(`${name}: row "${row}"`, await admin.get(`${name}/${row}`), 404);
    checks.refused(`${name}: written beyond the last`, await admin.post(`${name}/${json.length}`, {}), 404);
  }
}

/** All or nothing: one wrong value, and none is taken. */
async function together({ checks, admin }) {
  const good = { window: 12, note: 'both', lamp: true };
  const set = await admin.post('control', good);
  checks.check('several at once', set.status === 200 && Object.entries(good).every(([key, value]) => set.json[key] === value), set.text);
  for (const wrong of [{ fan: 9 }, { nonsense: 1 }, { target: 99 }, { mode: 'x' }]) {
    const reply = await admin.post('control', { window: 50, note: 'neither', lamp: false, ...wrong });
    const { json } = await admin.get('control');
    checks.check(`none of several with ${JSON.stringify(wrong)}`,
      reply.status === 400 && Object.entries(good).every(([key, value]) => json[key] === value), `${reply.text} ${JSON.stringify(json)}`);
  }
  checks.check('the fault names the field', /"fan"/.test((await admin.post('control', { fan: 9 })).json.error.cause));
}

/** A value in flash: each of its kinds once, they cost a save each. */
async function bound({ checks, admin }) {
  for (const name of description.named('data', ({ config }) => config)) {
    const values = Object.fromEntries(description.settable(name).map(([key, attribute]) => [key, goodValues(attribute).at(-1)]));
    const { status, json, text } = await admin.post(name, values);
    checks.check(`${name}: kept in flash`, status === 200 && JSON.stringify(json) === JSON.stringify((await admin.get(name)).json) &&
      Object.entries(values).every(([key, value]) => json[key] === value), `${JSON.stringify(values)}: ${text}`);
    for (const [key, attribute] of description.settable(name))
      for (const value of badValues(attribute).slice(-3))
        checks.refused(`${name}.${key} = ${value.slice(0, 12)}`, await admin.post(name, `{"${key}":${value}}`), 400);
  }
}

/** The device samples by itself, each second of its own time. */
async function history({ checks, board, admin }) {
  const find = async () => (await admin.get('climate/history')).json;
  const count = ({ temperature }) => temperature.points.filter((point) => point !== null).length;
  const first = await find();
  for (const [name, { history: wanted }] of Object.entries(api.climate.attributes).filter(([, it]) => it.history))
    checks.check(`history: ${name} has ${wanted.points} points, ${wanted.seconds} s each`,
      first[name]?.seconds === wanted.seconds && first[name].points.length === wanted.points, JSON.stringify(first[name]).slice(0, 100));
  checks.check('history: what was before the start is not made up', first.temperature.points[0] === null);
  const since = (await board.view()).time_s;
  const later = await until('three more points', async () => {
    const now = await find();
    return count(now) >= count(first) + 3 && now;
  });
  const passed = (await board.view()).time_s - since;
  checks.check(`history: three more in ${passed.toFixed(1)} s`, passed > 1.9 && passed < 4.5);
  const { temperature } = (await admin.get('climate')).json;
  checks.check('history: the newest is the value now', Math.abs(later.temperature.points.at(-1) - temperature) < 1,
    `${later.temperature.points.slice(-4)}, ${temperature}`);
}

async function others({ checks, admin }) {
  for (const name of description.named('events')) {
    await admin.post('water_now', { seconds: 1, reason: '<b>\u20ac</b>\n' });
    const { json } = await admin.get(name);
    checks.check(`${name}: the last ones, as texts`, Array.isArray(json) && json.at(-1)?.text === '<b>\u20ac</b>\n', JSON.stringify(json));
    checks.refused(`${name}: not written by clients`, await admin.post(name, {}), 405);
  }
  const note = await admin.post('raw', 'a note <b>');
  checks.check('raw: the application answers itself', note.status === 200 && /a note <b>/.test(note.text) &&
    /nosniff/.test(note.headers.get('x-content-type-options')) && /plain/.test(note.headers.get('content-type')), note.text);
  for (const name of description.named('local')) checks.refused(`${name}: not on the device`, await admin.get(name), 404);
}

/* --- nonsense --- */

async function nonsense({ checks, admin }) {
  const bodies = {
    'no JSON': 'state=1', 'an empty body': '', 'a list': '[]', 'a number': '1', 'a text': '"x"', null: 'null', 'an unknown field': '{"nonsense":1}',
    'deep JSON': '['.repeat(500), 'deep objects': '{"a":'.repeat(150), 'deep in a field': `{"note":${'['.repeat(400)}`, 'half a JSON': '{"',
    'two of them': '{}{}', 'no UTF-8': new Uint8Array([123, 34, 255, 34, 58, 49, 125]), 'a field twice': '{"window":1,"window":2}',
    'a comma too many': '{"window":1,}', 'no quotes': '{window:1}', 'a comment': '{"window":1/**/}', 'many fields': `{${'"a":1,'.repeat(140)}"a":1}`,
    'a zero inside': '{"window":1}\0', 'text in UTF-16': Buffer.from('{"window":1}', 'utf16le'), __proto__: '{"__proto__":{"window":1}}',
  };
  for (const [what, body] of Object.entries(bodies)) checks.refused(`nonsense: ${what}`, await admin.post('control', body), 400);
  const huge = `{"note":"${'x'.repeat(100000)}"}`;
  checks.refused('nonsense: a huge one', await admin.post('control', huge), 413);
  const chunked = await admin.raw('POST /api/control HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked',
    `${huge.length.toString(16)}\r\n${huge}\r\n0\r\n\r\n`);
  chunked.hear();
  await chunked.over;
  checks.check('nonsense: a huge one that hides its size', /^HTTP\/1.1 413 /.test(chunked.text), chunked.text.slice(0, 200));
  for (const target of ['/api/nobody', '/api/', '/api/%00', '/api/..%2f', '/api/control%00', '/api/../api/nobody', '/api//control', '/api/CONTROL',
    '/api/control/', `/api/${'a'.repeat(500)}`, '/api/__proto__', '/api/control%2fx', '/api/climate/history/0', '/api/control/history', '/api/zones/%30']) {
    const { status, text } = await rawRequest(admin, 'GET', target);
    checks.check(`nonsense: ${target.slice(0, 24)}`, status === 404 && /"remedy"/.test(text), text.slice(0, 300));
  }
  for (const [method, name] of [['DELETE', 'control'], ['PUT', 'control'], ['PATCH', 'control'], ['POST', 'climate/history'], ['POST', 'zones'], ['POST', 'events'], ['DELETE', 'session']]) {
    const reply = await admin.request(method, name, method === 'POST' ? '{}' : undefined);
    checks.check(`nonsense: ${method} ${name}`, [405, 501].includes(reply.status), `${reply.status} ${reply.text}`);
  }
}

/** The first start is open: all can be done, which the session says, until there is a password. */
async function openAtFirst(checks) {
  const board = await Board.start({ image: firmware('everything') });
  try {
    const client = new Client(board.device);
    const session = (await client.get('session')).json;
    checks.check('open: the session says so', session.first && session.level === 9 && session.user === null, JSON.stringify(session));
    checks.equal('open: anybody writes', (await client.post('control', { lamp: true })).status, 200);
    checks.equal('open: the lamp is on', (await (await fetch(`${board.page}/api/gpio?pin=PJ2`)).json()).level, false);
    checks.refused('open: but no second user before the first', await client.post('password', { user: 'guest', password: 'long enough' }), 403);
    checks.refused('open: a short password', await client.post('password', { user: 'admin', password: 'short' }), 400);
    checks.equal('open: the first password', (await client.post('password', { user: 'admin', password: 'long enough' })).status, 200);
    checks.refused('open: is open no more', await new Client(board.device).post('control', { lamp: true }), 401);
    checks.equal('open: for the first user it is', (await client.post('control', { lamp: false })).status, 200);
  } finally {
    await board.stop();
  }
}

export async function values(checks) {
  const device = { checks, ...await startBoard(description) };
  const before = await device.board.status();
  for (const part of [roundTrips, together, bound, others, nonsense, history]) await part(device);
  checks.equal('values: nothing restarted', (await device.board.status()).boot_id, before.boot_id);
  await device.board.stop();
  await openAtFirst(checks);
}
