// faults-clients.mjs - clients of RPC on each way in, written apart from the tool: they can break off, send what is no
// frame, and send the same bytes twice. Formats: SPEC.md, "RPC"; WebSocket: RFC 6455; MQTT: 3.1.1.
// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { constants, openSync } from 'node:fs';
import { connect } from 'node:net';
import { ReadStream } from 'node:tty';
import { crc32 } from './images.mjs';
import { credentials } from './ways.mjs';

const LIMIT_MS = 20000; // for failures only
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** The member "auth" of a frame that answers a challenge. */
export function answerTo(challenge, creds = credentials) {
  const [username, password] = [creds.slice(0, creds.indexOf(':')), creds.slice(creds.indexOf(':') + 1)];
  const { realm, nonce, algorithm } = challenge;
  const cnonce = randomBytes(4).readUInt32LE(0) & 0x7fffffff;
  const response = sha256([sha256(`${username}:${realm}:${password}`), nonce, 1, cnonce, 'auth',
    sha256('dummy_method:dummy_uri')].join(':'));
  return { realm, username, nonce, cnonce, algorithm, response };
}

/** A whole HTTP request with its answer to a digest challenge (RFC 7616), as curl --digest sends it. */
export function digestRequest(target, challenge, creds = credentials) {
  const [username, password] = [creds.slice(0, creds.indexOf(':')), creds.slice(creds.indexOf(':') + 1)];
  const [, nonce] = /nonce="([0-9a-f]+)"/.exec(challenge);
  const cnonce = randomBytes(4).toString('hex');
  const response = sha256([sha256(`${username}:RPC:${password}`), nonce, '00000001', cnonce, 'auth', sha256(`GET:${target}`)].join(':'));
  return `GET ${target} HTTP/1.1\r\nHost: device\r\nConnection: close\r\nAuthorization: Digest username="${username}", ` +
    `realm="RPC", nonce="${nonce}", uri="${target}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="${cnonce}", ` +
    `response="${response}"\r\n\r\n`;
}

let lastId = 0;

/** What all ways have in common: frames out, frames in, calls. A way adds open(), frame() and raw(). */
class Client {
  waiting = new Map(); // by id
  src = `faults-${process.pid}-${randomBytes(3).toString('hex')}`;

  constructor(device) { this.device = device; }

  /** A frame has come. */
  take(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.waiting.get(frame.id)?.resolve(frame);
  }

  /** Send a frame as it stands; resolves to the reply that has its id. */
  exchange(frame, limit_ms = LIMIT_MS) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.waiting.delete(frame.id);
        settle(value);
      };
      const fail = (message) => end(reject, new Error(`${this.way}: ${message}`));
      const timer = setTimeout(() => fail(`no reply to ${frame.method} in ${limit_ms} ms`), limit_ms);
      this.waiting.set(frame.id, { resolve: (reply) => end(resolve, reply), fail });
      if (this.closed) return fail('the connection is closed');
      this.raw(this.frame(JSON.stringify(frame)));
    });
  }

  newFrame(method, params) {
    return { src: this.src, id: ++lastId, method, ...(params && { params }) };
  }

  /** With credentials when they are asked for. `sent` is the frame that was answered. */
  async call(method, params, { creds, limit_ms } = {}) {
    const frame = this.newFrame(method, params);
    const first = await this.exchange(frame, limit_ms);
    if (first.error?.code !== 401) return { ...first, sent: frame };
    const sent = { ...frame, auth: answerTo(JSON.parse(first.error.message), creds) };
    return { ...(await this.exchange(sent, limit_ms)), sent };
  }
}

/** Over a TCP connection of its own. */
class StreamClient extends Client {
  connect(port) {
    return new Promise((resolve, reject) => {
      this.socket = connect(port, '127.0.0.1');
      this.socket.setNoDelay(true);
      this.socket.once('connect', resolve);
      this.socket.on('error', (error) => reject(error));
      this.socket.on('close', () => {
        this.closed = true;
        reject(new Error('closed'));
        this.waiting.forEach(({ fail }) => fail('the device has closed the connection'));
      });
      this.socket.on('data', (data) => this.receive(data));
    });
  }

