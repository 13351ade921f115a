// testing.mjs - the page's own modules for the tests, and files for it to take. SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { virtualModules } from './build.mjs';

const device = new URL('./device/', import.meta.url).pathname;
export const description = JSON.parse(
  readFileSync(new URL('../examples/project1/dashboard.json', import.meta.url), 'utf8'),
);

/** Import modules of web/device as one, fresh at each call. */
export async function load(...names) {
  const result = await esbuild.build({
    stdin: { contents: names.map((it) => `export * from './${it}';`).join(''), resolveDir: device },
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [virtualModules(description)],
  });
  const source = `${result.outputFiles[0].text}\n// ${load.count++}`;
  return import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
}
load.count = 0;

/** What a device answers, apart from what the test says. */
export const status = (changes = {}) => ({
  phase: 'confirmed',
  running: 'confirmed',
  trial: null,
  rolled_back: null,
  stranded: null,
  revert: null,
  resume: null,
  signatures: { policy: 'required', keys: 1 },
  bank: 1,
  boot_id: 7,
  product: 'flota-demo',
  name: 'project1',
  version: '1.0.0',
  build_id: '5f0c1f6a7d3b2e91',
  board: 'stm32h745i-disco',
  slot_size: 917504,
  in_flash: 0,
  verified: 0,
  size: 0,
  from: '',
  new: null,
  error: null,
  auth: 'none',
  ...changes,
});

/** An image with an information block, and perhaps a trailer of signatures. */
export function image({ size = 20000, trailer = 0, product = 'flota-demo', ...texts } = {}) {
  const bytes = Buffer.alloc(size + trailer, 0x5a);
  const { board = 'stm32h745i-disco', name = 'project2', version = '2.0.0' } = texts;
  bytes.writeUInt32LE(0x20020000, 0);
  bytes.writeUInt32LE(0x08002001, 4);
  bytes.fill(0, 0x400, 0x500);
  bytes.write('LOTA', 0x400);
  bytes.writeUInt32LE(size, 0x400 + 12);
  bytes.writeUInt32LE(trailer, 0x400 + 152);
  Object.entries({ 24: product, 56: board, 88: name, 120: version }).forEach(([at, text]) =>
    bytes.write(text, 0x400 + Number(at)),
  );
  createHash('sha256').update(bytes).digest().copy(bytes, 0x400 + 220);
  return bytes;
}

export const digestOf = (bytes) => bytes.toString('hex', 0x4dc, 0x4fc);

/** A stored entry of a ZIP archive; flags 8: its sizes come behind it. */
export function entry(name, data, { flags = 0, method = 0, extra = 0 } = {}) {
  const header = Buffer.alloc(30 + name.length + extra);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  for (const at of [18, 22]) header.writeUInt32LE(flags & 8 ? 0 : data.length, at);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra, 28);
  header.write(name, 30);
  return Buffer.concat([header, data]);
}

export const file = (bytes) => new Blob([bytes]);
