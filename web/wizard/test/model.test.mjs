// model.test.mjs - adding, moving and removing pages, panels and elements. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { empty, load, project2 } from '../testing.mjs';

const model = await load('model', 'catalog', 'path');
const LIST = 'pages/0/panels/0/elements';
const at = (description, path) => model.get(description, path);

/** Its types in order, containers with what they hold. */
const types = (elements) =>
  elements.map((it) => (it.elements ? [it.type, types(it.elements)] : it.type));

function filled(...offers) {
  return offers.reduce((it, offer) => model.addElement(it, offer, LIST).description, empty());
}

test('every element of the palette brings the endpoint that it needs, and only that', () => {
  for (const offer of model.OFFERS) {
    const { description, selected } = model.addElement(empty(), offer.id, LIST);
    assert.equal(selected, `${LIST}/0`, offer.id);
    assert.equal(at(description, selected).type, offer.type);
    assert.equal(Object.keys(description.api).length, offer.endpoint ? 1 : 0, offer.id);
    assert.doesNotMatch(JSON.stringify(description), /VALUE|NAME/, offer.id);
    assert.equal(!!description.access, !!offer.needsAccess);
  }
});

test('a toggle makes a data endpoint with a bool, the update its own endpoint, a graph a reading with a history', () => {
  const { api } = filled('toggle', 'ota', 'graph', 'list', 'button');
  assert.deepEqual(api.toggle, { type: 'data', attributes: { state: { type: 'bool' } } });
  assert.deepEqual(api.firmware_update, { type: 'ota' });
  const { type, read_only, history } = api.sensor.attributes.value;
  assert.deepEqual([type, read_only, history], ['double', true, { points: 120, seconds: 1 }]);
  assert.equal(api.rows.type, 'array');
  assert.equal(api.action.type, 'action');
});

test('a second one of a kind gets a name of its own; the update stays one', () => {
  const description = filled('toggle', 'toggle', 'ota', 'ota');
  assert.deepEqual(Object.keys(description.api), ['toggle', 'toggle2', 'firmware_update']);
  assert.equal(at(description, `${LIST}/1`).value, 'toggle2.state');
  assert.equal(at(description, `${LIST}/1`).text, "${toggle2.state ? 'ON' : 'OFF'}");
});

test('inside a repeated list a toggle is an attribute of the rows', () => {
  const first = filled('list');
  const { description } = model.addElement(first, 'toggle', `${LIST}/0/elements`);
  assert.equal(at(description, `${LIST}/0/elements/1`).value, 'row.state');
  assert.equal(at(description, `${LIST}/0/elements/1`).text, "${row.state ? 'ON' : 'OFF'}");
  assert.deepEqual(description.api.rows.attributes.state, { type: 'bool' });
  assert.deepEqual(Object.keys(description.api), ['rows']);
});

test('what was given stays as it was', () => {
  const before = project2();
  const { description } = model.move(before, `${LIST}/0`, 'pages/0/panels/1/elements', 0);
  model.remove(before, 'pages/0');
  model.addElement(before, 'login', LIST);
  assert.deepEqual(before, project2());
  assert.notDeepEqual(description, before);
});

test('a move within a list counts places as they are before it', () => {
  const before = filled('text', 'toggle', 'ota');
  const order = (from, index) =>
    types(at(model.move(before, `${LIST}/${from}`, LIST, index).description, LIST));
  assert.deepEqual(order(0, 3), ['toggle', 'ota', 'text']);
  assert.deepEqual(order(0, 2), ['toggle', 'text', 'ota']);
  assert.deepEqual(order(2, 0), ['ota', 'text', 'toggle']);
  assert.equal(model.move(before, `${LIST}/1`, LIST, 2).description, before);
});

test('a move into a list that its own leaving shifts arrives there', () => {
  const before = filled('text', 'group');
  const { description, selected } = model.move(before, `${LIST}/0`, `${LIST}/1/elements`, 0);
  assert.deepEqual(types(at(description, LIST)), [['container', ['text']]]);
  assert.equal(selected, `${LIST}/0/elements/0`);
});

test('nothing moves into itself, and each kind only where it belongs', () => {
  const before = filled('group', 'ota');
  for (const [path, list] of [
    [`${LIST}/0`, `${LIST}/0/elements`],
    [`${LIST}/1`, 'pages'],
    ['pages/0', 'pages/0/panels'],
    ['pages/0/panels/0', LIST],
    [`${LIST}/0`, `${LIST}/1/elements`], // an update holds nothing
    [`${LIST}/1`, 'toolbar'],
  ])
    assert.equal(model.move(before, path, list, 0).description, before, `${path} -> ${list}`);
});

test('a toggle may move to the toolbar, which begins with it', () => {
  const { description, selected } = model.move(filled('toggle'), `${LIST}/0`, 'toolbar', 0);
  assert.equal(selected, 'toolbar/0');
  assert.deepEqual(types(description.toolbar), ['toggle']);
  assert.equal(model.remove(description, 'toolbar/0').description.toolbar, undefined);
});