  raw(bytes) { this.socket.write(bytes); }
  close() { this.socket.end(); this.socket.destroy(); }
  vanish() { this.socket.resetAndDestroy(); }
}

/** Frames between """ in text that may hold other lines. */
class QuotedFrames {
  text = '';

  constructor(take) { this.take = take; }

  receive(data) {
    this.text += data.toString('utf8');
    for (let found; (found = /"""(\{.*?\})(?:[0-9a-f]{8})?"""/s.exec(this.text));) {
      this.text = this.text.slice(found.index + found[0].length);
      this.take(found[1]);
    }
    this.text = this.text.slice(-16384);
  }
}

class TcpClient extends StreamClient {
  way = 'tcp';
  frames = new QuotedFrames((text) => this.take(text));

  open() { return this.connect(this.device.tcp); }
  frame(text) { return Buffer.from(`\n"""${text}"""\n`); }
  receive(data) { this.frames.receive(data); }
}

class UdpClient extends Client {
  way = 'udp';

  open() {
    this.socket = createSocket('udp4');
    this.socket.on('message', (message) => this.take(message.toString()));
    this.socket.on('error', () => {});
    return new Promise((resolve) => this.socket.bind(0, '127.0.0.1', resolve));
  }

  frame(text) { return Buffer.from(text); }
  raw(bytes) { this.socket.send(bytes, this.device.udp, '127.0.0.1'); }
  close() { this.socket.close(); }
  vanish() { this.close(); }
}

class HttpClient extends StreamClient {
  way = 'http';
  buffer = Buffer.alloc(0);

  open() { return this.connect(this.device.http); }

  frame(text) {
    const body = Buffer.from(text);
    return Buffer.concat([Buffer.from('POST /rpc HTTP/1.1\r\nHost: device\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${body.length}\r\n\r\n`), body]);
  }

  receive(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      const size = end >= 0 && /\r\nContent-Length: (\d+)/i.exec(this.buffer.subarray(0, end).toString())?.[1];
      if (!size || this.buffer.length < end + 4 + Number(size)) return;
      const body = this.buffer.subarray(end + 4, end + 4 + Number(size)).toString();
      this.buffer = this.buffer.subarray(end + 4 + Number(size));
      this.replies = (this.replies ?? 0) + 1;
      this.take(body);
    }
  }
}

/** A frame of RFC 6455, masked as a client must. */
export function webSocketFrame(opcode, payload) {
  const mask = randomBytes(4), size = payload.length;
  const head = size < 126 ? Buffer.from([0x80 | opcode, 0x80 | size])
    : Buffer.from([0x80 | opcode, 0x80 | 126, size >> 8, size & 255]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i & 3])]);
}

class WebSocketClient extends StreamClient {
  way = 'ws';
  buffer = Buffer.alloc(0);
  status = '';

  async open() {
    await this.connect(this.device.http);
    this.socket.write('GET /rpc HTTP/1.1\r\nHost: device\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
    await new Promise((resolve, reject) => {
      this.opened = resolve;
      this.socket.once('close', () => reject(new Error('ws: closed')));
      setTimeout(() => reject(new Error('ws: no answer')), LIMIT_MS).unref();
    });
    if (!/ 101 /.test(this.status)) {
      this.close();
      throw new Error(`ws: ${this.status}`);
    }
  }

  frame(text) { return webSocketFrame(1, Buffer.from(text)); }

  receive(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    if (!this.status) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.status = this.buffer.subarray(0, this.buffer.indexOf('\r\n')).toString();
      this.buffer = this.buffer.subarray(end + 4);
      this.opened();
    }
    while (this.takeFrame());
  }

