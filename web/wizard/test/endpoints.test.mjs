// endpoints.test.mjs - renaming and removing endpoints and attributes takes the page along.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../testing.mjs';

const api = await load('endpoints', 'references', 'names');

const description = () => ({
  brand: 'Test',
  api: {
    leds: { type: 'data', attributes: { state: { type: 'bool' }, level: { type: 'int' } } },
    climate: { type: 'data', attributes: { t: { type: 'double' }, h: { type: 'double' } } },
    relays: {
      type: 'array',
      attributes: { name: { type: 'string' }, on: { type: 'bool' } },
      rows: 4,
    },
    pump: { type: 'action', attributes: { seconds: { type: 'int' } } },
    logs: { type: 'file' },
  },
  toolbar: [{ type: 'text', text: 'T ${climate.t}' }],
  pages: [
    {
      title: 'Board ${leds.level}',
      panels: [
        {
          title: 'A',
          elements: [
            {
              type: 'toggle',
              title: 'LED',
              value: 'leds.state',
              text: "leds.state: ${leds.state ? 'leds.state' : 'OFF'}",
            },
            { type: 'graph', values: ['climate.t', 'climate.h'], labels: ['T', 'H'] },
            {
              type: 'container',
              repeat: 'relays',
              elements: [{ type: 'toggle', value: 'row.on', text: '${row.name} ${leds.state}' }],
            },
            {
              type: 'button',
              action: 'pump',
              values: { seconds: 5, level: '${leds.level}' },
              text: '${pump.state}',
              disabled: '${leds.state}',
            },
            { type: 'image', src: '/api/logs/plot.png' },
            { type: 'text', text: 'row.on ${row.on} x.leds.state ${device.leds}' },
          ],
        },
      ],
    },
  ],
});
const elements = (it) => it.pages[0].panels[0].elements;

test('a renamed endpoint is renamed in bindings and expressions, and in no other text', () => {
  const after = api.renameEndpoint(description(), 'leds', 'lamp');
  assert.deepEqual(Object.keys(after.api), ['lamp', 'climate', 'relays', 'pump', 'logs']);
  const [toggle, , list, button, , text] = elements(after);
  assert.equal(toggle.value, 'lamp.state');
  assert.equal(toggle.text, "leds.state: ${lamp.state ? 'leds.state' : 'OFF'}");
  assert.equal(list.elements[0].text, '${row.name} ${lamp.state}');
  assert.equal(button.disabled, '${lamp.state}');
  assert.equal(after.pages[0].title, 'Board ${lamp.level}');
  assert.equal(text.text, 'row.on ${row.on} x.leds.state ${device.leds}');
});

test('arrays, actions, files and graphs are followed as well', () => {
  let after = api.renameEndpoint(description(), 'relays', 'outputs');
  after = api.renameEndpoint(after, 'pump', 'motor');
  after = api.renameEndpoint(after, 'logs', 'plots');
  after = api.renameEndpoint(after, 'climate', 'air');
  const [, graph, list, button, image] = elements(after);
  assert.deepEqual(graph.values, ['air.t', 'air.h']);
  assert.deepEqual([list.repeat, list.elements[0].value], ['outputs', 'row.on']);
  assert.deepEqual([button.action, button.text], ['motor', '${motor.state}']);
  assert.equal(image.src, '/api/plots/plot.png');
  assert.equal(after.toolbar[0].text, 'T ${air.t}');
});

test('a rename there and back changes nothing at all', () => {
  for (const name of Object.keys(description().api)) {
    const there = api.renameEndpoint(description(), name, 'other');
    assert.notDeepEqual(there, description());
    assert.deepEqual(api.renameEndpoint(there, 'other', name), description());
  }
});

test('a renamed attribute is renamed in rows, parameters and expressions', () => {
  let after = api.renameAttribute(description(), 'relays', 'on', 'closed');
  after = api.renameAttribute(after, 'pump', 'seconds', 'time');
  after = api.renameAttribute(after, 'leds', 'state', 'lit');
  const [toggle, , list, button, , text] = elements(after);
  assert.equal(list.elements[0].value, 'row.closed');
  assert.equal(text.text, 'row.on ${row.on} x.leds.state ${device.leds}');
  assert.deepEqual(button.values, { time: 5, level: '${leds.level}' });
  assert.equal(
    toggle.text,
    "leds.state: ${lit() ? 'leds.state' : 'OFF'}".replace('lit()', 'leds.lit'),
  );
  assert.deepEqual(Object.keys(after.api.leds.attributes), ['lit', 'level']);
});

