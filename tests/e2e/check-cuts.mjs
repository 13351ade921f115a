// check-cuts.mjs [COUNT] - the plug is pulled COUNT (200) times, spread over an update of the real firmware.
//
// Each cut comes when the board has done its share of an update's flash operations; where it really came is counted,
// and each tenth of the update must have had some. After it the old or the new firmware must run, whole, byte by
// byte; at the end of each board's cuts an update must succeed. Several boards run side by side: they mostly wait
// for erases. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Board, Checks, firmware, until } from './board.mjs';

const COUNT = Number(process.argv[2] ?? 200);
const BOARDS = 6;
const checks = new Checks('cuts');
const images = { project1: readFileSync(firmware('project1')), project2: readFileSync(firmware('project2')) };
const versions = { project1: '1.0.0', project2: '2.0.0' };
const other = (name) => (name === 'project1' ? 'project2' : 'project1');
const power = (board, on) => fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });
const operations = ({ flash }) => flash.erases + flash.programs + flash.option_changes;
const outcomes = { old: 0, new: 0 };
const tenths = Array(10).fill(0); // of an update's operations: how many cuts came there

async function bank(board, number) {
  return Buffer.from(await (await fetch(`${board.page}/api/flash?bank=${number}`)).arrayBuffer());
}

function startUpload(board, image) {
  const socket = connect(board.port, '127.0.0.1');
  socket.on('error', () => {}); // the board dies under it: that is the test
  socket.write(`POST /update?downgrade=1 HTTP/1.1\r\nHost: device\r\nContent-Length: ${image.length}\r\n\r\n`);
  socket.write(image);
  return socket;
}

async function fullUpdate(board) {
  const before = await board.status();
  const next = other(before.name);
  const reply = await board.curl('--data-binary', `@${firmware(next)}`, `${board.device}/update?downgrade=1`);
  if (reply.status !== 200) throw new Error(reply.text);
  const after = await board.waitFor(next, versions[next], before);
  await until('confirmed', async () => (await board.status()).running === 'confirmed');
  return after;
}

/** Flash operations of an update after an interrupted one, which erases everything. */
async function measure(board) {
  const first = await board.status();
  const socket = startUpload(board, images[other(first.name)]);
  const start = await board.view();
  await until('some words', async () => (await board.view()).flash.programs > start.flash.programs + 50);
  await power(board, false);
  socket.destroy();
  await power(board, true);
  await until('the firmware', () => board.status());
  const before = await board.view();
  await fullUpdate(board);
  return operations(await board.view()) - operations(before);
}

/** Pull the plug after so many operations of a total; some more have been done when power really goes. */
async function cut(board, index, share, total) {
  const before = await board.status();
  const start = await board.view();
  const socket = startUpload(board, images[other(before.name)]);
  await until(`operation ${share}`, async () => {
    const view = await board.view();
    return operations(view) - operations(start) >= share || view.resets !== start.resets;
  });
  await power(board, false);
  const done = operations(await board.view()) - operations(start);
  tenths[Math.min(9, Math.floor((10 * done) / total))]++;
  socket.destroy();
  await power(board, true);
  const after = await until(`the firmware after cut ${index}`, () => board.status());
  const image = images[after.name];
  const whole = image && (await bank(board, after.bank)).subarray(0, image.length).equals(image);
  outcomes[after.build_id === before.build_id ? 'old' : 'new']++;
  if (!whole || after.running === 'stranded')
    checks.check(`cut ${index}, after ${share} operations`, false, JSON.stringify(after));
  await until('confirmed', async () => (await board.status()).running === 'confirmed');
}

async function worker(number) {
  const board = await Board.start({ image: firmware('project1') });
  try {
    const total = await measure(board);
    let cuts = 0;
    for (let index = number; index < COUNT; index += BOARDS, cuts++)
      await cut(board, index, Math.ceil(((index + 0.5) * total) / COUNT), total);
    await fullUpdate(board);
    checks.check(`board ${number + 1}: ${cuts} cuts over ${total} operations, then an update succeeds`, true);
  } catch (error) {
    checks.check(`board ${number + 1}: no exception`, false, `${error.stack}\n${board.output}`);
  } finally {
    await board.stop();
  }
}

await Promise.all(Array.from({ length: BOARDS }, (_, number) => worker(number)));
console.log(`cuts: ${outcomes.old + outcomes.new} cuts, ${outcomes.old} left the old firmware, ` +
  `${outcomes.new} the new one, ${COUNT - outcomes.old - outcomes.new} neither`);
checks.equal('every cut was made', outcomes.old + outcomes.new, COUNT);
console.log(`cuts: ${tenths.filter(Boolean).length} of ten tenths of the update were hit: ${tenths.join(' ')}`);
checks.check('cuts in each tenth of the update', tenths.every(Boolean), tenths.join(' '));
checks.check('both outcomes were seen', outcomes.old > 0 && outcomes.new > 0);
process.exit(checks.end() ? 0 : 1);
