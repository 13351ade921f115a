// check-bundle.mjs - bundles and signatures against the real firmware on the virtual board: good ones install, each
// bad one is refused with its own words, before the first erase wherever the manifest or the image's head shows it.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Board, Checks, firmware, testFirmware, until } from './board.mjs';
import { bundle, key, manifestOf, signatures, statement, withTrailer, zip } from './bundles.mjs';
import { seal, withField } from './images.mjs';
import { consoleLines } from './updates.mjs';

const checks = new Checks('bundle');
const root = key('root'), release = key('release'), stranger = key('stranger');

function file(board, bytes) {
  const path = join(board.folder, 'upload');
  writeFileSync(path, bytes);
  return path;
}

const upload = (board, bytes, query = '') =>
  board.curl('--data-binary', `@${file(board, bytes)}`, `${board.device}/update${query}`);
const form = (board, bytes) => board.curl('-F', `file=@${file(board, bytes)}`, `${board.device}/update`);

/**
 * Refused with these words. Early: not a word was written, of the journals neither. Late, as only the whole file
 * shows it: the spare bank, which holds an image, was erased for it, its image sectors once each at most.
 */
async function refused(board, name, words, bytes, { late = false, status = 400, send = upload } = {}) {
  const before = await board.view();
  const running = await board.status();
  const reply = await send(board, bytes);
  const after = await board.view();
  checks.check(`${name}: refused in words`, reply.status === status && words.test(reply.text) && /runs on/.test(reply.text),
    `${reply.status} ${reply.text}`);
  const erases = after.flash.erases - before.flash.erases;
  const programs = after.flash.programs - before.flash.programs;
  if (late) checks.check(`${name}: at most 7 erases, and some`, erases > 0 && erases <= 7, `${erases}`);
  else checks.check(`${name}: no erase, no word written`, erases === 0 && programs === 0, `${erases}, ${programs}`);
  checks.check(`${name}: nothing restarted`, (await board.status()).boot_id === running.boot_id);
}

/** Installed, tried and confirmed. */
async function installed(board, name, bytes, version, send = upload) {
  const before = await board.status();
  const reply = await send(board, bytes);
  checks.check(`${name}: taken`, reply.status === 200, `${reply.status} ${reply.text}`);
  const after = await until(`${name}: confirmed`, async () => {
    const now = await board.status();
    return now.boot_id !== before.boot_id && now.phase === 'confirmed' && now;
  });
  checks.equal(`${name}: the new version runs`, after.version, version);
}

/** Does the console say so at the last start? That start has ended when the address is there. */
async function saysUnsigned(board) {
  const lines = await until('the console', async () => {
    const all = (await consoleLines(board)).map((line) => line.text);
    const last = all.slice(all.findLastIndex((line) => /, bank [12], build id /.test(line)));
    return last.some((line) => line.startsWith('ip ')) && last;
  });
  return lines.includes('unsigned firmware is accepted (development)');
}

const named = (image, version) => seal(withField(image, 'version', version));
const manifestWith = (image, change) => {
  const manifest = manifestOf(image);
  change(manifest, manifest.parts.cm7);
  return manifest;
};