  takeFrame() {
    if (this.buffer.length < 2) return false;
    const short = this.buffer[1] & 127;
    const head = short < 126 ? 2 : 4;
    if (this.buffer.length < head) return false;
    const size = short < 126 ? short : this.buffer.readUInt16BE(2);
    if (this.buffer.length < head + size) return false;
    const payload = this.buffer.subarray(head, head + size), opcode = this.buffer[0] & 15;
    this.buffer = this.buffer.subarray(head + size);
    if (opcode === 1) this.take(payload.toString());
    if (opcode === 9) this.raw(webSocketFrame(10, payload));
    return true;
  }
}

class SerialClient extends Client {
  way = 'serial';
  frames = new QuotedFrames((text) => this.take(text));

  async open() {
    this.socket = new ReadStream(openSync(this.device.tty, constants.O_RDWR | constants.O_NOCTTY));
    this.socket.setRawMode(true);
    this.socket.on('error', () => {});
    this.socket.on('data', (data) => this.frames.receive(data));
  }

  frame(text) {
    const crc = crc32(Buffer.from(text)).toString(16).padStart(8, '0');
    return Buffer.from(`\n"""${text}${crc}"""\n`);
  }

  raw(bytes) { this.socket.write(bytes); }
  close() { this.socket.destroy(); }
  vanish() { this.close(); }
}

const mqttText = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text) >> 8, Buffer.byteLength(text) & 255]), Buffer.from(text)]);

function mqttPacket(type, ...parts) {
  const body = Buffer.concat(parts);
  const size = [];
  for (let left = body.length; left > 0 || size.length === 0; left >>= 7) size.push((left & 127) | (left > 127 ? 128 : 0));
  return Buffer.concat([Buffer.from([type, ...size]), body]);
}

/** QoS 0 both ways: what gets lost shows. */
class MqttClient extends StreamClient {
  way = 'mqtt';
  buffer = Buffer.alloc(0);

  async open() {
    await this.connect(this.device.broker.port);
    this.raw(mqttPacket(0x10, mqttText('MQTT'), Buffer.from([4, 2, 0, 0]), mqttText(this.src)));
    await this.packet(0x20);
    this.raw(mqttPacket(0x82, Buffer.from([0, 1]), mqttText(`${this.src}/rpc`), Buffer.from([0])));
    await this.packet(0x90);
  }

  packet(type) {
    return new Promise((resolve, reject) => {
      this.awaited = { type, resolve };
      setTimeout(() => reject(new Error('the broker does not answer')), LIMIT_MS).unref();
    });
  }

  frame(text) { return mqttPacket(0x30, mqttText(`${this.device.id}/rpc`), Buffer.from(text)); }

  receive(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    while (this.takePacket());
  }

  takePacket() {
    let size = 0, at = 1;
    for (let shift = 0; ; shift += 7) {
      if (at >= this.buffer.length) return false;
      size |= (this.buffer[at] & 127) << shift;
      if (!(this.buffer[at++] & 128)) break;
    }
    if (this.buffer.length < at + size) return false;
    const type = this.buffer[0] & 0xf0, body = this.buffer.subarray(at, at + size);
    this.buffer = this.buffer.subarray(at + size);
    if (type === 0x30) this.take(body.subarray(2 + body.readUInt16BE(0)).toString());
    if (this.awaited?.type === type) this.awaited.resolve();
    return true;
  }
}

const kinds = { http: HttpClient, ws: WebSocketClient, tcp: TcpClient, udp: UdpClient, mqtt: MqttClient, serial: SerialClient };

/** A client of the device on this way in. */
export async function open(device, way) {
  const client = new kinds[way](device);
  await client.open();
  return client;
}

/** One call on a connection of its own. */
export async function callOnce(device, way, method, params, options) {
  const client = await open(device, way);
  try {
    return await client.call(method, params, options);
  } finally {
    client.close();
  }
}
