// check-demo.mjs - project1 -> project2 -> project1 over HTTP, without a person.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Board, Checks, firmware, testFirmware } from './board.mjs';
import { consoleLines, flashLimit, inOrder, untilInOrder, updateLines, updateTime } from './updates.mjs';

const checks = new Checks('check-demo');
const board = await Board.start({ image: firmware('project1') });
let first;
try {
  const start = await board.status();
  checks.equal('project1 runs', `${start.name} ${start.version}`, 'project1 1.0.0');
  await untilInOrder(board, [/: project1 1\.0\.0, bank 1, build id/, /^ip 192\.168\.0\.10 \(static\)$/]);
  checks.check('the console says product, version, bank, then the address', true);

  // Forth: multipart, as curl -F sends it.
  const erasesBefore = (await board.view()).flash.erases;
  const forth = await board.curl('-F', `file=@${firmware('project2')}`, `${board.device}/update`);
  checks.equal('curl -F: 200', forth.status, 200);
  checks.equal('curl -F: the known answer', forth.text, 'Update applied, finalizing\r\n');
  const second = await board.waitFor('project2', '2.0.0', start);
  checks.equal('the other bank runs', second.bank, 3 - start.bank);
  const lines = await consoleLines(board);
  inOrder(lines, updateLines('project2', '2.0.0'));
  checks.check('the console tells the update in order', true);
  const erases = (await board.view()).flash.erases - erasesBefore;
  const seconds = await updateTime(board, lines);
  first = { seconds, ratio: seconds / flashLimit(readFileSync(firmware('project2')).length, erases) };

  // The toggles' REST API moves the pins, as the board sees them.
  for (const [name, pin, level] of [['leds', 'PJ2', false], ['BCKLT', 'PK0', true]]) {
    for (const state of [true, false]) {
      const url = `${board.device}/api/${name}`;
      const posted = await board.curl('-d', JSON.stringify({ state }), url);
      checks.equal(`POST /api/${name}`, posted.text, JSON.stringify({ state }));
      checks.equal(`GET /api/${name}`, (await board.curl(url)).text, JSON.stringify({ state }));
      const { output, level: found } = await (await fetch(`${board.page}/api/gpio?pin=${pin}`)).json();
      checks.check(`${pin} is ${state === level ? 'high' : 'low'}`, output && found === (state === level));
    }
  }

  // Back: raw body. An older version needs consent, and is refused without.
  const refused = await board.curl('--data-binary', `@${firmware('project1')}`, `${board.device}/update`);
  checks.check('the older version is refused without consent', refused.status === 400 && /downgrade=1/.test(refused.text),
    `${refused.status} ${refused.text}`);
  const back = await board.curl('--data-binary', `@${firmware('project1')}`, `${board.device}/update?downgrade=1`);
  checks.equal('curl --data-binary: 200', back.status, 200);
  const third = await board.waitFor('project1', '1.0.0', second);
  checks.equal('the first bank runs again', third.bank, start.bank);
  checks.equal('same build', third.build_id, start.build_id);
  inOrder((await consoleLines(board)).slice(lines.length), updateLines('project1', '1.0.0'));
  checks.equal('no warning of the board', (await board.view()).warnings.join('; '), '');
} catch (error) {
  checks.check('no exception', false, error.stack + '\n' + board.output);
} finally {
  await board.stop();
}

const byDhcp = await Board.start({ image: testFirmware('dhcp'), dhcp: true });
try {
  await untilInOrder(byDhcp, [/: project1 1\.0\.0, bank 1/, /^ip 10\.0\.2\.15 \(dhcp\)$/]);
  checks.check('without the three lines the address comes by DHCP, and is printed', true);
} catch (error) {
  checks.check('no exception with DHCP', false, error.stack + '\n' + byDhcp.output);
} finally {
  await byDhcp.stop();
}
const ok = checks.end();
if (ok) {
  console.log('check-demo: project1 1.0.0 -> project2 2.0.0 -> project1 1.0.0 ok, ' +
    `update ${first.seconds.toFixed(2)} s virtual, ${first.ratio.toFixed(2)} x flash limit`);
}
process.exit(ok ? 0 : 1);
