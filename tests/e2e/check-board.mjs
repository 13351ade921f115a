// check-board.mjs - the virtual board's page in Chromium, against real firmware: an update is cut by clicking in the middle
// of it, the board comes back with the old firmware, and the next update is cut at a point clicked in the earlier one's
// timeline. Screenshots go to build/screens. SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync } from 'node:fs';
import axe from 'axe-core';
import { Board, Checks, firmware, until } from './board.mjs';
import { complaints, open, picture, startBrowser, WIDTHS } from './clicks.mjs';

const checks = new Checks('board');
const WORD_SIZE = 32;
const BAD = ['serious', 'critical'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const ask = async (board, path, method = 'GET', headers = {}) => {
  const reply = await fetch(`${board.page}/api/${path}`, { method, headers });
  const text = await reply.text();
  return { status: reply.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
};
/** An update as curl would send it. end(): the board lost its power, nobody will answer. */
function upload(board, name) {
  const control = new AbortController();
  const answered = fetch(`${board.device}/update?downgrade=1`, {
    method: 'POST', body: readFileSync(firmware(name)), signal: control.signal, headers: { connection: 'close' },
  }).then((reply) => reply.status, (error) => error.name);
  return { answered, end: () => control.abort() };
}
const confirmed = (board, name) => until(`${name}, confirmed`, async () => {
  const status = await board.status();
  return status.name === name && status.running === 'confirmed' && status;
});
const text = (page, selector) => page.locator(selector).textContent();
const shows = (page, selector, pattern) => until(`${selector} shows ${pattern}`, async () => pattern.test(await text(page, selector)), 90);
const lostPower = (page) => page.locator('#lost-power').waitFor({ state: 'visible' });

/** Both widths, by day and night: pictures; what axe finds on the phone by day and on the desktop by night. */
async function looks(page, name) {
  const found = [];
  const viewport = page.viewportSize();
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `board-${name}-${width}-${colorScheme}`, { fullPage: true });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (sideways) found.push(`${width}: it scrolls sideways`);
      if ((width === 'phone') === (colorScheme === 'light'))
        found.push(...(await findings(page)).map((it) => `${width}, ${colorScheme}: ${it}`));
    }
  }
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: null });
  checks.equal(`${name}: nothing serious for axe-core, phone and desktop, and nothing wider than the screen`, found.join('\n'), '');
}

