// browser.mjs - clicks through the device's page in Chromium, against real firmware on the virtual board.
//
//     node browser.mjs --device http://127.0.0.1:8000 --board http://127.0.0.1:8100 \
//                      --project1 project1.bin --project2 project2.bin --screens DIR
//
// The board runs Project 1 at the start and again at the end. What the page says is compared with what the board
// shows: pins, lamps, erase operations. Prints a line per check, then "N passed, N failed".
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Checks, until } from './board.mjs';
import { padded, withField } from './images.mjs';

const { values: options } = parseArgs({
  options: Object.fromEntries(
    ['device', 'board', 'project1', 'project2', 'screens'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
});
const checks = new Checks('browser');
const LIMIT_MS = 30000; // for a condition on the page; reached by failures only
const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const PHASES = ['checking', 'receiving', 'verifying', 'restarting'];

async function getJson(url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return reply.json();
}
const status = () => getJson(`${options.device}/api/firmware_update`);
const board = () => getJson(`${options.board}/api/board`);
const pin = (name) => getJson(`${options.board}/api/gpio?pin=${name}`);
const eraseCount = async () => (await board()).flash.erases;

/** Wait for an element and say whether it came. */
async function shows(name, locator) {
  const came = await locator
    .first()
    .waitFor({ timeout: LIMIT_MS })
    .then(
      () => true,
      () => false,
    );
  return checks.check(name, came, came ? '' : 'it did not show');
}

/** Wait for a condition and say whether it came true. */
async function holds(name, ask) {
  const held = await until(name, ask, LIMIT_MS / 1000).catch((error) =>
    checks.check(name, false, error.message),
  );
  if (held) checks.check(name, true);
}

// --- the browser ---

let browser;
const complaints = []; // what the pages' consoles report, apart from a device that restarts

async function open(url, viewport = WIDTHS.desktop, colorScheme = 'light') {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  await page.addInitScript(recordPhases);
  await page.goto(url);
  return page;
}

/** Runs in the page: keeps each phase and progress value that was shown, in order, across reloads. */
function recordPhases() {
  const seen = JSON.parse(sessionStorage.getItem('seen') ?? '[]');
  const look = () => {
    const phase = document.querySelector('[data-phase]')?.dataset.phase;
    const bar = document.querySelector('[role=progressbar]');
    if (!phase || !bar) return;
    const done = [...document.querySelectorAll('.phases .done')].map((it) => it.textContent).join();
    const now = [
      phase,
      Number(bar.getAttribute('aria-valuenow')),
      document.querySelector('main').innerText,
      done,
    ];
    const last = seen.at(-1);
    if (last?.[0] === now[0] && last[1] === now[1]) return;
    seen.push(now);
    sessionStorage.setItem('seen', JSON.stringify(seen));
  };
  window.forgetPhases = () => {
    seen.length = 0;
    sessionStorage.removeItem('seen');
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}
const seenPhases = (page) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('seen') ?? '[]'));
const forgetPhases = (page) => page.evaluate(() => window.forgetPhases());

const choose = (page, name, buffer) =>
  page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer });
const updateButton = (page) => page.getByRole('button', { name: 'Update', exact: true });

/** A slow link, so that a person could watch: the firmware and the board are not told. */
async function slowLink(page, bytesPerSecond) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

const picture = (page, name) =>
  page.screenshot({ path: join(options.screens, `${name}.png`), animations: 'disabled' });

async function screenshots(name, url, ready) {
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    for (const scheme of ['light', 'dark']) {
      const page = await open(url, viewport, scheme);
      await ready(page);
      await picture(page, `${name}-${width}-${scheme}`);
      await page.context().close();
    }
  }
}

// --- the checks ---

async function project1(page) {
  await shows(
    'Project 1: the footer names the firmware',
    page.locator('footer', { hasText: 'project1 1.0.0' }),
  );
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
  await screenshots('project1', options.device, (it) => it.locator('footer b').waitFor());
}

async function wrongFiles(page, project2) {
  const erases = await eraseCount();
  const damaged = Buffer.from(project2);
  damaged[0x400 + 24] ^= 1; // the block's checksum is wrong now: only the device sees that
  const cases = [
    [
      'a text file',
      Buffer.from('not a firmware image\n'.repeat(100)),
      'IMAGE_BAD_VECTORS (-104)',
      'plain .bin made by objcopy',
    ],
    ['an empty file', Buffer.alloc(0), 'IMAGE_BAD_VECTORS (-104)', 'plain .bin made by objcopy'],
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
    if (what === 'a damaged block') await page.getByRole('checkbox').check();
    if (what === 'a damaged block') await updateButton(page).click();
    const failure = page.getByRole('alert').filter({ hasText: name });
    await shows(`${what}: ${name}`, failure);
    const text = await failure.innerText().catch(() => '');
    checks.check(
      `${what}: says what to do, and that the old firmware still runs`,
      text.includes(`What to do: `) &&
        text.includes(remedy) &&
        text.includes('project1 1.0.0') &&
        text.includes('still runs'),
      text,
    );
    if (what === 'another board') await picture(page, 'refused-desktop-light');
    if (what === 'a damaged block')
      await page.getByRole('button', { name: 'Another file' }).click();
  }
  checks.equal('wrong files: no sector was erased', await eraseCount(), erases);
}

