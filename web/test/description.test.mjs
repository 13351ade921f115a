// description.test.mjs - mistakes in a description are named with their place. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { buildPage, compress } from '../build.mjs';
import { checkDescription } from '../description.mjs';
import icons from '../device/icons.mjs';

const path = (project) =>
  new URL(`../../examples/${project}/dashboard.json`, import.meta.url).pathname;
const project2 = () => JSON.parse(readFileSync(path('project2'), 'utf8'));

/** The mistakes of Project 2 after one change. */
function mistakesAfter(change) {
  const description = project2();
  change(description);
  return checkDescription(description, icons);
}

test('the examples are right', () => {
  assert.deepEqual(
    mistakesAfter(() => {}),
    [],
  );
  assert.deepEqual(checkDescription(JSON.parse(readFileSync(path('project1'), 'utf8')), icons), []);
});

test('each mistake is found where it is', () => {
  const toggle = (it) => it.pages[0].panels[0].elements[0];
  const cases = [
    [(it) => delete it.brand, 'description: "brand" is missing'],
    [(it) => (it.extra = 1), 'description: unknown key "extra"'],
    [(it) => (it.pages = []), 'pages: must be a list'],
    [(it) => (it.pages[1].icon = 'nothing'), 'pages[1].icon: must be one of'],
    [(it) => (it.pages[0].panels[1].elements = {}), 'pages[0].panels[1].elements: must be a list'],
    [
      (it) => (toggle(it).type = 'switch'),
      'pages[0].panels[0].elements[0].type: must be one of toggle, text, ota',
    ],
    [(it) => (toggle(it).value = 'leds.on'), 'elements[0].value: api has no attribute "leds.on"'],
    [(it) => (toggle(it).text = '${leds.on}'), 'elements[0].text: api has no leds.on'],
    [(it) => (toggle(it).text = 3), 'elements[0].text: must be a text'],
    [(it) => delete toggle(it).title, 'elements[0]: "title" is missing'],
    [
      (it) => (it.api.leds.attributes.state.type = 'int'),
      'elements[0].value: a toggle needs a bool',
    ],
    [
      (it) => (it.api.leds.attributes.state.type = 'boolean'),
      'api.leds.attributes.state.type: must be one of bool',
    ],
    [(it) => (it.api['a-b'] = { type: 'ota' }), 'api.a-b: the name must be one of C'],
    [
      (it) => (it.api.leds = { type: 'data' }),
      'api.leds.attributes: a data endpoint needs at least one',
    ],
    [(it) => delete it.api.firmware_update, 'api has no ota endpoint "firmware_update"'],
    [(it) => (it.api = null), 'api: must be an object'],
    [(it) => (it.pages[0] = null), 'pages[0]: must be an object'],
  ];
  for (const [change, wanted] of cases) {
    const found = mistakesAfter(change);
    assert.ok(
      found.some((text) => text.includes(wanted)),
      `${wanted}\nfound: ${found.join('\n')}`,
    );
  }
});

test('the same description gives the same bytes, within the budget, with only what it uses', async () => {
  const [first, second] = [await buildPage(path('project1')), await buildPage(path('project1'))];
  assert.equal(first, second);
  const bytes = await compress(first);
  assert.deepEqual(bytes, await compress(first));
  assert.equal(gunzipSync(bytes).toString(), first);
  assert.ok(bytes.length <= 10240);
  assert.ok(!first.includes('role:"switch"'), 'Project 1 has no toggle');
  const page2 = await buildPage(path('project2'));
  assert.ok(page2.includes('role:"switch"'));
  assert.ok((await compress(page2)).length <= 10240);
});
