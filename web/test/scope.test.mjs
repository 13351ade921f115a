// scope.test.mjs - names that a piece takes from outside. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert';
import test from 'node:test';
import { parse } from 'acorn';
import { freeNames } from '../scope.mjs';

const free = (code) => [...freeNames(parse(code, { ecmaVersion: 2022 }).body[0])].sort().join();

test('free names', () => {
  assert.strictEqual(free('x = (a, {b, c: [d] = e}, ...f) => a + b + d + f + g'), 'e,g,x');
  assert.strictEqual(free('function f(a) { { let b = a; c(b) } return b }'), 'b,c');
  assert.strictEqual(free('x = () => { for (let i of a) i(); return i }'), 'a,i,x');
  assert.strictEqual(free('x = () => { try { a() } catch (e) { e() } e() }'), 'a,e,x');
  assert.strictEqual(free('x = { a, b: c, [d]: e.f, g() {} }'), 'a,c,d,e,x');
  assert.strictEqual(free('x = () => { if (a) { var b = 1 } return b }'), 'a,x');
  assert.strictEqual(free('x = `${a}${(b => b)(c)}`'), 'a,c,x');
});
