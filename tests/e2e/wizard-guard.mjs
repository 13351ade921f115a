// wizard-guard.mjs - who may talk to the wizard, and what it makes of hostile texts and of a folder that others change.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { until } from './board.mjs';
import { holds, shows } from './clicks.mjs';
import { PROJECT2 } from './wizard-design.mjs';
import { checks, Wizard } from './wizard-hands.mjs';

const EVERYTHING = new URL('../../examples/everything/', import.meta.url);
const HOSTILE = '<script>window.hit=1</script><img src=x onerror=window.hit=1>&amp;';
const SHOWN = ['brand', 'title', 'text', 'tooltip', 'label', 'placeholder', 'message', 'unit', 'confirm', 'alt'];

/** A request with any headers. Resolves to {status, text}. */
function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (reply) => {
      let text = '';
      reply.on('data', (data) => (text += data)).on('end', () => resolve({ status: reply.statusCode, text }));
    });
    request.once('error', reject).end(body);
  });
}

async function refused(what, url, options) {
  const { status, text } = await ask(url, options);
  checks.check(`guard: ${what} is refused in words`, status === 403 && /"cause":"[^"]{10,}"|\w+ \w+ \w+/.test(text), `${status} ${text.slice(0, 100)}`);
}

/** Host, Origin and token; and the live page, which is no part of it. */
export async function guard() {
  const wizard = await Wizard.start('guard', { 'dashboard.json': JSON.stringify(PROJECT2) });
  const project = `${wizard.url}api/project`;
  const save = JSON.stringify({ description: '{}', settings: {}, overwrite: true });
  const { port, origin } = new URL(wizard.url);
  checks.equal('guard: its own page is served', (await ask(project, { headers: { origin } })).status, 200);
  await refused('a foreign Host', project, { headers: { host: `wizard.example:${port}` } });
  await refused('a foreign Origin', `${wizard.url}api/save`, { method: 'POST', headers: { origin: 'http://elsewhere.example' }, body: save });
  await refused('an Origin of "null"', `${wizard.url}api/save`, { method: 'POST', headers: { origin: 'null' }, body: save });
  await refused('no token', `${origin}/api/project`);
  await refused('a wrong token', project.replace(/\/[0-9a-f]{32}\//, `/${'0'.repeat(32)}/`));
  await livePageIsAStranger(wizard);
  checks.check('guard: nothing was saved', JSON.stringify(wizard.description) === JSON.stringify(PROJECT2));
  await wizard.stop();
}

/** In a context of its own: what the policy refuses is told to the console, as it should be here. */
async function livePageIsAStranger(wizard) {
  const { preview } = await (await wizard.request('api/project')).json();
  const page = await (await wizard.browser()).newPage();
  const policy = [];
  page.on('console', (message) => message.type() === 'error' && policy.push(message.text()));
  await page.goto(wizard.url);
  await page.frameLocator('iframe[title="Live page"]').getByRole('switch').first().waitFor();
  const frame = page.frames().find((it) => it.url().startsWith(preview));
  const tries = await frame.evaluate(async (url) => {
    const result = (ask) => ask().then(() => 'done', (error) => error.name);
    return {
      read: await result(async () => (await fetch(`${url}api/project`)).json()),
      write: await result(() => fetch(`${url}api/save`, { method: 'POST', mode: 'no-cors', body: '{}' })),
      parent: await result(async () => parent.document.body),
      top: await result(async () => { parent.location.hash; }),
    };
  }, wizard.url);
  checks.check('guard: the live page can\'t reach the wizard', Object.values(tries).every((it) => it !== 'done'), JSON.stringify(tries));
  checks.check('guard: its policy says so', policy.some((it) => /connect-src|Content Security Policy/.test(it)), policy.join('; '));
  await page.close();
}

// --- hostile texts ---

/** Each text that people see, as an attack. */
function poisoned(node) {
  if (Array.isArray(node)) return node.map(poisoned);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key,
    SHOWN.includes(key) && typeof value === 'string' ? HOSTILE
      : key === 'labels' ? value.map(() => HOSTILE)
        : key === 'initial' && typeof value === 'string' && !node.options ? HOSTILE.slice(0, (node.size ?? 32) - 1) : poisoned(value)]));
}

