// browser-trial.mjs - clicks through what follows an upload: trial, confirm, going back, rollback, stranded; and
// uploads that go on where they were cut off, bundles, signatures. SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Board, firmware, testFirmware, until } from './board.mjs';
import { bundle, key, manifestOf } from './bundles.mjs';
import {
  WIDTHS,
  button,
  checks,
  choose,
  drop,
  holds,
  notice,
  open,
  picture,
  pictures,
  power,
  shows,
  slowLink,
  updateButton,
  versions,
} from './clicks.mjs';
import { padded, seal, withField } from './images.mjs';
import { JOURNAL, begin, failed, staged } from './journal.mjs';

const read = (name) => readFileSync(firmware(name));
const readTest = (name) => readFileSync(testFirmware(name));
const failure = (page, name) => page.getByRole('alert').filter({ hasText: name });
const UNSIGNED = 'Unsigned firmware is accepted';

/** Run a story on a board of its own, with the page open. */
async function onBoard(options, story) {
  const board = await Board.start(options);
  try {
    await story(board, await open(board.device), await board.status());
  } finally {
    await board.stop();
  }
}

/** Choose a file and click; from here on the device leads. */
async function install(page, name, bytes) {
  await choose(page, name, bytes);
  await updateButton(page).click();
}

/** The page says that it is confirmed, and the device agrees. */
async function showsConfirmed(page, board, what, [name, version]) {
  const confirmed = notice(page, `Confirmed: ${name} ${version}`);
  await shows(`${what}: the page says confirmed`, confirmed);
  const now = await board.status();
  const text = await confirmed.innerText();
  checks.check(
    `${what}: it is what the device runs`,
    now.running === 'confirmed' &&
      now.version === version &&
      text.includes('final') &&
      text.includes(`build ${now.build_id}`),
    `${now.running} ${now.version}: ${text}`,
  );
  return now;
}

// --- on trial until somebody confirms; then back ---

/** The firmware gives 20 s; a busy machine may need longer for the pictures. */
const moreTime = (page) =>
  page.route(/\/api\/firmware_update\?$/, (route) =>
    route.continue({ url: `${route.request().url()}commit_timeout=600` }),
  );

const secondsLeft = async (trial) => {
  const [, minutes, seconds] = (await trial.innerText()).match(/rolled back in\s+(\d+):(\d\d)/);
  return 60 * minutes + Number(seconds);
};

async function onTrial(page, board) {
  const trial = notice(page, 'On trial, not final: silent 3.0.0');
  await shows('trial: the page says so by itself', trial);
  const left = await secondsLeft(trial);
  checks.check('trial: the time left', left > 60 && left <= 600, left);
  await holds('trial: the time runs', async () => (await secondsLeft(trial)) < left);
  checks.equal(
    'trial: the phases say where it is',
    await page.locator('.phases [aria-current=step]').innerText(),
    'trial',
  );
  checks.check('trial: a Confirm button', await trial.getByRole('button', { name: 'Confirm' }).isEnabled());
  checks.check('trial: no file is taken', await page.locator('input[type=file]').isDisabled());
  await shows('trial: and why', page.locator('.drop', { hasText: 'the way back is in the other bank' }));
  const { erases } = (await board.view()).flash;
  await drop(page, 'project2.bin', read('project2'));
  checks.equal('trial: nor by dropping it', await updateButton(page).count(), 0);
  checks.equal('trial: nothing is erased', (await board.view()).flash.erases, erases);
  checks.equal('trial: no way back but its own', await button(page, 'Go back').count(), 0);
  await pictures(page, 'trial');
  await button(page, 'Confirm').click();
}

/** The page comes when the device has confirmed already, as from a busy machine: it never saw the trial. */
const comesLate = (page, board, build_id) =>
  page.route(`${board.device}/`, async (route) => {
    await until('confirmed', async () => {
      const now = await board.status();
      return now.build_id === build_id && now.running === 'confirmed';
    });
    await route.continue();
  });

