// bundles.mjs - bundles and signatures for the tests, good ones and bad ones, written apart from the tool and the
// device: ZIP by PKWARE's APPNOTE, signatures by Node's own crypto. SPDX-License-Identifier: Apache-2.0
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { DIGEST, crc32, seal, withField } from './images.mjs';

const SIGNATURES = 0x293a;

export const key = (name) => createPrivateKey(readFileSync(new URL(`../keys/${name}.pem`, import.meta.url)));
const spki = (privateKey) => createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
const sha256 = (data) => createHash('sha256').update(data).digest();

const u16 = (value) => Buffer.from([value & 255, value >> 8]);
const u32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value >>> 0); return bytes; };

/**
 * A ZIP archive. entry: {name, data, extra, deflate, descriptor, crc, size}: crc and size lie about the data;
 * descriptor leaves them to a data descriptor behind it, as streaming writers do.
 */
export function zip(entries, { tail = Buffer.alloc(0), directory = true } = {}) {
  const parts = [], central = [];
  let offset = 0;
  for (const entry of entries) {
    const stored = entry.deflate ? deflateRawSync(entry.data) : entry.data;
    const name = Buffer.from(entry.name), extra = entry.extra ?? Buffer.alloc(0);
    const crc = entry.crc ?? crc32(entry.data), size = entry.size ?? stored.length;
    const flags = entry.descriptor ? 8 : 0;
    const sums = entry.descriptor ? Buffer.alloc(12) : Buffer.concat([u32(crc), u32(size), u32(entry.data.length)]);
    const common = Buffer.concat([u16(20), u16(flags), u16(entry.deflate ? 8 : 0), u16(0), u16(0x21)]);
    const local = Buffer.concat([u32(0x04034b50), common, sums, u16(name.length), u16(extra.length), name, extra, stored,
      ...(entry.descriptor ? [u32(0x08074b50), u32(crc), u32(size), u32(entry.data.length)] : [])]);
    central.push(Buffer.concat([u32(0x02014b50), u16(20), common, u32(crc), u32(size), u32(entry.data.length),
      u16(name.length), u16(0), u16(0), u16(0), u16(0), u32(0), u32(offset), name]));
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), u16(entries.length), u16(entries.length), u32(list.length),
    u32(offset), u16(0)]);
  return Buffer.concat([...parts, ...(directory ? [list, end] : []), tail]);
}

/** The manifest of one image, as an object; change it before packing. */
export function manifestOf(image, { platform = 'stm32h745i-disco', version = '2.0.0', src = 'fw.bin' } = {}) {
  return { name: 'flota-demo', platform, version, build_id: '20260101-000000/test', parts: {
    cm7: { type: 'cm7', src, size: image.length, cs_sha256: sha256(image).toString('hex') } } };
}

/** The extra field with signatures over the manifest's exact bytes: keys by slot, {1: key('release')}. */
export function signatures(text, keys) {
  const value = Object.fromEntries(Object.entries(keys).map(([slot, privateKey]) =>
    [`sig${slot}`, sign('sha256', text, privateKey).toString('base64')]));
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([u16(SIGNATURES), u16(json.length), json]);
}

/** A bundle of one image. keys: signs; the rest as zip() and its entries take it. */
export function bundle(image, { manifest = manifestOf(image), keys, descriptor, folder = '', entries, ...options } = {}) {
  const text = Buffer.isBuffer(manifest) ? manifest : Buffer.from(JSON.stringify(manifest));
  const extra = keys ? signatures(text, keys) : undefined;
  return zip([{ name: `${folder}manifest.json`, data: text, extra, descriptor },
    ...(entries ?? [{ name: `${folder}fw.bin`, data: image, descriptor }])], options);
}

/** Append a trailer of signatures to an image: sealed anew with its size, then signed. */
export function withTrailer(image, keys) {
  const size = Math.ceil((4 + keys.length * (4 + 32 + 4 + 72)) / 32) * 32;
  const body = image.subarray(0, image.readUInt32LE(0x400 + 12));
  const sealed = seal(withField(body, 'trailer_size', size));
  const pairs = keys.flatMap((privateKey) => {
    const signature = signDigest(sealed, privateKey);
    return [u16(0x01), u16(32), sha256(spki(privateKey)), u16(0x22), u16(signature.length), signature];
  });
  const tlvs = Buffer.concat(pairs);
  const trailer = Buffer.alloc(size, 0xff);
  Buffer.concat([u16(0x6907), u16(4 + tlvs.length), tlvs]).copy(trailer);
  return Buffer.concat([sealed, trailer]);
}

/** What is signed is the image with digest and crc32 as zeros: its SHA-256 is the block's digest. */
function signDigest(sealed, privateKey) {
  const bytes = Buffer.from(sealed);
  bytes.fill(0, DIGEST, DIGEST + 36);
  return sign('sha256', bytes, privateKey);
}

/** A key statement: 176 bytes, signed by the key of slot 0. */
export function statement({ action, slot, sequence, product = 'flota-demo', next, root }) {
  const bytes = Buffer.alloc(112);
  bytes.write('FKYS', 0);
  bytes.writeUInt16LE(1, 4);
  bytes[6] = action === 'revoke' ? 1 : 2;
  bytes[7] = slot;
  bytes.writeUInt32LE(sequence, 8);
  bytes.write(product, 16);
  if (next) spki(next).subarray(27).copy(bytes, 48);
  return Buffer.concat([bytes, sign('sha256', bytes, { key: root, dsaEncoding: 'ieee-p1363' })]);
}
