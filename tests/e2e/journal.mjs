// journal.mjs - records of the journal as bytes, and back: a second reading of include/flota/journal.h.
// SPDX-License-Identifier: Apache-2.0
import { crc32 } from './images.mjs';

export const JOURNAL = 7 * 128 * 1024; // offset in a bank
export const WORD = 32;
export const KIND = { BEGIN: 1, STAGED: 2, ATTEMPT: 3, CONFIRMED: 4, FAILED: 5, SWAPTRY: 6, SEEN: 9 };
const ARGUMENTS = 16;
const CRC = 28;

/** The build id in an image's information block: the tag of its records. */
export const tagOf = (image) => image.subarray(0x400 + 220, 0x400 + 228);

/** Size in flash words, and crc with the last word filled up: as STAGED states an image. */
export function measure(image) {
  const words = Math.ceil(image.length / WORD);
  return { words, crc: crc32(Buffer.concat([image, Buffer.alloc(words * WORD - image.length, 0xff)])) };
}

function record(kind, generation, tag, fill) {
  const bytes = Buffer.alloc(WORD);
  bytes.writeUInt16LE(0x4c46, 0);
  bytes.writeUInt8(1, 2);
  bytes.writeUInt8(kind, 3);
  bytes.writeUInt32LE(generation, 4);
  tag.copy(bytes, 8);
  fill?.(bytes.subarray(ARGUMENTS, CRC));
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC)), CRC);
  return bytes;
}

export const begin = (generation, image, fallback) =>
  record(KIND.BEGIN, generation, tagOf(image), (at) => {
    at.writeUInt16LE(measure(fallback).words, 0);
    at.writeUInt32LE(measure(fallback).crc, 4);
  });

export const staged = (generation, image, fallback) =>
  record(KIND.STAGED, generation, tagOf(image), (at) => {
    at.writeUInt16LE(measure(image).words, 0);
    at.writeUInt16LE(measure(fallback).words, 2);
    at.writeUInt32LE(measure(image).crc, 4);
    at.writeUInt32LE(measure(fallback).crc, 8);
  });

export const confirmed = (generation, image) =>
  [1, 2, 3].map((number) => record(KIND.CONFIRMED, generation, tagOf(image), (at) => at.writeUInt16LE(number, 0)));

export const failed = (generation, image, reason) =>
  record(KIND.FAILED, generation, tagOf(image), (at) => at.writeUInt8(reason, 0));

/** By the guard, in a boot that followed a reset. */
export const swaptry = (generation, image, number) =>
  record(KIND.SWAPTRY, generation, tagOf(image), (at) => at.writeUInt16LE(number, 0));

export const seen = (generation, image) => record(KIND.SEEN, generation, tagOf(image));

/** A word whose writing was cut: readable, and no record. */
export function torn(whole) {
  const bytes = Buffer.from(whole);
  return bytes.fill(0xff, 20);
}

/** The records in a bank, as {kind, number, power_on, cause, reason, attempts}; null for what is none. */
export function records(bank) {
  const found = [];
  for (let at = JOURNAL; at < bank.length; at += WORD) {
    const bytes = bank.subarray(at, at + WORD);
    if (bytes.every((byte) => byte === 0xff)) continue;
    if (bytes.readUInt32LE(CRC) !== crc32(bytes.subarray(0, CRC))) {
      found.push(null);
      continue;
    }
    found.push({
      kind: bytes.readUInt8(3), generation: bytes.readUInt32LE(4), number: bytes.readUInt16LE(ARGUMENTS),
      power_on: bytes.readUInt8(ARGUMENTS + 2), reason: bytes.readUInt8(ARGUMENTS),
      attempts: bytes.readUInt16LE(ARGUMENTS + 2), cause: bytes.readUInt32LE(ARGUMENTS + 4),
    });
  }
  return found;
}
