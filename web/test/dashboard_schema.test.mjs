// dashboard_schema.test.mjs - the schema for editors and `flota generate` agree on what a description may hold.
//
// The schema can't know what refers to what: tests/cli/dashboards/schema_cannot_know.txt names the wrong descriptions
// that it takes. The list is exact: one that the schema refuses must not stand there.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import Ajv from 'ajv/dist/2020.js';

const root = new URL('../../', import.meta.url);
const corpus = new URL('tests/cli/dashboards/', root);
const schema = JSON.parse(fs.readFileSync(new URL('web/dashboard.schema.json', root)));
const validate = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, strictTuples: false, allowUnionTypes: true }).compile(schema);

const names = (folder) => fs.readdirSync(new URL(folder, corpus)).filter((name) => name.endsWith('.json'));
const unknowable = new Set(
  fs.readFileSync(new URL('schema_cannot_know.txt', corpus), 'utf8').split('\n').filter((line) => line && !line.startsWith('#')),
);

/** null: it is no JSON. */
function parse(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function examples() {
  return ['examples', 'templates'].flatMap((folder) =>
    fs
      .readdirSync(new URL(folder, root))
      .map((name) => new URL(`${folder}/${name}/dashboard.json`, root))
      .filter((file) => fs.existsSync(file)),
  );
}

test('the schema takes each right description', () => {
  const files = [...names('good/').map((name) => new URL(`good/${name}`, corpus)), ...examples()];
  assert.ok(files.length >= 12);
  for (const file of files)
    assert.ok(validate(parse(file)), `${file.pathname}: ${JSON.stringify(validate.errors?.[0])}`);
});

test('the schema refuses each wrong description, but those it cannot know', () => {
  const taken = names('bad/').filter((name) => {
    const description = parse(new URL(`bad/${name}`, corpus));
    return description !== null && validate(description);
  });
  assert.deepEqual(taken.map((name) => name.slice(0, -5)), [...unknowable].sort());
  assert.ok(names('bad/').length - taken.length >= 60);
});

/** Every property of the schema, with its place. */
function* properties(node, place = '') {
  if (node === null || typeof node !== 'object') return;
  for (const [name, property] of Object.entries(node.type === 'object' && node.properties ? node.properties : {}))
    if (place !== '/then') yield [`${place}/${name}`, property];
  for (const [key, value] of Object.entries(node)) yield* properties(value, `${place}/${key}`);
}

test('each property says what it is for', () => {
  const silent = [...properties(schema)].filter(
    ([place, property]) => typeof property === 'object' && !property.description && !/\/(type|firmware_update)$/.test(place),
  );
  assert.deepEqual(silent.map(([place]) => place), []);
});
