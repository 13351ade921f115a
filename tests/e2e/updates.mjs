// updates.mjs - one update as the tests see it: by the console's lines, in the board's virtual time.
// SPDX-License-Identifier: Apache-2.0
import { until } from './board.mjs';

/** RM0399's companion, the datasheet: typical times at x64 parallelism. */
const WORD_S = 100e-6;
const ERASE_S = 1.0;
const WORD_SIZE = 32;

/** The least time that flash needs for an update that erased `erases` sectors. */
export const flashLimit = (size, erases) => Math.ceil(size / WORD_SIZE) * WORD_S + erases * ERASE_S;

/** Console lines with the virtual time of their first byte: [{t, text}]. */
export async function consoleLines(board) {
  const reply = await fetch(`${board.page}/api/console/lines`);
  return (await reply.json()).lines;
}

/** Find texts in this order, each after the one before. Returns the lines; throws with what is missing. */
export function inOrder(lines, patterns) {
  const found = [];
  let at = 0;
  for (const pattern of patterns) {
    const index = lines.findIndex((line, i) => i >= at && pattern.test(line.text));
    if (index < 0) {
      const seen = lines.slice(at).map((line) => line.text).join('\n');
      throw new Error(`the console misses ${pattern} after line ${at}; there is:\n${seen}`);
    }
    found.push(lines[index]);
    at = index + 1;
  }
  return found;
}

/** The same, waiting until all of them are out: the serial line is slower than the network. */
export const untilInOrder = (board, patterns) =>
  until('the console', async () => inOrder(await consoleLines(board), patterns), 10);

/** What the console must show of an update, in order. */
export const updateLines = (name, version) => [
  /^update from \S+, \d+ B$/,
  ...[10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((percent) => new RegExp(`\\b${percent} %`)),
  /^verif/, /^swap/, /^restart/,
  new RegExp(`: ${name} ${version.replaceAll('.', '\\.')}, bank [12], build id [0-9a-f]{16}$`),
];

/**
 * Virtual seconds of the last update, from the request's line on the console to the option byte change, which
 * the system reset follows at once. The change itself is left out: its time is in no data sheet.
 */
export async function updateTime(board, lines) {
  const start = lines.findLast((line) => /^update from/.test(line.text)).t;
  return (await board.view()).flash.last_option_start_s - start;
}
