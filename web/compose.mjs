// compose.mjs - a page of the kit's pieces in JavaScript, the same way as `flota generate` does in C. For tests.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import zopfli from '@gfx/zopfli';

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The pieces that these features take, joined. */
export const pick = (pieces, features) =>
  pieces
    .filter(({ needs }) => needs.some((name) => name === '*' || features.includes(name)))
    .map(({ text }) => text)
    .join('');

/** description: a JavaScript object literal; brand: of it; colours: more rules for the style sheet. */
export function composePage(kit, { features, description, brand, colours = '' }) {
  const unknown = features.filter((name) => !kit.features.includes(name));
  if (unknown.length) throw new Error(`the kit has no ${unknown.join()}`);
  const script = pick(kit.scripts, features) + kit.start.replace('{{description}}', () => description);
  const style = pick(kit.styles, features) + colours;
  const parts = {
    policy: `default-src 'none';script-src ${hash(script)};style-src ${hash(style)};connect-src 'self';img-src 'self' data:;base-uri 'none';form-action 'none'`,
    title: escape(brand),
    style,
    script,
  };
  return kit.html.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

/** Gzip by Zopfli: 4 % smaller than gzip -9, and the same bytes everywhere (no time, no system in its header). */
export const compress = (html) => zopfli.gzipAsync(Buffer.from(html), { numiterations: 15 });
