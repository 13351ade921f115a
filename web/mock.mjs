// mock.mjs - a pretended device for working on the page, without firmware. For development only.
//
//     node web/mock.mjs [--port 8000] [--page everything|project1|project2] [--login none|token|users|first|open]
//         [--rate KB_PER_SECOND] [--policy automatic|explicit] [--trial confirm|fail|hang] [--ask CONSENT] [--fail PHASE_ERROR]
//
// Reports values by events, takes updates, restarts into them on trial, and confirms or rolls back.
//     curl -X POST 'http://127.0.0.1:8000/mock?cut'        the plug is pulled, and put in again
//     curl -X POST 'http://127.0.0.1:8000/mock?drop'       the upload's connection breaks
//     curl -d '{"valves":{"pump":true}}' http://127.0.0.1:8000/mock    any values; "status": fields of the status
// The password of any user, and the token, is "secret". SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { composePage } from './compose.mjs';
import { makeKit } from './kit.mjs';
import { everyFeature, everything, project1, project2 } from './test/everything.mjs';

const OPTIONS = {
  port: { type: 'string', default: '8000' },
  page: { type: 'string', default: 'everything' },
  login: { type: 'string', default: 'none' },
  rate: { type: 'string', default: '300' },
  policy: { type: 'string', default: 'automatic' },
  trial: { type: 'string', default: 'confirm' },
  ask: { type: 'string', default: '' },
  fail: { type: 'string', default: '' },
};
const RESTART_MS = 2500;
const HEALTHY_MS = 6000;
const DEADLINE_MS = 60000;
const ACTIVE = ['checking', 'receiving', 'verifying', 'restarting'];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const textAt = (image, at) => image.toString('utf8', 0x400 + at, 0x420 + at).split('\0')[0];

/** The table of include/flota/error.h by name. */
export function readErrors() {
  const source = readFileSync(new URL('../include/flota/error.h', import.meta.url), 'utf8').replace(/\\\n/g, '');
  const text = String.raw`((?:"(?:[^"\\]|\\.)*"\s*)+)`; // C joins neighbouring texts
  const row = new RegExp(String.raw`\bX\((\w+), (-\d+),\s*${text},\s*${text}\)`, 'g');
  const joined = (texts) => texts.match(/"(?:[^"\\]|\\.)*"/g).map((it) => JSON.parse(it)).join('');
  const rows = [...source.matchAll(row)];
  return Object.fromEntries(
    rows.map(([, name, code, cause, remedy]) => [
      name,
      { code: Number(code), name, cause: joined(cause), remedy: joined(remedy) },
    ]),
  );
}
const ERRORS = readErrors();

/** What a file says of itself. */
function describe(file) {
  if (file.length < 0x500 || file.toString('latin1', 0x400, 0x404) !== 'LOTA') return null;
  const digest = file.toString('hex', 0x4dc, 0x4fc);
  const info = { name: textAt(file, 88), version: textAt(file, 120), board: textAt(file, 56) };
  return { digest, info: { ...info, build_id: digest.slice(0, 16) } };
}

class Mock {
  values = {
    leds: { state: false },
    BCKLT: { state: true },
    valves: { pump: false, opening: 35, mode: 1 },
    site: { name: 'Greenhouse 2', limit: 24, key: '', notes: 'Tomatoes in the south' },
    climate: { temperature: 21.5, humidity: 58 },
    watering: { state: 'idle' },
    horn: { state: 'idle' },
    sensors: [
      { name: 'North', value: 21 },
      { name: '<b>South</b>', value: 23 },
    ],
    alarms: [{ text: 'Door open since 8:12' }, { text: '<img src=x onerror=alert(1)>' }],
  };
  files = new Map([['log.txt', Buffer.from('line\n'.repeat(24))]]);
  running = { name: 'project1', version: '1.0.0', build_id: '5f0c1f6a7d3b2e91' };
  other = null; // what the other bank holds
  bank = 1;
  boot_id = 1;
  off = false;
  update = {}; // of the upload in progress, or the last one
  fields = { running: 'unrecorded' }; // the rest of the status
  received = Buffer.alloc(0);
  streams = new Set();
  said = {}; // last text per endpoint
  isFirst = false;

  constructor(options) {
    this.options = options;
    this.isFirst = /first|open/.test(options.login);
    this.user = null;
    this.timers = [
      setInterval(() => this.sample(), 1000),
      setInterval(() => this.report(), 100),
      setInterval(() => this.say({}), 3000),
    ];
  }

  end() {
    this.timers.forEach(clearInterval);
  }

