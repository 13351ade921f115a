// browser.mjs - clicks through the pages of Project 1 and Project 2: updates there and back, wrong files, switches.
//
// What the page says is compared with what the virtual board shows: pins, lamps, erase operations.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Board, firmware, until } from './board.mjs';
import {
  WIDTHS,
  button,
  checks,
  choose,
  drop,
  forgetPhases,
  holds,
  notice,
  open,
  picture,
  pictures,
  seenPhases,
  shows,
  slowLink,
  updateButton,
  versions,
} from './clicks.mjs';
import { padded, withField } from './images.mjs';

const PHASES = ['checking', 'receiving', 'verifying', 'restarting'];
let board;
const eraseCount = async () => (await board.view()).flash.erases;
const pin = async (name) => (await fetch(`${board.page}/api/gpio?pin=${name}`)).json();

async function project1(page) {
  await shows(
    'Project 1: the footer names the firmware',
    page.locator('footer', { hasText: 'project1 1.0.0' }),
  );
  checks.equal('Project 1: one request loads it', page.asked.length, 1);
  checks.equal('Project 1: one panel', await page.locator('section').count(), 1);
  checks.equal(
    'Project 1: its one control is the choice of a firmware file',
    await page.locator('main').locator('input, button, select').count(),
    1,
  );
  checks.equal('Project 1: no other pages', await page.locator('nav').count(), 0);
  const policy = await page
    .locator('meta[http-equiv=Content-Security-Policy]')
    .getAttribute('content');
  checks.check(
    'the policy lets the one hashed script run only',
    /default-src 'none';script-src 'sha256-[\w+/]{43}=';style-src 'sha256-/.test(policy),
    policy,
  );
  await pictures(page, 'project1');
}

async function wrongFiles(page, project2) {
  const erases = await eraseCount();
  const damaged = Buffer.from(project2);
  damaged[0x400 + 24] ^= 1; // the block's checksum is wrong now
  const cases = [
    [
      'a text file',
      Buffer.from('not a firmware image\n'.repeat(100)),
      'IMAGE_BAD_VECTORS (-104)',
      'plain .bin made by objcopy',
    ],
    ['an empty file', Buffer.alloc(0), 'IMAGE_EMPTY (-101)', 'choose the .bin that the build left'],
    [
      'another board',
      withField(project2, 'board', 'other-board'),
      'IMAGE_OTHER_BOARD (-107)',
      'build it for the board',
    ],
    [
      'a file cut short',
      project2.subarray(0, 20000),
      'IMAGE_WRONG_SIZE (-111)',
      'copy or build it again',
    ],
    [
      'a file too large',
      Buffer.concat([project2, Buffer.alloc(917505)]),
      'IMAGE_TOO_LARGE (-103)',
      'build with -Os',
    ],
    ['a damaged block', damaged, 'IMAGE_BAD_INFO (-106)', 'build the image again'],
  ];
  for (const [what, bytes, name, remedy] of cases) {
    await choose(page, 'wrong.bin', bytes);
    await refused(page, what, name, remedy);
    checks.equal(`${what}: cannot be sent`, await updateButton(page).count(), 0);
    if (what === 'another board') await picture(page, 'refused-desktop-light');
  }
  checks.equal('wrong files: no sector was erased', await eraseCount(), erases);
}

/** The page says why, what to do, and what runs. */
async function refused(page, what, name, remedy) {
  const failure = page.getByRole('alert').filter({ hasText: name });
  await shows(`${what}: ${name}`, failure);
  const text = await failure.innerText().catch(() => '');
  checks.check(
    `${what}: says what to do, and that the old firmware still runs`,
    text.includes('What to do: ') &&
      text.includes(remedy) &&
      text.includes('project1 1.0.0 still runs'),
    text,
  );
}

/** Wrong behind what the device looks at before: it says so at the end, and the file can be put away. */
async function damagedOnItsWay(page, project2) {
  const damaged = Buffer.from(project2);
  damaged[project2.length - 5000] ^= 1;
  await button(page, 'Another file').click();
  await choose(page, 'damaged.bin', damaged);
  await updateButton(page).click();
  await refused(page, 'damaged on its way', 'IMAGE_CORRUPT (-112)', 'upload it again');
  checks.equal('damaged on its way: the device says so', (await board.status()).phase, 'failed');
  await button(page, 'Another file').click();
  await page.getByRole('alert').filter({ hasText: 'IMAGE_CORRUPT' }).waitFor({ state: 'detached' });
  await choose(page, 'project2.bin', project2);
  await versions(page, '1.0.0', '2.0.0').waitFor();
}

