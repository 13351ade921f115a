// mutants.mjs - all mutants of a file, with ids that a shift of lines does not change, and a choice of them.
// SPDX-License-Identifier: Apache-2.0
import {createHash} from 'node:crypto';
import {basename} from 'node:path';
import {functionsOf, tokenize} from './tokens.mjs';
import {Body, operators} from './operators.mjs';

/** id: "file:function:operator:ordinal", the ordinal counted in the function. */
export function mutantsOf(file, source) {
    const tokens = tokenize(source), mutants = [];
    for (const part of functionsOf(tokens))
        for (const [operator, , changes] of operators) {
            let ordinal = 0;
            for (const change of changes(new Body(source, tokens, part)))
                mutants.push({id: `${basename(file, '.c')}:${part.name}:${operator}:${++ordinal}`, file, operator, ...change});
        }
    return mutants;
}

export function mutate(source, {at, end, text}) {
    return source.slice(0, at) + text + source.slice(end);
}

/** The changed lines, as diff -u0 shows them. */
export function difference(source, mutant) {
    const from = source.lastIndexOf('\n', mutant.at - 1) + 1;
    const to = source.indexOf('\n', mutant.end);
    const line = source.slice(0, from).split('\n').length;
    const changed = mutate(source, mutant).slice(from, to + mutant.text.length - (mutant.end - mutant.at));
    const mark = (sign, text) => text.split('\n').map((part) => `${sign}${part}`).join('\n');
    return `${mutant.file}:${line}\n${mark('-', source.slice(from, to))}\n${mark('+', changed)}`;
}

const order = (seed, id) => createHash('sha256').update(`${seed}/${id}`).digest('hex');

/** All of them, in the order in which they are taken: even over files and operators, and little changed by a change of
 *  the code, as each one's place hangs on the seed and its own id only. */
export function shuffled(mutants, seed) {
    return mutants.map((mutant) => [order(seed, mutant.id), mutant]).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mutant]) => mutant);
}