  // --- status ---

  status() {
    const { running, rolled_back, stranded } = this.fields;
    return {
      product: 'flota-demo',
      ...this.running,
      bank: this.bank,
      boot_id: this.boot_id,
      board: 'stm32h745i-disco',
      slot_size: 917504,
      in_flash: 0,
      verified: 0,
      size: 0,
      from: '',
      new: null,
      error: null,
      trial: running === 'trial' ? {} : null,
      rolled_back: null,
      stranded: null,
      revert: null,
      resume: null,
      signatures: { policy: 'optional', keys: 1 },
      outcome: null,
      phase: rolled_back ? 'rolled-back' : running === 'unrecorded' ? 'idle' : running,
      ...this.update,
      ...this.fields,
      notices: [stranded && this.strandedNotice(), running === 'trial' && this.trialNotice(), rolled_back].filter(Boolean),
    };
  }

  trialNotice() {
    const { name, version } = this.running;
    const remaining_ms = Math.max(0, this.deadline - Date.now());
    return {
      kind: 'wait',
      title: `On trial, not final: ${name} ${version}`,
      text: 'Confirm it when it works as it should; else it is rolled back in',
      more: 'update, boot 1',
      act: 'confirm',
      button: 'Confirm',
      remaining_ms: Math.ceil(remaining_ms / 1000) * 1000,
    };
  }

  strandedNotice() {
    return {
      kind: 'loud',
      title: 'Stranded: the firmware failed, and there is no way back',
      text: 'It runs on because the other image is damaged. Upload firmware that works, or confirm this one.',
      act: 'confirm',
      button: 'Confirm',
    };
  }

  outcome(result, kind, title, text) {
    this.fields.outcome = { result, kind, title, text, more: null, build_id: this.running.build_id };
  }

  // --- life ---

  async restart() {
    this.off = true;
    this.upload?.destroy();
    this.streams.forEach((it) => it.destroy());
    await sleep(RESTART_MS);
    this.boot_id++;
    this.update = {};
    this.off = false;
  }

  swap() {
    [this.running, this.other] = [this.other, this.running];
    this.bank = 3 - this.bank;
  }

  async trial(image) {
    this.update.phase = 'restarting';
    await sleep(500);
    this.other = image;
    this.swap();
    this.deadline = Date.now() + RESTART_MS + DEADLINE_MS;
    this.fields = { running: 'trial' };
    this.outcome('trial', 'wait', '', '');
    await this.restart();
    const boot = this.boot_id;
    await sleep(HEALTHY_MS);
    if (this.boot_id !== boot || this.fields.running !== 'trial') return;
    if (this.options.trial === 'fail') return this.rollBack();
    if (this.options.trial === 'confirm' && this.options.policy === 'automatic') this.confirm();
  }

  confirm() {
    this.fields = { running: 'confirmed', revert: this.other };
    const { name, version } = this.running;
    this.outcome('confirmed', 'good', `Confirmed: ${name} ${version}`, 'It is final, and runs from now on.');
  }

  rollBack() {
    this.swap();
    const { name, version } = this.running;
    const rolled_back = {
      kind: 'bad',
      title: 'Rolled back because the image did not confirm in the boots that it had',
      text: `${name} ${version} runs again.`,
      more: 'started 3 times; the last reset: watchdog',
      act: 'seen',
      button: 'Got it',
    };
    this.fields = { running: 'confirmed', rolled_back };
    this.outcome('rolled-back', 'bad', '', '');
    return this.restart();
  }

  // --- updates ---

  fail(error) {
    this.update = { ...this.update, phase: 'failed', error };
    return { error };
  }

  async check(request, query) {
    const head = Buffer.concat(await request.toArray());
    const { info = null, digest = null } = describe(head) ?? {};
    const size = Number(query.get('size'));
    const asks = {};
    if (!info) asks.foreign = 'the image has no Flota information block. It may be unable to update itself.';
    if (info && info.version < this.running.version)
      asks.downgrade = `the image is older than ${this.running.version}, which runs now.`;
    if (this.options.ask) asks[this.options.ask] = 'the device asks.';
    for (const name of query.keys()) delete asks[name];
    const { resume } = this.fields;
    const offset = resume?.size === size && resume.digest === digest ? resume.offset : 0;
    const error = head.length < 0x500 ? ERRORS.IMAGE_BAD_VECTORS : info && info.board !== 'stm32h745i-disco' ? ERRORS.IMAGE_OTHER_BOARD : null;
    return [200, { info, asks, error, digest, offset }];
  }

