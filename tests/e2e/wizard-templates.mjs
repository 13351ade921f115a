// wizard-templates.mjs - templates and settings, built for the board "host": a token for writes; users with a first start.
// SPDX-License-Identifier: Apache-2.0
import { until } from './board.mjs';
import { button, holds, open, shows } from './clicks.mjs';
import { checks, Wizard } from './wizard-hands.mjs';

const json = async (url) => (await fetch(url, { headers: { connection: 'close' } })).json();
const TOKEN = 'five green bottles';
const PASSWORD = 'hanging on a wall';

/** The live page of each template is there at once, and nothing is to correct. */
async function allOfThem(wizard) {
  const { templates } = await (await wizard.request('api/project')).json();
  for (const { title } of templates) {
    await wizard.template(title);
    await holds(`templates: ${title}: the live page shows it`, async () =>
      (await wizard.standing.innerText()) === 'Not saved' && (await wizard.live.locator('main section').count()) > 0 &&
      /KB on the device/.test(await wizard.page.locator('.preview .standing').innerText()));
  }
  checks.check('templates: there are five', templates.length >= 5);
}

/** A template takes its time on a busy machine; who goes on meanwhile is not called back. */
async function goneOn(wizard) {
  let come;
  const comes = new Promise((resolve) => (come = resolve));
  await wizard.page.route('**/api/template', async (route) => {
    await comes;
    await route.continue();
  });
  await wizard.template('Relay board');
  await wizard.tab('Settings').click();
  come();
  await shows('templates: one that takes its time is there', wizard.page.getByText('The template is here.'));
  checks.equal('templates: who has gone to the settings meanwhile stays there',
    await wizard.tab('Settings').getAttribute('aria-selected'), 'true');
  await wizard.page.unroute('**/api/template');
}

async function settings(wizard) {
  await wizard.tab('Settings').click();
  await wizard.fill({ Board: 'host', Address: 'static', 'IP address': '10.1.2.300' });
  await holds('settings: no address: its field says so', async () =>
    (await wizard.field('IP address').getAttribute('aria-invalid')) === 'true');
  await wizard.fill({ 'IP address': '10.1.2.3', Mask: '255.255.0.0', Gateway: '10.1.0.1' });
  await wizard.fill({ 'Who may update and switch': 'token', Token: TOKEN });
  await wizard.save();
  const yml = wizard.text('flota.yml');
  checks.check('settings: the static address is in flota.yml', /^network:[^#]*10\.1\.2\.3\b[^#]*255\.255\.0\.0[^#]*10\.1\.0\.1/m.test(yml), yml);
  checks.check('settings: and the token', new RegExp(`^auth:[^#]*token: *"?${TOKEN}`, 'm').test(yml), yml);
  checks.check('settings: the comments stay', /# images of one product replace each other/.test(yml));
}

/** Build, run, and the address of what runs, as soon as it is the one that people sign in to like this. */
async function runHere(wizard, login) {
  checks.equal('host: built', await wizard.job('Try on the virtual board', 'Build'), 'done');
  const link = wizard.page.getByRole('group', { name: 'Virtual board' }).getByRole('link', { name: 'Its page' });
  return until('the device', async () => {
    const device = (await link.getAttribute('href')).replace(/\/$/, '');
    return (await json(`${device}/api/session`)).login === login && device;
  });
}

async function relays(wizard) {
  const device = await runHere(wizard, 'token');
  const page = await open(device);
  const relay = page.getByRole('switch').nth(2);
  await relay.click();
  const form = page.getByRole('dialog', { name: 'Sign in' });
  await shows('relay board: switching asks for the token', form);
  await form.getByLabel('Token').fill('six green bottles');
  await button(page, 'Continue').click();
  await shows('relay board: a wrong one is refused in words', form.getByRole('alert').getByText(/\w+ \w+/));
  await form.getByLabel('Token').fill(TOKEN);
  await button(page, 'Continue').click();
  await form.waitFor({ state: 'hidden' });
  if (!(await relay.isChecked())) await relay.click();
  await holds('relay board: with it the third relay is switched', async () => {
    const on = (await json(`${device}/api/relays`)).map((it) => it.on);
    return on[2] && on.filter(Boolean).length === 1;
  });
  await page.context().close();
}

async function login(wizard) {
  const device = await runHere(wizard, 'users');
  const page = await open(device);
  const first = page.locator('form', { hasText: 'First start' });
  await shows('login: the first start asks for a password', first);
  checks.equal('login: and shows nothing else', await page.getByRole('switch').count(), 0);
  await first.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Continue').click();
  await shows('login: signed in, its pages are here', page.getByRole('link', { name: 'Settings' }));
  await page.getByRole('switch', { name: 'User LED' }).click();
  await shows('login: and the light is switched', page.getByText('on', { exact: true }));
  await button(page, 'Sign out').click();
  const form = page.getByRole('dialog', { name: 'Sign in' });
  await shows('login: signed out, it asks', form);
  await form.getByLabel('User').fill('admin');
  await form.getByLabel('Password').fill(PASSWORD);
  await button(page, 'Continue').click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await shows('login: the password signs in again, to the settings', page.getByRole('heading', { name: 'Network' }));
  await page.context().close();
}

export async function templates() {
  const wizard = await Wizard.start('templates');
  await wizard.open();
  await allOfThem(wizard);
  await goneOn(wizard);
  await settings(wizard);
  await relays(wizard);
  await wizard.template('Settings and login');
  await wizard.tab('Settings').click();
  await wizard.fill({ 'Who may update and switch': 'none' });
  await login(wizard);
  await wizard.stop();
}
