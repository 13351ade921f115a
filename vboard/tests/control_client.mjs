// control_client.mjs - flota-vboard and clients of its control socket, for check-control.
// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const folder = mkdtempSync(join(tmpdir(), 'check-control-'));
const boards = new Set();
process.once('exit', () => {
  boards.forEach((board) => board.process.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.once(signal, () => process.exit(code));

/** Ask until the answer is truthy; the limit is for failures only. */
export async function until(what, ask, limit_s = 30) {
  for (const end = Date.now() + limit_s * 1000; ; await new Promise((next) => setTimeout(next, 5))) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${limit_s} s in vain: ${what}`);
  }
}

/** A firmware of a few instructions: vectors, code, and words that the code loads. */
export function firmware(name, halfwords, words = []) {
  const image = Buffer.alloc(0x400, 0xff);
  image.writeUInt32LE(0x20010000, 0);
  for (let vector = 1; vector < 16; vector++) image.writeUInt32LE(0, 4 * vector);
  image.writeUInt32LE(0x08000201, 4);
  halfwords.forEach((halfword, i) => image.writeUInt16LE(halfword, 0x200 + 2 * i));
  words.forEach((word, i) => image.writeUInt32LE(word, 0x300 + 4 * i));
  const path = join(folder, `${name}.bin`);
  writeFileSync(path, image);
  return path;
}

/** ldr rN, [pc, ...]: the index-th of the words, from the halfword at position `at`. */
export const load = (register, index, at) =>
  0x4800 | (register << 8) | ((0x300 + 4 * index - ((0x200 + 2 * at + 4) & ~3)) / 4);

export class Client {
  events = [];
  garbage = [];
  #waiting = new Map();
  #last = 0;

  static async connect(path) {
    const client = new Client();
    client.socket = await new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(socket)).once('error', reject);
    });
    let text = '';
    client.socket.setEncoding('utf8');
    client.socket.on('error', () => {});
    client.socket.on('data', (data) => {
      const lines = (text + data).split('\n');
      text = lines.pop();
      lines.forEach((line) => client.#take(JSON.parse(line)));
    });
    client.closed = new Promise((resolve) => client.socket.once('close', () => {
      client.isClosed = true;
      client.#waiting.forEach((resolveAnswer) => resolveAnswer({ ok: false, error: 'closed' }));
      resolve();
    }));
    return client;
  }

  #take(message) {
    const resolve = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (resolve) resolve(message);
    else (message.event ? this.events : this.garbage).push(message);
  }

  ask(cmd, parameters = {}) {
    const id = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.write(`${JSON.stringify({ id, cmd, ...parameters })}\n`);
    });
  }

  async tell(cmd, parameters) {
    const answer = await this.ask(cmd, parameters);
    if (!answer.ok) throw new Error(`${cmd}: ${answer.error}`);
    return answer;
  }

  run(condition, more = {}) { return this.tell('run', { until: condition, ...more }); }
  write(text) { this.socket.write(text); }
  /** The next answer that has no id of ours. */
  async complaint() {
    await until('a complaint', () => this.garbage.length > 0);
    return this.garbage.shift();
  }
  leave() { this.socket.destroy(); }
}

let count = 0;
export class Board {
  output = '';

  static async start(program, image, args = [], { deterministic = true, wait = true } = {}) {
    const board = new Board();
    board.path = join(folder, `socket-${++count}`);
    board.process = spawn(program, [...(deterministic ? ['--deterministic'] : []), '--uart3', 'none',
      '--load', image, '--control', board.path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    boards.add(board);
    for (const stream of [board.process.stdout, board.process.stderr]) stream.on('data', (data) => (board.output += data));
    board.ended = new Promise((resolve) => board.process.once('close', (code, signal) => {
      boards.delete(board);
      board.code = code ?? signal;
      resolve(board.code);
    }));
    if (wait) {
      board.client = await until('the socket', () => {
        if (board.code !== undefined) throw new Error(`flota-vboard ended: ${board.output}`);
        return board.connect().catch(() => undefined);
      });
    }
    return board;
  }

  get pid() { return this.process.pid; }
  connect() { return Client.connect(this.path); }
  async stop() {
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

const stat = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  } catch {
    return undefined;
  }
};
/** The processes with that parent; zombies too. */
export const children = (parent) =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && stat(pid)?.[1] === String(parent)).map(Number);
/** Neither running nor a zombie that somebody forgot. */
export const isGone = (pid) => stat(pid) === undefined;
export const isRunning = (pid) => !['Z', 'X', undefined].includes(stat(pid)?.[0]);
