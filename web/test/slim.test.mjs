// slim.test.mjs - nothing is left out of Preact by guess. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildPage } from '../build.mjs';
import { slim } from '../slim.mjs';

const source = (file) =>
  readFileSync(new URL(`../node_modules/preact/src/${file}`, import.meta.url), 'utf8');

test('a rule that finds nothing stops the build', () => {
  const file = 'diff/props.js';
  assert.notEqual(slim(file, source(file)), source(file));
  assert.throws(() => slim(file, source(file).replace('let useCapture;', '')), /props\.js has no/);
});

test('what was left out is used nowhere: no name of it is free in the page', async () => {
  const page = await buildPage(
    new URL('../../examples/project2/dashboard.json', import.meta.url).pathname,
  );
  const names =
    /\b(isHydrating|hydrate|excessDomChildren|commitQueue|globalContext|componentContext|replaceNode|provider|options|\w+Html|useCapture|clearProcessingException|\w*context)\b/g;
  assert.deepEqual(page.match(names) ?? [], []);
});
