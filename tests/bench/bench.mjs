// bench.mjs - `make bench`: every number that README and docs state, as `bench: NAME VALUE UNIT`.
//
// Update times are ratios to the least time that the flash needs by its data sheet (updates.mjs). Speeds of the virtual board
// are instructions of the guest per second of this machine.
//
// bench.mjs [GROUP...]: only these, see the end.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firmware, run, tool, vboardProgram } from '../e2e/board.mjs';
import { dash } from './dash.mjs';
import { loop } from './loop.mjs';
import { silence, snapshots, updates } from './updates.mjs';
import { calls, serial, transfers } from './ways.mjs';

const root = new URL('../../', import.meta.url).pathname;
const build = join(root, 'build');
const bench = (name, value, unit) => console.log(`bench: ${name} ${value} ${unit}`);

/** check-guard measures the guard on the way. */
async function guard() {
  const { stdout, code } = await run(join(root, 'tests/e2e/check-guard'), []);
  const number = (name) => new RegExp(`^${name} ([\\d.]+)`, 'm').exec(stdout)?.[1];
  if (code !== 0 || !number('guard_ms_400k')) throw new Error(`check-guard: ${code} ${stdout}`);
  bench('guard_ms_400k', number('guard_ms_400k'), 'ms_virtual');
  bench('guard_ms_confirmed', number('guard_ms_confirmed'), 'ms_virtual');
  const { stdout: size } = await run('arm-none-eabi-size', [join(build, 'arm/ports/stm32h7/flota_guard.elf')]);
  bench('guard_text', size.trim().split('\n')[1].trim().split(/\s+/)[0], 'B');
}

async function verify() {
  const image = join(build, 'arm/tests/bench/bench_verify.bin');
  const { stdout, stderr } = await run(vboardProgram, ['--fast', '--run-for', '10', '--load', image]);
  const us = /verify_p256 (\d+) us/.exec(stdout);
  if (!us) throw new Error(`bench_verify: ${stdout} ${stderr}`);
  bench('verify_p256_ms', (us[1] / 1000).toFixed(1), 'ms_virtual');
}

/** A login's PBKDF2, whole, and the most of it that one turn does. */
async function login() {
  const image = join(build, 'arm/tests/bench/bench_login.bin');
  const { stdout, stderr } = await run(vboardProgram, ['--fast', '--run-for', '10', '--load', image]);
  const number = (name) => new RegExp(`${name} (\\d+) us`).exec(stdout)?.[1];
  if (!number('login') || !number('login_slice')) throw new Error(`bench_login: ${stdout} ${stderr}`);
  bench('login_ms', (number('login') / 1000).toFixed(0), 'ms_virtual');
  bench('login_slice_ms', (number('login_slice') / 1000).toFixed(2), 'ms_virtual');
}

/** A turn of the main loop in which nothing happens, all modules linked; the most is a look at the PHY. */
async function turn() {
  const image = join(build, 'arm/tests/bench/bench_turn/bench_turn.bin');
  const { stdout, stderr } = await run(vboardProgram, ['--fast', '--run-for', '8', '--guest-ip', '192.168.0.10', '--load', image]);
  const cycles = stdout.match(/^turn (\d+) (\d+)/gm)?.at(-1).split(' ').slice(1).map(Number);
  if (!cycles) throw new Error(`bench_turn: ${stdout} ${stderr}`);
  const CPU_MHZ = 400;
  bench('turn_idle_us', (cycles[0] / CPU_MHZ).toFixed(1), 'us_virtual');
  bench('turn_idle_most_us', (cycles[1] / CPU_MHZ).toFixed(1), 'us_virtual');
}

async function sizes() {
  for (const elf of ['examples/project1/project1', 'examples/project2/project2', 'tests/firmware/ways/ways']) {
    const { stdout } = await run('arm-none-eabi-size', [join(build, `arm/${elf}.elf`)]);
    const [text, data, bss] = stdout.trim().split('\n')[1].trim().split(/\s+/).map(Number);
    const name = elf.split('/').at(-1);
    bench(`${name}_text`, text + data, 'B');
    bench(`${name}_ram`, data + bss, 'B');
  }
}

async function speeds() {
  for (const name of ['idle', 'sha256', 'memcpy']) {
    const image = join(build, `arm/vboard/tests/fw/bench_${name}.bin`);
    const { code, stderr, stdout } = await run(vboardProgram, ['--fast', '--stats', '--run-for', '60', '--load', image]);
    const mips = /([\d.]+) MIPS/.exec(stderr + stdout);
    if (code !== 0 || !mips) throw new Error(`bench_${name}: ${code} ${stderr}`);
    bench(`vboard_${name}_mips`, mips[1], 'MIPS');
  }
}

/** Project 1 to Project 2, cut at some of its flash operations. */
async function torture() {
  const begin = performance.now();
  const { stdout, stderr, code } = await run(tool, ['torture', '--firmware', firmware('project1'), '--update', firmware('project2'),
    '--request', 'POST /api/firmware_update?options=1', '--raw', '--address', '192.168.0.10',
    '--service', 'GET /api/firmware_update', '--points', '100', '--pairs', '20']);
  const [, cases] = /^torture: (\d+) cases/m.exec(stdout) ?? [];
  if (code !== 0 || !cases) throw new Error(`torture: ${code} ${stdout} ${stderr}`);
  bench('torture_cases_per_s', ((1000 * cases) / (performance.now() - begin)).toFixed(1), '1/s');
}

/** check-fifty tells the numbers on the way. */
async function fifty() {
  const { stdout, code } = await run(join(root, 'tests/e2e/check-fifty'), []);
  if (code !== 0) throw new Error(`check-fifty: ${code} ${stdout}`);
  for (const [, name, value, unit] of stdout.matchAll(/^fifty: (\w+) ([\d.]+) (\w+)$/gm)) bench(`fifty_${name}`, value, unit);
}

const groups = { updates, silence, snapshots, torture, turn, guard, verify, login, transfers, serial, calls, dash, fifty, loop, sizes, speeds };
const chosen = process.argv.slice(2);
for (const name of chosen.length ? chosen : Object.keys(groups)) {
  if (!groups[name]) throw new Error(`no group '${name}': ${Object.keys(groups).join(', ')}`);
  await groups[name](bench);
}
