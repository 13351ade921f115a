// kit.test.mjs - the pieces make whole programs, and small pages. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert';
import test from 'node:test';
import { parse } from 'acorn';
import { composePage, compress, pick } from '../compose.mjs';
import { makeKit } from '../kit.mjs';
import { freeNames } from '../scope.mjs';
import { everyFeature, everything, project1, project2 } from './everything.mjs';

const kit = await makeKit();
const BROWSER = new Set(
  `AbortController AbortSignal Array Date EventSource FormData Infinity JSON Math Object Promise Text XMLHttpRequest
  addEventListener clearInterval clearTimeout confirm document encodeURIComponent fetch history location ondragover ondrop
  onhashchange parent postMessage queueMicrotask setInterval setTimeout undefined`.split(/\s+/),
);

const page = (features, description) =>
  composePage(kit, { features, description: description(kit.icons), brand: 'Flota demo' });

const foreign = (features) => {
  const program = parse(pick(kit.scripts, features), { ecmaVersion: 2022 });
  const body = { type: 'BlockStatement', body: program.body };
  return [...freeNames(body)].filter((name) => !BROWSER.has(name));
};

test('each feature alone is a program that misses nothing', () => {
  assert.deepStrictEqual(foreign([]), []);
  for (const feature of kit.features) assert.deepStrictEqual(foreign([feature]), [], feature);
  assert.deepStrictEqual(foreign(kit.features), []);
});

test('a page holds what it uses, and no more', () => {
  const all = pick(kit.scripts, kit.features);
  for (const feature of kit.features) {
    const without = pick(kit.scripts, kit.features.filter((name) => name !== feature));
    const styled = kit.styles.some(({ needs }) => needs.includes(feature));
    assert.ok(without.length < all.length || styled, feature);
  }
  assert.ok(!pick(kit.scripts, ['toggle']).includes('firmware_update?check'));
  assert.ok(!pick(kit.scripts, ['ota']).includes('role:"switch"'));
  assert.ok(!pick(kit.scripts, everyFeature(kit)).includes('postMessage'));
});

test('the sizes of pages', async () => {
  const size = async (...of) => (await compress(page(...of))).length;
  const one = await size(['ota'], project1);
  const two = await size(['nav', 'ota', 'toggle', 'tooltip'], project2);
  const all = await size(everyFeature(kit), everything);
  console.log(`# Project 1: ${one} of 7168, Project 2: ${two}, everything: ${all} of 10240`);
  assert.ok(one <= 7168, `Project 1: ${one}`);
  assert.ok(all <= 10240, `everything: ${all}`);
});

test('the same sources give the same kit', async () => {
  assert.deepStrictEqual(await makeKit(), kit);
});

test('a page allows its one script and its one style sheet only', () => {
  const html = page(['ota'], project1);
  assert.match(
    html,
    /content="default-src 'none';script-src 'sha256-[\w+/]{43}=';style-src 'sha256-[\w+/]{43}=';connect-src 'self';img-src 'self' data:;base-uri 'none';form-action 'none'"/,
  );
  assert.strictEqual(html.match(/<script>/g).length, 1);
  assert.ok(!/<[^>]* (on\w+|style)=/.test(html.replace(/<script>[^]*/, '')));
  assert.throws(() => page(['nonsense'], project1), /the kit has no nonsense/);
});

test('what the format promises', () => {
  assert.strictEqual(kit.version, 1);
  for (const it of [...kit.scripts, ...kit.styles]) {
    assert.ok(it.text && it.needs.length);
    assert.ok(it.needs[0] === '*' ? it.needs.length === 1 : it.needs.every((name) => kit.features.includes(name)));
    assert.ok(!/<\/(script|style)/i.test(it.text));
  }
  for (const mark of ['policy', 'title', 'style', 'script']) assert.ok(kit.html.includes(`{{${mark}}}`), mark);
});
