// faults-pull.mjs - the device fetches its firmware, from nginx and from a server that does each thing wrong.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { freePort, until } from './board.mjs';
import { bundle, manifestOf } from './bundles.mjs';
import { callOnce } from './faults-clients.mjs';
import { FaultyServer } from './faults-server.mjs';
import { padded, seal, withField } from './images.mjs';
import { Device, FileServer, credentials } from './ways.mjs';

const authorization = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
const SLOW = { timeout: 3 }; // seconds without progress, after which one who asks is told
const html = '<!doctype html>\n<title>Please log in</title>\n' + '<p>This is a page, not a firmware.\n'.repeat(60);

/** A device, the two servers, and what every story needs of them. */
export class Pull {
  static async start(checks, title) {
    const pull = new Pull();
    pull.checks = checks;
    pull.title = title;
    pull.server = await FaultyServer.start();
    pull.device = await Device.start('board');
    pull.images = ['ways', 'ways2'].map((name) => readFileSync(pull.device.firmware(name)));
    pull.large = pull.images.map((image) => padded(image, 400 * 1024));
    return pull;
  }

  url(path, port = this.server.port) { return `http://${this.device.machine}:${port}${path}`; }

  check(name, holds, detail) { return this.checks.check(`${this.title}: ${name}`, holds, detail); }

  equal(name, found, expected) { return this.checks.equal(`${this.title}: ${name}`, found, expected); }

  /** GET /update?url=, as a browser does. */
  async get(url, query = 'downgrade=1&ignore_same_version=0') {
    const reply = await fetch(`${this.device.url}/update?${query}&url=${encodeURIComponent(url)}`,
      { headers: { ...authorization, connection: 'close' }, signal: AbortSignal.timeout(90000) });
    return { status: reply.status, text: await reply.text() };
  }

  /** OTA.Update over HTTP. */
  update(url, params = {}) {
    return callOnce(this.device, 'http', 'OTA.Update',
      { url, downgrade: true, ignore_same_version: false, ...params }, { limit_ms: 90000 });
  }

  async console() {
    const reply = await fetch(`http://127.0.0.1:${this.device.page}/api/console/lines`);
    return (await reply.json()).lines.map((line) => line.text);
  }

  said(words, since = 0) {
    return until(`the console says ${words}`, async () => (await this.console()).slice(since).find((line) => words.test(line)), 30);
  }

  power(on) { return fetch(`http://127.0.0.1:${this.device.page}/api/power?on=${on}`, { method: 'POST' }); }

  confirmed(version, before) {
    return until(`${version} confirmed`, async () => {
      const now = await this.device.status();
      return now.boot_id !== before.boot_id && now.version === version && now.phase === 'confirmed' && now;
    }, 60);
  }

  /** The image that does not run. */
  next(status, images = this.images) {
    return status.version === '1.0.0' ? [images[1], '1.1.0'] : [images[0], '1.0.0'];
  }

  /** An update that must hold, whatever was before. */
  async good(name) {
    const before = await this.device.status();
    const [image, version] = this.next(before);
    this.server.put('/good.bin', image);
    const reply = await this.update(this.url('/good.bin'));
    const applied = reply.error?.code === 0 && /Update applied/.test(reply.error.message);
    const after = applied && await this.confirmed(version, before);
    this.check(`${name}: a good update then holds`, after && after.bank !== before.bank, JSON.stringify(reply));
  }

  /** Refused with these words, in the reply and on the console; nothing changed, and the next update holds. */
  async refused(name, words, ask, { erases = false, silent = false } = {}) {
    const before = await this.device.status();
    const since = (await this.console()).length;
    const { status, text } = await ask();
    const now = await this.device.status();
    this.check(`${name}: says what and why`, status !== 200 && words.test(text), `${status} ${text}`);
    // What is refused with its request is told to its client only.
    if (!silent) this.check(`${name}: on the console, too`, await this.said(new RegExp(`${words.source}|is not fetched: `), since).catch(() => false), (await this.console()).slice(since).join('\n'));
    this.check(`${name}: runs on, nothing lost`, now.boot_id === before.boot_id && now.version === before.version &&
      (erases || now.erases === before.erases), JSON.stringify(now));
    await this.good(name);
  }

  rpc(url, params) {
    return async () => {
      const { error } = await this.update(url, params);
      return { status: error?.code === 0 ? 200 : 500, text: error?.message ?? 'no error' };
    };
  }

