// loop.mjs - the everyday loop, by this machine's clock: flota new, build, sim; then again and again: edit a file,
// flota build, flota ota. Other programs' load shows: the middle one of several rounds is told.
// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tool, until } from '../e2e/board.mjs';
import { scratch, start, stop } from '../e2e/ways.mjs';

const ROUNDS = 3;

async function timed(what, action) {
  const begin = performance.now();
  const result = await action();
  if (result?.code) throw new Error(`${what}: ${result.code} ${result.stdout}${result.stderr}`);
  return (performance.now() - begin) / 1000;
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function edit(folder, round) {
  const path = join(folder, 'flota.yml');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^version: .*$/m, `version: 1.0.${round}`));
  appendFileSync(join(folder, 'src/main.c'), `/* round ${round} */\n`);
}

export async function loop(bench) {
  const above = scratch('loop'), folder = join(above, 'hello');
  mkdirSync(above);
  const env = { ...process.env, NO_COLOR: '1', CCACHE_DIR: join(above, 'ccache') }; // empty, as at the first project of all
  const flota = (...args) => run(tool, args, { cwd: folder, env });
  bench('loop_new', (await timed('new', () => run(tool, ['new', 'hello'], { cwd: above, env }))).toFixed(2), 's');
  bench('loop_first_build', (await timed('build', () => flota('build'))).toFixed(1), 's');
  await run(tool, ['new', 'next'], { cwd: above, env });
  bench('loop_next_build', (await timed('build', () => run(tool, ['build'], { cwd: join(above, 'next'), env }))).toFixed(1), 's');
  let sim;
  bench('loop_sim', (await timed('sim', async () => {
    sim = start(tool, ['sim'], { cwd: folder, env });
    await until('the device', async () => {
      if (sim.exitCode !== null) throw new Error(`flota sim has ended: ${sim.output}`);
      return (await flota('info', '--timeout', '1')).code === 0;
    });
  })).toFixed(2), 's');
  const builds = [], updates = [];
  for (let round = 1; round <= ROUNDS; round++) {
    edit(folder, round);
    builds.push(await timed('build', () => flota('build')));
    updates.push(await timed('ota', () => flota('ota', 'build/fw.zip')));
  }
  await stop(sim);
  bench('loop_build', middle(builds).toFixed(2), 's');
  bench('loop_ota', middle(updates).toFixed(2), 's');
  bench('loop_seconds', middle(builds.map((seconds, i) => seconds + updates[i])).toFixed(2), 's');
}
