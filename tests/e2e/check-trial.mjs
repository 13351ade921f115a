// check-trial.mjs - trial, confirm, rollback and revert of the real firmware on the virtual board, by curl.
//
// Each story has a board of its own; they run side by side, as they mostly wait for watchdogs and deadlines.
// SPDX-License-Identifier: Apache-2.0
import { Board, Checks, firmware, run, testFirmware, until } from './board.mjs';
import { consoleLines } from './updates.mjs';

const checks = new Checks('trial');
const ROLLBACK_LIMIT_S = 400; // three boots of 30 s and a watchdog of 16 s each, one core spinning, on a busy machine
const RESTART_S = 1; // what it takes to give up, swap and start again

const power = (board, on) => fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });
const upload = (board, image, query = '') =>
  board.curl('--data-binary', `@${image}`, `${board.device}/update${query}`);
const post = (board, path) => board.curl('-X', 'POST', `${board.device}${path}`);
const postBody = (board, path, body) => board.curl('-d', body, `${board.device}${path}`);

/** The console's lines since the last start of this firmware. */
async function lastStart(board, name) {
  const lines = (await consoleLines(board)).map((line) => line.text);
  return lines.slice(lines.findLastIndex((line) => line.includes(`: ${name} `)));
}

/** Wait until the firmware runs, in any later start than `before`, and says that phase. */
const untilPhase = (board, name, phase, before, limit_s = 180) =>
  until(`${name} in phase ${phase}`, async () => {
    const now = await board.status();
    return now.name === name && now.phase === phase && now.boot_id !== before.boot_id && now;
  }, limit_s);

/** An update that turns out bad: status and console must say why, and by itself. */
async function rolledBack(file, { reason, attempts, cause, fault, deadline_s }) {
  const name = file.replace('_', '-');
  const board = await Board.start({ image: firmware('project1') });
  try {
    const before = await board.status();
    const reply = await upload(board, testFirmware(file));
    checks.equal(`${name}: the update is taken`, reply.status, 200);
    const after = await untilPhase(board, 'project1', 'rolled-back', before, ROLLBACK_LIMIT_S);
    const report = after.rolled_back;
    checks.check(`${name}: the old firmware runs in its bank`,
      after.build_id === before.build_id && after.bank === before.bank && after.running === 'confirmed');
    checks.check(`${name}: the reason`, reason.test(report.reason), report.reason);
    checks.equal(`${name}: the boots it had`, report.attempts, attempts);
    checks.check(`${name}: the cause`, cause.test(report.cause), report.cause);
    if (fault)
      await fault(name, report.fault);
    const said = await until('the console', async () =>
      (await lastStart(board, 'project1')).find((line) => line.startsWith('rolled back: ')));
    checks.check(`${name}: the console says why`, reason.test(said), said);
    if (deadline_s) await checkDeadline(board, name, deadline_s);
    await refusedAfterwards(board, name, testFirmware(file));
  } finally {
    await board.stop();
  }
}

/** From the trial's first line to the first one of the firmware after it, in the board's time. */
async function checkDeadline(board, name, deadline_s) {
  const lines = await consoleLines(board);
  const start = lines.findIndex((line) => line.text.includes(`: ${name} `));
  const end = lines.findIndex((line, i) => i > start && line.text.includes(': project1 '));
  const took_s = start < 0 || end < 0 ? NaN : lines[end].t - lines[start].t;
  checks.check(`${name}: given up after ${deadline_s} s of the board's time`,
    took_s > deadline_s - 2 && took_s < deadline_s + 2 + RESTART_S, `${took_s} s`);
}

/** Where a function lies, by the symbols of the test firmware: [first byte, the byte behind it]. */
async function functionRange(file, name) {
  const elf = testFirmware(file).replace(/bin$/, 'elf');
  const { stdout } = await run('arm-none-eabi-nm', ['--print-size', elf]);
  const [, start, size] = new RegExp(`^([0-9a-f]+) ([0-9a-f]+) [tT] ${name}$`, 'm').exec(stdout) ?? [];
  return [parseInt(start, 16), parseInt(start, 16) + parseInt(size, 16)];
}

/** The read of nothing is in misbehave_at(), which is a part of main. */
async function checkFault(name, fault) {
  const [start, end] = await functionRange('fault', 'main');
  const pc = Number(fault?.pc);
  checks.check(`${name}: what it left in RAM`, fault?.what === 'BusFault' && fault.milestone === 41, JSON.stringify(fault));
  checks.check(`${name}: the faulting instruction's address, in main`, pc >= start && pc < end && pc % 2 === 0,
    `${fault?.pc}, main ${start.toString(16)} to ${end.toString(16)}`);
}

/** The same image is refused from now on, in words; the report stays until it is seen. */
async function refusedAfterwards(board, name, image) {
  const before = (await board.view()).flash;
  const again = await upload(board, image);
  checks.check(`${name}: the same image is refused`, again.status === 400 && /rolled back on this device/.test(again.text),
    again.text);
  const after = (await board.view()).flash;
  checks.check(`${name}: without an erase or a word`, after.erases === before.erases && after.programs === before.programs);
  await post(board, '/api/firmware_update?seen=1');
  const seen = await board.status();
  checks.check(`${name}: seen`, seen.rolled_back === null && !['rolled-back'].includes(seen.phase), seen.phase);
}