  /** Returns [HTTP status, JSON]. */
  async take(request) {
    const range = /bytes (\d+)-\d+\/(\d+)/.exec(request.headers['content-range'] ?? '');
    const start = range ? Number(range[1]) : 0;
    const size = range ? Number(range[2]) : Number(request.headers['content-length']);
    if (range && start > this.received.length) return [409, { error: ERRORS.TRANSFER_GAP }];
    this.received = this.received.subarray(0, start);
    this.update = { phase: 'checking', size, from: '192.168.0.5', in_flash: start, verified: 0 };
    this.fields.resume = null;
    this.upload = request.socket;
    await sleep(400);
    try {
      for await (const chunk of request)
        for (let at = 0; at < chunk.length && !request.socket.destroyed; at += 4096)
          await this.receive(chunk.subarray(at, at + 4096));
    } catch {
      // Its connection broke.
    }
    if (this.off || this.update.phase === 'failed') return [500, {}];
    if (this.received.length < size) return [500, this.fail(ERRORS.TRANSFER_LOST)];
    return this.verify(size);
  }

  async receive(chunk) {
    this.received = Buffer.concat([this.received, chunk]);
    await sleep(chunk.length / (Number(this.options.rate) * 1.024));
    const offset = this.received.length & ~31;
    if (this.update.phase === 'failed') return;
    Object.assign(this.update, { phase: 'receiving', in_flash: offset });
    this.fields.resume = { offset, size: this.update.size, digest: describe(this.received)?.digest };
  }

  async verify(size) {
    Object.assign(this.update, { phase: 'verifying', in_flash: size });
    this.fields.resume = null;
    while (this.update.verified < size) {
      await sleep(50);
      this.update.verified = Math.min(size, this.update.verified + size / 8);
    }
    if (this.options.fail) return [500, this.fail(ERRORS[this.options.fail])];
    const { info } = describe(this.received) ?? { info: { name: 'foreign', version: '0', build_id: '0' } };
    this.trial(info);
    return [200, { message: 'Update applied, finalizing' }];
  }

  /** POST /api/firmware_update */
  post(request, query) {
    const { running } = this.fields;
    if (query.has('check')) return this.check(request, query);
    if (query.has('confirm')) {
      if (!/trial|stranded/.test(running)) return [409, { error: ERRORS.NOT_ON_TRIAL }];
      this.confirm();
    } else if (query.has('seen')) this.fields.rolled_back = null;
    else if (query.has('cancel')) {
      if (this.update.phase !== 'receiving') return [409, { error: ERRORS.NOT_READY }];
      this.fail(ERRORS.TRANSFER_CANCELLED);
      this.upload.destroy();
    } else if (query.has('revert')) {
      if (!this.fields.revert) return [409, { error: ERRORS.IMAGE_NOT_THERE }];
      const { boot_id } = this.status();
      this.trial(this.fields.revert);
      return [200, { ok: true, message: 'Update applied, finalizing', boot_id, size: 0, new: null }];
    } else if (ACTIVE.includes(this.update.phase)) return [409, { error: ERRORS.UPDATE_BUSY }];
    else return this.take(request);
    return [200, this.status()];
  }

  // --- dashboard ---

  sample() {
    const { climate } = this.values;
    climate.temperature = Math.round(10 * (24 + 9 * Math.sin(Date.now() / 9000))) / 10;
    climate.humidity = Math.round(55 + 20 * Math.sin(Date.now() / 5000));
  }

  say(message) {
    this.streams.forEach((it) => it.write(`data: ${JSON.stringify(message)}\n\n`));
  }

  report() {
    const all = this.all();
    for (const name in all) {
      const text = JSON.stringify(all[name]);
      if (this.said[name] !== text && name !== 'alarms') this.say({ [name]: all[name] });
      this.said[name] = text;
    }
  }

  all() {
    const level = this.session().level;
    return { firmware_update: this.status(), ...(level >= 1 && this.values) };
  }

