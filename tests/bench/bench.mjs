// bench.mjs - `make bench`: every number that README and docs state, as `bench: NAME VALUE UNIT`.
//
// Update times are the board's virtual time, from the request's head (before the first body byte) to the
// system reset, without the option byte change, as a ratio to the least time that the flash needs by its
// data sheet. Speeds of the virtual board are instructions of the guest per second of this machine.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Board, firmware, run, vboardProgram } from '../e2e/board.mjs';
import { padded } from '../e2e/images.mjs';
import { consoleLines, flashLimit, updateTime } from '../e2e/updates.mjs';

const SIZE = 400 * 1024;
const SECTORS = 4;
const build = new URL('../../build/', import.meta.url).pathname;
const bench = (name, value, unit) => console.log(`bench: ${name} ${value} ${unit}`);

async function update(board, name, image, version, erases) {
  const before = await board.status();
  const path = join(board.folder, `${name}.bin`);
  writeFileSync(path, image);
  const flash = (await board.view()).flash;
  const reply = await board.curl('--data-binary', `@${path}`, `${board.device}/update?downgrade=1`);
  if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`);
  await board.waitFor(name, version, before);
  const erased = (await board.view()).flash.erases - flash.erases;
  if (erased !== erases) throw new Error(`${name}: ${erased} sectors erased, ${erases} expected`);
  return updateTime(board, await consoleLines(board));
}

async function updates() {
  const one = padded(readFileSync(firmware('project1')), SIZE);
  const two = padded(readFileSync(firmware('project2')), SIZE);
  const board = await Board.start({ image: firmware('project1') });
  try {
    const blank = await update(board, 'project2', two, '2.0.0', 0);
    bench('update_400k_blank_over_flash_limit', (blank / flashLimit(SIZE, 0)).toFixed(3), 'x');
    await update(board, 'project1', one, '1.0.0', 1); // over the short image that was flashed first
    const full = await update(board, 'project2', two, '2.0.0', SECTORS);
    bench('update_400k_over_flash_limit', (full / flashLimit(SIZE, SECTORS)).toFixed(3), 'x');
    bench('update_400k', full.toFixed(2), 's_virtual');
  } finally {
    await board.stop();
  }
}

async function sizes() {
  for (const name of ['project1', 'project2']) {
    const elf = join(build, `arm/examples/${name}/${name}.elf`);
    const { stdout } = await run('arm-none-eabi-size', [elf]);
    const [text, data, bss] = stdout.trim().split('\n')[1].trim().split(/\s+/).map(Number);
    bench(`${name}_text`, text + data, 'B');
    if (name === 'project2') bench(`${name}_ram`, data + bss, 'B');
  }
  bench('page_gz', statSync(join(build, 'web/project2/index.html.gz')).size, 'B');
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

await updates();
await sizes();
await speeds();