async function confirmation(page, project2) {
  await choose(page, 'project2.bin', project2);
  await shows(
    'project2.bin: 1.0.0 → 2.0.0',
    page.locator('.step', { hasText: /1\.0\.0\s*→\s*2\.0\.0/ }),
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
  const changes = async () => (await board()).flash.option_changes;
  const changesBefore = await changes();
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, 'large.bin', padded(project2, 880 * 1024));
  await updateButton(page).click();
  await page.locator('[data-phase=receiving]').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await shows(
    'cancel: says so',
    page.getByRole('alert').filter({ hasText: 'The upload was cancelled' }),
  );
  await holds('cancel: the device has given up', async () => (await status()).phase === 'failed');
  const now = await status();
  checks.equal('cancel: and says why', now.error?.name, 'TRANSFER_CANCELLED');
  checks.check('cancel: before the end', now.received < now.size);
  checks.check('cancel: the file is still chosen', await updateButton(page).isEnabled());
  checks.check(
    'cancel: the same start of the same firmware',
    now.boot_id === before.boot_id && now.build_id === before.build_id,
  );
  checks.equal('cancel: no bank was swapped', await changes(), changesBefore);
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, 'project2.bin', project2);
  await page.locator('.step', { hasText: /1\.0\.0\s*→\s*2\.0\.0/ }).waitFor();
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
    'update: never "success", "complete" or "confirmed"',
    !texts.some((text) => /success|complete|confirmed/i.test(text)),
  );
}

async function update(page, other) {
  const before = await status();
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
  await shows(
    'update: the outcome stays',
    page.getByText(/running 2\.0\.0 \(build [0-9a-f]{16}\)/),
  );
  const after = await status();
  const text = await page.locator('.notice').innerText();
  checks.check(
    'update: it is the build that the device runs',
    text.includes(`running 2.0.0 (build ${after.build_id})`),
    text,
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
  checks.equal('LED: the page says ON', await text(led), 'ON');
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

/** The firmware of the test asks for no credentials: the page is made to believe that it does. */
async function signIn(page) {
  const sent = [];
  await page.route('**/api/firmware_update', async (route) => {
    const reply = await route.fetch().catch(() => null);
    if (reply)
      await route.fulfill({ response: reply, json: { ...(await reply.json()), auth: 'token' } });
    else await route.abort();
  });
  await page.route('**/api/leds', async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    const token = route.request().headers().authorization;
    sent.push(token);
    if (token === 'Bearer right') return route.continue();
    const error = { code: -302, name: 'UNAUTHORIZED', cause: 'no', remedy: 'no' };
    return route.fulfill({ status: 401, json: { error } });
  });
  await page.reload();
  await page.waitForResponse((reply) => reply.url().endsWith('/api/leds')); // the status came before it
  const led = page.getByRole('switch', { name: 'User LED' });
  await led.click();
  await page.getByRole('dialog').getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await shows(
    'sign in: a wrong token is said so',
    page.getByRole('dialog').getByText('Not accepted'),
  );
  await page.getByRole('dialog').getByLabel('Token').fill('right');
  await page.keyboard.press('Enter');
  await holds('sign in: then the LED goes off', async () => (await pin('PJ2')).level === true);
  await led.click();
  await holds(
    'sign in: the page asks once, and the LED is on again',
    async () => (await pin('PJ2')).level === false,
  );
  checks.equal(
    'sign in: what was sent',
    sent.join(', '),
    'Bearer wrong, Bearer right, Bearer right',
  );
  await page.unroute('**/api/firmware_update');
  await page.unroute('**/api/leds');
  await page.reload();
}

async function project2Screens() {
  await screenshots('project2', options.device, (it) =>
    it.getByText('ON', { exact: true }).waitFor(),
  );
  await screenshots('board', options.board, (it) => it.locator('.led').first().waitFor());
}

/** Drop the file instead of choosing it. */
async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(
    ([file, base64]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], file));
      return data;
    },
    [name, bytes.toString('base64')],
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

async function downgrade(page, project1Image) {
  await page.getByRole('link', { name: 'Firmware' }).click();
  await drop(page, 'project1.bin', project1Image);
  await shows(
    'downgrade: a dropped file is taken: 2.0.0 → 1.0.0',
    page.locator('.step', { hasText: /2\.0\.0\s*→\s*1\.0\.0/ }),
  );
  checks.check('downgrade: not without consent', await updateButton(page).isDisabled());
  await page.getByRole('checkbox', { name: 'older than 2.0.0' }).check();
  checks.check('downgrade: with consent', await updateButton(page).isEnabled());
  await picture(page, 'downgrade-phone-dark');
  await updateButton(page).click();
  await shows(
    'downgrade: Project 1 runs again',
    page.getByText(/running 1\.0\.0 \(build [0-9a-f]{16}\)/),
  );
  await holds(
    'downgrade: and has its one page',
    async () => (await page.locator('nav').count()) === 0,
  );
}

async function run() {
  const [image1, image2] = [readFileSync(options.project1), readFileSync(options.project2)];
  mkdirSync(options.screens, { recursive: true });
  const page = await open(options.device);
  const other = await open(options.device, WIDTHS.phone, 'dark');
  const lamps = await open(options.board);
  const before = await status();
  await project1(page);
  await wrongFiles(page, image2);
  await confirmation(page, image2);
  await cancelled(page, before, image2);
  await update(page, other);
  await toggles(page, other, lamps);
  await signIn(page);
  await project2Screens();
  await downgrade(other, image1);
  checks.check(
    'no script error, nothing refused by the policy',
    complaints.length === 0,
    complaints.join('\n'),
  );
}

if (
  !options.device ||
  !options.board ||
  !options.project1 ||
  !options.project2 ||
  !options.screens
) {
  console.error(
    'usage: browser.mjs --device URL --board URL --project1 FILE --project2 FILE --screens DIR',
  );
  process.exit(2);
}
browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await run();
} catch (error) {
  checks.check(`the test ran to its end (${error.message})`, false);
} finally {
  await browser.close();
}
process.exitCode = checks.end() ? 0 : 1;