function forAnybody(key, value) {
  if (key === 'level') return undefined;
  return ['login', 'logout', 'password'].includes(value?.type) ? { type: 'text', text: HOSTILE } : value;
}

/** What came of it in a page: nothing but text. */
const harm = (page) => page.evaluate(() => ({
  hit: window.hit,
  scripts: [...document.scripts].filter((it) => it.text === 'window.hit=1').length,
  images: document.querySelectorAll('img[src="x"]').length,
}));
const isHarmless = ({ hit, scripts, images }) => hit === undefined && scripts === 0 && images === 0;

export async function hostileTexts() {
  const everything = JSON.parse(readFileSync(new URL('dashboard.json', EVERYTHING)));
  delete everything.$schema;
  delete everything.access; // all of it is seen, by anybody
  const text = JSON.stringify(poisoned(everything), forAnybody, 2);
  const wizard = await Wizard.start('hostile', { 'dashboard.json': text, 'leaf.svg': readFileSync(new URL('leaf.svg', EVERYTHING)) });
  await wizard.open();
  await holds('hostile texts: the description is right', async () =>
    (await wizard.standing.innerText()) !== '' && /KB on the device/.test(await wizard.page.locator('.preview .standing').innerText()));
  const items = await wizard.page.getByRole('treeitem').count();
  for (let i = 0; i < items; i++) await wizard.page.getByRole('treeitem').nth(i).click();
  for (const tab of ['API', 'Settings', 'JSON', 'Properties']) await wizard.tab(tab).click();
  await wizard.edit(/^Project:/, { Brand: `${HOSTILE} typed` });
  const here = await harm(wizard.page);
  checks.check(`hostile texts: shown as text in ${items} forms of the wizard`, isHarmless(here) &&
    (await wizard.tree()).some((it) => it.includes('<script>')), JSON.stringify(here));
  const { preview } = await (await wizard.request('api/project')).json();
  const page = await wizard.page.context().newPage();
  const seen = [];
  for (let i = 0; i < everything.pages.length; i++) {
    await page.goto(`${preview}?hostile=${i}#${i}`);
    await page.locator('main').getByText('<script>').first().waitFor();
    seen.push({ ...await harm(page), text: (await page.locator('main').innerText()).includes(HOSTILE) });
  }
  checks.check(`hostile texts: shown as text on ${seen.length} live pages`, seen.every((it) => isHarmless(it) && it.text), JSON.stringify(seen));
  await page.close();
  await wizard.stop();
}

// --- a folder that changes ---

export async function changedOnDisk() {
  const file = (title) => JSON.stringify({ ...PROJECT2, brand: title }, null, 2);
  const wizard = await Wizard.start('changed', { 'dashboard.json': file('First') });
  await wizard.open();
  const notice = wizard.page.getByRole('region', { name: 'Notice' });
  await wizard.edit(/^Project:/, { Brand: 'Mine' });
  wizard.write('dashboard.json', file('Theirs'));
  await shows('changed on disk: the wizard says so', notice.getByText('dashboard.json changed on disk'));
  await wizard.button('Save').click();
  const question = wizard.page.getByRole('dialog', { name: /^Overwrite/ });
  await question.waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  checks.equal('changed on disk: nothing is overwritten unasked', wizard.description.brand, 'Theirs');
  await notice.getByRole('button', { name: 'Read it' }).click();
  await shows('changed on disk: it is read', wizard.item('Project: Theirs'));
  await wizard.button('Undo').click();
  await shows('changed on disk: undo brings back what was here', wizard.item('Project: Mine'));
  await wizard.save();
  checks.equal('changed on disk: now it is saved', wizard.description.brand, 'Mine');
  wizard.write('dashboard.json', '{ "brand": "Broken"');
  await until('the notice', () => notice.isVisible());
  await notice.getByRole('button', { name: 'Read it' }).click();
  await shows('changed on disk: a broken one is shown with its line', wizard.standing.getByText('JSON, line 1'));
  await wizard.button('Undo').click();
  await shows('changed on disk: and taken back', wizard.item('Project: Mine'));
  await wizard.stop();
}
