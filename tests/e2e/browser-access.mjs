// browser-access.mjs - clicks of people who have to say who they are: with a password, with a token, at a first start;
// and of one too many. Each page has its own cookies. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Board, firmware, testFirmware } from './board.mjs';
import { WIDTHS, button, checks, choose, holds, notice, open, picture, pictures, shows, updateButton } from './clicks.mjs';
import { seal, withField } from './images.mjs';

const read = (name) => readFileSync(testFirmware(name));
const dialog = (page) => page.getByRole('dialog', { name: 'Sign in' });
const session = async (page) => page.evaluate(async () => (await fetch('api/session')).json());

async function onBoard(image, story) {
  const board = await Board.start({ image });
  try {
    await story(board, await open(board.device));
  } finally {
    await board.stop();
  }
}

/** Fill in and press Enter. */
async function enter(page, fields) {
  for (const [label, value] of Object.entries(fields)) await dialog(page).getByLabel(label, { exact: true }).fill(value);
  await page.keyboard.press('Enter');
}

/** What the page sends that is no question: paths, and that no password goes with them. */
function sentBy(page) {
  const sent = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST') return;
    sent.push(new URL(request.url()).pathname);
    if (request.headers().authorization) sent.push('with Authorization');
  });
  return sent;
}

// --- FLOTA_AUTH ---

/** A user and a password, in flota_config.h. */
export const signIn = () =>
  onBoard(testFirmware('ways'), async (board, page) => {
    const pin = async () => (await fetch(`${board.page}/api/gpio?pin=PJ2`)).json();
    const isLit = async () => { const { output, level } = await pin(); return output && !level; };
    const led = page.getByRole('switch', { name: 'User LED' });
    const sent = sentBy(page);
    await shows('sign in: who only looks is asked nothing', led);
    checks.equal('sign in: no dialog', await dialog(page).count(), 0);
    await led.click();
    await shows('sign in: a change asks', dialog(page));
    await holds('sign in: the keyboard is in the password', () =>
      dialog(page).getByLabel('Password').evaluate((it) => it === document.activeElement));
    await pictures(page, 'sign-in');
    await button(page, 'Cancel').click();
    await holds('sign in: cancelled, the switch goes back', async () => !(await led.isChecked()));
    checks.equal('sign in: and nothing is lit', await isLit(), false);
    await led.click();
    await enter(page, { User: 'admin', Password: 'wrong' });
    await shows('sign in: a wrong password is said so', dialog(page).getByText('user and password do not fit'));
    checks.equal('sign in: nothing is lit by it', await isLit(), false);
    await enter(page, { User: 'admin', Password: 'all ways lead in' });
    await holds('sign in: then the LED is lit', isLit);
    checks.equal('sign in: the dialog is gone', await dialog(page).count(), 0);
    await led.click();
    await holds('sign in: the page asks once, and the LED is off again', async () => !(await isLit()));
    checks.equal('sign in: what was sent', sent.join(),
      '/api/leds,/api/leds,/api/login,/api/login,/api/leds,/api/leds');
    const { cookies } = await page.context().storageState();
    checks.check('sign in: a cookie that no script reads', cookies.length === 1 && cookies[0].httpOnly &&
      cookies[0].sameSite === 'Strict' && (await page.evaluate(() => document.cookie)) === '', JSON.stringify(cookies));
  });

/** A token, and an update with it. */
export const signInByToken = () =>
  onBoard(testFirmware('token'), async (board, page) => {
    const image = seal(withField(read('token'), 'version', '2.0.0'));
    await page.locator('input[type=file]').waitFor({ state: 'attached' });
    await choose(page, 'token.bin', image);
    await shows('token: choosing a file asks', dialog(page).getByLabel('Token'));
    checks.equal('token: for no name', await dialog(page).getByLabel('User').count(), 0);
    await enter(page, { Token: 'token' });
    await shows('token: a wrong one is said so', dialog(page).getByRole('alert').getByText('do not fit'));
    await enter(page, { Token: 'token-of-the-test' });
    await updateButton(page).waitFor();
    const sent = sentBy(page);
    await updateButton(page).click();
    await shows('token: the update is confirmed', notice(page, 'Confirmed: project1 2.0.0'));
    checks.equal('token: it is what the device runs', (await board.status()).version, '2.0.0');
    checks.equal('token: it was asked for once', sent.join(), '/api/firmware_update');
  });

// --- users ---

const ADMIN = 'a long one for admin';
const OPERATOR = 'a long one for operator';

/** Of a change by script, with the page's own cookie. */
const status = (page, path, body) =>
  page.evaluate(async ([path, body]) => (await fetch(`api/${path}`, { method: 'POST', body })).status, [path, body]);

async function setFirstPassword(page) {
  const form = page.locator('form', { hasText: 'First start: a password for admin' });
  const fill = async (password) => {
    await form.getByLabel('New password').fill(password);
    await page.keyboard.press('Enter');
  };
  await shows('first start: asks for a password', form);
  checks.equal('first start: shows nothing else', await page.locator('section').count(), 1);
  checks.equal('first start: nothing can be changed', await status(page, 'leds', '{"state":true}'), 403);
  await pictures(page, 'first-start');
  await fill('short');
  await shows('first start: a short one is refused', form.getByText('fewer than 8 characters'));
  await fill(ADMIN);
  await shows('first start: then the page is there', page.getByRole('switch', { name: 'LED' }));
  await holds('first start: as admin', async () => (await session(page)).user === 'admin');
  await pictures(page, 'users');
}

