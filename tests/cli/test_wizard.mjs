#!/usr/bin/env node
// test_wizard.mjs FLOTA - flota wizard as its page uses it: who may ask, check, the live page, save, jobs, the end.
// The firmware is that of the board host, which compiles fast; --quick: without building.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const flota = resolve(process.argv[2]);
const quick = process.argv.includes('--quick');
const only = process.argv.find((word) => word.startsWith('--only='))?.slice(7);
const work = mkdtempSync(join(tmpdir(), 'flota-wizard-'));
const wizards = new Set();
const environment = { ...process.env, XDG_CONFIG_HOME: join(work, 'no-config') };
delete environment.FLOTA_HOME;
delete environment.FLOTA_PORT;
let checks = 0;
let failures = 0;

function check(name, good, seen = '') {
  checks++;
  if (good) return;
  failures++;
  console.error(`FAILED: ${name}: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`.slice(0, 1500));
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** The first true answer, or null when time is over. */
async function until(seconds, ask) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(30)) {
    const answer = await ask();
    if (answer) return answer;
  }
  return null;
}

// --- one wizard ---

function http(url, { method = 'GET', headers = {}, body, raw = false } = {}) {
  return new Promise((done, fail) => {
    const asked = request(url, { method, headers, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString();
        let json = null;
        try {
          json = JSON.parse(text);
        } catch {
          /* not JSON */
        }
        done({ status: answer.statusCode, headers: answer.headers, text, json, bytes: raw ? bytes : null });
      });
      answer.on('error', fail);
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

class Wizard {
  constructor(folder, more = [], env = environment) {
    this.folder = folder;
    this.said = '';
    const words = more.includes('--open') ? [] : ['--no-open', ...more];
    this.child = spawn(flota, ['wizard', ...words, folder], { env, cwd: work });
    wizards.add(this);
    this.child.stderr.on('data', (text) => (this.said += text));
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done(code ?? signal)));
    this.ended.then(() => wizards.delete(this));
    this.started = new Promise((done) => {
      let text = '';
      this.child.stdout.on('data', (part) => {
        text += part;
        if (text.includes('\n')) done((this.url = text.trim()));
      });
      this.ended.then(() => done(null));
    });
  }

  async start() {
    await this.started;
    if (!this.url) throw new Error(`no wizard: ${this.said}`);
    this.project = await this.get('api/project');
    this.live = this.project.preview;
    return this;
  }

  ask(path, options) {
    return http(this.url + path, options);
  }

  async get(path) {
    return (await this.ask(path)).json;
  }

  post(path, body, options) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask(path, { method: 'POST', body: text, ...options });
  }

  check(description) {
    return this.post('api/check', typeof description === 'string' ? description : JSON.stringify(description));
  }

  async save(description, settings, more = {}) {
    const { digest } = await this.get('api/project');
    return this.post('api/save', { description, settings, digest, ...more });
  }

  /** All events from now on. */
  listen(headers = {}, url = `${this.url}api/events`) {
    const events = [];
    events.ids = [];
    const asked = request(url, { headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (part) => {
        text += part;
        const blocks = text.split('\n\n');
        text = blocks.pop();
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block);
          if (data) events.push(JSON.parse(data[1]));
          if (data) events.ids.push(/^id: (.*)$/m.exec(block)?.[1]);
        }
      });
      answer.on('error', () => {});
    });
    asked.on('error', () => {});
    asked.end();
    events.close = () => asked.destroy();
    return events;
  }

  async end(signal = 'SIGINT') {
    this.child.kill(signal);
    return this.ended;
  }

  path(name) {
    return join(this.folder, name);
  }

  read(name) {
    return readFileSync(this.path(name), 'utf8');
  }
}

const folder = (name) => join(work, name);
const wizard = (name, ...rest) => new Wizard(folder(name), ...rest).start();

