// mock.mjs - a pretended device for working on the page, without firmware. For development only.
//
//     node web/mock.mjs [--port 8000] [--auth token|basic] [--rate KB_PER_SECOND] [--policy automatic|explicit]
//         [--trial confirm|fail|hang] [--signatures optional|required] [--ask ERROR] [--fail PHASE]
//
// Serves the page of the project that "runs", takes images with an information block and bundles, restarts into
// them on trial, and confirms or rolls back. --ask IMAGE_OTHER_GUARD refuses until consent is given.
//     curl -X POST 'http://127.0.0.1:8000/mock?cut'        the plug is pulled, and put in again
//     curl -X POST 'http://127.0.0.1:8000/mock?drop'       the upload's connection breaks
//     curl -d '{"running":"stranded","stranded":"the other image is damaged"}' http://127.0.0.1:8000/mock
//                                                          any field of the status
// The token is "secret", so is the password of any user.
// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { buildPage, readErrors } from './build.mjs';

const OPTIONS = {
  port: { type: 'string', default: '8000' },
  auth: { type: 'string', default: 'none' },
  rate: { type: 'string', default: '300' },
  policy: { type: 'string', default: 'automatic' },
  trial: { type: 'string', default: 'confirm' },
  signatures: { type: 'string', default: 'optional' },
  ask: { type: 'string', default: '' },
  fail: { type: 'string', default: '' },
};
const CONSENTS = {
  IMAGE_REJECTED: 'force',
  IMAGE_OTHER_GUARD: 'guard',
  IMAGE_OTHER_PRODUCT: 'foreign',
  IMAGE_DOWNGRADE: 'downgrade',
};
const RESTART_MS = 2500;
const HEALTHY_MS = 6000;
const DEADLINE_MS = 60000;
const ERRORS = readErrors();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const text = (image, at) => image.toString('utf8', 0x400 + at, 0x420 + at).split('\0')[0];

/** What a file says of itself: the image in it, and the digest that names its upload. */
function describe(file) {
  if (file.readUInt32LE(0) === 0x04034b50) {
    const start = 30 + file.readUInt16LE(26) + file.readUInt16LE(28);
    const manifest = file.subarray(start, start + file.readUInt32LE(18));
    const { name, version, build_id = '00000000000000aa', parts } = JSON.parse(manifest);
    const part = Object.values(parts).find(({ type }) => /^(app|cm7)$/.test(type));
    return { digest: part.cs_sha256, image: { name, version, build_id } };
  }
  const digest = file.toString('hex', 0x4dc, 0x4fc);
  return {
    digest,
    image: { name: text(file, 88), version: text(file, 120), build_id: digest.slice(0, 16) },
  };
}

class Mock {
  values = { leds: { state: false }, BCKLT: { state: true } };
  running = { name: 'project1', version: '1.0.0', build_id: '5f0c1f6a7d3b2e91' };
  other = null; // what the other bank holds
  bank = 1;
  boot_id = 1;
  off = false;
  update = {}; // of the upload in progress, or the last one
  fields = { running: 'unrecorded' }; // the rest of the status
  received = Buffer.alloc(0);
  rejected = '';

  constructor(pages, options) {
    this.pages = pages;
    this.options = options;
  }

  status() {
    const { running } = this.fields;
    const settled = this.fields.rolled_back ? 'rolled-back' : running;
    return {
      product: 'flota-demo',
      ...this.running,
      bank: this.bank,
      boot_id: this.boot_id,
      board: 'stm32h745i-disco',
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
      auth: this.options.auth,
      trial: null,
      rolled_back: null,
      stranded: null,
      revert: null,
      resume: null,
      signatures: { policy: this.options.signatures, keys: 1 },
      phase: settled === 'unrecorded' ? 'idle' : settled,
      ...this.update,
      ...this.fields,
      ...(running === 'trial' && { trial: this.trialNow() }),
    };
  }

  trialNow() {
    const remaining_ms = Math.max(0, this.deadline - Date.now());
    return { remaining_ms, policy: this.options.policy, ...this.fields.trial };
  }

  async restart() {
    this.off = true;
    this.upload?.destroy();
    await sleep(RESTART_MS);
    this.boot_id++;
    this.update = {};
    this.off = false;
  }

  swap() {
    [this.running, this.other] = [this.other, this.running];
    this.bank = 3 - this.bank;
  }

  async trial(image, kind) {
    this.update.phase = 'restarting';
    await sleep(300);
    this.other = image;
    this.swap();
    this.deadline = Date.now() + RESTART_MS + DEADLINE_MS;
    this.fields = { running: 'trial', trial: { attempt: 1, kind } };
    await this.restart();
    const boot = this.boot_id;
    await sleep(HEALTHY_MS);
    if (this.boot_id !== boot || this.fields.running !== 'trial') return;
    if (this.options.trial === 'fail') return this.rollBack();
    if (this.options.trial === 'confirm' && this.options.policy === 'automatic') this.confirm();
  }

  confirm() {
    this.fields = { running: 'confirmed', revert: this.other };
  }

