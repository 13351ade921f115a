// check-browser.mjs - starts the virtual board, then browser.mjs clicks. Screenshots go to build/screens.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { Board, firmware } from './board.mjs';

const here = new URL('.', import.meta.url).pathname;
const screens = `${here}../../build/screens`;
mkdirSync(screens, { recursive: true });
const board = await Board.start({ image: firmware('project1') });
try {
  const browser = spawn('node', [`${here}browser.mjs`, '--device', board.device, '--board', board.page,
    '--project1', firmware('project1'), '--project2', firmware('project2'), '--screens', screens],
  { stdio: 'inherit' });
  process.exitCode = await new Promise((resolve) => browser.once('exit', (code) => resolve(code ?? 1)));
} finally {
  await board.stop();
}