async function goesBack(page, board, before) {
  const back = button(page, 'Go back to project1 1.0.0');
  const questions = [];
  const answers = ['dismiss', 'accept'];
  page.on('dialog', async (dialog) => {
    questions.push(dialog.message());
    await dialog[answers.shift()]();
  });
  const { boot_id } = await board.status();
  await back.click();
  checks.check(
    'going back: asks first',
    questions.length === 1 && questions[0].startsWith('Go back to project1 1.0.0?'),
    questions.join(),
  );
  checks.equal('going back: a no is a no', (await board.status()).boot_id, boot_id);
  await comesLate(page, board, before.build_id);
  await back.click();
  const now = await showsConfirmed(page, board, 'going back', ['project1', '1.0.0']);
  checks.check('going back: the very build, in its bank', now.build_id === before.build_id && now.bank === before.bank);
  await shows('going back: and forth again', button(page, 'Go back to silent 3.0.0'));
}

export const confirmedByHand = () =>
  onBoard({ image: firmware('project1') }, async (board, page, before) => {
    await shows('unsigned: the page says what is accepted', page.getByText(UNSIGNED));
    await moreTime(page);
    await install(page, 'silent.bin', readTest('silent'));
    await onTrial(page, board);
    await showsConfirmed(page, board, 'confirmed by hand', ['silent', '3.0.0']);
    checks.check('confirmed by hand: files are taken again', await page.locator('input[type=file]').isEnabled());
    await pictures(page, 'confirmed');
    await goesBack(page, board, before);
  });

// --- rolled back ---

async function reported(page, board, before) {
  const report = notice(page, 'Rolled back because');
  await shows('rolled back: the page says so by itself', report);
  const text = await report.innerText();
  const { fault } = (await board.status()).rolled_back;
  checks.check(
    'rolled back: the device knows the fault',
    /^0x0800/.test(fault?.pc) && fault.milestone === 41,
    JSON.stringify(fault),
  );
  const parts = {
    why: 'because the image did not confirm in the boots that it had',
    'what runs': 'project1 1.0.0 runs again',
    'how many boots': 'started 3 times',
    'the fault and its place': `BusFault at ${fault?.pc}`,
    'the milestone': `after milestone ${fault?.milestone}.`,
  };
  for (const [what, part] of Object.entries(parts))
    checks.check(`rolled back: ${what}`, text.includes(part), text);
  const now = await board.status();
  checks.check(
    'rolled back: so it is',
    now.build_id === before.build_id && now.bank === before.bank && now.boot_id !== before.boot_id,
  );
  return report;
}

async function putAway(page, board, report) {
  const other = await open(board.device, WIDTHS.phone, 'dark');
  await shows('rolled back: a page opened later says it, too', notice(other, 'Rolled back because'));
  await button(page, 'Got it').click();
  await report.waitFor({ state: 'detached' });
  checks.equal('rolled back: read, the device forgets it', (await board.status()).rolled_back, null);
  await holds(
    'rolled back: and so does the other page',
    async () => (await notice(other, 'Rolled back').count()) === 0,
  );
  await other.context().close();
}

async function takenAllTheSame(page, board, image) {
  const { erases } = (await board.view()).flash;
  await choose(page, 'fault.bin', image);
  await shows('the same file: the page knows that it was rolled back', page.getByText('rolled back on this device'));
  const reply = await fetch(`${board.device}/api/firmware_update`, { method: 'POST', body: image });
  checks.equal('the same file: sent all the same, the device refuses it', (await reply.json()).error?.name, 'IMAGE_REJECTED');
  checks.equal('the same file: without an erase', (await board.view()).flash.erases, erases);
  const consent = page.getByRole('checkbox', { name: 'rolled back on this device' });
  checks.check('the same file: not without consent', await updateButton(page).isDisabled());
  await picture(page, 'rejected-desktop-light');
  await consent.check();
  await updateButton(page).click();
  await shows('the same file: taken with consent', page.locator('[data-phase=receiving]'));
  await shows('the same file: rolled back again', notice(page, 'Rolled back because'));
}

export const rolledBack = () =>
  onBoard({ image: firmware('project1') }, async (board, page, before) => {
    const image = readTest('fault');
    await install(page, 'fault.bin', image);
    const report = await reported(page, board, before);
    await pictures(page, 'rolled-back');
    await putAway(page, board, report);
    await takenAllTheSame(page, board, image);
  });

const ROLLBACK_LIMIT_MS = 400000; // three boots of 30 s and a watchdog of 16 s each, on a busy machine

