// faults-server.mjs - an HTTP server that can do each thing wrong, and writes down what it was asked.
// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:net';

export class FaultyServer {
  log = []; // {path, headers, status}
  files = new Map(); // by path: {bytes, etag, modified}
  faults = new Map(); // by path: async (request, reply, server) => ...

  static start() {
    const server = new FaultyServer();
    server.sockets = new Set();
    server.listener = createServer((socket) => server.serve(socket));
    return new Promise((resolve) => server.listener.listen(0, '127.0.0.1', () => {
      server.port = server.listener.address().port;
      resolve(server);
    }));
  }

  /** A file, served rightly unless a fault is set on its path. etag: null for a server without validators. */
  put(path, bytes, { etag = `"${bytes.length}-${bytes.subarray(0x400 + 220, 0x400 + 224).toString('hex')}"` } = {}) {
    this.files.set(path, { bytes, etag });
  }

  /** What comes for this path: bytes as they stand, or a function. */
  fault(path, fault) {
    this.faults.set(path, typeof fault === 'function' ? fault : (request, reply) => reply.raw(fault));
  }

  asked(path) { return this.log.filter((entry) => entry.path === path); }

  serve(socket) {
    let text = '';
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [line, ...lines] = text.slice(0, end).split('\r\n');
      text = text.slice(end + 4);
      const headers = Object.fromEntries(lines.map((header) => {
        const colon = header.indexOf(':');
        return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
      }));
      const request = { path: line.split(' ')[1], headers };
      const entry = { ...request, status: 0, sent: 0 };
      this.log.push(entry);
      this.answer(request, new Reply(socket, entry));
    });
  }

  answer(request, reply) {
    const fault = this.faults.get(request.path);
    if (fault) fault(request, reply, this);
    else if (this.files.has(request.path)) reply.file(request, this.files.get(request.path));
    else reply.status('404 Not Found', 'there is no such file\n');
  }

  stop() {
    this.sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => this.listener.close(resolve));
  }
}

class Reply {
  constructor(socket, entry) { [this.socket, this.entry] = [socket, entry]; }

  /** Bytes as they stand; the connection is closed behind them. */
  raw(bytes) {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(bytes.toString('latin1', 0, 16));
    this.entry.status = Number(status?.[1] ?? 0);
    this.socket.end(bytes);
  }

  status(line, body = '', headers = {}) {
    this.raw(Buffer.from(head(line, { 'Content-Length': Buffer.byteLength(body), ...headers }) + body));
  }

  /**
   * A file, whole or in part as it was asked for. cut: the connection is reset when so many bytes of the body have
   * gone; stall: it stays, and nothing more comes; length: what Content-Length says instead.
   */
  async file(request, { bytes, etag }, { cut, stall, length, ranges = true, chunked = false } = {}) {
    const validators = etag ? { ETag: etag } : {};
    const range = ranges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const ifRange = request.headers['if-range'];
    if (etag && request.headers['if-none-match'] === etag) {
      this.status('304 Not Modified', '', validators);
      return;
    }
    let body = bytes, line = '200 OK', extra = {};
    if (range && (ifRange === undefined || ifRange === etag)) {
      const last = range[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
      body = bytes.subarray(Number(range[1]), last + 1);
      line = '206 Partial Content';
      extra = { 'Content-Range': `bytes ${range[1]}-${last}/${bytes.length}` };
    }
    this.entry.status = Number(line.slice(0, 3));
    const size = chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': length ?? body.length };
    this.socket.write(head(line, { ...size, ...validators, ...extra }));
    await this.body(body, cut ?? stall ?? body.length, chunked);
    if (cut !== undefined) this.socket.end();
    else if (stall === undefined) this.socket.end();
  }

  /** At the receiver's pace, and chunks of odd sizes. */
  async body(bytes, end, chunked) {
    for (let at = 0, size = 1; at < end && !this.socket.destroyed; at += size, size = (size * 7) % 9001 + 1) {
      const piece = bytes.subarray(at, Math.min(at + size, end));
      const data = chunked ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]) : piece;
      this.entry.sent += piece.length;
      if (!this.socket.write(data))
        await new Promise((resolve) => ['drain', 'close'].forEach((event) => this.socket.once(event, resolve)));
    }
    if (chunked && end === bytes.length) this.socket.write('0\r\n\r\n');
  }
}

const head = (line, headers) => `HTTP/1.1 ${line}\r\n` +
  Object.entries({ Date: new Date().toUTCString(), Connection: 'close', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`).join('') + '\r\n';
