// board.mjs - start flota-vboard with a firmware, talk to both, and wait by condition, never by time.
// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
export const vboardProgram = join(root, 'build/host/vboard/flota-vboard');
export const tool = join(root, 'build/host/cli/flota');
export const firmware = (name) => join(root, `build/arm/examples/${name}/${name}.bin`);
export const testFirmware = (name) => join(root, `build/arm/tests/firmware/${name}/${name}.bin`);

/** A TCP port that is free at the moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Run a program; resolves to {code, stdout, stderr}, whatever its exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26, ...options }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code ?? 1 : 0, stdout, stderr }));
  });
}

class BoardEnded extends Error {}

/** Boards that run: none outlives its test, however that ends. */
const running = new Set();
process.once('exit', () => running.forEach((board) => board.kill()));
for (const [signal, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]])
  process.once(signal, () => process.exit(code));

/** Ask until the answer is truthy. The limit is for failures only. */
export async function until(what, ask, limit_s = 60) {
  const end = Date.now() + limit_s * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      if (error instanceof BoardEnded) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${limit_s} s in vain: ${what}${last ? ` (${last.message})` : ''}`);
}

/** A connection of its own each time: the device may have restarted since the last one. */
async function getJson(url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(5000), headers: { connection: 'close' } });
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  return reply.json();
}

export class Board {
  /**
   * Start a board and wait until its firmware answers. args: further options of flota-vboard; dhcp: the
   * firmware asks for its address instead of having 192.168.0.10.
   */
  static async start({ image, flash, args = [], answers = true, dhcp = false }) {
    const board = new Board();
    const [http, page] = [await freePort(), await freePort()];
    board.folder = mkdtempSync(join(tmpdir(), 'flota-board-'));
    board.device = `http://127.0.0.1:${http}`;
    board.page = `http://127.0.0.1:${page}`;
    board.port = http;
    board.output = '';
    const options = [...(dhcp ? [] : ['--guest-ip', '192.168.0.10']), '--hostfwd', `tcp:127.0.0.1:${http}:80`,
      '--http', `127.0.0.1:${page}`, '--uart3', join(board.folder, 'console.txt'),
      '--flash', flash ?? join(board.folder, 'board.flash'), ...(image ? ['--load', image] : []), ...args];
    board.process = spawn(vboardProgram, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(board);
    board.ended = new Promise((resolve) => ['exit', 'error'].forEach((event) =>
      board.process.once(event, (result) => {
        board.exitCode ??= Number.isInteger(result) ? result : -1;
        if (event === 'error') board.output += result.message;
        resolve();
      })));
    board.process.stdout.on('data', (data) => (board.output += data));
    board.process.stderr.on('data', (data) => (board.output += data));
    const alive = () => {
      if (board.exitCode !== undefined) throw new BoardEnded(`flota-vboard ended: ${board.output}`);
    };
    try {
      await until('the board page', async () => (alive(), board.view()));
      if (answers) await until('the firmware', async () => (alive(), board.status()));
    } catch (error) {
      await board.stop();
      throw error;
    }
    return board;
  }

  /** What the device says: GET /api/firmware_update. */
  status() { return getJson(`${this.device}/api/firmware_update`); }

  /** What the board shows: flash, pins, time. Not the firmware's word. */
  view() { return getJson(`${this.page}/api/board`); }

  /** Upload by curl, as a person would. Returns {status, text}. */
  async curl(...args) {
    const { stdout, stderr, code } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...args]);
    const at = stdout.lastIndexOf('\n');
    return { text: stdout.slice(0, at), status: Number(stdout.slice(at + 1)), code, stderr };
  }

  /** Wait until a firmware of this name and version runs after another start than `before`. */
  waitFor(name, version, before, limit_s = 120) {
    return until(`${name} ${version}`, async () => {
      const now = await this.status();
      return now.name === name && now.version === version && now.boot_id !== before.boot_id && now;
    }, limit_s);
  }

  async stop() {
    if (this.exitCode === undefined) this.process.kill('SIGTERM');
    await this.ended;
    this.remove();
  }

  /** At once, for a test that ends early. */
  kill() {
    if (this.exitCode === undefined) this.process.kill('SIGKILL');
    this.remove();
  }

  remove() {
    running.delete(this);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Counts checks, prints a line each, and ends with the line that test runners end with. */
export class Checks {
  passed = 0;
  failed = 0;

  constructor(title) { this.title = title; }

  check(name, holds, detail = '') {
    if (holds) this.passed++;
    else this.failed++;
    console.log(`${this.title}: ${holds ? 'ok  ' : 'FAIL'} ${name}${holds || detail === '' ? '' : ` (${detail})`}`);
    return Boolean(holds);
  }

  equal(name, found, expected) {
    return this.check(name, found === expected, `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }

  /** A reply of this status that says why, and what to do. */
  refused(name, { status, json, text }, expected) {
    return this.check(name, status === expected && json?.error?.cause && json.error.remedy,
      `expected ${expected}, found ${status} ${text.slice(0, 300)}`);
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0;
  }
}