/** Structure: a firmware that takes unsigned bundles. */
async function structure() {
  const board = await Board.start({ image: firmware('project1') });
  const image = readFileSync(firmware('project2'));
  const bad = (change) => bundle(image, { manifest: manifestWith(image, change) });
  const entry = { name: 'fw.bin', data: image };
  const text = Buffer.from(JSON.stringify(manifestOf(image)));
  const changed = Buffer.from(image);
  changed[image.length - 40] ^= 1;
  try {
    await installed(board, 'both banks hold an image', named(readFileSync(firmware('project1')), '1.1.0'), '1.1.0');
    checks.check('the console says that anything is accepted', await saysUnsigned(board));
    await refused(board, 'other platform', /Wrong platform/, bad((m) => (m.platform = 'esp32')));
    await refused(board, 'no version', /Required manifest field missing/, bad((m) => delete m.version));
    await refused(board, 'no hash', /Required manifest field missing/, bad((m, part) => delete part.cs_sha256));
    await refused(board, 'no image part', /not in the bundle|does not list|missing/i, bad((m) => (m.parts = {})));
    await refused(board, 'manifest no JSON', /Failed to parse manifest/, bundle(image, { manifest: Buffer.from('{"name":') }));
    await refused(board, 'manifest over the limit', /4096/, bad((m) => (m.note = 'x'.repeat(5000))));
    await refused(board, 'absurd size', /917504|parse|describes/, bad((m, part) => (part.size = 4000000000)));
    await refused(board, 'size beyond the slot', /917504/, bad((m, part) => (part.size = 917505)), { status: 413 });
    await refused(board, 'size of another file', /describes|size/, bad((m, part) => (part.size -= 32)));
    await refused(board, 'a part listed twice', /twice/,
      bad((m, part) => (m.parts.app = { ...part, type: 'app' })));
    await refused(board, 'lower epoch is no matter of the manifest alone', /other product|another product/,
      bundle(seal(withField(image, 'product', 'toaster'))));
    for (const src of ['../fw.bin', '/fw.bin', 'C:\\fw.bin', 'a\\..\\fw.bin', 'a/../fw.bin'])
      await refused(board, `path trick ${src}`, /leads out|name|describes|list/,
        bundle(image, { manifest: manifestOf(image, { src }), entries: [{ name: src, data: image }] }));
    await refused(board, 'manifest not first', /first entry is not manifest/,
      zip([entry, { name: 'manifest.json', data: text }]));
    await refused(board, 'deflated part', /zip -0/, bundle(image, { entries: [{ ...entry, deflate: true }] }));
    await refused(board, 'deflated manifest', /zip -0/, zip([{ name: 'manifest.json', data: text, deflate: true }, entry]));
    await refused(board, 'manifest damaged', /Invalid CRC/, zip([{ name: 'manifest.json', data: text, crc: 1 }, entry]));
    await refused(board, 'an entry that is not listed', /does not list/,
      bundle(image, { entries: [{ name: 'other.bin', data: image }] }));
    await refused(board, 'missing part', /not in the bundle|ends|archive/i, bundle(image, { entries: [] }));
    const other = seal(withField(image, 'board', 'other-board'));
    await refused(board, 'other board in the image', /another board/, bundle(other));

    await refused(board, 'changed part', /describes|CRC|SHA-256/, bundle(image, { entries: [{ name: 'fw.bin', data: changed,
      crc: undefined }] }), { late: true });
    await refused(board, 'part with a wrong CRC', /Invalid CRC/, bundle(image, { entries: [{ ...entry, crc: 7 }] }), { late: true });
    await refused(board, 'part twice', /twice/, bundle(image, { entries: [entry, entry] }), { late: true });
    await refused(board, 'bytes behind the end', /follow the end/, bundle(image, { tail: Buffer.from('more') }), { late: true });
    await refused(board, 'cut in the directory', /archive|ends|bundle/i, bundle(image).subarray(0, -30), { late: true });

    await installed(board, 'a bundle', bundle(image), '2.0.0');
    const next = named(image, '2.1.0');
    await installed(board, 'streamed, with a folder', bundle(next, { descriptor: true, folder: 'demo-2.1.0/' }), '2.1.0', form);
    const old = manifestOf(named(image, '2.2.0'), { platform: 'stm32', version: '2.2.0' });
    const app = { type: 'app', src: 'fw.bin', addr: 0, cs_sha1: '00', bl_size: 0, ...old.parts.cm7 };
    const fs = Buffer.from('a file system');
    const sum = manifestOf(fs).parts.cm7.cs_sha256;
    old.parts = { app: { ...app, type: 'app' }, fs: { type: 'fs', src: 'fs.bin', size: fs.length, cs_sha1: '00', cs_sha256: sum } };
    await installed(board, 'as the existing tool makes them', bundle(named(image, '2.2.0'), { manifest: old,
      entries: [{ name: 'fs.bin', data: fs }, { name: 'fw.bin', data: named(image, '2.2.0') }] }), '2.2.0');
  } catch (error) {
    checks.check('structure: no exception', false, `${error.stack}\n${board.output}`);
  } finally {
    await board.stop();
  }
}