  listen(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(`data: ${JSON.stringify(this.all())}\n\n`);
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  session() {
    const { login } = this.options;
    const users = ['admin', 'operator'];
    if (this.isFirst) return { login: 'users', first: true, user: null, level: login === 'open' ? 9 : 0, users };
    const level = login === 'none' || this.user ? 9 : 0;
    return { login: /first|open/.test(login) ? 'users' : login, first: false, user: this.user, level, users };
  }

  enter(name, body) {
    if (name === 'logout') this.user = null;
    else if (name === 'password') {
      if (body.password.length < 8) return [400, { error: ERRORS.PASSWORD_WEAK }];
      this.isFirst = false;
    } else if (body.password !== 'secret') return [401, { error: ERRORS.LOGIN_WRONG }];
    if (name !== 'logout') this.user = body.user || 'token';
    return [200, this.session()];
  }

  change(name, row, body) {
    const values = row === undefined ? this.values[name] : this.values[name][Number(row)];
    if (body.name === 'Wrong') return [400, { error: ERRORS.BAD_REQUEST }];
    if (name === 'horn') values.state = body.pressed ? 'running' : 'idle';
    else if (name === 'watering') {
      values.state = 'running';
      setTimeout(() => Object.assign(values, { state: 'done' }), 3000);
    } else Object.assign(values, body);
    return [200, values];
  }

  async file(request, name) {
    if (!name) return [200, [...this.files].map(([name, bytes]) => ({ name, size: bytes.length }))];
    if (request.method === 'DELETE') this.files.delete(name);
    if (request.method === 'PUT') this.files.set(name, Buffer.concat(await request.toArray()));
    return [200, { name, size: this.files.get(name)?.length ?? 0 }];
  }

  /** POST /mock: what happens to a device from outside. */
  async happen(request, query) {
    if (query.has('cut')) this.restart();
    else if (query.has('drop')) this.upload?.destroy();
    else {
      const { status = {}, ...values } = JSON.parse(Buffer.concat(await request.toArray()));
      Object.assign(this.fields, status);
      for (const name in values) this.values[name] = { ...this.values[name], ...values[name] };
    }
    this.deadline ??= Date.now() + DEADLINE_MS;
    return [200, {}];
  }

  async answer(request, { pathname, searchParams: query }) {
    const [, , name, rest] = pathname.split('/');
    const isPost = request.method !== 'GET';
    if (pathname === '/mock') return this.happen(request, query);
    if (name === 'session') return [200, this.session()];
    if (name === 'firmware_update' && !isPost) return [200, this.status()];
    const body = async () => JSON.parse(Buffer.concat(await request.toArray()).toString() || '{}');
    if (/^(login|logout|password)$/.test(name)) return this.enter(name, await body());
    if (this.session().level < 1) return [401, { error: ERRORS.UNAUTHORIZED }];
    if (name === 'firmware_update') return this.post(request, query);
    if (name === 'logs') return this.file(request, rest);
    if (rest === 'history') {
      const points = Array.from({ length: 90 }, (_, i) => (i > 30 && i < 36 ? null : 24 + 9 * Math.sin(i / 9)));
      return [200, { temperature: { seconds: 1, points }, humidity: { seconds: 1, points: points.map((it) => it && it * 2) } }];
    }
    if (!this.values[name]) return [404, { error: ERRORS.BAD_REQUEST }];
    return isPost ? this.change(name, rest, await body()) : [200, this.values[name]];
  }

  async serve(request, response, pages) {
    const url = new URL(request.url, 'http://mock');
    if (this.off && url.pathname !== '/mock') return request.socket.destroy();
    if (url.pathname === '/')
      return response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(pages[this.running.name === 'project2' ? 'project2' : this.options.page]);
    if (url.pathname === '/api/events') return this.listen(response);
    const [code, json] = await this.answer(request, url);
    response.writeHead(code, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      Connection: 'close', // else a browser repeats by itself what a broken connection took
    });
    response.end(JSON.stringify(json));
  }
}

export async function startMock(options) {
  const kit = await makeKit();
  const page = (features, description, brand) => composePage(kit, { features, description: description(kit.icons), brand });
  const pages = {
    everything: page(everyFeature(kit), everything, 'Greenhouse'),
    project1: page(['ota'], project1, 'Flota demo'),
    project2: page(['nav', 'ota', 'toggle', 'tooltip'], project2, 'Flota demo'),
  };
  const mock = new Mock({ ...Object.fromEntries(Object.entries(OPTIONS).map(([name, it]) => [name, it.default])), ...options });
  const server = createServer((request, response) =>
    mock.serve(request, response, pages).catch((problem) => {
      console.error(problem);
      response.destroy();
    }),
  );
  await new Promise((resolve) => server.listen(Number(mock.options.port), '127.0.0.1', resolve));
  return { mock, server, url: `http://127.0.0.1:${server.address().port}` };
}

if (process.argv[1]?.endsWith('mock.mjs')) {
  const { values } = parseArgs({ options: OPTIONS });
  console.log(`mock: ${(await startMock(values)).url}`);
}