  async stop() {
    await this.device.stop();
    await this.server.stop();
  }
}

/** Files from nginx, and all that a right server may do. */
export async function pullWell(checks) {
  const pull = await Pull.start(checks, 'pull');
  const nginx = await FileServer.start();
  const { device, server } = pull;
  const applied = async (name, url, images = pull.images) => {
    const before = await device.status();
    const [, version] = pull.next(before);
    const { status, text } = await pull.get(url);
    const after = status === 200 && await pull.confirmed(version, before);
    pull.check(name, after && /Update applied/.test(text), `${status} ${text}`);
  };
  const serve = async (make = (image) => image) => {
    const [image, version] = pull.next(await device.status());
    const bytes = make(image, version);
    nginx.put('fw', bytes);
    server.put('/fw', bytes);
  };
  await serve();
  await applied('an image from nginx', pull.url('/fw', nginx.port));
  await serve((image, version) => bundle(image, { manifest: manifestOf(image, { version }) }));
  await applied('a bundle from nginx, redirected', pull.url('/moved/fw', nginx.port));
  await serve();
  [301, 302, 303, 307, 308].forEach((code, i, codes) => {
    const next = i + 1 < codes.length ? `/chain/${codes[i + 1]}` : '/fw';
    server.fault(`/chain/${code}`, (request, reply) => reply.status(`${code} Elsewhere`, 'elsewhere', { Location: next }));
  });
  await applied('redirected by 301, 302, 303, 307, 308', pull.url('/chain/301'));
  pull.equal('each redirect was followed once', server.log.map((entry) => entry.status).join(), '301,302,303,307,308,200');
  await serve();
  server.fault('/chunked', (request, reply) => reply.file(request, server.files.get('/fw'), { chunked: true }));
  await applied('a chunked body', pull.url('/chunked'));
  const before = await device.status();
  const same = await pull.get(pull.url('/good.bin'), 'ignore_same_version=1').catch(() => undefined);
  pull.check('a file that is not there: 404 is told', /status/.test(same?.text), same?.text);
  const [running] = pull.images.filter((_, i) => (before.version === '1.0.0') === (i === 0));
  server.put('/same', running);
  const ignored = await pull.get(pull.url('/same'), 'ignore_same_version=1');
  pull.check('the same version is ignored', /Version is the same as current/.test(ignored.text) &&
    (await device.status()).boot_id === before.boot_id, ignored.text);
  await pull.good('at the end');
  await nginx.stop();
  await pull.stop();
}

