// document.test.mjs - the JSON text and the description in step; undo and redo. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, project2 } from '../testing.mjs';

const it = await load('document', 'history', 'format', 'lines', 'send');
const text = readFileSync(
  new URL('../../../examples/project2/dashboard.json', import.meta.url),
  'utf8',
);
const settings = { name: 'test', modules: [] };

test('a text is kept as it was typed; a form writes it anew', () => {
  const document = it.open(text, settings);
  assert.equal(document.text, text);
  assert.deepEqual(document.description, project2());
  const after = it.withDescription(document, { ...document.description, brand: 'Other' });
  assert.deepEqual(JSON.parse(after.text), { ...project2(), brand: 'Other' });
});

test('a text that is no JSON stays, says its line, and the last good description holds', () => {
  const document = it.open(text, settings);
  const broken = text.replace('"title": "Firmware",', '"title": "Firmware"');
  const after = it.withText(document, broken);
  assert.equal(after.text, broken);
  assert.deepEqual(after.description, project2());
  assert.equal(
    after.mistake.line,
    text.split('\n').findIndex((line) => line.includes('"title": "Firmware",')) + 2,
  );
  assert.equal(it.withText(after, text).mistake, undefined);
});

test('JSON that is no description is a mistake, not a crash', () => {
  const document = it.open(text, settings);
  for (const odd of [
    '',
    '[]',
    'null',
    '3',
    '{}',
    '{"brand":1}',
    '{"brand":"x","api":[],"pages":[]}',
    '{"brand":"x","api":{},"pages":[{}]}',
    '{"brand":"x","api":{},"pages":[{"panels":[{"elements":[1]}]}]}',
    '{"brand":"x","api":{"a":{"type":"data","attributes":{"b":1}}},"pages":[]}',
    '{"brand":"x","api":{},"access":{},"pages":[]}',
    '{"brand":"x","api":{},"theme":1,"pages":[]}',
    '{"brand":"x","api":{},"toolbar":[{}],"pages":[]}',
  ]) {
    const after = it.withText(document, odd);
    assert.ok(after.mistake?.message, odd);
    assert.equal(after.text, odd);
  }
});

test('what is written reads as the same', () => {
  const odd = {
    brand: 'a "b" \u2028 </script>',
    api: {},
    pages: [],
    list: [1, 2.5, null, true, 'x', {}, []],
    deep: { a: { b: { c: { d: 1 } } } },
  };
  for (const value of [project2(), odd]) assert.deepEqual(JSON.parse(it.format(value)), value);
  assert.match(
    it.format(project2()),
    /"leds": \{ "type": "data", "attributes": \{ "state": \{ "type": "bool" \} \} \}/,
  );
  for (const line of it.format(project2()).split('\n')) assert.ok(line.length <= 101, line);
});

test('undo and redo go through all states and back', () => {
  let history = it.begin(0);
  for (let i = 1; i <= 5; i++) history = it.commit(history, i, '', i);
  const seen = [];
  while (history.past.length) seen.push((history = it.undo(history)).now);
  assert.deepEqual(seen, [4, 3, 2, 1, 0]);
  assert.equal(it.undo(history), history);
  while (history.future.length) history = it.redo(history);
  assert.equal(history.now, 5);
  assert.equal(it.redo(history), history);
});

test('typing on in one field is one step; another field, a pause and an undo begin a new one', () => {
  let history = it.begin('');
  const type = (now, key, time) => (history = it.commit(history, now, key, time));
  type('a', 'title', 0);
  type('ab', 'title', 500);
  type('abc', 'title', 1000);
  assert.deepEqual(history.past, ['']);
  type('abcd', 'title', 9000);
  type('abcde', 'brand', 9100);
  assert.deepEqual(history.past, ['', 'abc', 'abcd']);
  history = it.undo(history);
  type('x', 'brand', 9200);
  assert.deepEqual(history.past, ['', 'abc', 'abcd']);
  assert.deepEqual(history.future, []);
});

test('undo after a bad JSON edit gives back the description, redo the edit', () => {
  const good = it.open(text, settings);
  let history = it.commit(it.begin(good), it.withText(good, '{ nothing'), 'text', 0);
  history = it.undo(history);
  assert.equal(history.now.text, text);
  history = it.redo(history);
  assert.equal(history.now.text, '{ nothing');
  assert.ok(history.now.mistake);
});

test('lists as lines mean the same both ways', () => {
  const choices = [1, 'low', { value: 2, label: 'two = zwei' }, '3', 'a=b', true];
  assert.deepEqual(
    it.readChoices(it.writeChoices(choices.filter((one) => one !== 'a=b'))),
    choices.filter((one) => one !== 'a=b'),
  );
  assert.deepEqual(
    it.readValues(it.writeValues(choices.filter((one) => typeof one !== 'object'))),
    choices.filter((one) => typeof one !== 'object'),
  );
  const zones = [
    { to: 60, style: 'good' },
    { to: 80.5, style: 'warn' },
  ];
  assert.deepEqual(it.readZones(it.writeZones(zones)), zones);
  const parameters = { seconds: 5, name: 'a b', on: true, digits: '7' };
  assert.deepEqual(it.readParameters(it.writeParameters(parameters)), parameters);
  assert.equal(it.readChoices(' \n'), undefined);
});

test('addresses: one per line, each once', () => {
  assert.deepEqual(it.readAddresses(' 192.168.0.10 \nhttp://192.168.0.10/\n\nhttps://b, c:8080'), [
    'http://192.168.0.10',
    'https://b',
    'http://c:8080',
  ]);
});

test('each device has its own phases, percent and verdict', () => {
  const [a, b] = ['http://a', 'http://b'];
  let devices = [a, b].map(it.waiting);
  const take = (event) => (devices = it.advance(devices, event));
  take({ event: 'phase', device: a, phase: 'receiving' });
  take({ event: 'progress', device: a, percent: 40 });
  assert.deepEqual(
    [devices[0].phase, devices[0].percent, devices[1].phase],
    ['receiving', 40, 'waiting'],
  );
  take({ event: 'result', device: a, outcome: 'confirmed', exit: 0, text: 'p1 0.2.0' });
  take({
    event: 'result',
    device: b,
    outcome: 'rolled-back',
    error: { what: 'given up', why: 'it hung', running: '1.0 runs' },
  });
  assert.deepEqual([devices[0].kind, devices[0].verdict], ['good', 'confirmed: p1 0.2.0']);
  assert.deepEqual([devices[1].kind, devices[1].verdict], ['bad', 'rolled back because it hung']);
  take({ event: 'summary', confirmed: 1 });
  assert.equal(devices[1].reached, '');
  assert.equal(devices[0].reached, 'receiving');
  assert.equal(it.abandoned(devices, 1)[0].verdict, 'confirmed: p1 0.2.0');
  const left = it.abandoned([it.waiting('http://c')], 3);
  assert.deepEqual([left[0].kind, left[0].phase], ['bad', 'failed']);
});