/** Programs that work in this folder, without the wizard itself. */
function workers(path) {
  return readdirSync('/proc').filter((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      const here = readlinkSync(`/proc/${id}/cwd`);
      return /^\d+$/.test(id) && (here === path || here.startsWith(`${path}/`)) && !line.includes('\0wizard\0');
    } catch {
      return false;
    }
  });
}

// --- descriptions ---

const MODULES = ['ota-http-server', 'dash', 'rpc-http'];
const LEDS = { type: 'data', attributes: { state: { type: 'bool' }, level: { type: 'int', min: 0, max: 10 } } };

function describe(api, more = {}) {
  const page = { title: 'Board', icon: 'board', panels: [{ elements: [{ type: 'text', text: 'hello' }] }] };
  return { brand: 'Test', api, pages: [page], ...more };
}

const ALL = describe({
  leds: LEDS,
  sensor: {
    type: 'data',
    attributes: {
      temperature: { type: 'double', read_only: true, min: 0, max: 50, initial: 20, history: { points: 20, seconds: 1 } },
    },
  },
  outputs: { type: 'array', rows: 4, attributes: { on: { type: 'bool' } } },
  blink: { type: 'action', attributes: { seconds: { type: 'int', min: 1, max: 9, initial: 5 } } },
  log: { type: 'events', attributes: { text: { type: 'string', size: 64 } } },
  docs: { type: 'file', size_max: 100 },
  words: { type: 'data', config: 'app', attributes: { greeting: { type: 'string', size: 20, initial: 'hello' } } },
  firmware_update: { type: 'ota' },
});

// --- who may ask ---

