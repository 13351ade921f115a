// wizard-device.mjs - from the wizard to devices: generated, built, tried on the virtual board, sent over the air to one and
// to eight. SPDX-License-Identifier: Apache-2.0
import { copyFileSync } from 'node:fs';
import { Board, freePort, until } from './board.mjs';
import { holds, open, shows } from './clicks.mjs';
import { MAIN } from './wizard-design.mjs';
import { checks } from './wizard-hands.mjs';

const DEVICES = 8;
const LANES = 4; // boards that start at the same time
const PHASES = ['checking', 'receiving', 'verifying', 'restarting', 'trial', 'confirmed'];
const IMAGE = 'build/fw.bin';

const json = async (url) => (await fetch(url, { headers: { connection: 'close' } })).json();
const status = (device) => json(`${device}/api/firmware_update`);

/** Addresses of the device that the wizard has started, from its links. */
async function simOf(wizard) {
  const sim = wizard.page.getByRole('group', { name: 'Virtual board' });
  await sim.waitFor({ timeout: 300000 });
  const address = async (name) => (await sim.getByRole('link', { name }).getAttribute('href')).replace(/\/$/, '');
  const found = { device: await address('Its page'), board: await address('The board') };
  await until('the firmware', () => status(found.device), 120);
  return found;
}

/** Toggles on the device's own page; what counts is the level of the pin. */
async function pins(sim) {
  const page = await open(sim.device);
  const level = async (pin) => (await json(`${sim.board}/api/gpio?pin=${pin}`)).level;
  const led = page.getByRole('switch', { name: 'User LED' });
  await led.waitFor();
  checks.check('pins: PJ2 is high, the LED is off', (await level('PJ2')) === true && !(await led.isChecked()));
  await led.click();
  await holds('pins: LED on: PJ2 goes low', async () => (await level('PJ2')) === false);
  await shows('pins: the page says ON', page.getByText('ON', { exact: true }));
  await led.click();
  await holds('pins: LED off: PJ2 goes high', async () => (await level('PJ2')) === true);
  const backlight = page.getByRole('switch', { name: 'Backlight' });
  checks.check('pins: PK0 is high, the display is lit', (await level('PK0')) === true && (await backlight.isChecked()));
  await backlight.click();
  await holds('pins: backlight off: PK0 goes low', async () => (await level('PK0')) === false);
  await shows('pins: the page says Disabled', page.getByText('Disabled', { exact: true }));
  await led.click();
  await holds('pins: the board\'s own page sees the LED', async () => (await json(`${sim.board}/api/board`)).led);
  return page;
}

/** Generated, built, running: the user's own main.c does the pins. */
async function firstFirmware(wizard) {
  checks.equal('generate: done', await wizard.job('Generate'), 'done');
  checks.check('generate: glue and page are there', /struct leds/.test(wizard.text('build/generated/glue.h')) &&
    wizard.read('build/generated/index.html.gz').length > 1000);
  wizard.write('src/main.c', MAIN);
  checks.equal('try: the build is done', await wizard.job('Try on the virtual board', 'Build'), 'done');
  return simOf(wizard);
}

/** One element more: the next firmware goes over the air to the board that runs here. */
async function graph(wizard, sim, page) {
  const before = await status(sim.device);
  await wizard.item('Panel: Display').click();
  await wizard.button('Add Graph').click();
  await wizard.fill({ Title: 'Supply' });
  await wizard.tab('Settings').click();
  await wizard.fill({ Version: '0.2.0' });
  await wizard.save();
  checks.equal('graph: generated', await wizard.job('Generate'), 'done');
  checks.equal('graph: built', await wizard.job('Build'), 'done');
  checks.check('graph: the user\'s main.c is as it was, byte for byte', MAIN.equals(wizard.read('src/main.c')));
  await watchPhases(wizard);
  await wizard.send([sim.device]);
  await confirmed(wizard, [sim.device], 'over the air');
  const after = await status(sim.device);
  checks.check('over the air: the device says so itself', after.phase === 'confirmed' && after.version === '0.2.0' &&
    after.build_id !== before.build_id, JSON.stringify(after).slice(0, 200));
  const seen = await wizard.page.evaluate(() => window.seenSteps);
  checks.check(`over the air: its phases were shown: ${seen.join(', ')}`, ['receiving', 'verifying', 'restarting'].every((it) => seen.includes(it)));
  await movingGraph(page);
}

/** The page that was open all the while loads the new one by itself. */
async function movingGraph(page) {
  const line = page.locator('.graph path').first();
  await shows('graph: it is on the device\'s page', page.getByRole('img', { name: 'Supply' }));
  const first = await line.getAttribute('d');
  await holds('graph: it moves', async () => (await line.getAttribute('d')) !== first);
}

/** Keep each step that a device is shown in. */
const watchPhases = (wizard) => wizard.page.evaluate(() => {
  window.seenSteps = [];
  const look = () => document.querySelectorAll('.device [aria-current=step]').forEach((it) => {
    if (!window.seenSteps.includes(it.innerText)) window.seenSteps.push(it.innerText);
  });
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
});

async function confirmed(wizard, devices, what) {
  const words = await Promise.all(devices.map((device) => verdict(wizard, device)));
  checks.check(`${what}: ${devices.length} confirmed in the wizard`, words.every((it) => it.startsWith('confirmed')), words.join('; '));
}

/** What the wizard says when a device is done. */
async function verdict(wizard, device) {
  const words = wizard.device(device).locator('.verdict');
  return until(`the verdict on ${device}`, async () => {
    const text = await words.innerText();
    return !PHASES.includes(text) && text !== 'waiting' && text;
  }, 300);
}

/** Boards with this firmware, some started side by side. */
async function startBoards(image) {
  const boards = [];
  const rest = Array.from({ length: DEVICES });
  const lane = async () => {
    while (rest.length) {
      rest.pop();
      boards.push(await Board.start({ image }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return boards;
}

/** Eight virtual boards with the first firmware get the second one; then a send with a wrong address among good ones. */
async function eight(wizard, image) {
  const boards = await startBoards(image);
  const devices = boards.map(({ device }) => device);
  await wizard.send(devices);
  await confirmed(wizard, devices, 'eight at once');
  const all = await Promise.all(devices.map(status));
  checks.equal('eight at once: so many say so themselves',
    all.filter(({ phase, version }) => phase === 'confirmed' && version === '0.2.0').length, DEVICES);
  await wrongAddress(wizard, boards.slice(0, 2), all);
  await Promise.all(boards.map((board) => board.stop()));
}

async function wrongAddress(wizard, boards, before) {
  const wrong = `http://127.0.0.1:${await freePort()}`;
  await wizard.jobEnds('Send');
  await wizard.send([...boards.map(({ device }) => device), wrong]);
  await holds('wrong address: said in words', async () => /^failed: .*(refused|connect|answer)/i.test(await verdict(wizard, wrong)));
  await wizard.jobEnds('Send');
  const after = await Promise.all(boards.map((board) => board.status()));
  checks.check('wrong address: the others run well', after.every(({ phase, version }, i) =>
    ['confirmed', 'idle'].includes(phase) && version === '0.2.0' && after[i].build_id === before[i].build_id), JSON.stringify(after.map((it) => it.phase)));
}

export async function projectOnDevices(wizard) {
  const sim = await firstFirmware(wizard);
  const first = wizard.path('first.bin');
  copyFileSync(wizard.path(IMAGE), first);
  const page = await pins(sim);
  await graph(wizard, sim, page);
  await page.context().close();
  await wizard.button('Stop the board').click();
  await eight(wizard, first);
}