async function confirmation(page, project2) {
  await choose(page, 'project2.bin', project2);
  await shows(
    'project2.bin: 1.0.0 → 2.0.0',
    versions(page, '1.0.0', '2.0.0'),
  );
  const text = await page.locator('section').innerText();
  for (const part of [
    'project2',
    'stm32h745i-disco',
    `${(project2.length / 1024).toFixed(1)} KB`,
  ]) {
    checks.check(`project2.bin: shows ${part}`, text.includes(part), text);
  }
  checks.check('project2.bin: needs no consent', await updateButton(page).isEnabled());
  await holds('project2.bin: the keyboard is on the update button', () =>
    updateButton(page).evaluate((button) => button === document.activeElement),
  );
  await picture(page, 'confirm-desktop-light');
}

/** At full speed: the whole file soon lies in this computer's buffers, and would arrive if only the upload
 * were aborted. */
async function cancelled(page, before, project2) {
  const changes = async () => (await board.view()).flash.option_changes;
  const changesBefore = await changes();
  await button(page, 'Another file').click();
  await choose(page, 'large.bin', padded(project2, 880 * 1024));
  await updateButton(page).click();
  await page.locator('[data-phase=receiving]').waitFor();
  await button(page, 'Cancel').click();
  await shows(
    'cancel: says so',
    page.getByRole('alert').filter({ hasText: 'The upload was cancelled' }),
  );
  await holds('cancel: the device has given up', async () => (await board.status()).phase === 'failed');
  const now = await board.status();
  checks.equal('cancel: and says why', now.error?.name, 'TRANSFER_CANCELLED');
  checks.check('cancel: before the end', now.received < now.size);
  checks.check('cancel: the file is still chosen', await updateButton(page).isEnabled());
  checks.check(
    'cancel: the same start of the same firmware',
    now.boot_id === before.boot_id && now.build_id === before.build_id,
  );
  checks.equal('cancel: no bank was swapped', await changes(), changesBefore);
  await button(page, 'Another file').click();
  await choose(page, 'project2.bin', project2);
  await versions(page, '1.0.0', '2.0.0').waitFor();
}

function checkProgress(seen) {
  const words = seen.map(([phase]) => phase).filter((phase, i, all) => phase !== all[i - 1]);
  checks.check(
    `update: the phases come in order (${words.join(', ')})`,
    words.join() === PHASES.filter((phase) => words.includes(phase)).join() &&
      ['checking', 'receiving', 'restarting'].every((phase) => words.includes(phase)),
  );
  checks.equal(
    'update: at the restart the other three are done',
    seen.at(-1)[3],
    'checking,receiving,verifying',
  );
  const percents = seen.map(([, percent]) => percent);
  checks.check(
    'update: progress never goes back',
    percents.every((percent, i) => i === 0 || percent >= percents[i - 1]),
    percents,
  );
  const between = new Set(percents.filter((percent) => percent > 0 && percent < 100));
  checks.check('update: progress is seen on its way', between.size >= 3, percents);
  const texts = seen.map(([, , text]) => text);
  checks.check(
    'update: bytes in flash, speed and remaining time',
    texts.some((text) =>
      /In flash\s+[\d.]+ KB of [\d.]+ KB\s+Speed\s+[\d.]+ KB\/s\s+Remaining\s+\d+ s/.test(text),
    ),
    texts.join('\n--\n'),
  );
  checks.check(
    'update: "confirmed" is the name of a phase to come, and "success" no word at all',
    !texts.some((text) => /success|complete|confirmed/i.test(text.replace(/^confirmed$/gm, ''))),
  );
}