async function findings(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS);
  return violations.filter(({ impact }) => BAD.includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(' ')}`);
}

/** A pause that ends an update, for the page: it counts operations from an update's first. */
const quiet = (board) => until('a pause', async () => {
  const { time_s, flash } = await board.view();
  return time_s - flash.last_program_s > 2.2;
});

/**
 * The heat map says what the flash holds: a word that is not all ones was programmed. The programmer that put the
 * first image into bank 1 programmed all of its words, also those.
 */
async function heatAgrees(board, page, name) {
  const loaded = Math.ceil(statSync(firmware('project1')).size / WORD_SIZE);
  const { json: heat } = await ask(board, 'heat');
  const wrong = [];
  let programmed = 0;
  for (const number of [1, 2]) {
    const bytes = Buffer.from(await (await fetch(`${board.page}/api/flash?bank=${number}`)).arrayBuffer());
    heat.banks[number - 1].used.forEach((used, index) => {
      const found = programmedWords(bytes.subarray(index * 4096, (index + 1) * 4096));
      const bad = heat.banks[number - 1].bad.find((it) => it.page === index);
      programmed += used;
      const whole = number === 1 ? Math.min(128, Math.max(0, loaded - index * 128)) : 0;
      if (used !== found && used !== whole && !bad) wrong.push(`bank ${number}, page ${index}: ${used} against ${found}`);
    });
  }
  checks.equal(`${name}: the heat map agrees with the flash`, wrong.join('\n'), '');
  checks.check(`${name}: and there is something in it`, programmed > 5000, programmed);
  const shown = await page.evaluate(() => [0, 1].map((bank) => [...document.querySelectorAll('.bank')[bank].querySelectorAll('.cell')]
    .map((cell) => Number(cell.style.getPropertyValue('--u')) > 0)));
  await until('the cells as they are', async () => (await ask(board, 'heat')).json.banks.every((bank, i) =>
    bank.used.every((used, index) => used > 0 === shown[i][index])), 10)
    .then(() => checks.check(`${name}: so do its cells`, true), (error) => checks.check(`${name}: so do its cells`, false, error.message));
}

function programmedWords(bytes) {
  let count = 0;
  for (let at = 0; at < bytes.length; at += WORD_SIZE)
    count += bytes.subarray(at, at + WORD_SIZE).some((byte) => byte !== 0xff) ? 1 : 0;
  return count;
}

/** "Cut now" in the middle of an update; then the old firmware, by a click. */
async function cutNow(board, page) {
  const before = await confirmed(board, 'project2');
  await quiet(board);
  const uploading = upload(board, 'project1');
  await page.locator('.sector.erasing').first().waitFor();
  await until('words of the new image', async () => (await page.evaluate(() => current.spans.at(-1).count > 8 && current.spans.at(-1).kind === 'program')), 60);
  await page.click('#cut-now');
  await lostPower(page);
  await shows(page, '#lost-text', /Plug pulled/);
  uploading.end();
  const { json: { sessions: [session] } } = await ask(board, 'sessions');
  const [torn] = session.torn;
  checks.check('cut now: an operation was torn', torn, JSON.stringify(session));
  checks.check('cut now: the page says which', (await text(page, '#lost-text')).includes(torn?.kind === 'erase'
    ? `erase of bank ${torn.bank}, sector ${torn.sector} was torn` : `word ${torn?.word.toLocaleString('en')} at`), await text(page, '#lost-text'));
  checks.check('cut now: to a screen reader too', /no power.*torn/.test(await text(page, '#announce')), await text(page, '#announce'));
  await looks(page, 'after-a-cut');
  await heatAgrees(board, page, 'after the cut');
  await page.click('#power-again');
  const after = await confirmed(board, 'project2');
  checks.check('cut now: the old firmware is back, confirmed', after.version === before.version && after.boot_id !== before.boot_id, JSON.stringify(after));
  await page.locator('#lost-power').waitFor({ state: 'hidden' });
  await page.locator('#sessions li').nth(1).waitFor();
  const list = await page.locator('#sessions li').allInnerTexts();
  checks.check('both sessions are listed, the newest first', list.length === 2 && /^Session 2[^]*Running/.test(list[0]) && /^Session 1[^]*torn/.test(list[1]), list.join('\n--\n'));
}

/** A click on the earlier session's timeline: the same update is cut exactly there. */
async function cutAtAPoint(board, page) {
  await page.getByRole('button', { name: 'Show session 1 in the timeline' }).click();
  await shows(page, '#timeline-what', /^session 1, over/);
  /* The middle of the last run of words: its place in the update, and where it is drawn. */
  const { index, ...position } = await page.evaluate(() => {
    const span = shown.spans.findLast((it) => it.kind === 'program' && it.count > 8);
    const operation = span.first + (span.count >> 1);
    return { index: operation - shown.updateOf(operation).first, x: toX(shown.timeOf(operation)), y: ROWS[span.lane].y + 10 };
  });
  await page.click('#track', { position });
  await page.locator('#armed').waitFor({ state: 'visible' });
  const first = (await ask(board, 'cut')).json;
  checks.check('a click on the timeline arms a cut', first.operation - first.next === index && first.model === 'torn', JSON.stringify(first));
  checks.check('a flag stands there', await page.locator('.flag', { hasText: 'torn' }).isVisible());
  await page.click('#disarm');
  await page.locator('#armed').waitFor({ state: 'hidden' });
  checks.equal('it can be disarmed', (await ask(board, 'cut')).json.operation, null);
  await page.click('#models label:has-text("dead")');
  await page.click('#track', { position });
  await page.locator('#armed').waitFor({ state: 'visible' });
  const armed = (await ask(board, 'cut')).json;
  checks.check('armed again with another model', armed.operation === first.operation && armed.model === 'dead', JSON.stringify(armed));
  await shows(page, '#armed-text', new RegExp(`dead at operation ${armed.operation.toLocaleString('en')}`));
  await quiet(board);
  const uploading = upload(board, 'project1');
  await lostPower(page);
  uploading.end();
  await shows(page, '#lost-text', new RegExp(`operation ${armed.operation.toLocaleString('en')}, model dead`));
  const session = (await ask(board, 'sessions')).json.sessions[1];
  checks.check('it is cut exactly there', session.cut?.operation === armed.operation && session.torn[0]?.operation === armed.operation
    && session.first + session.programs + session.erases + session.options - 1 === armed.operation, JSON.stringify(session));
  await page.locator('.cell.bad').first().waitFor();
  const dead = (await ask(board, 'heat')).json.banks[session.torn[0].bank - 1].bad.find((it) => it.first_word === session.torn[0].word);
  checks.check('the heat map marks the dead word', dead?.dead === 1, JSON.stringify(session.torn));
  await page.locator('#power-again').press('Enter');
  const after = await confirmed(board, 'project2');
  checks.equal('the old firmware is back again', after.version, '2.0.0');
}

/** Tab through the page; what can be done by mouse can be done by keys. */
async function keysOnly(board, page) {
  const reached = new Set();
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => {
      const { id, name, textContent, ariaLabel } = document.activeElement;
      return id || name || (ariaLabel ?? textContent).slice(0, 12);
    }));
  }
  const missing = ['key-user', 'key-reset', 'reset', 'power', 'user', 'Bank 1, sect', 'Bank 2, sect', 'fit-update', 'fit-all', 'zoom-in', 'zoom-out', 'track',
    'cut-in', 'model', 'arm', 'cut-now', 'same-scale', 'Show session', 'follow', 'console', 'line'].filter((name) => !reached.has(name));
  checks.equal('keys: everything is reached by Tab', missing.join(), '');
  await page.focus('#track');
  const now = () => page.getAttribute('#track', 'aria-valuenow').then(Number);
  await page.keyboard.press('Home');
  const start = await now();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
  checks.equal('keys: arrows choose an operation', await now(), start + 1);
  await page.keyboard.press('Enter');
  await page.locator('#armed').waitFor({ state: 'visible' });
  const { json: cut } = await ask(board, 'cut');
  checks.equal('keys: Enter arms a cut at it', cut.operation - cut.next, 1);
  await page.keyboard.press('Delete');
  await page.locator('#armed').waitFor({ state: 'hidden' });
  await page.fill('#cut-in', '100000');
  await page.keyboard.press('Enter');
  await page.locator('#armed').waitFor({ state: 'visible' });
  checks.equal('keys: a number arms it as well', (await ask(board, 'cut')).json.operation, cut.next + 99999);
  await page.focus('#disarm');
  await page.keyboard.press('Space');
  await page.locator('#armed').waitFor({ state: 'hidden' });
  await page.fill('#cut-in', '1');
  await page.focus('.bank:nth-child(2) .cell[tabindex="0"]');
  for (const key of ['Home', 'PageDown', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  const cell = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  checks.check('keys: the heat map is walked by arrows', /^Bank 2, sector 1, 0x0802 9000 to 0x0802 9FFF · /.test(cell), cell);
}

/** Wrong requests are answered in words. */
async function refusals(board) {
  for (const [path, method, status, words] of [
    ['cut?in=0', 'POST', 400, /number from 1/], ['cut', 'POST', 400, /operation=N/], ['cut?in=3&model=sawn', 'POST', 400, /no such model: before/],
    ['cut?operation=1', 'POST', 409, /is over/], ['cut?operation=x', 'POST', 400, /must be a number/], ['cut?in=1&seed=y', 'POST', 400, /seed/],
    ['session?id=77', 'GET', 404, /no such session/], ['session?id=x', 'GET', 400, /id=N/]]) {
    const reply = await ask(board, path, method);
    checks.check(`refused in words: ${method} ${path}`, reply.status === status && words.test(reply.text), `${reply.status} ${reply.text}`);
  }
  for (const method of ['POST', 'DELETE'])
    checks.equal(`another site's page may not ${method}`, (await ask(board, 'cut?in=9', method, { origin: 'http://elsewhere.example' })).status, 403);
  checks.equal('and none of these armed a cut', (await ask(board, 'cut')).json.operation, null);
}

