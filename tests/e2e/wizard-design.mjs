// wizard-design.mjs - a page is designed by mouse and keyboard: from an empty folder to Project 2, its mistakes seen on the
// way. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { until } from './board.mjs';
import { holds, shows } from './clicks.mjs';
import { checks } from './wizard-hands.mjs';

const example = (name) => readFileSync(new URL(`../../examples/project2/${name}`, import.meta.url));
export const PROJECT2 = JSON.parse(example('dashboard.json'));
export const MAIN = example('main.c');

/** Page 1 by mouse, its second panel without any pointer. */
async function firstPage(wizard) {
  await wizard.edit(/^Project:/, { Brand: 'Flota demo' });
  await wizard.edit('Page: Home', { Title: 'Board', Icon: 'board' });
  await wizard.button('Add panel').click();
  await wizard.fill({ Title: 'LED' });
  await wizard.drag(wizard.button('Add Toggle'), wizard.page.locator('[data-list="pages/0/panels/0/elements"]'));
  await shows('design: a toggle is dragged into the panel', wizard.item('Toggle').last());
  await wizard.fill({ Title: 'User LED', Tooltip: 'Pin PJ2, active low', 'Endpoint name': 'leds' });
  checks.equal('design: its text follows the endpoint\'s name', await wizard.field('Text').inputValue(), "${leds.state ? 'ON' : 'OFF'}");
  await holds('design: the C struct of its endpoint stands beside', async () =>
    /struct leds \{\s+bool state;/.test(await wizard.page.locator('pre.brief').innerText()));
  await secondPanel(wizard);
}

/** A panel and a toggle by keys alone. */
async function secondPanel(wizard) {
  await wizard.tabTo('Add panel', 'Shift+Tab');
  await wizard.keys('Enter');
  await wizard.tabTo('Title');
  await wizard.typeOver('Display');
  await wizard.tabTo('Add Toggle', 'Shift+Tab');
  await wizard.keys('Enter');
  await wizard.tabTo('Title');
  await wizard.typeOver('Backlight');
  await wizard.tabTo('Text');
  await wizard.tabTo('Endpoint name');
  await wizard.typeOver('BCKLT');
  await wizard.keys('Enter');
  await wizard.tabTo('Text', 'Shift+Tab');
  await wizard.typeOver("${BCKLT.state ? 'Enabled' : 'Disabled'}");
  await wizard.tabTo('Tooltip');
  await wizard.typeOver('Pin PK0, active high');
  await shows('design: a panel and a toggle by keyboard', wizard.item('Toggle: Backlight'));
}

async function secondPage(wizard) {
  await wizard.button('Add page').click();
  await wizard.fill({ Title: 'Firmware', Icon: 'update' });
  await wizard.edit('Panel: Panel 1', { Title: 'Firmware update' });
  await wizard.button('Add Firmware update').click();
}

/** The device's page in the middle, played with. */
async function livePage(wizard) {
  await shows('live page: the update is on its page', wizard.live.getByText('Choose a firmware file'));
  await wizard.item('Toggle: User LED').click();
  const led = wizard.live.getByRole('switch', { name: 'User LED' });
  await led.waitFor();
  await shows('live page: it says OFF', wizard.live.getByText('OFF', { exact: true }));
  await led.click();
  await shows('live page: switched, it says ON', wizard.live.getByText('ON', { exact: true }));
  await wizard.live.getByRole('switch', { name: 'Backlight' }).click();
  await shows('live page: so does the other', wizard.live.getByText('Enabled', { exact: true }));
  await holds('live page: what is clicked in it is selected', async () =>
    (await wizard.item('Toggle: Backlight').getAttribute('aria-selected')) === 'true');
}

async function undoAndRedo(wizard) {
  const before = await wizard.tree();
  await wizard.item('Toggle: Backlight').click();
  await wizard.button('Remove').click();
  await holds('undo: removed', async () => (await wizard.item('Toggle: Backlight').count()) === 0);
  await wizard.button('Undo').click();
  await holds('undo: it is back', async () => isDeepStrictEqual(await wizard.tree(), before));
  await wizard.keys('Control+Shift+Z');
  await holds('redo: it is gone', async () => (await wizard.item('Toggle: Backlight').count()) === 0);
  await wizard.keys('Control+Z');
  await holds('undo by keyboard: it is back', async () => isDeepStrictEqual(await wizard.tree(), before));
}

/** Text and forms in step; a text that is no JSON changes nothing else. */
async function jsonView(wizard) {
  await wizard.tab('JSON').click();
  const text = JSON.stringify(PROJECT2, null, 2);
  await holds('JSON: it is what the forms say', async () =>
    isDeepStrictEqual(JSON.parse((await wizard.editor.innerText()).replaceAll('\u00a0', ' ')), PROJECT2));
  await wizard.editor.fill(text.replace('"title": "LED"', '"title": "Lamp"'));
  await shows('JSON: the tree follows the text', wizard.item('Panel: Lamp'));
  await shows('JSON: and so does the live page', wizard.live.getByRole('heading', { name: 'Lamp' }));
  await wizard.editor.fill(text.replace('"title": "LED",', '"title": "LED"'));
  const line = text.split('\n').findIndex((it) => it.includes('"title": "LED"')) + 2;
  await shows('JSON: a text that is none names its line', wizard.page.locator('.json .callout', { hasText: `Line ${line}:` }));
  await shows('JSON: the top says so, too', wizard.standing.getByText(`JSON, line ${line}`));
  await holds('JSON: the last good page stays', async () =>
    (await wizard.live.getByRole('heading', { name: 'Lamp' }).count()) === 1 && (await wizard.item('Panel: Lamp').count()) === 1);
  await wizard.button('Save').click();
  await shows('JSON: such a text is not saved', wizard.page.getByRole('region', { name: 'Notice' }).getByText('Not saved'));
  await wizard.button('Close the notice').click();
  await wizard.editor.fill(text);
  await shows('JSON: mended', wizard.item('Panel: LED'));
  await wizard.tab('Properties').click();
}

async function mistakes(wizard) {
  await wizard.edit('Toggle: User LED', { Text: "${leds.stat ? 'ON' : 'OFF'}" });
  const field = wizard.field('Text');
  await holds('mistake: its field says so', async () => (await field.getAttribute('aria-invalid')) === 'true');
  const said = await field.evaluate((it) => it.getAttribute('aria-describedby').split(' ')
    .map((id) => document.getElementById(id).innerText).join(' '));
  checks.check('mistake: what, and what to do', /did you mean 'leds\.state'/.test(said), said);
  await wizard.tab('To correct').click();
  await shows('mistake: it stands under "To correct"', wizard.page.getByRole('group', { name: 'To correct' }).getByText("did you mean 'leds.state'"));
  await shows('mistake: the live page is the last good one', wizard.live.getByRole('switch', { name: 'User LED' }));
  await wizard.fill({ Text: "${leds.state ? 'ON' : 'OFF'}" });
  await holds('mistake: corrected', async () => (await field.getAttribute('aria-invalid')) === null);
  await wizard.fill({ 'Endpoint name': 'while' });
  const name = wizard.field('Endpoint name');
  await holds('mistake: a keyword of C is no name', async () => (await name.getAttribute('aria-invalid')) === 'true');
  await name.press('Escape');
  await wizard.tab('Log').click();
}

export async function design(wizard) {
  await wizard.open();
  await firstPage(wizard);
  await secondPage(wizard);
  await livePage(wizard);
  await undoAndRedo(wizard);
  await mistakes(wizard);
  await jsonView(wizard);
  await wizard.save();
  await until('dashboard.json', () => wizard.description);
  try {
    assert.deepEqual(wizard.description, PROJECT2);
    checks.check('design: saved, it is Project 2 exactly', true);
  } catch (error) {
    checks.check('design: saved, it is Project 2 exactly', false, error.message);
  }
}
