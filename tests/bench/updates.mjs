// updates.mjs - how long an update takes, and how long the device is silent meanwhile: on boards in deterministic mode, so
// that a run gives the same numbers again, whatever else this machine does.
//
// Times are the board's virtual time, from the request's head (before the first body byte) to the option byte change, which
// the system reset follows at once; the change itself is in no data sheet. Signature and hash are included.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firmware, testFirmware } from '../e2e/board.mjs';
import { bundle, key } from '../e2e/bundles.mjs';
import { ControlledBoard } from '../e2e/control.mjs';
import { padded, seal, withField } from '../e2e/images.mjs';
import { flashLimit } from '../e2e/updates.mjs';

const SIZE = 400 * 1024;
const SECTOR = 128 * 1024;
const PROBE_NS = 5e6;
const MARGIN_NS = 1e6; // the core stops between blocks only, and not while the last record is written to its own bank
const FORKS = 200;

/** A signed bundle with the firmware that requires signatures, 400 KB long. */
function signedUpdate(version) {
  const image = withField(readFileSync(testFirmware('signed')), 'version', version);
  return bundle(seal(padded(image, SIZE)), { keys: { 1: key('release') } });
}

/** Send it, and run to its response: it is verified in flash. */
async function send(board, bytes) {
  const file = join(board.folder, 'update');
  writeFileSync(file, bytes);
  const { request } = await board.tell('request', { method: 'POST', path: '/update', file });
  const { stopped, response } = await board.run({ response: request });
  if (stopped !== 'response' || response.status !== 200) throw new Error(`update: ${stopped} ${JSON.stringify(response)}`);
}

/** Run on until the new firmware is confirmed. */
async function confirmed(board, version, resets) {
  await board.run({ resets: resets + 1 });
  for (let i = 0; i < 50; i++) {
    await board.serve();
    const now = await board.json('/api/firmware_update');
    if (now.phase === 'confirmed' && now.version === version) return;
  }
  throw new Error(`${version} does not become confirmed`);
}

/** Seconds of one update, that must erase so many sectors. */
async function timed(board, version, erases) {
  const before = await board.tell('status');
  await send(board, signedUpdate(version));
  await confirmed(board, version, before.resets);
  const { lines } = await board.tell('console');
  const after = await board.tell('status');
  if (after.erase_count - before.erase_count !== erases)
    throw new Error(`${version}: ${after.erase_count - before.erase_count} sectors erased, ${erases} expected`);
  return (after.last_option_start_ns - lines.findLast(({ text }) => text.startsWith('update from')).at_ns) / 1e9;
}

export async function updates(bench) {
  const image = testFirmware('signed');
  const board = await ControlledBoard.start({ image });
  const limit = (sectors) => flashLimit(SIZE, sectors);
  const sectors = Math.ceil(SIZE / SECTOR);
  try {
    await board.serve();
    bench('update_400k_blank_over_flash_limit', ((await timed(board, '2.0.0', 0)) / limit(0)).toFixed(3), 'x');
    await timed(board, '3.0.0', Math.ceil(statSync(image).size / SECTOR)); // over the short image that was flashed first
    const full = await timed(board, '4.0.0', sectors);
    bench('update_400k_over_flash_limit', (full / limit(sectors)).toFixed(3), 'x');
    bench('update_400k', full.toFixed(2), 's_virtual');
  } finally {
    await board.stop();
  }
}

/**
 * The longest time without an answer to a ping or a GET, each sent every 5 ms, from the upload's begin to the option byte
 * change, which ends the update and stalls a core that runs from physical bank 1 for as long as it takes. When that begins
 * is learned from a run of the same, from a snapshot.
 */
async function silenceDuring(board, version) {
  const { resets } = await board.tell('status');
  const image = padded(withField(readFileSync(firmware('project1')), 'version', version), SIZE);
  await board.tell('probe', { every_ns: PROBE_NS, path: '/api/firmware_update' });
  await board.tell('snapshot', { name: 'before' });
  await send(board, image);
  await confirmed(board, version, resets);
  const { last_option_start_ns } = await board.tell('status');
  await board.tell('restore', { name: 'before' });
  await send(board, image);
  await board.run({ time_ns: last_option_start_ns - MARGIN_NS });
  const { ping, get } = await board.tell('probe');
  if (!(ping.answered > 100 && get.answered > 100)) throw new Error(`nothing probed: ${JSON.stringify({ ping, get })}`);
  await board.tell('drop', { name: 'before' });
  await confirmed(board, version, resets);
  return Math.max(ping.longest_silence_ns, get.longest_silence_ns) / 1e6;
}

/** Every sector of the spare bank is erased on the way; from bank 2 an erase may stall a core that reads ahead. */
export async function silence(bench) {
  const board = await ControlledBoard.start({ image: firmware('project1'), args: ['--speculative-stall'] });
  try {
    await board.serve();
    const all = [];
    for (const version of ['2.0.0', '3.0.0', '4.0.0', '5.0.0']) all.push(await silenceDuring(board, version));
    bench('longest_silence_bank_1_ms', Math.max(all[0], all[2]).toFixed(1), 'ms_virtual');
    bench('longest_silence_bank_2_ms', Math.max(all[1], all[3]).toFixed(1), 'ms_virtual');
    bench('longest_silence_ms', Math.max(...all).toFixed(1), 'ms_virtual');
  } finally {
    await board.stop();
  }
}

/** Copies of a board that serves, made and ended; wall clock. */
export async function snapshots(bench) {
  const board = await ControlledBoard.start({ image: firmware('project1') });
  try {
    await board.serve();
    const begin = performance.now();
    for (let i = 0; i < FORKS; i++) await board.tell('fork', { commands: [{ cmd: 'status' }] });
    bench('snapshots_per_s', ((FORKS * 1000) / (performance.now() - begin)).toFixed(0), '1/s');
  } finally {
    await board.stop();
  }
}