/** Sent by the page; the page is left alone, and must say by itself that the old firmware is back, and why. */
const leftByItself = (file, why, reset) => () =>
  onBoard({ image: firmware('project1') }, async (board, page, before) => {
    await install(page, `${file}.bin`, readTest(file));
    const report = notice(page, 'Rolled back because');
    await report.waitFor({ timeout: ROLLBACK_LIMIT_MS });
    await shows(`${file}: the page says by itself that it was rolled back`, report);
    const text = await report.innerText();
    checks.check(`${file}: why, and what runs`, text.includes(why) && text.includes('project1 1.0.0 runs again'), text);
    checks.check(`${file}: the last reset`, text.includes(reset), text);
    const now = await board.status();
    checks.check(`${file}: so it is`, now.build_id === before.build_id && now.bank === before.bank);
  });

const BOOTS = 'the image did not confirm in the boots that it had';
const DEADLINE = 'the image did not confirm before its deadline';
/** The other ways to be a bad firmware; rolledBack has the fault. */
export const left = {
  hangLater: leftByItself('hang_later', BOOTS, 'watchdog'),
  hangEarly: leftByItself('hang_early', BOOTS, 'watchdog'),
  hangMain: leftByItself('hang_main', BOOTS, 'watchdog'),
  deaf: leftByItself('deaf', DEADLINE, 'deadline of 20 s'),
  silent: leftByItself('silent', DEADLINE, 'deadline of 20 s'),
};

// --- cut off ---

const SECTOR = 128 * 1024;
const SIZE = 400 * 1024;
const WATCHABLE = 60000; // bytes per second
const UNBUFFERED = 20000; // slower than a board on a busy machine: else what is sent waits in between, and arrives
const STANDSTILL = 2000; // while the test does something else, however busy the machine is

/** The ranges that the page sends, in order. */
function sentRanges(page) {
  const ranges = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && !request.url().includes('check=1')) ranges.push(request.headers()['content-range']);
  });
  return ranges;
}

async function afterPowerCut(page, board) {
  const ranges = sentRanges(page);
  await slowLink(page, WATCHABLE);
  await install(page, 'project2.bin', padded(read('project2'), SIZE));
  await until('the third sector', async () => (await board.status()).in_flash > 2 * SECTOR + 4096);
  await slowLink(page, STANDSTILL);
  await power(board, false);
  await shows('power cut: the page says that nobody answers', notice(page, 'does not answer'));
  const { programs } = (await board.view()).flash;
  await slowLink(page, WATCHABLE);
  await power(board, true);
  await shows(
    'power cut: it goes on by itself, at the sector that was cut',
    page.locator('[data-phase]', { hasText: /Continuing at 64\s%/ }),
  );
  await page.locator('[data-phase=receiving]').waitFor();
  await slowLink(page, STANDSTILL);
  await pictures(page, 'resume');
  await slowLink(page, WATCHABLE);
  await showsConfirmed(page, board, 'power cut', ['project2', '2.0.0']);
  checks.equal('power cut: the rest was sent', ranges.join(), `,bytes ${2 * SECTOR}-${SIZE - 1}/${SIZE}`);
  const words = (await board.view()).flash.programs - programs;
  checks.check('power cut: and no more written', words < (SIZE - 2 * SECTOR) / 32 + 100, words);
}

/** As when somebody closes the page during an upload, and comes back later. */
async function afterReload(page, board) {
  const image = padded(read('project1'), SIZE);
  const file = bundle(image, { manifest: manifestOf(image, { version: '1.0.0' }) });
  await page.getByRole('link', { name: 'Firmware' }).click();
  await choose(page, 'project1.zip', file);
  await shows('bundle: what it holds', versions(page, '2.0.0', '1.0.0'));
  await page.getByRole('checkbox', { name: 'older than 2.0.0' }).check();
  await slowLink(page, UNBUFFERED);
  await updateButton(page).click();
  await until('100000 bytes', async () => (await board.status()).received > 100000);
  await page.reload();
  const rest = await until('what is left', async () => (await board.status()).resume);
  await shows('bundle, page closed: what became of it', failure(page, 'TRANSFER_LOST (-201)'));
  await choose(page, 'project1.zip', file);
  const percent = Math.floor((100 * rest.offset) / file.length);
  await shows('bundle, page closed: the file goes on', page.getByText(`Continues at ${percent} %`));
  await picture(page, 'resume-chosen-desktop-light');
  await slowLink(page, WATCHABLE);
  const ranges = sentRanges(page);
  await page.getByRole('checkbox', { name: 'older than 2.0.0' }).check();
  await updateButton(page).click();
  await showsConfirmed(page, board, 'bundle, page closed', ['project1', '1.0.0']);
  checks.equal(
    'bundle, page closed: the rest was sent',
    ranges.join(),
    `bytes ${rest.offset}-${file.length - 1}/${file.length}`,
  );
}

