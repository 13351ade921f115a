// check-resume.mjs - uploads that break off go on where flash stands: after a lost connection at the byte, after a
// loss of power at the interrupted sector. By curl, against the real firmware on the virtual board.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Board, Checks, firmware, until } from './board.mjs';
import { bundle } from './bundles.mjs';
import { DIGEST, padded } from './images.mjs';

const SECTOR = 128 * 1024;
const checks = new Checks('resume');
const board = await Board.start({ image: firmware('project1') });
const images = Object.fromEntries(['project1', 'project2'].map((name) =>
  [name, padded(readFileSync(firmware(name)), 400 * 1024)]));
const versions = { project1: '1.0.0', project2: '2.0.0' };
const other = (name) => (name === 'project1' ? 'project2' : 'project1');
const power = (on) => fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });

/** Send a file's beginning, as a client whose connection breaks: up to `size` bytes of it. */
function begin(bytes, size) {
  const socket = connect(board.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST /update?downgrade=1 HTTP/1.1\r\nHost: device\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  socket.write(bytes.subarray(0, size));
  return socket;
}

/** As curl -C N -T file does it: PUT with Content-Range. */
function put(bytes, start, { end = bytes.length, total = bytes.length } = {}) {
  const path = join(board.folder, 'rest');
  writeFileSync(path, bytes.subarray(start, end));
  return board.curl('-T', path, '-H', `Content-Range: bytes ${start}-${end - 1}/${total}`, '-H', 'Expect:',
    `${board.device}/update?downgrade=1`);
}

/** Of this upload: the status of the one before tells its own bytes, until this one has begun. */
async function received(size) {
  await until(`${size} bytes`, async () => {
    const { phase, received: bytes } = await board.status();
    return phase === 'receiving' && bytes >= size;
  });
}

/** Break off; returns what the status then offers. */
async function breakOff(bytes, size) {
  const socket = begin(bytes, size);
  await received(size);
  socket.destroy();
  return until('what is left', async () => (await board.status()).resume);
}

async function confirmed(name, before) {
  return until(`${name} confirmed`, async () => {
    const now = await board.status();
    return now.boot_id !== before.boot_id && now.name === name && now.phase === 'confirmed' && now;
  });
}

/** Both banks hold as much as the updates will write: each sector needs its erase. */
async function fillBanks() {
  for (let i = 0; i < 2; i++) {
    const before = await board.status();
    const next = other(before.name);
    const reply = await put(images[next], 0);
    checks.check(`filling the banks: ${next}`, reply.status === 200, `${reply.status} ${reply.text}`);
    await confirmed(next, before);
  }
}

/** How often each sector of a bank was erased, as the board has counted it. */
const sectorErases = async (bank) => (await board.view()).flash.sectors[bank - 1].map((sector) => sector.erases);

/** How often since then, the image's sectors; no others, and no journal. */
async function checkErases(name, bank, before, expected) {
  const since = (await sectorErases(bank)).map((count, i) => count - before[i]);
  const all = [...expected, ...Array(since.length - expected.length).fill(0)];
  checks.equal(name, since.join(), all.join());
}

const spareOf = (status) => 3 - status.bank;

async function connectionLost() {
  const before = await board.status();
  const next = other(before.name), bytes = images[next];
  const erases = await sectorErases(spareOf(before));
  const rest = await breakOff(bytes, 250000);
  checks.equal('connection lost: the status gives the offset', rest.offset, 250000);
  checks.equal('connection lost: the size', rest.size, bytes.length);
  checks.equal('connection lost: the digest', rest.digest, bytes.subarray(DIGEST, DIGEST + 32).toString('hex'));

  const gap = await put(bytes, rest.offset + 1);
  checks.check('a gap is refused, with the way on', gap.status === 416 && /resume.offset/.test(gap.text), gap.text);
  const lies = await put(bytes, rest.offset, { total: bytes.length + 32, end: bytes.length });
  checks.check('another size is refused', [400, 416].includes(lies.status), `${lies.status} ${lies.text}`);
  checks.equal('refusals lose nothing', (await board.status()).resume?.offset, 250000);

  const piece = await put(bytes, 200000, { end: 300000 });
  checks.check('an overlapping piece is taken: 202', piece.status === 202, `${piece.status} ${piece.text}`);
  const again = await put(bytes, 200000, { end: 300000 });
  checks.check('the same piece once more is harmless', again.status === 202, `${again.status} ${again.text}`);
  const end = await put(bytes, 300000);
  checks.check('the rest completes it', end.status === 200 && /Update applied/.test(end.text), end.text);
  const after = await confirmed(next, before);
  checks.check('connection lost: the new firmware runs', after.version === versions[next]);
  await checkErases('connection lost: each sector was erased once', spareOf(before), erases, [1, 1, 1, 1]);
}

async function powerLost() {
  const before = await board.status();
  const next = other(before.name), bytes = images[next];
  const erases = await sectorErases(spareOf(before));
  const socket = begin(bytes, bytes.length);
  await until('into the third sector', async () => (await board.status()).in_flash > 2 * SECTOR + 20000);
  await power(false);
  socket.destroy();
  await power(true);
  const now = await until('the firmware', () => board.status());
  checks.check('power lost: the old firmware runs', now.build_id === before.build_id);
  checks.equal('power lost: it goes on at the interrupted sector', now.resume?.offset, 2 * SECTOR);
  checks.equal('power lost: the digest', now.resume?.digest, bytes.subarray(DIGEST, DIGEST + 32).toString('hex'));
  checks.equal('power lost: no failure is shown for it', now.error, null);
  const programs = (await board.view()).flash.programs;
  const end = await put(bytes, now.resume.offset);
  checks.check('power lost: the rest completes it', end.status === 200, `${end.status} ${end.text}`);
  await confirmed(next, before);
  const words = (await board.view()).flash.programs - programs;
  checks.check('power lost: finished sectors were not written again', words < (bytes.length - 2 * SECTOR) / 32 + 100,
    String(words));
  // The sectors behind the image, too: after an interrupted update no word is trusted to be blank.
  await checkErases('power lost: only the interrupted sector was erased again', spareOf(before), erases,
    [1, 1, 2, 1, 1, 1, 1]);
}

async function anotherImage() {
  const before = await board.status();
  const next = other(before.name), bytes = images[next];
  await breakOff(bytes, 150000);
  const changed = Buffer.from(bytes);
  changed[bytes.length - 10] ^= 1;
  const mixed = await put(changed, 150000);
  checks.check('the rest of another image is refused', mixed.status === 400 && /SHA-256/.test(mixed.text),
    `${mixed.status} ${mixed.text}`);
  checks.check('and nothing restarted', (await board.status()).boot_id === before.boot_id);
  const rest = await breakOff(bytes, 150000);
  checks.check('offered again', rest.offset === 150000);
  const reply = await board.curl('-F', `file=@${firmware(next)}`, `${board.device}/update?downgrade=1`);
  checks.equal('a different image starts anew', reply.status, 200);
  await confirmed(next, before);
}

async function bundleResumed() {
  const before = await board.status();
  const next = other(before.name), bytes = bundle(images[next]);
  const rest = await breakOff(bytes, 200001);
  checks.equal('a bundle, too, at its byte', rest.offset, 200001);
  const end = await put(bytes, 200001);
  checks.check('a bundle is completed', end.status === 200, `${end.status} ${end.text}`);
  await confirmed(next, before);
}

for (const story of [fillBanks, connectionLost, powerLost, anotherImage, bundleResumed]) {
  try {
    await story();
  } catch (error) {
    checks.check(`${story.name}: no exception`, false, `${error.stack}\n${board.output}`);
  }
}
await board.stop();
process.exit(checks.end() ? 0 : 1);
