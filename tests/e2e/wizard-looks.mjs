// wizard-looks.mjs - the wizard and the devices' pages for everybody: axe-core at two widths, light and dark, a picture of
// each in build/screens; and two browsers on one device. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import { Board, firmware } from './board.mjs';
import { button, holds, open, picture, WIDTHS } from './clicks.mjs';
import { PROJECT2 } from './wizard-design.mjs';
import { checks, Wizard } from './wizard-hands.mjs';

const EVERYTHING = JSON.parse(readFileSync(new URL('../../examples/everything/dashboard.json', import.meta.url)));
const PASSWORD = 'tomatoes in row one';
const BAD = ['serious', 'critical'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it is. The live page is a page of its own. */
async function findings(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { iframes: false, runOnly: tags }), TAGS);
  return violations.filter(({ impact }) => BAD.includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(' ')}`);
}

/** Both widths, by day and night; arrive: what must be there before one looks. */
async function allLooks(page, name, arrive) {
  const found = [];
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await arrive();
      found.push(...(await findings(page)).map((it) => `${width}, ${colorScheme}: ${it}`));
      await picture(page, `${name}-${width}-${colorScheme}`, { fullPage: true });
    }
  }
  checks.check(`looks: ${name}: nothing serious for axe-core, at both widths, light and dark`, !found.length, found.join('\n  '));
}

async function devicePages(board, name, pages, before = () => {}) {
  const page = await open(board.device);
  for (const [i, { title }] of pages.entries()) {
    await page.goto(`${board.device}/#${i}`);
    const arrive = () => page.locator('.panels section').first().waitFor();
    await arrive();
    await before(page, i);
    await allLooks(page, `${name}-${title.toLowerCase()}`, arrive);
  }
  await page.context().close();
}

async function wizardLooks() {
  const wizard = await Wizard.start('looks', { 'dashboard.json': JSON.stringify(PROJECT2, null, 2) });
  const page = await wizard.open();
  const arrive = () => wizard.live.locator('section').first().waitFor();
  await wizard.item('Toggle: User LED').click();
  await allLooks(page, 'wizard', arrive);
  for (const tab of ['API', 'Settings', 'JSON']) {
    await wizard.tab(tab).click();
    if (tab === 'API') await page.getByRole('button', { name: 'leds data' }).click();
    await allLooks(page, `wizard-${tab.toLowerCase()}`, arrive);
  }
  for (const dialog of ['Templates', 'Send to devices']) {
    await wizard.button(dialog).click();
    await allLooks(page, `wizard-${dialog.split(' ')[0].toLowerCase()}`, arrive);
    await wizard.keys('Escape');
  }
  await wizard.stop();
}

/** The first page as it is at the first start, open to everybody; the others as the first user has them. */
async function firstStart(page, i) {
  if (i !== 1) return;
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Continue').click();
  await button(page, 'Sign out').waitFor();
}

/** What one switches, the other sees. */
async function twoBrowsers(board) {
  const [one, other] = [await open(board.device), await open(board.device)];
  const toggle = (page) => page.getByRole('switch', { name: 'Automatic' });
  // A page shows its switches before it has heard their values.
  const before = await one.evaluate(async () => (await (await fetch('api/control')).json()).automatic);
  const sees = async (page) => (await toggle(page).isChecked()) === before;
  await holds('two browsers: both see what the device has', async () => (await sees(one)) && (await sees(other)));
  await toggle(one).click();
  await holds('two browsers: what one switches shows in the other', async () => !(await sees(other)));
  await toggle(other).click();
  await holds('two browsers: and the other way', () => sees(one));
  await Promise.all([one, other].map((page) => page.context().close()));
}

export async function looks() {
  await wizardLooks();
  const board = await Board.start({ image: firmware('project2') });
  await devicePages(board, 'project2', PROJECT2.pages);
  await board.stop();
  const full = await Board.start({ image: firmware('everything') });
  await twoBrowsers(full);
  await devicePages(full, 'everything', EVERYTHING.pages, firstStart);
  await full.stop();
}