export const resumed = () =>
  onBoard({ image: firmware('project1') }, async (board, page) => {
    await afterPowerCut(page, board);
    await afterReload(page, board);
  });

// --- signatures ---

export const signed = () =>
  onBoard({ image: testFirmware('signed') }, async (board, page) => {
    const image = seal(withField(readTest('signed'), 'version', '2.0.0'));
    await page.locator('input[type=file]').waitFor({ state: 'attached' });
    checks.equal('signed: no word of unsigned firmware', await page.getByText(UNSIGNED).count(), 0);
    const { erases } = (await board.view()).flash;
    await choose(page, 'unsigned.zip', bundle(image));
    const refusal = failure(page, 'SIGNATURE_MISSING (-121)');
    await shows('signed: an unsigned bundle is refused', refusal);
    const text = await refusal.innerText();
    checks.check(
      "signed: in the device's words",
      /the firmware is not signed, and this device requires a signature/i.test(text) &&
        text.includes('What to do: ') &&
        text.includes('signed 1.0.0 still runs'),
      text,
    );
    checks.equal('signed: no sector was erased', (await board.view()).flash.erases, erases);
    checks.equal('signed: it cannot be sent', await updateButton(page).count(), 0);
    await install(page, 'signed.zip', bundle(image, { keys: { 1: key('release') } }));
    await showsConfirmed(page, board, 'signed: a signed bundle', ['signed', '2.0.0']);
  });

// --- option bytes as shipped ---

export const asShipped = () =>
  onBoard({ image: firmware('project1'), args: ['--option-bytes', 'factory'] }, async (board, page, before) => {
    await choose(page, 'project2.bin', read('project2'));
    const consent = page.getByRole('checkbox', { name: 'BCM4' });
    await shows('as shipped: the page asks before the device sets an option', consent);
    await picture(page, 'as-shipped-desktop-light');
    checks.check('as shipped: not without consent', await updateButton(page).isDisabled());
    await consent.check();
    await updateButton(page).click();
    const word = failure(page, 'OPTIONS_SET (-412)');
    await shows('as shipped: the page says that it was set, and what to do', word);
    checks.check('as shipped: namely to send it again', /send the file again/.test(await word.innerText()));
    await picture(page, 'options-set-desktop-light');
    await until('the restart', async () => (await board.status()).boot_id !== before.boot_id);
    await choose(page, 'project2.bin', read('project2'));
    await shows('as shipped: now nothing is asked', updateButton(page));
    checks.equal('as shipped: no question is left', await page.getByRole('checkbox').count(), 0);
    await updateButton(page).click();
    await showsConfirmed(page, board, 'as shipped', ['project2', '2.0.0']);
  });

// --- stranded ---

/** A firmware whose trial failed, and nothing in the other bank. */
function strandedFlash(folder) {
  const GAVE_UP = 5; // FLOTA_REASON_ATTEMPTS
  const image = read('project1');
  const records = [begin(2, image, image), staged(2, image, image), failed(2, image, GAVE_UP)];
  const file = join(folder, 'journal.bin');
  writeFileSync(file, Buffer.concat(records));
  return ['--load', firmware('project1'), '--load', `${file}@0x${(0x08000000 + JOURNAL).toString(16)}`];
}

async function onStrandedBoard(story) {
  const folder = mkdtempSync(join(tmpdir(), 'flota-stranded-'));
  try {
    await onBoard({ args: strandedFlash(folder) }, async (board, page) => {
      await notice(page, 'Stranded').waitFor();
      await story(board, page);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function stranded() {
  await onStrandedBoard(async (board, page) => {
    const text = await notice(page, 'Stranded').innerText();
    checks.check('stranded: why', /because the image in the other bank is damaged/.test(text), text);
    await pictures(page, 'stranded');
    await install(page, 'project2.bin', read('project2'));
    await showsConfirmed(page, board, 'stranded: firmware that works is taken', ['project2', '2.0.0']);
    checks.equal('stranded: no more', await notice(page, 'Stranded').count(), 0);
  });
  await onStrandedBoard(async (board, page) => {
    await button(page, 'Confirm').click();
    await showsConfirmed(page, board, 'stranded: confirmed all the same', ['project1', '1.0.0']);
  });
}