/** What ends before a byte is written. */
export async function pullRefused(checks) {
  const pull = await Pull.start(checks, 'pull refused');
  const { device, server } = pull;
  server.fault('/loop', (request, reply) => reply.status('302 Found', '', { Location: '/loop' }));
  for (let i = 0; i < 8; i++)
    server.fault(`/far/${i}`, (request, reply) => reply.status('302 Found', '', { Location: `/far/${i + 1}` }));
  server.fault('/tls', (request, reply) => reply.status('301 Moved', '', { Location: 'https://example.org/fw.bin' }));
  server.fault('/nowhere', (request, reply) => reply.status('301 Moved', ''));
  server.fault('/500', (request, reply) => reply.status('500 Internal Server Error', 'sorry\n'));
  server.fault('/html', (request, reply) => reply.status('200 OK', html, { 'Content-Type': 'text/html' }));
  server.fault('/short-page', (request, reply) => reply.status('200 OK', 'not yet\n'));
  server.fault('/empty', (request, reply) => reply.status('200 OK', ''));
  server.put('/board', withField(pull.images[1], 'board', 'nucleo-h743zi'));
  server.fault('/no-http', (request, reply) => reply.socket.write('220 mail.example.org ESMTP\r\n')); // and waits
  server.fault('/two-lengths', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'));
  server.fault('/silent', () => {});
  const get = (path) => () => pull.get(pull.url(path));
  const refusedPort = await freePort();
  const cases = [
    ['a redirect to itself', /redirect/, get('/loop')],
    ['more than five redirects', /redirect/, get('/far/0')],
    ['a redirect to https', /scheme/, get('/tls')],
    ['a redirect to nowhere', /redirect/, get('/nowhere')],
    ['status 500', /error status/, get('/500')],
    ['status 404', /error status/, get('/none')],
    ['an HTML page', /vector table/, get('/html')],
    ['a few words', /ends before|vector table/, get('/short-page')],
    ['an empty file', /empty/, get('/empty')],
    ['a file for another board', /another board/, get('/board')],
    ['no HTTP at all', /not valid HTTP/, pull.rpc(pull.url('/no-http'), SLOW)],
    ['two lengths', /not valid HTTP/, get('/two-lengths')],
    ['a server that never answers', /not answer|no data/, pull.rpc(pull.url('/silent'), SLOW)],
    ['a port that refuses', /refused/, () => pull.get(pull.url('/fw', refusedPort))],
    ['a name that does not resolve', /name could not be resolved/, () => pull.get('http://no-such-host.invalid/fw.bin')],
    ['https', /scheme/, () => pull.get('https://example.org/fw.bin')],
    ['ftp', /scheme/, () => pull.get('ftp://example.org/fw.bin')],
    ['a malformed URL', /malformed/, () => pull.get('http://[::/fw.bin')],
    ['a URL without host', /malformed/, () => pull.get('http:///fw.bin')],
    ['a URL of 600 bytes', /too long/, () => pull.get(`http://${device.machine}/${'a'.repeat(600)}`), { silent: true }],
  ];
  return { pull, cases };
}

/** Each of the cases, on one of several devices. */
export async function pullRefusedPart(checks, part, parts) {
  const { pull, cases } = await pullRefused(checks);
  for (const [name, words, ask, options] of cases.filter((_, i) => i % parts === part))
    await pull.refused(name, words, ask, options);
  await pull.stop();
}

const isRest = (etag) => (entry) => entry.status === 206 && entry.headers['if-range'] === etag &&
  /^bytes=[1-9]\d*-$/.test(entry.headers.range);

/** The connection, and then the power, is cut in the middle: what has arrived is kept. */
export async function pullResumed(checks) {
  const pull = await Pull.start(checks, 'pull resumed');
  const { device, server } = pull;
  const path = '/large';
  const serveNext = async (options) => {
    const before = await device.status();
    const [image, version] = pull.next(before, pull.large);
    server.put(path, image, options);
    server.log = [];
    server.faults.delete(path);
    return { before, image, version, file: server.files.get(path) };
  };
  const cutOnce = (file, options) => server.fault(path, (request, reply) => {
    server.faults.delete(path);
    return reply.file(request, file, options);
  });

  for (const name of ['cut in the middle', 'a short body', 'stalled in the middle']) {
    const { before, version, file } = await serveNext();
    cutOnce(file, name.startsWith('stalled') ? { stall: 250000 } : { cut: name === 'a short body' ? 300000 : 150000 });
    const ended = pull.update(pull.url(path));
    const reply = await ended;
    const after = reply.error?.code === 0 && await pull.confirmed(version, before);
    pull.check(`${name}: it goes on by itself`, after, JSON.stringify(reply));
    pull.check(`${name}: the server has sent the rest only (206, If-Range)`, server.log.some(isRest(file.etag)),
      JSON.stringify(server.log));
    const sent = server.log.reduce((sum, entry) => sum + entry.sent, 0);
    pull.check(`${name}: nothing twice`, sent < file.bytes.length + 20000, `${sent} of ${file.bytes.length}`);
  }
  await powerCut(pull, serveNext, path);
  await pull.stop();
}

async function powerCut(pull, serveNext, path) {
  const { device, server } = pull;
  const { before, version, file } = await serveNext();
  const ended = pull.update(pull.url(path)).catch(() => undefined);
  await until('a good part in flash', async () => (await device.status()).in_flash > 270000);
  await pull.power(0);
  await pull.power(1);
  const now = await until('the firmware after the cut', () => device.status());
  void ended;
  pull.check('power cut: the old firmware runs', now.version === before.version && now.bank === before.bank);
  pull.equal('power cut: it knows how much is there', now.resume?.offset, 262144);
  server.log = [];
  const reply = await pull.update(pull.url(path));
  const after = reply.error?.code === 0 && await pull.confirmed(version, before);
  pull.check('power cut: the same file is completed', after, JSON.stringify(reply));
  pull.check('power cut: the server has sent the rest only (206)', server.log.some((entry) => entry.status === 206 &&
    entry.headers.range === 'bytes=262144-'), JSON.stringify(server.log));
}

/** Files that change or lie, while they are sent. */
export async function pullWrong(checks) {
  const pull = await Pull.start(checks, 'pull wrong');
  const { device, server } = pull;
  const path = '/large';
  const put = async () => {
    const [image, version] = pull.next(await device.status(), pull.large);
    server.put(path, image);
    server.faults.delete(path);
    server.log = [];
    return { image, version, file: server.files.get(path) };
  };
  const other = (image) => { // the same size and version, other bytes
    const copy = Buffer.from(image);
    copy.fill(0xa5, copy.length - 5000);
    return seal(copy);
  };

  for (const [name, etag] of [['changed between two attempts', undefined], ['changed, by a server without ETag', null]]) {
    const before = await device.status();
    const { image, version } = await put();
    const changed = other(image);
    server.put(path, image, { etag });
    const first = server.files.get(path);
    server.fault(path, (request, reply) => {
      server.faults.delete(path);
      server.put(path, changed, { etag });
      return reply.file(request, first, { cut: 200000 });
    });
    const reply = await pull.update(pull.url(path));
    const after = reply.error?.code === 0 && await pull.confirmed(version, before);
    pull.check(`${name}: the new file is taken whole`, after, JSON.stringify(reply));
    const info = changed.subarray(0x400 + 220, 0x400 + 228).toString('hex');
    pull.equal(`${name}: it is the one that runs`, after.build_id, info);
  }
  const cut = async (name, options, words) => {
    const { file } = await put();
    server.fault(path, (request, reply) => reply.file(request, file, options));
    await pull.refused(name, words, pull.rpc(pull.url(path), SLOW), { erases: true });
  };
  await cut('always cut, no ranges', { cut: 200000, ranges: false }, /ended before/);
  await cut('always stalled', { stall: 200000 }, /no data/);
  await cut('Content-Length too large', { length: 400 * 1024 + 5000 }, /size|ended before/);
  await cut('Content-Length too small', { length: 400 * 1024 - 5000 }, /size/);
  const { image } = await put();
  const damaged = Buffer.from(image);
  damaged[300000] ^= 1;
  server.put(path, damaged);
  await pull.refused('damaged on its way', /SHA-256/, pull.rpc(pull.url(path), SLOW), { erases: true });
  await pull.stop();
}

/** update.url and update.interval: the device asks by itself, and the same version is ignored. */
export async function pullPolled(checks) {
  const pull = await Pull.start(checks, 'polling');
  const { device, server } = pull;
  const path = '/fleet';
  server.put(path, pull.images[1]);
  const before = await device.status();
  const set = await device.flota('config', 'set', `update.url=${pull.url(path)}`, 'update.interval=2');
  pull.check('configured by the tool', set.code === 0, set.stderr);
  const after = await pull.confirmed('1.1.0', before).catch((error) => ({ error: error.message }));
  pull.check('it updates by itself', after.version === '1.1.0', after.error);
  await until('three polls that find nothing new', () => server.asked(path).filter((entry) => entry.status === 304).length >= 3);
  const stays = await device.status();
  pull.check('the same version is ignored from then on', stays.boot_id === after.boot_id && stays.phase === 'confirmed');
  pull.equal('the file was sent whole once more only, to be recognised', server.asked(path).filter((entry) => entry.status === 200).length, 2);
  server.fault(path, (request, reply) => reply.status('500 Internal Server Error'));
  await pull.said(/pull: .*error status/);
  await until('it asks again', () => server.asked(path).filter((entry) => entry.status === 500).length >= 2, 60);
  pull.check('a server in trouble: asked again later, reachable meanwhile', (await device.status()).boot_id === stays.boot_id);
  server.faults.delete(path);
  server.put(path, seal(withField(pull.images[1], 'version', '0.9.0')));
  await until('the older one is fetched', () => server.asked(path).at(-1).status === 200, 90);
  await pull.said(/older version/);
  pull.check('an older version is refused', (await device.status()).boot_id === stays.boot_id);
  const newer = seal(withField(pull.images[0], 'version', '1.2.0'));
  server.put(path, newer);
  const last = await pull.confirmed('1.2.0', stays).catch((error) => ({ error: error.message }));
  pull.check('a newer one is installed, after all that', last.version === '1.2.0', last.error);
  await pull.stop();
}
