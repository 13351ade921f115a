// image.ts - look into a chosen file before anything is sent: include/flota/image.h says what is where.
//
// The device checks all of this again before its first erase; here it is said earlier, and a person is
// asked for the consents that the device would demand.
// SPDX-License-Identifier: Apache-2.0
import {
  IMAGE_BAD_VECTORS,
  IMAGE_OTHER_BOARD,
  IMAGE_TOO_LARGE,
  IMAGE_WRONG_SIZE,
} from 'flota:errors';
import type { ErrorText, Resume, Status } from './types';

const INFO = 0x400;
const HEAD_SIZE = INFO + 256;
const MAGIC = 0x41544f4c;
const BUNDLE_MAGIC = 0x04034b50;
const LOOK = 8192; // bytes: a bundle's first header and the largest manifest fit

export interface Info {
  product?: string;
  board: string;
  name: string;
  version: string;
  build_id?: string; // as the device will call it
  build?: string; // as the maker of the bundle calls it
}

export interface Picked {
  file: File;
  info?: Info;
  digest?: string; // what the device names an interrupted upload of this file by; undefined: unknown
  error?: ErrorText;
  asks: Record<string, string>; // why a consent is needed, by its name in the request
}

/** Order two versions: numbers as numbers, a pre-release before its release, build metadata ignored. The
 * device's own comparison decides; this one only tells whether to ask beforehand. */
export function compareVersions(a: string, b: string): number {
  const [[x, p], [y, q]] = [a, b].map((text) => text.split('+')[0].split(/-(.*)/));
  const order = (m = '', n = '') => m.localeCompare(n, 'en', { numeric: true });
  return order(x, y) || +!p - +!q || order(p, q);
}

const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The manifest of a bundle that begins with it, stored, its size in front of it; else undefined. Throws
 * when it is longer than the head. */
export function findManifest(head: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const u16 = (at: number) => head.getUint16(at, true);
  const size = head.getUint32(18, true);
  const start = 30 + u16(26) + u16(28);
  const name = text(new Uint8Array(head.buffer, 30, u16(26)));
  if (u16(8) || !name.endsWith('manifest.json')) return;
  return new Uint8Array(head.buffer, start, size);
}

interface Part {
  type: string;
  cs_sha256: string;
}

/** What can be shown of a bundle. Its checks are the device's. */
function inspectBundle(picked: Picked, head: DataView<ArrayBuffer>) {
  try {
    const manifest = findManifest(head)!;
    const { name, version, platform, build_id, parts } = JSON.parse(text(manifest));
    if (typeof version !== 'string') return;
    picked.info = { name, version, board: platform, build: build_id };
    picked.digest = Object.values<Part>(parts).find((part) => /^(app|cm7)$/.test(part.type))
      ?.cs_sha256;
  } catch {
    // The device will say what is wrong with it.
  }
}

/** May a reset vector be this? A Thumb address in the chip's flash. */
const isCode = (address: number) => address & 1 && address >>> 21 === 0x08000000 >>> 21;

/** Returns why an image is refused. */
function inspectImage(picked: Picked, head: DataView, device: Status): ErrorText | undefined {
  const { size } = picked.file;
  const u32 = (at: number) => head.getUint32(INFO + at, true);
  const field = (at: number) => text(new Uint8Array(head.buffer, INFO + at, 32)).split('\0')[0];
  if (size > device.slot_size) return IMAGE_TOO_LARGE;
  if (size < HEAD_SIZE || !isCode(head.getUint32(4, true))) return IMAGE_BAD_VECTORS;
  if (u32(0) !== MAGIC) {
    picked.asks.foreign =
      'The image has no Flota information block. It may be unable to update itself.';
    return;
  }
  const digest = (picked.digest = hex(new Uint8Array(head.buffer, INFO + 220, 32)));
  const product = field(24);
  picked.info = {
    board: field(56),
    name: field(88),
    version: field(120),
    build_id: digest.slice(0, 16),
  };
  if (picked.info.board !== device.board) return IMAGE_OTHER_BOARD;
  if (u32(12) + u32(152) !== size) return IMAGE_WRONG_SIZE;
  if (product !== device.product)
    picked.asks.foreign = `The image belongs to another product, ${product}.`;
}

/** Read a file's first bytes and decide: refuse with an error, ask for consents, or go. */
export async function inspect(file: File, device: Status): Promise<Picked> {
  const picked: Picked = { file, asks: {} };
  const head = new DataView(await file.slice(0, LOOK).arrayBuffer());
  if (head.byteLength >= 30 && head.getUint32(0, true) === BUNDLE_MAGIC)
    inspectBundle(picked, head);
  else picked.error = inspectImage(picked, head, device);
  if (picked.info && compareVersions(picked.info.version, device.version) < 0)
    picked.asks.downgrade = `The image is older than ${device.version}, which runs now.`;
  return picked;
}

/** Where an upload of this file goes on: 0, or the offset that the device waits for. */
export function resumeAt({ file, digest }: Picked, resume: Resume | null): number {
  if (!resume || resume.size !== file.size || !digest || digest !== resume.digest) return 0;
  return Math.min(resume.offset, file.size - 1); // a range holds a byte, and one twice is harmless
}
