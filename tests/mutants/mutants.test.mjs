// mutants.test.mjs - the mutator itself: node --test tests/mutants
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {mutated} from './build.mjs';
import {difference, mutantsOf, mutate, shuffled} from './mutants.mjs';
import {operators} from './operators.mjs';
import {functionsOf, tokenize} from './tokens.mjs';

const source = `/* a comment with if (x) in it */
#define LIMIT 4
static const int table[] = {1, 2};
struct pair { int a, b; };

static int f(const struct pair *p, int n)
{
    struct pair q = {.a = n, .b = 2};
    char text[8] = "a && b";
    if (n < LIMIT && !p)
        return -1;
    for (int i = 0; i < n; i++)
        q.a += g(p->a, i);
    switch (n) {
    case 1:
        q.b = 3;
        break;
    }
    return text[0] == 'x' ? q.a * 2 : q.a & q.b;
}
`;
const all = mutantsOf('src/f.c', source);
const results = (operator) => all.filter((mutant) => mutant.operator === operator)
    .map((mutant) => difference(source, mutant).split('\n').find((line) => line.startsWith('+')).slice(1).trim());

test('comments, preprocessor lines, texts and what is outside of functions are left alone', () => {
    assert.deepEqual(functionsOf(tokenize(source)).map(({name}) => name), ['f']);
    for (const mutant of all) assert.ok(mutant.at > source.indexOf('{\n    struct pair q'));
    assert.deepEqual(results('logic'), ['if (n < LIMIT || !p)']);
});

test('each operator changes what it says', () => {
    assert.deepEqual(results('edge'), ['if (n <= LIMIT && !p)', 'for (int i = 0; i <= n; i++)']);
    assert.deepEqual(results('turn'), ['if (n >= LIMIT && !p)', 'for (int i = 0; i >= n; i++)']);
    assert.deepEqual(results('equal'), ['return text[0] != \'x\' ? q.a * 2 : q.a & q.b;']);
    assert.deepEqual(results('arithmetic'), ['return text[0] == \'x\' ? q.a / 2 : q.a & q.b;']);
    assert.deepEqual(results('bits'), ['return text[0] == \'x\' ? q.a * 2 : q.a | q.b;']);
    assert.deepEqual(results('assign'), ['for (int i = 0; i < n; i--)', 'q.a -= g(p->a, i);']);
    assert.deepEqual(results('not'), ['if (n < LIMIT && p)']);
    assert.deepEqual(results('negate'), ['if (!(n < LIMIT && !p))', 'for (int i = 0; !(i < n); i++)',
        'return !(text[0] == \'x\') ? q.a * 2 : q.a & q.b;']);
    assert.deepEqual(results('next'), ['if (n < (LIMIT + 1) && !p)']);
    assert.deepEqual(results('statement'), [';', ';', ';']); // in the loop, in the case, break
    assert.deepEqual(results('field'), ['struct pair q = { .b = 2};', 'struct pair q = {.a = n, .b = 0};']);
    assert.deepEqual(results('zero'), ['return 0;', 'return 0;']);
    assert.deepEqual(results('arguments'), ['q.a += g(i, p->a);']);
});

test('every operator has mutants in the sources, and every mutant is another text', () => {
    const sources = Object.fromEntries(mutated().map((file) => [file, readFileSync(file, 'utf8')]));
    const every = Object.entries(sources).flatMap(([file, text]) => mutantsOf(file, text));
    for (const [name] of operators) assert.ok(every.some((mutant) => mutant.operator === name), name);
    for (const mutant of every) assert.notEqual(mutate(sources[mutant.file], mutant), sources[mutant.file], mutant.id);
    assert.equal(new Set(every.map(({id}) => id)).size, every.length);
});

test('ids and the choice do not hang on lines, and a new function changes the choice of no other', () => {
    const longer = `\n\n${source.replace('if (n', '/* more */\n    if (n')}\nint g(int n)\n{\n    return n > 1;\n}\n`;
    const others = mutantsOf('src/f.c', longer);
    assert.deepEqual(others.filter(({id}) => id.startsWith('f:f:')).map(({id}) => id), all.map(({id}) => id));
    const order = (mutants) => shuffled(mutants, 1).map(({id}) => id).filter((id) => id.startsWith('f:f:'));
    assert.deepEqual(order(others), order(all));
    assert.notDeepEqual(shuffled(all, 2).map(({id}) => id), order(all));
});