async function guardTests() {
  const it = await wizard('guard');
  const { host, pathname, port } = new URL(it.url);
  const page = await it.ask('');
  check('the page is served', page.status === 200 && /text\/html/.test(page.headers['content-type']), page.headers);
  check('its address stays a secret', page.headers['referrer-policy'] === 'no-referrer' && page.headers['x-frame-options'] === 'DENY');
  const wrong = await http(`http://${host}/${'0'.repeat(32)}/api/project`);
  check('a wrong token is refused', wrong.status === 403 && /token/.test(wrong.json?.error.cause), wrong);
  check('so is none', (await http(`http://${host}/`)).status === 403);
  const words = await http(`http://${host}/`, { headers: { Accept: 'text/html' } });
  check('a person reads words', words.status === 403 && /^flota wizard: .*\.\nTo do: .*\.\n$/s.test(words.text), words.text);
  check('localhost is this machine', (await it.ask('api/project', { headers: { Host: `localhost:${port}` } })).status === 200);
  for (const name of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`])
    check(`Host ${name} is refused`, (await it.ask('api/project', { headers: { Host: name } })).status === 403);
  for (const origin of ['http://evil.example', 'null', it.live.slice(0, -1), `https://127.0.0.1:${port}`])
    check(`Origin ${origin} is refused`, (await it.post('api/check', '{}', { headers: { Origin: origin } })).status === 403);
  check('its own is not', (await it.post('api/check', '{}', { headers: { Origin: `http://127.0.0.1:${port}` } })).status === 200);
  check('an unknown path', (await it.ask('api/nothing')).status === 404);
  check('path tricks', (await http(`http://${host}${pathname}../../../etc/passwd`)).status >= 400);
  check('a method that does not go', (await it.ask('api/save')).status === 405);
  await bodyTests(it);
  check('Ctrl-C ends it', (await it.end()) === 0);
}

async function bodyTests(it) {
  const large = await it.post('api/check', 'x'.repeat(1024 * 1024 + 1));
  check('more than 1 MB is refused', large.status === 413 && /1 MB/.test(large.json?.error.cause), large.text.slice(0, 200));
  const chunked = await it.post('api/check', 'x'.repeat(1200000), { headers: { 'Transfer-Encoding': 'chunked' } }).catch(() => ({ status: 413 }));
  check('also when its size is not said', chunked.status === 413, chunked);
  for (const path of ['api/save', 'api/run', 'api/template', 'api/preview'])
    for (const body of ['', 'null', '[1]', '{"a":', '{}\0{}', '['.repeat(5000)])
      check(`${path} refuses ${JSON.stringify(body.slice(0, 8))}`, (await it.post(path, body)).status === 400);
  check('a job that is none', (await it.post('api/run', { what: 'rm -rf' })).status === 400);
  check('a template that is none', (await it.post('api/template', { id: '../../etc' })).status === 404);
  const sockets = Array.from({ length: 100 }, () => connect(Number(new URL(it.url).port), '127.0.0.1').on('error', () => {}));
  const stand = await until(10, () => sockets.filter((socket) => socket.readyState === 'open').length >= 50);
  check('100 silent connections come', stand);
  check('100 silent connections do not stop it', (await it.ask('api/project')).status === 200);
  for (const socket of sockets) socket.destroy();
}

// --- check, and the live page ---

async function checkTests() {
  const it = await wizard('check');
  check('an empty folder has an empty description, shown live', JSON.parse(it.project.description).pages.length === 1 &&
    (await http(it.live)).status === 200 && (await it.check(it.project.description)).json.errors.length === 0, it.project.description);
  check('templates, boards, schema, icons', it.project.templates.length > 0 && it.project.boards.includes('host') &&
    it.project.schema.type === 'object' && it.project.icons.board, Object.keys(it.project));
  const bad = (await it.check('{\n "brand": "x",\n "api": {"leds": {"type": "action"}},\n "pages": [{"title": "A", "icon": "board", "panels": [{"elements": [{"type": "togle"}]}]}]\n}')).json;
  check('a mistake has its place', bad.errors[0]?.line === 4 && bad.errors[0].path.startsWith('pages/0/panels/0/elements/0') &&
    /toggle/.test(bad.errors[0].message) && bad.errors[0].remedy && bad.page === null, bad);
  check('no JSON at all', (await it.check('}{')).json.errors.length === 1);
  check('the live page stays as it was', (await http(it.live)).status === 200);
  const good = (await it.check(ALL)).json;
  check('a good one has none', good.errors.length === 0 && good.page.bytes > 1000, good.errors);
  const leds = good.endpoints.find(({ name }) => name === 'leds');
  check('an endpoint is explained', /struct leds \{\n    bool state;/.test(leds?.struct) && /flota_set_http_handlers\(leds, /.test(leds.register) &&
    leds.rest.some(({ method, path }) => method === 'POST' && path === '/api/leds'), leds);
  for (const { id } of it.project.templates) {
    const { json } = await it.post('api/template', { id });
    const judged = json?.description && (await it.check(json.description)).json;
    check(`template ${id} is good`, judged?.errors.length === 0 && json.settings?.board, judged ?? json);
  }
  await it.end();
}

const live = (it, path, body, headers = {}) =>
  http(it.live + path, body === undefined ? { headers } : { method: 'POST', body: JSON.stringify(body), headers });

async function liveTests() {
  const it = await wizard('live');
  await it.check(ALL);
  const page = await http(it.live, { raw: true });
  check('the generated page', page.status === 200 && page.headers['content-encoding'] === 'gzip' && page.bytes.length > 1000);
  check('leds toggled', (await live(it, 'api/leds', { state: true })).json.state === true && (await live(it, 'api/leds')).json.state === true);
  const refused = await live(it, 'api/leds', { level: 11 });
  check('a limit is the device\'s', refused.status === 400 && refused.json.error.name === 'BAD_VALUE' && /0 to 10/.test(refused.json.error.remedy), refused);
  check('an unknown field', (await live(it, 'api/leds', { colour: 1 })).status === 400);
  check('an unknown endpoint', (await live(it, 'api/nothing')).status === 404);
  check('read only', (await live(it, 'api/sensor', { temperature: 1 })).status === 400);
  check('another host opens nothing', (await live(it, 'api/leds', undefined, { Host: 'evil.example' })).status === 403);
  check('nor does another origin write', (await live(it, 'api/leds', { state: false }, { Origin: 'http://evil.example' })).status === 403);
  check('what was refused has changed nothing', (await live(it, 'api/leds')).json.state === true);
  check('a row of an array', (await live(it, 'api/outputs/2', { on: true })).json.on === true && (await live(it, 'api/outputs')).json.length === 4);
  check('a key of the configuration', (await live(it, 'api/words', { greeting: 'hi' })).json.greeting === 'hi');
  await lifeTests(it);
  await it.check({ ...ALL, api: { ...ALL.api, leds: { type: 'data', attributes: { level: LEDS.attributes.level, state: LEDS.attributes.state, more: { type: 'bool' } } } } });
  const after = (await live(it, 'api/leds')).json;
  check('values stay over an edit', after.state === true && after.more === false && (await live(it, 'api/outputs/2')).json.on === true &&
    (await live(it, 'api/words')).json.greeting === 'hi' && (await live(it, 'api/docs')).json.length === 1, after);
  await it.check({ ...ALL, api: { ...ALL.api, leds: { type: 'data', attributes: { state: { type: 'int', max: 5, initial: 3 } } } } });
  check('not where the type is another one', (await live(it, 'api/leds')).json.state === 3);
  await it.end();
}

/** What api/check shows as an example is what the device takes and answers, for every type of endpoint. */
async function exampleTests() {
  const example = new URL('../../examples/everything', import.meta.url).pathname;
  cpSync(example, folder('everything'), { recursive: true });
  const it = await wizard('everything');
  const { errors, endpoints } = (await it.check(it.project.description)).json;
  check('the example with everything is good', errors.length === 0 && endpoints.length > 8, errors);
  for (const { method, path, example: body } of endpoints.flatMap(({ rest }) => rest)) {
    const isFile = /\/[^/]+\.txt$/.test(path);
    if (isFile || (method === 'POST' && body && !body.startsWith('{'))) continue;
    const answer = await http(it.live + path.slice(1), { method, body: method === 'POST' ? body : undefined });
    check(`${method} ${path}`, answer.status === 200 || answer.status === 409, answer);
  }
  await it.end();
}

async function lifeTests(it) {
  const events = it.listen({}, `${it.live}api/events`);
  await until(5, () => events.length);
  check('events begin with everything', events[0]?.leds?.state === true && events[0].outputs.length === 4 && events[0].firmware_update.phase === 'idle', events[0]);
  const start = Date.now();
  await live(it, 'api/leds', { level: 7 });
  const heard = await until(2, () => events.find(({ leds }) => leds?.level === 7));
  check('a change is heard in 200 ms', heard && Date.now() - start < 250, `${Date.now() - start} ms`);
  const numbers = new Set();
  await until(5, () => events.forEach(({ sensor }) => sensor && numbers.add(sensor.temperature)) ?? numbers.size > 3);
  check('a sensor moves within its limits', numbers.size > 3 && [...numbers].every((n) => n >= 0 && n <= 50), [...numbers]);
  check('an entry comes by itself', await until(9, () => events.slice(1).some(({ log }) => log?.[0]?.text)));
  check('an action runs', (await live(it, 'api/blink', { seconds: 2 })).json.state === 'running' && (await live(it, 'api/blink', {})).status === 409);
  check('and is done', await until(3, async () => (await live(it, 'api/blink')).json.state === 'done'));
  check('a file is taken', (await http(`${it.live}api/docs/a.txt`, { method: 'PUT', body: 'text' })).status === 200 && (await live(it, 'api/docs/a.txt')).text === 'text');
  check('not a large one', (await http(`${it.live}api/docs/b.txt`, { method: 'PUT', body: 'x'.repeat(101) })).status === 413);
  const points = (await live(it, 'api/sensor/history')).json.temperature.points;
  check('a history grows', points.length === 20 && points.some((point) => point !== null), points);
  events.close();
}

async function updateTests() {
  const it = await wizard('update');
  await it.check(ALL);
  const events = it.listen({}, `${it.live}api/events`);
  const sent = http(`${it.live}api/firmware_update`, { method: 'POST', body: Buffer.alloc(400000, 1) });
  const second = await until(2, async () => {
    const answer = await http(`${it.live}api/firmware_update`, { method: 'POST', body: 'x' });
    return answer.status === 409 && answer;
  });
  check('one update at a time', second?.json.error.name === 'UPDATE_BUSY', second);
  check('it is taken, and says what it is', (await sent).json?.ok && /[Mm]ock/.test((await sent).json.message), (await sent).text);
  await until(15, () => events.some(({ firmware_update: status }) => status?.phase === 'confirmed'));
  const phases = events.map(({ firmware_update: status }) => status?.phase).filter((phase, i, all) => phase && phase !== all[i - 1]);
  check('the phases are played', [...new Set(phases)].join() === 'idle,receiving,verifying,restarting,trial,confirmed', phases);
  const { outcome } = (await live(it, 'api/firmware_update')).json;
  check('the outcome says that nothing was installed', /nothing was installed/.test(outcome?.title), outcome);
  events.close();
  await it.end();
}

async function accessTests() {
  const it = await wizard('access');
  const access = { users: [{ name: 'admin', level: 9 }, { name: 'operator', level: 3 }] };
  await it.check(describe({ leds: { ...LEDS, write: 5 } }, { access }));
  check('the designer may do all', (await live(it, 'api/leds', { state: true })).status === 200 && (await live(it, 'api/session')).json.level === 9);
  await it.post('api/preview', { user: 'operator' });
  const low = await live(it, 'api/leds', { state: false });
  check('an operator sees less', [401, 403].includes(low.status) && (await live(it, 'api/leds')).status === 200, low);
  await it.post('api/preview', { user: null });
  const session = (await live(it, 'api/session')).json;
  check('signed out: the first start', session.first === true && session.level === 0, session);
  const password = { user: 'admin', password: 'correct horse' };
  check('its password is set', (await live(it, 'api/password', password)).status === 200);
  const wrong = await live(it, 'api/login', { ...password, password: 'wrong horses' });
  check('a wrong one is refused', wrong.status === 401, wrong);
  const login = await live(it, 'api/login', password);
  const cookie = login.headers['set-cookie']?.[0].split(';')[0];
  check('a right one signs in', login.status === 200 && (await live(it, 'api/leds', { state: false }, { Cookie: cookie })).status === 200, login);
  check('no such user', (await it.post('api/preview', { user: 'nobody' })).status === 400 && (await it.post('api/preview', { level: 10 })).status === 400);
  await it.end();
}

// --- save ---

async function saveTests() {
  const it = await wizard('save');
  const text = JSON.stringify(ALL, null, 2);
  const first = await it.save(text, { board: 'host', version: '1.0.0' });
  check('a first save makes a project', first.status === 200 && it.read('dashboard.json') === text && existsSync(it.path('src/main.c')) &&
    /^board: host /m.test(it.read('flota.yml')), first);
  check('saving the same writes nothing', (await it.save(text, { board: 'host' })).json.written.length === 0);
  writeFileSync(it.path('src/main.c'), '// mine\r\n\tint x;');
  writeFileSync(it.path('flota.yml'), `# my words\n${it.read('flota.yml')}port: http://192.168.0.77 # mine, too\n`);
  const second = await it.save(text.replace('Test', 'Tést'), { version: '1.1.0', confirm: 'explicit', modules: ['ota-http-server', 'dash', 'rpc-http'] });
  const yml = it.read('flota.yml');
  check('comments and unknown keys stay', second.status === 200 && yml.startsWith('# my words\n') && yml.includes('port: http://192.168.0.77 # mine, too') &&
    yml.includes('version: 1.1.0         # decides') && yml.includes('confirm: {policy: explicit, timeout: 300}') && yml.includes('  - rpc-http           # POST /rpc\n  - dash ') &&
    !yml.includes('  - rpc-uart'), yml);
  check('main.c is left alone', it.read('src/main.c') === '// mine\r\n\tint x;');
  const { settings } = await it.get('api/project');
  check('settings come back', settings.version === '1.1.0' && settings.confirm === 'explicit' && settings.modules.join() === 'ota-http-server,rpc-http,dash', settings);
  await settingsTests(it, text);
  await diskTests(it, text);
  await it.end();
}

async function settingsTests(it, text) {
  const values = [
    { name: 'x1', product: 'A "product"', address: 'dhcp', auth: { kind: 'basic', user: 'admin', secret: 'a: b #c' } },
    { address: { ip: '10.0.0.2', mask: '255.255.0.0', gateway: '10.0.0.1', dns: '' }, auth: { kind: 'token', user: '', secret: 'yes' }, signatures: 'optional' },
    { modules: ['ota-http-server', 'ota-http-client'], update_url: 'https://example.com/fw.zip', update_interval: 3600 },
    { modules: ['ota-http-server'], auth: { kind: 'none', user: '', secret: '' } },
  ];
  for (const value of values) {
    const saved = await it.save(text, value);
    const { settings } = await it.get('api/project');
    const same = Object.keys(value).every((key) => {
      const [a, b] = [value[key], settings[key]].map((part) => JSON.stringify(part?.ip ? { ...part, dns: '' } : part));
      return a === b;
    });
    check(`settings ${JSON.stringify(value).slice(0, 60)}`, saved.status === 200 && same, [saved.text, settings]);
  }
  const before = it.read('flota.yml');
  check('a library that goes takes its keys along', !before.includes('update.url'));
  for (const bad of [{ board: 'toaster' }, { name: 'x'.repeat(40) }, { name: 5 }, { colour: 'red' }, { modules: ['dash', 'dash'] }, { modules: [1] },
    { address: { ip: '1.2.3' } }, { signatures: 'required' }, { confirm: 'later' }, { name: 'a\nboard: b' }]) {
    const refused = await it.save(text, bad);
    check(`${JSON.stringify(bad)} is refused`, refused.status === 400 && refused.json.error.cause && refused.json.error.remedy && it.read('flota.yml') === before, refused);
  }
}

async function diskTests(it, text) {
  const events = it.listen();
  const { digest } = await it.get('api/project');
  writeFileSync(it.path('dashboard.json'), '{"brand":"by hand"}');
  check('a change on disk is told', await until(5, () => events.some(({ files }) => files?.join() === 'dashboard.json')), events);
  const refused = await it.post('api/save', { description: text, digest });
  check('and not overwritten', refused.status === 409 && refused.json.changed.join() === 'dashboard.json' && it.read('dashboard.json') === '{"brand":"by hand"}', refused);
  check('a save without a digest neither', (await it.post('api/save', { description: text })).status === 409);
  check('but when one says so', (await it.post('api/save', { description: text, digest, overwrite: true })).status === 200 && it.read('dashboard.json') === text);
  events.close();
  rmSync(it.path('dashboard.json'));
  mkdirSync(it.path('dashboard.json'));
  const failed = await it.save(text, {});
  check('what cannot be written is said', failed.status === 400 && /dashboard.json/.test(failed.json.error.cause) && failed.json.error.remedy, failed);
  rmSync(it.path('dashboard.json'), { recursive: true });
  writeFileSync(it.path('flota.yml'), 'name: [\n');
  const { problem } = await it.get('api/project');
  check('a broken flota.yml is said with its line', /flota.yml:\d+: /.test(problem?.cause) && problem.remedy, problem);
  check('and not written', (await it.save(text, { name: 'x' })).status === 400 && it.read('flota.yml') === 'name: [\n');
}

// --- jobs ---

const exitOf = (events, job, seconds) => until(seconds, () => events.find((event) => event.job === job && 'exit' in event));

async function jobTests() {
  const it = await wizard('jobs');
  const events = it.listen();
  const text = JSON.stringify(ALL, null, 2);
  await it.save(text, { board: 'host', modules: MODULES });
  const main = it.read('src/main.c');
  const { job } = (await it.post('api/run', { what: 'generate' })).json;
  check('generate', (await exitOf(events, job, 20))?.exit === 0 && events.some((event) => event.line) && existsSync(it.path('build/generated/glue.c')), events);
  check('main.c is the same byte for byte', it.read('src/main.c') === main);
  const again = it.listen({ 'Last-Event-ID': events.ids[1] });
  await until(3, () => again.length >= events.length - 2);
  check('a client that comes again misses nothing', JSON.stringify(again) === JSON.stringify(events.slice(2)), [again, events]);
  again.close();
  await it.save(text.replace('"Test"', '5'), {});
  const bad = (await it.post('api/run', { what: 'generate' })).json.job;
  check('a mistake ends it with words', (await exitOf(events, bad, 20))?.exit > 0 && events.some(({ line }) => /dashboard.json:2:/.test(line)), events);
  check('export before a build', (await it.post('api/export', '')).status === 409);
  check('no device runs here', (await it.post('api/run', { what: 'send', ports: ['sim'] })).status === 400);
  for (const ports of [[], ['--help'], ['a b'], [5], 'x', Array(65).fill('http://x')])
    check(`ports ${JSON.stringify(ports).slice(0, 20)} are refused`, (await it.post('api/run', { what: 'send', ports })).status === 400);
  await it.save(text, {});
  if (!quick) await buildTests(it, events);
  events.close();
  await it.end();
}

async function buildTests(it, events) {
  const { job } = (await it.post('api/run', { what: 'build' })).json;
  check('one of a kind', (await it.post('api/run', { what: 'build' })).status === 409);
  await until(20, () => workers(it.folder).length > 2);
  const stopped = (await it.post('api/run', { what: 'stop', job })).json.stopped;
  check('stop ends a build and its compilers', stopped.join() === `${job}` && (await exitOf(events, job, 10))?.exit === 130 && (await until(5, () => workers(it.folder).length === 0)), workers(it.folder));
  const tried = (await it.post('api/run', { what: 'try' })).json.job;
  check('build', (await exitOf(events, tried, 300))?.exit === 0, events.slice(-30));
  const state = await until(20, () => events.findLast((event) => event.sim)?.sim);
  const device = state?.http;
  check('try: the device runs', device && (await until(10, () => http(`${device}/api/leds`).catch(() => null)))?.json?.state === false, state);
  await http(`${device}/api/leds`, { method: 'POST', body: '{"state":true}' });
  check('its endpoint answers', (await http(`${device}/api/leds`)).json.state === true);
  await sendTests(it, events, device);
  check('export', await exportTest(it));
  await it.post('api/run', { what: 'stop' });
  check('stop ends the device', await until(10, () => events.at(-1) && events.findLast((event) => 'sim' in event).sim === null && workers(it.folder).length === 0), workers(it.folder));
}

async function sendTests(it, events, device) {
  await it.save(it.read('dashboard.json'), { version: '2.0.0' });
  const built = (await it.post('api/run', { what: 'build' })).json.job;
  check('a second build', (await exitOf(events, built, 120))?.exit === 0, events.slice(-10));
  const { job } = (await it.post('api/run', { what: 'send', ports: ['sim', 'http://127.0.0.1:9'] })).json;
  const end = await exitOf(events, job, 90);
  const told = events.filter((event) => event.job === job && event.event).map(({ event }) => event);
  const phases = told.filter(({ device: name, event }) => event === 'phase' && name?.includes(new URL(device).port)).map(({ phase }) => phase);
  check('one device is updated', phases.join() === 'checking,receiving,verifying,restarting,trial,confirmed', phases);
  check('the other one is told to be away', told.some(({ event, outcome, error }) => event === 'result' && outcome === 'failed' && error.remedy) && end?.exit === 3, told.slice(-3));
}

async function exportTest(it) {
  const { bytes, status } = await it.ask('api/export', { method: 'POST', raw: true });
  const out = folder('export');
  mkdirSync(out);
  writeFileSync(`${out}.zip`, bytes);
  const run = (...words) => new Promise((done) => spawn(words[0], words.slice(1), { cwd: out, stdio: 'ignore' }).on('exit', done).on('error', () => done(127)));
  const opened = await run('python3', '-m', 'zipfile', '-e', `${out}.zip`, out);
  const script = opened === 0 ? readFileSync(join(out, 'build.sh'), 'utf8') : '';
  const built = await run('sh', 'build.sh');
  return status === 200 && !script.includes(it.folder) && !script.includes('ccache') && built === 0 && existsSync(join(out, 'project/build/fw.elf'));
}

// --- ends, and others ---

async function endTests() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    const it = await wizard(`end-${signal}`);
    await it.save(JSON.stringify(describe({ leds: LEDS })), { board: 'host', modules: MODULES });
    await it.post('api/run', { what: 'build' });
    const began = await until(20, () => workers(it.folder).length > 1);
    const start = Date.now();
    check(`${signal} ends it`, began && (await it.end(signal)) === 0, `${began} ${it.said}`);
    check(`${signal}: its children have ended when asked`, Date.now() - start < 4000, `${Date.now() - start} ms`);
    check(`${signal} leaves no children`, await until(3, () => workers(it.folder).length === 0), workers(it.folder));
  }
}

/** Without --no-open it starts a browser: here, a script that notes the address. */
async function browserTest() {
  const bin = folder('bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" >${bin}/opened\n`, { mode: 0o755 });
  const it = await new Wizard(folder('many'), ['--open'], { ...environment, PATH: `${bin}:${process.env.PATH}` }).start();
  const opened = await until(5, () => existsSync(join(bin, 'opened')) && readFileSync(join(bin, 'opened'), 'utf8'));
  check('the browser is given the address', opened === it.url, opened);
  await it.end();
}

async function manyTests() {
  await browserTest();
  const a = await wizard('many');
  const b = await wizard('many');
  check('two wizards at once', a.url !== b.url && (await b.ask('api/project')).status === 200);
  check('one does not open the other', (await http(a.url.replace(/:\d+/, `:${new URL(b.url).port}`))).status === 403);
  const { port } = new URL(a.url);
  const taken = new Wizard(folder('many'), ['--listen', port]);
  check('a port that is taken', (await taken.ended) === 1 && taken.said.includes(`port ${port}: `) && /To do: .*--listen/.test(taken.said), taken.said);
  await Promise.all([a.end(), b.end()]);
  const free = await wizard('many', ['--listen', port]);
  check('a port that was given', new URL(free.url).port === port);
  await free.end();
  writeFileSync(folder('file'), '');
  const none = new Wizard(folder('file'));
  check('a folder that is none', (await none.ended) === 1 && /To do: /.test(none.said), none.said);
  const poor = await wizard('poor', [], { ...environment, PATH: '/nowhere' });
  const events = poor.listen();
  await poor.save(JSON.stringify(describe({ leds: LEDS })), { board: 'host', modules: MODULES });
  await poor.post('api/run', { what: 'build' });
  check('a missing compiler is said in doctor\'s words', await until(10, () => events.some(({ line }) => /is not installed/.test(line))), events);
  events.close();
  await poor.end();
}

const all = { guardTests, checkTests, exampleTests, liveTests, updateTests, accessTests, saveTests, jobTests, endTests, manyTests };
try {
  for (const [name, test] of Object.entries(all)) if (!only || name.startsWith(only)) await test();
} catch (error) {
  check('no test fails in itself', false, error.stack);
}
for (const it of wizards) it.child.kill('SIGKILL');
rmSync(work, { recursive: true, force: true });
console.log(`test_wizard: ${checks - failures} of ${checks} ok`);
process.exit(failures ? 1 : 0);
