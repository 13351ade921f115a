// images.mjs - firmware files for the tests: good ones changed in one respect each.
// Layout of the information block: include/flota/image.h. SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

const INFO = 0x400;
const FIELDS = { link_address: 8, image_size: 12, security_epoch: 16, product: 24, board: 56, name: 88, version: 120,
  trailer_size: 152 };
export const DIGEST = INFO + 220;
const CRC = INFO + 252;

/** zlib's checksum. node:zlib has it from version 22 on only. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Copy an image with one field of its block changed, and the block's checksum made right again. */
export function withField(image, field, value) {
  const copy = Buffer.from(image);
  const at = INFO + FIELDS[field];
  if (typeof value === 'number') copy.writeUInt32LE(value, at);
  else copy.fill(0, at, at + 32).write(value, at);
  copy.writeUInt32LE(crc32(copy.subarray(INFO, CRC)), CRC);
  return copy;
}

/** The image as if it had been linked for another address: block and reset vector say so. */
export function linkedFor(image, address) {
  const copy = withField(image, 'link_address', address);
  copy.writeUInt32LE(image.readUInt32LE(4) - image.readUInt32LE(INFO + FIELDS.link_address) + address, 4);
  return copy;
}

/** Seal an image of any length anew, as `flota seal` does: size, digest, checksum. */
export function seal(image) {
  const copy = Buffer.from(image);
  copy.writeUInt32LE(copy.length, INFO + FIELDS.image_size);
  copy.fill(0, DIGEST, CRC + 4);
  createHash('sha256').update(copy).digest().copy(copy, DIGEST);
  copy.writeUInt32LE(crc32(copy.subarray(INFO, CRC)), CRC);
  return copy;
}

/** The same firmware, made `size` bytes long with bytes that are neither zero nor erased. */
export function padded(image, size) {
  const tail = Buffer.alloc(size - image.length, 0x5a);
  return seal(Buffer.concat([image, tail]));
}

/** Bytes of a picture's beginning. */
export const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(8192, 7)]);
