// page.test.mjs - every element and the whole update in Chromium, against the pretended device.
//
// Needs Chromium and playwright-core (tests/e2e); says so and skips without. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { image, openPage, upload } from '../testing.mjs';

const missing = ['/usr/bin/chromium', new URL('../../tests/e2e/node_modules/playwright-core', import.meta.url)].filter(
  (it) => !existsSync(process.env.CHROMIUM && it === '/usr/bin/chromium' ? process.env.CHROMIUM : it),
);
const skip = missing.length ? `needs ${missing}` : false;
const button = (page, name) => page.getByRole('button', { name, exact: true });
const until = async (what, condition) => {
  for (const end = Date.now() + 10000; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
    if (await condition()) return;
    assert.ok(Date.now() < end, `not within 10 s: ${what}`);
  }
};

/** A story with a device and a page of its own. */
const story = (name, options, size, tell) =>
  test(name, { skip, timeout: 90000 }, async () => {
    const all = await openPage(options, size);
    try {
      await tell(all);
      assert.deepStrictEqual(all.complaints, []);
    } finally {
      await all.close();
    }
  });

story('an update from the file to confirmed, with a power cut on the way', { page: 'project1', rate: '100' }, {}, async ({ mock, page, another }) => {
  await upload(page, 'bad.bin', Buffer.from('nonsense'));
  const alert = page.getByRole('alert').filter({ hasText: 'IMAGE_BAD_VECTORS (-104)' });
  assert.match(await alert.innerText(), /What to do: .*[^]*project1 1\.0\.0 still runs/);
  await upload(page, 'old.bin', image({ version: '0.9.0' }));
  assert.ok(await button(page, 'Update').isDisabled());
  await page.getByRole('checkbox', { name: 'older than 1.0.0' }).check();
  assert.ok(await button(page, 'Update').isEnabled());
  await button(page, 'Another file').click();
  await upload(page, 'project2.bin', image({ size: 300000 }));
  await until('the keyboard is on Update', () => button(page, 'Update').evaluate((it) => it === document.activeElement));
  await button(page, 'Update').click();
  const numbers = /In flash\s+[\d.]+ KB of 293\.0 KB\s+Speed\s+[\d.]+ KB\/s\s+Remaining\s+\d+ s/;
  await until('numbers', async () => numbers.test(await page.locator('section').innerText()));
  const other = await another(390);
  await other.getByText('Update in progress from 192.168.0.5').waitFor();
  mock.restart();
  await page.getByText('The device does not answer').waitFor();
  await page.getByText(/Continuing at \d+\s%/).waitFor();
  await page.getByText('On trial, not final: project2 2.0.0').waitFor();
  await page.getByText('Confirmed: project2 2.0.0').waitFor();
  await page.getByRole('navigation').waitFor(); // the page of another firmware
  await button(page, 'Got it').click();
  await page.getByText('Confirmed: project2').waitFor({ state: 'detached' });
  await other.getByText('Confirmed: project2 2.0.0').waitFor();
  await page.getByRole('link', { name: 'Firmware' }).click();
  page.once('dialog', (dialog) => dialog.accept());
  await button(page, 'Go back to project1 1.0.0').click(); // its answer is no status
  await page.getByText('Confirmed: project1 1.0.0').waitFor();
});

story('cancelled: the file stays chosen, the device says why', { page: 'project1', rate: '50' }, {}, async ({ page }) => {
  await upload(page, 'project2.bin', image({ size: 300000 }));
  await button(page, 'Update').click();
  await page.locator('[data-phase=receiving]').waitFor();
  await button(page, 'Cancel').click();
  await page.getByRole('alert').filter({ hasText: 'TRANSFER_CANCELLED' }).waitFor();
  assert.ok(await button(page, 'Update').isEnabled());
});

story('rolled back: said on every page until it is read', { page: 'project1', rate: '900', trial: 'fail' }, {}, async ({ page, another }) => {
  await upload(page, 'project2.bin', image());
  await button(page, 'Update').click();
  await page.getByText('Rolled back because').waitFor();
  const other = await another(390);
  await other.getByText('Rolled back because').waitFor();
  await button(page, 'Got it').click();
  await other.getByText('Rolled back because').waitFor({ state: 'detached' });
});

story('fields: at once on the device, in a second browser, and back when refused', {}, {}, async ({ mock, page, another }) => {
  const other = await another(390, 'dark');
  const pump = page.getByRole('switch', { name: 'Pump' });
  await pump.click();
  await until('the device has it', () => mock.values.valves.pump);
  await other.getByText('ON', { exact: true }).waitFor();
  await page.getByText('Pump', { exact: true }).first().click(); // the label
  await until('off by its label', () => !mock.values.valves.pump);
  await page.getByRole('slider', { name: 'Opening' }).fill('80');
  await until('the slider', () => mock.values.valves.opening === 80);
  await other.getByText('80 %').waitFor();
  await page.getByRole('combobox', { name: 'Mode' }).selectOption('Manual');
  await until('the choice', () => mock.values.valves.mode === 0);
  mock.change = () => [400, { error: { cause: 'no', remedy: 'never' } }];
  await pump.click();
  await page.getByText('no', { exact: true }).waitFor();
  await until('back to what the device has', async () => !(await pump.isChecked()));
  await page.getByRole('switch', { name: 'Night' }).click(); // of this browser only
  assert.ok(await page.getByRole('switch', { name: 'Night' }).isChecked());
});

