// check-chip.mjs VBOARD ARM_BUILD - behaviours of the chip that take a hand outside: brown-outs, lock-up, the other
// core, and Flota's own firmware in speculative-stall mode. Each also fails with the behaviour removed
// (VBOARD-removable). All times are the board's.
// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [vboard, arm] = process.argv.slice(2).map((path) => resolve(path));
if (!arm) {
  console.error('usage: check-chip VBOARD ARM_BUILD');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'vboard-chip-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const [project1, project2] = ['project1', 'project2'].map((name) => join(arm, `examples/${name}/${name}.bin`));
const program = (name) => join(arm, `vboard/tests/fw/${name}.bin`);
const HOST_LIMIT_MS = 300_000; // for what hangs
const S = 1e9;
const MS = 1e6;

/** Carry out commands on a fresh board, with a behaviour removed if one is named: their answers. */
function script(image, commands, { args = [], without } = {}) {
  const file = join(folder, 'script');
  writeFileSync(file, commands.map((command) => JSON.stringify(command) + '\n').join(''));
  const { stdout, stderr } = spawnSync(without ? `${vboard}-removable` : vboard,
    ['--deterministic', '--net', `script:${file}`, '--uart3', 'none', '--load', image, '--guest-ip', '192.168.0.10',
      ...(without ? ['--without', without] : []), ...args],
    { encoding: 'utf8', timeout: HOST_LIMIT_MS, maxBuffer: 1 << 26 });
  const answers = stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const bad = answers.find((answer) => !answer.ok);
  assert.ok(answers.length > 0 && !bad, `${JSON.stringify(bad)}\n${stderr}`);
  return answers;
}

const ready = { cmd: 'run', until: { console: 'ready' }, for_ns: 1 * S };
const onwards = { cmd: 'run', until: { console: 'never' }, for_ns: 20 * S };

function brownout(without) {
  const dip = { cmd: 'brownouts', count: 1, on_ns: 1 * MS, off_ns: 1 * MS };
  const answers = script(program('host_brownout'), [ready, dip, onwards, { cmd: 'console' }], { without });
  return answers.at(-1).text.trim().split('\n').at(-1);
}

function lockUp(without) {
  const answer = script(program('host_lock_up'), [ready, onwards], { without }).at(-1);
  return `${answer.stopped} ${/lock-up at PC/.test(answer.why)}`;
}

const m4 = (args) => script(program('flash_erase'), [onwards], { args }).at(-1);

/** The watchdog's time, from the erase's begin to where it tears it: in ms. The core stands still through all of it. */
function biteInStall(without) {
  const answers = script(program('flash_watchdog'),
    [{ cmd: 'run', until: { resets: 1 }, for_ns: 5 * S }, { cmd: 'operations', since: 65, limit: 1 }], { without });
  const [erase] = answers.at(-1).operations;
  assert.equal(erase.kind, 'erase');
  assert.equal(erase.end, 'torn');
  return (erase.end_ns - erase.start_ns) / MS;
}

/** How many warnings of missing cache maintenance there are after each stage of the program. */
function cacheWarnings(without) {
  const stages = ['one', 'two', 'three'].flatMap((text) =>
    [{ cmd: 'run', until: { console: text }, for_ns: 1 * S }, { cmd: 'status' }]);
  return script(program('host_cache'), stages, { without }).filter((answer, i) => i % 2)
    .map((answer) => answer.warnings.filter((text) => /cacheable/.test(text)).length);
}

const service = { cmd: 'run', until: { service: { path: '/', status: 200 } }, for_ns: 30 * S };
const update = (file, request, text) => [
  { cmd: 'request', method: 'POST', path: '/api/firmware_update', file, timeout_ns: 120 * S },
  { cmd: 'run', until: { response: request }, for_ns: 120 * S },
  { cmd: 'run', until: { console: text }, for_ns: 120 * S },
  service,
];

/** The firmware runs from bank 2 and erases bank 1. Longest silence to ping and GET, in ms. */
function silence(without) {
  const watched = [
    { cmd: 'probe', every_ns: 5 * MS, path: '/' },
    { cmd: 'request', method: 'POST', path: '/api/firmware_update?downgrade=1', file: project1,
      timeout_ns: 120 * S },
    { cmd: 'run', until: { response: 2 }, for_ns: 120 * S },
    { cmd: 'probe' },
  ];
  const answers = script(project1, [service, ...update(project2, 1, ': project2 2.0.0, bank 2'), ...watched],
    { args: ['--speculative-stall'], without });
  const { ping, get } = answers.at(-1);
  assert.equal(answers.at(-2).response?.status, 200);
  assert.deepEqual(answers.at(-2).warnings, []);
  assert.ok(answers.at(-2).erase_count >= 2);
  return Math.max(ping.longest_silence_ns, get.longest_silence_ns) / MS;
}

/** Behaviours that no list of checks names. */
function unproved() {
  const lists = ['cpu', 'eth', 'flash', 'soc'].map((name) => join(here, `checks/${name}.txt`));
  const words = [...lists, join(here, 'check-cuts-models'), fileURLToPath(import.meta.url)]
    .flatMap((path) => readFileSync(path, 'utf8').split(/[^a-z0-9-]+/));
  return spawnSync(vboard, ['--list-behaviours'], { encoding: 'utf8' }).stdout.trim().split('\n')
    .filter((name) => !words.includes(name));
}

const checks = {
  'each behaviour that can be removed has its proof': () => assert.deepEqual(unproved(), []),
  'a brown-out has its own flag and keeps most of RAM': () => {
    assert.equal(brownout(), 'ok');
    assert.notEqual(brownout('brownout'), 'ok');
  },
  'a lock-up without a watchdog is the end': () => {
    assert.equal(lockUp(), 'lock-up true');
    assert.notEqual(lockUp('lock-up'), 'lock-up true');
  },
  'BCM4 = 1: the run stops when what the M4 boots is erased': () => {
    const answer = m4(['--option-bytes', 'factory']);
    assert.equal(answer.stopped, 'm4');
    assert.match(answer.why, /Cortex-M4/);
    assert.equal(m4([]).stopped, 'ended');
  },
  'a watchdog bites in the middle of a stall, at its own time': () => {
    assert.ok(Math.abs(biteInStall() - 250) < 2);
    assert.ok(Math.abs(biteInStall('stall-events') - 250) > 100);
  },
  'missing cache maintenance of DMA buffers is reported, and only that': () => {
    assert.deepEqual(cacheWarnings(), [0, 1, 2]);
    assert.deepEqual(cacheWarnings('dma-cache-warning'), [0, 0, 0]);
  },
  'Flota is not silent while it erases bank 1, thanks to its MPU regions': () => {
    const with_regions = silence();
    const without = silence('mpu-regions');
    console.log(`       longest silence ${with_regions} ms; with the regions ignored ${without} ms`);
    assert.ok(with_regions <= 50);
    assert.ok(without >= 900);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    check();
    console.log(`ok     ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL   ${name}\n${error.message}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
