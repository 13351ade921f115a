// docs-pictures.mjs - docs/*.png from the screenshots of `make check-browser`.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url);
const screen = (name) => new URL(`build/screens/${name}.png`, root).href;
mkdirSync(new URL('docs/', root), { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'] });

async function picture(name, width, height, html) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(new URL('build/screens/', root).href);
  await page.setContent(`<style>body{margin:0;background:#e9edf0;display:flex;gap:24px;padding:24px;align-items:flex-start}
    div{border-radius:12px;overflow:hidden;box-shadow:0 2px 16px #0003}img{display:block}</style>${html}`);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await page.screenshot({ path: new URL(`docs/${name}.png`, root).pathname });
  await page.close();
}

const shown = (name, width, height) =>
  `<div style="width:${width}px;height:${height}px"><img src="${screen(name)}" width="${width}"></div>`;
await picture('update', 1308, 632, shown('project2-phone-light', 270, 584) + shown('board-desktop-light', 934, 584));
const phones = ['trial', 'confirmed', 'rolled-back'].map((name) => shown(`${name}-phone-light`, 312, 600));
await picture('trial', 1032, 648, phones.join(''));
await picture('board', 1328, 812, shown('board-desktop-dark', 1280, 764));
// docs/tutorial.md: a phone and a desktop side by side.
const both = (phone, desktop) => shown(phone, 270, 584) + shown(desktop, 934, 584);
await picture('tutorial-project1', 1308, 632, both('project1-phone-light', 'project1-desktop-light'));
await picture('tutorial-update', 1308, 632, both('receiving-phone-dark', 'receiving-desktop-light'));
await picture('tutorial-project2', 1308, 632, both('project2-phone-light', 'project2-desktop-light'));
await browser.close();
