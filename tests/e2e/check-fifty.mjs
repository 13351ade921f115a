// check-fifty.mjs [COUNT [BOARDS]] - many devices updated by one command: COUNT (50), of them BOARDS (8) on the virtual
// board, the rest on the host port. All must end confirmed; time, memory and processor time are told.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Checks, freePort, tool, until, vboardProgram } from './board.mjs';
import { Device, credentials, scratch, start, stop } from './ways.mjs';

const total = Number(process.argv[2] ?? 50);
const boards = Number(process.argv[3] ?? Math.min(8, total));
const VERSION = '1.1.0';
const IDLE_S = 5;
const IDLE_CORES = 0.5; // of all host devices together: 1.2 % of a core for each of 42
const TICKS = 100; // of /proc's times, per second (USER_HZ)
const hostProgram = new URL('../../build/host/ports/host/flota-host', import.meta.url).pathname;
const firmware = (kind, name) => Object.assign(new Device(), { kind }).firmware(name);
const checks = new Checks('fifty');
const tell = (name, value, unit) => console.log(`fifty: ${name} ${value} ${unit}`);

/* --- devices --- */

class Unit {
  constructor(kind, number) {
    this.kind = kind;
    this.number = number + 1;
    this.name = `${kind}-${number}`;
    this.flash = scratch(`${this.name}.flash`);
  }

  async start() {
    this.port = await freePort();
    // Host devices take free ports for their other servers: on an address of their own, so that none takes one that is meant
    // for another device.
    const address = this.kind === 'board' ? '127.0.0.1' : `127.0.1.${this.number}`;
    this.url = `http://${address}:${this.port}`;
    this.process = this.kind === 'board'
      ? start(vboardProgram, ['--guest-ip', '192.168.0.10', '--hostfwd', `tcp:127.0.0.1:${this.port}:80`,
        '--uart3', 'none', '--flash', this.flash, '--load', firmware('board', 'ways')])
      : start(hostProgram, ['--address', address, '--http-port', String(this.port), '--uart', 'none', '--flash', this.flash,
        '--load', firmware('host', 'ways')]);
    await until(this.name, () => {
      if (this.process.exitCode !== null) throw new Error(`it has ended: ${this.process.output}`);
      return this.status();
    }, 120);
  }

  async status() {
    const reply = await fetch(`${this.url}/api/firmware_update`,
      { signal: AbortSignal.timeout(10000), headers: { connection: 'close' } });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }

  /** The chip, and for a host device the firmware's own process. */
  get processes() { return withChildren(this.process.pid); }
}

/* --- what they use, by /proc --- */

function withChildren(pid) {
  try {
    const children = readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean));
    return [pid, ...children.flatMap((child) => withChildren(Number(child)))];
  } catch {
    return []; // it has just gone: a firmware that restarts
  }
}

/** kB of resident memory, and the same with shared pages counted once. */
function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]);
  return { rss: field('Rss'), pss: field('Pss') };
}

/** Seconds of processor time of a process and of the children that it has seen end. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').slice(11, 15);
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const cpuOf = (units) => sum(units.flatMap((unit) => unit.processes).map(cpu));
const inMb = (kb) => (kb / 1024).toFixed(1);

function tellMemory(kind, units) {
  const each = units.map((unit) => unit.processes.map(memory));
  const rss = each.map((parts) => sum(parts.map((part) => part.rss)));
  tell(`${kind}_memory_sum`, inMb(sum(rss)), 'MB_rss');
  tell(`${kind}_memory_most`, inMb(Math.max(...rss)), 'MB_rss');
  tell(`${kind}_memory_own`, inMb(sum(each.flat().map((part) => part.pss))), 'MB_pss');
}

/* --- the steps --- */

async function startAll(units) {
  const rest = [...units];
  await Promise.all(Array.from({ length: 4 }, async () => {
    while (rest.length) await rest.shift().start();
  }));
}

async function idle(kinds) {
  const before = kinds.map(([, units]) => cpuOf(units));
  await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000));
  const cores = kinds.map(([, units], i) => (cpuOf(units) - before[i]) / IDLE_S);
  kinds.forEach(([kind], i) => tell(`${kind}_idle`, cores[i].toFixed(3), 'cores'));
  return Object.fromEntries(kinds.map(([kind], i) => [kind, cores[i]]));
}

/** The one command. Resolves to its exit code, events, time, memory and processor time. */
async function update(units) {
  const list = scratch('ports.txt');
  writeFileSync(list, units.map((unit) => `${unit.url} ${unit.name}\n`).join(''));
  const files = ['board', 'host'].filter((kind) => units.some((unit) => unit.kind === kind))
    .map((kind) => firmware(kind, 'ways2'));
  const begin = performance.now();
  const child = start(tool, ['ota', ...files, '--ports', list, '--creds', credentials, '--json']);
  let used = { rss: 0, cpu: 0 };
  const watch = setInterval(() => {
    try {
      used = { rss: Math.max(used.rss, memory(child.pid).rss), cpu: cpu(child.pid) };
    } catch { /* it has ended */ }
  }, 100);
  await child.ended;
  clearInterval(watch);
  const events = child.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  return { code: child.exitCode, events, seconds: (performance.now() - begin) / 1000, ...used, output: child.output };
}

async function checkAll(units, before, run) {
  const results = run.events.filter((event) => event.event === 'result');
  const wrong = results.filter((event) => event.outcome !== 'confirmed');
  checks.equal('exit code', run.code, 0);
  checks.equal('devices that the command says are confirmed', results.length - wrong.length, units.length);
  wrong.forEach((event) => console.log(`fifty: ${event.device}: ${event.outcome}: ${event.error?.why}`));
  if (results.length === 0) console.log(run.output.slice(-1000));
  const now = await Promise.all(units.map((unit) => unit.status()));
  const good = now.filter((status, i) => status.phase === 'confirmed' && status.version === VERSION &&
    status.boot_id !== before[i].boot_id);
  checks.equal('devices that say so themselves', good.length, units.length);
}

const units = Array.from({ length: total }, (_, i) => new Unit(i < boards ? 'board' : 'host', i));
const kinds = ['board', 'host'].map((kind) => [kind, units.filter((unit) => unit.kind === kind)])
  .filter(([, some]) => some.length > 0);
await startAll(units);
const before = await Promise.all(units.map((unit) => unit.status()));
checks.equal('devices that run the old firmware', before.filter((status) => status.version === '1.0.0').length, total);
const cores = await idle(kinds);
if (cores.host !== undefined)
  checks.check(`idle host devices take less than ${IDLE_CORES} of a core`, cores.host < IDLE_CORES, cores.host);
const cpuBefore = kinds.map(([, some]) => cpuOf(some));
const run = await update(units);
await checkAll(units, before, run);
tell('update', run.seconds.toFixed(1), 's');
tell('tool_cpu', run.cpu.toFixed(1), 's');
tell('tool_memory', inMb(run.rss), 'MB_rss');
kinds.forEach(([kind, some], i) => tell(`${kind}_cpu`, (cpuOf(some) - cpuBefore[i]).toFixed(1), 's'));
kinds.forEach(([kind, some]) => tellMemory(kind, some));
await Promise.all(units.map((unit) => stop(unit.process)));
process.exit(checks.end() ? 0 : 1);
