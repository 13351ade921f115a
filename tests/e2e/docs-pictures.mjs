// docs-pictures.mjs [NAME...] - docs/*.png: from the screenshots of `make check-browser`, and of the wizard and the page
// with everything, which it takes itself (after `make arm`). Look at each one that it makes.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync } from 'node:fs';
import { Board, firmware, until } from './board.mjs';
import { open, startBrowser } from './clicks.mjs';
import { Wizard } from './wizard-hands.mjs';

const root = new URL('../../', import.meta.url);
const screen = (name) => `data:image/png;base64,${readFileSync(new URL(`build/screens/${name}.png`, root), 'base64')}`;
const file = (name) => new URL(`docs/${name}.png`, root).pathname;
mkdirSync(new URL('docs/', root), { recursive: true });
const browser = await startBrowser();

// --- from check-browser ---

async function picture(name, width, height, html) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(`<style>body{margin:0;background:#e9edf0;display:flex;gap:24px;padding:24px;align-items:flex-start}
    div{border-radius:12px;overflow:hidden;box-shadow:0 2px 16px #0003}img{display:block}</style>${html}`);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await page.screenshot({ path: file(name) });
  await page.close();
}

const shown = (source, width, height) =>
  `<div style="width:${width}px;height:${height}px"><img src="${source}" width="${width}"></div>`;
const both = (phone, desktop) => () => // a phone and a desktop side by side
  [1308, 632, shown(screen(phone), 270, 584) + shown(screen(desktop), 934, 584)];
const phones = (...names) => () =>
  [1032, 648, names.map((name) => shown(screen(`${name}-phone-light`), 312, 600)).join('')];

const composed = {
  update: both('project2-phone-light', 'board-desktop-light'),
  trial: phones('trial', 'confirmed', 'rolled-back'),
  board: () => [1328, 812, shown(screen('board-desktop-dark'), 1280, 764)],
  'tutorial-project1': both('project1-phone-light', 'project1-desktop-light'),
  'tutorial-update': both('receiving-phone-dark', 'receiving-desktop-light'),
  'tutorial-project2': both('project2-phone-light', 'project2-desktop-light'),
};

// --- taken here ---

const example = (name) => readFileSync(new URL(`examples/project2/${name}`, root), 'utf8');

/** Project 2 in the wizard, its first switch selected. */
async function wizard() {
  const it = await Wizard.start('blinky', { 'dashboard.json': example('dashboard.json'), 'src/main.c': example('main.c') });
  const page = await it.open({ width: 1440, height: 900 });
  await it.live.getByRole('switch', { name: 'User LED' }).click();
  await it.live.getByText('ON', { exact: true }).waitFor();
  await until('the switch is selected', async () =>
    (await it.item('Toggle: User LED').getAttribute('aria-selected')) === 'true');
  await page.screenshot({ path: file('wizard'), animations: 'disabled' });
  await it.stop();
}

const PASSWORD = 'greenhouse7'; // of a board that lives as long as the picture takes
const POINTS = 60; // of the graph
const SCALE = 0.6;

/** The page with every element, of examples/everything on the virtual board: signed in, its graph begun. */
async function everything() {
  const board = await Board.start({ image: firmware('everything') });
  const post = (path, body, cookie = '') =>
    fetch(`${board.device}/api/${path}`, { method: 'POST', headers: { cookie }, body: JSON.stringify(body) });
  const reply = await post('password', { user: 'admin', password: PASSWORD });
  const [cookie] = reply.headers.get('set-cookie').split(';');
  await until('the graph', async () => {
    const history = await (await fetch(`${board.device}/api/climate/history`, { headers: { cookie } })).json();
    return history.temperature.points.filter((it) => it !== null).length >= POINTS;
  }, 300);
  const shots = [];
  for (const [width, height, scheme] of [[1000, 1065, 'light'], [390, 1065, 'dark']]) {
    const page = await open(board.device, { width, height }, scheme);
    const [name, value] = cookie.split('=');
    await page.context().addCookies([{ name, value, url: board.device }]);
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).first().waitFor();
    await page.getByRole('img', { name: 'Temperature and humidity' }).waitFor();
    await page.waitForFunction(() => // its history has come
      [...document.querySelectorAll('svg[role=img] path')].some((it) => it.getAttribute('d').length > 100));
    const bytes = await page.screenshot({ animations: 'disabled' });
    shots.push(shown(`data:image/png;base64,${bytes.toString('base64')}`, width * SCALE, height * SCALE));
    await page.context().close();
  }
  await board.stop();
  await picture('everything', 72 + (1000 + 390) * SCALE, 48 + 1065 * SCALE, shots.join(''));
}

const wanted = process.argv.slice(2);
for (const [name, parts] of Object.entries(composed))
  if (!wanted.length || wanted.includes(name)) await picture(name, ...parts());
for (const [name, take] of Object.entries({ wizard, everything }))
  if (!wanted.length || wanted.includes(name)) await take();
await browser.close();
process.exit(0);