  rollBack() {
    const { build_id } = this.running;
    this.rejected = build_id;
    this.swap();
    const rolled_back = {
      build_id,
      reason: 'the image did not confirm in the boots that it had',
      attempts: 3,
      cause: 'watchdog',
      fault: { what: 'BusFault', pc: '0x08001234', lr: '0x08001199', milestone: 2 },
    };
    this.fields = { running: 'confirmed', rolled_back };
    return this.restart();
  }

  fail(error) {
    this.update = { ...this.update, phase: 'failed', error };
    return { error };
  }

  /** Why an upload is not taken, by its first bytes; undefined when it is. */
  refusal(query, image) {
    if (this.fields.running === 'trial') return ERRORS.ON_TRIAL;
    const again = image.build_id === this.rejected ? 'IMAGE_REJECTED' : '';
    return [again, this.options.ask]
      .filter((name) => name && !query.has(CONSENTS[name]))
      .map((name) => ERRORS[name])[0];
  }

  /** Returns [HTTP status, JSON]. */
  async take(request, query) {
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
          await this.receive(chunk.subarray(at, at + 4096), query);
    } catch (error) {
      if (error.refusal) return [400, this.fail(error.refusal)];
    }
    if (this.off) return [500, {}];
    if (this.received.length < size) return [500, this.fail(ERRORS.TRANSFER_LOST)];
    return this.verify(size);
  }

  async receive(chunk, query) {
    this.received = Buffer.concat([this.received, chunk]);
    if (this.received.length < 8192) return;
    const { image, digest } = describe(this.received);
    const refusal = this.refusal(query, image);
    if (refusal) throw Object.assign(new Error(refusal.name), { refusal });
    await sleep(chunk.length / (Number(this.options.rate) * 1.024));
    const offset = this.received.length & ~31;
    Object.assign(this.update, { phase: 'receiving', new: image, in_flash: offset });
    this.fields.resume = { offset, size: this.update.size, digest };
  }

  async verify(size) {
    const { image } = describe(this.received);
    Object.assign(this.update, { phase: 'verifying', in_flash: size });
    this.fields.resume = null;
    while (this.update.verified < size) {
      await sleep(50);
      this.update.verified = Math.min(size, this.update.verified + size / 8);
    }
    if (this.options.fail) return [500, this.fail(ERRORS[this.options.fail])];
    this.trial(image, 'update');
    return [200, { message: 'Update applied, finalizing' }];
  }

  /** POST /api/firmware_update */
  post(request, query) {
    const { running } = this.fields;
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
      this.trial(this.fields.revert, 'revert');
      return [200, { ok: true, message: 'Update applied, finalizing' }];
    } else if (['checking', 'receiving', 'verifying', 'restarting'].includes(this.update.phase))
      return [409, { error: ERRORS.UPDATE_BUSY }];
    else return this.take(request, query);
    return [200, this.status()];
  }

  /** POST /mock: what happens to a device from outside. */
  async happen(request, query) {
    if (query.has('cut')) this.restart();
    else if (query.has('drop')) this.upload?.destroy();
    else Object.assign(this.fields, JSON.parse(Buffer.concat(await request.toArray())));
    this.deadline ??= Date.now() + DEADLINE_MS;
    return [200, {}];
  }

  allowed({ method, headers: { authorization = '' } }) {
    const password = Buffer.from(authorization.slice(6), 'base64').toString();
    return (
      this.options.auth === 'none' ||
      method === 'GET' ||
      authorization === 'Bearer secret' ||
      (authorization.startsWith('Basic ') && password.endsWith(':secret'))
    );
  }

  async answer(request, { pathname, searchParams: query }) {
    const name = pathname.slice(5);
    const post = request.method === 'POST';
    if (pathname === '/mock') return this.happen(request, query);
    if (!this.allowed(request)) return [401, { error: ERRORS.UNAUTHORIZED }];
    if (name === 'firmware_update') return post ? this.post(request, query) : [200, this.status()];
    if (!this.values[name]) return [404, { error: ERRORS.BAD_REQUEST }];
    if (post)
      Object.assign(this.values[name], JSON.parse(Buffer.concat(await request.toArray())));
    return [200, this.values[name]];
  }

  async serve(request, response) {
    const url = new URL(request.url, 'http://mock');
    if (this.off && url.pathname !== '/mock') return request.socket.destroy();
    if (url.pathname === '/')
      return response.writeHead(200, { 'Content-Type': 'text/html' }).end(this.pages[this.running.name]);
    const [code, json] = await this.answer(request, url);
    response.writeHead(code, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      Connection: 'close', // else a browser repeats by itself what a broken connection took
    });
    response.end(JSON.stringify(json));
  }
}

async function main() {
  const { values: options } = parseArgs({ options: OPTIONS });
  const examples = new URL('../examples/', import.meta.url).pathname;
  const pages = {};
  for (const name of ['project1', 'project2'])
    pages[name] = await buildPage(`${examples}${name}/dashboard.json`);
  const mock = new Mock(pages, options);
  const server = createServer((request, response) =>
    mock.serve(request, response).catch((problem) => {
      console.error(problem);
      response.destroy();
    }),
  );
  server.listen(Number(options.port), '127.0.0.1', () =>
    console.log(`mock: http://127.0.0.1:${server.address().port}`),
  );
}

await main();
