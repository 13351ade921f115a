// dash.mjs - a client of a device's dashboard: requests with a session, live events by either way.
// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Board, firmware, testFirmware, until } from './board.mjs';

export const CROSS_ORIGIN = { origin: 'http://elsewhere.example' };
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The description of a firmware, and the endpoints that it has. */
export class Description {
  constructor(path) {
    const { api, access } = JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url)));
    Object.assign(this, { api, users: access.users, isOpen: access.first_start === 'open' });
  }

  named(type, fits = () => true) { return Object.keys(this.api).filter((name) => this.api[name].type === type && fits(this.api[name])); }
  readLevel(name) { return this.api[name].read ?? 1; }
  writeLevel(name) { return this.api[name].write ?? (this.api[name].type === 'ota' ? 7 : 5); }
  /** [name, attribute] of what clients may change. */
  settable(name) { return Object.entries(this.api[name].attributes ?? {}).filter(([, attribute]) => !attribute.read_only); }
}

export const everything = new Description('examples/everything/dashboard.json');
export const login = new Description('tests/firmware/login/dashboard.json');
export const passwordOf = (user) => `a long one for ${user}`;

/** A board with this firmware; admin: signed in as the first user, everybody has a password. */
export async function startBoard(description, args = []) {
  const image = description === login ? testFirmware('login') : firmware('everything');
  const board = await Board.start({ image, args });
  const admin = new Client(board.device);
  for (const { name } of description.users) {
    const { status, text } = await admin.post('password', { user: name, password: passwordOf(name) });
    if (status !== 200) throw new Error(`${name}'s password: ${status} ${text}`);
  }
  return { board, admin };
}

export class Client {
  cookie = '';

  constructor(device) { this.device = device; }

  /** One request on a connection of its own. body: an object becomes JSON. Resolves to {status, json, text, headers}. */
  async request(method, path, body, headers = {}, limit_ms = 30000) {
    const text = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const reply = await fetch(new URL(path, `${this.device}/api/`), {
      method, body: text, signal: AbortSignal.timeout(limit_ms),
      headers: { connection: 'close', ...(this.cookie ? { cookie: this.cookie } : {}), ...headers },
    });
    const answer = { status: reply.status, headers: reply.headers, text: await reply.text(), json: null };
    try { answer.json = JSON.parse(answer.text); } catch { /* no JSON */ }
    const cookie = reply.headers.get('set-cookie');
    if (cookie) this.cookie = cookie.split(';')[0];
    return answer;
  }

  get(path, headers) { return this.request('GET', path, undefined, headers); }
  post(path, body, headers) { return this.request('POST', path, body ?? '', headers); }
  login(user, password = passwordOf(user)) { return this.post('login', { user, password }); }

  /** The live events. */
  async events(headers) {
    const events = new Events();
    await events.open(this, headers);
    return events;
  }

  async webSocket(headers) {
    const events = new SocketEvents();
    await events.open(this, headers);
    return events;
  }

  /**
   * A connection that asks by the bytes that it gets and reads nothing until told to. Resolves when they are sent.
   * Its `text` is what came; `over` resolves at the end.
   */
  raw(head, body = '') {
    return new Promise((resolve) => {
      const socket = connect(new URL(this.device).port, '127.0.0.1');
      socket.text = '';
      socket.on('error', () => {});
      socket.over = new Promise((end) => socket.once('close', end));
      socket.hear = () => socket.on('data', (data) => (socket.text += data.toString('latin1'))).resume();
      const lines = [head, 'Host: device', ...(this.cookie ? [`Cookie: ${this.cookie}`] : []), '', ''];
      socket.once('connect', () => socket.write(lines.join('\r\n') + body, () => resolve(socket)));
    });
  }
}

/** Exactly these bytes as a request target, which fetch() would tidy up. Resolves to {status, text}. */
export async function rawRequest(client, method, target, body = '') {
  const length = method === 'GET' ? '' : `\r\nContent-Length: ${Buffer.byteLength(body)}`;
  const socket = await client.raw(`${method} ${target} HTTP/1.1\r\nConnection: close${length}`, body);
  socket.hear();
  await socket.over;
  return { status: Number(socket.text.slice(9, 12)), text: socket.text };
}

/** What live events brought. */
class Live {
  messages = []; // {at, json}
  values = {};
  ended = false;

  take(text) {
    const json = JSON.parse(text);
    Object.assign(this.values, json);
    this.messages.push({ at: performance.now(), json });
  }

  /** Wait until what it brought so far fits. */
  sees(what, fits, limit_s = 30) { return until(what, () => fits(this.values), limit_s); }

  /** When it brought the first value that fits, of those after message number `from`. */
  async sawAt(what, from, fits) {
    const find = () => this.messages.slice(from).find(({ json }) => fits(json));
    await until(what, find, 30);
    return find().at;
  }
}

/** One stream of Server-Sent Events. */
export class Events extends Live {
  async open({ device, cookie }, headers = {}) {
    this.abort = new AbortController();
    const reply = await fetch(`${device}/api/events`, { signal: this.abort.signal, headers: { ...(cookie ? { cookie } : {}), ...headers } });
    this.status = reply.status;
    this.type = reply.headers.get('content-type');
    this.reading = this.read(reply.body.getReader()).catch(() => {}).finally(() => { this.ended = true; });
  }

  async read(reader) {
    const decoder = new TextDecoder();
    for (let text = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop();
      if (this.status === 200) parts.forEach((part) => this.takePart(part));
    }
  }

  takePart(part) {
    const data = part.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n');
    if (data) this.take(data);
  }

  close() {
    this.abort.abort();
    return this.reading;
  }
}

/** The same as WebSocket messages (RFC 6455): the client masks, a message may have several frames. */
class SocketEvents extends Live {
  buffer = Buffer.alloc(0);
  parts = [];
  head = '';

  open({ device, cookie }, headers = {}) {
    const lines = ['GET /api/events HTTP/1.1', 'Host: device', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, ...(cookie ? [`Cookie: ${cookie}`] : []),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''];
    this.socket = connect(new URL(device).port, '127.0.0.1', () => this.socket.write(lines.join('\r\n')));
    return new Promise((resolve) => {
      this.socket.on('data', (data) => { this.receive(data, resolve); });
      this.socket.on('error', () => {});
      this.reading = new Promise((end) => this.socket.once('close', () => { this.ended = true; resolve(); end(); }));
    });
  }

  receive(data, opened) {
    this.buffer = Buffer.concat([this.buffer, data]);
    if (!this.head) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.buffer.subarray(0, end).toString();
      this.status = Number(this.head.slice(9, 12));
      this.buffer = this.buffer.subarray(end + 4);
      opened();
    }
    while (this.status === 101 && this.takeFrame());
  }

  takeFrame() {
    if (this.buffer.length < 2) return false;
    const short = this.buffer[1] & 127, isLast = this.buffer[0] & 128, opcode = this.buffer[0] & 15;
    const head = short < 126 ? 2 : 4;
    if (this.buffer.length < head) return false;
    const size = short < 126 ? short : this.buffer.readUInt16BE(2);
    if (this.buffer.length < head + size) return false;
    const payload = this.buffer.subarray(head, head + size);
    this.buffer = this.buffer.subarray(head + size);
    if (opcode === 8) this.code = payload.readUInt16BE(0);
    if (opcode > 2) return true;
    this.parts.push(payload);
    if (isLast) this.take(Buffer.concat(this.parts.splice(0)).toString());
    return true;
  }

  close() {
    this.socket.destroy();
    return this.reading;
  }
}