test('up and down lead on into the next panel and page', () => {
  const before = project2();
  const up = model.moveBy(before, 'pages/1/panels/0/elements/0', -1);
  assert.equal(up.selected, 'pages/0/panels/1/elements/1');
  assert.deepEqual(types(at(up.description, 'pages/0/panels/1/elements')), ['toggle', 'ota']);
  const down = model.moveBy(up.description, up.selected, 1);
  assert.equal(down.selected, 'pages/1/panels/0/elements/0');
  assert.deepEqual(down.description, before);
  assert.equal(model.moveBy(before, 'pages/0', -1).description, before);
  assert.equal(model.moveBy(before, 'pages/0', 1).description.pages[0].title, 'Firmware');
  assert.equal(model.moveBy(before, 'pages/0/panels/1', 1).selected, 'pages/1/panels/0');
});

test('into the container before, and out of it again', () => {
  const before = filled('group', 'text');
  const inside = model.moveIn(before, `${LIST}/1`);
  assert.equal(inside.selected, `${LIST}/0/elements/0`);
  const outside = model.moveOut(inside.description, inside.selected);
  assert.equal(outside.selected, `${LIST}/1`);
  assert.deepEqual(outside.description, before);
  assert.equal(model.moveIn(before, `${LIST}/0`).description, before);
  assert.equal(model.moveOut(before, `${LIST}/1`).description, before);
});

test('removing says which endpoints nobody shows any longer', () => {
  const before = filled('toggle', 'ota');
  before.pages[0].panels[0].elements.push({ type: 'text', text: '${toggle.state}' });
  assert.deepEqual(model.remove(before, `${LIST}/0`).orphans, []);
  const after = model.remove(before, `${LIST}/2`).description;
  assert.deepEqual(model.remove(after, `${LIST}/0`).orphans, ['toggle']);
  assert.deepEqual(model.remove(before, 'pages/0/panels/0').orphans, ['toggle', 'firmware_update']);
});

test('after a removal the next is selected, else what held it', () => {
  const before = filled('text', 'toggle');
  assert.equal(model.remove(before, `${LIST}/0`).selected, `${LIST}/0`);
  assert.equal(model.remove(before, `${LIST}/1`).selected, `${LIST}/0`);
  assert.equal(model.remove(filled('text'), `${LIST}/0`).selected, 'pages/0/panels/0');
});

test('a new element goes after the selected one, into the selected container, panel or page', () => {
  const description = filled('text', 'group');
  const place = (selected) => Object.values(model.placeFor(description, selected));
  assert.deepEqual(place(`${LIST}/0`), [LIST, 1]);
  assert.deepEqual(place(`${LIST}/1`), [`${LIST}/1/elements`, 0]);
  assert.deepEqual(place('pages/0/panels/0'), [LIST, 2]);
  assert.deepEqual(place('pages/0'), [LIST, 2]);
  assert.deepEqual(place(''), [LIST, 2]);
  assert.deepEqual(place('toolbar'), ['toolbar', 0]);
});

test('a property is set and left out', () => {
  const named = model.setProperty(empty(), 'pages/0', 'title', 'Board');
  assert.equal(named.pages[0].title, 'Board');
  assert.ok(!('title' in model.setProperty(named, 'pages/0', 'title', undefined).pages[0]));
});

test('a page, a panel and a copy stand where they are asked for', () => {
  const before = project2();
  assert.equal(model.addPage(before).selected, 'pages/2');
  assert.equal(model.addPanel(before, 'pages/0', 1).selected, 'pages/0/panels/1');
  const twice = model.duplicate(before, `${LIST}/0`);
  assert.equal(twice.selected, `${LIST}/1`);
  assert.deepEqual(at(twice.description, `${LIST}/1`), at(before, `${LIST}/0`));
});

test('from nothing to Project 2', async () => {
  const api = await load('endpoints', 'model');
  let it = empty();
  it.brand = 'Flota demo';
  const set = (path, properties) => {
    for (const [key, value] of Object.entries(properties))
      it = model.setProperty(it, path, key, value);
  };
  const add = (offer, list) => ({ description: it } = model.addElement(it, offer, list));
  set('pages/0', { title: 'Board', icon: 'board' });
  set('pages/0/panels/0', { title: 'LED' });
  add('toggle', LIST);
  it = api.renameEndpoint(it, 'toggle', 'leds');
  set(`${LIST}/0`, { title: 'User LED', tooltip: 'Pin PJ2, active low' });
  ({ description: it } = model.addPanel(it, 'pages/0'));
  set('pages/0/panels/1', { title: 'Display' });
  add('toggle', 'pages/0/panels/1/elements');
  it = api.renameEndpoint(it, 'toggle', 'BCKLT');
  set('pages/0/panels/1/elements/0', {
    title: 'Backlight',
    text: "${BCKLT.state ? 'Enabled' : 'Disabled'}",
    tooltip: 'Pin PK0, active high',
  });
  ({ description: it } = model.addPage(it));
  set('pages/1', { title: 'Firmware', icon: 'update' });
  set('pages/1/panels/0', { title: 'Firmware update' });
  add('ota', 'pages/1/panels/0/elements');
  assert.deepEqual(it, project2());
});

test('a page without a panel gets one for its first element', () => {
  const bare = { ...empty(), pages: [{ title: 'Home', icon: 'home', panels: [] }] };
  const { list, index } = model.placeFor(bare, 'pages/0');
  const { description, selected } = model.addElement(bare, 'toggle', list, index);
  assert.equal(selected, LIST + '/0');
  assert.equal(description.pages[0].panels.length, 1);
});
