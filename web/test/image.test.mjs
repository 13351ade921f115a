// image.test.mjs - what the page finds in a chosen file, and where its upload goes on.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, entry, file, image, load, status } from '../testing.mjs';

const { compareVersions, inspect, resumeAt } = await load('image');
const look = (bytes, device = status()) => inspect(file(bytes), device);
const MANIFEST = {
  name: 'project2',
  version: '2.0.0',
  platform: 'stm32h745i-disco',
  parts: { cm7: { type: 'cm7', src: 'fw.bin', size: 20000, cs_sha256: 'c7'.repeat(32) } },
};
const manifest = (changes) => Buffer.from(JSON.stringify({ ...MANIFEST, ...changes }));

test('an image is shown by its information block', async () => {
  const bytes = image();
  const { info, digest, error, asks } = await look(bytes);
  const build_id = digestOf(bytes).slice(0, 16);
  assert.deepEqual(info, {
    name: 'project2',
    version: '2.0.0',
    board: 'stm32h745i-disco',
    build_id,
  });
  assert.equal(digest, digestOf(bytes));
  assert.equal(error, undefined);
  assert.deepEqual(asks, {});
});

test('a trailer of signatures counts to the file, not to the image', async () => {
  assert.equal((await look(image({ trailer: 96 }))).error, undefined);
  const cut = image({ trailer: 96 }).subarray(0, -32);
  assert.equal((await look(cut)).error.name, 'IMAGE_WRONG_SIZE');
  const joined = Buffer.concat([image(), Buffer.alloc(96)]);
  assert.equal((await look(joined)).error.name, 'IMAGE_WRONG_SIZE');
});

test('wrong files are refused by name', async () => {
  const cases = {
    IMAGE_BAD_VECTORS: [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(4096, 'text')],
    IMAGE_TOO_LARGE: [image({ size: 917505 })],
    IMAGE_OTHER_BOARD: [image({ board: 'other' })],
    IMAGE_WRONG_SIZE: [image().subarray(0, 9000)],
  };
  for (const [name, files] of Object.entries(cases))
    for (const bytes of files) {
      const { error } = await look(bytes);
      assert.equal(error?.name, name);
      assert.ok(error.code < 0 && error.cause && error.remedy);
    }
});

test('consents are asked for: another product, an older version, no block', async () => {
  const older = await look(image({ product: 'other', version: '0.9.0' }));
  assert.deepEqual(Object.keys(older.asks), ['foreign', 'downgrade']);
  assert.match(older.asks.downgrade, /older than 1\.0\.0/);
  const foreign = image();
  foreign.write('none', 0x400);
  const { info, asks } = await look(foreign);
  assert.equal(info, undefined);
  assert.deepEqual(Object.keys(asks), ['foreign']);
});

test('versions are ordered as numbers, a pre-release before its release', () => {
  const sorted = ['0.9.9', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0', '1.2.0', '1.10.0'];
  sorted.forEach((a, i) =>
    sorted.forEach((b, j) => assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j))),
  );
  assert.equal(compareVersions('1.0.0+a', '1.0.0+b'), 0);
});

test('a bundle is shown by its manifest', async () => {
  const text = manifest({ build_id: 'abc' });
  for (const head of [
    entry('manifest.json', text),
    entry('fw/manifest.json', text, { extra: 120 }),
  ]) {
    const picked = await look(Buffer.concat([head, entry('fw.bin', image())]));
    const { name, version, platform: board, parts } = MANIFEST;
    assert.deepEqual(picked.info, { name, version, board, build: 'abc' });
    assert.equal(picked.digest, parts.cm7.cs_sha256);
    assert.equal(picked.error, undefined);
    assert.deepEqual(picked.asks, {});
  }
});

test('an older bundle asks as well', async () => {
  const bytes = entry('manifest.json', manifest({ version: '0.9.0' }));
  assert.deepEqual(Object.keys((await look(bytes)).asks), ['downgrade']);
});

test('a bundle that cannot be read here is left to the device', async () => {
  const text = manifest();
  const cases = [
    entry('manifest.json', text, { flags: 8 }),
    entry('manifest.json', text, { method: 8 }),
    entry('manifest.json', Buffer.from('{"name":')),
    entry('manifest.json', text).subarray(0, -1),
    entry('fw.bin', image()),
    entry('other.json', text),
    entry('', Buffer.alloc(0)).fill(0xff, 18),
    Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(27, 0xff)]),
  ];
  for (const bytes of cases) {
    const { info, digest, error } = await look(bytes);
    assert.deepEqual([info, digest, error], [undefined, undefined, undefined]);
  }
});

test('a manifest without a version, or without an image: what it says is shown', async () => {
  const parts = { fs: { type: 'fs', cs_sha256: 'ff' } };
  const { info, digest } = await look(entry('manifest.json', manifest({ parts })));
  assert.deepEqual([info.version, digest], ['2.0.0', undefined]);
  const app = { fs: parts.fs, app: { type: 'app', cs_sha256: 'aa' } };
  assert.equal((await look(entry('manifest.json', manifest({ parts: app })))).digest, 'aa');
  for (const version of [undefined, null, 2]) {
    const picked = await look(entry('manifest.json', manifest({ version })));
    assert.deepEqual([picked.info, picked.error], [undefined, undefined]);
  }
});

test('an upload goes on where the device stands, when it is this file', () => {
  const picked = { file: { size: 1000 }, digest: 'aa' };
  const resume = (changes) => ({ offset: 640, size: 1000, digest: 'aa', ...changes });
  const cases = [
    [resume(), 640],
    [null, 0],
    [resume({ digest: 'ab' }), 0],
    [resume({ digest: '' }), 0],
    [resume({ size: 1001 }), 0],
    [resume({ offset: 0 }), 0],
    [resume({ offset: 1000 }), 999], // all is there: a range still holds a byte
  ];
  for (const [it, offset] of cases) assert.equal(resumeAt(picked, it), offset);
  for (const digest of [undefined, ''])
    assert.equal(resumeAt({ ...picked, digest }, resume({ digest: '' })), 0);
});
