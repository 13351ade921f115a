// check-cubemx.mjs - the project in the shape of CubeMX (docs/cubemx.md): updated, confirmed, rolled back to.
// An argument: the folder of its images.
// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { Board, Checks, testFirmware, until } from './board.mjs';
import { untilInOrder } from './updates.mjs';

const folder = process.argv[2] ?? new URL('../../build/arm/tests/firmware/cubemx', import.meta.url).pathname;
const image = (version) => join(folder, `cubemx_${version}.bin`);
const checks = new Checks('check-cubemx');
const board = await Board.start({ image: image('1_0_0') });
const send = (file) => board.curl('-F', `file=@${file}`, `${board.device}/update`);
try {
  const first = await board.status();
  checks.equal('1.0.0 runs', `${first.name} ${first.version}`, 'cubemx 1.0.0');
  for (const state of [true, false]) {
    await board.curl('-d', JSON.stringify({ state }), `${board.device}/api/leds`);
    const { level } = await (await fetch(`${board.page}/api/gpio?pin=PJ2`)).json();
    checks.equal(`HAL drives the LED's pin ${state ? 'low' : 'high'}`, level, !state);
  }

  checks.equal('1.1.0 is taken', (await send(image('1_1_0'))).status, 200);
  const second = await board.waitFor('cubemx', '1.1.0', first);
  checks.equal('it runs from the other bank', second.bank, 3 - first.bank);
  await untilInOrder(board, [/: cubemx 1\.1\.0, bank 2/, /^reset: software$/, /^trial: boot 1/]);
  checks.check('what the guard hands over arrives: the reset was by software', true);
  await until('it is confirmed', async () => (await board.status()).running === 'confirmed');
  checks.check('it is confirmed by its health check', true);

  checks.equal('a firmware that hangs in main is taken', (await send(testFirmware('hang_main'))).status, 200);
  const back = await board.waitFor('cubemx', '1.1.0', second, 300);
  checks.equal('it is rolled back', back.phase, 'rolled-back');
  checks.equal('after three boots', back.rolled_back.attempts, 3);
} catch (error) {
  checks.check('no exception', false, error.stack + '\n' + board.output);
} finally {
  await board.stop();
}
process.exit(checks.end() ? 0 : 1);