/** Signatures: a firmware that requires them; keys root in slot 0, release in slot 1; security epoch 5. */
async function signed() {
  const board = await Board.start({ image: testFirmware('signed') });
  const image = readFileSync(testFirmware('signed'));
  const two = named(image, '2.0.0');
  const wrong = (keys) => {
    const text = Buffer.from(JSON.stringify(manifestOf(two)));
    return zip([{ name: 'manifest.json', data: text, extra: signatures(Buffer.concat([text, Buffer.from(' ')]), keys) },
      { name: 'fw.bin', data: two }]);
  };
  const key_statement = (options) => board.curl('--data-binary', `@${file(board, statement(options))}`,
    `${board.device}/api/firmware_keys`);
  try {
    await installed(board, 'both banks hold a signed image', bundle(named(image, '1.1.0'), { keys: { 1: release } }), '1.1.0');
    checks.check('the console does not say that anything is accepted', !(await saysUnsigned(board)));
    await refused(board, 'unsigned image', /not signed/, two);
    await refused(board, 'unsigned bundle', /not signed/, bundle(two));
    await refused(board, 'wrong signature', /does not fit/, wrong({ 1: release }));
    await refused(board, 'another key in a known slot', /does not fit/, bundle(two, { keys: { 1: stranger } }));
    await refused(board, 'a slot without a key', /does not have/, bundle(two, { keys: { 3: stranger } }));
    await refused(board, 'one good and one bad signature', /does not fit/, bundle(two, { keys: { 0: stranger, 1: release } }));
    const lower = seal(withField(two, 'security_epoch', 4));
    await refused(board, 'lower epoch', /lower security epoch/, bundle(lower, { keys: { 1: release } }));
    await refused(board, 'lower epoch, with every consent', /lower security epoch/, bundle(lower, { keys: { 1: release } }),
      { send: (b, bytes) => upload(b, bytes, '?downgrade=1&foreign=1&force=1&guard=1') });
    const trailer = withTrailer(two, [release]);
    const torn = Buffer.from(trailer);
    torn[torn.length - 60] ^= 1;
    await refused(board, 'trailer by a stranger', /does not have/, withTrailer(two, [stranger]), { late: true });
    await refused(board, 'trailer damaged', /does not fit/, torn, { late: true });

    await installed(board, 'signed bundle', bundle(two, { keys: { 1: release } }), '2.0.0');
    await installed(board, 'image with a trailer', withTrailer(named(image, '2.1.0'), [release]), '2.1.0');

    const forged = await key_statement({ action: 'revoke', slot: 1, sequence: 1, root: release });
    checks.check('a statement by another key is refused', forged.status === 400 && /not signed by the root key/.test(forged.text),
      forged.text);
    const revoked = await key_statement({ action: 'revoke', slot: 1, sequence: 1, root });
    checks.check('the root key revokes', revoked.status === 200 && JSON.parse(revoked.text).slots[1].state === 'revoked',
      revoked.text);
    const three = named(image, '3.0.0');
    await refused(board, 'revoked key', /was revoked/, bundle(three, { keys: { 1: release } }));
    await fetch(`${board.page}/api/power?on=0`, { method: 'POST' });
    await fetch(`${board.page}/api/power?on=1`, { method: 'POST' });
    await until('the firmware', () => board.status());
    await refused(board, 'revoked key, after a loss of power', /was revoked/, bundle(three, { keys: { 1: release } }));
    const replaced = await key_statement({ action: 'replace', slot: 1, sequence: 2, next: stranger, root });
    checks.check('the root key replaces', replaced.status === 200 && JSON.parse(replaced.text).slots[1].state === 'active',
      replaced.text);
    const replay = await key_statement({ action: 'revoke', slot: 1, sequence: 1, root });
    checks.check('an older statement is refused', replay.status === 400 && /older/.test(replay.text), replay.text);
    await installed(board, 'signed with the new key', bundle(three, { keys: { 1: stranger } }), '3.0.0');
    await refused(board, 'the new key holds in the other bank, too', /revoked|does not fit/,
      bundle(named(image, '4.0.0'), { keys: { 1: release } }));
    await installed(board, 'and back in the first bank', bundle(named(image, '4.0.0'), { keys: { 1: stranger } }), '4.0.0');
  } catch (error) {
    checks.check('signed: no exception', false, `${error.stack}\n${board.output}`);
  } finally {
    await board.stop();
  }
}

await Promise.all([structure(), signed()]);
process.exit(checks.end() ? 0 : 1);
