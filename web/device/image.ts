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
import type { ErrorText, Status } from './types';

const INFO = 0x400;
const HEAD_SIZE = INFO + 256;
const MAGIC = 0x41544f4c;

export interface Info {
  product: string;
  board: string;
  name: string;
  version: string;
  build_id: string;
}

export interface Picked {
  file: File;
  info?: Info;
  error?: ErrorText;
  foreign?: string; // why consent is needed
  downgrade?: string;
}

/** Order two versions: numbers as numbers, a pre-release before its release, build metadata ignored. The
 * device's own comparison decides; this one only tells whether to ask beforehand. */
export function compareVersions(a: string, b: string): number {
  const [[x, p], [y, q]] = [a, b].map((text) => text.split('+')[0].split(/-(.*)/));
  const order = (m = '', n = '') => m.localeCompare(n, 'en', { numeric: true });
  return order(x, y) || +!p - +!q || order(p, q);
}

function readInfo(head: DataView): Info | undefined {
  if (head.getUint32(INFO, true) !== MAGIC) return;
  const text = (at: number) =>
    new TextDecoder().decode(new Uint8Array(head.buffer, INFO + at, 32)).split('\0')[0];
  const build_id = head
    .getBigUint64(INFO + 220)
    .toString(16)
    .padStart(16, '0');
  return { product: text(24), board: text(56), name: text(88), version: text(120), build_id };
}

/** May a reset vector be this? A Thumb address in the chip's flash. */
const isCode = (address: number) => address & 1 && address >>> 21 === 0x08000000 >>> 21;

/** Read a file's first bytes and decide: refuse with an error, ask for consents, or go. */
export async function inspect(file: File, device: Status): Promise<Picked> {
  const refuse = (error: ErrorText): Picked => ({ file, error });
  if (file.size > device.slot_size) return refuse(IMAGE_TOO_LARGE);
  const head = new DataView(await file.slice(0, 4096).arrayBuffer());
  if (file.size < HEAD_SIZE || !isCode(head.getUint32(4, true))) return refuse(IMAGE_BAD_VECTORS);

  const picked: Picked = { file, info: readInfo(head) };
  const { info } = picked;
  if (!info) {
    picked.foreign = 'The image has no Flota information block. It may be unable to update itself.';
    return picked;
  }
  if (info.board !== device.board) return refuse(IMAGE_OTHER_BOARD);
  if (head.getUint32(INFO + 12, true) !== file.size) return refuse(IMAGE_WRONG_SIZE);
  if (info.product !== device.product) {
    picked.foreign = `The image belongs to another product, ${info.product}.`;
  }
  if (compareVersions(info.version, device.version) < 0) {
    picked.downgrade = `The image is older than ${device.version}, which runs now.`;
  }
  return picked;
}
