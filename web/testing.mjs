// testing.mjs - the pretended device with a browser before it, and files for it to take. SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { startMock } from './mock.mjs';

const require = createRequire(new URL('../tests/e2e/', import.meta.url));

/** A page of the pretended device in Chromium; what the browser complains about is collected. */
export async function openPage(options = {}, { width = 1280, scheme = 'light', hash = '' } = {}) {
  const { chromium } = require('playwright-core');
  const { mock, server, url } = await startMock({ port: '0', ...options });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const complaints = [];
  const another = async (size = width, colorScheme = scheme) => {
    const context = await browser.newContext({ viewport: { width: size, height: 900 }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    page.on('pageerror', (error) => complaints.push(error.stack));
    page.on('console', (it) => /refused|violat/i.test(it.text()) && complaints.push(it.text()));
    await page.goto(`${url}/${hash}`);
    return page;
  };
  const close = async () => {
    await browser.close();
    mock.end();
    server.closeAllConnections();
    server.close();
  };
  return { mock, page: await another(), another, complaints, close };
}

/** An image with an information block. */
export function image({ size = 20000, product = 'flota-demo', ...texts } = {}) {
  const bytes = Buffer.alloc(size, 0x5a);
  const { board = 'stm32h745i-disco', name = 'project2', version = '2.0.0' } = texts;
  bytes.writeUInt32LE(0x20020000, 0);
  bytes.writeUInt32LE(0x08002001, 4);
  bytes.fill(0, 0x400, 0x500);
  bytes.write('LOTA', 0x400);
  bytes.writeUInt32LE(size, 0x400 + 12);
  Object.entries({ 24: product, 56: board, 88: name, 120: version }).forEach(([at, text]) =>
    bytes.write(text, 0x400 + Number(at)),
  );
  createHash('sha256').update(bytes).digest().copy(bytes, 0x400 + 220);
  return bytes;
}

export const upload = (page, name, buffer) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