async function signsOutAndIn(page) {
  await button(page, 'Sign out').click();
  await shows('sign out: the page offers to sign in', button(page, 'Sign in'));
  checks.equal('sign out: the device has forgotten it', (await session(page)).level, 0);
  await button(page, 'Sign in').click();
  await enter(page, { User: 'admin', Password: 'a long one for nobody' });
  await shows('users: a wrong password is said so', dialog(page).getByText('user and password do not fit'));
  await enter(page, { User: 'admin', Password: ADMIN });
  await shows('users: the right one signs in', button(page, 'Sign out'));
}

/** What level 5 may, and what it may not. */
async function operates(page, board) {
  await button(page, 'Sign in').click();
  await enter(page, { User: 'operator', Password: OPERATOR });
  const led = page.getByRole('switch', { name: 'LED' });
  await shows('operator: signed in', button(page, 'Sign out'));
  await holds('operator: may switch', () => led.isEnabled());
  await led.click();
  await holds('operator: and does', async () =>
    (await page.evaluate(async () => (await fetch('api/leds')).json())).state === true);
  await holds('operator: may not set the address', () => page.getByLabel('Address').isDisabled());
  checks.equal('operator: nor by another way', await status(page, 'net', '{"dhcp":true}'), 403);
  const { erases } = (await board.view()).flash;
  await choose(page, 'login.bin', seal(withField(read('login'), 'version', '2.0.0')));
  const refusal = page.getByRole('alert').filter({ hasText: 'FORBIDDEN (-310)' });
  await shows('operator: nor update: the page says why', refusal);
  checks.check('operator: and what to do', /sign in as a user with a higher level/.test(await refusal.innerText()));
  checks.equal('operator: nothing was erased', (await board.view()).flash.erases, erases);
  await picture(page, 'level-too-low-phone-dark');
}

/** Users with passwords in flash. */
export const firstStart = () =>
  onBoard(testFirmware('login'), async (board, page) => {
    await setFirstPassword(page);
    const other = await open(board.device, WIDTHS.phone, 'dark');
    await shows('first start: another page may look from now on', other.getByRole('switch', { name: 'LED' }));
    await holds('first start: and change nothing', () => other.getByRole('switch', { name: 'LED' }).isDisabled());
    await signsOutAndIn(page);
    checks.equal("users: admin sets the operator's password",
      await status(page, 'password', JSON.stringify({ user: 'operator', password: OPERATOR })), 200);
    await operates(other, board);
    const led = page.getByRole('switch', { name: 'LED' });
    await holds("users: admin's page follows", () => led.isChecked());
  });

// --- one too many ---

const STREAMS = 8;

export const fullHouse = () =>
  onBoard(firmware('project2'), async (board, page) => {
    await page.getByRole('switch', { name: 'User LED' }).waitFor();
    const others = [];
    for (let i = 1; i < STREAMS; i++) others.push(new AbortController());
    await Promise.all(others.map(async ({ signal }) => {
      const reply = await fetch(`${board.device}/api/events`, { signal });
      await reply.body.getReader().read();
    }));
    const ninth = await open(board.device, WIDTHS.phone);
    await shows('the ninth browser: is told why', notice(ninth, 'eight browsers show live values already'));
    checks.equal('the ninth browser: not that the device is gone', await ninth.getByText('does not answer').count(), 0);
    await pictures(ninth, 'ninth');
    others[0].abort();
    await shows('the ninth browser: comes in as soon as one leaves', ninth.getByRole('switch', { name: 'User LED' }));
    await holds('the ninth browser: and is told no more', async () => (await ninth.locator('.notice').count()) === 0);
    others.forEach((other) => other.abort());
  });

// --- network settings ---

/** A change that cannot be: the device has its old address again after the restart, and says so until it is read. */
export const networkTakenBack = () =>
  onBoard(firmware('project2'), async (board, page) => {
    const call = async (method, args = {}) => {
      const reply = await fetch(`${board.device}/rpc/${method}`, { method: 'POST', body: JSON.stringify(args) });
      checks.equal(`network settings: ${method}`, reply.status, 200);
    };
    const taken = notice(page, 'The last change of the network settings was taken back');
    await page.getByRole('switch', { name: 'User LED' }).waitFor();
    const before = await board.status();
    await call('Config.Set', { config: { net: { dhcp: false, ip: '192.168.0.0', mask: '255.255.255.0' } }, save: true });
    await call('Sys.Reboot');
    await shows('network settings: taken back, the page says so by itself', taken);
    checks.check('network settings: it has restarted', (await board.status()).boot_id !== before.boot_id);
    await picture(page, 'network-taken-back-desktop-light');
    await taken.getByRole('button', { name: 'Got it' }).click();
    await taken.waitFor({ state: 'detached' });
    checks.equal('network settings: read, the device forgets it', (await board.status()).notices.length, 0);
  });