test('a removed endpoint takes its elements along, and texts lose what they said of it', () => {
  const after = api.removeEndpoint(description(), 'leds');
  assert.ok(!('leds' in after.api));
  assert.deepEqual(
    elements(after).map((it) => it.type),
    ['graph', 'container', 'button', 'image', 'text'],
  );
  const [, list, button] = elements(after);
  assert.equal(list.elements[0].text, '${row.name} ');
  assert.ok(!('disabled' in button));
  assert.deepEqual(button.values, { seconds: 5 });
  assert.equal(after.pages[0].title, 'Board ');
  assert.deepEqual(api.usesOf(after, { endpoint: 'leds' }), []);
});

test('a removed attribute takes one line of a graph with its label, and the graph with the last one', () => {
  let after = api.removeAttribute(description(), 'climate', 't');
  assert.deepEqual(elements(after)[1], { type: 'graph', values: ['climate.h'], labels: ['H'] });
  after = api.removeAttribute(after, 'climate', 'h');
  assert.equal(
    elements(after).some((it) => it.type === 'graph'),
    false,
  );
});

test('a text of which nothing is left goes; an element that was only this text too', () => {
  const it = description();
  elements(it).push(
    { type: 'text', text: '${leds.state}' },
    { type: 'text', text: 'A', tooltip: ' ${leds.state}' },
  );
  it.pages[0].title = '${leds.level}';
  it.pages[0].panels[0].title = '${leds.level}';
  const after = api.removeEndpoint(it, 'leds');
  assert.deepEqual(elements(after).at(-1), { type: 'text', text: 'A' });
  assert.equal(elements(after).length, elements(it).length - 2);
  assert.equal(after.pages[0].title, 'Page');
  assert.ok(!('title' in after.pages[0].panels[0]));
});

test('who uses an endpoint, by path', () => {
  assert.deepEqual(api.usesOf(description(), { endpoint: 'leds' }), [
    'pages/0',
    'pages/0/panels/0/elements/0',
    'pages/0/panels/0/elements/2/elements/0',
    'pages/0/panels/0/elements/3',
  ]);
  assert.deepEqual(api.usesOf(description(), { endpoint: 'relays', attribute: 'on' }), [
    'pages/0/panels/0/elements/2/elements/0',
  ]);
  assert.deepEqual(api.usesOf(description(), { endpoint: 'climate', attribute: 't' }), [
    'toolbar/0',
    'pages/0/panels/0/elements/1',
  ]);
});

test('what elements can be bound to, by type; rows inside a repeated container', () => {
  assert.deepEqual(api.valuesFor(description(), ['bool']), ['leds.state']);
  assert.deepEqual(api.valuesFor(description(), ['bool'], 'relays'), ['row.on', 'leds.state']);
  assert.deepEqual(api.endpointsFor(description(), ['array', 'events']), ['relays']);
});

test('another type drops what does not fit it', () => {
  let it = api.setAttributeKey(description(), 'leds', 'level', 'min', 0);
  it = api.setAttributeKey(it, 'leds', 'level', 'history', { points: 10, seconds: 1 });
  it = api.setAttributeKey(it, 'leds', 'level', 'read_only', true);
  it = api.setAttributeKey(it, 'leds', 'level', 'type', 'string');
  assert.deepEqual(it.api.leds.attributes.level, { type: 'string', read_only: true });
});

test('names that C or the device has, and those taken, are refused with the reason', () => {
  const taken = ['leds'];
  assert.equal(api.endpointMistake('lamp', 'data', taken), '');
  for (const name of [
    '',
    '1st',
    'a b',
    'struct',
    'bool',
    'session',
    'row',
    'leds',
    'x'.repeat(32),
    'ä',
  ])
    assert.notEqual(api.endpointMistake(name, 'data', taken), '', name);
  assert.equal(api.endpointMistake('firmware_update', 'ota', taken), '');
  assert.notEqual(api.endpointMistake('update', 'ota', taken), '');
  assert.equal(api.freeName('leds', ['leds', 'leds2']), 'leds3');
});