story('a panel: what is wrong in words, cancel, save', {}, { hash: '#1' }, async ({ mock, page }) => {
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  const save = page.locator('section', { hasText: 'Names' }).getByRole('button', { name: 'Save' });
  await name.fill('small');
  await page.getByText('Capital first').waitFor();
  assert.ok(await save.isDisabled());
  await page.getByRole('spinbutton', { name: 'Limit' }).fill('99');
  await page.getByText('less than or equal to 40').waitFor();
  await button(page, 'Cancel').click();
  assert.strictEqual(await name.inputValue(), 'Greenhouse 2');
  await name.fill('House');
  await page.getByRole('spinbutton', { name: 'Limit' }).fill('30');
  await save.click();
  await until('both', () => mock.values.site.name === 'House' && mock.values.site.limit === 30);
  await save.waitFor({ state: 'detached' });
  const row = page.getByRole('textbox', { name: 'North: 21' });
  await row.fill('West');
  await page.locator('section', { hasText: 'Sensors' }).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('textbox', { name: 'West: 21' }).waitFor();
  assert.strictEqual(mock.values.sensors[0].name, 'West');
});

story('what devices say is text', {}, { hash: '#1' }, async ({ mock, page }) => {
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  assert.strictEqual(await page.locator('main img, main b b').count(), 0);
  mock.say({ alarms: [{ text: 'later' }] });
  await page.getByText('later').waitFor();
  assert.strictEqual(await page.locator('.item', { hasText: 'Door open' }).count(), 1);
});

story('actions: started with parameters; held by pointer and key, let go', {}, {}, async ({ mock, page }) => {
  const bodies = [];
  const change = mock.change.bind(mock);
  mock.change = (name, row, body) => {
    bodies.push([name, body]);
    return change(name, row, body);
  };
  const answers = ['dismiss', 'accept'];
  page.on('dialog', (it) => it[answers.shift()]());
  await button(page, 'Water').click();
  await button(page, 'Water').click();
  await page.getByText('running').waitFor();
  assert.ok(await button(page, 'Water').isDisabled());
  await page.getByText('done').waitFor();
  assert.deepStrictEqual(bodies, [['watering', { seconds: 5 }]]);
  await button(page, 'Horn').hover();
  await page.mouse.down();
  await until('repeats', () => bodies.filter(([, it]) => it.pressed).length >= 3);
  await page.mouse.move(0, 0);
  await until('let go', () => mock.values.horn.state === 'idle');
  await button(page, 'Horn').focus();
  await page.keyboard.down('Space');
  await until('held', () => mock.values.horn.state === 'running');
  await page.keyboard.up('Space');
  await until('let go', () => mock.values.horn.state === 'idle');
  await page.keyboard.down('Enter');
  await until('held', () => mock.values.horn.state === 'running');
  await page.keyboard.press('Tab');
  await until('let go by leaving', () => mock.values.horn.state === 'idle');
  await page.keyboard.up('Enter');
});

story('files: list, upload, delete', {}, { hash: '#1' }, async ({ mock, page }) => {
  await page.getByRole('link', { name: 'log.txt' }).waitFor();
  await upload(page, 'notes.txt', Buffer.alloc(5000, 'x'));
  await page.getByText('5000 bytes').waitFor();
  page.on('dialog', (it) => it.accept());
  await button(page, 'Delete log.txt').click();
  await page.getByRole('link', { name: 'log.txt' }).waitFor({ state: 'detached' });
  assert.deepStrictEqual([...mock.files.keys()], ['notes.txt']);
});

story('graph and gauge: history with its gap, then live', {}, {}, async ({ page }) => {
  const line = page.locator('path.line0');
  await until('history', async () => /^M30 .*M66 /.test(await line.getAttribute('d')));
  await until('live', async () => /^M2\d /.test(await line.getAttribute('d')));
  const now = async () => Number(await page.getByRole('meter', { name: 'Temperature' }).getAttribute('aria-valuenow'));
  const before = await now();
  await until('the gauge moves', async () => (await now()) !== before);
});

story('the device goes and comes: said, and reconnected', {}, {}, async ({ mock, page }) => {
  await page.getByRole('switch', { name: 'Pump' }).waitFor();
  mock.restart();
  await page.getByText('The device does not answer').waitFor();
  await page.getByText('The device does not answer').waitFor({ state: 'detached' });
  await page.getByText('Restarted').waitFor();
});

story('signing in, levels, signing out', { login: 'users' }, {}, async ({ page }) => {
  const form = page.getByRole('dialog', { name: 'Sign in' });
  assert.strictEqual(await page.getByRole('link', { name: 'Firmware' }).count(), 0);
  await form.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await form.getByRole('alert').filter({ hasText: /./ }).waitFor();
  await form.getByLabel('Password').fill('secret');
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Firmware' }).waitFor();
  await page.getByRole('switch', { name: 'Pump' }).and(page.locator(':enabled')).waitFor();
  await button(page, 'Sign out').click();
  await form.waitFor();
});

story('a token for what FLOTA_AUTH protects', { page: 'project1', login: 'token' }, {}, async ({ page }) => {
  await upload(page, 'project2.bin', image());
  await page.getByRole('dialog').getByLabel('Token').fill('secret');
  await page.keyboard.press('Enter');
  await button(page, 'Update').waitFor();
});

story('first start: the password comes before all', { login: 'first' }, {}, async ({ page }) => {
  await page.getByText('First start: a password for admin').waitFor();
  assert.strictEqual(await page.getByRole('switch').count(), 0);
  await page.getByLabel('New password').fill('short');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  await page.getByLabel('New password').fill('long enough');
  await page.keyboard.press('Enter');
  await page.getByRole('switch', { name: 'Pump' }).waitFor();
});

story('open: loudly so', { login: 'open' }, { scheme: 'dark' }, async ({ page }) => {
  await page.getByText('Open to everybody').waitFor();
  await page.getByRole('switch', { name: 'Pump' }).waitFor();
});