/** Explicit policy: on trial until somebody confirms; then power may go, and back it goes by request. */
async function confirmedByRequest() {
  const board = await Board.start({ image: firmware('project1') });
  try {
    let before = await board.status();
    await upload(board, testFirmware('silent'), '?commit_timeout=600');
    let now = await untilPhase(board, 'silent', 'trial', before);
    checks.check('explicit: on trial, for the time that was asked for',
      now.trial.policy === 'explicit' && now.trial.remaining_ms > 500000, JSON.stringify(now.trial));
    const refused = await upload(board, firmware('project2'));
    checks.check('explicit: no update while on trial', refused.status === 409 && /on trial/.test(refused.text) &&
      /\/update\/commit/.test(refused.text), refused.text);

    before = now;
    await power(board, false);
    await power(board, true);
    now = await untilPhase(board, 'silent', 'trial', before);
    checks.equal('explicit: power off confirms nothing', now.trial.attempt, 2);

    const confirmed = await post(board, '/update/commit');
    checks.check('explicit: confirmed', confirmed.status === 200 && JSON.parse(confirmed.text).phase === 'confirmed',
      confirmed.text);
    before = await board.status();
    await power(board, false);
    await power(board, true);
    now = await untilPhase(board, 'silent', 'confirmed', before);
    checks.check('explicit: it stays', now.bank === 2);
    checks.equal('explicit: it can go back', now.revert?.name, 'project1');

    await post(board, '/update/revert');
    now = await untilPhase(board, 'project1', 'confirmed', before);
    checks.check('revert: the old firmware, confirmed by its health check', now.bank === 1);
    const reply = await postBody(board, '/update/revert', '{}');
    if (checks.equal('and forth, by a request with a body: taken', reply.status, 200))
      await untilPhase(board, 'silent', 'trial', now);
  } finally {
    await board.stop();
  }
}

/** While it is on trial somebody goes back; nothing is held against the image. */
async function goneBack() {
  const board = await Board.start({ image: firmware('project1') });
  try {
    const before = await board.status();
    await upload(board, testFirmware('silent'), '?commit_timeout=600');
    const trial = await untilPhase(board, 'silent', 'trial', before);
    const reply = await postBody(board, '/update/revert', '{}');
    checks.check('going back on trial, by a request with a body: taken',
      reply.status === 200 && JSON.parse(reply.text).phase === 'restarting', reply.text);
    const now = await untilPhase(board, 'project1', 'rolled-back', trial);
    checks.check('going back on trial: the reason', /somebody went back/.test(now.rolled_back.reason), now.rolled_back.reason);
    const again = await upload(board, testFirmware('silent'));
    checks.equal('going back on trial: the image is not refused', again.status, 200);
  } finally {
    await board.stop();
  }
}

/** The default policy: the first request that the new firmware serves confirms it. */
async function confirmedByItself() {
  const board = await Board.start({ image: firmware('project1') });
  try {
    const before = await board.status();
    await upload(board, firmware('project2'));
    const after = await untilPhase(board, 'project2', 'confirmed', before);
    checks.check('automatic: confirmed', after.running === 'confirmed' && after.trial === null);
    const lines = await until('the console', async () => {
      const found = await lastStart(board, 'project2');
      return found.some((line) => /^confirmed by its health check/.test(line)) && found;
    });
    checks.check('automatic: the console says trial, then confirmed',
      lines.findIndex((line) => /^trial: boot 1/.test(line)) < lines.findIndex((line) => /^confirmed/.test(line)));
  } finally {
    await board.stop();
  }
}

/** A person may try the same image again; it fails again, and is refused again. */
async function forced() {
  const board = await Board.start({ image: firmware('project1') });
  try {
    const first = await board.status();
    await upload(board, testFirmware('silent'), '?commit_timeout=10');
    let now = await untilPhase(board, 'project1', 'rolled-back', first, ROLLBACK_LIMIT_S);
    const taken = await upload(board, testFirmware('silent'), '?force=1&commit_timeout=600');
    checks.equal('force: the same image is taken', taken.status, 200);
    now = await untilPhase(board, 'silent', 'trial', now);
    await post(board, '/update/commit');
    now = await until('confirmed', async () => (await board.status()).phase === 'confirmed' && board.status());
    checks.check('force: this time it is confirmed', now.name === 'silent');
  } finally {
    await board.stop();
  }
}

const watchdog = /watchdog/;
const stories = [
  () => rolledBack('hang_later', { reason: /did not confirm in the boots/, attempts: 3, cause: watchdog }),
  () => rolledBack('hang_early', { reason: /did not confirm in the boots/, attempts: 3, cause: watchdog }),
  () => rolledBack('hang_main', { reason: /did not confirm in the boots/, attempts: 3, cause: watchdog }),
  () => rolledBack('fault', { reason: /did not confirm in the boots/, attempts: 3, cause: /software/,
    fault: checkFault }),
  () => rolledBack('deaf', { reason: /deadline/, attempts: 1, cause: /deadline of 20 s/, deadline_s: 20 }),
  () => rolledBack('silent', { reason: /deadline/, attempts: 1, cause: /deadline of 20 s/, deadline_s: 20 }),
  confirmedByRequest,
  confirmedByItself,
  goneBack,
  forced,
];
await Promise.all(stories.map((story) =>
  story().catch((error) => checks.check('no exception', false, error.stack))));
process.exit(checks.end() ? 0 : 1);
