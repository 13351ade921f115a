// check-power.mjs - the plug is pulled during updates of the real firmware on the virtual board.
//
// Each cut waits for a condition that the board shows (an erase running, so many words programmed, the option
// bytes changing), pulls the plug, plugs in again: the old firmware must run, bit for bit, or, after the option
// byte change, the new one; and an update must then succeed. The exhaustive suite, at every flash operation, is
// tests/powercut. SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Board, Checks, firmware, until } from './board.mjs';
import { padded } from './images.mjs';

const SIZE = 300 * 1024; // three sectors
const IMAGE_SECTORS = 7 * 128 * 1024;
const checks = new Checks('power');
const board = await Board.start({ image: firmware('project1') });
const images = {};
for (const name of ['project1', 'project2']) {
  images[name] = join(board.folder, `${name}.bin`);
  writeFileSync(images[name], padded(readFileSync(firmware(name)), SIZE));
}

/** Of the image sectors: the journal behind them says what happens. */
async function bankDigest(bank) {
  const bytes = await (await fetch(`${board.page}/api/flash?bank=${bank}`)).arrayBuffer();
  return createHash('sha256').update(Buffer.from(bytes).subarray(0, IMAGE_SECTORS)).digest('hex');
}

const power = (on) => fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });
const other = (status) => (status.name === 'project1' ? 'project2' : 'project1');

function startUpload(image) {
  const bytes = readFileSync(image);
  const socket = connect(board.port, '127.0.0.1');
  socket.on('error', () => {}); // the board dies under it: that is the test
  socket.write(`POST /update?downgrade=1 HTTP/1.1\r\nHost: device\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  socket.write(bytes);
  return socket;
}

async function fullUpdate(name) {
  const before = await board.status();
  const next = other(before);
  const reply = await board.curl('--data-binary', `@${images[next]}`, `${board.device}/update?downgrade=1`);
  const after = reply.status === 200 && (await board.waitFor(next, next === 'project2' ? '2.0.0' : '1.0.0', before));
  checks.check(`${name}: an update then succeeds`, after && after.bank !== before.bank, reply.text);
}

/** Pull the plug as soon as the board shows the condition. */
async function cut(name, condition) {
  const before = await board.status();
  const start = await board.view();
  const digest = await bankDigest(before.bank);
  const socket = startUpload(images[other(before)]);
  const at = await until(name, async () => {
    const view = await board.view();
    return condition(view, start) && view;
  }, 30);
  await power(false);
  socket.destroy();
  checks.check(`${name}: no swap before the cut`, at.bank === start.bank && at.resets === start.resets);
  await power(true);
  const after = await until('the firmware after the cut', () => board.status());
  checks.check(`${name}: the old firmware runs`, after.build_id === before.build_id && after.bank === before.bank,
    JSON.stringify(after));
  checks.equal(`${name}: its bank is untouched`, await bankDigest(before.bank), digest);
}

/** Pull the plug while the option bytes change: old or new, and complete. */
async function cutOptionChange(name) {
  const before = await board.status();
  const start = await board.view();
  const next = other(before);
  const socket = startUpload(images[next]);
  await until(name, async () => (await board.view()).flash.option_changes > start.flash.option_changes, 30);
  await power(false);
  socket.destroy();
  await power(true);
  const after = await until('the firmware after the cut', () => board.status());
  checks.check(`${name}: a complete firmware runs (${after.name})`, ['project1', 'project2'].includes(after.name));
}

const programmed = (view, start) => view.flash.programs - start.flash.programs;
try {
  await fullUpdate('at first');
  await fullUpdate('now both banks are full');
  await cut('during the first erase', (view, start) => view.flash.erases > start.flash.erases);
  await cut('after some words', (view, start) => programmed(view, start) > 50);
  await fullUpdate('after some words');
  await cut('in the middle of the first sector', (view, start) => programmed(view, start) > 2000);
  await cut('during the second erase', (view, start) => view.flash.erases - start.flash.erases >= 2);
  await cut('in the last sector', (view, start) => programmed(view, start) > 8400);
  await fullUpdate('in the last sector');
  for (let i = 1; i <= 3; i++) {
    await cutOptionChange(`during option byte change ${i}`);
    await fullUpdate(`during option byte change ${i}`);
  }
} catch (error) {
  checks.check('no exception', false, error.stack + '\n' + board.output);
} finally {
  await board.stop();
}
process.exit(checks.end() ? 0 : 1);