/** An update that nothing disturbs, seen by the page; from here on project2 is the old firmware. */
async function firstUpdate(board, page) {
  checks.equal('an update is accepted', await upload(board, 'project2').answered, 200);
  await confirmed(board, 'project2');
  await shows(page, '#state', /running from bank 2/);
  await shows(page, '#timeline-what', /^session 1, running · [67],\d+ operations/);
  await heatAgrees(board, page, 'after an update');
}

/** The pictures of an update that runs. */
async function watched(board, page) {
  await page.locator('#sessions li button').first().click();
  await quiet(board);
  const uploading = upload(board, 'project1');
  await page.locator('.sector.erasing').first().waitFor();
  await until('a sector programmed and one erased', () => page.evaluate(() => shown === current && current.spans.filter((it) => it.kind === 'erase').length >= 2), 60);
  await picture(page, 'board-update-running', { fullPage: true });
  checks.equal('an update that nobody cuts is accepted', await uploading.answered, 200);
  await confirmed(board, 'project1');
  checks.check('and goes through', true);
  checks.equal('nothing serious for axe-core with several sessions', (await findings(page)).join('\n'), '');
}

const browser = await startBrowser();
const board = await Board.start({ image: firmware('project1') });
try {
  const page = await open(board.page);
  await firstUpdate(board, page);
  await cutNow(board, page);
  await cutAtAPoint(board, page);
  await keysOnly(board, page);
  await refusals(board);
  await watched(board, page);
} catch (error) {
  checks.check('to its end', false, error.stack);
}
await browser.close();
await board.stop();
checks.equal('no script error, nothing refused by the policy', complaints.join('\n'), '');
process.exit(checks.end() ? 0 : 1);
