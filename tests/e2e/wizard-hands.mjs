// wizard-hands.mjs - `flota wizard` with a folder of its own, and what a person does in it: click, type, drag, press keys.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { tool, until } from './board.mjs';
import { checks, open, picture } from './clicks.mjs';

checks.title = 'wizard';
export { checks };

const DESK = { width: 1440, height: 900 };
const TABS_MOST = 400; // more presses than the page has stops: then something can't be reached
const BUILD_S = 300; // reached by failures only
const folder = mkdtempSync(join(tmpdir(), 'flota-wizard-'));
const running = new Set();
process.once('exit', () => {
  running.forEach((wizard) => wizard.process.kill('SIGTERM'));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What wizards and devices' pages show, for who looks for the reason of a failure. */
export async function explain(browser, story) {
  for (const { folder, page } of running) {
    const log = (await page?.locator('.log').innerText({ timeout: 1000 }).catch(() => '')) ?? '';
    console.log(`${basename(folder)}:\n${log.split('\n').slice(-12).join('\n')}`);
  }
  const pages = browser.contexts().flatMap((it) => it.pages());
  await Promise.all(pages.map((page, i) => picture(page, `failed-${story}-${i}`).catch(() => {})));
}

export class Wizard {
  /** Start it in an empty folder of that name; files: what is there already, by name. */
  static async start(name, files = {}) {
    const wizard = new Wizard();
    wizard.folder = join(folder, name);
    mkdirSync(wizard.folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) wizard.write(path, text);
    wizard.output = '';
    wizard.errors = '';
    wizard.process = spawn(tool, ['wizard', '--no-open', wizard.folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(wizard);
    wizard.process.stdout.on('data', (data) => (wizard.output += data));
    wizard.process.stderr.on('data', (data) => (wizard.errors += data));
    wizard.ended = new Promise((resolve) => wizard.process.once('exit', resolve));
    wizard.url = await until('the wizard\'s address', () => {
      if (wizard.process.exitCode !== null) throw new Error(`flota wizard has ended: ${wizard.errors}`);
      return /^(http:\S+\/)\n/.exec(wizard.output)?.[1];
    });
    return wizard;
  }

  async open(viewport = DESK, scheme = 'light') {
    this.page = await open(this.url, viewport, scheme);
    await this.page.getByRole('tree').waitFor();
    this.live = this.page.frameLocator('iframe[title="Live page"]');
    return this.page;
  }

  /** A browser for pages that are none of the wizard's own. */
  async browser() {
    if (!this.page) await this.open();
    return this.page.context().browser();
  }

  async stop() {
    await this.page?.context().close();
    this.process.kill('SIGTERM');
    await this.ended;
    running.delete(this);
  }

  // --- files ---

  path(name) { return join(this.folder, name); }
  read(name) { return readFileSync(this.path(name)); }
  text(name) { return this.read(name).toString(); }
  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }
  get description() { return JSON.parse(this.text('dashboard.json')); }

  /** A request as the page makes it. */
  request(path, body, headers = {}) {
    return fetch(this.url + path, { method: body === undefined ? 'GET' : 'POST', headers, body: body && JSON.stringify(body) });
  }

  // --- what is seen ---

  item(name) { return this.page.getByRole('treeitem', { name, exact: typeof name === 'string' }); }
  button(name) { return this.page.getByRole('button', { name, exact: true }); }
  field(name) { return this.page.getByRole('complementary', { name: 'Details' }).getByLabel(name, { exact: true }); }
  tab(name) { return this.page.getByRole('tab', { name }); }
  get standing() { return this.page.getByRole('status', { name: 'Save state' }); }
  get editor() { return this.page.locator('.cm-content'); }
  get log() { return this.page.getByRole('log'); }
  device(address) { return this.page.getByRole('listitem', { name: address, exact: true }); }

  /** The tree as text, a place per line. */
  async tree() {
    const items = await this.page.getByRole('treeitem').locator('.words').allInnerTexts();
    return items.map((it) => it.trim());
  }

  // --- hands ---

  /** Select in the tree, and fill fields of its form: by label; a name is taken with Enter. */
  async edit(item, fields) {
    await this.item(item).click();
    await this.fill(fields);
  }

  async fill(fields) {
    for (const [label, value] of Object.entries(fields)) {
      const field = this.field(label);
      if (await field.evaluate((it) => it.tagName === 'SELECT')) await field.selectOption(value);
      else await field.fill(value);
      if (label === 'Endpoint name') await field.press('Enter');
    }
  }

  /** Pick something up with the mouse and let it go at a part of the target's height. */
  async drag(source, target, part = 0.5) {
    await source.scrollIntoViewIfNeeded();
    const from = await source.boundingBox();
    const to = await target.boundingBox();
    const { mouse } = this.page;
    const [x, y] = [from.x + 30, from.y + from.height / 2];
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x + 6, y - 8, { steps: 3 });
    await mouse.move(to.x + 50, to.y + part * to.height, { steps: 14 });
    await mouse.up();
  }

  /** Press Tab until the focus is on what has this name; no pointer. */
  async tabTo(name, key = 'Tab') {
    for (let i = 0; i < TABS_MOST; i++) {
      if ((await this.focused()) === name) return;
      await this.page.keyboard.press(key);
    }
    throw new Error(`${key} never comes to "${name}"`);
  }

  /** The name of what has the focus, as a screen reader would say it. */
  focused() {
    return this.page.evaluate(() => {
      const it = document.activeElement;
      const label = it.labels?.[0]?.innerText ?? it.getAttribute('aria-label') ?? it.innerText;
      return (label ?? '').trim();
    });
  }

  async keys(...names) {
    for (const name of names) await this.page.keyboard.press(name);
  }

  async typeOver(text) {
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(text);
  }

  async save() {
    await this.button('Save').click();
    await this.standing.getByText('Saved', { exact: true }).waitFor();
  }

  /** Press a button that starts a job, and wait for its end. Resolves to how it ended. */
  async job(button, name = button) {
    await this.button(button).click();
    return this.jobEnds(name);
  }

  async jobEnds(name) {
    const status = this.page.getByRole('status', { name: 'Last job' });
    return until(`${name} ends`, async () => {
      const text = (await status.count()) ? await status.innerText() : '';
      return text.startsWith(`${name}: `) && !text.endsWith(': runs') && text.slice(name.length + 2);
    }, BUILD_S);
  }

  /** Fill the form of "Send to devices", and begin. */
  async send(addresses) {
    await this.button('Send to devices').click();
    const dialog = this.page.getByRole('dialog', { name: 'Send to devices' });
    await dialog.getByRole('textbox').first().fill(addresses.join('\n'));
    await dialog.getByRole('button', { name: /^Send/ }).click();
  }

  async template(title) {
    await this.button('Templates').click();
    const dialog = this.page.getByRole('dialog', { name: 'Templates' });
    await dialog.getByRole('radio', { name: title, exact: true }).check();
    await dialog.getByRole('button', { name: 'Replace what is here' }).click();
  }
}
