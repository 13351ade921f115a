// control.mjs - a virtual board that stands still until it is told to run: the control socket's client.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, vboardProgram } from './board.mjs';

/** What runs does not outlive its test, however that ends. */
const running = new Set();
process.once('exit', () => running.forEach((board) => board.process.kill('SIGKILL')));

export class ControlledBoard {
  output = '';
  #waiting = new Map();
  #last = 0;
  events = [];

  /** image; args: further options of flota-vboard. The firmware's address is 192.168.0.10 unless dhcp. */
  static async start({ image, args = [], seed = 1, dhcp = false, program = vboardProgram }) {
    const board = new ControlledBoard();
    board.folder = mkdtempSync(join(tmpdir(), 'flota-control-'));
    const path = join(board.folder, 'control');
    const options = ['--deterministic', '--seed', String(seed), '--control', path, '--uart3', 'none',
      ...(dhcp ? [] : ['--guest-ip', '192.168.0.10']), ...(image ? ['--load', image] : []), ...args];
    board.process = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(board);
    for (const stream of [board.process.stdout, board.process.stderr]) stream.on('data', (data) => (board.output += data));
    board.ended = new Promise((resolve) => board.process.once('close', (code, signal) => {
      board.exitCode = code ?? signal;
      board.#lose();
      resolve(board.exitCode);
    }));
    board.socket = await until('the control socket', async () => {
      if (board.exitCode !== undefined) throw new Error(`flota-vboard ended: ${board.output}`);
      return connected(path);
    });
    board.#listen();
    return board;
  }

  #listen() {
    let text = '';
    this.socket.setEncoding('utf8');
    this.socket.on('data', (data) => {
      const lines = (text + data).split('\n');
      text = lines.pop();
      for (const line of lines) this.#take(JSON.parse(line));
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#lose());
  }

  #take(message) {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return void this.events.push(message);
    this.#waiting.delete(message.id);
    waiting.resolve(message);
  }

  #lose() {
    for (const { reject, cmd } of this.#waiting.values()) reject(new Error(`${cmd}: no answer: ${this.output}`));
    this.#waiting.clear();
  }

  /** The answer, whatever it says. */
  ask(cmd, parameters = {}) {
    const id = ++this.#last;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, cmd }));
    this.socket.write(`${JSON.stringify({ id, cmd, ...parameters })}\n`);
    return answer;
  }

  /** The answer; throws what it complains of. */
  async tell(cmd, parameters) {
    const answer = await this.ask(cmd, parameters);
    if (!answer.ok) throw new Error(`${cmd}: ${answer.error} ${answer.remedy ?? ''}`);
    return answer;
  }

  run(condition, limits = {}) { return this.tell('run', { until: condition, ...limits }); }

  /** Run until the firmware serves; throws with what happened instead. */
  async serve(path = '/api/firmware_update') {
    const answer = await this.run({ service: { path, status: 200 } });
    if (answer.stopped !== 'service') throw new Error(`not served: ${answer.stopped} ${answer.why ?? ''}`);
    return answer;
  }

  /** Make a request, run until its response, and return that. */
  async request(method, path, more = {}) {
    const { request } = await this.tell('request', { method, path, ...more });
    const { stopped, response, why } = await this.run({ response: request });
    if (stopped !== 'response') throw new Error(`${method} ${path}: ${stopped} ${why ?? ''}`);
    return response;
  }

  async json(path) { return JSON.parse((await this.request('GET', path)).body); }

  async stop() {
    if (this.exitCode === undefined) this.process.kill('SIGTERM');
    await this.ended;
    this.socket?.destroy();
    running.delete(this);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const connected = (path) =>
  new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.once('error', reject);
  });
