// wizard-keys.mjs - the wizard without any pointer. SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { holds } from './clicks.mjs';
import { PROJECT2 } from './wizard-design.mjs';
import { Wizard } from './wizard-hands.mjs';

/** The selected place of the tree has the focus. */
async function toTree(wizard) {
  const selected = wizard.page.locator('[role=treeitem][aria-selected=true]');
  const isThere = () => selected.evaluate((it) => it === document.activeElement);
  for (let i = 0; i < 400 && !(await isThere()); i++) await wizard.keys('Shift+Tab');
}

export async function keysOnly() {
  const wizard = await Wizard.start('keys', { 'dashboard.json': JSON.stringify(PROJECT2) });
  await wizard.open();
  const is = (what, places) => holds(`keys: ${what}`, async () => isDeepStrictEqual((await wizard.tree()).slice(2), places));
  const [board, update] = [['Board', 'LED', 'User LED', 'Display', 'Backlight'], ['Firmware', 'Firmware update', 'Firmware update']];
  const before = [...board, ...update];
  await is('the project is here', before);
  await wizard.tabTo('Add page');
  await wizard.keys('Enter');
  await is('a page is added', [...before, 'Page 3', 'Panel 1']);
  await toTree(wizard);
  await wizard.keys('Alt+ArrowUp');
  await is('and moved', [...board, 'Page 3', 'Panel 1', ...update]);
  await wizard.tabTo('Add panel', 'Shift+Tab');
  await wizard.keys('Enter');
  await is('a panel is added', [...board, 'Page 3', 'Panel 1', 'Panel 2', ...update]);
  await toTree(wizard);
  await wizard.keys('Alt+ArrowUp');
  await is('and moved', [...board, 'Page 3', 'Panel 2', 'Panel 1', ...update]);
  await wizard.tabTo('Add Toggle');
  await wizard.keys('Enter');
  await is('a toggle is added', [...board, 'Page 3', 'Panel 2', 'Toggle', 'Panel 1', ...update]);
  await toTree(wizard);
  await wizard.keys('Alt+ArrowDown');
  await is('and moved into the next panel', [...board, 'Page 3', 'Panel 2', 'Panel 1', 'Toggle', ...update]);
  await wizard.keys('Delete');
  await is('the toggle is removed', [...board, 'Page 3', 'Panel 2', 'Panel 1', ...update]);
  await wizard.keys('Delete');
  await is('the panel is removed', [...board, 'Page 3', 'Panel 2', ...update]);
  await wizard.keys('ArrowLeft', 'Delete');
  await is('the page is removed', before);
  await wizard.keys('Control+S');
  await holds('keys: saved', async () => (await wizard.standing.innerText()) === 'Saved');
  await wizard.stop();
}