async function update(page, other) {
  const before = await board.status();
  await forgetPhases(page);
  await slowLink(page, 20000);
  await updateButton(page).click();
  await shows(
    'update: a second tab sees it and from where',
    other.getByText(/Update in progress from \d+\.\d+\.\d+\.\d+/),
  );
  await page.getByText('Remaining').waitFor();
  for (const [tab, name] of [
    [page, 'receiving-desktop-light'],
    [other, 'receiving-phone-dark'],
  ]) {
    await until(
      '40 % on the page',
      async () => (await tab.getByRole('progressbar').getAttribute('aria-valuenow')) >= 40,
      30,
    );
    await picture(tab, name);
  }
  await shows(
    'update: the page of Project 2 comes by itself',
    page.locator('nav', { hasText: 'Board' }),
  );
  await shows('update: the outcome stays', notice(page, 'Confirmed: project2 2.0.0'));
  const after = await board.status();
  const text = await notice(page, 'Confirmed').innerText();
  checks.check(
    'update: it is the build that the device runs, for good',
    text.includes(`build ${after.build_id}`) && after.running === 'confirmed',
    `${after.running}: ${text}`,
  );
  checks.check(
    'update: another start of another build',
    after.boot_id !== before.boot_id && after.build_id !== before.build_id,
  );
  checks.equal('update: the other bank runs', after.bank, 3 - before.bank);
  checkProgress(await seenPhases(page));
  await shows(
    'update: the second tab has the new page too',
    other.locator('nav', { hasText: 'Board' }),
  );
}

async function toggles(page, other, lamps) {
  const led = page.getByRole('switch', { name: 'User LED' });
  const backlight = page.getByRole('switch', { name: 'Backlight' });
  const text = (toggle) => toggle.locator('xpath=../output').innerText();
  await shows('LED: it is off', page.getByText('OFF', { exact: true }));
  await led.click();
  await holds('LED: PJ2 drives low on the board', async () => {
    const { output, level } = await pin('PJ2');
    return output === true && level === false;
  });
  await holds('LED: the page says ON', async () => (await text(led)) === 'ON');
  await holds('LED: lit on the board page', () =>
    lamps.evaluate(() => document.querySelector('.led #led-lens') !== null),
  );
  await shows('LED: a second browser follows', other.getByText('ON', { exact: true }));

  const start = await backlight.isChecked();
  for (const lit of [!start, start]) {
    await backlight.click();
    await holds(`backlight: PK0 drives ${lit ? 'high' : 'low'} on the board`, async () => {
      const { output, level } = await pin('PK0');
      return output === true && level === lit;
    });
    await holds(
      `backlight: the page says ${lit ? 'Enabled' : 'Disabled'}`,
      async () => (await text(backlight)) === (lit ? 'Enabled' : 'Disabled'),
    );
    await holds(
      `backlight: ${lit ? 'lit' : 'dark'} on the board page`,
      async () =>
        (await lamps.evaluate(() => document.querySelector('.backlight #screen-on') !== null)) ===
        lit,
    );
  }
  await page.getByRole('link', { name: 'Board' }).focus();
  await page.keyboard.press('Tab'); // Firmware
  for (let i = 0; i < 3 && !(await led.evaluate((it) => it === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await holds('LED: off by keyboard alone', async () => (await pin('PJ2')).level === true);
  await page.keyboard.press('Space');
  await holds('LED: and on again', async () => (await pin('PJ2')).level === false);
}

async function project2Screens(page, lamps) {
  await page.getByText('ON', { exact: true }).waitFor();
  await pictures(page, 'project2');
  await pictures(lamps, 'board');
}

async function downgrade(page, project1Image) {
  await page.getByRole('link', { name: 'Firmware' }).click();
  await drop(page, 'project1.bin', project1Image);
  await shows(
    'downgrade: a dropped file is taken: 2.0.0 → 1.0.0',
    versions(page, '2.0.0', '1.0.0'),
  );
  checks.check('downgrade: not without consent', await updateButton(page).isDisabled());
  await page.getByRole('checkbox', { name: 'older than 2.0.0' }).check();
  checks.check('downgrade: with consent', await updateButton(page).isEnabled());
  await picture(page, 'downgrade-phone-dark');
  await updateButton(page).click();
  await shows('downgrade: Project 1 runs again', notice(page, 'Confirmed: project1 1.0.0'));
  await holds(
    'downgrade: and has its one page',
    async () => (await page.locator('nav').count()) === 0,
  );
}

/** Project 1, Project 2 and back, on one board. */
export async function projects() {
  const [image1, image2] = ['project1', 'project2'].map((name) => readFileSync(firmware(name)));
  board = await Board.start({ image: firmware('project1') });
  try {
    const page = await open(board.device);
    const other = await open(board.device, WIDTHS.phone, 'dark');
    const lamps = await open(board.page);
    const before = await board.status();
    await project1(page);
    await wrongFiles(page, image2);
    await confirmation(page, image2);
    await cancelled(page, before, image2);
    await damagedOnItsWay(page, image2);
    await update(page, other);
    await toggles(page, other, lamps);
    await project2Screens(page, lamps);
    await downgrade(other, image1);
  } finally {
    await board.stop();
  }
}
