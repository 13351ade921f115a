// clicks.mjs - a browser on the device's page: what the stories of check-browser share.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Checks, until } from './board.mjs';

export const checks = new Checks('browser');
const LIMIT_MS = Number(process.env.LIMIT_MS ?? 90000); // for a condition on the page; reached by failures only
export const WIDTHS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
};
const SCREENS = new URL('../../build/screens/', import.meta.url).pathname;

let browser;
/** What the pages' consoles report, apart from a device that restarts. */
export const complaints = [];

export async function startBrowser() {
  mkdirSync(SCREENS, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return browser;
}

export async function open(url, viewport = WIDTHS.desktop, colorScheme = 'light') {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.asked = []; // what it loaded, values apart
  page.on('request', (request) => request.url().includes('/api/') || page.asked.push(request.url()));
  await page.addInitScript(recordPhases);
  await page.goto(url);
  return page;
}

/** Runs in the page: keeps each phase and progress value that was shown, in order, across reloads. */
function recordPhases() {
  if (origin === 'null') return; // a frame that could not be loaded: it has no storage
  const seen = JSON.parse(sessionStorage.getItem('seen') ?? '[]');
  const look = () => {
    const phase = document.querySelector('[data-phase]')?.dataset.phase;
    const bar = document.querySelector('[role=progressbar]');
    if (!phase || !bar) return;
    const done = [...document.querySelectorAll('.phases .done')].map((it) => it.textContent).join();
    const now = [
      phase,
      Number(bar.getAttribute('aria-valuenow')),
      document.querySelector('main').innerText,
      done,
    ];
    const last = seen.at(-1);
    if (last?.[0] === now[0] && last[1] === now[1]) return;
    seen.push(now);
    sessionStorage.setItem('seen', JSON.stringify(seen));
  };
  window.forgetPhases = () => {
    seen.length = 0;
    sessionStorage.removeItem('seen');
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
}
export const seenPhases = (page) =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('seen') ?? '[]'));
export const forgetPhases = (page) => page.evaluate(() => window.forgetPhases());

// --- checks ---

/** Wait for an element and say whether it came. */
export async function shows(name, locator) {
  const came = await locator
    .first()
    .waitFor({ timeout: LIMIT_MS })
    .then(
      () => true,
      () => false,
    );
  return checks.check(name, came, came ? '' : 'it did not show');
}

/** Wait for a condition and say whether it came true. */
export async function holds(name, ask) {
  const held = await until(name, ask, LIMIT_MS / 1000).catch((error) =>
    checks.check(name, false, error.message),
  );
  if (held) checks.check(name, true);
}

// --- hands ---

export const notice = (page, text) => page.locator('.notice', { hasText: text });
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const updateButton = (page) => button(page, 'Update');
/** The line of an update's versions: from, to. */
export const versions = (page, from, to) =>
  page.locator('.step', { hasText: new RegExp(`^${from}\\s*→\\s*${to}$`) });

export const choose = (page, name, buffer) =>
  page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer });

/** Drop the file instead of choosing it. */
export async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(
    ([file, base64]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], file));
      return data;
    },
    [name, bytes.toString('base64')],
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** A slow link, so that a person could watch: the firmware and the board are not told. */
export async function slowLink(page, bytesPerSecond) {
  if (!links.has(page)) links.set(page, await page.context().newCDPSession(page));
  await links.get(page).send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}
const links = new WeakMap();

/** The plug of the virtual board. */
export const power = (board, on) =>
  fetch(`${board.page}/api/power?on=${on ? 1 : 0}`, { method: 'POST' });

// --- pictures ---

const FRAME_MS = 20000;
const FRAMES = 6;

/** Now and then Chromium draws no frame for a picture on a busy machine; it does for the next one. */
export async function picture(page, name, options = {}) {
  const wanted = { path: join(SCREENS, `${name}.png`), animations: 'disabled', timeout: FRAME_MS };
  for (let tries = 1; ; tries++) {
    try {
      return await page.screenshot({ ...wanted, ...options });
    } catch (error) {
      if (error.name !== 'TimeoutError' || tries === FRAMES) throw error;
    }
  }
}

/** One page in both widths and by day and night; then as it was. */
export async function pictures(page, name) {
  const viewport = page.viewportSize();
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: null });
}
