// expression.test.mjs - what texts compile to, and what is refused. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText } from '../expression.mjs';

const attributes = Object.fromEntries(
  ['state', 'level', 'name'].map((name) => [name, { type: 'int' }]),
);
const api = {
  leds: { type: 'data', attributes },
  other_1: { type: 'data', attributes },
  firmware_update: { type: 'ota' },
};
const values = {
  leds: { state: true, level: 7, name: 'x}y' },
  other_1: { state: false, level: -2, name: '' },
};
const fill = (text) => new Function(`return ${compileText(text, api)}`)()(values);

test('the texts of Project 2', () => {
  assert.equal(fill("${leds.state ? 'ON' : 'OFF'}"), 'ON');
  assert.equal(fill("${other_1.state ? 'Enabled' : 'Disabled'}"), 'Disabled');
});

test('every operator computes as in JavaScript', () => {
  const cases = {
    'leds.level + 2 * 3': 13,
    '(leds.level + 2) * 3': 27,
    '7 - 2 - 1': 4,
    '8 / 2 / 2': 2,
    '7 % 4': 3,
    '-leds.level': -7,
    '- -3': 3,
    '!leds.state': false,
    '!!leds.state': true,
    '1 < 2': true,
    '2 <= 1': false,
    '2 > 1': true,
    '1 >= 2': false,
    'leds.level == 7': true,
    'leds.level != 7': false,
    "1 == '1'": false,
    '1 === 1': true,
    '1 !== 1': false,
    'leds.state && other_1.state': false,
    'other_1.state || leds.level': 7,
    'true ? 1 : 2': 1,
    'false ? 1 : null': null,
    'leds.state ? other_1.state ? 1 : 2 : 3': 2,
    '1 + 2 == 3 && 2 < 3': true,
    '0.5 + 1': 1.5,
    '\'a\' + "b"': 'ab',
    '10 - -2': 12,
    'other_1.level < 0 ? 0 - other_1.level : 0': 2,
  };
  for (const [source, wanted] of Object.entries(cases))
    assert.equal(fill(`\${${source}}`), String(wanted), source);
});

test('text around expressions stays as it is', () => {
  assert.equal(
    fill('plain "text" \\ `${leds.level}` and ${leds.level}!'),
    'plain "text" \\ `7` and 7!',
  );
  assert.equal(fill("${'}'}${'${'}"), '}${');
  assert.equal(fill(''), '');
  assert.equal(fill('$ {leds.level} }'), '$ {leds.level} }');
});

test('what is no expression of this grammar is refused', () => {
  const bad = [
    '',
    '1 +',
    '(1',
    '1)',
    '1 2',
    '? 1 : 2',
    'leds',
    'leds.',
    'leds.unknown',
    'unknown.state',
    'leds.state.length',
    'firmware_update.x',
    'leds.constructor',
    'constructor.constructor',
    '__proto__.x',
    'window',
    'alert(1)',
    "leds['state']",
    'leds.state = 1',
    '1; 2',
    'a => 1',
    '`x`',
    '[1]',
    '/x/',
    '1 ? 2',
    '1 : 2',
    "'open",
    'new Date',
    'this',
    '1 & 2',
    '1 ** 2',
    '1 ++ 2',
    '...x',
    '\\u0061',
  ];
  for (const source of bad)
    assert.throws(() => compileText(`\${${source}}`, api), undefined, source);
  assert.throws(() => compileText('an open ${leds.state', api), /without its/);
});

test('a backslash in a string is a backslash', () => {
  assert.equal(fill("${'a\\n\"b'}"), 'a\\n"b');
});
